"""The estimates behind odds ratios, one function for each method: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.survey.clusters import MOST_ALLOCATIONS, Codes
from carerates.survey.logistic_fit import LogisticFit, fit_firth, fit_logistic, robust_logistic
from carerates.survey.random_intercepts import draw_random_intercepts, fit_random_intercepts

Array = NDArray[np.float64]
INTERVAL = 0.95  # probability of every interval


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Log odds of each score, without the intercept, and what is known about them.

    Attributes
    ----------
    log_odds, standard_error, df, p_value, lower, upper : arrays, shape (scores,)
        Empty figures where a method gives none.
    details : dict
        What belongs to the method: floor of a permutation, spread of areas, checks of draws.
    """

    log_odds: Array
    standard_error: Array
    df: Array
    p_value: Array
    lower: Array
    upper: Array
    details: dict[str, Any] = field(default_factory=dict)


def estimate_odds(
    design: Array, outcome: Array, codes: Codes, method: str, *, draws: int, seed: int
) -> Estimates:
    """Estimate log odds by one of the methods of :func:`carerates.survey.explain_group`."""
    if method == "bayes":
        return _drawn(design, outcome, codes, draws, seed)
    if method == "random_intercept":
        mixed = fit_random_intercepts(design, outcome, codes)
        return _wald(mixed.coefficients, mixed.covariance, None, {"area_sd": mixed.area_sd})
    if method == "cluster_robust":
        robust = robust_logistic(design, outcome, codes)
        return _wald(robust.coefficients, robust.covariance, robust.df)
    fit = fit_firth(design, outcome) if method == "firth" else fit_logistic(design, outcome)
    if method == "permutation":
        return _permuted(fit, design, outcome, codes)
    return _wald(fit.coefficients, fit.covariance, None)


def _wald(
    coefficients: Array,
    covariance: Array,
    df: Array | None,
    details: dict[str, Any] | None = None,
) -> Estimates:
    """Return estimates with t (or, without degrees of freedom, normal) intervals and p values."""
    from scipy.special import stdtr, stdtrit

    estimates, errors = coefficients[1:], np.sqrt(np.diag(covariance))[1:]
    freedom = np.full(len(estimates), np.inf) if df is None else df[1:]
    half = stdtrit(freedom, (1 + INTERVAL) / 2) * errors
    p_values = 2 * stdtr(freedom, -np.abs(estimates / errors))
    return Estimates(
        estimates, errors, freedom, np.asarray(p_values), estimates - half, estimates + half, details or {}
    )


def _drawn(design: Array, outcome: Array, codes: Codes, draws: int, seed: int) -> Estimates:
    """Return medians and quantiles of the draws; a posterior has no p value."""
    found = draw_random_intercepts(design, outcome, codes, draws=draws, seed=seed)
    slopes = found.coefficients[:, 1:]
    tail = (1 - INTERVAL) / 2
    lower, middle, upper = np.quantile(slopes, [tail, 0.5, 1 - tail], axis=0)
    none = np.full(slopes.shape[1], np.nan)
    details = {
        "area_sd": float(np.median(found.area_sd)),
        "probability_above_1": tuple((slopes > 0).mean(axis=0)),
        "draws": len(slopes),
        "largest_rhat": found.largest_rhat,
        "smallest_ess": found.smallest_ess,
        "divergences": found.divergences,
    }
    return Estimates(middle, slopes.std(axis=0, ddof=1), none, none, lower, upper, details)


def _permuted(fit: LogisticFit, design: Array, outcome: Array, codes: Codes) -> Estimates:
    """Return p values of permuted labels; standard errors of independent respondents would mislead."""
    observed = fit.coefficients[1:] / np.sqrt(np.diag(fit.covariance))[1:]
    p_values, floor = _permute(design, outcome, codes, observed)
    none = np.full(len(observed), np.nan)
    return Estimates(fit.coefficients[1:], none, none, p_values, none, none, {"permutation_floor": floor})


def _permute(design: Array, outcome: Array, codes: Codes, observed: Array) -> tuple[Array, float]:
    """Hand the group labels out anew to areas and refit; return p values and the smallest possible one."""
    count = int(codes.max()) + 1
    shares = np.bincount(codes, weights=outcome) / np.bincount(codes)
    if ((shares > 0) & (shares < 1)).any():
        raise ValueError("method='permutation' is for groups of whole areas; here areas hold both groups.")
    chosen = int(shares.sum())
    total = comb(count, chosen)
    if total > MOST_ALLOCATIONS // 10:
        rng = np.random.default_rng(0)
        picks = [tuple(np.flatnonzero(shares > 0.5))] + [
            tuple(rng.permutation(count)[:chosen]) for _ in range(MOST_ALLOCATIONS // 20)
        ]
    else:
        picks = list(combinations(range(count), chosen))
    as_far = np.zeros(len(observed))
    for pick in picks:
        relabelled = np.isin(codes, pick).astype(float)
        try:
            fit = fit_logistic(design, relabelled)
        except ModelError:  # separated: as far from no effect as can be
            as_far += 1
            continue
        z = fit.coefficients[1:] / np.sqrt(np.diag(fit.covariance))[1:]
        as_far += np.abs(z) >= np.abs(observed) - 1e-9
    return as_far / len(picks), 1 / len(picks)
