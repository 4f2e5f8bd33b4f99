"""Respondents of one area resemble each other: what a comparison of areas may claim.

Plain arrays in, plain numbers out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
MOST_ALLOCATIONS = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class RobustFit:
    """A linear (or linearised) fit with CR2 standard errors.

    Attributes
    ----------
    coefficients : array, shape (columns,)
        Least-squares estimates.
    covariance : array, shape (columns, columns)
        CR2 covariance.
    df : array, shape (columns,)
        Satterthwaite degrees of freedom of each coefficient.
    """

    coefficients: Array
    covariance: Array
    df: Array


def fit_cr2(design: Array, outcome: Array, clusters: Codes) -> RobustFit:
    """Fit least squares with bias-reduced cluster-robust standard errors (CR2).

    Parameters
    ----------
    design : array, shape (respondents, columns)
        With a column of ones.
    outcome : array, shape (respondents,)
        Scores.
    clusters : array of int, shape (respondents,)
        Area of each respondent, numbered from 0.

    Notes
    -----
    Residuals of each area are multiplied by ``(I - H_gg)^(-1/2)``, which makes the variance unbiased when
    respondents are independent; the degrees of freedom match the first two moments of the estimated
    variance under that same working model.  With two areas in a group they come out near 1.4: honest, and
    of little power.

    References
    ----------
    Bell RM, McCaffrey DF (2002), Survey Methodology 28, 169-181; Pustejovsky JE, Tipton E (2018),
    doi:10.1080/07350015.2016.1247004.
    """
    bread = _inverse(design)
    coefficients = bread @ design.T @ outcome
    return cr2_covariance(design, outcome - design @ coefficients, clusters, coefficients, bread)


def cr2_covariance(
    design: Array, residuals: Array, clusters: Codes, coefficients: Array, bread: Array
) -> RobustFit:
    """Return CR2 covariance and degrees of freedom from a (possibly reweighted) design and its residuals."""
    count, columns = int(clusters.max()) + 1, design.shape[1]
    root = np.linalg.cholesky(bread)
    scores = np.empty((count, columns))
    directions = np.zeros((count, len(design), columns))
    for area in range(count):
        rows = np.flatnonzero(clusters == area)
        part = design[rows]
        left, singular, _ = np.linalg.svd(part @ root, full_matrices=False)
        shrink = 1 - singular**2
        # an area that alone decides a coefficient leaves no residual to learn from: pseudo-inverse
        lift = np.where(shrink > 1e-9, 1 / np.sqrt(np.maximum(shrink, 1e-9)), 0.0) - 1
        adjusted = part + left @ (lift[:, None] * (left.T @ part))
        scores[area] = bread @ (adjusted.T @ residuals[rows])
        pulled = adjusted @ bread
        directions[area, rows] = pulled
        directions[area] -= design @ (bread @ (part.T @ pulled))
    covariance = scores.T @ scores
    df = np.empty(columns)
    for column in range(columns):
        gram = directions[:, :, column] @ directions[:, :, column].T
        squares = float((gram**2).sum())
        df[column] = np.trace(gram) ** 2 / squares if squares > 0 else np.nan
    return RobustFit(coefficients, covariance, df)


def area_means(values: Array, clusters: Codes) -> tuple[Array, Array]:
    """Return the mean and the number of respondents of each area."""
    counts = np.bincount(clusters).astype(float)
    return np.bincount(clusters, weights=values) / counts, counts


def intraclass_correlation(values: Array, clusters: Codes, groups: Array | None = None) -> float:
    """Return the share of variance between areas (within groups, if given), from analysis of variance.

    ``(MSB - MSW) / (MSB + (n0 - 1) MSW)``; may come out below 0, which is chance.

    References
    ----------
    Donner A (1986), doi:10.2307/1403259.
    """
    means, counts = area_means(values, clusters)
    if groups is None:
        labels = np.zeros(len(means))
    else:
        labels = np.array([groups[clusters == area][0] for area in range(len(means))])
    within = float(((values - means[clusters]) ** 2).sum()) / max(len(values) - len(means), 1)
    between, freedom, sizes = 0.0, 0, 0.0
    for label in np.unique(labels):
        chosen = labels == label
        total = counts[chosen].sum()
        centre = float((counts[chosen] * means[chosen]).sum() / total)
        between += float((counts[chosen] * (means[chosen] - centre) ** 2).sum())
        freedom += int(chosen.sum()) - 1
        sizes += total - float((counts[chosen] ** 2).sum()) / total
    if freedom == 0 or within == 0:
        return float("nan")
    mean_square, typical = between / freedom, sizes / freedom
    return (mean_square - within) / (mean_square + (typical - 1) * within)


@dataclass(frozen=True, slots=True)
class Permutation:
    """A permutation test over area labels: p, the smallest p it could give, and the allocations compared."""

    p_value: float
    floor: float
    allocations: int
    exact: bool


def permute_labels(means: Array, second: NDArray[np.bool_], *, seed: int = 0) -> Permutation:
    """Test a difference of area means by handing out the group labels anew.

    Parameters
    ----------
    means : array, shape (areas,)
        Mean score of each area.
    second : array of bool, shape (areas,)
        Which areas are in the second group.
    seed : int
        Seed, used only where there are more than 20,000 allocations.

    Notes
    -----
    Every way of choosing as many areas is equally likely if the groups do not differ.  With 2 of 12 areas
    there are 66 ways, so p is never below 1/66 = .015.

    References
    ----------
    Gail MH et al. (1996), doi:10.1002/(SICI)1097-0258(19960615)15:11<1069::AID-SIM220>3.0.CO;2-Q.
    """
    areas, chosen = len(means), int(second.sum())
    total = comb(areas, chosen)
    exact = total <= MOST_ALLOCATIONS
    if exact:
        picks = np.array(list(combinations(range(areas), chosen)))
    else:
        rng = np.random.default_rng(seed)
        picks = np.array([rng.permutation(areas)[:chosen] for _ in range(MOST_ALLOCATIONS - 1)])
    sums = means[picks].sum(axis=1)
    everything = float(means.sum())
    differences = np.abs(sums / chosen - (everything - sums) / (areas - chosen))
    here = abs(float(means[second].mean() - means[~second].mean()))
    as_far = int((differences >= here - 1e-12 * max(1.0, here)).sum())
    tried = len(picks) + (0 if exact else 1)
    return Permutation((as_far + (0 if exact else 1)) / tried, 1 / tried, tried, exact)


def _inverse(design: Array) -> Array:
    """Invert the cross products of a design, or say that it cannot be."""
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ModelError("The columns of this comparison repeat each other; leave one of them out.")
    return np.asarray(np.linalg.inv(design.T @ design))
