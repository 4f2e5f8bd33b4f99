"""Do printed percentage changes agree with the values that they compare, and on which base?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from carerates.audit.figures import Figure, Printable, format_value, read_figure
from carerates.audit.finding import Finding, plain_values

Base = Literal["start", "end"]


def check_change(
    start: Printable,
    end: Printable,
    change: Printable,
    *,
    relative_to: Base = "start",
    rounded: bool = True,
) -> Finding:
    """Is the printed percentage change that between the two values, on the base it claims?

    Parameters
    ----------
    start, end : str or number
        The two values, as printed.
    change : str or number
        The printed change, in per cent; ``"+87%"`` is read.
    relative_to : ``"start"`` or ``"end"``
        The base claimed; a change since a date is relative to that date's value.
    rounded : bool
        Whether the change was computed from unrounded values, so that ``start`` and ``end`` stand for all
        that rounds to them; False if it was computed from the printed values.

    Returns
    -------
    Finding
        ``recomputed["fits"]`` lists the bases that give the printed change: ``"start"``, ``"end"``,
        ``"points"`` for a plain difference.  ``suggestions`` is the change on the claimed base.

    Examples
    --------
    >>> finding = check_change(67, 115, "41.7")
    >>> finding.consistent, finding.suggestions, finding.recomputed["fits"]
    (False, (71.6,), ('end',))
    """
    if relative_to not in ("start", "end"):
        raise ValueError(f"relative_to is {relative_to!r}; it is 'start' or 'end'.")
    first, last = read_figure(start, "start"), read_figure(end, "end")
    printed = read_figure(change, "change")
    if first.value <= 0 or last.value <= 0:
        raise ValueError(f"A percentage change needs values above 0; found {first} and {last}.")
    exact = {
        base: percent_change(Fraction(first.value), Fraction(last.value), base) for base in ("start", "end")
    }
    bounds = change_bounds(first, last, rounded)
    fits = [base for base in ("start", "end") if printed.fits(*bounds[base])]
    difference = Fraction(last.value) - Fraction(first.value)
    if printed.fits(difference, difference):
        fits.append("points")
    consistent = relative_to in fits
    notes = []
    if not consistent:
        other: Base = "end" if relative_to == "start" else "start"
        if other in fits:
            notes.append(
                f"{printed}% is the change divided by the {other} value: ({last} - {first}) / "
                f"{last if other == 'end' else first} = {format_value(exact[other], printed.decimals + 1)}%."
            )
        if "points" in fits:
            notes.append(f"{printed} is the plain difference {last} - {first}, not a percentage.")
        low, high = bounds[relative_to]
        if printed.fits(-high, -low):
            notes.append("The sign is the other way round.")
    return Finding(
        "change",
        consistent,
        f"From {first} to {last}: {format_value(exact['start'], printed.decimals + 1)}% of the start value, "
        f"{format_value(exact['end'], printed.decimals + 1)}% of the end value; printed {printed}%, "
        f"claimed relative to the {relative_to}.",
        () if consistent else plain_values([printed.with_value(exact[relative_to])]),
        tuple(notes),
        {"start": float(exact["start"]), "end": float(exact["end"]), "fits": tuple(fits)},
        {"start": first.text, "end": last.text, "change": printed.text, "relative_to": relative_to},
    )


def check_changes(
    starts: Sequence[Printable],
    ends: Sequence[Printable],
    changes: Sequence[Printable],
    *,
    rounded: bool = False,
) -> Finding:
    """On which base were all the changes of one printed table computed?

    Parameters
    ----------
    starts, ends, changes : sequences of equal length
        As printed, one for each row.
    rounded : bool
        See :func:`check_change`; by default the table is taken to be computed from the printed values.

    Returns
    -------
    Finding
        ``consistent`` if every row fits the start value as base; ``suggestions`` are the changes since the
        start where not, and ``recomputed["bases"]`` the bases that fit every row.

    Examples
    --------
    >>> check_changes([58, 135, 67], [44, 106, 115], ["-31.8", "-27.4", "41.7"]).recomputed["bases"]
    ('end',)
    """
    if not len(starts) == len(ends) == len(changes) or not len(starts):
        raise ValueError(f"There are {len(starts)} starts, {len(ends)} ends and {len(changes)} changes.")
    found = [check_change(*row, rounded=rounded) for row in zip(starts, ends, changes, strict=True)]
    bases = tuple(
        base for base in ("start", "end", "points") if all(base in one.recomputed["fits"] for one in found)
    )
    missed = [str(row + 1) for row, one in enumerate(found) if "start" not in one.recomputed["fits"]]
    words = {"start": "the start value", "end": "the end value", "points": "nothing (plain differences)"}
    reading = " or ".join(words[base] for base in bases) or "no single base"
    consistent = "start" in bases
    return Finding(
        "changes",
        consistent,
        f"{len(found)} changes: all of them fit {reading} as base"
        + ("." if consistent else f"; as changes since the start, row {', '.join(missed)} would not fit."),
        ()
        if consistent
        else tuple(
            read_figure(one.settings["change"]).with_value(one.recomputed["start"]).text for one in found
        ),
        (),
        {
            "bases": bases,
            "start": tuple(one.recomputed["start"] for one in found),
            "end": tuple(one.recomputed["end"] for one in found),
        },
        {"starts": tuple(starts), "ends": tuple(ends), "changes": tuple(changes)},
    )


def percent_change(start: Fraction, end: Fraction, base: str) -> Fraction:
    """Return the percentage change on a base."""
    return 100 * (end - start) / (start if base == "start" else end)


def change_bounds(start: Figure, end: Figure, rounded: bool) -> dict[str, tuple[Fraction, Fraction]]:
    """Return the range of the change on either base; it rises with the end and falls with the start."""
    if not rounded:
        first, last = Fraction(start.value), Fraction(end.value)
        return {
            base: (percent_change(first, last, base), percent_change(first, last, base))
            for base in ("start", "end")
        }
    least = Fraction(1, 10**6)  # a value above 0 that was rounded down to nearly nothing
    starts = max(start.lower, least), max(start.upper, least)
    ends = max(end.lower, least), max(end.upper, least)
    return {
        base: (percent_change(starts[1], ends[0], base), percent_change(starts[0], ends[1], base))
        for base in ("start", "end")
    }
