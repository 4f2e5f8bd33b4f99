"""Do areas differ from each other by more than chance allows?  Reported whatever is drawn."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import special

from carerates.funnels.between import dersimonian_laird, paule_mandel, restricted_likelihood
from carerates.funnels.predictive import CountSpread, beta_binomial_spread, negative_binomial_spread
from carerates.funnels.scores import score_counts
from carerates.funnels.settings import Floats, FunnelSettings
from carerates.funnels.trimming import null_mean_square, trim_scores


@dataclass(frozen=True, slots=True)
class DispersionReport:
    """Over-dispersion of one funnel, by every estimator.

    Attributes
    ----------
    group : hashable
        Value of the ``by`` column, None without it.
    areas : int
        Areas with a count.
    scale, trimming, winsorise : str, str, float
        Scale of the z-scores, what was done to their extremes, and for what share at each end.
    phi : float
        Mean squared z-score; 1 if only chance is at work.
    phi_trimmed : float
        The same after trimming, as published methods print it.
    phi_debiased : float
        ``phi_trimmed`` divided by ``null_phi``, its expectation under chance alone.
    null_phi : float
    phi_used : float
        The one that ``dispersion="multiplicative"`` would use; never below 1.
    tau2_dersimonian_laird, tau2_paule_mandel, tau2_reml : float
        Between-area variance on the scale; DerSimonian-Laird from the trimmed (and debiased) phi.
    tau2_used : float
        The one that ``dispersion="additive"`` would use.
    count_spread : float
        By maximum likelihood on the counts: squared coefficient of variation of true rates (negative
        binomial), or correlation within an area (beta-binomial).
    count_spread_p_value : float
    chi_square, degrees_of_freedom, p_value : float
        Pearson's test that chance alone is at work.
    size_correlation, size_p_value : float
        Spearman correlation of rate with exposure, and its p-value.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> round(funnel.dispersion[0].phi, 1)
    24.2
    """

    group: Hashable
    areas: int
    scale: str
    trimming: str
    winsorise: float
    phi: float
    phi_trimmed: float
    phi_debiased: float
    null_phi: float
    phi_used: float
    tau2_dersimonian_laird: float
    tau2_paule_mandel: float
    tau2_reml: float
    tau2_used: float
    count_spread: float
    count_spread_p_value: float
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    size_correlation: float
    size_p_value: float

    @property
    def over_dispersed(self) -> bool:
        """Whether the areas differ by more than chance allows (p below 0.01 and phi above 1)."""
        return bool(self.p_value < 0.01 and self.phi > 1)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    def words(self) -> str:
        """Say in a sentence or two whether chance alone explains the spread."""
        if self.areas < 2:
            return "Over-dispersion cannot be judged from fewer than two areas."
        said = f"phi = {_number(self.phi)}"
        if self.trimming != "none" and self.winsorise > 0:
            how = "winsorised" if self.trimming == "winsorise" else "truncated"
            said += (
                f", {_number(self.phi_trimmed)} {how} at {100 * self.winsorise:g}% "
                f"({_number(self.phi_debiased)} debiased)"
            )
        test = f"chi-square {_number(self.chi_square)} on {self.degrees_of_freedom}, {p_words(self.p_value)}"
        if self.over_dispersed:
            return (
                f"The areas differ from each other by more than chance allows ({said}; {test}). "
                "Limits that allow for chance alone then mark many areas: a finding about the areas as a "
                "whole, not about each one marked."
            )
        return f"The spread of the areas is no more than chance could give ({said}; {test})."


def _number(value: float) -> str:
    """Print a number to about three figures."""
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def p_words(value: float) -> str:
    """Print a p-value."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def report_dispersion(  # one pass over every estimator, so that all stand side by side
    observed: Floats,
    expected: Floats,
    size: Floats,
    settings: FunnelSettings,
    *,
    estimated: bool,
    group: Hashable = None,
) -> DispersionReport:
    """Estimate over-dispersion of one funnel by every method.

    Parameters
    ----------
    observed, expected : arrays of float, shape (areas,)
        Counts, none missing, and their expectations at the target.
    size : array of float, shape (areas,)
        Trials of a proportion; exposure otherwise.
    settings : FunnelSettings
    estimated : bool
        Whether the areas themselves set the target.
    group : hashable
        Label of the funnel.
    """
    scores = score_counts(observed, expected, size, settings.kind, settings.scale)
    z = scores.z
    areas = z.size
    freedom = max(areas - int(estimated), 0)
    phi = float(np.mean(z**2)) if areas else np.nan
    trimmed_z = trim_scores(z, settings.winsorise, settings.trimming)
    trimmed = float(np.mean(trimmed_z**2)) if trimmed_z.size else np.nan
    null = null_mean_square(settings.winsorise, settings.trimming, areas) if areas else 1.0
    if estimated and areas > 1:
        null *= (areas - 1) / areas
    debiased = trimmed / null
    used = debiased if settings.debias else trimmed
    # the moment formula subtracts the lost degree of freedom itself
    moment_phi = used * (areas - 1) / areas if settings.debias and estimated and areas > 1 else used
    tau = {
        "dersimonian_laird": dersimonian_laird(moment_phi, scores.error, estimated) if areas > 1 else 0.0,
        "paule_mandel": paule_mandel(scores, estimated),
        "reml": restricted_likelihood(scores, estimated),
    }
    spread = _count_spread(observed, expected, size, settings)
    variance = expected * (1 - expected / size) if settings.kind == "proportion" else expected
    chi_square = float(np.sum((observed - expected) ** 2 / variance))
    correlation, correlation_p = rank_correlation(observed / expected, size)
    return DispersionReport(
        group=group,
        areas=areas,
        scale=settings.scale,
        trimming=settings.trimming,
        winsorise=settings.winsorise,
        phi=phi,
        phi_trimmed=trimmed,
        phi_debiased=debiased,
        null_phi=null,
        phi_used=max(used, 1.0) if areas > 1 else 1.0,
        tau2_dersimonian_laird=tau["dersimonian_laird"],
        tau2_paule_mandel=tau["paule_mandel"],
        tau2_reml=tau["reml"],
        tau2_used=tau[settings.tau_estimator],
        count_spread=spread.value,
        count_spread_p_value=spread.p_value,
        chi_square=chi_square,
        degrees_of_freedom=freedom,
        p_value=float(special.chdtrc(freedom, chi_square)) if freedom else np.nan,
        size_correlation=correlation,
        size_p_value=correlation_p,
    )


def _count_spread(observed: Floats, expected: Floats, size: Floats, settings: FunnelSettings) -> CountSpread:
    """Estimate the spread of true values from whole counts."""
    if observed.size < 2:
        return CountSpread(0.0, 0.0, 1.0)
    if settings.kind == "proportion":
        return beta_binomial_spread(observed, size, expected / size)
    return negative_binomial_spread(observed, expected)


def rank_correlation(first: Floats, second: Floats) -> tuple[float, float]:
    """Find Spearman's correlation and its two-sided p-value (t approximation); NaN below 4 areas."""
    if first.size < 4 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return np.nan, np.nan
    ranks = [_mean_ranks(values) for values in (first, second)]
    value = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    freedom = first.size - 2
    if abs(value) >= 1:
        return value, 0.0
    t = abs(value) * np.sqrt(freedom / (1 - value**2))
    return value, float(2 * special.stdtr(freedom, -t))


def _mean_ranks(values: Floats) -> Floats:
    """Rank values, ties sharing their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: Floats = (last - (count - 1) / 2)[place]
    return ranks
