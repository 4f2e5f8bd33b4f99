"""How the counts behind a result were published: exact, rounded, worked back, suppressed."""

from __future__ import annotations

import pandas as pd

from carerates.reports.release import Result
from carerates.tables import RatesTable
from carerates.tables.status import STATUSES


def with_status(result: Result, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a result's rows with a column ``status``, where the result carries the table behind it.

    A row over several years has the status that says least: a gap in any of its years, else the least exact.

    Parameters
    ----------
    result : any result
    frame : DataFrame
        Its rows, one for each area, or area and year.
    """
    rates = getattr(result, "rates", None) or getattr(result, "inputs", {}).get("rates")
    if "status" in frame or "area_code" not in frame or not isinstance(rates, RatesTable):
        return frame
    known = rates.to_frame()[["area_code", "year", "status"]]
    if {"start", "end"} <= set(frame):
        known = known[known["year"].isin([*frame["start"], *frame["end"]])]
    elif "year" not in frame:
        return frame
    keys = ["area_code"] if "start" in frame else ["area_code", "year"]
    order = list(STATUSES)
    least = known.assign(place=known["status"].map(order.index)).sort_values("place", kind="stable")
    least = least.drop_duplicates(keys, keep="last")[[*keys, "status"]]
    return frame.merge(least, on=keys, how="left", validate="many_to_one").assign(
        status=lambda made: made["status"].fillna("not_available")
    )
