"""How much of the variation between areas do the factors account for?  It depends on the yardstick.

Every version is one minus a spread around the expected values over the same spread around one common level,
so each can be set beside the others and each can be negative where the expectation does worse than no
expectation at all.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.models.adjustment.log_linear import log_linear_fit, negative_binomial_deviance

Array = NDArray[np.float64]

VERSIONS: dict[str, str] = {
    "ordinary": "rates, each area counting the same",
    "adjusted": "as ordinary, less what as many columns of noise would explain",
    "population_weighted": "rates, each area counting by its children",
    "log_rate": "logarithms of rates, each area counting the same",
    "deviance": "counts, measured by their likelihood",
}
"""The versions of R squared, and what each is a share of."""


def shares_explained(
    children: Array,
    population: Array,
    expected: Array,
    coefficients: int,
    dispersion: float = 0.0,
    groups: NDArray[np.object_] | None = None,
) -> dict[str, float]:
    """Compute every version of R squared for one set of areas.

    Parameters
    ----------
    children, population : arrays of float, shape (areas,)
        Counts and children aged 0-17.
    expected : array of float, shape (areas,)
        Expected counts.
    coefficients : int
        Coefficients that these areas' fit used up, the intercept included.
    dispersion : float
        Of the negative binomial deviance; 0 for the Poisson.
    groups : array of labels, shape (areas,), optional
        With groups each has a common level of its own, and what lies between them is not counted.

    Returns
    -------
    dict of str to float
        One value for each of :data:`VERSIONS`; NaN where there is no variation to explain.

    Notes
    -----
    ``log_rate`` leaves out areas with no children looked after, whose logarithm does not exist.
    ``deviance`` compares with the one rate that fits best: ``sum(children) / sum(population)`` for the
    Poisson.  For linear methods too it is the Poisson deviance.
    """
    rate, fitted = children / population, expected / population
    labels = np.zeros(len(rate), dtype=object) if groups is None else groups
    same = np.ones_like(rate)
    ordinary = _share(rate, fitted, same, labels)
    left, spare_degrees = len(rate) - coefficients, len(rate) - len(set(labels))
    some = children > 0
    pooled = common_level(children, population, dispersion, labels)
    total = negative_binomial_deviance(children, pooled, dispersion)
    spare = negative_binomial_deviance(children, expected, dispersion)
    return {
        "ordinary": ordinary,
        "adjusted": 1.0 - (1.0 - ordinary) * spare_degrees / left if left > 0 else np.nan,
        "population_weighted": _share(rate, fitted, population, labels),
        "log_rate": _share(np.log(rate[some]), np.log(fitted[some]), same[some], labels[some]),
        "deviance": 1.0 - spare / total if total > 1e-9 * len(rate) else np.nan,
    }


def common_level(children: Array, population: Array, dispersion: float, labels: NDArray[np.object_]) -> Array:
    """Return the counts that the one best-fitting rate of each group makes expected."""
    rates = group_means(children / population, population, labels)
    means = population * rates
    if dispersion > 0.0:
        for label in set(labels):
            here = labels == label
            if children[here].sum() > 0:
                ones = np.ones((int(here.sum()), 1))
                fit = log_linear_fit(children[here], ones, np.log(means[here]), dispersion=dispersion)
                means[here] = fit.mean
    return means


def group_means(values: Array, weights: Array, labels: NDArray[np.object_]) -> Array:
    """Return, for each area, the weighted mean over the areas that share its label."""
    means = np.empty_like(values)
    for label in set(labels):
        here = labels == label
        means[here] = np.average(values[here], weights=weights[here])
    return means


def _share(values: Array, fitted: Array, weights: Array, labels: NDArray[np.object_]) -> float:
    """Return the weighted share of the variation of values around their means that fitted accounts for."""
    mean = group_means(values, weights, labels)
    total = float(np.sum(weights * (values - mean) ** 2))
    # areas whose values agree to 12 digits have nothing between them to explain
    if total <= 1e-24 * float(np.sum(weights * values**2)):
        return float("nan")
    return 1.0 - float(np.sum(weights * (values - fitted) ** 2)) / total


def r_squared_frame(
    children: Array,
    population: Array,
    expected: Array,
    nation: NDArray[np.object_],
    coefficients: int,
    dispersion: float,
) -> pd.DataFrame:
    """Return every version of R squared for all areas and, with several nations, within each."""
    rows: list[dict[str, object]] = [
        {
            "scope": "all areas",
            "areas": len(children),
            **shares_explained(children, population, expected, coefficients, dispersion),
        }
    ]
    nations = sorted(set(nation))
    if len(nations) > 1:
        shares = shares_explained(children, population, expected, coefficients, dispersion, nation)
        rows.append({"scope": "within nations", "areas": len(children), **shares})
    for one in nations if len(nations) > 1 else []:
        here = nation == one
        shares = shares_explained(children[here], population[here], expected[here], coefficients, dispersion)
        # coefficients are shared between nations, so that no number of them belongs to one
        shares["adjusted"] = float("nan")
        rows.append({"scope": one or "no nation", "areas": int(here.sum()), **shares})
    return pd.DataFrame(rows, columns=["scope", "areas", *VERSIONS])


def average_over_orders(terms: tuple[str, ...], worth: Callable[[frozenset[str]], Array]) -> dict[str, Array]:
    """Share out what a set of terms is worth among them, averaging over all orders of entry.

    Parameters
    ----------
    terms : tuple of str
        The terms.
    worth : function of a frozenset of terms, giving an array
        What each subset is worth; called once per subset.

    Returns
    -------
    dict of str to array
        Shares that add up to ``worth(all) - worth(none)``.

    Notes
    -----
    The Lindeman-Merenda-Gold share, which is the Shapley value of the game ``worth``.

    References
    ----------
    doi:10.18637/jss.v017.i01 (Groemping 2006)
    """
    values = {
        frozenset(subset): worth(frozenset(subset))
        for size in range(len(terms) + 1)
        for subset in combinations(terms, size)
    }
    count = len(terms)
    shares: dict[str, Array] = {}
    for term in terms:
        share = np.zeros_like(values[frozenset()], dtype=float)
        for subset, value in values.items():
            if term not in subset:
                before = len(subset)
                weight = factorial(before) * factorial(count - before - 1) / factorial(count)
                share = share + weight * (values[subset | {term}] - value)
        shares[term] = share
    return shares
