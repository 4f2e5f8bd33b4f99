"""Do printed rates, changes and dates agree with the figures behind them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from carerates.audit.figures import Figure, Printable, format_value, read_figure
from carerates.audit.finding import Finding, plain_values

Base = Literal["start", "end"]


def check_rate(
    count: Printable,
    population: Printable,
    rate: Printable,
    *,
    per: int = 10_000,
    count_rounded_to: int = 1,
    population_rounded_to: int = 1,
) -> Finding:
    """Is the printed rate that of the count and the population?

    Parameters
    ----------
    count, population, rate : str or number
        As printed.
    per : int
        Population to which the rate refers.
    count_rounded_to, population_rounded_to : int
        Units to which the two were rounded before printing; 1 means exact.

    Returns
    -------
    Finding
        ``suggestions`` are rates that fit.

    Examples
    --------
    >>> check_rate(470, 28313, "16.7", per=1000).suggestions
    (16.6,)
    """
    printed = read_figure(rate, "rate")
    counts, people = (
        _rounded(count, count_rounded_to, "count"),
        _rounded(population, population_rounded_to, "population"),
    )
    if people[0] <= 0:
        raise ValueError(f"population is {population}; a rate needs people.")
    if per < 1:
        raise ValueError(f"per is {per}; a rate is per 100, per 10,000 or the like.")
    low, high = per * max(Fraction(0), counts[0]) / people[1], per * counts[1] / people[0]
    middle = per * Fraction(read_figure(count).value) / Fraction(read_figure(population).value)
    consistent = printed.fits(low, high)
    notes: list[str] = []
    if not consistent:
        notes += [
            f"{printed} is the rate per {other:,}."
            for other in (100, 1_000, 10_000, 100_000)
            if other != per and printed.fits(low * other / per, high * other / per)
        ]
        size = printed.value and Fraction(read_figure(population).value) * Fraction(printed.value) / per
        notes.append(f"{printed} per {per:,} of this population would be a count of {format_value(size, 0)}.")
    spread = f" (between {float(low):.2f} and {float(high):.2f} before rounding)" if high > low else ""
    return Finding(
        "rate",
        consistent,
        f"{count} / {population} x {per:,} = {float(middle):.2f}{spread}; printed {printed}.",
        () if consistent else plain_values([printed.with_value(middle)]),
        tuple(notes),
        {"rate": float(middle), "bounds": (float(low), float(high))},
        {"count": count, "population": population, "rate": printed.text, "per": per},
    )


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
    exact = {base: _change(Fraction(first.value), Fraction(last.value), base) for base in ("start", "end")}
    bounds = _change_bounds(first, last, rounded)
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


def check_date(value: Printable, year: int, series: Mapping[int, Printable]) -> Finding:
    """Tell whether a value printed for one year stands at that year in the published series.

    Parameters
    ----------
    value : str or number
        As printed.
    year : int
        The year the text gives.
    series : mapping of int to str or number
        The published series.

    Returns
    -------
    Finding
        ``suggestions`` are the years at which the value stands.

    Examples
    --------
    >>> check_date(109, 2020, {2018: 102, 2019: 109, 2020: 114}).suggestions
    (2019,)
    """
    printed = read_figure(value, "value")
    published = {int(one): read_figure(figure, f"series[{one}]") for one, figure in series.items()}
    if int(year) not in published:
        raise ValueError(f"The series has no {year}; it runs over {', '.join(map(str, sorted(published)))}.")
    years = tuple(one for one, figure in sorted(published.items()) if _same(printed, figure))
    consistent = int(year) in years
    return Finding(
        "date",
        consistent,
        f"Printed {printed} for {year}; the series has {published[int(year)]} in {year}"
        + (f", and {printed} in {', '.join(map(str, years))}." if years and not consistent else "."),
        () if consistent else years,
        () if years else (f"{printed} stands at no year of the series.",),
        {"value": float(published[int(year)].value), "years": years},
        {"value": printed.text, "year": int(year)},
    )


def check_window(
    change: Printable, start: int, end: int, series: Mapping[int, Printable], *, relative_to: Base = "start"
) -> Finding:
    """Is the printed change that of the series over the years it claims?

    Parameters
    ----------
    change : str or number
        The printed change, in per cent.
    start, end : int
        The years the text gives.
    series : mapping of int to str or number
        The published series.
    relative_to : ``"start"`` or ``"end"``
        The base claimed.

    Returns
    -------
    Finding
        ``suggestions`` are ``(start, end)`` windows that give the change on the claimed base.

    Examples
    --------
    >>> check_window("21", 2015, 2020, {2015: 5609, 2016: 5662, 2019: 6846, 2020: 7172}).suggestions
    ((2016, 2019),)
    """
    published = {int(one): read_figure(figure, f"series[{one}]") for one, figure in series.items()}
    if absent := [one for one in (start, end) if one not in published]:
        raise ValueError(f"The series has no {', '.join(map(str, absent))}.")
    if relative_to not in ("start", "end"):
        raise ValueError(f"relative_to is {relative_to!r}; it is 'start' or 'end'.")
    if low := [str(one) for one, figure in sorted(published.items()) if figure.value <= 0]:
        raise ValueError(
            f"The series is not above 0 in {', '.join(low)}, so a change in per cent has no base."
        )
    printed = read_figure(change, "change")
    years = sorted(published)
    windows = {
        base: tuple(
            (a, b)
            for a in years
            for b in years
            if a < b and printed.fits(*_change_bounds(published[a], published[b], True)[base])
        )
        for base in ("start", "end")
    }
    consistent = (start, end) in windows[relative_to]
    value = _change(Fraction(published[start].value), Fraction(published[end].value), relative_to)
    notes: list[str] = []
    other: Base = "end" if relative_to == "start" else "start"
    if not consistent and (start, end) in windows[other]:
        notes.append(f"It is the change of {start} to {end} divided by the {other} value.")
    return Finding(
        "window",
        consistent,
        f"From {published[start]} in {start} to {published[end]} in {end} is "
        f"{format_value(value, printed.decimals + 1)}% of the {relative_to} value; printed {printed}%.",
        () if consistent else windows[relative_to],
        tuple(notes),
        {"change": float(value), "windows": windows[relative_to], "windows_other_base": windows[other]},
        {"change": printed.text, "start": start, "end": end, "relative_to": relative_to},
    )


def _same(first: Figure, second: Figure) -> bool:
    """Tell whether two printed figures can stand for one number; 67 and 68 meet only at 67.5, and cannot."""
    low, high = max(first.lower, second.lower), min(first.upper, second.upper)
    return low < high or first.value == second.value


def _rounded(value: Printable, unit: int, name: str) -> tuple[Fraction, Fraction]:
    """Return the bounds of a value that was rounded to ``unit`` (1: exact, unless printed with decimals)."""
    figure = read_figure(value, name)
    if unit < 1:
        raise ValueError(f"{name} was rounded to {unit}; a unit is at least 1.")
    half = figure.half_unit if figure.decimals else Fraction(unit, 2) if unit > 1 else Fraction(0)
    return Fraction(figure.value) - half, Fraction(figure.value) + half


def _change(start: Fraction, end: Fraction, base: str) -> Fraction:
    """Return the percentage change on a base."""
    return 100 * (end - start) / (start if base == "start" else end)


def _change_bounds(start: Figure, end: Figure, rounded: bool) -> dict[str, tuple[Fraction, Fraction]]:
    """Return the range of the change on either base; it rises with the end and falls with the start."""
    if not rounded:
        first, last = Fraction(start.value), Fraction(end.value)
        return {base: (_change(first, last, base), _change(first, last, base)) for base in ("start", "end")}
    least = Fraction(1, 10**6)  # a value above 0 that was rounded down to nearly nothing
    starts = max(start.lower, least), max(start.upper, least)
    ends = max(end.lower, least), max(end.upper, least)
    return {
        base: (_change(starts[1], ends[0], base), _change(starts[0], ends[1], base))
        for base in ("start", "end")
    }
