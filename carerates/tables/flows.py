"""Children starting and ceasing to be looked after in a year, as a table supplied by the user."""

from __future__ import annotations

import pandas as pd

from carerates.errors import TableError
from carerates.tables.schema import number_column, row_list

FLOWS = ("starts", "ceases")


def check_flows(flows: pd.DataFrame, *, bounds: bool = False) -> pd.DataFrame:
    """Return flows with numbers, one row an area and year, or raise with every problem.

    Parameters
    ----------
    flows : DataFrame
        ``area_code, year, starts, ceases``; with ``bounds`` also, where there are, ``starts_low, starts_high,
        ceases_low, ceases_high``: the counts that rounding or suppression leaves possible.
    bounds : bool
        Return the four bounds too (equal to the count where none are given), and take a flow that is empty
        if its bounds are there.

    Raises
    ------
    TableError
        Columns missing, negative or missing flows, bounds that cross, repeated rows.
    """
    if not isinstance(flows, pd.DataFrame):
        raise TypeError(f"flows is a DataFrame; this is a {type(flows).__name__}.")
    wanted = ["area_code", "year", *FLOWS]
    if missing := [f"column '{name}' is missing" for name in wanted if name not in flows]:
        raise TableError("This is not a table of flows.", missing)
    limits = [f"{name}_{side}" for name in FLOWS for side in ("low", "high")] if bounds else []
    frame = flows[wanted + [one for one in limits if one in flows]].reset_index(drop=True).copy()
    frame["area_code"] = frame["area_code"].astype("str").str.strip()
    problems: list[str] = []
    for name in frame.columns[1:]:
        values, wrong = number_column(frame[name])
        empty = values.isna() if name == "year" or (name in FLOWS and not bounds) else wrong
        if (wrong | empty).any():
            problems.append(f"column '{name}' has no number in {row_list(wrong | empty)}")
        if (values < 0).any():
            problems.append(f"column '{name}' is negative in {row_list(values < 0)}")
        if (part := values.notna() & (values != values.round())).any():
            problems.append(f"column '{name}' is not a whole number in {row_list(part)}")
        frame[name] = values
    repeated = frame.duplicated(["area_code", "year"], keep=False)
    if repeated.any():
        problems.append(f"area and year repeat in {row_list(repeated)}")
    if bounds:
        frame = _with_bounds(frame, problems)
    if problems:
        raise TableError("This is not a table of flows.", problems)
    return frame.astype({"year": "int64"})


def _with_bounds(frame: pd.DataFrame, problems: list[str]) -> pd.DataFrame:
    """Fill bounds in from the counts, and check the two against each other."""
    for name in FLOWS:
        low, high = f"{name}_low", f"{name}_high"
        for one in (low, high):
            frame[one] = frame[one].fillna(frame[name]) if one in frame else frame[name]
        unknown = frame[low].isna() | frame[high].isna()
        if unknown.any():
            problems.append(
                f"column '{name}' is empty in {row_list(unknown)}; give '{low}' and '{high}', or leave the "
                "row out"
            )
        outside = (frame[low] > frame[high]) | (frame[name] < frame[low]) | (frame[name] > frame[high])
        if outside.any():
            problems.append(f"'{name}' is outside '{low}' to '{high}' in {row_list(outside)}")
    return frame
