"""The areas to compare and their need, taken from a checked table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.peers.distances import Floats, check_factors, squared_parts, standardise
from carerates.provenance import Provenance
from carerates.tables import RatesTable, as_rates
from carerates.tables.schema import number_column, row_list

LABELS = ["area_code", "area_name", "nation", "region"]


@dataclass(frozen=True, slots=True, eq=False)
class NeedPool:
    """Areas with standardised need and the distances between them.

    Attributes
    ----------
    frame : DataFrame
        One row per area: labels, children, population, rate and the factors as given.
    factors : tuple of str
    labels : tuple of str
        The factors as a reader calls them.
    weights : array of float, shape (factors,)
        Summing to 1.
    scores : array of float, shape (areas, factors)
        Standardised factors (population on the log scale).
    parts : array of float, shape (areas, areas, factors)
        What each factor adds to the squared distance.
    left_out : tuple of str
        Names of areas without every factor.
    year : int
    provenance : Provenance
    """

    frame: pd.DataFrame = field(repr=False)
    factors: tuple[str, ...]
    labels: tuple[str, ...]
    weights: Floats
    scores: Floats
    parts: Floats
    left_out: tuple[str, ...]
    year: int
    provenance: Provenance

    @property
    def distances(self) -> Floats:
        """Distances, shape (areas, areas)."""
        return np.asarray(np.sqrt(self.parts.sum(axis=2)), dtype=float)


def gather_need(
    rates: RatesTable | pd.DataFrame,
    on: str | Iterable[str],
    weights: Mapping[str, float] | None,
    what: str,
) -> NeedPool:
    """Take one year of rates with its factors and standardise the need.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        One year; a DataFrame may hold the factors as further numeric columns.
    on : str or iterable of str
        Factors; ``"population"`` is the number of children aged 0-17, on the log scale.
    weights : mapping of str to float or None
        Relative weights; equal where None.
    what : str
        Who asks, for messages.
    """
    names = (on,) if isinstance(on, str) else tuple(on)
    table, frame = _frame_with_factors(rates, names)
    year = table.require_one_year(what)
    values = frame[list(names)].to_numpy(dtype=float)
    complete = np.isfinite(values).all(axis=1)
    left_out = tuple(frame.loc[~complete, "area_name"])
    frame, values = frame[complete].reset_index(drop=True), values[complete]
    if len(frame) < 2:
        raise TableError(
            f"{what} needs at least 2 areas with every factor; this table has {len(frame)}"
            + (f" (without one: {', '.join(left_out[:5])})." if left_out else ".")
        )
    if problems := check_factors(values, names):
        raise TableError(f"{what} cannot use these factors.", problems)
    values = np.column_stack(
        [
            np.log(column) if name == "population" else column
            for name, column in zip(names, values.T, strict=True)
        ]
    )
    share = _weights(names, weights)
    scores = standardise(values)
    step = f"need standardised on {', '.join(names)} over {len(frame)} areas in {year}"
    if left_out:
        step += f"; {len(left_out)} areas without every factor left out: {', '.join(left_out)}"
    return NeedPool(
        frame,
        names,
        _labels(names, table),
        share,
        scores,
        squared_parts(scores, share),
        left_out,
        year,
        table.provenance.then(step),
    )


def _frame_with_factors(
    rates: RatesTable | pd.DataFrame, names: tuple[str, ...]
) -> tuple[RatesTable, pd.DataFrame]:
    """Return the table and its rows with the factors beside them."""
    if not names:
        raise ValueError("on= must name at least one factor.")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"Factor named more than once: {', '.join(repeated)}. It would count twice.")
    table = as_rates(rates)
    frame = table.to_frame()
    if isinstance(rates, pd.DataFrame):
        extra = [name for name in names if name in rates.columns and name not in frame]
        numbers = rates[["area_code", "year"]].assign(**_numbers(rates[extra]))
        numbers["year"] = pd.to_numeric(numbers["year"])
        numbers["area_code"] = numbers["area_code"].astype("str").str.strip()
        frame = frame.merge(numbers, on=["area_code", "year"], how="left", validate="one_to_one")
    absent = [name for name in names if name not in frame]
    if absent:
        there = ", ".join([*table.factor_names, "population"])
        raise TableError(
            f"The table has no factor {', '.join(absent)}; it has: {there}. "
            "Join factors first with rates.join(load_factors(...))."
        )
    return table, frame


def _numbers(factors: pd.DataFrame) -> dict[str, pd.Series]:
    """Return a user's own factors as numbers, or raise with every cell that is none."""
    found, problems = {}, []
    for name in factors.columns:
        found[str(name)], wrong = number_column(factors[name])
        if wrong.any():
            problems.append(f"'{name}' holds something that is not a number in {row_list(wrong)}")
    if problems:
        raise TableError("These factors of need cannot be read.", problems)
    return found


def _labels(names: tuple[str, ...], table: RatesTable) -> tuple[str, ...]:
    """Return what a reader calls the factors."""
    known = {one.name: one.label for one in table.factors} | {"population": "number of children aged 0-17"}
    return tuple(known.get(name) or name.replace("_", " ") for name in names)


def _weights(names: tuple[str, ...], weights: Mapping[str, float] | None) -> Floats:
    """Return weights that sum to 1."""
    if weights is None:
        return np.full(len(names), 1 / len(names))
    unknown = sorted(set(weights) ^ set(names))
    if unknown:
        raise ValueError(
            f"weights and on= must name the same factors; only one of them has {', '.join(unknown)}."
        )
    values = np.array([float(weights[name]) for name in names])
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError(f"weights must be above 0; these are {dict(weights)}.")
    return np.asarray(values / values.sum(), dtype=float)
