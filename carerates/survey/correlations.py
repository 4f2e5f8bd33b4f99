"""Correlations between items: Pearson's, and polychoric for answers in a few ordered categories."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError

Array = NDArray[np.float64]
Kind = Literal["pearson", "polychoric"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


def correlate(answers: Array, kind: Kind = "pearson") -> Array:
    """Return the correlation matrix of complete answers, shape (respondents, items).

    Raises
    ------
    ModelError
        If there are too few respondents or an item does not vary.
    """
    if np.isnan(answers).any():
        raise ModelError("Correlations need respondents who answered every item; leave out the others first.")
    if len(answers) < 3:
        raise ModelError(f"There are {len(answers)} complete respondents; correlations need at least 3.")
    constant = np.flatnonzero(np.ptp(answers, axis=0) == 0)
    if constant.size:
        raise ModelError(
            f"Item {', '.join(str(place + 1) for place in constant)} has the same answer from "
            "everyone; leave it out."
        )
    if kind == "pearson":
        return np.asarray(np.corrcoef(answers, rowvar=False))
    if kind == "polychoric":
        return polychoric_matrix(answers)
    raise ValueError(f"kind is {kind!r}; it is 'pearson' or 'polychoric'.")


def bivariate_normal(h: Array, k: Array, correlation: float) -> Array:
    """Return P(X < h, Y < k) of two standard normal variables; h and k may be infinite.

    ``P(h) P(k)`` plus the integral of the density over the angle from 0 to arcsin of the correlation
    (Plackett's identity), by Gauss-Legendre quadrature; exact to about 1e-10 for correlations up to .98.

    References
    ----------
    Plackett RL (1954), doi:10.1093/biomet/41.3-4.351; Drezner Z, Wesolowsky GO (1990).
    """
    from scipy.special import ndtr

    h, k = np.broadcast_arrays(np.asarray(h, dtype=float), np.asarray(k, dtype=float))
    finite = np.isfinite(h) & np.isfinite(k)
    a, b = np.where(finite, h, 0.0)[..., None], np.where(finite, k, 0.0)[..., None]
    end = np.arcsin(correlation)
    angles = end * (_NODES + 1) / 2
    exponent = -(a * a + b * b - 2 * a * b * np.sin(angles)) / (2 * np.cos(angles) ** 2)
    area = (np.exp(exponent) * _WEIGHTS).sum(axis=-1) * end / 2 / (2 * np.pi)
    return np.asarray(ndtr(h) * ndtr(k) + np.where(finite, area, 0.0))


def polychoric(first: Array, second: Array) -> float:
    """Return the correlation of the two normal variables behind two ordered answers.

    Two steps: thresholds from the margins, then the correlation by maximum likelihood.  Cells without
    respondents need no correction, as only observed cells enter the likelihood.

    References
    ----------
    Olsson U (1979), doi:10.1007/BF02296207.
    """
    from scipy.optimize import minimize_scalar

    table = _crosstab(first, second)
    rows, columns = _thresholds(table.sum(axis=1)), _thresholds(table.sum(axis=0))

    def misfit(correlation: float) -> float:
        cumulative = bivariate_normal(rows[:, None], columns[None, :], correlation)
        cells = np.diff(np.diff(cumulative, axis=0), axis=1)
        return -float((table * np.log(np.maximum(cells, 1e-12)))[table > 0].sum())

    found = minimize_scalar(misfit, bounds=(-0.995, 0.995), method="bounded", options={"xatol": 1e-7})
    return float(found.x)


def polychoric_matrix(answers: Array) -> Array:
    """Return all polychoric correlations; the nearest correlation matrix if pairs contradict each other."""
    items = answers.shape[1]
    matrix = np.eye(items)
    for i in range(items):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = polychoric(answers[:, i], answers[:, j])
    return _positive(matrix)


def _crosstab(first: Array, second: Array) -> Array:
    """Return the table of counts of two coded answers."""
    rows, i = np.unique(first, return_inverse=True)
    columns, j = np.unique(second, return_inverse=True)
    table = np.zeros((rows.size, columns.size))
    np.add.at(table, (i, j), 1.0)
    return table


def _thresholds(counts: Array) -> Array:
    """Return the cuts between categories on the normal scale, with the two infinite ends."""
    from scipy.special import ndtri

    return np.asarray(ndtri(np.concatenate([[0.0], np.cumsum(counts) / counts.sum()]).clip(0, 1)))


def _positive(matrix: Array) -> Array:
    """Lift negative eigenvalues and put the unit diagonal back."""
    values, vectors = np.linalg.eigh(matrix)
    if values[0] > 1e-8:
        return matrix
    lifted = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(lifted))
    return np.asarray(lifted / np.outer(scale, scale))
