"""How probable is each class of a rule for each area's underlying rate?

Two ways lead to the same table: joint draws from a fitted model (:mod:`carerates.trends.frequencies`), or,
here, the delta method with a spread that all areas share (:mod:`carerates.trends.posterior`), which needs no
sampling and no model of the levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carerates.errors import ModelError
from carerates.trends.criteria import Rule
from carerates.trends.expectations import Expectation
from carerates.trends.intervals import Floats, log_covariance, percent_from_log
from carerates.trends.nations import nation_keys
from carerates.trends.panels import Panel
from carerates.trends.posterior import (
    ChangePosterior,
    Contrast,
    change_beyond_group,
    infer_changes,
    own_change,
    probability_above,
)
from carerates.trends.ranks import Ranks, rank_normals


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """Probabilities of the classes and the underlying change they come from.

    Attributes
    ----------
    known : array of bool, shape (areas,)
        Areas that there is anything to say about; the arrays below hold NaN for the others.
    increasing, decreasing, middle, excluded : array of float, shape (areas,)
        Probabilities that sum to 1.
    change, lower, upper : array of float, shape (areas,)
        Posterior median of the underlying change on the rule's measure, in per cent, and its interval.
    national : dict of str to float
        Posterior mean (or given) national change of each nation.
    ranks : Ranks or None
        Of the areas known, in their order.
    method : str
        In words.
    """

    known: np.ndarray
    increasing: Floats
    decreasing: Floats
    middle: Floats
    excluded: Floats
    change: Floats
    lower: Floats
    upper: Floats
    national: dict[str, float]
    ranks: Ranks | None
    method: str


def _log_of_percent(percent: Floats | float, rule: Rule) -> Floats:
    """Turn a threshold in per cent on the rule's base into a log change; beyond -100% nothing lies."""
    value = np.asarray(percent, dtype=float) / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        if rule.measure == "net" and rule.relative_to == "end":
            return np.where(value < 1, -np.log1p(-np.minimum(value, 1 - 1e-15)), np.inf)
        return np.where(value > -1, np.log1p(np.maximum(value, -1 + 1e-15)), -np.inf)


def _percent_of_log(log_change: Floats, rule: Rule) -> Floats:
    """Turn a log change (per year for a slope) into per cent on the rule's base."""
    return percent_from_log(log_change, rule.relative_to if rule.measure == "net" else "start")


def chances_from_counts(
    panel: Panel,
    rule: Rule,
    expectation: Expectation,
    *,
    national: dict[str, float] | None,
    survival: float,
    prior_scale: float,
    interval: float,
    k: int | None,
) -> Chances:
    """Work out the probabilities from counts and populations, without sampling.

    Parameters
    ----------
    panel : Panel
        Computed rates (or children) over the window.
    rule : Rule
        With ``measure`` ``"net"`` or ``"slope"``.
    expectation : Expectation
    national : dict of str to float or None
        National changes to be taken as known; None for the pooled areas, uncertain with them.
    survival : float
        Share of children still looked after a year later.
    prior_scale : float
        Scale per year of the between-area standard deviation of log changes.
    interval : float
    k : int or None
        Size of the top and bottom groups of the ranking; None ranks nobody.
    """
    if rule.measure == "mean_annual":
        raise ValueError(
            "measure='mean_annual' has no probabilities without draws; use measure='net' or 'slope', "
            "or classify a fitted model."
        )
    observed, variance, tie = _log_changes(panel, rule, survival)
    known = np.isfinite(observed) & np.isfinite(variance) & (variance > 0)
    if not known.any():
        raise ModelError(
            f"No area has counts above zero in {rule.start} and {rule.end}, "
            "so nothing can be said about underlying changes."
        )
    keys = nation_keys(panel.labels["nation"])[known]
    names = sorted(set(keys))
    groups = keys.map({name: at for at, name in enumerate(names)}).to_numpy(dtype=np.int64)
    length = 1.0 if rule.measure == "slope" else rule.end - float(np.mean(rule.base_years))
    posterior = infer_changes(observed[known], variance[known], groups, prior_scale * length)
    # the rate at the end given the underlying change: the sampling error of the change moves both
    side_slope, side_rest, log_end = (one[known] for one in tie)
    intercept = log_end - side_slope * posterior.observed - expectation.log_rate[known]
    rest = side_rest + expectation.standard_error[known] ** 2
    down = np.full(known.sum(), _log_of_percent(rule.decreasing, rule))
    falls = posterior.probability_below(down)
    decreasing = falls
    if rule.excess is not None:
        side = (np.log1p(rule.excess / 100) - intercept, -side_slope, rest)
        decreasing = probability_above(posterior, _turned(own_change(posterior)), -down, side)
    quantity, bound, told = _increase(posterior, panel, rule, known, names, national)
    rises = probability_above(posterior, quantity, bound)
    increasing = rises
    if rule.shortfall is not None:
        floor = np.log1p(-min(rule.shortfall, 100 - 1e-9) / 100)
        increasing = probability_above(posterior, quantity, bound, (intercept - floor, side_slope, rest))
    # a rule may let one area be both (a nation falling faster than 10%); falling is asked first
    increasing = np.minimum(increasing, 1 - falls)
    rises = np.minimum(rises, 1 - falls)
    tail = (1 - interval) / 2
    chances = {
        "increasing": increasing,
        "decreasing": decreasing,
        "middle": 1 - rises - falls,
        "excluded": (rises - increasing) + (falls - decreasing),
        "change": _percent_of_log(posterior.quantile(0.5), rule),
        "lower": _percent_of_log(posterior.quantile(tail), rule),
        "upper": _percent_of_log(posterior.quantile(1 - tail), rule),
    }
    ranks = (
        None
        if k is None
        else rank_normals(posterior.expected_change(), posterior.standard_deviation(), k, interval)
    )
    method = (
        "delta method with shared spread (typical standard deviation of underlying log changes between areas "
        f"{posterior.typical_spread():.3f}; half-normal prior, scale {prior_scale * length:.3g})"
    )
    return Chances(
        known,
        **{
            name: _spread_out(np.clip(value, 0, 1) if name in _CLASSES else value, known)
            for name, value in chances.items()
        },
        national=told,
        ranks=ranks,
        method=method,
    )


_CLASSES = ("increasing", "decreasing", "middle", "excluded")


def _spread_out(values: Floats, known: np.ndarray) -> Floats:
    """Put the values of known areas into an array of all areas."""
    full = np.full(len(known), np.nan)
    full[known] = values
    return full


def _turned(quantity: Contrast) -> Contrast:
    """Return the quantity with its sign changed."""
    return Contrast(-quantity.mean, quantity.variance, -quantity.with_own)


def _log_changes(
    panel: Panel, rule: Rule, survival: float
) -> tuple[Floats, Floats, tuple[Floats, Floats, Floats]]:
    """Return observed log changes, their variances, and how the end rate hangs together with them."""
    counts, years = panel.children, np.array(panel.years, dtype=float)
    rates = panel.rates
    areas = len(counts)
    change, variance = np.full(areas, np.nan), np.full(areas, np.nan)
    slope, rest, log_end = np.zeros(areas), np.full(areas, np.nan), np.full(areas, np.nan)
    for row in range(areas):
        there = np.isfinite(rates[row]) & np.isfinite(counts[row])
        if rule.measure == "net":
            there &= np.isin(years, rule.years_needed)
            enough = there.sum() == len(rule.years_needed)
        else:
            enough = bool(there[0] and there[-1])
        if not enough or (counts[row, there] <= 0).any():
            continue
        times = years[there]
        if rule.measure == "net":
            weight = _net_weights(rule)
        else:
            weight = times - times.mean()
            weight = weight / (weight**2).sum()
        covariance = log_covariance(counts[row, there][None, :], times, survival)[0]
        change[row] = weight @ np.log(rates[row, there])
        variance[row] = weight @ covariance @ weight
        slope[row] = covariance[-1] @ weight / variance[row]
        rest[row] = max(covariance[-1, -1] - slope[row] ** 2 * variance[row], 0.0)
        log_end[row] = np.log(rates[row, -1])
    return change, variance, (slope, rest, log_end)


def _net_weights(rule: Rule) -> Floats:
    """Return what each year needed counts for in the log change."""
    before = len(rule.base_years)
    return np.append(np.full(before, -1.0 / before), 1.0)


def _increase(
    posterior: ChangePosterior,
    panel: Panel,
    rule: Rule,
    known: np.ndarray,
    names: list[str],
    national: dict[str, float] | None,
) -> tuple[Contrast, Floats, dict[str, float]]:
    """Return the quantity that an increase is judged by, its bound, and the national changes."""
    if rule.increasing is not None:
        bound = np.full(len(posterior.observed), _log_of_percent(rule.increasing, rule))
        return own_change(posterior), bound, {}
    if national is not None:
        height = np.array([national[names[group]] for group in posterior.groups]) + rule.margin
        return own_change(posterior), _log_of_percent(height, rule), dict(national)
    pooled = np.empty(len(names))
    share = np.empty(len(posterior.observed))
    years = np.array(panel.years, dtype=float)
    for group in range(len(names)):
        rows = np.flatnonzero(known)[posterior.groups == group]
        children, people = panel.children[rows], panel.population[rows]
        if panel.kind == "children":
            people = np.ones_like(people)
        columns = (
            np.flatnonzero(np.isin(years, rule.years_needed))
            if rule.measure == "net"
            else np.flatnonzero(np.isfinite(children).all(axis=0))
        )
        line = np.log(children[:, columns].sum(axis=0) / people[:, columns].sum(axis=0))
        times = years[columns] - years[columns].mean()
        pooled[group] = _net_weights(rule) @ line if rule.measure == "net" else times @ line / (times @ times)
        weight = children[:, 0] + children[:, -1]
        share[posterior.groups == group] = weight / weight.sum()
    told = {name: float(_percent_of_log(pooled, rule)[at]) for at, name in enumerate(names)}
    level = _percent_of_log(pooled, rule)
    extra = (_log_of_percent(level + rule.margin, rule) - pooled)[posterior.groups]
    return change_beyond_group(posterior, share, pooled), extra, told
