"""Factors on a common scale: standardised inside each nation, with the scaling kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from carerates.errors import ModelError
from carerates.models.design.tallies import Array, Panel
from carerates.models.spec import RateModel
from carerates.tables import RatesTable


@dataclass(frozen=True, slots=True, eq=False)
class FactorColumn:
    """One column of the design made from a factor.

    Attributes
    ----------
    factor, name : str
        Factor it comes from, and the column's name (``"poverty within"`` for a deviation).
    part : {"level", "within", "population"}
        Value itself (or area mean), deviation from the area's mean, or log population.
    mean, sd : dict of str to float
        Mean and standard deviation over areas of each nation; a within part has mean 0.
    values : array of float, shape (areas, years)
        Standardised values.
    raw : array of float, shape (areas, years)
        Values as supplied.
    error : array of float, shape (areas,), or None
        Standard deviation of what is left unknown of the true value, on the standardised scale, where the
        factor is measured with error; ``values`` are then the best estimates of the true ones.
    """

    factor: str
    name: str
    part: str
    mean: dict[str, float]
    sd: dict[str, float]
    values: Array = field(repr=False)
    raw: Array = field(repr=False)
    error: Array | None = field(repr=False, default=None)

    def standardised(self, raw: Array, nation: str) -> Array:
        """Put raw values on the scale of one nation."""
        result: Array = (raw - self.mean[nation]) / self.sd[nation]
        return result


def factor_columns(model: RateModel, panel: Panel, rates: RatesTable) -> tuple[FactorColumn, ...]:
    """Read the factors from the table, check them and standardise them.

    Raises
    ------
    ModelError
        Factors that are empty for some area or constant inside a nation.
    """
    frame = rates.to_frame()
    problems: list[str] = []
    columns: list[FactorColumn] = []
    for name in model.factors:
        raw = panel.grid(frame, name)
        empty = panel.in_table & ~np.isfinite(raw)
        if empty.any():
            areas = [panel.area_names[row] for row in np.flatnonzero(empty.any(axis=1))]
            shown = ", ".join(areas[:5]) + (f" and {len(areas) - 5} more" if len(areas) > 5 else "")
            problems.append(
                f"{name} is missing for {shown}; supply it, or leave those areas or years out "
                "with rates.select"
            )
            continue
        raw = _carried(raw)
        if name in model.within_between:
            columns += _split(name, raw, panel, problems)
        else:
            columns.append(_column(name, name, "level", raw, raw.mean(axis=1), panel, problems))
    if model.population_term:
        size = np.log(panel.population).mean(axis=1)
        raw = np.repeat(size[:, None], len(panel.years), axis=1)
        columns.append(_column("log population", "log population", "population", raw, size, panel, problems))
    columns = _with_errors(model, panel, rates, columns, problems)
    if problems:
        raise ModelError(
            "These factors cannot enter the model:\n" + "\n".join(f"  - {one}" for one in problems)
        )
    return tuple(columns)


def _carried(raw: Array) -> Array:
    """Fill cells that the table does not hold from the area's own years, by straight line."""
    filled = raw.copy()
    at = np.arange(raw.shape[1])
    for row in filled:
        known = np.isfinite(row)
        row[~known] = np.interp(at[~known], at[known], row[known])
    return filled


def _split(name: str, raw: Array, panel: Panel, problems: list[str]) -> list[FactorColumn]:
    """Split a factor into the area's mean and its deviations from it."""
    mean = raw.mean(axis=1)
    deviation = raw - mean[:, None]
    between = np.repeat(mean[:, None], raw.shape[1], axis=1)
    if np.abs(deviation).max() <= 1e-12 * max(1.0, float(np.abs(raw).max())):
        problems.append(
            f"{name} does not change over time, so it has no within part; drop it from within_between"
        )
        return []
    spread = float(np.sqrt((deviation**2).mean()))
    within = FactorColumn(
        name,
        f"{name} within",
        "within",
        dict.fromkeys(panel.nations, 0.0),
        dict.fromkeys(panel.nations, spread),
        deviation / spread,
        deviation,
    )
    return [_column(name, name, "level", between, mean, panel, problems), within]


def _column(
    factor: str, name: str, part: str, raw: Array, over_areas: Array, panel: Panel, problems: list[str]
) -> FactorColumn:
    """Standardise one column by the mean and standard deviation over the areas of each nation."""
    nation = np.array(panel.nation_of_area)
    mean: dict[str, float] = {}
    sd: dict[str, float] = {}
    values = np.zeros_like(raw)
    for one in panel.nations:
        mine = nation == one
        mean[one] = float(over_areas[mine].mean())
        sd[one] = float(over_areas[mine].std(ddof=1)) if mine.sum() > 1 else 0.0
        if not sd[one] > 1e-9 * max(1.0, abs(mean[one])):
            where = f" in {one}" if one else ""
            problems.append(
                f"{name} is the same for every area{where} ({mean[one]:g}), so it explains nothing"
            )
            sd[one] = 1.0
        values[mine] = (raw[mine] - mean[one]) / sd[one]
    return FactorColumn(factor, name, part, mean, sd, values, raw)


def _with_errors(
    model: RateModel, panel: Panel, rates: RatesTable, columns: list[FactorColumn], problems: list[str]
) -> list[FactorColumn]:
    """Replace factors measured with error by the best estimates of their true values."""
    frame = rates.to_frame()
    described = {one.name: one.standard_error for one in rates.factors}
    result = []
    for column in columns:
        if column.factor not in model.measured_with_error:
            result.append(column)
            continue
        name = described.get(column.factor, "")
        if not name:
            problems.append(
                f"{column.factor} is measured_with_error, but the table names no standard error for it; "
                "join factors whose Factor has standard_error"
            )
            continue
        if frame[name].dtype.kind not in "fiu" or np.isinf(frame[name]).any():
            problems.append(f"{name} is not a finite number in some rows")
            continue
        error = _carried(panel.grid(frame, name))
        steady = np.abs(column.raw - column.raw[:, :1]).max() <= 1e-9 * max(
            1.0, float(np.abs(column.raw).max())
        )
        if not steady:
            problems.append(
                f"{column.factor} is measured_with_error and changes over years; give one value an area"
            )
        if not (error >= 0).all():
            problems.append(f"{name} is negative or empty in some rows")
        if steady and (error >= 0).all():
            others = [
                one for one in columns if one.factor not in model.measured_with_error and one.part == "level"
            ]
            result.append(_true_values(column, error[:, 0], others, panel, problems))
    return result


def _true_values(
    column: FactorColumn, error: Array, others: list[FactorColumn], panel: Panel, problems: list[str]
) -> FactorColumn:
    """Estimate true values from measured ones, given the other factors, inside each nation.

    Notes
    -----
    True values are normal about a line in the other factors; its variance is that of the measured values
    about the line less the mean squared error of measurement (a moment estimate, plugged in).
    """
    nation = np.array(panel.nation_of_area)
    best, left = column.values.copy(), np.zeros(len(nation))
    for one in panel.nations:
        mine = nation == one
        measured, noise = column.values[mine, 0], error[mine] / column.sd[one]
        matrix = np.column_stack(
            [np.ones(mine.sum()), *(other.values[mine].mean(axis=1) for other in others)]
        )
        line = matrix @ np.linalg.lstsq(matrix, measured, rcond=None)[0]
        spare = max(len(measured) - matrix.shape[1], 1)
        true_variance = ((measured - line) ** 2).sum() / spare - (noise**2).mean()
        if true_variance <= 0:
            where = f" in {one}" if one else ""
            problems.append(
                f"{column.factor} differs between areas{where} by no more than its own error of measurement, "
                "so it cannot explain anything"
            )
            continue
        weight = true_variance / (true_variance + noise**2)
        best[mine] = (line + weight * (measured - line))[:, None]
        left[mine] = np.sqrt(weight) * noise
    return replace(column, values=best, error=left)
