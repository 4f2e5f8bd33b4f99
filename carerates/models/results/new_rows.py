"""Rows to predict, laid out on a grid of areas and years, with factors on the scales of the fit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError, TableError
from carerates.models.design.arrays import Design
from carerates.models.design.standardising import FactorColumn
from carerates.models.design.tallies import LAST_YEAR
from carerates.models.design.terms import Array
from carerates.tables import RatesTable

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates


@dataclass(frozen=True, slots=True, eq=False)
class NewRows:
    """Areas and years to predict.

    Attributes
    ----------
    area_codes, area_names, nation_of_area, region_of_area : tuple of str
        Areas, in order of their codes.
    position : array of int, shape (areas,)
        Row of each area in the fit; -1 for an area that was not fitted.
    years : tuple of int
        Years asked for, ascending.
    population : array of float, shape (areas, years)
        Children; 0 in cells that were not asked for.
    asked : array of bool, shape (areas, years)
        Cells that the table holds.
    frame : DataFrame
        The table's rows.
    """

    area_codes: tuple[str, ...]
    area_names: tuple[str, ...]
    nation_of_area: tuple[str, ...]
    region_of_area: tuple[str, ...]
    position: NDArray[np.intp] = field(repr=False)
    years: tuple[int, ...]
    population: Array = field(repr=False)
    asked: NDArray[np.bool_] = field(repr=False)
    frame: pd.DataFrame = field(repr=False)

    def grid(self, column: str) -> Array:
        """Return a column on the grid; cells that were not asked for take the area's nearest values."""
        values = np.full(self.asked.shape, np.nan)
        rows = pd.Index(self.area_codes).get_indexer(pd.Index(self.frame["area_code"]))
        at = pd.Index(self.years).get_indexer(pd.Index(self.frame["year"]))
        values[rows, at] = self.frame[column].to_numpy(dtype=float)
        where = np.array(self.years, dtype=float)
        for row in values:
            known = np.isfinite(row)
            row[~known] = np.interp(where[~known], where[known], row[known])
        return values


def rows_to_predict(fit: FittedRates, rates: RatesTable | pd.DataFrame) -> RatesTable:
    """Return a checked table of rows to predict; a DataFrame needs no counts."""
    if isinstance(rates, RatesTable):
        return rates
    if not isinstance(rates, pd.DataFrame):
        raise TypeError(f"rates is a RatesTable or a DataFrame, not a {type(rates).__name__}.")
    frame = rates if "children" in rates else rates.assign(children=np.nan, status="not_available")
    needed = [one for one in fit.rates.factors if one.name in fit.settings.factors]
    there = tuple(replace(one, standard_error="") for one in needed if one.name in frame)
    return RatesTable(frame, fit.provenance, there, fit.rates.measure)


def years_to_come(fit: FittedRates, years: int, population: pd.DataFrame | None) -> RatesTable:
    """Return rows of the years after the last fitted one, factors as they last were.

    Raises
    ------
    TableError
        If the populations do not cover every area and year.
    """
    if isinstance(years, bool) or not isinstance(years, (int, np.integer)) or years < 1:
        raise ValueError(f"years is a whole number of years, 1 or more; this is {years!r}.")
    frame, panel = fit.rates.to_frame(), fit.design.panel
    if panel.years[-1] + years > LAST_YEAR:
        raise ValueError(f"{years} years from {panel.years[-1]} end after {LAST_YEAR}; ask for fewer.")
    last = frame.sort_values("year").groupby("area_code").tail(1)
    # an area that had ended before the last year has no years to come
    last = last[last["year"] == panel.years[-1]]
    wanted = ["area_code", "area_name", "nation", "region", "population", *fit.settings.factors]
    known = pd.DataFrame({"area_code": panel.area_codes, "last_population": panel.population[:, -1]})
    rows = last[wanted].merge(known, on="area_code")
    rows["population"] = rows.pop("last_population")
    table = pd.concat([rows.assign(year=panel.years[-1] + ahead) for ahead in range(1, years + 1)])
    if population is not None:
        if not isinstance(population, pd.DataFrame):
            raise TypeError(f"population is a DataFrame, not a {type(population).__name__}.")
        if missing := sorted({"area_code", "year", "population"} - set(population)):
            raise TableError(f"population has no column {', '.join(missing)}.")
        table = table.drop(columns="population").merge(
            population[["area_code", "year", "population"]], on=["area_code", "year"], how="left"
        )
        if (empty := table["population"].isna()).any():
            codes = ", ".join(sorted(set(table.loc[empty, "area_code"]))[:5])
            raise TableError(f"population lacks areas or years to come ({codes}); give every area and year.")
    return rows_to_predict(fit, table)


def new_rows(design: Design, rates: RatesTable) -> NewRows:
    """Lay rows out, refusing all that the fit cannot predict, with every reason.

    Raises
    ------
    ModelError
        Factors that are not there or empty, nations that were not fitted, years before the first fitted one,
        rows without a population.
    """
    frame = rates.to_frame()
    if frame.empty:
        raise ModelError("The table has no rows, so there is nothing to predict.")
    _check(design, frame)
    one = frame.groupby("area_code", sort=True)[["area_name", "nation", "region"]].last()
    codes = tuple(one.index)
    years = tuple(sorted({int(year) for year in frame["year"]}))
    asked = np.zeros((len(codes), len(years)), dtype=bool)
    population = np.zeros(asked.shape)
    rows = pd.Index(codes).get_indexer(pd.Index(frame["area_code"]))
    at = pd.Index(years).get_indexer(pd.Index(frame["year"]))
    asked[rows, at] = True
    population[rows, at] = frame["population"].to_numpy(dtype=float)
    text = {name: tuple("" if pd.isna(cell) else str(cell) for cell in one[name]) for name in one}
    position = pd.Index(design.panel.area_codes).get_indexer(pd.Index(codes))
    nation, region = list(text["nation"]), list(text["region"])
    for number, row in enumerate(position):
        if row >= 0:  # an area keeps the place that it had in the fit
            nation[number] = design.panel.nation_of_area[row]
            region[number] = design.panel.region_of_area[row]
    return NewRows(
        codes, text["area_name"], tuple(nation), tuple(region), position, years, population, asked, frame
    )


def _check(design: Design, frame: pd.DataFrame) -> None:
    """Refuse what the fit cannot predict."""
    panel, problems = design.panel, []
    absent = [name for name in design.model.factors if name not in frame]
    if absent:
        problems.append(f"the rows have no column {', '.join(absent)}; the model needs it")
    for name in design.model.factors:
        if name in frame and frame[name].dtype.kind not in "fiu":
            problems.append(f"{name} is not a column of numbers")
        elif name in frame and not np.isfinite(frame[name].to_numpy(dtype=float)).all():
            problems.append(f"{name} is empty or not a finite number in some rows; supply it")
    if frame["population"].isna().any():
        problems.append("population is empty in some rows; supply it")
    first = int(frame["year"].min())
    if first < panel.years[0]:
        problems.append(
            f"{first} is before the first fitted year, {panel.years[0]}; fit the earlier years too"
        )
    if int(frame["year"].max()) > LAST_YEAR:
        problems.append(f"{frame['year'].max()} is after {LAST_YEAR}, further than any trend reaches")
    fresh = ~frame["area_code"].isin(panel.area_codes)
    nations = {"" if pd.isna(cell) else str(cell) for cell in frame.loc[fresh, "nation"]}
    if strangers := sorted(nations - set(panel.nations)):
        said = ", ".join(one or "(none)" for one in strangers)
        known = ", ".join(one or "(none)" for one in panel.nations)
        problems.append(f"new areas are of nation {said}; the fit knows {known}")
    if problems:
        raise ModelError("These rows cannot be predicted:\n" + "\n".join(f"  - {one}" for one in problems))


def need_matrix(design: Design, new: NewRows) -> tuple[Array, NDArray[np.bool_]]:
    """Return the columns of intercept, nations, factors and population for new rows.

    Returns
    -------
    matrix : array of float, shape (areas, years, columns)
    used : array of bool, shape (shared columns,)
        Which shared columns of the fit these are, in the same order.
    """
    nation = np.array(new.nation_of_area)
    shape = new.asked.shape
    blocks = {"intercept": np.ones(shape)}
    for one in design.panel.nations[1:]:
        blocks[f"nation:{one}"] = np.broadcast_to((nation == one)[:, None] * 1.0, shape)
    for column in design.columns:
        values = _factor_values(design, column, new)
        blocks[column.name] = values
        for one in design.panel.nations[1:]:
            blocks[f"{column.name} x {one}"] = values * (nation == one)[:, None]
    used = design.shared_columns(("intercept", "nation", "factor", "population"))
    names = [name for name, keep in zip(design.shared_names, used, strict=True) if keep]
    return np.stack([blocks[name] for name in names], axis=2), used


def _factor_values(design: Design, column: FactorColumn, new: NewRows) -> Array:
    """Put one factor of new rows on the fit's scale."""
    fitted = new.position >= 0
    raw = (
        np.log(np.where(new.asked, new.population, np.nan))
        if column.part == "population"
        else new.grid(column.factor)
    )
    if column.part == "population" or column.factor in design.model.within_between:
        # a fitted area keeps the level of its fitted years, so that a later year changes only what is within
        level = np.nanmean(np.where(new.asked, raw, np.nan), axis=1)
        between = next(
            one
            for one in design.columns
            if one.factor == column.factor and one.part in ("level", "population")
        )
        level[fitted] = between.raw[new.position[fitted], 0]
        raw = (
            raw - level[:, None]
            if column.part == "within"
            else np.repeat(level[:, None], raw.shape[1], axis=1)
        )
    result = np.empty_like(raw)
    for row, nation in enumerate(new.nation_of_area):
        result[row] = column.standardised(raw[row], nation)
        if column.error is not None and (at := new.position[row]) >= 0:
            # what was measured stands for the best estimate; only a change of it moves the area
            result[row] += column.values[at, 0] - column.standardised(column.raw[at, 0], nation)
    return result
