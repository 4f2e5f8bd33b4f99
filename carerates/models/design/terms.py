"""The pieces of a model's linear predictor, and the spreads that govern them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from carerates.models.priors import HalfNormal, Prior

Array = NDArray[np.float64]
LEAST_VARIANCE = 1e-10
Transform = Literal["sinh", "log", "logit", "atanh", "identity"]
BEND = 0.2  # of a prior's scale: smaller spreads are explored in steps, larger ones in ratios
FLOOR = 1e-3  # of a prior's scale: no spread is smaller, so that a precision stays finite


@dataclass(frozen=True, slots=True)
class Spread:
    """One hyperparameter: a standard deviation, an autocorrelation, a correlation or a share.

    Attributes
    ----------
    name : str
        Name in tables and files.
    label : str
        What it is, for a reader.
    transform : {"sinh", "log", "logit", "atanh", "identity"}
        Scale on which it is explored without bounds.  On "sinh" a spread is even in the point, so that zero
        is an ordinary place: a spread of nothing lies at 0 and not at minus infinity.
    prior : Prior
        Prior on its own scale.
    fixed : float or None
        Value, where it is not learned.
    """

    name: str
    label: str
    transform: Transform
    prior: Prior
    fixed: float | None = None

    @property
    def folded(self) -> bool:
        """Whether a point and its mirror image stand for the same value."""
        return self.transform == "sinh"

    @property
    def scale(self) -> float:
        """Scale of the prior, for spreads."""
        return float(getattr(self.prior, "sd", 1.0))

    def _plain(self, free: float) -> float:
        """Return a spread before the floor."""
        return BEND * self.scale * math.sinh(min(abs(free), 30.0))

    def natural(self, free: float) -> float:
        """Return the value at a point of the unbounded scale."""
        if self.transform == "identity":
            return free
        if self.transform == "sinh":
            return math.hypot(FLOOR * self.scale, self._plain(free))
        if self.transform == "log":
            return math.exp(min(max(free, -30.0), 30.0))
        if self.transform == "logit":
            return 1 / (1 + math.exp(-min(max(free, -30.0), 30.0)))
        return math.tanh(free)

    def free(self, natural: float) -> float:
        """Return the point of the unbounded scale that gives ``natural``."""
        if self.transform == "identity":
            return natural
        if self.transform == "sinh":
            above = math.sqrt(max(natural**2 - (FLOOR * self.scale) ** 2, 0.0))
            return math.asinh(above / (BEND * self.scale))
        if self.transform == "log":
            return math.log(natural)
        if self.transform == "logit":
            return math.log(natural / (1 - natural))
        return math.atanh(natural)

    def log_prior(self, free: float) -> float:
        """Return the log prior density on the unbounded scale, Jacobian included."""
        value = self.natural(free)
        if self.transform == "identity":
            return self.prior.log_density(value)
        if self.transform == "sinh":
            jacobian = math.log(BEND * self.scale * math.cosh(min(abs(free), 30.0)))
            return self.prior.log_density(self._plain(free)) + jacobian
        if self.transform == "log":
            jacobian = math.log(value)
        elif self.transform == "logit":
            jacobian = math.log(value) + math.log1p(-value)
        else:
            jacobian = math.log1p(-value * value) if abs(value) < 1 else -math.inf
        return self.prior.log_density(value) + jacobian


def spread_of(name: str, label: str, prior: Prior, fixed: float | None = None) -> Spread:
    """Return a standard deviation, explored as its prior allows: down to nothing, or by ratios."""
    return Spread(name, label, "sinh" if isinstance(prior, HalfNormal) else "log", prior, fixed)


@dataclass(frozen=True, slots=True)
class Term:
    """A run of columns that share a prior.

    Attributes
    ----------
    name : str
        What the columns are: ``"intercept"``, ``"nation"``, ``"factor"``, ``"trend"``, ``"region"``, ...
    start, stop : int
        First column and the one after the last.
    structure : {"fixed", "iid", "ar1", "level_slope", "scaled"}
        Form of the prior precision; "scaled" columns are independent with variances ``scale`` times that of
        ``spread``.
    spread, other_spread, link : str
        Names of the hyperparameters: standard deviation, second standard deviation, correlation.
    share : str
        Name of the share of variance that is structured: "scaled" columns take it, "iid" ones the rest.
    scale : tuple of float
        Relative variances of "scaled" columns.
    """

    name: str
    start: int
    stop: int
    structure: Literal["fixed", "iid", "ar1", "level_slope", "scaled"]
    spread: str = ""
    other_spread: str = ""
    link: str = ""
    share: str = ""
    scale: tuple[float, ...] = ()

    @property
    def columns(self) -> slice:
        """Columns as a slice."""
        return slice(self.start, self.stop)


def random_walk_basis(length: int) -> Array:
    """Return the columns that turn yearly changes into a path of mean zero, one row a year."""
    path = np.tril(np.ones((length, length)), 0)[:, 1:]
    return path - path.mean(axis=0)


def second_walk_basis(length: int) -> Array:
    """Return the columns that turn changes of slope into a path without level or line."""
    path = np.zeros((length, length - 2))
    for column in range(length - 2):
        path[column + 2 :, column] = np.arange(1, length - 1 - column)
    time = np.arange(length) - (length - 1) / 2
    path -= path.mean(axis=0)
    return path - np.outer(time, time @ path) / (time @ time)


def ar1_precision(length: int, innovation_sd: float, correlation: float) -> tuple[Array, float]:
    """Return the precision of a stationary first-order autoregression, and its log determinant.

    Every year has variance ``innovation_sd^2 / (1 - correlation^2)``.
    """
    diagonal = np.full(length, 1 + correlation**2)
    diagonal[[0, -1]] = 1.0 if length > 1 else 1 - correlation**2
    precision = np.diag(diagonal)
    if length > 1:
        beside = np.arange(length - 1)
        precision[beside, beside + 1] = precision[beside + 1, beside] = -correlation
    precision /= innovation_sd**2
    return precision, math.log1p(-(correlation**2)) - 2 * length * math.log(innovation_sd)


def precision_of(
    terms: tuple[Term, ...], size: int, values: dict[str, float], fixed_sd: Array
) -> tuple[Array, float]:
    """Return the prior precision matrix of a vector of effects, and its log determinant.

    Parameters
    ----------
    terms : tuple of Term
        Runs of columns; together they cover all ``size`` columns.
    size : int
        Length of the vector.
    values : dict of str to float
        Hyperparameters by name.
    fixed_sd : array of float, shape (size,)
        Prior standard deviations of columns whose prior is fixed.
    """
    precision = np.zeros((size, size))
    log_determinant = 0.0
    for term in terms:
        length = term.stop - term.start
        if length == 0:
            continue
        if term.structure == "ar1":
            block, part = ar1_precision(length, values[term.spread], values[term.link])
        elif term.structure == "level_slope":
            block, part = _level_slope_precision(
                values[term.spread], values[term.other_spread], values[term.link]
            )
        elif term.structure == "scaled":
            # a coefficient of nothing leaves nothing to scale, but a precision must stay finite
            variance = max(values[term.spread] ** 2, LEAST_VARIANCE) * np.array(term.scale)
            variance = variance * (values[term.share] if term.share else 1.0)
            block, part = np.diag(1 / variance), float(-np.log(variance).sum())
        else:
            sd = fixed_sd[term.columns] if term.structure == "fixed" else np.full(length, values[term.spread])
            if term.share:
                sd = sd * math.sqrt(1 - values[term.share])
            block, part = np.diag(sd**-2.0), float(-2 * np.log(sd).sum())
        precision[term.columns, term.columns] = block
        log_determinant += part
    return precision, log_determinant


def _level_slope_precision(level_sd: float, slope_sd: float, correlation: float) -> tuple[Array, float]:
    """Return the precision of an area's level and slope, and its log determinant."""
    left = 1 - correlation**2
    off = -correlation / (level_sd * slope_sd)
    block = np.array([[level_sd**-2.0, off], [off, slope_sd**-2.0]]) / left
    return block, -math.log(left) - 2 * math.log(level_sd * slope_sd)
