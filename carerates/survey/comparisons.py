"""Do two groups of respondents, or of areas, differ on these scores?

Areas come first: respondents of one area resemble each other, and a test that forgets it finds differences
where there are none (at an intra-class correlation of .05, ten areas against two: 23% of the time
instead of 5%).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carerates.errors import ModelError
from carerates.survey.results import SurveyResult
from carerates.survey.score_tests import NAIVE, PROMISES, Method, choose_method, compare_scores
from carerates.survey.scoring import Scores
from carerates.survey.two_groups import benjamini_hochberg

UNWEIGHTED = "Survey weights were not used."


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(SurveyResult):
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

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> scores = survey.score(made)
    >>> survey.compare_groups(scores, "trend").to_frame()["method"].unique().tolist()
    ['area_means']
    """

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
        ``"auto"``: ``"area_means"`` where each area belongs to one group, else ``"cluster_robust"`` (CR2
        with Satterthwaite degrees of freedom).  ``"permutation"`` permutes group labels over areas.
        ``"student"`` and ``"welch"`` forget the areas and need ``replicate=True``.
    replicate : bool
        Allow the naive tests, to reproduce a published analysis; ``"auto"`` then means ``"student"``.

    Returns
    -------
    Comparison
        Per score: ``n_``, ``areas_``, ``mean_`` and ``sd_`` of the respondents of both groups;
        ``estimate_``, ``lower_95_`` and ``upper_95_`` of both by the method (means of areas' means where
        areas are the units); ``difference`` of the estimates, ``standard_error``, ``t``, ``df``,
        ``p_value``, ``p_adjusted`` (Benjamini-Hochberg over the scores), ``lower_95``, ``upper_95``,
        ``hedges_g`` with limits, ``icc``, ``design_effect``, and for groups of areas ``permutation_p``
        with its ``permutation_floor``.

    Raises
    ------
    ModelError
        If a group is empty, or there is one area in each: then a difference of groups cannot be told from
        one of areas.
    ValueError
        If a naive test is asked for without ``replicate=True``, or there is no such score.

    Notes
    -----
    False positives at the 5% level, simulated with 374 respondents in ten areas and 62 in two and
    intra-class correlations of 0, .02, .05, .10 and .20: Student's t 5, 13, 23, 34 and 48%; ``"area_means"``
    5 to 6% throughout; ``"permutation"`` 5 to 6%; ``"cluster_robust"`` below 1%, so it finds little there.
    ``docs/reference/survey-methods.md`` has the tables.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> scores = survey.score(made)
    >>> found = survey.compare_groups(scores, "trend")
    >>> found.to_frame()[["outcome", "difference"]].round(2).values.tolist()
    [['trust', -0.04]]
    """
    if method not in ("auto", *PROMISES):
        raise ValueError(f"method is {method!r}; it is one of auto, {', '.join(PROMISES)}.")
    if method in NAIVE and not replicate:
        raise ValueError(
            f"method={method!r} ignores that respondents of one area resemble each other. To reproduce a "
            "published analysis say replicate=True; otherwise leave the method out."
        )
    frame, pair = select_groups(scores, by, groups)
    nested = len(frame[["area_code", by]].drop_duplicates()) == frame["area_code"].nunique()
    chosen = choose_method(method, replicate, nested)
    names = known_scores(scores, outcomes)
    rows = [
        compare_scores(frame, name, by, pair, chosen, nested) | {"label": scores.label(name)}
        for name in names
    ]
    table = pd.DataFrame(rows)
    table["p_adjusted"] = benjamini_hochberg(table["p_value"].to_numpy(dtype=float))
    left_out = len(scores) - len(frame)
    steps = [f"Compared {pair[0]} with {pair[1]}: {PROMISES[chosen]}."]
    if left_out:
        steps.append(f"{left_out} respondents of neither group were left out.")
    if chosen in NAIVE and weights_vary(frame):
        steps.append(UNWEIGHTED)
    settings = {
        "by": by,
        "groups": pair,
        "method": chosen,
        "adjustment": "benjamini_hochberg",
        "replicate": replicate,
    }
    return Comparison(table, settings, scores.provenance.then(*steps))


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
        One row for each area left out, and one with none: ``left_out``, ``difference``,
        ``standard_error``, ``p_value``, ``areas_1``, ``areas_2``; empty figures where a group would have no
        area, or both only one.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> scores = survey.score(made)
    >>> len(survey.leave_out_areas(scores, "trend", scores.names[0]))
    13
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


def weights_vary(frame: pd.DataFrame) -> bool:
    """Say whether respondents have survey weights to use; weights that are all alike change nothing."""
    return float(np.ptp(frame["weight"])) > 0


def known_scores(scores: Scores, names: Sequence[str] | None) -> list[str]:
    """Return the scores asked for, all by default, or say which there are."""
    if isinstance(names, str):
        raise ValueError(f"A list of scores is meant, such as [{names!r}].")
    wanted = list(scores.names if names is None else names)
    if absent := [str(one) for one in wanted if one not in scores.frame]:
        raise ValueError(f"There is no score {', '.join(absent)}; there are: {', '.join(scores.names)}.")
    return wanted
