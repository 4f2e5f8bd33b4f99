"""How much do the areas' true values vary, beyond chance?  Estimators of the between-area variance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from carerates.funnels.scores import Scores
from carerates.funnels.settings import Floats


def dersimonian_laird(phi: float, error: Floats, estimated: bool) -> float:
    """Find tau squared from phi by the method of moments.

    Parameters
    ----------
    phi : float
        Mean squared z-score about the target, trimmed and debiased or not.
    error : array of float, shape (areas,)
        Standard errors under chance.
    estimated : bool
        Whether the areas themselves set the target.

    Notes
    -----
    (I phi - (I - 1)) / (sum w - sum w^2 / sum w) with w = 1 / s^2; with a target from outside,
    I (phi - 1) / sum w.  Never below 0.

    References
    ----------
    doi:10.1136/qshc.2005.013755
    """
    weight = 1 / error**2
    areas = weight.size
    if estimated:
        below = weight.sum() - (weight**2).sum() / weight.sum()
        value = (areas * phi - (areas - 1)) / below if areas > 1 else 0.0
    else:
        value = areas * (phi - 1) / weight.sum()
    return float(max(value, 0.0))


def paule_mandel(scores: Scores, estimated: bool) -> float:
    """Find the tau squared at which the weighted squares have their expected sum.

    Parameters
    ----------
    scores : Scores
    estimated : bool
        If True the centre is the weighted mean of the effects and the sum is set to areas - 1;
        otherwise the centre is the target and the sum is set to areas.

    References
    ----------
    Paule and Mandel (1982), doi:10.6028/jres.087.022
    """
    distance = scores.effect - scores.centre

    def excess(tau2: float) -> float:
        weight = 1 / (scores.error**2 + tau2)
        middle = (weight * distance).sum() / weight.sum() if estimated else 0.0
        return float((weight * (distance - middle) ** 2).sum() - (distance.size - estimated))

    if distance.size < 2 or excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(np.mean(distance**2)) + 1e-12
    while excess(high) > 0:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
        if high - low <= 1e-15 * high:
            break
    return (low + high) / 2


def restricted_likelihood(scores: Scores, estimated: bool) -> float:
    """Find tau squared by restricted maximum likelihood (plain maximum likelihood about a fixed target).

    Parameters
    ----------
    scores : Scores
    estimated : bool
        As in :func:`paule_mandel`.
    """
    distance = scores.effect - scores.centre
    if distance.size < 2:
        return 0.0

    def minus_log_likelihood(tau2: float) -> float:
        variance = scores.error**2 + tau2
        weight = 1 / variance
        middle = (weight * distance).sum() / weight.sum() if estimated else 0.0
        value = np.log(variance).sum() + (weight * (distance - middle) ** 2).sum()
        return float(value + (np.log(weight.sum()) if estimated else 0.0))

    top = 4 * float(np.mean(distance**2)) + 1e-12
    best = minimise(lambda root: minus_log_likelihood(root * root), 0.0, float(np.sqrt(top)))
    return best * best if minus_log_likelihood(best * best) < minus_log_likelihood(0.0) else 0.0


def minimise(function: Callable[[float], float], low: float, high: float) -> float:
    """Find where a function of one number is smallest between two bounds."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    return float(found.x)
