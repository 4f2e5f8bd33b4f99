"""How likely are published counts, given the rate: exact, rounded, derived or suppressed?

A count published as 85 to the nearest 5 says that the true count is one of 83 to 87; a suppressed
cell says that it is one of 1 to 5.  The likelihood of either is the probability of the whole set.
Functions here take and return arrays; ``eta`` is the log of the expected count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammainc, gammaincc, gammaln

Array = NDArray[np.float64]
NARROW = 160
"""Widest set of counts that is summed term by term; wider ones use distribution functions."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What was published about each count, sorted by how it is evaluated.

    Attributes
    ----------
    low, high : array of float, shape (rows,)
        Smallest and largest count that the publication leaves possible.
    exact, narrow, wide : array of int
        Rows with one possible count, a few, or many.
    values : array of float, shape (narrow rows, widest set)
        Possible counts of the narrow rows; NaN fills the shorter sets.
    """

    low: Array
    high: Array
    exact: NDArray[np.intp]
    narrow: NDArray[np.intp]
    wide: NDArray[np.intp]
    values: Array
    exact_constant: Array
    narrow_constant: Array

    @classmethod
    def between(cls, low: Array, high: Array) -> Counts:
        """Sort rows into exact, narrow and wide."""
        width = high - low + 1
        exact = np.flatnonzero(width == 1)
        narrow = np.flatnonzero((width > 1) & (width <= NARROW))
        wide = np.flatnonzero(width > NARROW)
        most = int(width[narrow].max()) if len(narrow) else 0
        values = low[narrow, None] + np.arange(most)[None, :]
        values = np.where(values <= high[narrow, None], values, np.nan)
        return cls(
            low,
            high,
            exact,
            narrow,
            wide,
            values,
            gammaln(low[exact] + 1),
            gammaln(np.nan_to_num(values) + 1),
        )

    def __len__(self) -> int:
        return len(self.low)


def log_likelihood(eta: Array, counts: Counts, noise: float) -> tuple[Array, Array, Array]:
    """Find each row's log likelihood and its first two derivatives in ``eta``.

    Parameters
    ----------
    eta : array of float, shape (rows,)
        Log of the expected count.
    counts : Counts
        What was published.
    noise : float
        Coefficient of variation of the rate beyond Poisson; 0 gives the Poisson.

    Returns
    -------
    value, first, second : arrays of float, shape (rows,)

    Notes
    -----
    With noise k the count is negative binomial with variance ``m + k^2 m^2``.  For a set of counts,
    ``l = log(sum of exp l_y)``, so the derivatives are the mean score, and the mean curvature plus the
    variance of the score, under the probabilities of the counts in the set.
    """
    value, first, second = (np.zeros(len(eta)) for _ in range(3))
    if len(rows := counts.exact):
        value[rows], first[rows], second[rows] = _log_pmf(
            counts.low[rows], eta[rows], noise, counts.exact_constant
        )
    if len(rows := counts.narrow):
        value[rows], first[rows], second[rows] = _narrow(counts, eta[rows], noise)
    if len(rows := counts.wide):
        value[rows], first[rows], second[rows] = _wide(counts.low[rows], counts.high[rows], eta[rows], noise)
    return value, first, second


def log_pmf(count: Array, eta: Array, noise: float) -> Array:
    """Return the log probability of exact counts, broadcasting."""
    count, eta = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(eta, dtype=float))
    return _log_pmf(count, eta, noise, gammaln(count + 1))[0]


def _log_pmf(y: Array, eta: Array, noise: float, constant: Array) -> tuple[Array, Array, Array]:
    """Log probability of exact counts, with derivatives; ``constant`` is log y!."""
    mean = np.exp(np.minimum(eta, 700.0))
    if noise <= 0:
        return y * eta - mean - constant, y - mean, -mean
    size = noise**-2
    ratio = mean * noise**2
    value = _log_rising(y, size) + y * eta - (y + size) * np.log1p(ratio) - constant
    share = 1 / (1 + ratio)
    return value, (y - mean) * share, -(y + size) * ratio * share**2


def _log_rising(y: Array, size: float) -> Array:
    """Log of Gamma(y + size) / (Gamma(size) size^y), without losing digits for a large size."""
    if size < 100:
        exact: Array = gammaln(y + size) - gammaln(size) - y * np.log(size)
        return exact
    total = y + size
    series = (1 / total - 1 / size) / 12 - (total**-3.0 - size**-3.0) / 360
    large: Array = (total - 0.5) * np.log1p(y / size) - y + series
    return large


def _narrow(counts: Counts, eta: Array, noise: float) -> tuple[Array, Array, Array]:
    """Sum the probabilities of each set of counts."""
    missing = np.isnan(counts.values)
    y = np.where(missing, 0.0, counts.values)
    value, first, second = _log_pmf(y, eta[:, None], noise, counts.narrow_constant)
    value = np.where(missing, -np.inf, value)
    top = value.max(axis=1)
    weight = np.exp(value - top[:, None])
    total = weight.sum(axis=1)
    weight /= total[:, None]
    mean_first = (weight * first).sum(axis=1)
    spread = (weight * (first - mean_first[:, None]) ** 2).sum(axis=1)
    return top + np.log(total), mean_first, (weight * second).sum(axis=1) + spread


def _wide(low: Array, high: Array, eta: Array, noise: float) -> tuple[Array, Array, Array]:
    """Use distribution functions; where both tails vanish, the count nearest the mean stands for the set."""
    mean = np.exp(np.minimum(eta, 700.0))
    with np.errstate(all="ignore"):
        inside = _probability_between(low, high, mean, noise)
        safe = inside > 1e-280
        value = np.log(np.where(safe, inside, 1.0))
        # d P(low..high) / d eta telescopes to two single probabilities
        up, up_first, _ = _edge(low - 1, eta, noise)
        down, down_first, _ = _edge(high, eta, noise)
        first = np.where(safe, (up - down) / inside, 0.0)
        second = np.where(safe, (up * up_first - down * down_first) / inside - first**2, 0.0)
    nearest = np.clip(mean, low, high)
    fallback = _log_pmf(np.round(nearest), eta, noise, gammaln(np.round(nearest) + 1))
    return (
        np.where(safe, value, fallback[0]),
        np.where(safe, first, fallback[1]),
        np.where(safe, second, fallback[2]),
    )


def _edge(count: Array, eta: Array, noise: float) -> tuple[Array, Array, Array]:
    """Return ``-d P(Y <= count) / d eta`` with the derivative of its logarithm; 0 for a count below 0.

    For the Poisson this is ``m p(count)``; for the negative binomial
    ``(count + size) / size * m / (1 + m / size) * p(count)``.
    """
    there = count >= 0
    y = np.where(there, count, 0.0)
    mean = np.exp(np.minimum(eta, 700.0))
    value, first, second = _log_pmf(y, eta, noise, gammaln(y + 1))
    ratio = mean * noise**2
    rate = mean * (1 + y * noise**2) / (1 + ratio)
    flow = np.where(there, rate * np.exp(value), 0.0)
    return flow, first + 1 / (1 + ratio), second


def _probability_between(low: Array, high: Array, mean: Array, noise: float) -> Array:
    """Probability of a count from low to high, from whichever tail keeps its digits."""
    if noise <= 0:
        below = _lower(gammaincc, high, mean) - _lower(gammaincc, low - 1, mean)
        above = gammainc(np.maximum(low, 1e-300), mean) - gammainc(high + 1, mean)
        above = np.where(low <= 0, 1 - gammainc(high + 1, mean), above)
        result: Array = np.where(mean > high, below, above)
        return result
    size = noise**-2
    odds = 1 / (1 + mean / size)
    below = betainc(size, high + 1, odds) - np.where(low > 0, betainc(size, np.maximum(low, 1.0), odds), 0.0)
    above = np.where(low > 0, betainc(np.maximum(low, 1.0), size, 1 - odds), 1.0) - betainc(
        high + 1, size, 1 - odds
    )
    return np.where(mean > high, below, above)


def _lower(upper_gamma: np.ufunc, count: Array, mean: Array) -> Array:
    """P(Y <= count) of a Poisson; 0 below zero."""
    return np.where(count >= 0, upper_gamma(np.maximum(count, 0.0) + 1, mean), 0.0)


def draw_counts(eta: Array, noise: float | Array, rng: np.random.Generator) -> Array:
    """Draw counts given the log of their expectations; ``noise`` broadcasts."""
    mean = np.exp(eta)
    noise = np.broadcast_to(np.asarray(noise, dtype=float), mean.shape)
    shape = np.where(noise > 0, 1 / np.maximum(noise, 1e-8) ** 2, 1.0)
    wobble = np.where(noise > 0, rng.gamma(shape) / shape, 1.0)
    counts: Array = rng.poisson(mean * wobble).astype(float)
    return counts
