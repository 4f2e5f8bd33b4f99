"""Coefficients of an adjustment, how sure they are, and what they make expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.models.adjustment.leave_one_out import linear_without_each, log_linear_without_each
from carerates.models.adjustment.log_linear import LogLinearFit, log_linear_fit, negative_binomial_fit
from carerates.models.adjustment.settings import AdjustmentSettings

Array = NDArray[np.float64]

PER = 10_000.0
_EVERY_CHILD = float(np.log(PER))
# an area this close to a leverage of one is reproduced by a coefficient of its own
_OWN_COEFFICIENT = 1.0 - 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A fitted adjustment, as arrays over the fitted areas.

    Attributes
    ----------
    coefficients : array of float, shape (columns,)
        On the log rate, or on the rate per 10,000 for linear methods.
    covariance : array of float, shape (columns, columns)
        Of the coefficients.
    rate : array of float, shape (areas,)
        Expected rate per 10,000.
    residual : array of float, shape (areas,)
        Pearson residual: observed less expected over the square root of the variance function
        (for linear methods times the root of the weight).
    leverage : array of float, shape (areas,)
        Diagonal of the hat matrix.
    scale : float
        Sum of squared residuals over the degrees of freedom: the residual variance of a linear
        method, the Pearson dispersion of the others.
    dispersion : float
        Of the negative binomial; 0 for other methods.
    degrees_of_freedom : int
        Areas less coefficients.
    """

    coefficients: Array
    covariance: Array
    rate: Array
    residual: Array
    leverage: Array
    scale: float
    dispersion: float
    degrees_of_freedom: int


def estimate_rates(
    children: Array, population: Array, matrix: Array, settings: AdjustmentSettings
) -> Estimate:
    """Fit the expected rate.

    Parameters
    ----------
    children, population : arrays of float, shape (areas,)
        Counts and children aged 0-17.
    matrix : array of float, shape (areas, columns)
        Design of full rank.
    settings : AdjustmentSettings
        Method, and whether errors are robust.

    Raises
    ------
    ModelError
        If the fit does not settle, or an area alone decides a coefficient.

    Notes
    -----
    Robust covariance is HC3: each area's part of the score is divided by one less its leverage.

    References
    ----------
    doi:10.1080/00031305.2000.10474549 (Long and Ervin 2000, HC3)
    """
    if settings.linear:
        weight, residual, coefficients = _linear(children, population, matrix, settings)
        rate, dispersion = matrix @ coefficients, 0.0
    else:
        fit = fit_counts(children, population, matrix, settings)
        coefficients, dispersion = fit.coefficients, fit.dispersion
        variance = 1.0 + dispersion * fit.mean
        weight, residual = fit.mean / variance, (children - fit.mean) / np.sqrt(fit.mean * variance)
        rate = PER * fit.mean / population
    orthogonal, triangle = np.linalg.qr(np.sqrt(weight)[:, None] * matrix)
    leverage = np.sum(orthogonal**2, axis=1)
    freedom = len(children) - matrix.shape[1]
    scale = float(np.sum(residual**2)) / freedom
    inverse = np.linalg.inv(triangle)
    bread = inverse @ inverse.T
    if settings.robust:
        # a leverage of one divides nought by nought; the caller names the area before using this
        spare = np.maximum(1.0 - leverage, 1e-12)
        score = matrix * (np.sqrt(weight) * residual / spare)[:, None]
        covariance = bread @ (score.T @ score) @ bread
    else:
        covariance = bread * (scale if settings.linear or settings.method == "quasi_poisson" else 1.0)
    return Estimate(coefficients, covariance, rate, residual, leverage, scale, dispersion, freedom)


def _linear(
    children: Array, population: Array, matrix: Array, settings: AdjustmentSettings
) -> tuple[Array, Array, Array]:
    """Return weights, weighted residuals and coefficients of a least-squares fit of the rate."""
    rate = PER * children / population
    weight = population / population.mean() if settings.method == "weighted" else np.ones_like(rate)
    root = np.sqrt(weight)
    coefficients, *_ = np.linalg.lstsq(root[:, None] * matrix, root * rate, rcond=None)
    return weight, root * (rate - matrix @ coefficients), coefficients


def fit_counts(
    children: Array,
    population: Array,
    matrix: Array,
    settings: AdjustmentSettings,
    dispersion: float | None = None,
) -> LogLinearFit:
    """Fit a log-linear method, its dispersion given or found."""
    offset = np.log(population / PER)
    if settings.method == "negative_binomial" and dispersion is None:
        return negative_binomial_fit(children, matrix, offset)
    return log_linear_fit(children, matrix, offset, dispersion=dispersion or 0.0)


def expected_counts(
    children: Array, population: Array, matrix: Array, settings: AdjustmentSettings, dispersion: float
) -> Array:
    """Return expected counts under a smaller design, the dispersion kept."""
    if settings.linear:
        _, _, coefficients = _linear(children, population, matrix, settings)
        return np.asarray(population / PER * (matrix @ coefficients), dtype=float)
    return fit_counts(children, population, matrix, settings, dispersion).mean


def require_shared_coefficients(estimate: Estimate, names: list[str]) -> None:
    """Raise if an area alone decides a coefficient: nothing could be expected of it by the others."""
    alone = [name for name, own in zip(names, estimate.leverage >= _OWN_COEFFICIENT, strict=True) if own]
    if alone:
        raise ModelError(
            f"The expected rate of {', '.join(alone[:5])} would rest on that area alone (leverage 1), as "
            "happens with one area in a nation. Use nation='none', fewer factors, or leave the area out."
        )


def poisson_dispersion(children: Array, population: Array, estimate: Estimate) -> float:
    """Return Pearson's chi-squared of counts over the degrees of freedom, whatever the method."""
    expected = estimate.rate * population / PER
    return float(np.sum((children - expected) ** 2 / expected)) / estimate.degrees_of_freedom


def rates_without_each(
    children: Array,
    population: Array,
    matrix: Array,
    settings: AdjustmentSettings,
    estimate: Estimate,
) -> Array:
    """Return each fitted area's expected rate per 10,000 from a fit to all the others."""
    if settings.linear:
        return linear_without_each(PER * children / population, estimate.rate, estimate.leverage)
    offset = np.log(population / PER)
    fit = LogLinearFit(estimate.coefficients, estimate.rate * population / PER, estimate.dispersion)
    means = log_linear_without_each(
        children, matrix, offset, fit, estimate_dispersion=settings.method == "negative_binomial"
    )
    return np.asarray(PER * means / population, dtype=float)


def predict_rates(
    estimate: Estimate, matrix: Array, settings: AdjustmentSettings, probability: float
) -> tuple[Array, Array, Array, Array]:
    """Return the expected rate per 10,000, its log standard error, and the ends of its interval.

    Parameters
    ----------
    estimate : Estimate
        Fitted coefficients.
    matrix : array of float, shape (rows, columns)
        Design of any areas; rows with NaN give NaN.
    settings : AdjustmentSettings
        Method.
    probability : float
        Of the interval.

    Returns
    -------
    rate, log_standard_error, lower, upper : arrays of float, shape (rows,)
        For linear methods the log standard error is the delta method's, standard error over rate.
    """
    linear = matrix @ estimate.coefficients
    if not settings.linear:
        # beyond this every child would be looked after; exp would overflow long before it meant anything
        linear = np.where(linear > _EVERY_CHILD, np.inf, linear)
    error = np.sqrt(np.maximum(np.sum((matrix @ estimate.covariance) * matrix, axis=1), 0.0))
    reach = error * interval_quantile(estimate, settings, probability)
    if settings.linear:
        return linear, error / linear, linear - reach, linear + reach
    return np.exp(linear), error, np.exp(linear - reach), np.exp(linear + reach)


def interval_quantile(estimate: Estimate, settings: AdjustmentSettings, probability: float) -> float:
    """Return how many standard errors an interval reaches: Student's t where a spread was estimated."""
    from scipy.special import ndtri, stdtrit

    upper = 0.5 + probability / 2.0
    if settings.robust or settings.linear or settings.method == "quasi_poisson":
        return float(stdtrit(estimate.degrees_of_freedom, upper))
    return float(ndtri(upper))
