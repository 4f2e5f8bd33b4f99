"""Rotations of factor loadings: varimax, promax and oblimin."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError

Array = NDArray[np.float64]
Rotation = Literal["oblimin", "promax", "varimax", "none"]
STARTS = 10


def rotate(loadings: Array, rotation: Rotation = "oblimin") -> tuple[Array, Array]:
    """Rotate loadings; return them with the correlations of the factors.

    Returns
    -------
    loadings : array, shape (items, factors)
        Pattern loadings, factors in order of explained variance, each with a positive sum.
    factor_correlations : array, shape (factors, factors)
        The identity for an orthogonal rotation.
    """
    factors = loadings.shape[1]
    if rotation not in ("oblimin", "promax", "varimax", "none"):
        raise ValueError(f"rotation is {rotation!r}; it is 'oblimin', 'promax', 'varimax' or 'none'.")
    if factors == 1 or rotation == "none":
        return loadings, np.eye(factors)
    if rotation == "varimax":
        turned, between = varimax(loadings), np.eye(factors)
    elif rotation == "promax":
        turned, between = promax(loadings)
    else:
        turned, between = oblimin(loadings)
    return _ordered(turned, between)


def varimax(loadings: Array, *, normalise: bool = True, iterations: int = 2000) -> Array:
    """Return loadings turned so that the variance of squared loadings is largest (Kaiser 1958).

    References
    ----------
    Kaiser HF (1958), doi:10.1007/BF02289233.
    """
    items, factors = loadings.shape
    length = np.sqrt((loadings**2).sum(axis=1)) if normalise else np.ones(items)
    scaled = loadings / np.maximum(length, 1e-12)[:, None]
    turn = np.eye(factors)
    before = 0.0
    for _ in range(iterations):
        turned = scaled @ turn
        gradient = scaled.T @ (turned**3 - turned * (turned**2).mean(axis=0))
        left, singular, right = np.linalg.svd(gradient)
        turn = left @ right
        if singular.sum() < before * (1 + 1e-12):
            break
        before = float(singular.sum())
    return np.asarray(scaled @ turn * length[:, None])


def promax(loadings: Array, *, power: int = 4) -> tuple[Array, Array]:
    """Return promax loadings and factor correlations: varimax pulled towards its own ``power``.

    References
    ----------
    Hendrickson AE, White PO (1964), doi:10.1111/j.2044-8317.1964.tb00244.x.
    """
    orthogonal = varimax(loadings)
    target = orthogonal * np.abs(orthogonal) ** (power - 1)
    weights = np.linalg.lstsq(orthogonal, target, rcond=None)[0]
    scale = np.sqrt(np.diag(np.linalg.inv(weights.T @ weights)))
    weights = weights * scale
    inverse = np.linalg.inv(weights)
    return np.asarray(orthogonal @ weights), np.asarray(inverse @ inverse.T)


def oblimin(loadings: Array, *, normalise: bool = True, seed: int = 0) -> tuple[Array, Array]:
    """Return direct quartimin loadings (oblimin with gamma 0) and factor correlations.

    Gradient projection from the varimax position and from random ones; the lowest criterion wins, as
    the criterion may have several minima.

    References
    ----------
    Jennrich RI (2002), doi:10.1007/BF02294706; Bernaards CA, Jennrich RI (2005),
    doi:10.1177/0013164404272507.
    """
    items, factors = loadings.shape
    length = np.sqrt((loadings**2).sum(axis=1)) if normalise else np.ones(items)
    scaled = loadings / np.maximum(length, 1e-12)[:, None]
    rng = np.random.default_rng(seed)
    first = np.linalg.lstsq(scaled, varimax(scaled, normalise=False), rcond=None)[0]
    starts = [first] + [np.linalg.qr(rng.standard_normal((factors, factors)))[0] for _ in range(STARTS)]
    found = [_quartimin(scaled, start) for start in starts]
    _, turn, settled = min(found, key=lambda one: one[0])
    if not settled:
        raise ModelError("The oblimin rotation did not settle; try varimax, or fewer factors.")
    turned = scaled @ np.linalg.inv(turn).T
    return np.asarray(turned * length[:, None]), np.asarray(turn.T @ turn)


def quartimin_criterion(loadings: Array) -> float:
    """Return the sum over pairs of factors of products of squared loadings, over 4."""
    squares = loadings**2
    others = squares.sum(axis=1, keepdims=True) - squares
    return float((squares * others).sum() / 4)


def _quartimin(loadings: Array, turn: Array, iterations: int = 3000) -> tuple[float, Array, bool]:
    """Follow the projected gradient of the quartimin criterion over oblique turns."""
    step = 1.0
    turned = loadings @ np.linalg.inv(turn).T
    value = quartimin_criterion(turned)
    for _ in range(iterations):
        squares = turned**2
        slope = turned * (squares.sum(axis=1, keepdims=True) - squares)
        gradient = -(turned.T @ slope @ np.linalg.inv(turn)).T
        projected = gradient - turn * (turn * gradient).sum(axis=0)
        size = float((projected**2).sum())
        if size < 1e-14:
            return value, turn, True
        step *= 2
        for _ in range(40):
            moved = turn - step * projected
            moved = moved / np.sqrt((moved**2).sum(axis=0))
            candidate = loadings @ np.linalg.inv(moved).T
            lower = quartimin_criterion(candidate)
            if lower < value - 0.5 * size * step:
                break
            step /= 2
        else:
            return value, turn, size < 1e-8
        turn, turned, value = moved, candidate, lower
    return value, turn, size < 1e-8


def _ordered(loadings: Array, between: Array) -> tuple[Array, Array]:
    """Put factors in order of explained variance and turn them to positive sums."""
    explained = np.diag(between @ loadings.T @ loadings)
    order = np.argsort(explained)[::-1]
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)[order]
    return np.asarray(loadings[:, order] * signs), np.asarray(
        between[np.ix_(order, order)] * np.outer(signs, signs)
    )
