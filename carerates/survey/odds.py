"""Which scores tell two groups apart, each given the others?  Odds ratios that know about areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.survey.clusters import MOST_ALLOCATIONS, Codes
from carerates.survey.comparisons import select_groups
from carerates.survey.logistic_fit import fit_firth, fit_logistic, robust_logistic
from carerates.survey.scoring import Scores
from carerates.survey.two_groups import benjamini_hochberg

Array = NDArray[np.float64]
Method = Literal["auto", "cluster_robust", "permutation", "plain", "firth"]
PROMISES = {
    "cluster_robust": "CR2 standard errors with Satterthwaite df, for groups that share areas; "
    "where whole areas form the groups the level is not promised: ten areas against two at an intra-class "
    "correlation of .05 gave 20% false positives at the 5% level",
    "permutation": "group labels handed out anew to areas; exact if areas are exchangeable, never below its "
    "floor; it gives no interval",
    "plain": "maximum likelihood of respondents as if independent; ignores that respondents of one area "
    "resemble each other, so intervals are too narrow and p values too small",
    "firth": "Firth's penalised likelihood of respondents as if independent; finite under separation, but "
    "ignores that respondents of one area resemble each other",
}


@dataclass(frozen=True, slots=True, eq=False)
class OddsRatios:
    """Odds ratios of belonging to the second group.

    Attributes
    ----------
    frame : DataFrame
        One row per score: ``factor``, ``label``, ``odds_ratio``, ``lower_95``, ``upper_95``,
        ``log_odds``, ``standard_error``,
        ``df``, ``p_value``, ``p_adjusted``.
    settings : dict
        Groups, method, respondents, areas, floor of a permutation.
    provenance : Provenance
        Steps.
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
        """Return the odds ratios in words."""
        first, second = self.settings["groups"]
        parts = []
        missing = self.frame["lower_95"].isna().tolist()
        for row, none in zip(self.frame.itertuples(), missing, strict=True):
            interval = "" if none else f" ({row.lower_95:.2f} to {row.upper_95:.2f})"
            parts.append(f"{row.label} {row.odds_ratio:.2f}{interval}, p = {row.p_value:.3f}")
        return (
            f"Odds of {second} rather than {first} for one point more on each score, the others held: "
            f"{'; '.join(parts)}. {self.settings['respondents']} respondents in "
            f"{self.settings['areas']} areas. "
            f"Method: {PROMISES[self.settings['method']]}."
        )


def explain_group(
    scores: Scores,
    by: str,
    factors: Sequence[str],
    *,
    groups: tuple[str, str] | None = None,
    method: Method = "auto",
    replicate: bool = False,
    probability: float = 0.95,
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
        the groups, else ``"cluster_robust"`` (CR2).  With ``replicate=True`` also ``"plain"`` and
        ``"firth"``, which forget the areas.
    replicate : bool
        Allow the naive methods.
    probability : float
        Probability of the intervals.

    Returns
    -------
    OddsRatios

    Raises
    ------
    ModelError
        If scores separate the groups (use ``"firth"``), or there are too few areas.
    """
    if method not in ("auto", *PROMISES):
        raise ValueError(f"method is {method!r}; it is one of auto, {', '.join(PROMISES)}.")
    if method in ("plain", "firth") and not replicate:
        raise ValueError(
            f"method={method!r} ignores that respondents of one area resemble each other. To "
            "reproduce a published "
            "analysis say replicate=True; otherwise leave the method out."
        )
    frame, pair = select_groups(scores, by, groups)
    data = frame.dropna(subset=list(factors))
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
    estimates, errors, df, floor, p_values = _estimate(design, outcome, codes, method)
    table = _table(scores, factors, estimates, errors, df, probability)
    if p_values is not None:
        table["p_value"] = p_values
        # the standard errors of independent respondents would make intervals far too narrow
        table[["lower_95", "upper_95", "standard_error", "df"]] = np.nan
    table["p_adjusted"] = benjamini_hochberg(table["p_value"].to_numpy(dtype=float))
    settings = {
        "by": by, "groups": pair, "method": method, "respondents": len(data), "areas": len(labels),
        "permutation_floor": floor, "replicate": replicate,
    }  # fmt: skip
    steps = [f"Logistic regression of {by}: {PROMISES[method]}."]
    if len(frame) > len(data):
        steps.append(f"{len(frame) - len(data)} respondents with a score missing were left out.")
    return OddsRatios(table, settings, scores.provenance.then(*steps), interval_probability=probability)


def _estimate(
    design: Array, outcome: Array, codes: Codes, method: str
) -> tuple[Array, Array, Array, float, Array | None]:
    """Return log odds, standard errors, df, floor and (for a permutation) p values, without the intercept."""
    width = design.shape[1] - 1
    if method == "cluster_robust":
        robust = robust_logistic(design, outcome, codes)
        return robust.coefficients[1:], np.sqrt(np.diag(robust.covariance))[1:], robust.df[1:], np.nan, None
    fit = fit_firth(design, outcome) if method == "firth" else fit_logistic(design, outcome)
    errors = np.sqrt(np.diag(fit.covariance))[1:]
    if method == "permutation":
        p_values, floor = _permute(design, outcome, codes, fit.coefficients[1:] / errors)
        return fit.coefficients[1:], errors, np.full(width, np.inf), floor, p_values
    return fit.coefficients[1:], errors, np.full(width, np.inf), np.nan, None


def _permute(design: Array, outcome: Array, codes: Codes, observed: Array) -> tuple[Array, float]:
    """Hand the group labels out anew to areas and refit; return p values and the smallest possible one."""
    count = int(codes.max()) + 1
    shares = np.bincount(codes, weights=outcome) / np.bincount(codes)
    if ((shares > 0) & (shares < 1)).any():
        raise ValueError("method='permutation' is for groups of whole areas; here areas hold both groups.")
    chosen = int(shares.sum())
    total = comb(count, chosen)
    if total > MOST_ALLOCATIONS // 10:
        rng = np.random.default_rng(0)
        picks = [tuple(np.flatnonzero(shares > 0.5))] + [
            tuple(rng.permutation(count)[:chosen]) for _ in range(MOST_ALLOCATIONS // 20)
        ]
    else:
        picks = list(combinations(range(count), chosen))
    as_far = np.zeros(len(observed))
    for pick in picks:
        relabelled = np.isin(codes, pick).astype(float)
        try:
            fit = fit_logistic(design, relabelled)
        except ModelError:  # separated: as far from no effect as can be
            as_far += 1
            continue
        z = fit.coefficients[1:] / np.sqrt(np.diag(fit.covariance))[1:]
        as_far += np.abs(z) >= np.abs(observed) - 1e-9
    return as_far / len(picks), 1 / len(picks)


def _table(
    scores: Scores, factors: Sequence[str], estimates: Array, errors: Array, df: Array, probability: float
) -> pd.DataFrame:
    """Return odds ratios with intervals and p values."""
    from scipy.special import stdtr, stdtrit

    quantiles = stdtrit(df, (1 + probability) / 2)
    with np.errstate(over="ignore"):
        lower, upper = np.exp(estimates - quantiles * errors), np.exp(estimates + quantiles * errors)
    return pd.DataFrame(
        {
            "factor": list(factors),
            "label": [scores.label(name) for name in factors],
            "odds_ratio": np.exp(estimates),
            "lower_95": lower,
            "upper_95": upper,
            "log_odds": estimates,
            "standard_error": errors,
            "df": df,
            "p_value": 2 * stdtr(df, -np.abs(estimates / errors)),
        }
    )
