"""Which scores tell two groups apart, each given the others?  Odds ratios that know about areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from carerates.errors import ModelError
from carerates.survey.comparisons import UNWEIGHTED, known_scores, select_groups, weights_vary
from carerates.survey.odds_estimates import Estimates, estimate_odds
from carerates.survey.results import SurveyResult
from carerates.survey.scoring import Scores
from carerates.survey.two_groups import benjamini_hochberg

Method = Literal["auto", "cluster_robust", "permutation", "random_intercept", "bayes", "plain", "firth"]
PROMISES = {
    "cluster_robust": "CR2 standard errors with Satterthwaite df, for groups that share areas; "
    "where whole areas form the groups the level is not promised: ten areas against two at an intra-class "
    "correlation of .05 gave 15% false positives at the 5% level",
    "permutation": "group labels handed out anew to areas; exact if areas are exchangeable, never below its "
    "floor; it gives no interval",
    "random_intercept": "a normal level for each area, marginal maximum likelihood and Wald intervals; odds "
    "ratios are those within an area",
    "bayes": "a normal level for each area, drawn with PyMC; odds ratios are those within an area, medians "
    "and quantiles of the posterior distribution, with no p value",
    "plain": "maximum likelihood of respondents as if independent; ignores that respondents of one area "
    "resemble each other, so intervals are too narrow and p values too small",
    "firth": "Firth's penalised likelihood of respondents as if independent; finite under separation, but "
    "ignores that respondents of one area resemble each other",
}


@dataclass(frozen=True, slots=True, eq=False)
class OddsRatios(SurveyResult):
    """Odds ratios of belonging to the second group.

    Attributes
    ----------
    frame : DataFrame
        One row per score: ``factor``, ``label``, ``odds_ratio``, ``lower_95``, ``upper_95``,
        ``log_odds``, ``standard_error``, ``df``, ``p_value``, ``p_adjusted``; empty where the method gives
        none.
    settings : dict
        Groups, method, respondents, areas, and what belongs to the method: floor of a permutation, spread
        of areas on the log-odds scale (``area_sd``), checks of draws.
    provenance : Provenance
        Steps.
    interval_kind, interval_probability : str, float
        Of the ``lower_95`` and ``upper_95`` columns.

    Examples
    --------
    >>> from carerates import survey
    >>> scores = survey.score(survey.synthetic.sample_responses(respondents=240, areas=12, seed=1))
    >>> survey.explain_group(scores, "trend", ["trust"]).to_frame()["factor"].tolist()
    ['trust']
    """

    def summary(self) -> str:
        """Return the odds ratios in words."""
        first, second = self.settings["groups"]
        parts = []
        no_bars = self.frame["lower_95"].isna().tolist()
        no_p = self.frame["p_value"].isna().tolist()
        for row, barless, untested in zip(self.frame.itertuples(), no_bars, no_p, strict=True):
            interval = "" if barless else f" ({row.lower_95:.2f} to {row.upper_95:.2f})"
            p_value = "" if untested else f", p = {row.p_value:.3f}"
            parts.append(f"{row.label} {row.odds_ratio:.2f}{interval}{p_value}")
        return (
            f"Odds of {second} rather than {first} for one point more on each score, the others held: "
            f"{'; '.join(parts)}. {self.settings['respondents']} respondents in {self.settings['areas']} "
            f"areas. Method: {PROMISES[self.settings['method']]}."
        )


def explain_group(
    scores: Scores,
    by: str,
    factors: Sequence[str],
    *,
    groups: tuple[str, str] | None = None,
    method: Method = "auto",
    replicate: bool = False,
    draws: int = 4000,
    seed: int = 0,
) -> OddsRatios:
    """Which scores tell the second group from the first, each given the others?

    Parameters
    ----------
    scores : Scores
        Scored respondents; those with any of the factors missing are left out.
    by, groups
        As for :func:`carerates.survey.compare_groups`; odds are those of the second group.
    factors : sequence of str
        Scores in the model together.
    method : str
        ``"auto"``: ``"permutation"`` (p by permuting labels over areas, no interval) where whole areas form
        the groups, else ``"cluster_robust"`` (CR2).  ``"random_intercept"`` (marginal likelihood) and
        ``"bayes"`` (PyMC, extra ``bayes``) give each area its own level, for groups that share areas.
        With ``replicate=True`` also ``"plain"`` and ``"firth"``, which forget the areas.
    replicate : bool
        Allow the naive methods.
    draws, seed : int
        Draws to keep and seed of the sampler, for ``"bayes"`` only.

    Returns
    -------
    OddsRatios

    Raises
    ------
    ModelError
        If scores separate the groups (use ``"firth"``), there are too few areas, or each area belongs to
        one group entirely and the method gives areas levels of their own.
    MissingExtraError
        If ``"bayes"`` is asked for without PyMC.

    Notes
    -----
    Where areas hold both groups, odds ratios of ``"random_intercept"`` and ``"bayes"`` compare respondents
    of one area; those of the other methods compare all respondents and lie nearer to 1.  False positives
    of each method by intra-class correlation stand in ``docs/reference/survey-methods.md``.

    Examples
    --------
    >>> from carerates.survey import score, synthetic
    >>> scores = score(synthetic.sample_responses(respondents=240, areas=12, seed=1))
    >>> explain_group(scores, "trend", ["trust"]).settings["method"]
    'permutation'
    """
    if method not in ("auto", *PROMISES):
        raise ValueError(f"method is {method!r}; it is one of auto, {', '.join(PROMISES)}.")
    if method in ("plain", "firth") and not replicate:
        raise ValueError(
            f"method={method!r} ignores that respondents of one area resemble each other. To reproduce a "
            "published analysis say replicate=True; otherwise leave the method out."
        )
    factors = known_scores(scores, factors)
    if not factors:
        raise ValueError("factors is empty; name at least one score.")
    frame, pair = select_groups(scores, by, groups)
    data = frame.dropna(subset=factors)
    if method == "auto":
        whole = len(data[["area_code", by]].drop_duplicates()) == data["area_code"].nunique()
        method = "permutation" if whole else "cluster_robust"
    outcome = np.asarray(data[by] == pair[1], dtype=np.float64)
    if outcome.min(initial=1) == outcome.max(initial=0) or len(data) == 0:
        raise ModelError(f"One of the groups has no respondent with all of {', '.join(factors)}.")
    codes, labels = pd.factorize(data["area_code"])
    design = np.column_stack([np.ones(len(data)), data[list(factors)].to_numpy(dtype=float)])
    constant = [
        name for name, spread in zip(factors, np.ptp(design[:, 1:], axis=0), strict=True) if spread == 0
    ]
    if constant:
        raise ModelError(f"Everyone has the same score on {', '.join(constant)}; leave it out.")
    if method not in ("plain", "firth") and len(labels) < 3:
        raise ModelError("There are fewer than three areas, so groups cannot be told from areas.")
    found = estimate_odds(design, outcome, codes, method, draws=draws, seed=seed)
    table = _table(scores, factors, found)
    table["p_adjusted"] = benjamini_hochberg(table["p_value"].to_numpy(dtype=float))
    settings = {
        "by": by,
        "groups": pair,
        "method": method,
        "respondents": len(data),
        "areas": len(labels),
        "permutation_floor": np.nan,
        "replicate": replicate,
        **found.details,
    }
    if method == "bayes":
        settings["seed"] = seed
    steps = [f"Logistic regression of {by}: {PROMISES[method]}."]
    if len(frame) > len(data):
        steps.append(f"{len(frame) - len(data)} respondents with a score missing were left out.")
    if weights_vary(data):
        steps.append(UNWEIGHTED)
    return OddsRatios(
        table,
        settings,
        scores.provenance.then(*steps),
        interval_kind="credible" if method == "bayes" else "confidence",
    )


def _table(scores: Scores, factors: Sequence[str], found: Estimates) -> pd.DataFrame:
    """Return odds ratios with intervals and p values."""
    with np.errstate(over="ignore"):
        lower, upper = np.exp(found.lower), np.exp(found.upper)
    return pd.DataFrame(
        {
            "factor": list(factors),
            "label": [scores.label(name) for name in factors],
            "odds_ratio": np.exp(found.log_odds),
            "lower_95": lower,
            "upper_95": upper,
            "log_odds": found.log_odds,
            "standard_error": found.standard_error,
            "df": found.df,
            "p_value": found.p_value,
        }
    )
