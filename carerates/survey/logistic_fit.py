"""Logistic regression: maximum likelihood, Firth's, and CR2 standard errors for respondents in areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.survey.clusters import Codes, RobustFit, cr2_covariance

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """Coefficients on the log-odds scale, their covariance, and how the fit went."""

    coefficients: Array
    covariance: Array
    log_likelihood: float
    iterations: int


def fit_logistic(design: Array, outcome: Array, *, start: Array | None = None) -> LogisticFit:
    """Fit a logistic regression by maximum likelihood.

    Raises
    ------
    ModelError
        If a combination of the columns separates the two outcomes, so that no finite estimate exists.
    """
    beta = np.zeros(design.shape[1]) if start is None else start.copy()
    value = _log_likelihood(design, outcome, beta)
    for iteration in range(1, 101):
        fitted = _expit(design @ beta)
        information = design.T @ (design * (fitted * (1 - fitted))[:, None])
        try:
            step = np.linalg.solve(information, design.T @ (outcome - fitted))
        except np.linalg.LinAlgError as error:
            raise ModelError(_SEPARATED) from error
        scale = 1.0
        while (
            candidate := _log_likelihood(design, outcome, beta + scale * step)
        ) < value - 1e-9 and scale > 1e-6:
            scale /= 2
        beta, value = beta + scale * step, max(candidate, value)
        extremes = np.abs(design @ beta).max()
        if extremes > 30 or value > -1e-6:
            raise ModelError(_SEPARATED)
        if float(np.abs(scale * step).max()) < 1e-9:
            covariance = np.linalg.inv(information)
            return LogisticFit(beta, covariance, value, iteration)
    raise ModelError(_SEPARATED)


def fit_firth(design: Array, outcome: Array) -> LogisticFit:
    """Fit a logistic regression with Firth's penalty, which is finite even under perfect separation.

    References
    ----------
    Firth D (1993), doi:10.1093/biomet/80.1.27; Heinze G, Schemper M (2002), doi:10.1002/sim.1047.
    """
    beta = np.zeros(design.shape[1])
    for iteration in range(1, 1001):
        fitted = _expit(design @ beta)
        weights = fitted * (1 - fitted)
        information = design.T @ (design * weights[:, None])
        covariance = np.linalg.inv(information)
        hat = weights * np.einsum("ij,jk,ik->i", design, covariance, design)
        gradient = design.T @ (outcome - fitted + hat * (0.5 - fitted))
        step = covariance @ gradient
        largest = float(np.abs(step).max())
        beta = beta + step * min(1.0, 2.0 / max(largest, 1e-12))
        if largest < 1e-8:
            return LogisticFit(beta, covariance, penalised_likelihood(design, outcome, beta), iteration)
    raise ModelError("Firth's logistic regression did not settle; check the columns for near repeats.")


def penalised_likelihood(design: Array, outcome: Array, beta: Array) -> float:
    """Return the log likelihood plus half the log determinant of the information."""
    fitted = _expit(design @ beta)
    information = design.T @ (design * (fitted * (1 - fitted))[:, None])
    return _log_likelihood(design, outcome, beta) + 0.5 * float(np.linalg.slogdet(information)[1])


def robust_logistic(design: Array, outcome: Array, clusters: Codes) -> RobustFit:
    """Fit a logistic regression with CR2 standard errors and Satterthwaite degrees of freedom.

    The last step of the fit is a weighted least squares, to which CR2 is applied as it stands.

    References
    ----------
    McCaffrey DF, Bell RM (2006), doi:10.1002/sim.2502.
    """
    fit = fit_logistic(design, outcome)
    fitted = _expit(design @ fit.coefficients)
    root = np.sqrt(fitted * (1 - fitted))
    return cr2_covariance(
        design * root[:, None], (outcome - fitted) / root, clusters, fit.coefficients, fit.covariance
    )


def _expit(values: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(values))


def _log_likelihood(design: Array, outcome: Array, beta: Array) -> float:
    linear = design @ beta
    return float((outcome * linear - np.logaddexp(0, linear)).sum())


_SEPARATED = (
    "The two groups are separated by these scores (or one group is empty), so the odds ratio has no finite "
    "estimate. Use method='firth' with replicate=True, which forgets the areas, or leave out the score that "
    "separates them."
)
