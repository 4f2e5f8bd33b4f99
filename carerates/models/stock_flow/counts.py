"""Stocks and flows, turned into one rates table of starts and one of ceases."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.models.stock_flow.recursion import child_years
from carerates.tables import RatesTable
from carerates.tables.flows import FLOWS, check_flows

MONTHS = 12
MEASURES = {
    "starts": "Children starting to be looked after in the year to 31 March",
    "ceases": "Children ceasing to be looked after in the year to 31 March, per month looked after",
}
_KEY = ["area_code", "year"]


@dataclass(frozen=True, slots=True, eq=False)
class FlowCounts:
    """The area-years that a model of flows can use.

    Attributes
    ----------
    starts, ceases : RatesTable
        The same rows twice: starts among the children of the area, ceases among the months they were looked
        after.
    frame : DataFrame
        One row for each: stocks at both ends, with what they may be, flows and population.
    left_out : DataFrame
        Rows of the flows that have no stock at one end: ``area_code, year, reason``.
    """

    starts: RatesTable
    ceases: RatesTable
    frame: pd.DataFrame = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)


def count_flows(rates: RatesTable, flows: pd.DataFrame) -> FlowCounts:
    """Lay stocks and flows out as counts with denominators.

    Raises
    ------
    TableError
        Flows that are no flows; no year of flows with a stock at both ends; ceases where nobody was looked
        after.
    """
    checked = check_flows(flows, bounds=True)
    stock = rates.to_frame()
    now = stock.rename(columns={"children_low": "stock_low", "children_high": "stock_high"})
    before = stock[[*_KEY, "children", "children_low", "children_high"]].rename(
        columns={"children": "children_before", "children_low": "before_low", "children_high": "before_high"}
    )
    before["year"] += 1
    frame = checked.merge(now, on=_KEY, how="left").merge(before, on=_KEY, how="left")
    reason = np.select(
        [
            frame["level"].isna(),
            frame["children"].isna() | frame["population"].isna(),
            frame["children_before"].isna(),
        ],
        ["no such area and year among the stocks", "no stock at the year's end", "no stock the year before"],
        "",
    )
    left_out = frame.loc[reason != "", _KEY].assign(reason=reason[reason != ""]).reset_index(drop=True)
    frame = frame[reason == ""].reset_index(drop=True)
    if frame.empty:
        raise TableError(
            "No area and year of the flows has a stock at its end and one the year before; the stocks hold "
            f"{', '.join(map(str, rates.years))}."
        )
    months = MONTHS * child_years(
        frame["children_before"].to_numpy(dtype=float), frame["children"].to_numpy(dtype=float)
    )
    _require_somebody(frame, months)
    frame["months"] = months
    steps = [f"took {len(frame)} area-years with starts, ceases and a stock at both ends"]
    if len(left_out):
        said = "; ".join(f"{size}: {why}" for why, size in left_out["reason"].value_counts().items())
        steps.append(f"left out {len(left_out)} area-years of flows ({said})")
    return FlowCounts(
        _table(rates, frame, "starts", frame["population"], steps),
        _table(rates, frame, "ceases", frame["months"], steps),
        frame,
        left_out,
    )


def _require_somebody(frame: pd.DataFrame, months: np.ndarray) -> None:
    """Refuse years in which nobody was looked after at either end, and ceases beyond one a month."""
    nobody = frame[months == 0]
    too_many = frame[(months > 0) & (frame["ceases_low"].to_numpy() > months)]
    problems = [
        f"nobody was looked after at either end of the year in {_named(nobody)}; leave the row out"
    ] * (len(nobody) > 0) + [
        f"more children ceased than there were months looked after, in {_named(too_many)}; are series of "
        "short-term placements counted among the ceases?"
    ] * (len(too_many) > 0)
    if problems:
        raise TableError("These stocks and flows do not go together.", problems)


def _named(frame: pd.DataFrame) -> str:
    """Name areas and years, the first few."""
    names = [f"{name} {year}" for name, year in zip(frame["area_name"], frame["year"], strict=True)]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _table(
    rates: RatesTable, frame: pd.DataFrame, flow: str, denominator: pd.Series, steps: list[str]
) -> RatesTable:
    """Return one flow as counts with their denominator."""
    assert flow in FLOWS
    low, high, count = frame[f"{flow}_low"], frame[f"{flow}_high"], frame[flow]
    columns = [name for one in rates.factors for name in (one.name, one.standard_error) if name]
    keep = [*_KEY, "area_name", "nation", "region", "level", *columns]
    table = frame[keep].assign(
        children=count,
        children_low=low,
        children_high=high,
        population=denominator,
        status=np.where(count.isna(), "suppressed", np.where(low == high, "exact", "estimated")),
    )
    return RatesTable(table, rates.provenance.then(*steps), rates.factors, MEASURES[flow])
