"""What would be expected of an area if it had no say in its own expectation?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carerates.models.adjustment.log_linear import LogLinearFit, log_linear_fit, negative_binomial_fit

Array = NDArray[np.float64]


def linear_without_each(rate: Array, fitted: Array, leverage: Array) -> Array:
    """Predict each area's rate from a least-squares fit to all the others, without refitting.

    Parameters
    ----------
    rate, fitted : arrays of float, shape (areas,)
        Observed and fitted values of a (weighted) least-squares fit.
    leverage : array of float, shape (areas,)
        Diagonal of the hat matrix of that fit, each below one.

    Returns
    -------
    array of float, shape (areas,)

    Notes
    -----
    Exact, weights or not: the deletion residual is ``(rate - fitted) / (1 - leverage)``.

    References
    ----------
    Belsley, Kuh and Welsch, Regression Diagnostics (1980), section 2.1.
    """
    return np.asarray(rate - (rate - fitted) / (1.0 - leverage), dtype=float)


def log_linear_without_each(
    children: Array, matrix: Array, offset: Array, fit: LogLinearFit, *, estimate_dispersion: bool
) -> Array:
    """Predict each area's mean count from a fit to all the others, refitted to convergence.

    Parameters
    ----------
    children, matrix, offset
        As for :func:`carerates.models.adjustment.log_linear.log_linear_fit`.
    fit : LogLinearFit
        Of all areas; where each refit starts.
    estimate_dispersion : bool
        Whether the dispersion too is found anew without the area (negative binomial).

    Returns
    -------
    array of float, shape (areas,)
        Mean counts.
    """
    expected = np.empty(len(children))
    keep = np.ones(len(children), dtype=bool)
    for i in range(len(children)):
        keep[i] = False
        if estimate_dispersion:
            without = negative_binomial_fit(children[keep], matrix[keep], offset[keep], start=fit)
        else:
            without = log_linear_fit(children[keep], matrix[keep], offset[keep], start=fit.coefficients)
        expected[i] = np.exp(offset[i] + matrix[i] @ without.coefficients)
        keep[i] = True
    return expected
