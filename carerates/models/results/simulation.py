"""Draws from a model before it sees any counts, and counts that it would produce."""

from __future__ import annotations

import numpy as np

from carerates.models.counts import draw_counts
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.results.posterior import Posterior


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


def replicate_counts(design: Design, posterior: Posterior, rng: np.random.Generator) -> Array:
    """Draw new counts of every area and year from each draw, shape (draws, areas, years)."""
    eta = posterior.log_rates(design, noise=True) + np.log(design.panel.population)
    noise = (
        posterior.spreads["noise"]
        if design.model.likelihood == "negative_binomial"
        else np.zeros(posterior.draws)
    )
    trials = design.panel.population if design.model.likelihood == "binomial" else None
    return draw_counts(eta, noise[:, None, None], rng, trials)


def _normal(precision: Array, size: int, rng: np.random.Generator) -> Array:
    """Draw vectors with a given precision."""
    root = np.linalg.cholesky(precision)
    result: Array = np.linalg.solve(root.T, rng.standard_normal((len(precision), size))).T
    return result
