"""Logistic regression in which each area has its own level: marginal likelihood, or draws from PyMC.

The level of an area is normal with an unknown standard deviation.  Plain arrays in, plain numbers out.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carerates.errors import MissingExtraError, ModelError
from carerates.survey.clusters import Codes
from carerates.survey.logistic_fit import fit_logistic

Array = NDArray[np.float64]
NODES = 25
LARGEST_RHAT = 1.01
COEFFICIENT_SD, INTERCEPT_SD, AREA_SD = 2.5, 5.0, 1.0
"""Priors of the draws: normal for a coefficient of one standard deviation and for the log odds at mean
scores, half-normal for the spread of areas, all centred at 0."""


@dataclass(frozen=True, slots=True, eq=False)
class RandomIntercepts:
    """Coefficients given the area, their covariance, and the spread of areas on the log-odds scale."""

    coefficients: Array
    covariance: Array
    area_sd: float
    log_likelihood: float


@dataclass(frozen=True, slots=True, eq=False)
class RandomInterceptDraws:
    """Draws of coefficients, shape (draws, columns), and of the spread of areas, with their checks."""

    coefficients: Array
    area_sd: Array
    largest_rhat: float
    smallest_ess: float
    divergences: int


def fit_random_intercepts(design: Array, outcome: Array, clusters: Codes) -> RandomIntercepts:
    """Fit a logistic regression with a normal level for each area, by marginal maximum likelihood.

    Parameters
    ----------
    design : array, shape (respondents, columns)
        With a column of ones.
    outcome : array, shape (respondents,)
        1 or 0.
    clusters : array of int, shape (respondents,)
        Area of each respondent, numbered from 0.

    Raises
    ------
    ModelError
        If every area holds one outcome only: the areas' levels could then explain everything, and the
        likelihood rises without end.

    Notes
    -----
    Adaptive Gauss-Hermite quadrature with 25 points about each area's mode; the covariance is the inverse
    of the observed information in the coefficients and the spread together.

    References
    ----------
    Pinheiro JC, Bates DM (1995), doi:10.1080/10618600.1995.10474663.
    """
    from scipy.optimize import minimize

    _refuse_whole_areas(outcome, clusters)
    plain = fit_logistic(design, outcome)
    quadrature = _Quadrature(design, outcome, clusters)
    start = np.append(plain.coefficients, 0.5)
    bounds = [(None, None)] * design.shape[1] + [(0.0, None)]
    found = minimize(
        quadrature.misfit,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-7},
    )
    spread = float(found.x[-1])
    if spread < 1e-4 or -found.fun <= plain.log_likelihood:  # no spread is seen: areas are alike
        return RandomIntercepts(plain.coefficients, plain.covariance, 0.0, plain.log_likelihood)
    information = _information(quadrature, np.asarray(found.x))
    if np.linalg.eigvalsh(information)[0] <= 0:
        raise ModelError("The model with a level for each area did not settle; leave out a score.")
    covariance = np.linalg.inv(information)[:-1, :-1]
    return RandomIntercepts(np.asarray(found.x[:-1]), covariance, spread, -float(found.fun))


def draw_random_intercepts(
    design: Array, outcome: Array, clusters: Codes, *, draws: int = 4000, seed: int
) -> RandomInterceptDraws:
    """Draw from the same model with PyMC.

    Parameters
    ----------
    design, outcome, clusters
        As for :func:`fit_random_intercepts`.
    draws : int
        Draws to keep, over four chains.
    seed : int
        Seed of the sampler.

    Raises
    ------
    MissingExtraError
        If PyMC or nutpie is not installed.
    ModelError
        If every area holds one outcome only (the answer would be the prior's), or chains disagree.

    Notes
    -----
    Scores are centred and scaled before the priors are set, so that their units do not matter: normal
    with SD 2.5 for one standard deviation more, normal with SD 5 for the log odds at mean scores,
    half-normal with SD 1 for the spread of areas.
    """
    _refuse_whole_areas(outcome, clusters)
    try:
        import nutpie
        import pymc as pm
    except ImportError as error:
        raise MissingExtraError("bayes", "method='bayes'") from error
    centre, scale = design[:, 1:].mean(axis=0), design[:, 1:].std(axis=0)
    scaled = (design[:, 1:] - centre) / scale
    areas = int(clusters.max()) + 1
    with pm.Model() as model:
        intercept = pm.Normal("intercept", 0.0, INTERCEPT_SD)
        slopes = pm.Normal("slopes", 0.0, COEFFICIENT_SD, shape=scaled.shape[1])
        area_sd = pm.HalfNormal("area_sd", AREA_SD)
        levels = pm.Normal("levels", 0.0, 1.0, shape=areas)
        eta = intercept + (scaled * slopes).sum(axis=1) + area_sd * levels[clusters]
        pm.Bernoulli("outcome", logit_p=eta, observed=outcome)
    trace = nutpie.sample(
        nutpie.compile_pymc_model(model),
        draws=-(-draws // 4),
        tune=1000,
        chains=4,
        seed=seed,
        progress_bar=sys.stderr.isatty(),
        target_accept=0.95,
    )
    return _checked_draws(trace, centre, scale)


def _checked_draws(trace: Any, centre: Array, scale: Array) -> RandomInterceptDraws:  # noqa: ANN401
    """Put the draws back into the scores' units, and refuse chains that disagree."""
    import arviz as az

    posterior = trace.posterior
    names = ["intercept", "slopes", "area_sd"]
    rhat = max(float(az.rhat(posterior)[name].max()) for name in names)
    ess = min(float(az.ess(posterior)[name].min()) for name in names)
    divergences = int(np.asarray(trace.sample_stats["diverging"]).sum())
    if not rhat <= LARGEST_RHAT:
        raise ModelError(
            f"The chains do not agree (R-hat {rhat:.3f}, above {LARGEST_RHAT}); draw more, or use "
            "method='random_intercept'."
        )
    slopes = np.asarray(posterior["slopes"], dtype=float).reshape(-1, len(scale)) / scale
    intercept = np.asarray(posterior["intercept"], dtype=float).ravel() - slopes @ centre
    area_sd = np.asarray(posterior["area_sd"], dtype=float).ravel()
    return RandomInterceptDraws(np.column_stack([intercept, slopes]), area_sd, rhat, ess, divergences)


class _Quadrature:
    """The marginal likelihood of all areas and its gradient, in the coefficients and the spread."""

    def __init__(self, design: Array, outcome: Array, clusters: Codes) -> None:
        order = np.argsort(clusters, kind="stable")  # areas in blocks can be summed without a loop
        self.design, self.outcome, self.clusters = design[order], outcome[order], clusters[order]
        self.areas = int(clusters.max()) + 1
        self.starts = np.searchsorted(self.clusters, np.arange(self.areas))
        self.points, weights = np.polynomial.hermite.hermgauss(NODES)
        self.log_weights = np.log(weights) + self.points**2

    def misfit(self, parameters: Array) -> tuple[float, Array]:
        """Return minus the log likelihood, and its gradient."""
        from scipy.special import expit, log_expit, logsumexp

        beta, spread = parameters[:-1], float(parameters[-1])
        linear = self.design @ beta
        mode, width = self._modes(linear, spread)
        levels = mode[:, None] + np.sqrt(2.0) * width[:, None] * self.points  # (areas, nodes)
        eta = linear[:, None] + spread * levels[self.clusters]
        fitted = expit(eta)
        each = self.outcome[:, None] * eta + log_expit(-eta)
        joint = self._by_area(each) - levels**2 / 2 + self.log_weights
        area = logsumexp(joint, axis=1)
        value = float((area + np.log(width) - 0.5 * np.log(np.pi)).sum())
        share = np.exp(joint - area[:, None])
        residual = (self.outcome[:, None] - fitted) * share[self.clusters]
        gradient = np.append(
            self.design.T @ residual.sum(axis=1), float((residual * levels[self.clusters]).sum())
        )
        return -value, -gradient

    def _modes(self, linear: Array, spread: float) -> tuple[Array, Array]:
        """Return the likeliest level of each area and the width of its likelihood there."""
        from scipy.special import expit

        level = np.zeros(self.areas)
        for _ in range(50):
            fitted = expit(linear + spread * level[self.clusters])
            slope = spread * self._by_area((self.outcome - fitted)[:, None])[:, 0] - level
            bend = 1 + spread**2 * self._by_area((fitted * (1 - fitted))[:, None])[:, 0]
            # the log density bends less away from its mode, so that a full step may overshoot
            step = np.clip(slope / bend, -1.0, 1.0)
            level = level + step
            if float(np.abs(step).max()) < 1e-10:
                break
        return level, 1 / np.sqrt(bend)

    def _by_area(self, values: Array) -> Array:
        """Sum rows by area."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=0))


def _information(quadrature: _Quadrature, parameters: Array, step: float = 1e-4) -> Array:
    """Return the observed information by central differences of the gradient."""
    width = len(parameters)
    rows = np.empty((width, width))
    for place in range(width):
        move = np.zeros(width)
        move[place] = step
        above, below = quadrature.misfit(parameters + move)[1], quadrature.misfit(parameters - move)[1]
        rows[place] = (above - below) / (2 * step)
    return np.asarray((rows + rows.T) / 2)


def _refuse_whole_areas(outcome: Array, clusters: Codes) -> None:
    """Refuse groups of whole areas: an area's own level explains its group entirely."""
    shares = np.bincount(clusters, weights=outcome) / np.bincount(clusters)
    if ((shares == 0) | (shares == 1)).all():
        raise ModelError(
            "Each area belongs to one group entirely, so a level for each area explains the groups without "
            "any score and no odds ratio can be estimated. Use method='permutation', which takes areas as "
            "the units."
        )
