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
    trials : array of float, shape (rows,), or None
        Children among whom the count was made, for a binomial likelihood.
    """

    low: Array
    high: Array
    exact: NDArray[np.intp]
    narrow: NDArray[np.intp]
    wide: NDArray[np.intp]
    values: Array
    exact_constant: Array
    narrow_constant: Array
    trials: Array | None = None

    @classmethod
    def between(cls, low: Array, high: Array, trials: Array | None = None) -> Counts:
        """Sort rows into exact, narrow and wide."""
        if trials is not None:
            high = np.minimum(high, trials)
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
            _constant(low[exact], None if trials is None else trials[exact]),
            _constant(np.nan_to_num(values), None if trials is None else trials[narrow, None]),
            trials,
        )

    def trials_of(self, rows: NDArray[np.intp]) -> Array | None:
        """Return the children of some rows, where the likelihood needs them."""
        return None if self.trials is None else self.trials[rows]

    def __len__(self) -> int:
        return len(self.low)


def _constant(count: Array, trials: Array | None) -> Array:
    """Return what a log probability subtracts whatever the rate: log y!, or minus the log of (N over y)."""
    result: Array = gammaln(count + 1)
    return result if trials is None else result + gammaln(trials - count + 1) - gammaln(trials + 1)


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
    Where ``counts`` has trials the count is binomial: so many of the area's children, each with probability
    ``exp(eta)`` over their number.  With noise k the count is negative binomial with variance
    ``m + k^2 m^2``.  For a set of counts, ``l = log(sum of exp l_y)``, so the derivatives are the mean score,
    and the mean curvature plus the variance of the score, under the probabilities of the counts in the set.
    """
    value, first, second = (np.zeros(len(eta)) for _ in range(3))
    if len(rows := counts.exact):
        value[rows], first[rows], second[rows] = _log_pmf(
            counts.low[rows], eta[rows], noise, counts.exact_constant, counts.trials_of(rows)
        )
    if len(rows := counts.narrow):
        value[rows], first[rows], second[rows] = _narrow(counts, eta[rows], noise)
    if len(rows := counts.wide):
        value[rows], first[rows], second[rows] = _wide(
            counts.low[rows], counts.high[rows], eta[rows], noise, counts.trials_of(rows)
        )
    return value, first, second


def log_pmf(count: Array, eta: Array, noise: float) -> Array:
    """Return the log probability of exact counts, broadcasting."""
    count, eta = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(eta, dtype=float))
    return _log_pmf(count, eta, noise, gammaln(count + 1))[0]


def _log_pmf(
    y: Array, eta: Array, noise: float, constant: Array, trials: Array | None = None
) -> tuple[Array, Array, Array]:
    """Log probability of exact counts, with derivatives; ``constant`` is what :func:`_constant` gives."""
    if trials is not None:
        return _log_binomial(y, eta, constant, trials)
    mean = np.exp(np.minimum(eta, 700.0))
    if noise <= 0:
        return y * eta - mean - constant, y - mean, -mean
    size = noise**-2
    ratio = mean * noise**2
    value = _log_rising(y, size) + y * eta - (y + size) * np.log1p(ratio) - constant
    share = 1 / (1 + ratio)
    return value, (y - mean) * share, -(y + size) * ratio * share**2


def _log_binomial(y: Array, eta: Array, constant: Array, trials: Array) -> tuple[Array, Array, Array]:
    """Log probability of ``y`` of ``trials`` children; impossible where more than all are expected."""
    log_share = eta - np.log(trials)
    share = np.exp(np.minimum(log_share, -1e-9))
    rest = trials - y
    value = np.where(log_share < 0, y * log_share + rest * np.log1p(-share) - constant, -np.inf)
    odds = share / (1 - share)
    return value, y - rest * odds, -rest * odds / (1 - share)


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
    trials = counts.trials_of(counts.narrow)
    each = None if trials is None else trials[:, None]
    value, first, second = _log_pmf(y, eta[:, None], noise, counts.narrow_constant, each)
    value = np.where(missing, -np.inf, value)
    top = value.max(axis=1)
    # a step may try a rate of more than all children, at which no count of a binomial is possible
    possible = np.isfinite(top)
    top = np.where(possible, top, 0.0)
    weight = np.exp(value - top[:, None])
    total = np.where(possible, weight.sum(axis=1), 1.0)
    weight /= total[:, None]
    mean_first = (weight * first).sum(axis=1)
    spread = (weight * (first - mean_first[:, None]) ** 2).sum(axis=1)
    value = np.where(possible, top + np.log(total), -np.inf)
    return value, mean_first, (weight * second).sum(axis=1) + spread


def _wide(
    low: Array, high: Array, eta: Array, noise: float, trials: Array | None
) -> tuple[Array, Array, Array]:
    """Use distribution functions; where both tails vanish, the count nearest the mean stands for the set."""
    mean = np.exp(np.minimum(eta, 700.0))
    with np.errstate(all="ignore"):
        inside = _probability_between(low, high, mean, noise, trials)
        safe = inside > 1e-280
        value = np.log(np.where(safe, inside, 1.0))
        # d P(low..high) / d eta telescopes to two single probabilities
        up, up_first, _ = _edge(low - 1, eta, noise, trials)
        down, down_first, _ = _edge(high, eta, noise, trials)
        first = np.where(safe, (up - down) / inside, 0.0)
        second = np.where(safe, (up * up_first - down * down_first) / inside - first**2, 0.0)
    nearest = np.clip(mean, low, high)
    one = np.round(nearest)
    fallback = _log_pmf(one, eta, noise, _constant(one, trials), trials)
    return (
        np.where(safe, value, fallback[0]),
        np.where(safe, first, fallback[1]),
        np.where(safe, second, fallback[2]),
    )


def _edge(count: Array, eta: Array, noise: float, trials: Array | None) -> tuple[Array, Array, Array]:
    """Return ``-d P(Y <= count) / d eta`` with the derivative of its logarithm; 0 for a count below 0.

    For the Poisson this is ``m p(count)``; for the negative binomial
    ``(count + size) / size * m / (1 + m / size) * p(count)``, and for the binomial, with q the probability of
    one child, ``(N - count) q / (1 - q) p(count)``.
    """
    there = count >= 0
    y = np.where(there, count, 0.0)
    mean = np.exp(np.minimum(eta, 700.0))
    value, first, second = _log_pmf(y, eta, noise, _constant(y, trials), trials)
    if trials is not None:
        share = np.minimum(mean / trials, 1 - 1e-9)
        flow = np.where(there, (trials - y) * share / (1 - share) * np.exp(value), 0.0)
        return flow, first + 1 / (1 - share), second
    ratio = mean * noise**2
    rate = mean * (1 + y * noise**2) / (1 + ratio)
    flow = np.where(there, rate * np.exp(value), 0.0)
    return flow, first + 1 / (1 + ratio), second


def _probability_between(
    low: Array, high: Array, mean: Array, noise: float, trials: Array | None = None
) -> Array:
    """Probability of a count from low to high, from whichever tail keeps its digits."""
    if trials is not None:
        share = np.minimum(mean / trials, 1 - 1e-9)
        below = _at_most(high, trials, share) - _at_most(low - 1, trials, share)
        above = _at_least(low, trials, share) - _at_least(high + 1, trials, share)
        return np.where(mean > high, below, above)
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


def _at_most(count: Array, trials: Array, share: Array) -> Array:
    """P(Y <= count) of a binomial."""
    inside = betainc(np.maximum(trials - count, 1e-9), np.maximum(count, 0) + 1, 1 - share)
    return np.where(count < 0, 0.0, np.where(count >= trials, 1.0, inside))


def _at_least(count: Array, trials: Array, share: Array) -> Array:
    """P(Y >= count) of a binomial."""
    inside = betainc(np.maximum(count, 1.0), np.maximum(trials - count, 0) + 1, share)
    return np.where(count <= 0, 1.0, np.where(count > trials, 0.0, inside))


def _lower(upper_gamma: np.ufunc, count: Array, mean: Array) -> Array:
    """P(Y <= count) of a Poisson; 0 below zero."""
    return np.where(count >= 0, upper_gamma(np.maximum(count, 0.0) + 1, mean), 0.0)


def draw_counts(
    eta: Array, noise: float | Array, rng: np.random.Generator, trials: Array | None = None
) -> Array:
    """Draw counts given the log of their expectations; ``noise`` and a binomial's ``trials`` broadcast."""
    mean = np.exp(eta)
    if trials is not None:
        number = np.broadcast_to(np.round(trials), mean.shape).astype(np.int64)
        share = np.minimum(mean / np.maximum(number, 1), 1.0)
        return rng.binomial(number, share).astype(float)
    noise = np.broadcast_to(np.asarray(noise, dtype=float), mean.shape)
    shape = np.where(noise > 0, 1 / np.maximum(noise, 1e-8) ** 2, 1.0)
    wobble = np.where(noise > 0, rng.gamma(shape) / shape, 1.0)
    counts: Array = rng.poisson(mean * wobble).astype(float)
    return counts
