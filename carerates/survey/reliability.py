"""How far do the items of a scale measure one thing?  Alpha, omega and Spearman-Brown."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.survey.responses import Responses
from carerates.survey.results import SurveyResult
from carerates.survey.scoring import item_points

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reliability(SurveyResult):
    """Reliability of each scale.

    Attributes
    ----------
    frame : DataFrame
        One row per scale: ``scale``, ``label``, ``items``, ``respondents``, ``alpha``, ``lower_95``,
        ``upper_95`` (Feldt's interval), ``omega``, ``spearman_brown`` (pairs only), ``mean_correlation``.
    items : DataFrame
        One row per item: ``scale``, ``item``, ``mean``, ``sd``, ``item_rest_correlation``, ``alpha_without``.
    settings : dict
        ``interval``: whose interval alpha has, ``"Feldt"``.
    provenance : Provenance
        Steps.
    interval_kind, interval_probability : str, float
        Of the ``lower_95`` and ``upper_95`` columns.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> survey.assess_reliability(made).to_frame().columns.tolist()[:3]
    ['scale', 'label', 'items']
    """

    items: pd.DataFrame = field(repr=False, kw_only=True)

    def summary(self) -> str:
        """Return alpha with its interval for each scale."""
        return " ".join(
            f"{row.label}: alpha {row.alpha:.2f} ({row.lower_95:.2f} to {row.upper_95:.2f}), "
            f"{row.items} items, {row.respondents} respondents."
            for row in self.frame.itertuples()
        )


def assess_reliability(responses: Responses) -> Reliability:
    """How reliable is each scale in these answers?

    Parameters
    ----------
    responses : Responses
        Checked answers.

    Returns
    -------
    Reliability

    Raises
    ------
    ModelError
        If a scale has one item, fewer than three complete respondents, or answers that do not vary.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> survey.assess_reliability(made).to_frame()[["scale", "alpha"]].round(2).values.tolist()
    [['trust', 0.74]]
    """
    frame = responses.to_frame()
    rows, item_rows, used = [], [], []
    for scale in responses.scales.scales:
        if len(scale.items) < 2:
            continue
        points = item_points(frame, scale.items)
        complete = points[~np.isnan(points).any(axis=1)]
        _check_varies(complete, scale.name, scale.item_names)
        alpha = cronbach_alpha(complete)
        lower, upper = feldt_interval(alpha, *complete.shape)
        correlations: Array = np.atleast_2d(np.asarray(np.corrcoef(complete, rowvar=False), dtype=np.float64))
        pairs = correlations[np.triu_indices(len(scale.items), 1)]
        rows.append(
            {
                "scale": scale.name,
                "label": scale.label,
                "items": len(scale.items),
                "respondents": len(complete),
                "alpha": alpha,
                "lower_95": lower,
                "upper_95": upper,
                "omega": omega_total(complete),
                "spearman_brown": spearman_brown(pairs[0]) if len(scale.items) == 2 else np.nan,
                "mean_correlation": pairs.mean(),
            }
        )
        used.append(f"{scale.name} {len(complete)}")
        for place, item in enumerate(scale.items):
            rest = np.delete(complete, place, axis=1)
            item_rows.append(
                {
                    "scale": scale.name,
                    "item": item.name,
                    "mean": complete[:, place].mean(),
                    "sd": complete[:, place].std(ddof=1),
                    "item_rest_correlation": _correlation(complete[:, place], rest.sum(axis=1)),
                    "alpha_without": cronbach_alpha(rest) if rest.shape[1] > 1 else np.nan,
                }
            )
    if not rows:
        raise ModelError("No scale has two items or more; reliability needs at least two.")
    step = f"Reliability from respondents who answered every item of a scale: {', '.join(used)}."
    return Reliability(
        pd.DataFrame(rows),
        {"interval": "Feldt"},
        responses.provenance.then(step),
        items=pd.DataFrame(item_rows),
    )


def cronbach_alpha(answers: Array) -> float:
    """Return Cronbach's alpha of complete answers, shape (respondents, items).

    ``k / (k - 1) (1 - sum of item variances / variance of the sum)``.

    References
    ----------
    Cronbach LJ (1951), doi:10.1007/BF02310555.
    """
    items = answers.shape[1]
    total = answers.sum(axis=1).var(ddof=1)
    if total == 0:
        return float("nan")
    return float(items / (items - 1) * (1 - answers.var(axis=0, ddof=1).sum() / total))


def feldt_interval(
    alpha: float, respondents: int, items: int, *, probability: float = 0.95
) -> tuple[float, float]:
    """Return Feldt's interval: ``1 - (1 - alpha) F`` at the F quantiles with (n-1) and (n-1)(k-1) df.

    References
    ----------
    Feldt LS (1965), doi:10.1007/BF02289499.
    """
    from scipy.special import fdtri

    first, second = respondents - 1, (respondents - 1) * (items - 1)
    tail = (1 - probability) / 2
    upper = float(fdtri(first, second, 1 - tail))
    lower = float(fdtri(first, second, tail))
    return 1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower


def omega_total(answers: Array) -> float:
    """Return McDonald's omega of one factor: common variance of the sum over its variance.

    Fitted by maximum likelihood to the correlations, with the items' SDs put back.  For two items the factor
    is not identified; equal loadings are assumed, which gives Spearman-Brown on standardised items.
    """
    from carerates.survey.extraction import extract_ml

    spread = answers.std(axis=0, ddof=1)
    correlations: Array = np.atleast_2d(np.asarray(np.corrcoef(answers, rowvar=False), dtype=np.float64))
    if answers.shape[1] == 2:
        loadings = np.full(2, np.sqrt(max(correlations[0, 1], 0.0)))
        unique = 1 - loadings**2
    else:
        found = extract_ml(correlations, 1)
        loadings, unique = found.loadings[:, 0], found.uniquenesses
    common = float((loadings * spread).sum()) ** 2
    return common / (common + float((unique * spread**2).sum()))


def spearman_brown(correlation: float) -> float:
    """Return the reliability of the mean of two parallel items, ``2 r / (1 + r)``."""
    return float(2 * correlation / (1 + correlation))


def _correlation(first: Array, second: Array) -> float:
    """Return a correlation, empty where one of the two does not vary."""
    if first.std() == 0 or second.std() == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _check_varies(complete: Array, scale: str, items: tuple[str, ...]) -> None:
    """Refuse what has no reliability."""
    if len(complete) < 3:
        raise ModelError(
            f"Scale '{scale}' has {len(complete)} respondents who answered every item; reliability "
            "needs at least 3."
        )
    constant = [name for name, spread in zip(items, np.ptp(complete, axis=0), strict=True) if spread == 0]
    if constant:
        raise ModelError(
            f"Everyone gave the same answer to {', '.join(constant)} of scale '{scale}'; an item that does "
            "not vary measures nothing. Leave it out of the scale."
        )
