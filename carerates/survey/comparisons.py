"""Do two groups of respondents, or of areas, differ on these scores?

Areas come first: respondents of one area resemble each other, and a test that forgets it finds differences
where there are none (at an intra-class correlation of .05, ten areas against two: 23% of the time
instead of 5%).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.survey.clusters import (
    Codes,
    Permutation,
    area_means,
    fit_cr2,
    intraclass_correlation,
    permute_labels,
)
from carerates.survey.scoring import Scores
from carerates.survey.two_groups import (
    TTest,
    benjamini_hochberg,
    hedges_g,
    t_interval,
    t_result,
    t_test,
)

Array = NDArray[np.float64]
Method = Literal["auto", "area_means", "cluster_robust", "permutation", "student", "welch"]
NAIVE = ("student", "welch")
PROMISES = {
    "area_means": "t test on the means of areas: takes areas as the units; near its level if areas "
    "of both groups "
    "spread alike",
    "cluster_robust": "CR2 standard errors with Satterthwaite degrees of freedom: allows any "
    "resemblance within areas; "
    "holds its level, with little power where a group has few areas",
    "permutation": "all ways of handing out the group labels to areas: exact if areas are "
    "exchangeable; its p cannot "
    "fall below one over the number of ways",
    "student": "Student's t test of respondents as if each came from an area of their own: ignores "
    "that respondents of "
    "one area resemble each other, so its p values are too small",
    "welch": "Welch's t test of respondents as if each came from an area of their own: ignores that "
    "respondents of one "
    "area resemble each other, so its p values are too small",
}


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two groups compared on several scores.

    Attributes
    ----------
    frame : DataFrame
        One row per score; see :func:`compare_groups`.
    settings : dict
        Groups, method, adjustment.
    provenance : Provenance
        Steps, with what was left out.
    interval_kind, interval_probability : str, float
        Of the ``lower_95`` and ``upper_95`` columns.
    """

    frame: pd.DataFrame = field(repr=False)
    settings: dict[str, Any]
    provenance: Provenance = NO_PROVENANCE
    interval_kind: str = "confidence"
    interval_probability: float = 0.95

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per score."""
        return self.frame.copy()

    def summary(self) -> str:
        """Return the comparison as a paragraph."""
        first, second = self.settings["groups"]
        lines = [
            f"{row.label}: {first} {row.mean_1:.2f} (SD {row.sd_1:.2f}, n {row.n_1}), {second} "
            f"{row.mean_2:.2f} (SD {row.sd_2:.2f}, n {row.n_2}); difference {row.difference:.2f} "
            f"({row.lower_95:.2f} to {row.upper_95:.2f}), p = {row.p_value:.3f}, adjusted "
            f"{row.p_adjusted:.3f}."
            for row in self.frame.itertuples()
        ]
        return " ".join([*lines, f"Method: {PROMISES[self.settings['method']]}."])


def compare_groups(
    scores: Scores,
    by: str,
    *,
    groups: tuple[str, str] | None = None,
    outcomes: Sequence[str] | None = None,
    method: Method = "auto",
    replicate: bool = False,
    probability: float = 0.95,
) -> Comparison:
    """Do two groups differ on these scores, more than areas differ anyway?

    Parameters
    ----------
    scores : Scores
        Scored respondents, from :func:`carerates.survey.score`.
    by : str
        Grouping column, such as role (leaders, workers) or trend (increasing, decreasing).
    groups : pair of str, optional
        First and second group; differences are second minus first.  Needed if there are more than two.
    outcomes : sequence of str, optional
        Scores to compare; all by default.
    method : str
        ``"auto"``: ``"area_means"`` where each area belongs to one group, else ``"cluster_robust"`` (CR2 with Satterthwaite
        degrees of freedom).  ``"permutation"`` permutes group labels over areas.  ``"student"`` and ``"welch"``
        forget the areas and need ``replicate=True``.
    replicate : bool
        Allow the naive tests, to reproduce a published analysis; ``"auto"`` then means ``"student"``.
    probability : float
        Probability of the intervals.

    Returns
    -------
    Comparison
        Per score: ``n_``, ``areas_``, ``mean_`` and ``sd_`` of both groups, ``difference``, ``standard_error``, ``t``, ``df``,
        ``p_value``, ``p_adjusted`` (Benjamini-Hochberg over the scores), ``lower_95``, ``upper_95``, ``hedges_g`` with limits,
        ``icc``, ``design_effect``, and for groups of areas ``permutation_p`` with its ``permutation_floor``.

    Raises
    ------
    ModelError
        If a group is empty, or there is one area in each: then a difference of groups cannot be told from one of areas.
    ValueError
        If a naive test is asked for without ``replicate=True``.
    """  # noqa: E501
    if method not in ("auto", *PROMISES):
        raise ValueError(f"method is {method!r}; it is one of auto, {', '.join(PROMISES)}.")
    if method in NAIVE and not replicate:
        raise ValueError(
            f"method={method!r} ignores that respondents of one area resemble each other. To reproduce a "
            "published analysis say replicate=True; otherwise leave the method out."
        )
    frame, pair = select_groups(scores, by, groups)
    nested = len(frame[["area_code", by]].drop_duplicates()) == frame["area_code"].nunique()
    chosen = _choose(method, replicate, nested)
    names = list(outcomes or scores.names)
    rows = [
        _compare_one(frame, name, by, pair, chosen, nested, probability, scores.label(name)) for name in names
    ]
    table = pd.DataFrame(rows)
    table["p_adjusted"] = benjamini_hochberg(table["p_value"].to_numpy(dtype=float))
    left_out = len(scores) - len(frame)
    steps = [f"Compared {pair[0]} with {pair[1]}: {PROMISES[chosen]}."]
    if left_out:
        steps.append(f"{left_out} respondents of neither group were left out.")
    if chosen in NAIVE and float(np.ptp(frame["weight"])) > 0:
        steps.append("Survey weights were not used.")
    settings = {
        "by": by,
        "groups": pair,
        "method": chosen,
        "adjustment": "benjamini_hochberg",
        "replicate": replicate,
    }
    return Comparison(table, settings, scores.provenance.then(*steps), interval_probability=probability)


def leave_out_areas(
    scores: Scores,
    by: str,
    outcome: str,
    *,
    groups: tuple[str, str] | None = None,
    method: Method = "auto",
    replicate: bool = False,
) -> pd.DataFrame:
    """Leave out one area at a time, to see whether a difference rests on one.

    Returns
    -------
    DataFrame
        One row for each area left out, and one with none: ``left_out``,
        ``difference``, ``standard_error``, ``p_value``,
        ``areas_1``, ``areas_2``; empty figures where a group would have no area, or both only one.

    Notes
    -----
    False positives at the 5% level, simulated with 374 respondents in ten areas and 62 in two and
    intra-class correlations of 0, .02, .05, .10 and .20: Student's t 5, 11, 21, 33 and 49%; ``"area_means"``
    5% throughout; ``"permutation"`` 4 to 5%; ``"cluster_robust"`` below 2%, so it finds little there.
    """
    frame, pair = select_groups(scores, by, groups)
    rows: list[dict[str, Any]] = []
    for area in ["", *sorted(frame["area_code"].unique())]:
        kept = Scores(frame[frame["area_code"] != area], scores.names, scores.groups, scores.scales)
        try:
            result = compare_groups(
                kept, by, groups=pair, outcomes=[outcome], method=method, replicate=replicate
            ).frame.iloc[0]
            found = {
                key: result[key] for key in ("difference", "standard_error", "p_value", "areas_1", "areas_2")
            }
        except ModelError:
            found = dict.fromkeys(("difference", "standard_error", "p_value", "areas_1", "areas_2"), np.nan)
        rows.append({"left_out": area or "none", **found})
    return pd.DataFrame(rows)


def compare_gaps(
    scores: Scores,
    gap: str,
    by: str,
    *,
    gap_groups: tuple[str, str] | None = None,
    groups: tuple[str, str] | None = None,
    outcomes: Sequence[str] | None = None,
    replicate: bool = False,
) -> pd.DataFrame:
    """Is one gap wider than another?

    Parameters
    ----------
    gap, by : str
        The gap between two groups of ``gap`` (leaders and workers) is compared between two groups of ``by``
        (increasing and decreasing).
    gap_groups, groups : pairs of str, optional
        As for :func:`compare_groups`.
    replicate : bool
        Use ordinary standard errors, which forget the areas.

    Returns
    -------
    DataFrame
        Per score: ``gap_1`` and ``gap_2``, ``difference`` (second minus first) with standard error,
        ``t``, ``df``, ``p_value``,
        ``p_adjusted``, ``lower_95``, ``upper_95``.

    Notes
    -----
    The difference is the coefficient of an interaction.  That one gap is significant and the other is
    not says nothing about it.
    """
    frame, pair = select_groups(scores, by, groups)
    inner = Scores(frame, scores.names, scores.groups, scores.scales)
    frame, gap_pair = select_groups(inner, gap, gap_groups)
    rows = []
    for name in outcomes or scores.names:
        data = frame.dropna(subset=[name])
        x = (data[gap] == gap_pair[1]).to_numpy(dtype=float)
        z = (data[by] == pair[1]).to_numpy(dtype=float)
        y = data[name].to_numpy(dtype=float)
        design = np.column_stack([np.ones(len(y)), x, z, x * z])
        if replicate:
            test = _ordinary(design, y)
            gaps = np.linalg.lstsq(design, y, rcond=None)[0]
        else:
            fit = fit_cr2(design, y, pd.factorize(data["area_code"])[0])
            gaps = fit.coefficients
            test = t_result(float(gaps[3]), float(np.sqrt(fit.covariance[3, 3])), float(fit.df[3]))
        lower, upper = t_interval(test)
        rows.append(
            {
                "outcome": name,
                "label": scores.label(name),
                "gap_1": gaps[1],
                "gap_2": gaps[1] + gaps[3],
                "difference": test.difference,
                "standard_error": test.standard_error,
                "t": test.t,
                "df": test.df,
                "p_value": test.p_value,
                "lower_95": lower,
                "upper_95": upper,
                "method": "ordinary" if replicate else "cluster_robust",
            }
        )
    table = pd.DataFrame(rows)
    table["p_adjusted"] = benjamini_hochberg(table["p_value"].to_numpy(dtype=float))
    return table


def select_groups(
    scores: Scores, by: str, groups: tuple[str, str] | None
) -> tuple[pd.DataFrame, tuple[str, str]]:
    """Return the respondents of two groups, and the groups in order."""
    if by not in scores.frame:
        raise ValueError(f"There is no column '{by}'; name it in as_responses(..., groups=['{by}']).")
    found = [str(one) for one in scores.frame[by].dropna().unique()]
    if groups is None:
        if len(found) != 2:
            raise ValueError(
                f"'{by}' has {len(found)} groups ({', '.join(sorted(found)[:8])}); say groups=(first, "
                "second)."
            )
        pair = (sorted(found)[0], sorted(found)[1])
    else:
        pair = (str(groups[0]), str(groups[1]))
        if absent := [one for one in pair if one not in found]:
            raise ModelError(
                f"No respondent is in group {', '.join(absent)}; '{by}' has {', '.join(sorted(found)[:8])}."
            )
    return scores.frame[scores.frame[by].isin(pair)], pair


def _choose(method: Method, replicate: bool, nested: bool) -> str:
    """Return the method that ``auto`` stands for, and refuse what does not apply."""
    if method == "auto":
        return "student" if replicate else "area_means" if nested else "cluster_robust"
    if method in ("area_means", "permutation") and not nested:
        raise ValueError(
            f"method={method!r} is for groups of whole areas; here areas hold both groups. Use "
            "'cluster_robust'."
        )
    return method


def _compare_one(
    frame: pd.DataFrame,
    name: str,
    by: str,
    pair: tuple[str, str],
    method: str,
    nested: bool,
    probability: float,
    label: str,
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
    test = _test(values, weights, second, codes, method, shuffled)
    lower, upper = t_interval(test, probability)
    freedom = max(sum(sizes) - 2, 1)
    pooled = float(np.sqrt(((sizes[0] - 1) * sd_1**2 + (sizes[1] - 1) * sd_2**2) / freedom))
    if method in NAIVE and min(sizes) > 1 and pooled > 0:
        effect = hedges_g(mean_1, sd_1, sizes[0], mean_2, sd_2, sizes[1], probability)
    else:
        scale = (1 - 3 / (4 * freedom - 1)) / pooled if pooled > 0 else np.nan
        effect = (test.difference * scale, lower * scale, upper * scale)
    icc = intraclass_correlation(values, codes, second.astype(float) if nested else None)
    typical = float((np.bincount(codes) ** 2).sum() / len(codes))
    return {
        "outcome": name,
        "label": label,
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


def _test(
    values: Array,
    weights: Array,
    second: NDArray[np.bool_],
    codes: Codes,
    method: str,
    shuffled: Permutation | None,
) -> TTest:
    """Return the t test of a method (for a permutation the t test on area means beside it)."""
    if method in NAIVE:
        parts = [values[~second], values[second]]
        if min(len(part) for part in parts) < 2:
            raise ModelError("A t test needs at least two respondents in each group.")
        (a, b) = parts
        return t_test(
            float(a.mean()),
            float(a.std(ddof=1)),
            len(a),
            float(b.mean()),
            float(b.std(ddof=1)),
            len(b),
            welch=method == "welch",
        )
    if method == "cluster_robust":
        root = np.sqrt(weights)
        design = np.column_stack([np.ones(len(values)), second.astype(float)])
        fit = fit_cr2(design * root[:, None], values * root, codes)
        return t_result(float(fit.coefficients[1]), float(np.sqrt(fit.covariance[1, 1])), float(fit.df[1]))
    means, flags = _weighted_means(values, weights, codes, second)
    first, other = means[~flags], means[flags]
    spread = [one.std(ddof=1) if len(one) > 1 else 0.0 for one in (first, other)]
    return t_test(
        float(first.mean()), float(spread[0]), len(first), float(other.mean()), float(spread[1]), len(other)
    )


def _weighted_means(
    values: Array, weights: Array, codes: Codes, second: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the weighted mean of each area, and whether the area is in the second group."""
    totals = np.bincount(codes, weights=weights)
    means = np.bincount(codes, weights=weights * values) / totals
    flags, _ = area_means(second.astype(float), codes)
    return means, flags > 0.5


def _ordinary(design: Array, outcome: Array) -> TTest:
    """Return the ordinary t test of the last coefficient."""
    coefficients, *_ = np.linalg.lstsq(design, outcome, rcond=None)
    residuals = outcome - design @ coefficients
    df = len(outcome) - design.shape[1]
    covariance = np.linalg.inv(design.T @ design) * float(residuals @ residuals) / df
    return t_result(float(coefficients[-1]), float(np.sqrt(covariance[-1, -1])), float(df))
