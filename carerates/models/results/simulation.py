"""Draws from a model before it sees any counts, and counts that it would produce."""

from __future__ import annotations

import numpy as np

from carerates.models.counts import draw_counts
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.results.posterior import Posterior
from carerates.models.spec import RateModel


def draw_prior(design: Design, *, draws: int, rng: np.random.Generator) -> Posterior:
    """Draw effects and hyperparameters from the prior, shaped like a posterior.

    Parameters
    ----------
    design : Design
        Arrays of the model; counts are not looked at.
    draws : int
        Draws to make.
    rng : numpy.random.Generator
        Source of randomness.
    """
    spreads = {
        one.name: np.full(draws, one.fixed) if one.fixed is not None else one.prior.draw(rng, draws)
        for one in design.spreads
    }
    # a standard deviation of exactly nothing has no precision matrix
    spreads = {
        name: np.maximum(one, 1e-6) if name.startswith("sd_") or name == "noise" else one
        for name, one in spreads.items()
    }
    areas = design.shape[0]
    shared = np.empty((draws, len(design.shared_names)))
    local = np.empty((draws, areas, design.local.shape[1]))
    for row in range(draws):
        values = {name: float(one[row]) for name, one in spreads.items()}
        precision, _, own, _ = design.precisions(values)
        shared[row] = design.mean_of(values) + _normal(precision, 1, rng)[0]
        if local.shape[2]:
            local[row] = _normal(own, areas, rng)
    return Posterior(shared, local, spreads)


def draw_single_years(
    model: RateModel, posterior: Posterior, log_rates: Array, population: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw what a publication of some rows could hold: one year's noise anew, and a count about it.

    Parameters
    ----------
    model : RateModel
        Its likelihood says what the noise is.
    posterior : Posterior
        Draws that hold the noise's size.
    log_rates : array of float, shape (draws, areas, years)
        Underlying log rates per child in those draws, without any single year's noise.
    population : array of float, shape (areas, years)
        Children; 0 gives counts of 0.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    single_year : array of float, shape (draws, areas, years)
        Log rates with the noise.
    counts : array of float, shape (draws, areas, years)

    Notes
    -----
    Gamma noise has mean 1, so that the underlying rate is the mean of single years; log-normal noise has
    median 1, so that it is their median, and their mean is ``exp(noise^2 / 2)`` times as high.
    """
    single = log_rates
    if model.likelihood == "negative_binomial":
        size = posterior.spreads["noise"][:, None, None] ** -2
        wobble = rng.gamma(np.broadcast_to(size, log_rates.shape)) / size
        single = log_rates + np.log(np.maximum(wobble, 1e-300))
    elif model.likelihood == "poisson_lognormal":
        spread = posterior.spreads["noise"][:, None, None]
        single = log_rates + spread * rng.standard_normal(log_rates.shape)
    with np.errstate(divide="ignore"):
        eta = single + np.log(population)
    trials = population if model.likelihood == "binomial" else None
    return single, draw_counts(eta, 0.0, rng, trials)


def _normal(precision: Array, size: int, rng: np.random.Generator) -> Array:
    """Draw vectors with a given precision."""
    root = np.linalg.cholesky(precision)
    result: Array = np.linalg.solve(root.T, rng.standard_normal((len(precision), size))).T
    return result
