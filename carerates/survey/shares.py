"""Do two groups differ in the share that said yes?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from carerates.errors import ModelError
from carerates.survey.comparisons import compare_groups, select_groups, weights_vary
from carerates.survey.results import SurveyResult
from carerates.survey.scoring import Scores
from carerates.survey.two_groups import newcombe_interval, shares_test, wilson_interval


@dataclass(frozen=True, slots=True, eq=False)
class SharesComparison(SurveyResult):
    """Shares of two groups compared.

    Attributes
    ----------
    frame : DataFrame
        One row per group: ``group``, ``yes``, ``n``, ``percent``, ``lower_95``, ``upper_95`` (Wilson, of
        respondents), ``areas``.
    tests : DataFrame
        One row per test: ``test``, ``statistic``, ``df``, ``p_value``, ``difference`` with limits
        (percentage points).
    areas : DataFrame
        One row per area: where the yes answers come from.
    settings : dict
        Outcome, groups, whether naive tests were asked for.
    provenance : Provenance
        Steps.
    interval_kind, interval_probability : str, float
        Of the ``lower_95`` and ``upper_95`` columns.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from carerates import survey
    >>> scores = survey.score(survey.synthetic.sample_responses(respondents=240, areas=12, seed=1))
    >>> scores = replace(scores, frame=scores.frame.assign(agrees=scores.frame["trust"] > 3))
    >>> found = survey.compare_shares(scores, "trend", "agrees")
    >>> found.tests["test"].tolist()[0]
    'area_means'
    """

    tests: pd.DataFrame = field(repr=False, kw_only=True)
    areas: pd.DataFrame = field(repr=False, kw_only=True)

    def summary(self) -> str:
        """Return shares, tests and where the yes answers come from."""
        shares = "; ".join(
            f"{row.group}: {row.yes} of {row.n} ({row.percent:.1f}%)" for row in self.frame.itertuples()
        )
        tests = "; ".join(f"{row.test}: p = {row.p_value:.3g}" for row in self.tests.itertuples())
        top = self.areas.sort_values("yes", ascending=False).iloc[0]
        total = int(self.frame["yes"].sum())
        share = f" {int(top['yes'])} of the {total} yes answers come from one area." if total else ""
        return f"{shares}. {tests}.{share}"


def compare_shares(
    scores: Scores, by: str, outcome: str, *, groups: tuple[str, str] | None = None, replicate: bool = False
) -> SharesComparison:
    """Do two groups differ in the share that said yes, more than areas differ anyway?

    Parameters
    ----------
    scores : Scores
        With ``outcome`` as a column of 1 (yes), 0 (no) and empty.
    by, groups
        As for :func:`carerates.survey.compare_groups`.
    replicate : bool
        Add the tests that take respondents as independent: chi-squared without and with Yates' correction,
        Fisher's exact test and its mid-p, and Newcombe's interval.

    Returns
    -------
    SharesComparison
        By default the t test on the shares of areas and the permutation of labels over areas (or CR2
        where areas hold both groups).

    Examples
    --------
    >>> from dataclasses import replace
    >>> from carerates import survey
    >>> scores = survey.score(survey.synthetic.sample_responses(respondents=240, areas=12, seed=1))
    >>> scores = replace(scores, frame=scores.frame.assign(agrees=scores.frame["trust"] > 3))
    >>> found = survey.compare_shares(scores, "trend", "agrees")
    >>> found.frame[["group", "yes", "n"]].values.tolist()
    [['decreasing', 22, 40], ['increasing', 95, 200]]
    """
    frame, pair = select_groups(scores, by, groups)
    if outcome not in frame:
        raise ValueError(f"There is no column '{outcome}' among the scores.")
    data = frame.dropna(subset=[outcome])
    if not data[outcome].isin([0, 1]).all():
        raise ModelError(f"'{outcome}' holds something other than 1 (yes), 0 (no) and empty.")
    rows: list[dict[str, Any]] = []
    for group in pair:
        part = data.loc[data[by] == group]
        if part.empty:
            raise ModelError(f"No respondent of {group} answered '{outcome}'.")
        yes, n = int(part[outcome].sum()), len(part)
        lower, upper = wilson_interval(yes, n)
        rows.append(
            {
                "group": group,
                "yes": yes,
                "n": n,
                "percent": 100 * yes / n,
                "lower_95": 100 * lower,
                "upper_95": 100 * upper,
                "areas": part["area_code"].nunique(),
            }
        )
    tests = _cluster_tests(scores, data, by, pair, outcome)
    if replicate:
        tests += _naive_tests(rows[0]["yes"], rows[0]["n"], rows[1]["yes"], rows[1]["n"])
    areas = (
        data.groupby([by, "area_code"])[outcome]
        .agg(yes="sum", n="size")
        .reset_index()
        .rename(columns={by: "group"})
    )
    unanswered = len(frame) - len(data)
    steps = [f"Compared shares of '{outcome}'; {unanswered} respondents without an answer were left out."]
    if replicate:
        steps.append(
            "The chi-squared and exact tests take respondents of one area as independent, which they are not."
        )
    if weights_vary(data):
        steps.append("Shares count respondents; only the tests that know about areas used survey weights.")
    return SharesComparison(
        pd.DataFrame(rows),
        {"by": by, "groups": pair, "outcome": outcome, "replicate": replicate},
        scores.provenance.then(*steps),
        tests=pd.DataFrame(tests),
        areas=areas,
    )


def _cluster_tests(
    scores: Scores, data: pd.DataFrame, by: str, pair: tuple[str, str], outcome: str
) -> list[dict[str, Any]]:
    """Return the tests that take areas as the units; none where each group has one area."""
    inner = Scores(data, (outcome,), scores.groups)
    try:
        row = compare_groups(inner, by, groups=pair, outcomes=[outcome]).frame.iloc[0]
    except ModelError:
        return []
    tests = [
        {
            "test": row["method"],
            "statistic": row["t"],
            "df": row["df"],
            "p_value": row["p_value"],
            "difference": 100 * row["difference"],
            "lower_95": 100 * row["lower_95"],
            "upper_95": 100 * row["upper_95"],
        }
    ]
    if not np.isnan(row["permutation_p"]):
        tests.append(
            {
                "test": f"permutation of areas (at least {row['permutation_floor']:.3f})",
                "statistic": np.nan,
                "df": np.nan,
                "p_value": row["permutation_p"],
                "difference": 100 * row["difference"],
                "lower_95": np.nan,
                "upper_95": np.nan,
            }
        )
    return tests


def _naive_tests(yes_1: int, n_1: int, yes_2: int, n_2: int) -> list[dict[str, Any]]:
    """Return the tests of respondents as if they were independent."""
    found = shares_test(yes_1, n_1, yes_2, n_2)
    lower, upper = newcombe_interval(yes_1, n_1, yes_2, n_2)
    shared = {
        "difference": 100 * (yes_2 / n_2 - yes_1 / n_1),
        "lower_95": 100 * lower,
        "upper_95": 100 * upper,
    }
    return [
        {
            "test": "chi_squared",
            "statistic": found.chi_squared,
            "df": 1,
            "p_value": found.chi_squared_p,
            **shared,
        },
        {"test": "yates", "statistic": found.yates, "df": 1, "p_value": found.yates_p, **shared},
        {"test": "fisher", "statistic": np.nan, "df": np.nan, "p_value": found.fisher_p, **shared},
        {"test": "mid_p", "statistic": np.nan, "df": np.nan, "p_value": found.mid_p, **shared},
    ]
