"""Is the gap between two groups of respondents, such as leaders and workers, wider in one kind of area?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.survey.clusters import fit_cr2
from carerates.survey.comparisons import UNWEIGHTED, known_scores, select_groups, weights_vary
from carerates.survey.results import SurveyResult
from carerates.survey.scoring import Scores
from carerates.survey.two_groups import TTest, benjamini_hochberg, t_interval, t_result

Array = NDArray[np.float64]
PROMISES = {
    "cluster_robust": "the coefficient of an interaction with CR2 standard errors and Satterthwaite degrees "
    "of freedom, which allow any resemblance within areas",
    "ordinary": "the coefficient of an interaction with ordinary standard errors: ignores that respondents "
    "of one area resemble each other, so its p values are too small",
}


@dataclass(frozen=True, slots=True, eq=False)
class GapsComparison(SurveyResult):
    """Two gaps compared on several scores.

    Attributes
    ----------
    frame : DataFrame
        One row per score; see :func:`compare_gaps`.
    settings : dict
        Groups, method, adjustment.
    provenance : Provenance
        Steps, with what was left out.
    interval_kind, interval_probability : str, float
        Of the ``lower_95`` and ``upper_95`` columns.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from carerates import survey
    >>> scores = survey.score(survey.synthetic.sample_responses(respondents=240, areas=12, seed=1))
    >>> roles = scores.frame.assign(role=["worker", "leader"] * 120)
    >>> gaps = survey.compare_gaps(replace(scores, frame=roles, groups=("trend", "role")), "role", "trend")
    >>> gaps.to_frame().columns.tolist()[:2]
    ['outcome', 'label']
    """

    def summary(self) -> str:
        """Return the comparison as a paragraph."""
        low, high = self.settings["gap_groups"]
        first, second = self.settings["groups"]
        lines = [
            f"{row.label}: {row.gap_1:.2f} in {first}, {row.gap_2:.2f} in {second}; difference "
            f"{row.difference:.2f} ({row.lower_95:.2f} to {row.upper_95:.2f}), p = {row.p_value:.3f}, "
            f"adjusted {row.p_adjusted:.3f}."
            for row in self.frame.itertuples()
        ]
        return " ".join(
            [f"Gaps of {high} over {low}.", *lines, f"Method: {PROMISES[self.settings['method']]}."]
        )


def compare_gaps(
    scores: Scores,
    gap: str,
    by: str,
    *,
    gap_groups: tuple[str, str] | None = None,
    groups: tuple[str, str] | None = None,
    outcomes: Sequence[str] | None = None,
    replicate: bool = False,
) -> GapsComparison:
    """Is one gap wider than another?

    Parameters
    ----------
    gap, by : str
        The gap between two groups of ``gap`` (leaders and workers) is compared between two groups of ``by``
        (increasing and decreasing).
    gap_groups, groups : pairs of str, optional
        As for :func:`carerates.survey.compare_groups`.
    outcomes : sequence of str, optional
        Scores to compare; all by default.
    replicate : bool
        Use ordinary standard errors, which forget the areas.

    Returns
    -------
    GapsComparison
        Per score: ``gap_1`` and ``gap_2``, ``difference`` (second minus first) with standard error, ``t``,
        ``df``, ``p_value``, ``p_adjusted``, ``lower_95``, ``upper_95``.

    Raises
    ------
    ModelError
        If one of the four groups has no score.

    Notes
    -----
    The difference is the coefficient of an interaction.  That one gap is significant and the other is
    not says nothing about it.

    Examples
    --------
    >>> from carerates.survey import score, synthetic
    >>> scores = score(synthetic.sample_responses(respondents=240, areas=12, seed=1))
    >>> halves = scores.frame.assign(role=["leader", "worker"] * 120)
    >>> found = compare_gaps(type(scores)(halves, scores.names, (*scores.groups, "role")), "role", "trend")
    >>> found.settings["method"]
    'cluster_robust'
    """
    names = known_scores(scores, outcomes)
    frame, pair = select_groups(scores, by, groups)
    inner = Scores(frame, scores.names, scores.groups, scores.scales)
    frame, gap_pair = select_groups(inner, gap, gap_groups)
    method = "ordinary" if replicate else "cluster_robust"
    table = pd.DataFrame(
        [
            {"outcome": name, "label": scores.label(name)}
            | _compare_one(frame, name, gap, by, gap_pair, pair, method)
            for name in names
        ]
    )
    table["p_adjusted"] = benjamini_hochberg(table["p_value"].to_numpy(dtype=float))
    settings = {
        "gap": gap,
        "by": by,
        "gap_groups": gap_pair,
        "groups": pair,
        "method": method,
        "adjustment": "benjamini_hochberg",
        "replicate": replicate,
    }
    steps = [
        f"Compared the gap of {gap_pair[1]} over {gap_pair[0]} between {' and '.join(pair)}: "
        f"{PROMISES[method]}."
    ]
    if replicate and weights_vary(frame):
        steps.append(UNWEIGHTED)
    if left_out := len(scores) - len(frame):
        steps.append(f"{left_out} respondents of none of these groups were left out.")
    return GapsComparison(table, settings, scores.provenance.then(*steps))


def _compare_one(
    frame: pd.DataFrame,
    name: str,
    gap: str,
    by: str,
    gap_pair: tuple[str, str],
    pair: tuple[str, str],
    method: str,
) -> dict[str, Any]:
    """Compare the two gaps on one score."""
    data = frame.dropna(subset=[name])
    x = (data[gap] == gap_pair[1]).to_numpy(dtype=float)
    z = (data[by] == pair[1]).to_numpy(dtype=float)
    if len(set(zip(x, z, strict=True))) < 4:
        raise ModelError(
            f"'{name}' has no score from one of {', '.join(gap_pair)} in {' or '.join(pair)}, so there is no "
            "gap to compare."
        )
    # survey weights as in a weighted regression; the naive test takes respondents alike
    root = np.ones(len(x)) if method == "ordinary" else np.sqrt(data["weight"].to_numpy(dtype=float))
    design = np.column_stack([np.ones(len(x)), x, z, x * z]) * root[:, None]
    gaps, test = _interaction(design, data[name].to_numpy(dtype=float) * root, data["area_code"], method)
    lower, upper = t_interval(test)
    return {
        "gap_1": gaps[0],
        "gap_2": gaps[1],
        "difference": test.difference,
        "standard_error": test.standard_error,
        "t": test.t,
        "df": test.df,
        "p_value": test.p_value,
        "lower_95": lower,
        "upper_95": upper,
        "method": method,
    }


def _interaction(
    design: Array, outcome: Array, areas: pd.Series, method: str
) -> tuple[tuple[float, float], TTest]:
    """Return the gap in either group, and the test of their difference, the last column of the design."""
    if method == "cluster_robust":
        fit = fit_cr2(design, outcome, pd.factorize(areas)[0])
        found, variance, df = fit.coefficients, float(fit.covariance[3, 3]), float(fit.df[3])
    else:
        found, *_ = np.linalg.lstsq(design, outcome, rcond=None)
        residuals = outcome - design @ found
        df = float(len(outcome) - 4)
        variance = float(np.linalg.inv(design.T @ design)[3, 3] * (residuals @ residuals) / df)
    test = t_result(float(found[3]), float(np.sqrt(variance)), df)
    return (float(found[1]), float(found[1] + found[3])), test
