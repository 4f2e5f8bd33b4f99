"""Do the columns of any table make a funnel?  Everything wrong with them, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.funnels.settings import Floats, Kind
from carerates.tables.schema import number_column, row_list


def problems_of_columns(data: pd.DataFrame, kind: Kind, roles: dict[str, str | None]) -> list[str]:
    """Return what is wrong before any row is read."""
    problems = [
        f"no column {column!r} (for {role}); there are: {', '.join(map(str, data.columns[:20]))}"
        for role, column in roles.items()
        if column is not None and column not in data
    ]
    if kind == "ratio" and roles["expected"] is None:
        problems.append("a ratio needs expected=, the column with the expected count")
    if kind != "ratio" and roles["denominator"] is None:
        problems.append(f"a {kind} needs denominator=, the column that the events are among")
    if data.empty:
        problems.append("there are no rows")
    return problems


def problems_of_areas(
    data: pd.DataFrame, area: str | None, by: str | None, codes: pd.Series[str]
) -> list[str]:
    """Return what is wrong with the areas of the rows."""
    problems = []
    if area and data[area].isna().any():
        problems.append(f"column {area!r} (for area) is empty in {row_list(data[area].isna())}")
    repeated = pd.DataFrame({"a": codes, "b": data[by] if by else 0}).duplicated(keep=False)
    if repeated.any():
        problems.append(
            f"areas repeat in {row_list(repeated)} (such as {codes[repeated].iloc[0]}); a funnel has one row "
            "per area: choose one year, or give by= the column that tells the rows apart"
        )
    return problems


def problems_of_counts(observed: Floats, lows: Floats, highs: Floats, trials: Floats | None) -> list[str]:
    """Return what is wrong with counts beside their trials, if they have any, and their bounds."""
    problems = []
    if trials is not None:
        problems += [
            f"there are more {label} than the denominator holds, in {row_list(counts > trials)}"
            for label, counts in (("events", observed), ("events_high", highs))
            if (counts > trials).any()
        ]
    wrong = (lows > observed) | (highs < observed) | (lows > highs)
    if wrong.any():
        problems.append(f"the count is outside its own bounds in {row_list(wrong)}")
    return problems


def read_numbers(
    data: pd.DataFrame,
    column: str,
    role: str,
    problems: list[str],
    *,
    whole: bool = False,
    above: bool = False,
    may_be_empty: bool = False,
) -> Floats:
    """Check one column of numbers and return it."""
    numbers, wrong = number_column(data[column])
    said = f"column {column!r} (for {role})"
    if wrong.any():
        problems.append(f"{said} holds something other than a finite number in {row_list(wrong)}")
    empty = numbers.isna() & ~wrong
    if empty.any() and not may_be_empty:
        problems.append(
            f"{said} is empty in {row_list(empty)}"
            + (
                "; for suppressed counts give events_low= and events_high=, the bounds that were published"
                if role == "events"
                else ""
            )
        )
    if above and (numbers <= 0).any():
        problems.append(f"{said} is not above 0 in {row_list(numbers <= 0)}")
    if not above and (numbers < 0).any():
        problems.append(f"{said} is negative in {row_list(numbers < 0)}")
    fraction = numbers.notna() & (numbers != np.floor(numbers))
    if whole and fraction.any():
        problems.append(f"{said} is not a whole number in {row_list(fraction)}")
    return numbers.to_numpy(dtype=float)
