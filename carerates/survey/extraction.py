"""Loadings of common factors from a correlation matrix, by maximum likelihood or principal axes.

statsmodels' maximum-likelihood factors come out complex with current numpy, hence this small module.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError

Array = NDArray[np.float64]
SMALLEST_UNIQUENESS = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """Unrotated factors.

    Attributes
    ----------
    loadings : array, shape (items, factors)
        Correlations of items with factors, largest factor first.
    uniquenesses : array, shape (items,)
        Variance of each item that no factor explains.
    objective : float
        Maximum-likelihood discrepancy at these loadings.
    iterations : int
        Steps taken.
    heywood : bool
        Whether a uniqueness ended at its bound: the solution is improper.
    """

    loadings: Array
    uniquenesses: Array
    objective: float
    iterations: int
    heywood: bool


def extract_ml(correlations: Array, factors: int) -> Extraction:
    """Fit factors by maximum likelihood.

    The likelihood is maximised over the uniquenesses alone; given them the loadings follow from the
    eigenvectors of the scaled matrix.

    References
    ----------
    Jöreskog KG (1967), doi:10.1007/BF02289658; Lawley DN, Maxwell AE (1971), chapter 4.
    """
    from scipy.optimize import minimize

    items = _check(correlations, factors)
    start = (1 - 0.5 * factors / items) / np.diag(np.linalg.inv(correlations))

    def discrepancy(unique: Array) -> tuple[float, Array]:
        scale = 1 / np.sqrt(unique)
        values, vectors = np.linalg.eigh(scale[:, None] * correlations * scale)
        rest = np.maximum(values[: items - factors], 1e-12)
        value = float((rest - np.log(rest) - 1).sum())
        loadings = vectors[:, items - factors :] * np.sqrt(np.maximum(values[items - factors :] - 1, 0))
        fitted = (loadings @ loadings.T) / np.outer(scale, scale) + np.diag(unique)
        return value, np.diag(fitted - correlations) / unique**2

    found = minimize(
        discrepancy,
        np.clip(start, 2 * SMALLEST_UNIQUENESS, 0.999),
        jac=True,
        method="L-BFGS-B",
        bounds=[(SMALLEST_UNIQUENESS, 1.0)] * items,
        options={"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-9},
    )
    unique = np.asarray(found.x)
    scale = 1 / np.sqrt(unique)
    values, vectors = np.linalg.eigh(scale[:, None] * correlations * scale)
    largest = np.argsort(values)[::-1][:factors]
    loadings = vectors[:, largest] * np.sqrt(np.maximum(values[largest] - 1, 0)) / scale[:, None]
    heywood = bool((unique <= SMALLEST_UNIQUENESS * 1.001).any())
    return Extraction(_signed(loadings), unique, float(found.fun), int(found.nit), heywood)


def extract_paf(
    correlations: Array, factors: int, *, iterations: int = 5000, tolerance: float = 1e-9
) -> Extraction:
    """Fit factors by iterated principal axes, from squared multiple correlations.

    Parameters
    ----------
    iterations : int
        Steps at most; 0 keeps the squared multiple correlations as they are.
    tolerance : float
        Largest change of a communality at which the iteration ends.

    Raises
    ------
    ModelError
        If it has not settled after ``iterations``.
    """
    _check(correlations, factors)
    communalities = 1 - 1 / np.diag(np.linalg.inv(correlations))
    step = 0
    for step in range(iterations + 1):
        loadings = _principal(correlations, communalities, factors)
        updated = (loadings**2).sum(axis=1)
        change = float(np.abs(updated - communalities).max())
        if step == iterations or change < tolerance:
            break
        communalities = np.minimum(updated, 1.0)
    if iterations and change >= tolerance:
        raise ModelError(
            f"Principal axes had not settled after {iterations} steps; try fewer factors or maximum "
            "likelihood."
        )
    unique = 1 - updated
    return Extraction(
        _signed(loadings),
        unique,
        ml_discrepancy(correlations, loadings, unique),
        step,
        bool((unique <= 1e-6).any()),
    )


def ml_discrepancy(correlations: Array, loadings: Array, uniquenesses: Array) -> float:
    """Return ``ln|Σ| - ln|R| + tr(R Σ⁻¹) - p``, which is 0 for a perfect fit."""
    fitted = loadings @ loadings.T + np.diag(np.maximum(uniquenesses, 1e-6))
    return float(
        np.linalg.slogdet(fitted)[1]
        - np.linalg.slogdet(correlations)[1]
        + np.trace(np.linalg.solve(fitted, correlations))
        - len(correlations)
    )


def degrees_of_freedom(items: int, factors: int) -> int:
    """Return ``((p - m)² - p - m) / 2``."""
    return ((items - factors) ** 2 - items - factors) // 2


def _check(correlations: Array, factors: int) -> int:
    """Refuse what cannot be factored; return the number of items."""
    items = len(correlations)
    if factors < 1:
        raise ValueError(f"factors is {factors}; ask for at least 1.")
    if degrees_of_freedom(items, factors) < 0:
        raise ModelError(
            f"{items} items cannot carry {factors} factors: the model would have more parameters than "
            "correlations. Ask for fewer factors or bring more items."
        )
    if np.linalg.eigvalsh(correlations)[0] < 1e-10:
        raise ModelError("The correlation matrix is singular: an item repeats others. Leave it out.")
    return items


def _principal(correlations: Array, communalities: Array, factors: int) -> Array:
    """Return the leading factors of the correlations with communalities on the diagonal."""
    reduced = correlations.copy()
    np.fill_diagonal(reduced, communalities)
    values, vectors = np.linalg.eigh(reduced)
    largest = np.argsort(values)[::-1][:factors]
    return np.asarray(vectors[:, largest] * np.sqrt(np.maximum(values[largest], 0)))


def _signed(loadings: Array) -> Array:
    """Turn each factor so that its loadings have a positive sum."""
    return np.asarray(loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0))
