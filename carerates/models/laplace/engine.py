"""Joint draws from the nested Laplace approximation."""

from __future__ import annotations

import numpy as np

from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.laplace.exploration import Exploration, explore, smooth_values
from carerates.models.laplace.marginal import mean_shift
from carerates.models.results.posterior import Posterior


def draw_posterior(
    design: Design, *, draws: int, seed: int, points: int | None = None
) -> tuple[Posterior, Exploration]:
    """Explore the hyperparameters and draw everything jointly.

    Parameters
    ----------
    design : Design
        Arrays of the model.
    draws : int
        Joint draws to make.
    seed : int
        Seed of points and draws.
    points : int, optional
        Points at which hyperparameters are evaluated.

    Returns
    -------
    Posterior, Exploration

    Notes
    -----
    Each point gets its share of the draws (systematic resampling); given the point, effects are drawn from
    the normal distribution at their mode, moved by the skewness found at the hyperparameters' mode; the
    hyperparameters reported with them are spread over the gaps between points.  The draws are independent and
    in random order.
    """
    found = explore(design, points=points, seed=seed)
    rng = np.random.default_rng([seed, 1])
    shares = np.cumsum(found.weights) * draws
    edges = np.floor(shares + rng.uniform()).astype(int)
    edges[-1] = draws
    numbers = np.diff(np.concatenate([[0], np.clip(edges, 0, draws)]))
    shift, own_shift = mean_shift(design, found.peak)
    shared: list[Array] = []
    local: list[Array] = []
    rows = np.repeat(np.arange(len(numbers)), np.maximum(numbers, 0).astype(int))
    for point, number in zip(found.points, numbers, strict=True):
        if number > 0:
            away, own_away = point.mode.curvature.draw(rng, int(number))
            shared.append(point.mode.shared + shift + away)
            local.append(point.mode.local + own_shift + own_away)
    order = rng.permutation(draws)
    values = {one.name: np.full(draws, one.fixed) for one in design.spreads if one.fixed is not None}
    for column, one in enumerate(design.free_spreads):
        free = smooth_values(found, rows, column, one.folded, rng.uniform(size=draws))
        values[one.name] = np.array([one.natural(float(at)) for at in free])
    effects, own = np.concatenate(shared), np.concatenate(local)
    for column, name in design.ties:
        # the coefficient moves with its hyperparameter, and areas' own effects so that no rate moves
        moved = values[name] - effects[:, column]
        effects[:, column] += moved
        if own.shape[2]:
            own[:, :, 0] -= moved[:, None] * design.shared[:, 0, column]
    return (
        Posterior(
            effects[order],
            own[order],
            {one.name: values[one.name][order] for one in design.spreads},
        ),
        found,
    )
