"""Tables that an adjustment gives: areas, coefficients, and the steps in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.models.adjustment.design import Design
from carerates.models.adjustment.estimate import PER, Estimate, interval_quantile, predict_rates
from carerates.models.adjustment.settings import METHODS, AdjustmentSettings

Mask = NDArray[np.bool_]

PROBABILITY = 0.95
"""Of every interval that an adjustment states."""


def area_frame(
    frame: pd.DataFrame,
    fitted: Mask,
    reasons: NDArray[np.object_],
    design: Design,
    estimate: Estimate,
    settings: AdjustmentSettings,
) -> tuple[pd.DataFrame, list[str]]:
    """Return one row per area, the columns that need the refits still without fitted areas."""
    rate, error, lower, upper = predict_rates(estimate, design.matrix, settings, PROBABILITY)
    above = np.flatnonzero(rate > PER)
    if len(above):
        raise ModelError(
            "The model expects more children looked after than there are children in "
            f"{', '.join(frame['area_name'].iloc[above[:5]])}: their factors lie far outside those of the "
            "fitted areas. Check them, or leave these areas out."
        )
    low = np.flatnonzero(rate <= 0.0)
    if len(low):
        where = ", ".join(
            f"{name} ({value:.1f})"
            for name, value in zip(frame["area_name"].iloc[low[:5]], rate[low[:5]], strict=True)
        )
        raise ModelError(
            f"The linear model expects a rate at or below zero in {len(low)} of {len(frame)} areas: {where}. "
            "Use a method on the log scale, such as method='poisson'."
        )
    keys = ["area_code", "area_name", "nation", "year", "children", "population", "rate_per_10000"]
    result = frame[keys].copy()
    result["expected_children"] = rate * result["population"] / PER
    result["expected_rate_per_10000"] = rate
    result["expected_log_standard_error"] = error
    result["ratio"] = result["rate_per_10000"] / rate
    result["percent_difference"] = 100.0 * (result["ratio"] - 1.0)
    result["expected_rate_per_10000_left_out"] = rate
    result["percent_difference_left_out"] = np.nan
    result["expected_rate_lower_95"], result["expected_rate_upper_95"] = lower, upper
    result["used"] = fitted
    unknown_nation = (reasons != "") & np.isnan(rate) & frame[list(settings.factors)].notna().all(axis=1)
    words = pd.Series(reasons, index=frame.index)
    outside = unknown_nation & ~words.str.contains("no nation|no population")
    words[outside] += "; no area of its nation was fitted"
    result["reason"] = words.astype("str")
    notes = []
    if settings.linear and (below := int((lower <= 0.0).sum())):
        notes.append(f"the interval of the expected rate reaches zero or below in {below} areas")
    return result, notes


def finish_left_out(result: pd.DataFrame) -> list[str]:
    """Fill in the difference from the left-out expectation; a rate at or below zero is no expectation."""
    without = result["expected_rate_per_10000_left_out"]
    low = without <= 0.0
    result["expected_rate_per_10000_left_out"] = without.mask(low)
    ratio = result["rate_per_10000"] / result["expected_rate_per_10000_left_out"]
    result["percent_difference_left_out"] = 100.0 * (ratio - 1.0)
    if not low.any():
        return []
    where = ", ".join(result.loc[low, "area_name"].head(5))
    return [
        f"left out of the linear fit, {where} would have an expected rate at or below zero: none is given"
    ]


def coefficient_frame(design: Design, estimate: Estimate, settings: AdjustmentSettings) -> pd.DataFrame:
    """Return the coefficients with standard errors and intervals."""
    error = np.sqrt(np.diag(estimate.covariance))
    reach = error * interval_quantile(estimate, settings, PROBABILITY)
    return pd.DataFrame(
        {
            "term": list(design.names),
            "estimate": estimate.coefficients,
            "standard_error": error,
            "lower_95": estimate.coefficients - reach,
            "upper_95": estimate.coefficients + reach,
        }
    )


def steps_taken(result: pd.DataFrame, settings: AdjustmentSettings, design: Design) -> list[str]:
    """Say what was fitted and who was left out."""
    used = int(result["used"].sum())
    terms = ", ".join(design.names[1:]) or "no factor"
    scale = {
        "within_nation": "factors in standard deviations within each nation",
        "overall": "factors in standard deviations over all areas",
        "none": "factors as they stand",
    }[settings.standardise]
    steps = [
        f"expected rates from a {METHODS[settings.method]} on {terms}"
        + (f", {scale}" if settings.factors else "")
        + f", fitted to {used} of {len(result)} areas"
    ]
    for reason, rows in result[~result["used"]].groupby("reason"):
        given = "expected rate given" if rows["expected_rate_per_10000"].notna().all() else "no expected rate"
        shown = ", ".join(rows["area_name"].head(5))
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        steps.append(f"left out of the fit, {reason} ({given}): {len(rows)} areas ({shown}{more})")
    return steps
