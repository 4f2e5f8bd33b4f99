"""Can a printed percentage come from a printed count?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from carerates.audit.figures import (
    Figure,
    Printable,
    format_value,
    read_count,
    read_figure,
    read_figures,
    transpositions,
)
from carerates.audit.finding import Finding, plain_values


def feasible_n(
    count: int, percent: Printable, *, decimals: int | None = None, at_most: int = 1_000_000
) -> range:
    """Find the totals of which ``count`` would be printed as ``percent``.

    Parameters
    ----------
    count : int
        Respondents, children, cases counted.
    percent : str or number
        As printed.
    decimals : int, optional
        Decimals of ``percent`` where the value does not show them.
    at_most : int
        Largest total to consider; matters only where the percentage may have been rounded to 0.

    Returns
    -------
    range
        Totals, empty if there is none.

    Examples
    --------
    >>> feasible_n(536, "78.6"), len(feasible_n(543, "87.5"))
    (range(682, 683), 0)
    """
    printed = _read_percent(percent, decimals)
    number = read_count(count, "count")
    return _feasible(number, printed.lower, printed.upper, at_most)


def check_percent(
    count: int,
    total: int | None = None,
    percent: Printable = "",
    *,
    parts: Sequence[Printable] = (),
    decimals: int | None = None,
) -> Finding:
    """Is the printed percentage that of the count?

    Parameters
    ----------
    count : int
        The printed count.
    total : int, optional
        The printed base.  Without one, the question is whether any whole base exists.
    percent : str or number
        As printed.
    parts : sequence of str or number, optional
        Printed percentages that the category joins; shows whether the figure is their sum.
    decimals : int, optional
        Decimals of ``percent`` where the value does not show them.

    Returns
    -------
    Finding
        ``suggestions``: the percentage that fits ``total``; without a total, percentages near the
        printed one for which a base exists.

    Notes
    -----
    Exact integer arithmetic; ties may have been rounded either way.  The same idea as the GRIM test of
    means (Brown and Heathers 2017, doi:10.1177/1948550616673876).

    Examples
    --------
    >>> check_percent(473, 697, "67.8", parts=["7.0", "60.8"]).suggestions
    (67.9,)
    """
    if percent == "":
        raise ValueError("Give the printed percentage: check_percent(473, 697, '67.8').")
    printed, number = _read_percent(percent, decimals), read_count(count, "count")
    settings: dict[str, object] = {"count": number, "total": total, "percent": printed.text}
    if total is None:
        return _check_without_total(number, printed, parts, settings)
    base = read_count(total, "total", minimum=1)
    if number > base:
        raise ValueError(f"count is {number} and total is {base}; a part is not larger than the whole.")
    exact = Fraction(100 * number, base)
    consistent = printed.fits(exact, exact)
    explanation = f"{number} / {base} = {format_value(exact, printed.decimals + 2)}%; printed {printed}%."
    suggestions: tuple[float | int, ...] = ()
    notes: list[str] = []
    if not consistent:
        suggestions = plain_values([printed.with_value(exact)])
        notes += _rounded_parts(printed, parts)
        bases = _feasible(number, printed.lower, printed.upper, 10 * base)
        if bases:
            notes.append(f"{printed}% would fit a total of {_range_text(bases)}.")
        counts = range(ceil(printed.lower * base / 100), floor(printed.upper * base / 100) + 1)
        if counts:
            notes.append(f"{printed}% of {base} would be a count of {_range_text(counts)}.")
        slips = [one for one in transpositions(printed) if one.fits(exact, exact)]
        if slips:
            notes.append("Two digits of the percentage may have changed places.")
    return Finding(
        "percent", consistent, explanation, suggestions, tuple(notes), {"percent": float(exact)}, settings
    )


def check_item(counts: Sequence[int], percents: Sequence[Printable], total: int | None = None) -> Finding:
    """Do several counts and percentages of one question have one base in common?

    Parameters
    ----------
    counts, percents : sequences of equal length
        As printed, answers to the same question.
    total : int, optional
        The base, where it is printed.

    Returns
    -------
    Finding
        ``suggestions`` are the bases that fit every figure; where there is none, those that fit most.

    Examples
    --------
    >>> check_item([335, 104], ["49.4", "15.4"]).consistent
    False
    """
    if len(counts) != len(percents) or not counts:
        raise ValueError(
            f"There are {len(counts)} counts and {len(percents)} percentages; give one for each."
        )
    numbers = [read_count(one, "counts") for one in counts]
    printed = [_read_percent(one, None) for one in percents]
    ceiling = 1_000_000
    found = [
        _feasible(number, one.lower, one.upper, ceiling) for number, one in zip(numbers, printed, strict=True)
    ]
    smallest = max(
        max((each.start for each in found if each), default=0), sum(numbers) if _adds_up(printed) else 0
    )
    shared = [
        n
        for n in range(smallest, min((each.stop for each in found), default=0))
        if all(n in each for each in found)
    ]
    if total is not None:
        shared = [n for n in shared if n == total]
    lines = [
        f"{number} = {one}%: a base of {_range_text(each) if each else 'no whole number'}"
        for number, one, each in zip(numbers, printed, found, strict=True)
    ]
    suggestions = tuple(shared[:20])
    notes: list[str] = []
    if not shared:
        votes: dict[int, int] = {}
        for each in found:
            for n in each[:10_000]:
                votes[n] = votes.get(n, 0) + 1
        best = max(votes.values(), default=0)
        suggestions = tuple(n for n in sorted(votes) if votes[n] == best)[:20]
        notes.append("A percentage that was added up from rounded ones would explain a miss of 0.1 or so.")
    return Finding(
        "item",
        bool(shared),
        "; ".join(lines) + ("." if shared else "; they have none in common."),
        suggestions,
        tuple(notes),
        {"bases": tuple(shared)},
        {"counts": tuple(numbers), "percents": tuple(map(str, printed)), "total": total},
    )


def _read_percent(percent: Printable, decimals: int | None) -> Figure:
    """Read a percentage of something counted."""
    printed = read_figure(percent, "percent", decimals=decimals)
    if not 0 <= printed.value <= 100:
        raise ValueError(f"percent is {printed}; a share of a whole lies between 0 and 100.")
    return printed


def _feasible(count: int, lower: Fraction, upper: Fraction, at_most: int) -> range:
    """Return the bases n >= count with lower <= 100 count / n <= upper."""
    if upper < 0:
        return range(0)
    if count == 0:
        return range(1, at_most + 1) if lower <= 0 else range(0)
    smallest = max(count, ceil(100 * count / upper)) if upper > 0 else at_most + 1
    largest = at_most if lower <= 0 else min(at_most, floor(100 * count / lower))
    return range(smallest, max(largest, smallest - 1) + 1)


def _check_without_total(
    count: int, printed: Figure, parts: Sequence[Printable], settings: dict[str, object]
) -> Finding:
    """Ask whether any base exists, and whether one would if the figure is a sum of rounded parts."""
    bases = _feasible(count, printed.lower, printed.upper, 1_000_000)
    notes: list[str] = []
    suggestions: tuple[float | int, ...] = ()
    text = _range_text(bases) if bases else "no whole number"
    if not bases:
        near = [
            printed.with_value(Fraction(printed.value) + k * 2 * printed.half_unit) for k in (-1, 1, -2, 2)
        ]
        fitting = [one for one in near if _feasible(count, one.lower, one.upper, 1_000_000)]
        suggestions = plain_values(fitting)
        notes += _rounded_parts(printed, parts)
        for one in fitting[:2]:
            fits = _feasible(count, one.lower, one.upper, 1_000_000)
            notes.append(
                f"{one}% would fit a base of {_range_text(fits)}; "
                f"the sum of two rounded percentages may be {printed}."
            )
    return Finding(
        "percent",
        bool(bases),
        f"{count} is {printed}% of a base of {text}.",
        suggestions,
        tuple(notes),
        {"bases": bases},
        settings,
    )


def _rounded_parts(printed: Figure, parts: Sequence[Printable]) -> list[str]:
    """Say whether the printed percentage is the sum of the printed parts."""
    figures = read_figures(parts, "parts")
    if figures and sum(one.value for one in figures) == printed.value:
        return [" + ".join(map(str, figures)) + f" = {printed}: it is the sum of rounded percentages."]
    return []


def _adds_up(printed: Sequence[Figure]) -> bool:
    """Tell whether the percentages are all the answers to the question."""
    return abs(sum((one.value for one in printed), Decimal(0)) - 100) <= len(printed)


def _range_text(numbers: range) -> str:
    """Print a range of whole numbers."""
    return f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
