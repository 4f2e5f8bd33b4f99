"""Columns, their meaning and their rules: the one place where a table's shape is written down.

The checks and the data dictionary are both made from the :class:`Column` lists here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from carerates.tables.status import STATUSES

Kind = Literal["text", "whole", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what it holds, and what its values may be."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    required: bool = False
    may_be_empty: bool = True
    minimum: float | None = None
    above: float | None = None
    allowed: tuple[str, ...] = ()


RATES_COLUMNS: tuple[Column, ...] = (
    Column(
        "area_code",
        "text",
        "",
        "current nine-character GSS code of the area",
        required=True,
        may_be_empty=False,
    ),
    Column("area_name", "text", "", "name of the area, in English unless Welsh was asked for"),
    Column("nation", "text", "", "Wales or England; empty for areas of a user's own"),
    Column("region", "text", "", "English region, or Wales"),
    Column(
        "level",
        "text",
        "",
        "what kind of area a row is; one table holds one level",
        may_be_empty=False,
        allowed=("local_authority", "region", "nation", "other"),
    ),
    Column(
        "year",
        "whole",
        "year of the 31 March",
        "reference date of the count",
        required=True,
        may_be_empty=False,
        minimum=1900,
    ),
    Column(
        "children",
        "number",
        "children",
        "children looked after at 31 March; empty where suppressed",
        required=True,
        minimum=0,
    ),
    Column(
        "children_low",
        "number",
        "children",
        "smallest true count that the publication leaves possible",
        minimum=0,
    ),
    Column(
        "children_high",
        "number",
        "children",
        "largest true count that the publication leaves possible",
        minimum=0,
    ),
    Column(
        "population",
        "number",
        "children aged 0-17",
        "mid-year estimate of the year before the 31 March",
        required=True,
        above=0,
    ),
    Column("population_year", "whole", "mid-year", "year of the mid-year estimate"),
    Column("population_vintage", "text", "", "series the estimate comes from, such as original or rebased"),
    Column(
        "rate_per_10000",
        "number",
        "per 10,000 aged 0-17",
        "children / population x 10,000, computed here",
        minimum=0,
    ),
    Column(
        "published_rate_per_10000",
        "number",
        "per 10,000 aged 0-17",
        "rate as its publisher printed it, where one was",
        minimum=0,
    ),
    Column(
        "status",
        "text",
        "",
        "how the count came to be what it is",
        may_be_empty=False,
        allowed=tuple(STATUSES),
    ),
)


def data_dictionary(columns: Sequence[Column] = RATES_COLUMNS) -> pd.DataFrame:
    """Return the data dictionary of a table, one row per column.

    Examples
    --------
    >>> from carerates.tables.schema import data_dictionary
    >>> data_dictionary()["column"].head(2).tolist()
    ['area_code', 'area_name']
    """
    return pd.DataFrame(
        {
            "column": [column.name for column in columns],
            "kind": [column.kind for column in columns],
            "unit": [column.unit for column in columns],
            "meaning": [column.meaning for column in columns],
            "required": [column.required for column in columns],
            "allowed": [", ".join(column.allowed) for column in columns],
        }
    )


def row_list(mask: pd.Series | np.ndarray, shown: int = 5) -> str:
    """Say which rows a mask picks, as ``rows 2, 7 and 3 more`` (1 is the first row of data)."""
    rows = [int(position) + 1 for position in np.flatnonzero(np.asarray(mask))]
    text = ", ".join(str(row) for row in rows[:shown])
    if len(rows) > shown:
        text += f" and {len(rows) - shown} more"
    return ("row " if len(rows) == 1 else "rows ") + text


def number_column(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Turn a column into floats; return it with a mask of the cells that hold something else."""
    if pd.api.types.is_bool_dtype(values):
        return pd.Series(np.nan, index=values.index, dtype=float), pd.Series(True, index=values.index)
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    unbounded = numbers.isin([np.inf, -np.inf])
    if pd.api.types.is_numeric_dtype(values):
        return numbers.mask(unbounded), unbounded
    empty = values.isna() | (values.astype(str).str.strip() == "")
    return numbers.mask(unbounded), (numbers.isna() & ~empty) | unbounded


def check_columns(frame: pd.DataFrame, columns: Sequence[Column], problems: list[str]) -> pd.DataFrame:
    """Type every known column; add each broken rule to ``problems``; return the typed copy."""
    typed = frame.copy()
    for column in columns:
        if column.name not in typed:
            if column.required:
                problems.append(f"column '{column.name}' is missing ({column.meaning})")
            continue
        check: Callable[[pd.Series, Column, list[str]], pd.Series] = (
            _check_text if column.kind == "text" else _check_number
        )
        typed[column.name] = check(typed[column.name], column, problems)
    return typed


def _check_text(values: pd.Series, column: Column, problems: list[str]) -> pd.Series:
    """Check one text column."""
    text = values.astype("str").where(values.notna(), None)
    text = text.str.strip()
    empty = text.isna() | (text == "")
    text = text.mask(empty)
    if not column.may_be_empty and empty.any():
        problems.append(f"column '{column.name}' is empty in {row_list(empty)}")
    if column.allowed:
        wrong = ~empty & ~text.isin(column.allowed)
        if wrong.any():
            found = ", ".join(repr(value) for value in text[wrong].unique()[:3])
            allowed = ", ".join(column.allowed)
            problems.append(f"column '{column.name}' holds {found} in {row_list(wrong)}; allowed: {allowed}")
    return text


def _check_number(values: pd.Series, column: Column, problems: list[str]) -> pd.Series:
    """Check one column of numbers."""
    numbers, not_numbers = number_column(values)
    if not_numbers.any():
        found = ", ".join(repr(value) for value in values[not_numbers].unique()[:3])
        problems.append(
            f"column '{column.name}' holds {found} in {row_list(not_numbers)}, which is not a number"
        )
    empty = numbers.isna() & ~not_numbers
    if not column.may_be_empty and empty.any():
        problems.append(f"column '{column.name}' is empty in {row_list(empty)}")
    if column.minimum is not None and (low := numbers < column.minimum).any():
        problems.append(f"column '{column.name}' is below {column.minimum:g} in {row_list(low)}")
    if column.above is not None and (low := numbers <= column.above).any():
        problems.append(f"column '{column.name}' is not above {column.above:g} in {row_list(low)}")
    if column.kind == "whole":
        fraction = numbers.notna() & (numbers != np.floor(numbers))
        if fraction.any():
            problems.append(f"column '{column.name}' is not a whole number in {row_list(fraction)}")
        elif column.may_be_empty:
            return numbers.astype("Int64")
        elif not numbers.isna().any():
            return numbers.astype("int64")
    return numbers
