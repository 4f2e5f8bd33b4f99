"""Does the adjustment rest on a few areas, and do its residuals show what it left out?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.models.adjustment.design import Design
from carerates.models.adjustment.estimate import Estimate
from carerates.models.adjustment.settings import AdjustmentSettings
from carerates.provenance import Provenance

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Fox, Applied Regression Analysis, 3rd ed. (2016), section 11.3: twice the mean leverage, and 4 / n
_LEVERAGE = 2.0
_COOK = 4.0
# a variance ten times what it would be alone: a rule of thumb, Fox (2016), section 13.1
_INFLATION = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class AdjustmentDiagnostics:
    """How much each area pulls on an adjustment, and what its residuals show.

    Attributes
    ----------
    settings, provenance
        Of the adjustment.
    dispersion : float
        Pearson chi-squared of the counts around the expected ones over the degrees of freedom.
    inflation : DataFrame
        ``term, columns, variance_inflation``: how many times the other terms multiply the variance of a
        term's coefficients; for a term of several columns the generalised factor per column.
    condition_number : float
        Of the design, each column at unit length: large where columns nearly repeat each other.
    size_correlation, size_p_value : float
        Rank correlation of residuals with population: larger areas above their expectation if positive.
    spread_size_correlation, spread_size_p_value : float
        Rank correlation of the size of residuals with population: the method gives large areas too
        little variance if positive, small ones if negative.
    """

    settings: AdjustmentSettings
    provenance: Provenance
    dispersion: float
    inflation: pd.DataFrame = field(repr=False)
    condition_number: float
    size_correlation: float
    size_p_value: float
    spread_size_correlation: float
    spread_size_p_value: float
    frame: pd.DataFrame = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per fitted area.

        Returns
        -------
        DataFrame
            ``area_code, area_name, nation, population``; ``leverage`` (between 0 and 1: the area's weight
            in its own expectation); ``standardised_residual`` (in standard deviations estimated from all
            areas); ``cooks_distance``; ``percent_change_left_out`` (of its expected rate when it is left
            out); ``high_leverage`` (over twice the mean), ``influential`` (Cook's distance over 4 / areas).
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Return a paragraph that names what a reader should look at."""
        inflated = self.inflation.loc[self.inflation["variance_inflation"] > _INFLATION, "term"]
        return " ".join(
            [
                f"Counts vary around the expected ones {self.dispersion:.1f} times as much as chance "
                "(Poisson) alone would have them vary.",
                _named("Cook's distance is above 4 / areas", self.frame, "influential", "cooks_distance"),
                _named("Leverage is above twice the mean", self.frame, "high_leverage", "leverage"),
                f"Variance inflation is above 10 for {', '.join(inflated)}: the data cannot tell these "
                "terms apart from the others well."
                if len(inflated)
                else "No term's variance is inflated more than tenfold by the others.",
                f"Residuals and population have a rank correlation of {self.size_correlation:+.2f} "
                f"(p = {self.size_p_value:.2g}); the size of residuals and population "
                f"{self.spread_size_correlation:+.2f} (p = {self.spread_size_p_value:.2g})."
                if np.isfinite(self.size_correlation)
                else "Residuals or populations do not vary, so that they have no correlation.",
            ]
        )


def diagnose(
    frame: pd.DataFrame,
    fitted: Mask,
    design: Design,
    estimate: Estimate,
    dispersion: float,
    settings: AdjustmentSettings,
    provenance: Provenance,
) -> AdjustmentDiagnostics:
    """Compute the diagnostics of a fitted adjustment.

    Parameters
    ----------
    frame : DataFrame
        Rows of the adjustment.
    fitted : array of bool, shape (rows,)
        Which of them were fitted.
    design, estimate
        What was fitted, and the fit.
    dispersion : float
        Pearson dispersion of the counts.
    settings, provenance
        Of the adjustment.
    """
    used = frame[fitted]
    matrix = design.matrix[fitted]
    spare = 1.0 - estimate.leverage
    # a fit without any residual leaves rounding noise, which is nobody's influence
    perfect = estimate.scale <= 1e-20 * max(1.0, float(np.mean(estimate.rate)) ** 2)
    residual = (0.0 if perfect else 1.0) * estimate.residual / np.sqrt((estimate.scale or 1.0) * spare)
    cook = residual**2 * estimate.leverage / (spare * matrix.shape[1])
    areas = used[["area_code", "area_name", "nation", "population"]].reset_index(drop=True)
    areas["leverage"] = estimate.leverage
    areas["standardised_residual"] = residual
    areas["cooks_distance"] = cook
    without = used["expected_rate_per_10000_left_out"].to_numpy(dtype=float)
    areas["percent_change_left_out"] = 100.0 * (without / estimate.rate - 1.0)
    areas["high_leverage"] = estimate.leverage > _LEVERAGE * matrix.shape[1] / len(used)
    areas["influential"] = cook > _COOK / len(used)
    population = used["population"].to_numpy(dtype=float)
    size, spread = (_rank_correlation(values, population) for values in (residual, np.abs(residual)))
    return AdjustmentDiagnostics(
        settings=settings,
        provenance=provenance,
        dispersion=dispersion,
        inflation=variance_inflation(matrix, design.blocks),
        condition_number=float(np.linalg.cond(matrix / np.linalg.norm(matrix, axis=0))),
        size_correlation=size[0],
        size_p_value=size[1],
        spread_size_correlation=spread[0],
        spread_size_p_value=spread[1],
        frame=areas,
    )


def variance_inflation(matrix: Array, blocks: dict[str, tuple[int, ...]]) -> pd.DataFrame:
    """Measure how far the other terms inflate the variance of each term's coefficients.

    Parameters
    ----------
    matrix : array of float, shape (areas, columns)
        Design, the intercept first.
    blocks : dict of str to tuple of int
        Columns of each term.

    Returns
    -------
    DataFrame
        ``term, columns, variance_inflation``; the last is the generalised factor to the power of one
        over the term's columns, which for one column is the usual factor.

    References
    ----------
    doi:10.1080/01621459.1992.10475190 (Fox and Monette 1992)
    """
    rows = []
    if blocks:
        correlation = np.atleast_2d(np.corrcoef(matrix[:, 1:], rowvar=False))
        whole = np.linalg.slogdet(correlation)[1]
        every = set(range(correlation.shape[0]))
        for term, columns in blocks.items():
            own = [column - 1 for column in columns]
            rest = sorted(every - set(own))
            log_factor = sum(
                np.linalg.slogdet(correlation[np.ix_(part, part)])[1] for part in (own, rest) if part
            )
            rows.append((term, len(own), float(np.exp((log_factor - whole) / len(own)))))
    return pd.DataFrame(rows, columns=["term", "columns", "variance_inflation"])


def _rank_correlation(values: Array, population: Array) -> tuple[float, float]:
    """Return Spearman's correlation and its p value, or NaN where one of the two does not vary."""
    from scipy.stats import spearmanr

    if np.ptp(values) == 0.0 or np.ptp(population) == 0.0:
        return float("nan"), float("nan")
    found = spearmanr(values, population)
    return float(found.statistic), float(found.pvalue)


def _named(what: str, frame: pd.DataFrame, flag: str, by: str) -> str:
    """Say how many areas something holds for, and name the first by how far it does."""
    areas = frame[frame[flag]].sort_values(by, ascending=False)["area_name"].tolist()
    if not areas:
        return f"{what} in no area."
    more = f" and {len(areas) - 5} more" if len(areas) > 5 else ""
    return f"{what} in {len(areas)}: {', '.join(areas[:5])}{more}."
