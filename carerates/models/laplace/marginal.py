"""The posterior density of the hyperparameters, with the effects integrated out, and its gradient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from carerates.models.counts import log_likelihood
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.laplace.conditional import Mode, find_mode

STEP = 1e-4  # of a central difference of smooth elementwise functions: error about 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One set of hyperparameters.

    Attributes
    ----------
    free : array of float, shape (hyperparameters,)
        On the unbounded scale.
    log_density : float
        Laplace approximation of the log posterior density there, up to a constant.
    mode : Mode
        Most probable effects there.
    """

    free: Array
    log_density: float
    mode: Mode = field(repr=False)


def evaluate(design: Design, free: Array, start: tuple[Array, Array] | None = None) -> Point:
    """Find the log posterior density of the hyperparameters at one point.

    Notes
    -----
    ``log p(free) + l(x*) + log p(x* | free) - log N(x*; x*, H^-1)``, with ``x*`` the mode of the effects
    and ``H`` the precision there (Tierney and Kadane).

    References
    ----------
    doi:10.1080/01621459.1986.10478240, doi:10.1111/j.1467-9868.2008.00700.x
    """
    values = design.spread_values(free)
    precisions = design.precisions(values)
    mode = find_mode(design, values, precisions, start)
    _, shared_log_det, _, local_log_det = precisions
    prior = sum(one.log_prior(float(at)) for one, at in zip(design.free_spreads, free, strict=True))
    half = 0.5 * (shared_log_det + design.shape[0] * local_log_det - mode.curvature.log_determinant)
    return Point(np.asarray(free, dtype=float), prior + mode.log_joint + half, mode)


def _third(design: Design, point: Point) -> Array:
    """Return the third derivative of the log likelihood at the mode, by row."""
    eta = point.mode.eta.ravel()[design.observed]
    noise = design.count_noise(design.spread_values(point.free))
    below, above = (log_likelihood(eta + step, design.counts, noise)[2] for step in (-STEP, STEP))
    result: Array = (above - below) / (2 * STEP)
    return result


def mean_shift(design: Design, point: Point) -> tuple[Array, Array]:
    """Find how far the posterior mean of the effects lies from their mode, to first order.

    Notes
    -----
    ``H^-1 A' (c v) / 2`` with ``c`` the third derivative of the log likelihood and ``v`` the variance of the
    linear predictor: the posterior of a log rate from few children leans towards low values, by about half of
    one over the count, and a normal distribution at the mode would miss that.
    """
    variance = point.mode.curvature.predictor_variance(design.shared, design.local)
    pull = np.zeros(design.shape)
    pull.ravel()[design.observed] = _third(design, point)
    pull *= 0.5 * variance
    shared = design.shared.reshape(-1, len(design.shared_names)).T @ pull.ravel()
    return point.mode.curvature.solve(shared, pull @ design.local)


def gradient(design: Design, point: Point) -> Array:
    """Return the exact gradient of :func:`evaluate`'s log density.

    Notes
    -----
    With ``Q`` the prior precision, ``W`` the curvature of the likelihood, ``v`` the variances of the
    linear predictor and ``j`` one hyperparameter,

    ``d = prior_j + l_j - x'Q_j x / 2 + tr(Q^-1 Q_j) / 2 - tr(H^-1 Q_j) / 2 - sum(v (W_j + W' eta_j)) / 2``

    where ``eta_j = A H^-1 (A' l'_j - Q_j x)`` is how the mode moves (``x`` is measured from its prior
    mean m; where that depends on the hyperparameter, ``x'Q m_j`` and ``Q m_j`` are added).  Derivatives of
    small matrices and of elementwise functions are central differences, which cost next to nothing.
    """
    mode = point.mode
    seen = design.observed
    variance = mode.curvature.predictor_variance(design.shared, design.local).ravel()[seen]
    covariance, own_covariance = mode.curvature.covariances()
    own_total = own_covariance.sum(axis=0)
    eta = mode.eta.ravel()[seen]
    third = _third(design, point)
    values = design.spread_values(point.free)
    precision, away = design.precisions(values)[0], mode.shared - design.mean_of(values)
    result = np.zeros(len(point.free))
    for number, spread in enumerate(design.free_spreads):
        low, high = point.free.copy(), point.free.copy()
        low[number] -= STEP
        high[number] += STEP
        change = (spread.log_prior(high[number]) - spread.log_prior(low[number])) / (2 * STEP)
        below, above = (design.precisions(design.spread_values(one)) for one in (low, high))
        shared_q = (above[0] - below[0]) / (2 * STEP)
        own_q = (above[2] - below[2]) / (2 * STEP)
        shared_det, own_det = (above[1] - below[1]) / (2 * STEP), (above[3] - below[3]) / (2 * STEP)
        means = [design.mean_of(design.spread_values(one)) for one in (low, high)]
        pull = precision @ ((means[1] - means[0]) / (2 * STEP))
        quadratic = away @ shared_q @ away + ((mode.local @ own_q) * mode.local).sum()
        change += float(away @ pull)
        change += 0.5 * float(shared_det + design.shape[0] * own_det - quadratic)
        change -= 0.5 * float((covariance * shared_q).sum() + (own_total * own_q).sum())
        score_j, weight_j = np.zeros(len(seen)), np.zeros(len(seen))
        noises = [design.count_noise(design.spread_values(one)) for one in (low, high)]
        if noises[0] != noises[1]:
            first, second = (log_likelihood(eta, design.counts, one) for one in noises)
            value_j, score_j, curve_j = ((b - a) / (2 * STEP) for a, b in zip(first, second, strict=True))
            change += float(value_j.sum())
            weight_j = -curve_j
        grid = np.zeros(design.shape)
        grid.ravel()[seen] = score_j
        push_shared = design.shared.reshape(-1, len(away)).T @ grid.ravel() - shared_q @ away + pull
        push_own = grid @ design.local - mode.local @ own_q
        moved, own_moved = mode.curvature.solve(push_shared, push_own)
        eta_j = (design.shared @ moved + own_moved @ design.local.T).ravel()[seen]
        result[number] = change - 0.5 * float((variance * (weight_j - third * eta_j)).sum())
    return result
