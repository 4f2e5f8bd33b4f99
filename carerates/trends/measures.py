"""The number a rule looks at, worked out the same way for published figures and for draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from carerates.trends.criteria import Rule
from carerates.trends.intervals import Floats, percent_between


def round_half_up(values: ArrayLike) -> Floats:
    """Round to whole numbers with halves away from zero, as published tables of rates do."""
    return np.asarray(np.floor(np.asarray(values, dtype=float) + 0.5), dtype=float)


def measure_changes(rates: ArrayLike, years: tuple[int, ...], rule: Rule) -> Floats:
    """Work out the change that a rule compares with its thresholds.

    Parameters
    ----------
    rates : array of float, shape (..., years)
        Rates, or children.
    years : tuple of int
        Years along the last axis, ascending, with the rule's start and end among them.
    rule : Rule

    Returns
    -------
    array of float, shape (...)
        Per cent, or per cent per year; NaN where a year it needs is missing or a base is zero.

    Notes
    -----
    ``net`` uses the first and last year only (or the mean of the years before the first, see
    :class:`~carerates.trends.Rule`); ``mean_annual`` needs every year of the window; ``slope`` needs
    the first and the last and uses all there are.
    """
    if rule.measure == "net" and rule.start_rate == "earlier":
        return _change_from_earlier(np.asarray(rates, dtype=float), years, rule)
    inside = [at for at, year in enumerate(years) if rule.start <= year <= rule.end]
    grid = np.asarray(rates, dtype=float)[..., inside]
    times = np.array([years[at] for at in inside], dtype=float)
    if rule.whole_number_rates:
        grid = round_half_up(grid)
    if rule.measure == "net":
        return percent_between(grid[..., 0], grid[..., -1], rule.relative_to)
    if rule.measure == "mean_annual":
        if len(times) != rule.end - rule.start + 1:
            return np.full(grid.shape[:-1], np.nan)
        return np.asarray(percent_between(grid[..., :-1], grid[..., 1:], "start").mean(axis=-1))
    return slope_percent(grid, times)


def _change_from_earlier(rates: Floats, years: tuple[int, ...], rule: Rule) -> Floats:
    """Return the change from the geometric mean of the years before the start; NaN where one is missing."""
    if not set(rule.years_needed) <= set(years):
        return np.full(rates.shape[:-1], np.nan)
    before = rates[..., [years.index(year) for year in rule.base_years]]
    with np.errstate(divide="ignore"):
        base = np.exp(np.log(before).mean(axis=-1))
    return percent_between(base, rates[..., years.index(rule.end)], rule.relative_to)


def slope_percent(rates: Floats, years: Floats) -> Floats:
    """Return the least-squares slope of the log rate in per cent per year, over the years that have figures.

    NaN where the first or the last year has none, or where a rate is zero.
    """
    known = np.isfinite(rates)
    zero = (known & (rates <= 0)).any(axis=-1)
    logs = np.log(np.where(known & (rates > 0), rates, 1.0))
    weight = known.astype(float)
    total = np.maximum(weight.sum(axis=-1, keepdims=True), 1.0)
    centred = (years - (weight * years).sum(axis=-1, keepdims=True) / total) * weight
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (centred * logs).sum(axis=-1) / (centred**2).sum(axis=-1)
    usable = known[..., 0] & known[..., -1] & ~zero
    return np.asarray(np.where(usable, 100 * np.expm1(slope), np.nan), dtype=float)


def measure_bounds(low: Floats, high: Floats, years: tuple[int, ...], rule: Rule) -> tuple[Floats, Floats]:
    """Find the smallest and largest change that bounds on every rate leave possible.

    Parameters
    ----------
    low, high : array of float, shape (areas, years)
        Smallest and largest possible rate.
    years, rule
        As in :func:`measure_changes`.

    Returns
    -------
    smallest, largest : arrays of float, shape (areas,)

    Notes
    -----
    A net change and a slope grow or shrink steadily with each rate, so their extremes lie at known corners.
    The mean of yearly changes is convex in each rate: its largest value is found by going through the
    corners year by year, its smallest by moving one year at a time to the best point between its
    neighbours, which ends at the minimum because the sum is convex in the log rates.
    """
    first = min(rule.years_needed)
    inside = [at for at, year in enumerate(years) if first <= year <= rule.end]
    low, high = low[:, inside], high[:, inside]
    times = np.array([years[at] for at in inside], dtype=float)
    window = tuple(int(year) for year in times)
    if rule.whole_number_rates:
        low, high = round_half_up(low), round_half_up(high)
    if rule.measure == "mean_annual":
        return _mean_annual_bounds(low, high, complete=len(times) == rule.end - rule.start + 1)
    late = times > times.mean() if rule.measure == "slope" else times == rule.end
    smallest = measure_changes(np.where(late, low, high), window, rule)
    largest = measure_changes(np.where(late, high, low), window, rule)
    return smallest, largest


def _mean_annual_bounds(low: Floats, high: Floats, *, complete: bool) -> tuple[Floats, Floats]:
    """Return the extremes of the mean yearly percentage change."""
    steps = low.shape[1] - 1
    if not complete or steps < 1:
        gap = np.full(len(low), np.nan)
        return gap, gap.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.zeros((len(low), 2))
        for at in range(steps):
            now, then = np.stack([low[:, at], high[:, at]], 1), np.stack([low[:, at + 1], high[:, at + 1]], 1)
            best = np.max(best[:, :, None] + then[:, None, :] / now[:, :, None], axis=1)
        point = np.sqrt(np.maximum(low, 1e-9) * high)
        point[:, 0], point[:, -1] = high[:, 0], low[:, -1]
        for _ in range(200):
            for at in range(1, steps):
                point[:, at] = np.clip(np.sqrt(point[:, at - 1] * point[:, at + 1]), low[:, at], high[:, at])
        smallest = (point[:, 1:] / point[:, :-1]).sum(axis=1)
    known = np.isfinite(low).all(axis=1) & np.isfinite(high).all(axis=1)
    return (
        np.where(known, 100 * (smallest / steps - 1), np.nan),
        np.where(known, 100 * (best.max(axis=1) / steps - 1), np.nan),
    )
