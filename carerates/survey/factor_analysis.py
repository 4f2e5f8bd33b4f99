"""Which questions belong together?  Exploratory factor analysis with its checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.survey.correlations import Kind, correlate
from carerates.survey.extraction import (
    Extraction,
    degrees_of_freedom,
    extract_ml,
    extract_paf,
    ml_discrepancy,
)
from carerates.survey.responses import Responses
from carerates.survey.rotation import Rotation, rotate

Array = NDArray[np.float64]
Method = Literal["ml", "paf"]


@dataclass(frozen=True, slots=True, eq=False)
class FactorAnalysis:
    """Factors of a set of questions.

    Attributes
    ----------
    loadings : DataFrame
        Pattern loadings, one row per item, one column per factor.
    factor_correlations : DataFrame
        Correlations between the factors.
    uniquenesses : Series
        Variance of each item that no factor explains.
    fit : dict
        ``chi_squared``, ``df``, ``p_value`` of the test that so many factors suffice, ``respondents``,
        ``rmsr``.
    settings : dict
        Method, rotation, correlation, cut-off.
    provenance : Provenance
        Steps.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> survey.analyse_factors(made, 1).to_frame().shape
    (4, 4)
    """

    loadings: pd.DataFrame = field(repr=False)
    factor_correlations: pd.DataFrame = field(repr=False)
    uniquenesses: pd.Series = field(repr=False)
    fit: dict[str, float]
    settings: dict[str, Any]
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return one row per item: loadings, communality, the factor it belongs to, if any."""
        table = self.loadings.copy()
        table["communality"] = 1 - self.uniquenesses
        table["belongs_to"] = self.members()
        return table.rename_axis("item").reset_index()

    def members(self) -> pd.Series:
        """Return the factor on which each item loads at least the cut-off, and most; empty if none."""
        sizes = self.loadings.abs()
        return sizes.idxmax(axis=1).where(sizes.max(axis=1) >= self.settings["cut_off"], "")

    def accepted(self, *, smallest: int = 3) -> tuple[str, ...]:
        """Return the factors that at least ``smallest`` items belong to; two items make a pair."""
        counts = self.members().value_counts()
        return tuple(name for name in self.loadings.columns if counts.get(name, 0) >= smallest)

    def summary(self) -> str:
        """Return items per factor and the fit in words."""
        counts = self.members().value_counts()
        parts = [f"{name}: {counts.get(name, 0)} items" for name in self.loadings.columns]
        test = (
            f" chi-squared {self.fit['chi_squared']:.2f} on {self.fit['df']:.0f} df, p = "
            f"{self.fit['p_value']:.3g};"
            if self.fit["df"] > 0
            else ""
        )
        improper = (
            " A uniqueness ended at its bound: the solution is improper." if self.fit["heywood"] else ""
        )
        return (
            f"{len(parts)} factors by {self.settings['method']}, {self.settings['rotation']} rotation of "
            f"{self.settings['correlation']} correlations of {self.fit['respondents']:.0f} "
            f"respondents;{test} items that load at least {self.settings['cut_off']:g}: {'; '.join(parts)}. "
            f"Factors with at least three items: {', '.join(self.accepted()) or 'none'}.{improper}"
        )


def analyse_factors(
    answers: Responses | pd.DataFrame,
    factors: int,
    *,
    items: Sequence[str] | None = None,
    method: Method = "ml",
    rotation: Rotation = "oblimin",
    correlation: Kind = "pearson",
    cut_off: float = 0.4,
) -> FactorAnalysis:
    """Which questions share a factor?

    Parameters
    ----------
    answers : Responses or DataFrame
        Coded answers, one row per respondent; respondents with any of the items missing are left out.
    factors : int
        Number of factors; see :func:`parallel_analysis`.
    items : sequence of str, optional
        Questions to analyse; all of the scales by default.
    method : ``"ml"`` or ``"paf"``
        Maximum likelihood, or iterated principal axes.
    rotation : ``"oblimin"``, ``"promax"``, ``"varimax"`` or ``"none"``
        Oblimin allows factors to correlate.
    correlation : ``"pearson"`` or ``"polychoric"``
        Polychoric correlations suit few answers and skew.
    cut_off : float
        Loading from which an item belongs to a factor.

    Returns
    -------
    FactorAnalysis

    Notes
    -----
    The test of fit is Bartlett's, ``(n - 1 - (2p + 5)/6 - 2m/3) F``; with polychoric correlations its p value
    is a guide only.

    Examples
    --------
    >>> from carerates import survey
    >>> made = survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
    >>> found = survey.analyse_factors(made, 1)
    >>> found.settings["factors"]
    1
    """
    table, provenance = complete_answers(answers, items)
    matrix = correlate(table.to_numpy(dtype=float), correlation)
    result = analyse_correlations(
        matrix,
        factors,
        respondents=len(table),
        names=list(table.columns),
        method=method,
        rotation=rotation,
        cut_off=cut_off,
    )
    settings = result.settings | {"correlation": correlation}
    return FactorAnalysis(
        result.loadings, result.factor_correlations, result.uniquenesses, result.fit, settings, provenance
    )


def analyse_correlations(
    correlations: Array,
    factors: int,
    *,
    respondents: int,
    names: Sequence[str] | None = None,
    method: Method = "ml",
    rotation: Rotation = "oblimin",
    cut_off: float = 0.4,
) -> FactorAnalysis:
    """Which variables share a factor, given their correlations?

    See :func:`analyse_factors`; for correlation matrices that were published without the answers.

    Examples
    --------
    >>> import numpy as np
    >>> from carerates import survey
    >>> correlations = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    >>> found = survey.analyse_correlations(correlations, 1, respondents=300)
    >>> found.to_frame().iloc[:, 1].astype(float).abs().round(2).tolist()
    [0.71, 0.71, 0.71, 0.71]
    """
    if method not in ("ml", "paf"):
        raise ValueError(f"method is {method!r}; it is 'ml' or 'paf'.")
    matrix = np.asarray(correlations, dtype=float)
    labels = list(names) if names is not None else [f"item_{i + 1}" for i in range(len(matrix))]
    found: Extraction = (extract_ml if method == "ml" else extract_paf)(matrix, factors)
    loadings, between = rotate(found.loadings, rotation)
    columns = [f"factor_{i + 1}" for i in range(factors)]
    fit = _fit(matrix, found, factors, respondents)
    return FactorAnalysis(
        pd.DataFrame(loadings, index=labels, columns=columns),
        pd.DataFrame(between, index=columns, columns=columns),
        pd.Series(found.uniquenesses, index=labels),
        fit,
        {
            "method": method,
            "rotation": rotation,
            "correlation": "given",
            "factors": factors,
            "cut_off": cut_off,
        },
        Provenance(steps=(f"Factored the correlations of {len(labels)} items.",)),
    )


def complete_answers(
    answers: Responses | pd.DataFrame, items: Sequence[str] | None
) -> tuple[pd.DataFrame, Provenance]:
    """Return the complete answers to the items asked for."""
    if isinstance(answers, Responses):
        frame, provenance = answers.to_frame(), answers.provenance
        wanted = list(items or [item.name for item in answers.scales.items])
    else:
        frame, provenance = answers, NO_PROVENANCE
        wanted = list(items or answers.columns)
    if absent := [name for name in wanted if name not in frame]:
        raise ModelError(f"There is no item {', '.join(absent)} among the answers.")
    numbers = frame[wanted].apply(pd.to_numeric, errors="coerce")
    if texts := [str(name) for name in wanted if (numbers[name].isna() & frame[name].notna()).any()]:
        raise ModelError(f"{', '.join(texts)} holds text; a factor analysis needs the codes of answers.")
    table = numbers.dropna()
    if len(table) <= len(wanted):
        raise ModelError(
            f"{len(table)} respondents answered all {len(wanted)} items; a factor analysis needs more "
            "respondents than items."
        )
    return table, provenance.then(
        f"Factor analysis of {len(table)} respondents who answered all {len(wanted)} items; "
        f"{len(frame) - len(table)} others were left out."
    )


def _fit(matrix: Array, found: Extraction, factors: int, respondents: int) -> dict[str, float]:
    """Return Bartlett's test of fit and the root mean square residual."""
    from scipy.special import chdtrc

    items = len(matrix)
    df = degrees_of_freedom(items, factors)
    objective = ml_discrepancy(matrix, found.loadings, found.uniquenesses)
    statistic = max(0.0, respondents - 1 - (2 * items + 5) / 6 - 2 * factors / 3) * objective
    residual = matrix - found.loadings @ found.loadings.T
    below = np.tril_indices(items, -1)
    return {
        "chi_squared": statistic,
        "df": float(df),
        "p_value": float(chdtrc(df, statistic)) if df > 0 else float("nan"),
        "respondents": float(respondents),
        "rmsr": float(np.sqrt((residual[below] ** 2).mean())),
        "heywood": float(found.heywood),
    }
