"""Do printed values and changes stand in the published series at the years that the text gives?"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from carerates.audit.changes import Base, change_bounds, percent_change
from carerates.audit.figures import Figure, Printable, format_value, read_figure
from carerates.audit.finding import Finding


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
            if a < b and printed.fits(*change_bounds(published[a], published[b], True)[base])
        )
        for base in ("start", "end")
    }
    consistent = (start, end) in windows[relative_to]
    value = percent_change(Fraction(published[start].value), Fraction(published[end].value), relative_to)
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
