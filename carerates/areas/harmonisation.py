"""The same areas in every year: recodes written alike, reorganised areas summed, nothing apportioned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from carerates.areas.changes import Reorganisation, reorganisations
from carerates.areas.lookup import by_code, find
from carerates.areas.sums import Row, empty_row, is_blank, joined, lacks_count, summed_row, year_list
from carerates.errors import AreaError, TableError

if TYPE_CHECKING:
    import pandas as pd

    from carerates.tables import RatesTable

# what is said of an area's years in the provenance
_SUMMED = "summed from {parts} in {years}"
_NO_COUNT = "bounds but no count in {years}, because there is no count for {parts}"
_PART_MISSING = "no total in {years}, because there are no figures for {parts}"
_NO_SUM = "no figures in {years}, because no sum gives this area from {parts}"
_NO_ROWS = "no figures in {years} for any part"


def harmonise(
    rates: RatesTable | pd.DataFrame,
    to: int | Literal["stable"] = "stable",
    *,
    years: Iterable[int] | None = None,
) -> RatesTable:
    """Put a table of rates on areas that are the same in every year.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Counts and populations by area and year; codes may be current or former.
    to : "stable" or int
        ``"stable"`` sums areas into the smallest units that did not change over the table's years.
        A year asks for the areas of its 31 March.
    years : iterable of int, optional
        With ``"stable"``: years over which the units must not change, where they reach further than
        the table's own (to join tables of other years later).

    Returns
    -------
    RatesTable
        Summed rows have status ``exact``, ``revised`` or ``provisional`` where every part has one of
        these, ``estimated`` where a part is rounded, derived or estimated, and no count where a part has
        none; ``children_low`` and ``children_high`` are the sums of the parts' bounds.  Every change is
        a step of the provenance.

    Raises
    ------
    AreaError
        If codes are not in the register.
    TableError
        If a year holds the same children twice (an area under two codes, or beside what it was split
        into), or if factors are joined to areas that must be summed.

    Notes
    -----
    Only sums are made, because counts of children cannot be split between areas.  Five units differ
    from today's authorities: Bedfordshire and Cheshire (split in 2009), Northamptonshire (2021), Cumbria
    (2023), and Bournemouth, Christchurch, Poole and Dorset together: Christchurch left Dorset in 2019, so
    Bournemouth and Poole alone are not the new authority.

    An area and year of which a part is missing has no count (``not_available``), never the sum of the
    rest.  The same goes for an area that no sum gives: asked for the areas of 2024, Bournemouth,
    Christchurch and Poole has no figures before 2020.  A published rate is kept only for rows that
    are not sums.  Rows of a future area that publishers print as not applicable are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates import areas
    >>> df = pd.DataFrame({"area_code": ["E10000006", "E06000063", "E06000064"], "year": [2023, 2024, 2024],
    ...                    "children": [740, 482, 260], "population": [90_500, 52_000, 38_900]})
    >>> stable = areas.harmonise(df).to_frame()
    >>> list(zip(stable["area_code"], stable["year"], stable["children"].astype(int)))
    [('E10000006', 2023, 740), ('E10000006', 2024, 742)]
    """
    from carerates.tables import RatesTable, as_rates

    if to != "stable" and (isinstance(to, bool) or not hasattr(to, "__index__")):
        raise ValueError(f"to is {to!r}; it may be 'stable' or a year, such as 2024.")
    table = as_rates(rates)
    rows, steps = _recoded(table.to_frame())
    span = [int(year) for year in years] if years is not None else []
    problems: list[str] = []
    summed = False
    for event in reorganisations():
        wanted = _targets(
            event, {row["area_code"] for row in rows}, to, [*span, *table.years] if span else []
        )
        if not wanted:
            continue
        own = [row for row in rows if row["area_code"] in event.codes]
        made, said, wrong = _reorganised(event, own, wanted)
        rows = [row for row in rows if row["area_code"] not in event.codes] + made
        steps += said
        problems += wrong
        summed = True
    if problems:
        raise TableError("A sum would count the same children twice; keep one of each.", problems)
    if summed and table.factors:
        raise TableError(
            "Factors cannot be summed with the areas they belong to. Harmonise the rates first, then join "
            f"{', '.join(table.factor_names)} with rates.join(...)."
        )
    steps = steps or ["areas are the same in every year as they stand"]
    frame = _framed(rows, table.frame)
    return RatesTable(frame, table.provenance.then(*steps), table.factors, table.measure)


def _recoded(frame: pd.DataFrame) -> tuple[list[Row], list[str]]:
    """Return the rows under their areas' present codes, and what was changed."""
    present: dict[str, str] = {}
    unknown: list[str] = []
    for code in frame["area_code"].unique():
        area = by_code(code)
        if area is not None:
            present[code] = area.code
            continue
        try:
            unknown.append(f"{code} is a name; its code is {find(code).code}")
        except AreaError as error:
            unknown.append(str(error).replace("\n  - ", " "))
    if unknown:
        raise AreaError("Areas can be put on the same footing only if their codes are known.", unknown)
    now = frame["area_code"].map(present)
    twice = frame.assign(now=now).loc[lambda table: table.duplicated(["now", "year"], keep=False)]
    if not twice.empty:
        raise TableError(
            "A sum would count the same children twice; keep one of each.",
            [
                f"{year}: {' and '.join(sorted(group['area_code']))} are one area, with a row each"
                for (_, year), group in twice.groupby(["now", "year"])
            ],
        )
    steps = [
        f"{old} written as {new} ({find(new).name_en}): a change of code, not of area"
        for old, new in present.items()
        if old != new
    ]
    rows = [
        {str(name): value for name, value in row.items()}
        for row in frame.assign(area_code=now).to_dict("records")
    ]
    return rows, steps


def _targets(event: Reorganisation, present: set[str], to: int | str, span: list[int]) -> frozenset[str]:
    """Return the areas that the event's rows must be put on; empty where they may stay as they are."""
    there = [side for side in event.sides if side & present]
    if not there:
        return frozenset()
    if not isinstance(to, str):
        target = event.side_in(to)
        return frozenset() if there == [target] else target
    unit = frozenset((event.unit,))
    if there == [unit]:
        return frozenset()
    changed = len(there) > 1 or (span and event.falls_within(min(span), max(span)))
    return unit if changed else frozenset()


def _reorganised(
    event: Reorganisation, rows: list[Row], wanted: frozenset[str]
) -> tuple[list[Row], list[str], list[str]]:
    """Return the rows of the wanted areas, what was done, and what counts children twice."""
    made: list[Row] = []
    notes: dict[tuple[str, str, str], list[int]] = {}
    problems: list[str] = []
    for year in sorted({row["year"] for row in rows}):
        now = {row["area_code"]: row for row in rows if row["year"] == year and not is_blank(row)}
        sides = [side for side in event.sides if side & now.keys()]
        if len(sides) > 1:
            named = " and ".join(joined(side & now.keys()) for side in sides)
            problems.append(f"{year} has rows for {named}, which cover the same ground")
            continue
        for code in sorted(wanted):
            row, what, parts = _one(event, code, year, now, sides, rows)
            made.append(row)
            if what:
                notes.setdefault((code, what, parts), []).append(year)
    steps = [
        f"{joined((code,))}: " + what.format(years=year_list(when), parts=parts)
        for (code, what, parts), when in notes.items()
    ]
    return made, steps, problems


def _one(
    event: Reorganisation,
    code: str,
    year: int,
    now: dict[str, Row],
    sides: list[frozenset[str]],
    rows: list[Row],
) -> tuple[Row, str, str]:
    """Return one area's row for one year, and in words how it came about."""
    if code in now:
        return now[code], "", ""
    like = rows[0]
    if not sides:
        return empty_row(code, year, like), _NO_ROWS, ""
    side = sides[0]
    if code != event.unit:
        return empty_row(code, year, like), _NO_SUM, joined(side)
    if missing := side - now.keys():
        return empty_row(code, year, like), _PART_MISSING, joined(missing)
    row = summed_row(code, [now[part] for part in sorted(side)])
    if without := [part for part in side if lacks_count(now[part])]:
        return row, _NO_COUNT, joined(without)
    return row, _SUMMED, joined(side)


def _framed(rows: list[Row], like: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as a frame with the columns and types of another."""
    import pandas as pd

    columns: dict[str, Any] = {
        name: pd.Series([row[name] for row in rows], dtype=like[name].dtype) for name in like.columns
    }
    return pd.DataFrame(columns)
