"""Factors: one or more covariates per area, and per year where they change."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables.schema import number_column, row_list


@dataclass(frozen=True, slots=True)
class Factor:
    """What one factor column holds.

    Attributes
    ----------
    name : str
        Column name.
    label : str
        Name for a chart's axis or a table's heading.
    unit : str
        Unit, such as ``"% of households"``.
    description : str
        Definition, with its reference date.
    standard_error : str
        Column that holds the standard error of each value; empty where the value is taken as known.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> poverty = cr.Factor("poverty", "Children in low-income families", "%")
    >>> frame = pd.DataFrame({"area_code": ["W06000015"], "poverty": [24.5]})
    >>> cr.FactorsTable(frame, (poverty,)).names
    ('poverty',)
    """

    name: str
    label: str = ""
    unit: str = ""
    description: str = ""
    standard_error: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FactorsTable:
    """One row per area (or per area and year), one column per factor, checked once.

    Parameters
    ----------
    frame : DataFrame
        ``area_code``, optionally ``year``, the factor columns and, where they exist, their
        standard errors.  A factor may be missing (NaN) for some areas.
    factors : tuple of Factor
        What the columns hold.
    provenance : Provenance
        Sources and steps.

    Raises
    ------
    TableError
        All problems together: columns missing, text in numbers, keys empty or repeated, negative
        standard errors.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.tables import Factor, FactorsTable
    >>> frame = pd.DataFrame({"area_code": ["W06000001"], "spend": [12.5]})
    >>> FactorsTable(frame, (Factor("spend", "Spend", "pounds per child"),)).names
    ('spend',)
    """

    frame: pd.DataFrame = field(repr=False)
    factors: tuple[Factor, ...]
    provenance: Provenance = NO_PROVENANCE

    def __post_init__(self) -> None:
        problems: list[str] = []
        wanted = [name for one in self.factors for name in (one.name, one.standard_error) if name]
        if not self.factors:
            problems.append("no factor is described; pass factors=(Factor('name'), ...)")
        if repeated := sorted({name for name in wanted if wanted.count(name) > 1}):
            problems.append(f"factor named more than once: {', '.join(repeated)}")
        missing = [name for name in ("area_code", *wanted) if name not in self.frame]
        problems += [f"column '{name}' is missing" for name in missing]
        if problems:
            raise TableError("This is not a table of factors.", problems)
        key = self.key
        table = self.frame[[*key, *dict.fromkeys(wanted)]].reset_index(drop=True).copy()
        table["area_code"] = table["area_code"].astype("str").str.strip()
        for name in (*key[1:], *wanted):
            numbers, wrong = number_column(table[name])
            if wrong.any():
                problems.append(f"column '{name}' holds something that is not a number in {row_list(wrong)}")
            table[name] = numbers
        empty = table[key].isna().any(axis=1)
        if empty.any():
            problems.append(f"{' or '.join(key)} is empty in {row_list(empty)}")
        elif len(key) == 2:
            table["year"] = table["year"].astype("int64")
        repeated_rows = table.duplicated(key, keep=False)
        if repeated_rows.any():
            problems.append(f"{' and '.join(key)} repeat in {row_list(repeated_rows)}")
        for one in self.factors:
            if one.standard_error and (negative := table[one.standard_error] < 0).any():
                problems.append(f"standard error '{one.standard_error}' is negative in {row_list(negative)}")
        if problems:
            raise TableError("This is not a table of factors.", problems)
        object.__setattr__(self, "frame", table)

    @property
    def key(self) -> list[str]:
        """Key columns: ``area_code``, and ``year`` where the factors change with it."""
        return ["area_code", "year"] if "year" in self.frame else ["area_code"]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factor columns."""
        return tuple(one.name for one in self.factors)

    def __getitem__(self, name: str) -> Factor:
        """Return the description of the factor called ``name``."""
        for one in self.factors:
            if one.name == name:
                return one
        raise TableError(f"There is no factor '{name}' here; there are: {', '.join(self.names)}.")

    def __len__(self) -> int:
        return len(self.frame)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy as a DataFrame."""
        return self.frame.copy()

    def join(self, other: FactorsTable) -> FactorsTable:
        """Return both tables' factors side by side; areas of either are kept."""
        if shared := sorted(set(self.names) & set(other.names)):
            raise TableError(f"Both tables hold {', '.join(shared)}; rename one before joining.")
        key = ["area_code", "year"] if self.key == other.key == ["area_code", "year"] else ["area_code"]
        if self.key != other.key:
            raise TableError(
                "One table has a row per area and the other a row per area and year; "
                "join each to the rates instead (rates.join(a).join(b))."
            )
        frame = self.frame.merge(other.frame, on=key, how="outer", validate="one_to_one")
        return FactorsTable(frame, self.factors + other.factors, self.provenance.merged(other.provenance))
