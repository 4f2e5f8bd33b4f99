"""The arrays of a model and a rates table that both engines work on.

Areas and years form a full grid; a cell without a count has no likelihood and is predicted.  The log
rate of area i in year t is ``G[i, t] @ g + Z[t] @ l_i``: ``g`` holds what areas share (intercept, nation,
factors, trend, regions), ``l_i`` what belongs to one area (level, slope, its own path).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carerates.models.counts import Counts
from carerates.models.design.adjacency import Adjacency
from carerates.models.design.standardising import FactorColumn
from carerates.models.design.tallies import Panel
from carerates.models.design.terms import Array, Spread, Term, precision_of
from carerates.models.spec import RateModel
from carerates.provenance import Provenance

TIED = 1e-4
"""Standard deviation with which an effect follows the hyperparameter it is tied to: a ratio of 1.0001."""
NEED = ("intercept", "nation", "factor", "population", "drift", "trend")
"""Terms that make up the rate expected given need; regions and the area's own effects are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Arrays of one model on one table.

    Attributes
    ----------
    panel : Panel
        Codes, names, nations, regions, years, bounds of counts and populations on the grid.
    shared : array of float, shape (areas, years, columns)
        ``G``; the columns are named by ``shared_names`` and grouped by ``shared_terms``.
    shared_mean, shared_sd : array of float, shape (columns,)
        Prior mean of every column and, where the prior is fixed, its standard deviation.
    local : array of float, shape (years, columns)
        ``Z``, the same for every area; grouped by ``local_terms``.
    spreads : tuple of Spread
        Hyperparameters, fixed ones included.
    columns : tuple of FactorColumn
        How each factor was standardised.
    counts : Counts
        Published counts of the cells that have one, in the order of ``observed``.
    observed : array of int, shape (rows,)
        Cells with a count, as positions in the flattened grid.
    ties : tuple of (int, str)
        Shared columns whose effect is a hyperparameter, with its name: coefficients of factors measured with
        error, on which the spread of what is unknown about the factor depends.
    adjacency : Adjacency or None
        The map of neighbours, where the model has one.
    """

    model: RateModel
    panel: Panel
    shared: Array = field(repr=False)
    shared_names: tuple[str, ...]
    shared_terms: tuple[Term, ...]
    shared_mean: Array = field(repr=False)
    shared_sd: Array = field(repr=False)
    local: Array = field(repr=False)
    local_terms: tuple[Term, ...]
    spreads: tuple[Spread, ...]
    columns: tuple[FactorColumn, ...]
    counts: Counts = field(repr=False)
    observed: NDArray[np.intp] = field(repr=False)
    provenance: Provenance
    ties: tuple[tuple[int, str], ...] = ()
    adjacency: Adjacency | None = field(repr=False, default=None)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of areas and of years."""
        return len(self.panel.area_codes), len(self.panel.years)

    @property
    def free_spreads(self) -> tuple[Spread, ...]:
        """Hyperparameters that are learned."""
        return tuple(one for one in self.spreads if one.fixed is None)

    def spread_values(self, free: Array) -> dict[str, float]:
        """Return every hyperparameter by name at a point of the unbounded scale."""
        values = {one.name: one.fixed for one in self.spreads if one.fixed is not None}
        return values | {
            one.name: one.natural(float(at)) for one, at in zip(self.free_spreads, free, strict=True)
        }

    def precisions(self, values: dict[str, float]) -> tuple[Array, float, Array, float]:
        """Return prior precision and log determinant of the shared and of one area's effects."""
        sd = self.shared_sd.copy()
        sd[[column for column, _ in self.ties]] = TIED
        shared = precision_of(self.shared_terms, len(self.shared_names), values, sd)
        local = precision_of(self.local_terms, self.local.shape[1], values, np.ones(self.local.shape[1]))
        return (*shared, *local)

    def mean_of(self, values: dict[str, float]) -> Array:
        """Return the prior mean of the shared effects given the hyperparameters."""
        mean = self.shared_mean.copy()
        for column, name in self.ties:
            mean[column] = values[name]
        return mean

    def count_noise(self, values: dict[str, float]) -> float:
        """Return the noise inside the likelihood of counts (a log-normal one is an effect instead)."""
        return values["noise"] if self.model.likelihood == "negative_binomial" else 0.0

    def shared_columns(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return a mask of the shared columns that belong to the terms called ``names``."""
        mask = np.zeros(len(self.shared_names), dtype=bool)
        for term in self.shared_terms:
            if term.name in names:
                mask[term.columns] = True
        return mask

    def local_columns(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return a mask of the local columns that belong to the terms called ``names``."""
        mask = np.zeros(self.local.shape[1], dtype=bool)
        for term in self.local_terms:
            if term.name in names:
                mask[term.columns] = True
        return mask
