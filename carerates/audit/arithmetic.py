"""Do printed sums, means and degrees of freedom add up?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Literal

from carerates.audit.figures import (
    Figure,
    Printable,
    format_value,
    read_count,
    read_figure,
    read_figures,
    single_digit_changes,
    transpositions,
)
from carerates.audit.finding import Finding, plain_values


def check_sum(
    parts: Sequence[Printable],
    total: Printable,
    *,
    rounded_to: int | None = None,
    hidden: tuple[int, int, int] | None = None,
) -> Finding:
    """Do the printed parts add up to the printed total?

    Parameters
    ----------
    parts, total : str or number
        As printed.  Where all are whole numbers they are counts and must add up exactly; figures with
        decimals each stand for all that rounds to them.
    rounded_to : int, optional
        Unit to which counts were rounded, such as 5: each count may be off by half of it.
    hidden : (cells, lowest, highest), optional
        Suppressed cells and what each may hold, such as ``(14, 0, 4)`` for 14 cells under 5.

    Returns
    -------
    Finding
        ``suggestions`` are totals that fit: transposed or changed digits that do, then the sum.

    Examples
    --------
    >>> check_sum([22, 24, 36, 24, 24], 140).suggestions
    (130,)
    """
    figures, printed = read_figures(parts, "parts"), read_figure(total, "total")
    if not figures:
        raise ValueError("There are no parts to add up.")
    counts = all(one.decimals == 0 for one in (*figures, printed))
    if rounded_to is not None and (not counts or rounded_to < 1):
        raise ValueError(f"rounded_to={rounded_to} is for whole counts and a unit of at least 1.")
    halves = [_half_unit(one, counts, rounded_to) for one in figures]
    value = sum((Fraction(one.value) for one in figures), Fraction(0))
    low, high = value - sum(halves), value + sum(halves)
    if hidden is not None:
        cells, lowest, highest = hidden
        if cells < 0 or highest < lowest:
            raise ValueError(f"hidden is {hidden}; give (cells, lowest, highest) of the suppressed cells.")
        low, high = low + cells * lowest, high + cells * highest
    slack = _half_unit(printed, counts, rounded_to)
    consistent = low - slack <= Fraction(printed.value) <= high + slack
    decimals = max(one.decimals for one in (*figures, printed))
    shown = format_value(value, decimals)
    explanation = " + ".join(map(str, figures)) + f" = {shown}"
    explanation += f", plus {hidden[0]} suppressed cells of {hidden[1]} to {hidden[2]}" if hidden else ""
    if high > low:
        bounds = format_value(low, decimals + 1), format_value(high, decimals + 1)
        explanation += f" (between {bounds[0]} and {bounds[1]} before rounding)"
    explanation += f"; printed total {printed}."
    notes: list[str] = []
    suggestions: list[Figure] = []
    if not consistent:
        slips = [*transpositions(printed), *single_digit_changes(printed)]
        suggestions = [one for one in slips if low - slack <= Fraction(one.value) <= high + slack]
        suggestions.append(read_figure(shown))
        notes = _sum_slips(figures, printed)
    return Finding(
        "sum",
        consistent,
        explanation,
        plain_values(suggestions),
        tuple(notes),
        {"sum": float(value), "bounds": (float(low), float(high))},
        {
            "parts": tuple(map(str, figures)),
            "total": printed.text,
            "rounded_to": rounded_to,
            "hidden": hidden,
        },
    )


def check_df(
    df: Printable,
    n: int,
    *,
    test: Literal["t", "paired", "welch", "regression", "chi2"] = "t",
    groups: int = 2,
    smallest_group: int | None = None,
) -> Finding:
    """Do the printed degrees of freedom follow from the printed number of respondents?

    Parameters
    ----------
    df : str or number
        As printed.
    n : int
        Respondents, or pairs; for ``test="chi2"`` the rows of the table.
    test : str
        ``"t"``: n - groups; ``"paired"``: n - 1; ``"regression"``: n - groups - 1 with ``groups``
        predictors; ``"chi2"``: (n - 1)(groups - 1); ``"welch"``: between the smaller group less one
        and n - 2.
    groups : int
        Groups, predictors or columns, see above.
    smallest_group : int, optional
        Size of the smaller group, for Welch's test.

    Examples
    --------
    >>> check_df(706, 708).consistent
    True
    """
    printed, number = read_figure(df, "df"), read_count(n, "n", minimum=2)
    rules: dict[str, tuple[int, int, str]] = {
        "t": (number - groups, number - groups, f"{number} - {groups}"),
        "paired": (number - 1, number - 1, f"{number} - 1"),
        "regression": (number - groups - 1, number - groups - 1, f"{number} - {groups} - 1"),
        "chi2": ((number - 1) * (groups - 1), (number - 1) * (groups - 1), f"({number} - 1)({groups} - 1)"),
        "welch": (
            (smallest_group or 2) - 1,
            number - 2,
            f"between {(smallest_group or 2) - 1} and {number} - 2",
        ),
    }
    if test not in rules:
        raise ValueError(f"test is {test!r}; it is one of {', '.join(rules)}.")
    low, high, words = rules[test]
    if low < 1:
        raise ValueError(f"{words} leaves no degrees of freedom.")
    whole = test == "welch" or printed.value == printed.value.to_integral_value()
    consistent = whole and printed.fits(low, high)
    value = f" = {high}" if low == high else ""
    return Finding(
        "df",
        consistent,
        f"Degrees of freedom are {words}{value}; printed {printed}.",
        () if consistent else (high,),
        ()
        if consistent or test != "t"
        else (f"df = {printed} would need {int(printed.value) + groups} respondents.",),
        {"df": (low, high)},
        {"df": printed.text, "n": number, "test": test, "groups": groups},
    )


def check_mean(mean: Printable, n: int, *, items: int = 1) -> Finding:
    """Can a mean of whole-number answers be printed like this for n respondents?

    Parameters
    ----------
    mean : str or number
        As printed.
    n : int
        Respondents.
    items : int
        Whole-number answers averaged in each respondent's score.

    Notes
    -----
    The GRIM test (doi:10.1177/1948550616673876): sums of answers are whole, so only means
    ``k / (n items)`` exist.
    With ``n items`` above ten to the number of decimals every mean exists and nothing can be found.

    Examples
    --------
    >>> check_mean("5.19", 28).consistent
    False
    """
    printed, answers = (
        read_figure(mean, "mean"),
        read_count(n, "n", minimum=1) * read_count(items, "items", minimum=1),
    )
    nearest = round(Fraction(printed.value) * answers)
    exact = Fraction(nearest, answers)
    consistent = printed.fits(exact, exact)
    around = [printed.with_value(Fraction(nearest + step, answers)) for step in (0, -1, 1)]
    return Finding(
        "mean",
        consistent,
        f"The nearest mean of {answers} whole-number answers is {nearest} / {answers} = "
        f"{format_value(exact, printed.decimals + 2)}; printed {printed}.",
        () if consistent else plain_values(around),
        ("With so many answers every mean to this many decimals exists.",)
        if answers >= 10**printed.decimals
        else (),
        {"nearest": float(exact)},
        {"mean": printed.text, "n": n, "items": items},
    )


def check_pooled_mean(means: Sequence[Printable], sizes: Sequence[int], mean: Printable) -> Finding:
    """Is the printed overall mean that of the printed group means?

    Parameters
    ----------
    means, sizes : sequences of equal length
        Mean and size of each group.
    mean : str or number
        The overall mean.

    Examples
    --------
    >>> check_pooled_mean(["3.5", "3.0"], [66, 642], "3.1").consistent
    True
    """
    figures, printed = read_figures(means, "means"), read_figure(mean, "mean")
    numbers = [read_count(one, "sizes", minimum=1) for one in sizes]
    if len(figures) != len(numbers) or not figures:
        raise ValueError(f"There are {len(figures)} means and {len(numbers)} sizes; give one for each group.")
    total = sum(numbers)
    low = sum((one.lower * n for one, n in zip(figures, numbers, strict=True)), Fraction(0)) / total
    high = sum((one.upper * n for one, n in zip(figures, numbers, strict=True)), Fraction(0)) / total
    consistent = printed.fits(low, high)
    middle = (low + high) / 2
    return Finding(
        "pooled_mean",
        consistent,
        f"Means {', '.join(map(str, figures))} of {', '.join(map(str, numbers))} respondents have the "
        f"overall mean {float(middle):.3f}, between {float(low):.3f} and {float(high):.3f} before rounding; "
        f"printed {printed}.",
        () if consistent else plain_values([printed.with_value(middle)]),
        (),
        {"mean": float(middle), "bounds": (float(low), float(high))},
        {"means": tuple(map(str, figures)), "sizes": tuple(numbers), "mean": printed.text},
    )


def _half_unit(figure: Figure, counts: bool, rounded_to: int | None) -> Fraction:
    """Return how far the true value may lie from the printed one."""
    if counts:
        return Fraction(rounded_to, 2) if rounded_to and rounded_to > 1 else Fraction(0)
    return figure.half_unit


def _sum_slips(parts: Sequence[Figure], total: Figure) -> list[str]:
    """Say which single slip would explain a wrong total."""
    values = [one.value for one in parts]
    missing = sum(values) - total.value
    notes = []
    repeated = [one for one in parts if one.value == missing and values.count(missing) > 1]
    if repeated:
        notes.append(
            f"{repeated[0]} appears {values.count(missing)} times; entered once less, the total fits."
        )
    elif missing in values:
        notes.append(f"The total fits if {format_value(missing, total.decimals)} is left out.")
    elif len(parts) <= 15 and missing > 0:
        for pair in combinations(parts, 2):
            if pair[0].value + pair[1].value == missing:
                notes.append(f"The total fits if {pair[0]} and {pair[1]} are left out.")
                break
    if missing < 0:
        notes.append(f"The parts fall short by {format_value(-missing, total.decimals)}; one may be missing.")
    for one in parts:
        swapped = [each for each in transpositions(one) if each.value - one.value == -missing]
        if swapped:
            notes.append(f"The total fits if {one} was meant to be {swapped[0]}.")
            break
    return notes
