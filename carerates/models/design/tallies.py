"""A rates table on a full grid of areas and years, with what is known about each count."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError, TableError
from carerates.tables import RatesTable
from carerates.tables.schema import row_list

Array = NDArray[np.float64]

LAST_YEAR = 2100
"""Of a grid of areas and years: a slip such as 201718 would ask for more cells than a machine has memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Counts and populations by area and year.

    Attributes
    ----------
    area_codes, area_names, nation_of_area, region_of_area : tuple of str, length areas
        Empty text where a table names no nation or region.
    nations : tuple of str
        Reference nation (the one with most areas) first.
    years : tuple of int
        Every year from the first to the last, whether or not the table has it.
    children, low, high : array of float, shape (areas, years)
        Published count and bounds of the true one; NaN where nothing is known.
    population : array of float, shape (areas, years)
        Children aged 0-17, filled in between an area's rows.
    weight : array of float, shape (areas, years)
        Population for totals: 0 before an area's first row in the table and after its last, so that an area
        abolished or created by a reorganisation is not counted beside its successor or predecessor.
    in_table : array of bool, shape (areas, years)
        Cells that the table holds.
    steps : tuple of str
        What was done, for the provenance.
    """

    area_codes: tuple[str, ...]
    area_names: tuple[str, ...]
    nation_of_area: tuple[str, ...]
    region_of_area: tuple[str, ...]
    nations: tuple[str, ...]
    years: tuple[int, ...]
    children: Array = field(repr=False)
    low: Array = field(repr=False)
    high: Array = field(repr=False)
    population: Array = field(repr=False)
    weight: Array = field(repr=False)
    in_table: NDArray[np.bool_] = field(repr=False)
    steps: tuple[str, ...]

    def grid(self, frame: pd.DataFrame, column: str) -> Array:
        """Return one column of the table on the grid, NaN where the table has no row."""
        values = np.full((len(self.area_codes), len(self.years)), np.nan)
        rows = pd.Index(self.area_codes).get_indexer(pd.Index(frame["area_code"]))
        values[rows, frame["year"].to_numpy() - self.years[0]] = frame[column].to_numpy(dtype=float)
        return values


def panel_of(rates: RatesTable) -> Panel:
    """Lay a table out by area and year, refusing what a likelihood cannot use."""
    frame = rates.to_frame()
    if frame.empty:
        raise TableError("The table has no rows, so there is nothing to fit.")
    _check_rows(frame)
    one = frame.groupby("area_code", sort=True)[["area_name", "nation", "region"]].last()
    nation_of_area = _group(one["nation"], "nation")
    region_of_area = _group(one["region"], "region")
    sizes = pd.Series(nation_of_area).value_counts()
    nations = tuple(sorted(sizes.index, key=lambda name: (-int(sizes[name]), str(name))))
    years = tuple(range(int(frame["year"].min()), int(frame["year"].max()) + 1))
    empty = np.zeros((len(one), len(years)))
    panel = Panel(
        tuple(one.index),
        tuple(one["area_name"]),
        nation_of_area,
        region_of_area,
        nations,
        years,
        children=empty,
        low=empty,
        high=empty,
        population=empty,
        weight=empty,
        in_table=empty > 0,
        steps=(),
    )
    grids = {
        name: panel.grid(frame, name) for name in ("children", "children_low", "children_high", "population")
    }
    in_table = np.isfinite(panel.grid(frame.assign(here=1.0), "here"))
    known = np.isfinite(grids["children_low"]) & np.isfinite(grids["children_high"])
    low, high = (np.where(known, grids[name], np.nan) for name in ("children_low", "children_high"))
    _check_counts(grids["children"], low, high)
    population = _filled(grids["population"])
    return Panel(
        panel.area_codes,
        panel.area_names,
        nation_of_area,
        region_of_area,
        nations,
        years,
        grids["children"],
        low,
        high,
        population,
        np.where(_alive(in_table), population, 0.0),
        in_table,
        _steps(grids["children"], low, high, grids["population"]),
    )


def _check_rows(frame: pd.DataFrame) -> None:
    """Refuse rows whose count cannot enter a likelihood."""
    problems = []
    if (strange := frame["year"] > LAST_YEAR).any():
        problems.append(f"the year is after {LAST_YEAR} in {row_list(strange)}; 2017-18 is written 2018")
    bounds = frame[["children_low", "children_high"]]
    unbounded = frame["children"].notna() & bounds.isna().any(axis=1)
    if unbounded.any():
        problems.append(
            f"the count is worked back or estimated and says nothing of its bounds in {row_list(unbounded)}; "
            "give children_low and children_high, or a status such as 'exact'"
        )
    half = bounds.notna().sum(axis=1) == 1
    if half.any():
        problems.append(f"only one of children_low and children_high is given in {row_list(half)}")
    fraction = (bounds != bounds.round()).any(axis=1) & bounds.notna().all(axis=1)
    if fraction.any():
        problems.append(f"children_low or children_high is not a whole number in {row_list(fraction)}")
    too_many = frame["children_low"] > frame["population"]
    if too_many.any():
        problems.append(f"there are more children looked after than children in {row_list(too_many)}")
    no_population = frame["population"].isna() & bounds.notna().all(axis=1)
    if no_population.any():
        problems.append(f"there is a count but no population in {row_list(no_population)}")
    never = frame.groupby("area_code")["population"].transform("count") == 0
    if never.any():
        codes = ", ".join(sorted(frame.loc[never, "area_code"].unique())[:5])
        problems.append(f"no population in any year for {codes}")
    for name in ("nation", "region"):
        some = frame[name].isna()
        if some.any() and not some.all():
            problems.append(
                f"'{name}' is empty in {row_list(some)} and filled elsewhere; fill it in all or none"
            )
    if problems:
        raise TableError("A model cannot be fitted to this table.", problems)


def _check_counts(children: Array, low: Array, high: Array) -> None:
    """Refuse tables whose counts say nothing about any rate."""
    if not np.isfinite(low).any():
        raise ModelError(
            "No row has a count or bounds for one (all are missing), so there is nothing to fit."
        )
    if not np.isfinite(children).any():
        raise ModelError(
            "Every count is suppressed or missing; bounds alone cannot say how areas differ. "
            "Use a table with counts."
        )
    if np.nanmax(high) == 0:
        raise ModelError("Every count is zero, so no rate can be told from another; check the counts.")


def _group(values: pd.Series, name: str) -> tuple[str, ...]:
    """Return a label for each area; empty text where the table has none."""
    return tuple("" if pd.isna(one) else str(one) for one in values)


def _filled(population: Array) -> Array:
    """Fill populations of cells without a row from the area's other years, on the log scale."""
    filled = population.copy()
    at = np.arange(population.shape[1])
    for row in filled:
        known = np.isfinite(row)
        row[~known] = np.exp(np.interp(at[~known], at[known], np.log(row[known])))
    return filled


def _alive(in_table: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells lie between an area's first and last row."""
    forward = np.maximum.accumulate(in_table, axis=1)
    backward = np.maximum.accumulate(in_table[:, ::-1], axis=1)[:, ::-1]
    result: NDArray[np.bool_] = forward & backward
    return result


def _steps(children: Array, low: Array, high: Array, population: Array) -> tuple[str, ...]:
    """Say what the likelihood makes of the counts."""
    known = np.isfinite(low)
    exact = int((known & (low == high)).sum())
    interval = int((known & (low < high)).sum())
    steps = [
        f"likelihood: {exact} exact counts, {interval} known within bounds "
        f"({int((known & np.isnan(children)).sum())} of them suppressed), "
        f"{int((~known).sum())} missing and predicted"
    ]
    if (gaps := int(np.isnan(population).sum())) > 0:
        steps.append(
            f"population of {gaps} cells without one filled in from the area's nearest years "
            "(used only to weight totals and to predict)"
        )
    return tuple(steps)
