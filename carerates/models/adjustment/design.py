"""From named factors to columns of numbers: the design of an adjustment.

A design is built for every area that has the factors, but its scales (means, standard deviations, knots)
are set by the areas that are fitted, so that an area without a count can be given an expected rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.models.adjustment.settings import AdjustmentSettings

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

INTERCEPT = "intercept"
NATION = "nation"
POPULATION = "population"
# quantiles of Harrell, Regression Modeling Strategies, 2nd ed. (2015), table 2.3, for four knots
_KNOT_QUANTILES = (0.05, 0.35, 0.65, 0.95)
# a column that others reproduce to this share of its length cannot be told from them in the data's digits
_COLLINEAR = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Columns of an adjustment, for every row of the table.

    Attributes
    ----------
    matrix : array of float, shape (rows, columns)
        NaN in rows that lack a value.
    names : tuple of str
        Names of the columns.
    blocks : dict of str to tuple of int
        Columns of each term beside the intercept.
    scaling : DataFrame
        ``factor, nation, mean, standard_deviation``: what each factor was put in.
    """

    matrix: Array
    names: tuple[str, ...]
    blocks: dict[str, tuple[int, ...]]
    scaling: pd.DataFrame

    def columns(self, terms: frozenset[str]) -> list[int]:
        """Return the columns of the intercept and of some terms, in order."""
        return [0, *sorted(column for term in terms for column in self.blocks[term])]


def build_design(frame: pd.DataFrame, fitted: Mask, settings: AdjustmentSettings) -> Design:
    """Turn factors, nation and population into columns.

    Parameters
    ----------
    frame : DataFrame
        Rows of a rates table with the factor columns.
    fitted : array of bool, shape (rows,)
        Areas that the model will be fitted to; they set the scales.
    settings : AdjustmentSettings
        Which terms, and how factors are standardised.

    Raises
    ------
    ModelError
        For a constant factor, and for a nation with too few areas to set a scale: all together.
    """
    nation = nation_labels(frame)
    nations = sorted(set(nation[fitted]))
    columns: list[Array] = [np.ones(len(frame))]
    names = [INTERCEPT]
    blocks: dict[str, tuple[int, ...]] = {}

    def add(term: str, values: Array, name: str) -> None:
        blocks[term] = (*blocks.get(term, ()), len(columns))
        columns.append(values)
        names.append(name)

    if settings.nation != "none":
        for one in nations[1:]:
            add(NATION, (nation == one).astype(float), one)
    scaled, scaling = _standardised(frame, fitted, nation, settings)
    for factor, values in scaled.items():
        add(factor, values, factor)
        if settings.nation == "interaction":
            for one in nations[1:]:
                add(factor, np.where(nation == one, values, 0.0 * values), f"{factor} x {one}")
    for values, name in _population_columns(frame, fitted, settings):
        add(POPULATION, values, name)
    matrix = np.column_stack(columns)
    # a nation that no fitted area belongs to has no level of its own, nor a scale
    if settings.nation != "none" or settings.standardise == "within_nation":
        matrix[~np.isin(nation, nations)] = np.nan
    return Design(matrix, tuple(names), blocks, scaling)


def nation_labels(frame: pd.DataFrame) -> NDArray[np.object_]:
    """Return each row's nation, or empty text where the table gives none."""
    return np.asarray(frame["nation"].fillna("").astype(object).to_numpy(), dtype=object)


def _standardised(
    frame: pd.DataFrame, fitted: Mask, nation: NDArray[np.object_], settings: AdjustmentSettings
) -> tuple[dict[str, Array], pd.DataFrame]:
    """Return each factor in the asked scale, and the scales."""
    problems: list[str] = []
    rows: list[tuple[str, str, float, float]] = []
    scaled: dict[str, Array] = {}
    within = settings.standardise == "within_nation"
    for factor in settings.factors:
        values = frame[factor].to_numpy(dtype=float)
        result = np.full(len(values), np.nan)
        for one in sorted(set(nation[fitted])) if within else [None]:
            here = np.ones(len(values), dtype=bool) if one is None else nation == one
            used = values[fitted & here]
            where = f" among the areas of {one}" if one else ""
            if len(used) < 2:
                problems.append(f"'{factor}' cannot be scaled{where}: only one area is fitted there")
                continue
            largest = float(np.max(np.abs(used)))
            if largest > 0.0 and not 1e-100 < largest < 1e100:  # squares would leave the range of numbers
                problems.append(f"'{factor}' holds values of {largest:.0e}{where}; change its unit")
                continue
            # a spread in the last digits only is rounding noise, not a factor
            if np.ptp(used) <= 1e-12 * largest:
                problems.append(f"'{factor}' is the same ({used[0]:g}){where or ' in every fitted area'}")
                continue
            mean, sd = float(used.mean()), float(used.std(ddof=1))
            if settings.standardise == "none":
                mean, sd = 0.0, 1.0
            rows.append((factor, one or "", mean, sd))
            result[here] = (values[here] - mean) / sd
        scaled[factor] = result
    if problems:
        raise ModelError(
            "These factors cannot be used: "
            + "; ".join(problems)
            + ". A factor that does not vary explains nothing: leave it out, or choose "
            "standardise='overall' where it varies between nations only."
        )
    scaling = pd.DataFrame(rows, columns=["factor", "nation", "mean", "standard_deviation"])
    return scaled, scaling


def _population_columns(
    frame: pd.DataFrame, fitted: Mask, settings: AdjustmentSettings
) -> list[tuple[Array, str]]:
    """Return the columns for the number of children, none where none was asked for."""
    if settings.population is None:
        return []
    logs = np.log(frame["population"].to_numpy(dtype=float))
    if np.ptp(logs[fitted]) <= 1e-9:
        raise ModelError("Every fitted area has the same population; use population=None.")
    centre = float(logs[fitted].mean())
    columns = [(logs - centre, "log population")]
    if settings.population == "spline":
        knots = np.quantile(logs[fitted], _KNOT_QUANTILES)
        if np.any(np.diff(knots) <= 1e-9):
            raise ModelError(
                "Populations are too alike for a spline: its four knots coincide. "
                "Use population='log' or None."
            )
        columns += [
            (values, f"log population, bend {number}")
            for number, values in enumerate(restricted_spline(logs, knots), start=1)
        ]
    return columns


def restricted_spline(values: Array, knots: Array) -> list[Array]:
    """Return the bends of a cubic spline that is straight beyond its outer knots.

    Parameters
    ----------
    values : array of float, shape (rows,)
        Where to evaluate.
    knots : array of float, shape (knots,)
        Ascending.

    Returns
    -------
    list of arrays of float, shape (rows,)
        Two fewer than there are knots; the straight line itself is not among them.

    References
    ----------
    Harrell, Regression Modeling Strategies, 2nd ed. (2015), equation 2.25, divided by the squared span.
    """
    last, before = knots[-1], knots[-2]
    span = last - before

    def cube(knot: float) -> Array:
        return np.asarray(np.maximum(values - knot, 0.0) ** 3, dtype=float)

    return [
        (cube(knot) - cube(before) * (last - knot) / span + cube(last) * (before - knot) / span)
        / (last - knots[0]) ** 2
        for knot in knots[:-2]
    ]


def require_identified(matrix: Array, names: tuple[str, ...], areas: int) -> None:
    """Raise unless the fitted areas can tell every column from the others.

    Parameters
    ----------
    matrix : array of float, shape (areas, columns)
        Design of the fitted areas.
    names : tuple of str
        Of the columns.
    areas : int
        How many are fitted.

    Raises
    ------
    ModelError
        With too few areas, or with a column that the ones before it reproduce.
    """
    columns = len(names)
    # two to spare: one to measure the spread, one for an area to be left out
    if areas < columns + 2:
        raise ModelError(
            f"{areas} areas with a count, a population and every factor are too few for {columns} "
            f"coefficients ({', '.join(names)}); at least {columns + 2} are needed. "
            "Use fewer factors, or nation='intercept' or 'none' and population=None."
        )
    kept: list[int] = []
    for column in range(columns):
        values = matrix[:, column] / np.linalg.norm(matrix[:, column])
        if kept:
            basis = matrix[:, kept] / np.linalg.norm(matrix[:, kept], axis=0)
            coefficients, *_ = np.linalg.lstsq(basis, values, rcond=None)
            if np.linalg.norm(values - basis @ coefficients) < _COLLINEAR:
                raise ModelError(
                    f"'{names[column]}' is collinear: among the {areas} fitted areas it can be worked out "
                    f"exactly from {', '.join(names[one] for one in kept)}, so their parts cannot be told "
                    "apart. Leave one of them out."
                )
        kept.append(column)
