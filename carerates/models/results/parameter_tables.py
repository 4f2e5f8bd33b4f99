"""Effects and spreads of a fit, one row for each, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.models.design.terms import Array
from carerates.models.results.estimates import central_interval, check_probability, suffix

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates


def coefficient_table(fit: FittedRates, probability: float) -> pd.DataFrame:
    """Return the fixed effects, on the log rate and as rate ratios."""
    fixed = fit.design.shared_columns(("intercept", "nation", "factor", "population", "drift"))
    names = [name for name, keep in zip(fit.design.shared_names, fixed, strict=True) if keep]
    frame = _summaries(fit, names, fit.posterior.shared[:, fixed], probability)
    tail = suffix(probability)
    frame["rate_ratio"] = np.exp(frame["median"])
    frame[f"rate_ratio_lower_{tail}"] = np.exp(frame[f"lower_{tail}"])
    frame[f"rate_ratio_upper_{tail}"] = np.exp(frame[f"upper_{tail}"])
    return frame


def hyperparameter_table(fit: FittedRates, probability: float) -> pd.DataFrame:
    """Return standard deviations, correlations and noise."""
    names = [one.name for one in fit.design.spreads]
    # a model without area effects, trend and noise has none
    draws = np.empty((fit.posterior.draws, len(names)))
    for at, name in enumerate(names):
        draws[:, at] = fit.posterior.spreads[name]
    frame = _summaries(fit, names, draws, probability)
    frame.insert(1, "meaning", [one.label for one in fit.design.spreads])
    frame["fixed"] = [one.fixed is not None for one in fit.design.spreads]
    return frame


def scale_table(fit: FittedRates) -> pd.DataFrame:
    """Return mean and standard deviation with which each factor was standardised, by nation."""
    return pd.DataFrame(
        [
            {"column": one.name, "nation": nation, "mean": one.mean[nation], "sd": one.sd[nation]}
            for one in fit.design.columns
            for nation in one.mean
        ],
        columns=["column", "nation", "mean", "sd"],
    )


def _summaries(fit: FittedRates, names: list[str], draws: Array, probability: float) -> pd.DataFrame:
    """Return posterior summaries of named quantities."""
    check_probability(probability)
    lower, upper = central_interval(draws, probability)
    tail = suffix(probability)
    return pd.DataFrame(
        {
            "name": names,
            "mean": draws.mean(axis=0),
            "median": np.median(draws, axis=0),
            "sd": draws.std(axis=0, ddof=1),
            f"lower_{tail}": lower,
            f"upper_{tail}": upper,
            "checks": fit.checks,
        }
    )
