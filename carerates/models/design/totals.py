"""What a published total says about the cells that were rounded or suppressed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import TableError
from carerates.models.design.terms import Array
from carerates.tables import RatesTable, as_rates

GROUPS = ("nation", "region")
Group = tuple[str, NDArray[np.intp], float, float]  # label, rows, least and most


def narrow_to_totals(rates: RatesTable | pd.DataFrame, totals: pd.DataFrame) -> RatesTable:
    """Ask which counts a table still leaves possible once totals of its areas are known.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Counts by area and year; the bounds of rounded and suppressed ones are narrowed.
    totals : DataFrame
        One row for each known total: ``year``, ``children`` (or ``children_low`` and ``children_high`` for a
        rounded total) and ``nation``, ``region`` or both.  The total is that of all areas of the table with
        that nation or region in that year, so the table must hold every area of the group.

    Returns
    -------
    RatesTable
        With narrower ``children_low`` and ``children_high``; published counts are untouched.

    Raises
    ------
    TableError
        Totals that no counts within the bounds can add up to, or that name no rows.

    Notes
    -----
    The rules are intersected: a cell can be no more than its total less the least that the other cells can
    be, and no less than its total less the most that they can be, repeated until nothing changes; where one
    total holds another (a nation its region), their difference is a total too.  What totals say of how
    several suppressed cells go together is not used.  Bounds so narrowed may give away what a publisher
    withheld: they are for a likelihood, and not to be published.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.models import narrow_to_totals
    >>> rates = pd.DataFrame({"area_code": ["W06000001", "W06000002"], "nation": "Wales", "year": 2018,
    ...                       "children": [140, None], "population": [13_000, 900],
    ...                       "status": ["exact", "suppressed"], "children_low": [140, 1],
    ...                       "children_high": [140, 5]})
    >>> totals = pd.DataFrame({"nation": ["Wales"], "year": [2018], "children": [143]})
    >>> narrow_to_totals(rates, totals).to_frame()["children_high"].tolist()
    [140.0, 3.0]
    """
    table = as_rates(rates)
    frame = table.to_frame()
    groups = _groups(frame, totals)
    low, high = (frame[name].to_numpy(dtype=float, copy=True) for name in ("children_low", "children_high"))
    known = np.isfinite(low) & np.isfinite(high)
    # a missing count may be anything
    low, high = np.where(known, low, 0.0), np.where(known, high, np.inf)
    before = high - low
    problems: list[str] = []
    changed = True
    while changed and not problems:
        changed = False
        for label, rows, least, most in groups:
            new_low, new_high = _narrowed(low[rows], high[rows], least, most)
            if (new_low > new_high).any():
                problems.append(
                    f"{label}: the cells can add up to {low[rows].sum():.0f} to {high[rows].sum():.0f}, "
                    f"the total says {least:.0f}" + (f" to {most:.0f}" if most > least else "")
                )
                continue
            changed |= bool((new_low > low[rows]).any() or (new_high < high[rows]).any())
            low[rows], high[rows] = new_low, new_high
    if problems:
        raise TableError("Counts and totals contradict each other.", problems)
    for name, narrowed in (("children_low", low), ("children_high", high)):
        frame[name] = np.where(known, narrowed, frame[name].to_numpy(dtype=float))
    narrower = int((known & (high - low < before)).sum())
    step = f"bounds of {narrower} counts narrowed by {len(totals)} known totals"
    return RatesTable(frame, table.provenance.then(step), table.factors, table.measure)


def _narrowed(low: Array, high: Array, least: float, most: float) -> tuple[Array, Array]:
    """Intersect the bounds of cells with those of their total."""
    new_low = np.maximum(low, least - (_sum_of_others(high)))
    new_high = np.minimum(high, most - (low.sum() - low))
    return new_low, new_high


def _sum_of_others(values: Array) -> Array:
    """Return the sum of all other values, infinite where one of them is."""
    endless = ~np.isfinite(values)
    finite = np.where(endless, 0.0, values)
    others: Array = finite.sum() - finite
    return np.where(endless.sum() - endless > 0, np.inf, others)


def _groups(frame: pd.DataFrame, totals: pd.DataFrame) -> list[Group]:
    """Return label, rows and bounds of each total, refusing what is no list of totals."""
    if not isinstance(totals, pd.DataFrame):
        raise TypeError(f"totals is a DataFrame, not a {type(totals).__name__}.")
    by = [name for name in GROUPS if name in totals]
    bounds = {"children_low", "children_high"} <= set(totals)
    problems = []
    if "year" not in totals:
        problems.append("there is no column 'year'")
    if not by:
        problems.append("there is neither a column 'nation' nor 'region'")
    if not bounds and "children" not in totals:
        problems.append("there is no column 'children', nor 'children_low' and 'children_high'")
    if problems:
        raise TableError("These are not totals.", problems)
    result: list[Group] = []
    for number, row in enumerate(totals.to_dict("records"), start=1):
        wanted = {name: row[name] for name in by if not pd.isna(row[name])}
        label = " ".join(str(one) for one in (*wanted.values(), row["year"]))
        mine = (frame["year"] == row["year"]).to_numpy()
        for name, value in wanted.items():
            mine = mine & (frame[name] == value).fillna(False).to_numpy(dtype=bool)
        least = float(row["children_low"] if bounds else row["children"])
        most = float(row["children_high"] if bounds else row["children"])
        if not wanted or not mine.any():
            problems.append(f"total {number} ({label}) names no rows of the table")
        elif not (np.isfinite(least) and 0 <= least <= most < np.inf):
            problems.append(f"total {number} ({label}) is not a count: {least:g} to {most:g}")
        result.append((label, np.flatnonzero(mine), least, most))
    if problems:
        raise TableError("These are not totals.", problems)
    return result + _differences(result)


def _differences(groups: list[Group]) -> list[Group]:
    """Return what is left of each total once a total within it is taken away."""
    rest = []
    for label, rows, least, most in groups:
        for inner, part, lower, upper in groups:
            if len(part) < len(rows) and np.isin(part, rows).all():
                left = np.setdiff1d(rows, part)
                rest.append((f"{label} without {inner}", left, max(least - upper, 0.0), most - lower))
    return rest
