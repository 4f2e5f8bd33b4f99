"""Joint draws from the nested Laplace approximation."""

from __future__ import annotations

import numpy as np

from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.laplace.exploration import Exploration, explore
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
    the normal distribution at their mode, moved by the skewness found at the hyperparameters' mode.  The
    draws are independent and in random order.
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
    values: list[dict[str, float]] = []
    for point, number in zip(found.points, numbers, strict=True):
        if number > 0:
            away, own_away = point.mode.curvature.draw(rng, int(number))
            shared.append(point.mode.shared + shift + away)
            local.append(point.mode.local + own_shift + own_away)
            values += [design.spread_values(point.free)] * int(number)
    order = rng.permutation(draws)
    names = [one.name for one in design.spreads]
    return (
        Posterior(
            np.concatenate(shared)[order],
            np.concatenate(local)[order],
            {name: np.array([one[name] for one in values])[order] for name in names},
        ),
        found,
    )
