"""What must hold in a rates table, what is filled in, and every problem told at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.tables.factors import Factor
from carerates.tables.schema import RATES_COLUMNS, check_columns, row_list
from carerates.tables.status import STATUSES, count_bounds

KEY = ["area_code", "year"]


def check_rates(frame: pd.DataFrame, factors: tuple[Factor, ...]) -> pd.DataFrame:
    """Check every rule of a rates table and return the typed, completed, sorted frame."""
    problems: list[str] = []
    known = [column.name for column in RATES_COLUMNS]
    extra = [name for one in factors for name in (one.name, one.standard_error) if name]
    problems += [f"factor '{name}' has no column" for name in extra if name not in frame]
    table = frame[[name for name in [*known, *extra] if name in frame]].reset_index(drop=True)
    if table.empty:
        problems.append("there are no rows")
    repeated_columns = sorted({name for name in table.columns if list(table.columns).count(name) > 1})
    if repeated_columns:
        raise TableError(
            "This is not a rates table.", [f"column '{name}' stands twice" for name in repeated_columns]
        )
    table = check_columns(table, RATES_COLUMNS, problems)
    if all(name in table for name in KEY):
        repeated = table.duplicated(KEY, keep=False) & table[KEY].notna().all(axis=1)
        if repeated.any():
            code, year = table.loc[repeated, KEY].iloc[0]
            problems.append(f"area and year repeat in {row_list(repeated)} (such as {code}, {year})")
    if problems:
        raise TableError("This is not a rates table.", problems)
    table = _completed(table)
    _check_statuses(table, problems)
    if problems:
        raise TableError("This is not a rates table.", problems)
    return table[[*known, *extra]].sort_values(KEY, kind="stable").reset_index(drop=True)


def _completed(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in the columns a user may leave out."""
    table = table.copy()
    if "area_name" not in table:
        table["area_name"] = table["area_code"]
    table["area_name"] = table["area_name"].fillna(table["area_code"])
    for name in ("nation", "region", "population_vintage"):
        if name not in table:
            table[name] = pd.Series(pd.NA, index=table.index, dtype="str")
    if "level" not in table:
        table["level"] = "local_authority"
    if "status" not in table:
        table["status"] = np.where(table["children"].isna(), "not_available", "exact")
    if "population_year" not in table:
        table["population_year"] = pd.Series(pd.NA, index=table.index, dtype="Int64")
    if "published_rate_per_10000" not in table:
        table["published_rate_per_10000"] = np.nan
    low, high = count_bounds(table["children"].to_numpy(dtype=float), table["status"].tolist())
    for name, bound in (("children_low", low), ("children_high", high)):
        given = table[name] if name in table else pd.Series(np.nan, index=table.index)
        table[name] = given.fillna(pd.Series(bound, index=table.index))
    table["rate_per_10000"] = 10_000 * table["children"] / table["population"]
    return table


def _check_statuses(table: pd.DataFrame, problems: list[str]) -> None:
    """Check what statuses, bounds and levels say against the counts."""
    has_count = table["status"].map(lambda code: STATUSES[code].has_count).astype(bool)
    without = has_count & table["children"].isna()
    if without.any():
        problems.append(
            f"'children' is empty though the status says there is a count, in {row_list(without)}"
        )
    despite = ~has_count & table["children"].notna()
    if despite.any():
        problems.append(
            f"'children' holds a count though the status says there is none, in {row_list(despite)}"
        )
    whole = table["children"].notna() & (table["children"] != table["children"].round())
    if whole.any():
        problems.append(f"'children' is not a whole number in {row_list(whole)}")
    crossed = (table["children_low"] > table["children_high"]) | (
        table["children"].notna()
        & ((table["children"] < table["children_low"]) | (table["children"] > table["children_high"]))
    )
    if crossed.any():
        problems.append(f"'children' is outside 'children_low' to 'children_high' in {row_list(crossed)}")
    too_many = table["children"] > table["population"]
    if too_many.any():
        problems.append(f"there are more children looked after than children, in {row_list(too_many)}")
    levels = sorted(table["level"].unique())
    if len(levels) > 1:
        problems.append(f"levels are mixed ({', '.join(levels)}); a total would be counted beside its parts")
