"""The tests behind a comparison: what each promises, and two groups compared on one score."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.survey.clusters import (
    Codes,
    Permutation,
    area_means,
    fit_cr2,
    intraclass_correlation,
    permute_labels,
)
from carerates.survey.two_groups import TTest, hedges_g, t_interval, t_result, t_test

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Method = Literal["auto", "area_means", "cluster_robust", "permutation", "student", "welch"]
NAIVE = ("student", "welch")
PROMISES = {
    "area_means": "t test on the means of areas: takes areas as the units; near its level if areas of both "
    "groups spread alike",
    "cluster_robust": "CR2 standard errors with Satterthwaite degrees of freedom: allows any resemblance "
    "within areas; holds its level, with little power where a group has few areas",
    "permutation": "all ways of handing out the group labels to areas: exact if areas are exchangeable; its "
    "p cannot fall below one over the number of ways",
    "student": "Student's t test of respondents as if each came from an area of their own: ignores that "
    "respondents of one area resemble each other, so its p values are too small",
    "welch": "Welch's t test of respondents as if each came from an area of their own: ignores that "
    "respondents of one area resemble each other, so its p values are too small",
}


def choose_method(method: Method, replicate: bool, nested: bool) -> str:
    """Return the method that ``auto`` stands for, and refuse what does not apply."""
    if method == "auto":
        return "student" if replicate else "area_means" if nested else "cluster_robust"
    if method in ("area_means", "permutation") and not nested:
        raise ValueError(
            f"method={method!r} is for groups of whole areas; here areas hold both groups. Use "
            "'cluster_robust'."
        )
    return method


def compare_scores(
    frame: pd.DataFrame,
    name: str,
    by: str,
    pair: tuple[str, str],
    method: str,
    nested: bool,
) -> dict[str, Any]:
    """Compare two groups on one score."""
    data = frame.dropna(subset=[name])
    second = (data[by] == pair[1]).to_numpy()
    values, weights = data[name].to_numpy(dtype=float), data["weight"].to_numpy(dtype=float)
    codes, _ = pd.factorize(data["area_code"])
    sizes = int((~second).sum()), int(second.sum())
    if min(sizes) < 1:
        raise ModelError(f"No respondent of {pair[0] if sizes[0] == 0 else pair[1]} has a score on '{name}'.")
    areas = len(set(codes[~second])), len(set(codes[second]))
    if method not in NAIVE and len(set(codes)) < 3 and nested:
        raise ModelError(
            f"Each group has one area on '{name}', so a difference between groups cannot be told from a "
            "difference between areas. Bring more areas; replicate=True gives the naive test."
        )
    moments = [
        (values[one].mean(), values[one].std(ddof=1) if one.sum() > 1 else 0.0) for one in (~second, second)
    ]
    (mean_1, sd_1), (mean_2, sd_2) = moments
    shuffled: Permutation | None = None
    if nested and len(set(codes)) >= 3:
        means, flags = _weighted_means(values, weights, codes, second)
        shuffled = permute_labels(means, flags)
    test = _test(values, weights, second, codes, method)
    estimates = estimate_groups(values, weights, second, codes, method)
    lower, upper = t_interval(test)
    freedom = max(sum(sizes) - 2, 1)
    pooled = float(np.sqrt(((sizes[0] - 1) * sd_1**2 + (sizes[1] - 1) * sd_2**2) / freedom))
    if method in NAIVE and min(sizes) > 1 and pooled > 0:
        effect = hedges_g(mean_1, sd_1, sizes[0], mean_2, sd_2, sizes[1])
    else:
        scale = (1 - 3 / (4 * freedom - 1)) / pooled if pooled > 0 else np.nan
        effect = (test.difference * scale, lower * scale, upper * scale)
    icc = intraclass_correlation(values, codes, second.astype(float) if nested else None)
    typical = float((np.bincount(codes) ** 2).sum() / len(codes))
    return {
        "outcome": name,
        "group_1": pair[0],
        "group_2": pair[1],
        "n_1": sizes[0],
        "n_2": sizes[1],
        "areas_1": areas[0],
        "areas_2": areas[1],
        "mean_1": mean_1,
        "sd_1": sd_1,
        "mean_2": mean_2,
        "sd_2": sd_2,
        **{
            f"{part}_{number}": figure
            for number, limits in enumerate(estimates, start=1)
            for part, figure in zip(("estimate", "lower_95", "upper_95"), limits, strict=True)
        },
        "difference": test.difference,
        "standard_error": test.standard_error,
        "t": test.t,
        "df": test.df,
        "p_value": shuffled.p_value if method == "permutation" and shuffled else test.p_value,
        "lower_95": lower,
        "upper_95": upper,
        "hedges_g": effect[0],
        "hedges_g_lower_95": effect[1],
        "hedges_g_upper_95": effect[2],
        "icc": icc,
        "design_effect": 1 + (typical - 1) * max(icc, 0.0),
        "permutation_p": shuffled.p_value if shuffled else np.nan,
        "permutation_floor": shuffled.floor if shuffled else np.nan,
        "method": method,
    }


def _test(values: Array, weights: Array, second: Flags, codes: Codes, method: str) -> TTest:
    """Return the t test of a method (for a permutation the t test on area means beside it)."""
    if method == "cluster_robust":
        root = np.sqrt(weights)
        design = np.column_stack([np.ones(len(values)), second.astype(float)])
        fit = fit_cr2(design * root[:, None], values * root, codes)
        return t_result(float(fit.coefficients[1]), float(np.sqrt(fit.covariance[1, 1])), float(fit.df[1]))
    units, flags = (values, second) if method in NAIVE else _weighted_means(values, weights, codes, second)
    first, other = units[~flags], units[flags]
    if method in NAIVE and min(len(first), len(other)) < 2:
        raise ModelError("A t test needs at least two respondents in each group.")
    spread = [float(one.std(ddof=1)) if len(one) > 1 else 0.0 for one in (first, other)]
    return t_test(
        float(first.mean()),
        spread[0],
        len(first),
        float(other.mean()),
        spread[1],
        len(other),
        welch=method == "welch",
    )


def estimate_groups(
    values: Array, weights: Array, second: Flags, codes: Codes, method: str
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return the mean of each group with its limits, by the standard errors of a method.

    The means are those whose difference the method tests: of the areas' means where areas are the units, of
    respondents (weighted) otherwise.  The limits of Student's test and of the areas' means rest on the spread
    that the test pools.
    """
    if method == "cluster_robust":
        root = np.sqrt(weights)
        design = np.column_stack([~second, second]).astype(float)
        fit = fit_cr2(design * root[:, None], values * root, codes)
        errors = np.sqrt(np.diag(fit.covariance))
        tests = [
            t_result(float(mean), float(error), float(df))
            for mean, error, df in zip(fit.coefficients, errors, fit.df, strict=True)
        ]
    else:
        units, flags = (
            (values, second) if method in NAIVE else _weighted_means(values, weights, codes, second)
        )
        parts = [units[~flags], units[flags]]
        squares = [float(((one - one.mean()) ** 2).sum()) for one in parts]
        freedom = [float(len(one) - 1) for one in parts]
        if method != "welch":
            squares, freedom = [sum(squares)] * 2, [sum(freedom)] * 2
        tests = [
            t_result(float(one.mean()), float(np.sqrt(total / df / len(one))), df)
            for one, total, df in zip(parts, squares, freedom, strict=True)
        ]
    first, other = ((one.difference, *t_interval(one)) for one in tests)
    return first, other


def _weighted_means(values: Array, weights: Array, codes: Codes, second: Flags) -> tuple[Array, Flags]:
    """Return the weighted mean of each area, and whether the area is in the second group."""
    totals = np.bincount(codes, weights=weights)
    means = np.bincount(codes, weights=weights * values) / totals
    flags, _ = area_means(second.astype(float), codes)
    return means, flags > 0.5
