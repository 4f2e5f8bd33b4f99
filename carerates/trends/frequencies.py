"""How often does each class of a rule come up in joint draws of underlying rates?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.tables import RateDraws
from carerates.trends.chances import Chances
from carerates.trends.criteria import Rule
from carerates.trends.expectations import Expectation
from carerates.trends.intervals import Floats
from carerates.trends.measures import measure_changes
from carerates.trends.nations import nation_keys
from carerates.trends.ranks import rank_draws


def chances_from_draws(
    draws: RateDraws,
    labels: pd.DataFrame,
    rule: Rule,
    expectation: Expectation,
    *,
    national: dict[str, float] | None,
    interval: float,
    k: int | None,
) -> Chances:
    """Count the classes of the rule over joint draws of underlying rates.

    Parameters
    ----------
    draws : RateDraws
        Areas in the order of ``labels``; the years of the rule among its years.
    labels : DataFrame
        ``area_code`` and ``nation`` of each area.
    rule, expectation, national, interval, k
        As in :func:`chances_from_counts`.  Expected rates in the draws themselves come first.
    """
    absent = [year for year in rule.years_needed if year not in draws.years]
    if absent:
        there = ", ".join(str(year) for year in draws.years)
        raise TableError(f"The draws hold no year {', '.join(map(str, absent))}; they hold {there}.")
    changes = measure_changes(draws.rates, draws.years, rule)
    keys = nation_keys(labels["nation"])
    bars = np.empty_like(changes)
    told: dict[str, float] = {}
    for name in sorted(set(keys)) if rule.needs_national else ():
        rows = (keys == name).to_numpy()
        if national is not None:
            bars[:, rows] = national[name]
            told[name] = national[name]
            continue
        weight = draws.population[rows]
        line = (draws.rates[:, rows] * weight).sum(axis=1) / weight.sum(axis=0)
        own = measure_changes(line, draws.years, rule)
        bars[:, rows] = own[:, None]
        told[name] = float(own.mean())
    height = bars + rule.margin if rule.increasing is None else np.full_like(changes, rule.increasing)
    falls = changes <= rule.decreasing if rule.inclusive else changes < rule.decreasing
    rises = (changes > height) & ~falls
    above, below = _draw_sides(draws, rule, expectation)
    tail = (1 - interval) / 2
    lower, median, upper = np.quantile(changes, [tail, 0.5, 1 - tail], axis=0)
    increasing, decreasing = (rises * above).mean(axis=0), (falls * below).mean(axis=0)
    return Chances(
        np.ones(changes.shape[1], dtype=bool),
        increasing,
        decreasing,
        (~rises & ~falls).mean(axis=0),
        rises.mean(axis=0) - increasing + falls.mean(axis=0) - decreasing,
        median,
        lower,
        upper,
        told,
        None if k is None else rank_draws(changes, k, interval),
        f"{len(changes)} joint draws of underlying rates",
    )


def _draw_sides(draws: RateDraws, rule: Rule, expectation: Expectation) -> tuple[Floats, Floats]:
    """Return, per draw and area, the probability of not being on the excluded side of expectation."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        end = np.log(draws.rates[:, :, draws.years.index(rule.end)])
        if draws.expected is not None:
            beyond = end - np.log(draws.expected[:, :, draws.years.index(rule.end)])
            error = np.zeros(end.shape[1])
        else:
            beyond, error = end - expectation.log_rate, expectation.standard_error
    error = np.maximum(error, 1e-12)
    floor = np.log1p(-min(rule.shortfall or 0.0, 100 - 1e-9) / 100)
    ceiling = np.log1p((rule.excess or 0.0) / 100)
    above = ndtr((beyond - floor) / error) if rule.shortfall is not None else np.ones_like(end)
    below = ndtr((ceiling - beyond) / error) if rule.excess is not None else np.ones_like(end)
    return np.where(np.isnan(above), 1.0, above), np.where(np.isnan(below), 1.0, below)
