"""What a fit leaves over: residuals of counts, and whether neighbours are alike in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.models.design.adjacency import bundled_neighbours
from carerates.models.design.arrays import NEED
from carerates.models.design.terms import Array
from carerates.models.results.estimates import central_interval, check_probability, moran

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates


def count_residuals(fit: FittedRates) -> pd.DataFrame:
    """Return one row for each area and year with a published count: count less what the fit expects there.

    Returns
    -------
    DataFrame
        ``children``; ``children_fitted``, the posterior mean of the expected count, the area's own effects
        included and a single year's noise averaged over; ``residual``, their difference;
        ``standardised_residual``, over the standard deviation of a count given the rate, noise of a single
        year included; ``checks``.

    Notes
    -----
    With N children, rate r and noise k of a single year, a count has mean m and variance

    - Poisson: ``m = N r``, variance m;
    - binomial: ``m = N r``, variance ``m (1 - r)``;
    - negative binomial: ``m = N r``, variance ``m + k^2 m^2``;
    - Poisson with log-normal noise, of which r is the median: ``m = N r exp(k^2 / 2)``, variance
      ``m + (exp(k^2) - 1) m^2``.

    The counts are those that the fit has learned from, so standardised residuals vary less than 1 where
    each area has a path of its own.  A suppressed count has none.
    """
    panel, posterior = fit.design.panel, fit.posterior
    rates = np.exp(posterior.log_rates(fit.design))
    mean, variance = (moment.mean(axis=0) for moment in _count_moments(fit, rates))
    where, at = np.nonzero(panel.in_table & np.isfinite(panel.children))
    children = panel.children[where, at]
    return pd.DataFrame(
        {
            "area_code": np.array(panel.area_codes)[where],
            "area_name": np.array(panel.area_names)[where],
            "year": np.array(panel.years)[at],
            "children": children,
            "children_fitted": mean[where, at],
            "residual": children - mean[where, at],
            "standardised_residual": (children - mean[where, at]) / np.sqrt(variance[where, at]),
            "checks": fit.checks,
        }
    )


def _count_moments(fit: FittedRates, rates: Array) -> tuple[Array, Array]:
    """Return mean and variance of a count given the rate, a single year's noise drawn anew, in every draw."""
    kind = fit.settings.likelihood
    mean: Array = fit.design.panel.population * rates
    if kind == "poisson":
        return mean, mean
    if kind == "binomial":
        return mean, mean * (1 - rates)
    squared = fit.posterior.spreads["noise"][:, None, None] ** 2
    if kind == "negative_binomial":
        return mean, mean + squared * mean**2
    mean = mean * np.exp(squared / 2)
    return mean, mean + np.expm1(squared) * mean**2


def likeness_of_neighbours(
    fit: FittedRates,
    at: int,
    neighbours: tuple[tuple[str, str], ...],
    *,
    permutations: int,
    seed: int,
    probability: float,
) -> pd.DataFrame:
    """Return Moran's I of ratios to expected and of residuals in one year; see ``FittedRates.moran``."""
    check_probability(probability)
    if isinstance(permutations, bool) or not isinstance(permutations, (int, np.integer)) or permutations < 1:
        raise ValueError(f"permutations is a whole number of 1 or more; this is {permutations!r}.")
    panel = fit.design.panel
    codes = list(panel.area_codes)
    pairs = neighbours or fit.settings.neighbours or bundled_neighbours(panel.area_codes)
    joined = {frozenset(pair) for pair in pairs if pair[0] != pair[1] and set(pair) <= set(codes)}
    if len(joined) < 3:
        raise ModelError(
            f"Moran's I needs neighbours among the areas of the fit; there are {len(joined)} pairs. Give "
            "neighbours=..., pairs of area codes."
        )
    places = np.array([[codes.index(one) for one in sorted(pair)] for pair in sorted(joined, key=sorted)])
    residuals = count_residuals(fit).query("year == @panel.years[@at]").set_index("area_code")
    left = residuals["standardised_residual"].reindex(codes).to_numpy()
    tail = f"{100 * probability:.4g}".replace(".", "_")
    rows = []
    for name, values in (("ratio to expected", _log_ratios(fit, at)), ("residuals", left[None, :])):
        kept, of_kept = _with_values(values, places)
        draws = moran(kept, of_kept)
        rng = np.random.default_rng([seed, 9])
        shuffled = np.stack([rng.permutation(kept.mean(axis=0)) for _ in range(permutations)])
        by_chance = moran(shuffled, of_kept)
        middle = float(moran(kept.mean(axis=0)[None, :], of_kept)[0])
        lower, upper = central_interval(draws, probability) if len(draws) > 1 else (np.nan, np.nan)
        rows.append(
            {
                "of": name,
                "year": panel.years[at],
                "moran": float(np.median(draws)),
                f"lower_{tail}": float(lower),
                f"upper_{tail}": float(upper),
                "expected_by_chance": -1 / (kept.shape[1] - 1),
                # the value itself is one of the arrangements
                "permutation_p": float((1 + (by_chance >= middle).sum()) / (1 + permutations)),
                "areas": kept.shape[1],
                "pairs": len(of_kept),
                "checks": fit.checks,
            }
        )
    return pd.DataFrame(rows)


def _log_ratios(fit: FittedRates, at: int) -> Array:
    """Return draws of the log ratio of underlying to expected rates in one year."""
    rates = fit.posterior.log_rates(fit.design)[:, :, at]
    result: Array = rates - fit.posterior.expected_log_rates(fit.design, NEED)[:, :, at]
    return result


def _with_values(values: Array, pairs: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp]]:
    """Keep the areas that have values and a neighbour that has, and the pairs among them."""
    known = np.isfinite(values).all(axis=0)
    pairs = pairs[known[pairs].all(axis=1)]
    there = np.unique(pairs)
    return values[:, there], np.searchsorted(there, pairs)
