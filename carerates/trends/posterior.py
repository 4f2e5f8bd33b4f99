"""Underlying changes of many areas at once, without sampling.

The observed log change of each area is taken as normal about its underlying change, with the sampling
variance of two counts that share children.  Underlying changes vary about their nation's mean with a standard
deviation that is itself estimated: its posterior is worked out on a grid, and everything averages over it.
Changes of small areas are thereby drawn towards the mean as far as the figures of all areas justify.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.trends.intervals import Floats

GRID = 40


@dataclass(frozen=True, slots=True, eq=False)
class ChangePosterior:
    """Posterior of the underlying log changes, a weighted set of joint normals.

    Attributes
    ----------
    observed, variance : array of float, shape (areas,)
        Observed log changes and their sampling variances.
    groups : array of int, shape (areas,)
        Areas with the same number share a mean.
    spread, weight : array of float, shape (grid,)
        Between-area standard deviations and their posterior weights.
    mean, own_variance, pull : array of float, shape (grid, areas)
        Given each spread: posterior mean; variance around it were the group mean known; and the share of
        the group mean in each area's posterior mean.
    group_variance : array of float, shape (grid, groups)
        Variance of the group means.
    """

    observed: Floats
    variance: Floats
    groups: NDArray[np.int64]
    spread: Floats
    weight: Floats
    mean: Floats
    own_variance: Floats
    pull: Floats
    group_variance: Floats

    def marginal_variance(self) -> Floats:
        """Return each area's variance given each spread, shape (grid, areas)."""
        return np.asarray(self.own_variance + self.pull**2 * self.group_variance[:, self.groups])

    def expected_change(self) -> Floats:
        """Return each area's posterior mean log change."""
        return np.asarray(self.weight @ self.mean)

    def standard_deviation(self) -> Floats:
        """Return each area's posterior standard deviation."""
        mean = self.expected_change()
        return np.asarray(np.sqrt(self.weight @ (self.marginal_variance() + (self.mean - mean) ** 2)))

    def typical_spread(self) -> float:
        """Return the posterior mean of the between-area standard deviation."""
        return float(self.weight @ self.spread)

    def probability_below(self, bound: Floats | float) -> Floats:
        """Return each area's probability that its underlying log change is at or below a bound."""
        from scipy.special import ndtr

        z = (np.asarray(bound, dtype=float) - self.mean) / np.sqrt(self.marginal_variance())
        return np.asarray(self.weight @ ndtr(z))

    def quantile(self, probability: float) -> Floats:
        """Return each area's posterior quantile, by bisection."""
        centre, width = self.expected_change(), 12 * self.standard_deviation()
        low, high = centre - width, centre + width
        for _ in range(60):
            middle = (low + high) / 2
            below = self.probability_below(middle) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2)


def infer_changes(
    observed: Floats, variance: Floats, groups: NDArray[np.int64], prior_scale: float
) -> ChangePosterior:
    """Infer underlying log changes from observed ones.

    Parameters
    ----------
    observed, variance : array of float, shape (areas,)
        Log changes and sampling variances, all finite, variances above zero.
    groups : array of int, shape (areas,)
        0, 1, ...: nation of each area.
    prior_scale : float
        Scale of the half-normal prior of the between-area standard deviation.

    Returns
    -------
    ChangePosterior

    Notes
    -----
    Group means have a flat prior and are integrated out exactly, so a group of one area learns nothing from
    the others but the spread.

    References
    ----------
    Rubin DB. Estimation in parallel randomized experiments. J Educ Stat 1981;6:377-401.
    """
    if not len(observed):
        raise ModelError("No area has a change with a sampling variance; there is nothing to infer from.")
    if not prior_scale > 0:
        raise ValueError(f"prior_scale must be above 0; this is {prior_scale!r}.")
    spread = prior_scale * np.linspace(0.0, 4.0, GRID + 1)[1:] ** 1.5 / 4**0.5
    log_weight = -0.5 * (spread / prior_scale) ** 2 + np.log(np.gradient(spread))
    total = variance[None, :] + spread[:, None] ** 2
    count = int(groups.max()) + 1
    mean, pull = np.empty_like(total), variance[None, :] / total
    group_variance = np.empty((GRID, count))
    for group in range(count):
        rows = groups == group
        precision = 1 / total[:, rows]
        group_variance[:, group] = 1 / precision.sum(axis=1)
        centre = group_variance[:, group] * (precision * observed[rows]).sum(axis=1)
        distance = observed[rows][None, :] - centre[:, None]
        log_weight += 0.5 * (np.log(precision) - precision * distance**2).sum(axis=1)
        log_weight += 0.5 * np.log(group_variance[:, group])
        mean[:, rows] = observed[rows] - pull[:, rows] * distance
    weight = np.exp(log_weight - log_weight.max())
    own = pull * spread[:, None] ** 2
    return ChangePosterior(
        observed, variance, groups, spread, weight / weight.sum(), mean, own, pull, group_variance
    )


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """A normal quantity per area given each spread, with its covariance with the area's own change.

    Attributes
    ----------
    mean, variance, with_own : array of float, shape (grid, areas)
    """

    mean: Floats
    variance: Floats
    with_own: Floats


def own_change(posterior: ChangePosterior) -> Contrast:
    """Return each area's log change itself."""
    variance = posterior.marginal_variance()
    return Contrast(posterior.mean, variance, variance)


def change_beyond_group(posterior: ChangePosterior, share: Floats, pooled: Floats) -> Contrast:
    """Return each area's log change minus its nation's.

    Parameters
    ----------
    posterior : ChangePosterior
    share : array of float, shape (areas,)
        Share of each area in its group's children; sums to 1 within a group.
    pooled : array of float, shape (groups,)
        Observed log change of each group's pooled rate.

    Notes
    -----
    The nation's underlying change is its observed change moved by the weighted sum of what its areas were
    moved by; the area itself is part of it, and the covariance takes that into account.
    """
    groups, count = posterior.groups, len(pooled)
    member = (groups[:, None] == np.arange(count)[None, :]).astype(float)
    weighted = share[:, None] * member
    shift = (posterior.mean - posterior.observed) @ weighted
    total_pull = posterior.pull @ weighted
    total_own = posterior.own_variance @ (share[:, None] ** 2 * member)
    pull = posterior.pull - total_pull[:, groups]
    group_variance = posterior.group_variance[:, groups]
    mean = posterior.mean - (pooled + shift)[:, groups]
    own = posterior.own_variance
    variance = own * (1 - 2 * share) + total_own[:, groups] + pull**2 * group_variance
    with_own = own * (1 - share) + pull * posterior.pull * group_variance
    return Contrast(mean, np.maximum(variance, 1e-18), with_own)


def probability_above(
    posterior: ChangePosterior,
    quantity: Contrast,
    bound: Floats | float,
    side: tuple[Floats, Floats, Floats] | None = None,
) -> Floats:
    """Find the probability that a quantity exceeds a bound, and that a second condition holds with it.

    Parameters
    ----------
    posterior : ChangePosterior
    quantity : Contrast
    bound : array of float, shape (areas,), or float
    side : tuple of arrays, optional
        The second quantity, which must be above zero: ``(intercept, slope, variance)`` given the area's own
        log change.  NaN means that the condition cannot be checked and is taken as met.

    Notes
    -----
    A bivariate normal orthant, by Gauss-Legendre quadrature over the first quantity's upper tail on the
    probability scale (24 nodes; within 1e-4 of the bivariate normal integral).
    """
    from scipy.special import ndtr, ndtri

    spread = np.sqrt(quantity.variance)
    tail = ndtr((quantity.mean - np.asarray(bound, dtype=float)) / spread)
    if side is None:
        return np.asarray(posterior.weight @ tail)
    intercept, slope, residual = side
    nodes, weights = np.polynomial.legendre.leggauss(24)
    share = (nodes + 1) / 2
    # upper-tail quantiles of the first quantity beyond the bound; tiny tails contribute nothing
    z = -ndtri(np.maximum(tail[..., None] * share, 1e-300))
    slope_on_own = quantity.with_own / quantity.variance
    own_mean = posterior.mean[..., None] + (slope_on_own * spread)[..., None] * z
    own_rest = np.maximum(posterior.marginal_variance() - slope_on_own**2 * quantity.variance, 0)
    second = intercept[:, None] + slope[:, None] * own_mean
    deviation = np.sqrt(slope**2 * own_rest + residual)
    met = ndtr(second / np.maximum(deviation, 1e-9)[..., None])
    met = np.where(np.isnan(met), 1.0, met)
    return np.asarray(posterior.weight @ (tail * (met @ (weights / 2))))
