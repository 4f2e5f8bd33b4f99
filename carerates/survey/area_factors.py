"""One row per area, to join to its rate: what its respondents say, and how well that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.survey.comparisons import known_scores
from carerates.survey.responses import Responses
from carerates.survey.scoring import Scores, score
from carerates.tables import Factor, FactorsTable

Array = NDArray[np.float64]


def area_factors(
    responses: Responses | Scores,
    *,
    outcomes: Sequence[str] | None = None,
    minimum: int = 5,
    workforce: Mapping[str, float] | None = None,
    shrink: bool = False,
) -> FactorsTable:
    """Say what the respondents of each area answer, and how far that can be relied on.

    Parameters
    ----------
    responses : Responses or Scores
        Answers (scored here) or scores.
    outcomes : sequence of str, optional
        Scores to bring; all by default.
    minimum : int
        Areas with fewer scored respondents are left empty, so that nobody can be recognised.
    workforce : mapping of area code to number, optional
        How many could have answered; gives response rates and the finite population correction.
    shrink : bool
        Add empirical-Bayes estimates, pulled towards the overall mean the more the less is known.

    Returns
    -------
    FactorsTable
        One row per area.  Per score ``<name>`` with its design-based standard error ``<name>_standard_error``,
        ``<name>_respondents``, ``<name>_reliability`` (share of the variance between area means that is not sampling
        error), with ``shrink`` also ``<name>_shrunk`` and ``<name>_shrunk_standard_error``; ``response_rate`` where the workforce
        is known.

    Raises
    ------
    ModelError
        If no area has ``minimum`` respondents, or more respondents than workforce.

    Notes
    -----
    The estimate is the weighted mean.  Its variance is that of a ratio estimator,
    ``(1 - n/N) n/(n-1) sum w²(y - mean)² / (sum w)²``; in areas with a single respondent the pooled variance within areas
    stands in.  Between-area variance for the shrinkage is DerSimonian and Laird's.

    References
    ----------
    Särndal CE, Swensson B, Wretman J (1992), Model Assisted Survey Sampling, 5.8; Morris CN (1983),
    doi:10.1080/01621459.1983.10477920; DerSimonian R, Laird N (1986), doi:10.1016/0197-2456(86)90046-2.

    Examples
    --------
    >>> from carerates.survey import synthetic
    >>> made = synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> area_factors(made).names[:2]
    ('trust', 'trust_respondents')
    """  # noqa: E501
    scores = score(responses) if isinstance(responses, Responses) else responses
    names = known_scores(scores, outcomes)
    if minimum < 1:
        raise ValueError(f"minimum is {minimum}; at least 1 respondent makes a mean.")
    frame = scores.frame
    table = pd.DataFrame({"area_code": sorted(frame["area_code"].unique())})
    factors: list[Factor] = []
    steps: list[str] = []
    staff = _workforce(workforce, table["area_code"])
    if staff is not None:
        answered = frame["area_code"].value_counts().reindex(table["area_code"]).to_numpy(dtype=float)
        if (over := answered > staff).any():
            raise ModelError(
                f"More respondents than workforce in {', '.join(table['area_code'][over])}; check the "
                "workforce figures."
            )
        table["response_rate"] = np.where(answered >= minimum, 100 * answered / staff, np.nan)
        factors.append(Factor("response_rate", "Response rate", "% of workforce"))
    for name in names:
        columns, described, hidden = _one_score(
            frame, table["area_code"], name, scores, minimum, staff, shrink
        )
        table = table.assign(**columns)
        factors += described
        if hidden:
            steps.append(f"{name}: {hidden} areas with fewer than {minimum} respondents were left empty.")
    if all(table[name].isna().all() for name in names):
        raise ModelError(
            f"No area has {minimum} respondents, so nothing can be shown; gather answers or lower "
            "minimum with care."
        )
    return FactorsTable(table, tuple(factors), scores.provenance.then("Averaged scores by area.", *steps))


def _workforce(workforce: Mapping[str, float] | None, codes: pd.Series) -> Array | None:
    """Return the workforce of each area, in order."""
    if workforce is None:
        return None
    return np.array([float(workforce.get(code, np.nan)) for code in codes])


def _one_score(
    frame: pd.DataFrame,
    codes: pd.Series,
    name: str,
    scores: Scores,
    minimum: int,
    staff: Array | None,
    shrink: bool,
) -> tuple[dict[str, Array], list[Factor], int]:
    """Return the columns of one score, their descriptions, and how many areas were left empty."""
    data = frame.dropna(subset=[name])
    place = pd.Categorical(data["area_code"], categories=codes).codes.astype(np.intp)
    mean, variance, counts = estimate_means(
        data[name].to_numpy(dtype=float), data["weight"].to_numpy(dtype=float), place, len(codes), staff
    )
    shown = counts >= minimum
    between = between_variance(mean[shown], variance[shown])
    # where no area has two respondents nothing is known of the variance within, nor of the reliability
    reliability = between / (between + variance) if between > 0 else np.where(np.isnan(variance), np.nan, 0.0)
    label = scores.label(name)
    high = scores.scales[name].high_means if scores.scales and name in scores.scales.names else ""
    error = f"{name}_standard_error"
    columns = {
        name: np.where(shown, mean, np.nan),
        error: np.where(shown, np.sqrt(variance), np.nan),
        f"{name}_respondents": np.where(shown, counts, np.nan),
        f"{name}_reliability": np.where(shown, reliability, np.nan),
    }
    described = [
        Factor(
            name,
            label,
            "score",
            f"Mean of respondents; high: {high}" if high else "Mean of respondents.",
            error,
        ),
        Factor(f"{name}_respondents", f"{label}: respondents", "respondents"),
        Factor(f"{name}_reliability", f"{label}: reliability of the area's mean", "share of variance"),
    ]
    if shrink:
        weights = 1 / (between + variance[shown])
        centre = float((weights * mean[shown]).sum() / weights.sum()) if shown.any() else np.nan
        pulled = centre + reliability * (mean - centre)
        # the last term: the overall mean is itself an estimate
        spread = reliability * variance + (1 - reliability) ** 2 / weights.sum() if shown.any() else variance
        columns |= {
            f"{name}_shrunk": np.where(shown, pulled, np.nan),
            f"{name}_shrunk_standard_error": np.where(shown, np.sqrt(spread), np.nan),
        }
        described.append(
            Factor(
                f"{name}_shrunk",
                f"{label}, shrunk",
                "score",
                "Empirical-Bayes mean.",
                f"{name}_shrunk_standard_error",
            )
        )
    return columns, described, int((~shown).sum())


def estimate_means(
    values: Array, weights: Array, areas: NDArray[np.intp], count: int, workforce: Array | None = None
) -> tuple[Array, Array, Array]:
    """Return weighted mean, its design-based variance, and respondents of each area.

    Parameters
    ----------
    values, weights : arrays, shape (respondents,)
        Scores and survey weights.
    areas : array of int
        Area of each respondent, from 0.
    count : int
        Number of areas.
    workforce : array, shape (areas,), optional
        Population of each area; where known, the finite population correction is applied.
    """
    counts = np.bincount(areas, minlength=count).astype(float)
    total = np.bincount(areas, weights=weights, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(areas, weights=weights * values, minlength=count) / total
        deviations = values - mean[areas]
        squares = np.bincount(areas, weights=(weights * deviations) ** 2, minlength=count)
        variance = counts / (counts - 1) * squares / total**2
        several = counts > 1
        inside = np.bincount(areas, weights=deviations**2, minlength=count)
        freedom = float((counts[several] - 1).sum())
        pooled = float(inside[several].sum()) / freedom if freedom > 0 else np.nan
        design = np.bincount(areas, weights=weights**2, minlength=count) / total**2
        # one respondent shows no spread; nor do several who all said the same: the pooled variance stands in
        variance = np.where(several & (squares > 0), variance, pooled * design)
        if workforce is not None:
            share = np.where(np.isnan(workforce), 0.0, counts / workforce)
            variance = variance * (1 - share)
    return mean, variance, counts


def between_variance(means: Array, variances: Array) -> float:
    """Return DerSimonian and Laird's variance between areas, never below 0."""
    if len(means) < 2 or (variances <= 0).any():
        return float(means.var(ddof=1)) if len(means) > 1 else 0.0
    weights = 1 / variances
    centre = (weights * means).sum() / weights.sum()
    excess = (weights * (means - centre) ** 2).sum() - (len(means) - 1)
    return max(0.0, float(excess / (weights.sum() - (weights**2).sum() / weights.sum())))
