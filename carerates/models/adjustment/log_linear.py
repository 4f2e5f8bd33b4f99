"""Counts whose logarithm of the mean is a sum of terms: Poisson and negative binomial, by maximum likelihood.

Plain functions of arrays.  The mean of a count is ``exp(offset + matrix @ coefficients)`` and its variance
is ``mean + dispersion * mean**2``; a dispersion of zero is the Poisson.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carerates.errors import ModelError

Array = NDArray[np.float64]

# the score must vanish to this share of its scale; Newton's steps pass it by many digits when they converge
_SCORE_TOLERANCE = 1e-9
_STEPS = 100
# below this the negative binomial cannot be told from the Poisson in double precision
_SMALLEST_DISPERSION = 1e-6
_LARGEST_DISPERSION = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class LogLinearFit:
    """Coefficients, shape (columns,), means, shape (areas,), and the dispersion they were found with."""

    coefficients: Array
    mean: Array
    dispersion: float


def log_linear_fit(
    children: Array,
    matrix: Array,
    offset: Array,
    *,
    dispersion: float = 0.0,
    start: Array | None = None,
) -> LogLinearFit:
    """Find the coefficients that make the counts most likely, the dispersion being given.

    Parameters
    ----------
    children : array of float, shape (areas,)
        Counts.
    matrix : array of float, shape (areas, columns)
        Design, with a column of ones where there is an intercept; of full rank.
    offset : array of float, shape (areas,)
        Logarithm of the exposure.
    dispersion : float
        Of the negative binomial; 0 is the Poisson.
    start : array of float, shape (columns,), optional
        Coefficients to start from.

    Raises
    ------
    ModelError
        If no finite coefficients make the counts most likely, or the steps do not settle.

    Notes
    -----
    Fisher scoring with step halving on the log likelihood; each step is a least-squares
    problem solved by an orthogonal factorisation.

    References
    ----------
    McCullagh and Nelder, Generalized Linear Models, 2nd ed. (1989), section 2.5.
    """
    beta = _starting_coefficients(children, matrix, offset) if start is None else np.array(start, dtype=float)
    mean = np.exp(offset + matrix @ beta)
    deviance = negative_binomial_deviance(children, mean, dispersion)
    for _ in range(_STEPS):
        weight = mean / (1.0 + dispersion * mean)
        residual = (children - mean) / (1.0 + dispersion * mean)
        if _score_vanishes(children, matrix, mean, dispersion):
            return _finite(LogLinearFit(beta, mean, dispersion), children)
        root = np.sqrt(weight)
        step, *_ = np.linalg.lstsq(root[:, None] * matrix, residual / root, rcond=None)
        beta, mean, deviance = _shortened(children, matrix, offset, dispersion, beta, step, deviance)
    raise ModelError(
        f"The regression of counts did not settle in {_STEPS} steps: no finite coefficients fit best. "
        "This happens when a factor separates the areas with no children looked after from the rest; "
        "leave that factor out or use areas with larger counts."
    )


def _score_vanishes(children: Array, matrix: Array, mean: Array, dispersion: float) -> bool:
    """Say whether the derivative in every coefficient is zero, to rounding."""
    variance = 1.0 + dispersion * mean
    score = matrix.T @ ((children - mean) / variance)
    # the size the score could have if every residual pulled the same way
    scale = np.abs(matrix).T @ (np.maximum(children, mean) / variance)
    return bool(np.all(np.abs(score) <= _SCORE_TOLERANCE * scale))


def _starting_coefficients(children: Array, matrix: Array, offset: Array) -> Array:
    """Return least-squares coefficients of the log rate, each count raised by a half so that zero has one."""
    guess = np.log(children + 0.5) - offset
    root = np.sqrt(children + 0.5)
    return np.asarray(np.linalg.lstsq(root[:, None] * matrix, root * guess, rcond=None)[0], dtype=float)


def _shortened(
    children: Array,
    matrix: Array,
    offset: Array,
    dispersion: float,
    beta: Array,
    step: Array,
    deviance: float,
) -> tuple[Array, Array, float]:
    """Take the step, halved until the counts do not become less likely."""
    for halving in range(40):
        trial = beta + step * 0.5**halving
        linear = offset + matrix @ trial
        if np.all(linear < 500.0):  # exp of more than 709 overflows, and no count is that large
            mean = np.exp(linear)
            after = negative_binomial_deviance(children, mean, dispersion)
            # rounding lets the deviance rise by a few units in its last digits at the optimum
            if after <= deviance + 1e-10 * (abs(deviance) + 1.0):
                return trial, mean, after
    return beta, np.exp(offset + matrix @ beta), deviance


def _finite(fit: LogLinearFit, children: Array) -> LogLinearFit:
    """Refuse means that run to zero, which the score alone cannot tell from convergence."""
    if not np.all(np.isfinite(fit.coefficients)) or np.any(fit.mean < 1e-8 * max(children.mean(), 1e-300)):
        raise ModelError(
            "The regression of counts has no finite best fit: some areas' expected counts run to zero. "
            "Areas without any children looked after share a factor value or a nation; leave that term out."
        )
    return fit


def negative_binomial_deviance(children: Array, mean: Array, dispersion: float) -> float:
    """Measure how far counts lie from their means: twice the log likelihood lost against a perfect fit.

    Parameters
    ----------
    children, mean : arrays of float, shape (areas,)
        Counts and positive means.
    dispersion : float
        Of the negative binomial; 0 gives the Poisson deviance.

    Returns
    -------
    float
        Not negative; 0 when every mean equals its count.
    """
    positive = children > 0
    ratio = np.where(positive, children, 1.0) / np.where(positive, mean, 1.0)
    term = np.where(positive, children * np.log(ratio), 0.0)
    if dispersion <= 0.0:
        return float(2.0 * np.sum(term - (children - mean)))
    spread = (children + 1.0 / dispersion) * np.log((1.0 + dispersion * children) / (1.0 + dispersion * mean))
    return float(2.0 * np.sum(term - spread))


def negative_binomial_fit(
    children: Array, matrix: Array, offset: Array, *, start: LogLinearFit | None = None
) -> LogLinearFit:
    """Find coefficients and dispersion that together make the counts most likely.

    Parameters
    ----------
    children, matrix, offset
        As for :func:`log_linear_fit`.
    start : LogLinearFit, optional
        A fit to begin from.

    Returns
    -------
    LogLinearFit
        Its dispersion is 0 (a Poisson fit) when the counts spread no more than chance.

    Notes
    -----
    The dispersion is the root of the profile score.  Maximum likelihood takes no account of the
    coefficients used up, so with few areas the dispersion is somewhat too small.
    """
    from scipy.optimize import brentq

    if start is not None and start.dispersion > 0.0:
        near = _nearby_fit(children, matrix, offset, start)
        if near is not None:
            return near
    poisson = log_linear_fit(children, matrix, offset, start=None if start is None else start.coefficients)
    # limit of the score as the dispersion goes to zero
    if np.sum((children - poisson.mean) ** 2 - children) <= 0.0:
        return poisson
    latest = poisson.coefficients

    def profile_score(log_dispersion: float) -> float:
        nonlocal latest
        dispersion = float(np.exp(log_dispersion))
        fit = log_linear_fit(children, matrix, offset, dispersion=dispersion, start=latest)
        latest = fit.coefficients
        return dispersion_score(children, fit.mean, dispersion)

    # moment estimate; the true root is rarely far from it
    moment = np.sum((children - poisson.mean) ** 2 - children) / np.sum(poisson.mean**2)
    low, high = moment / 4.0, moment * 4.0
    while low > _SMALLEST_DISPERSION and profile_score(np.log(low)) <= 0.0:
        low /= 8.0
    if low <= _SMALLEST_DISPERSION:
        return poisson
    while high < _LARGEST_DISPERSION and profile_score(np.log(high)) >= 0.0:
        high *= 8.0
    if high >= _LARGEST_DISPERSION:
        raise ModelError(
            "The negative binomial found no dispersion that fits: the counts are too few or too uneven. "
            "Use method='quasi_poisson'."
        )
    root = float(brentq(profile_score, np.log(low), np.log(high), xtol=1e-12, rtol=1e-12))
    return log_linear_fit(children, matrix, offset, dispersion=float(np.exp(root)), start=latest)


def _nearby_fit(children: Array, matrix: Array, offset: Array, start: LogLinearFit) -> LogLinearFit | None:
    """Step from a fit of almost the same counts to theirs; None where the steps do not settle.

    Coefficients and dispersion carry no information on each other, so that a step in one hardly
    moves the other and a few rounds of one scoring step and one Newton step find both.
    """
    beta, log_dispersion = start.coefficients, float(np.log(start.dispersion))
    for _ in range(25):
        dispersion = float(np.exp(log_dispersion))
        mean = np.exp(np.minimum(offset + matrix @ beta, 500.0))
        root = np.sqrt(mean / (1.0 + dispersion * mean))
        residual = (children - mean) / np.sqrt(mean * (1.0 + dispersion * mean))
        slope = dispersion * dispersion_score(children, mean, dispersion)
        # the slope of the log likelihood grows with the number of areas
        if abs(slope) <= 1e-10 * len(children) and _score_vanishes(children, matrix, mean, dispersion):
            return LogLinearFit(beta, mean, dispersion)
        beta = beta + np.linalg.lstsq(root[:, None] * matrix, residual, rcond=None)[0]
        nudge = 1e-4
        nudged = dispersion * float(np.exp(nudge))
        curvature = (nudged * dispersion_score(children, mean, nudged) - slope) / nudge
        if curvature >= 0.0:
            return None
        log_dispersion += float(np.clip(-slope / curvature, -0.5, 0.5))
        if not np.log(_SMALLEST_DISPERSION) < log_dispersion < np.log(_LARGEST_DISPERSION):
            return None
    return None


def dispersion_score(children: Array, mean: Array, dispersion: float) -> float:
    """Return the derivative of the negative binomial log likelihood in its dispersion."""
    from scipy.special import digamma

    size = 1.0 / dispersion
    terms = (
        np.log1p(dispersion * mean)
        + digamma(size)
        - digamma(children + size)
        + (children - mean) * dispersion / (1.0 + dispersion * mean)
    )
    return float(np.sum(terms) * size**2)
