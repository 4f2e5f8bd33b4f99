"""Trends and areas' paths carried on beyond the years that were fitted, draw by draw.

Functions of arrays; draws run along the first axis and years along the last.
"""

from __future__ import annotations

import numpy as np

from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array, Term
from carerates.models.results.posterior import Posterior


def carried_on(
    path: Array, steps: int, model: str, sd: Array | None, link: Array | None, rng: np.random.Generator
) -> Array:
    """Continue paths by ``steps`` years.

    Parameters
    ----------
    path : array of float, shape (draws, ..., years)
        Values in the years that were fitted.
    steps : int
        Years to add.
    model : {"random_walk", "random_walk_2", "autoregressive"}
        How a year follows from those before it.
    sd, link : arrays of float, shape (draws,)
        Standard deviation of a year's change and, for an autoregression, its correlation.
    rng : numpy.random.Generator
        Source of the changes to come.

    Returns
    -------
    array of float, shape (draws, ..., years + steps)
    """
    if steps == 0:
        return path
    widen = (slice(None), *(None,) * (path.ndim - 2))
    scale = np.zeros(len(path))[widen] if sd is None else sd[widen]
    values = [path[..., at] for at in range(path.shape[-1])]
    for _ in range(steps):
        last = values[-1]
        change = scale * rng.standard_normal(last.shape)
        if model == "autoregressive":
            assert link is not None
            values.append(link[widen] * last + change)
        elif model == "random_walk_2":
            values.append(2 * last - values[-2] + change)
        else:
            values.append(last + change)
    return np.stack(values, axis=-1)


def shared_trend(
    design: Design, posterior: Posterior, nation: str, steps: int, rng: np.random.Generator
) -> Array:
    """Return the trend that a nation's areas share, straight line included, carried on by ``steps`` years.

    Returns
    -------
    array of float, shape (draws, years + steps)
    """
    years = design.shape[1]
    row = design.panel.nation_of_area.index(nation)
    columns = design.shared_columns(("drift", "trend"))
    model = design.model.time
    path: Array = posterior.shared[:, columns] @ design.shared[row][:, columns].T
    if model == "none" or steps == 0:
        return np.concatenate([path, np.repeat(path[:, -1:], steps, axis=1)], axis=1)
    if model == "linear":
        # a straight line goes on as a walk of second order without noise; one year has no line
        slope = path[:, -1:] - path[:, -2:-1] if years > 1 else np.zeros((len(path), 1))
        return np.concatenate([path, path[:, -1:] + slope * np.arange(1, steps + 1)], axis=1)
    return carried_on(
        path,
        steps,
        model,
        posterior.spreads["sd_trend"],
        posterior.spreads.get("trend_correlation"),
        rng,
    )


def fitted_paths(
    design: Design, posterior: Posterior, areas: list[int], steps: int, rng: np.random.Generator
) -> Array:
    """Return the own effects of areas that were fitted, carried on, shape (draws, areas, years + steps)."""
    years = design.shape[1]
    total = np.zeros((posterior.draws, len(areas), years + steps))
    for term in design.local_terms:
        own = posterior.local[:, areas, term.columns]
        if term.name == "area":
            total += own @ _lines(design, term, steps).T
        elif term.name == "area_trend":
            path = own @ design.local[:, term.columns].T
            total += _carried_path(design, posterior, path, steps, rng)
    return total


def new_paths(
    design: Design, posterior: Posterior, areas: int, steps: int, rng: np.random.Generator
) -> Array:
    """Draw the own effects of areas that were not fitted: independent areas, one draw each for all years."""
    years, draws, spreads = design.shape[1], posterior.draws, posterior.spreads
    total = np.zeros((draws, areas, years + steps))
    for term in design.local_terms:
        if term.name == "area":
            own = spreads["sd_area"][:, None, None] * rng.standard_normal((draws, areas, 1))
            if term.structure == "level_slope":
                link = spreads["correlation"][:, None, None]
                fresh = np.sqrt(1 - link**2) * rng.standard_normal(own.shape)
                pull = link * own / spreads["sd_area"][:, None, None]
                own = np.concatenate([own, spreads["sd_slope"][:, None, None] * (pull + fresh)], axis=2)
            total += own @ _lines(design, term, steps).T
        elif term.name == "area_trend":
            sd = spreads["sd_area_trend"]
            if term.structure == "ar1":
                link = spreads["area_trend_correlation"]
                start = (sd / np.sqrt(1 - link**2))[:, None, None] * rng.standard_normal((draws, areas, 1))
                path = carried_on(start, years - 1, "autoregressive", sd, link, rng)
            else:
                size = (draws, areas, term.stop - term.start)
                changes = sd[:, None, None] * rng.standard_normal(size)
                path = changes @ design.local[:, term.columns].T
            total += _carried_path(design, posterior, path, steps, rng)
    return total


def _lines(design: Design, term: Term, steps: int) -> Array:
    """Return the columns of level (and slope) in the fitted and the added years."""
    years = np.array(design.panel.years, dtype=float)
    level = np.ones((len(years) + steps, 1))
    if term.structure != "level_slope":
        return level
    all_years = years[0] + np.arange(len(years) + steps)
    return np.concatenate([level, (all_years - years.mean())[:, None]], axis=1)


def _carried_path(
    design: Design, posterior: Posterior, path: Array, steps: int, rng: np.random.Generator
) -> Array:
    """Carry an area's own path on by the model's own rule."""
    return carried_on(
        path,
        steps,
        design.model.area_time,
        posterior.spreads["sd_area_trend"],
        posterior.spreads.get("area_trend_correlation"),
        rng,
    )
