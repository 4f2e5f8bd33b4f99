"""Summaries of joint draws: intervals, exceedances, ranks, totals and shares of variance.

Functions of arrays; draws run along the first axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carerates.models.design.terms import Array


def central_interval(draws: Array, probability: float) -> tuple[Array, Array]:
    """Return the limits between which a share ``probability`` of the draws lies, tails equal."""
    tail = (1 - probability) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail], axis=0)
    return lower, upper


def exceedance(draws: Array, threshold: float | Array) -> Array:
    """Return the share of draws above a threshold; draws equal to it count half."""
    result: Array = (draws > threshold).mean(axis=0) + 0.5 * (draws == threshold).mean(axis=0)
    return result


def ranks(draws: Array) -> Array:
    """Rank the areas in every draw, 1 for the highest, shape (draws, areas)."""
    order = np.argsort(-draws, axis=1, kind="stable")
    result = np.empty(draws.shape)
    np.put_along_axis(result, order, np.arange(1.0, draws.shape[1] + 1)[None, :], axis=1)
    return result


def weighted_rate(rates: Array, population: Array) -> Array:
    """Return the rate of all areas together in every draw: children over population."""
    result: Array = rates @ population / population.sum()
    return result


def covariance_shares(parts: Array) -> Array:
    """Share out the variance over areas of a sum among its parts.

    Parameters
    ----------
    parts : array of float, shape (draws, parts, areas)
        Contributions to the log rate.

    Returns
    -------
    array of float, shape (draws, parts)
        ``cov(part, total) / var(total)``: the shares of a draw sum to 1.  A share can be negative where a
        part works against the others; NaN where the sum does not vary.
    """
    centred = parts - parts.mean(axis=2, keepdims=True)
    total = centred.sum(axis=1)
    varies = (total**2).sum(axis=1)[:, None]
    return _over(np.einsum("dpa,da->dp", centred, total), varies)


def _over(above: Array, below: Array) -> Array:
    """Divide; NaN, without a warning, where there is nothing to divide by."""
    known = np.broadcast_to(below > 0, above.shape)
    result: Array = np.divide(above, below, out=np.full(above.shape, np.nan), where=known)
    return result


def bayesian_r_squared(explained: Array, residual: Array) -> Array:
    """Return, draw by draw, the variance explained over that plus the residual variance, both over areas.

    References
    ----------
    doi:10.1080/00031305.2018.1549100
    """
    fitted = explained.var(axis=1)
    return _over(fitted, fitted + residual.var(axis=1))


def moran(values: Array, pairs: NDArray[np.intp]) -> Array:
    """Return Moran's I of every draw; NaN where the values do not vary.

    Parameters
    ----------
    values : array of float, shape (draws, areas)
        What may be alike among neighbours.
    pairs : array of int, shape (pairs, 2)
        Positions of neighbouring areas, each pair once.
    """
    centred = values - values.mean(axis=1, keepdims=True)
    product = (centred[:, pairs[:, 0]] * centred[:, pairs[:, 1]]).mean(axis=1)
    return _over(product, (centred**2).mean(axis=1))


def suffix(probability: float) -> str:
    """Return the end of an interval column's name, such as ``95`` or ``99_8``."""
    return f"{100 * probability:.4g}".replace(".", "_")


def check_probability(probability: float) -> None:
    """Refuse a probability that is not between 0 and 1."""
    if not (isinstance(probability, (int, float)) and 0 < probability < 1):
        raise ValueError(f"probability is between 0 and 1, such as 0.95; this is {probability!r}.")
