"""What an area is measured against: one distribution that gives tails for counts and limits for lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from carerates.funnels.limits import binomial_limits, negative_binomial_limits, poisson_limits
from carerates.funnels.predictive import beta_binomial_limits, beta_binomial_tails
from carerates.funnels.scores import counts_at, extra_from_log_error, score_counts
from carerates.funnels.settings import Floats, FunnelSettings
from carerates.funnels.tails import binomial_tails, negative_binomial_tails, poisson_tails
from carerates.funnels.uncertainty import uncertain_limits, uncertain_tails


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """The distribution of in-control counts.

    Attributes
    ----------
    expected, size, log_error : arrays of float, shape (areas,)
        Counts expected at the target; trials (or exposure); standard error of the log expectation.
    settings : FunnelSettings
    phi, tau2, spread : float
        Over-dispersion to allow for; used as ``settings.dispersion`` says.
    """

    expected: Floats
    size: Floats
    log_error: Floats
    settings: FunnelSettings
    phi: float = 1.0
    tau2: float = 0.0
    spread: float = 0.0

    @property
    def allowance(self) -> str:
        """What is allowed for beyond chance; ``none`` where the estimate is that there is nothing."""
        nothing = {"none": True, "multiplicative": self.phi <= 1, "additive": self.tau2 <= 0}
        allowance = self.settings.dispersion
        return "none" if nothing.get(allowance, self.spread <= 0) else allowance

    def tails(self, observed: Floats, method: str | None = None) -> tuple[Floats, Floats]:
        """Find both tail probabilities of counts; NaN for a missing count."""
        method = method or self.settings.limits
        missing = np.isnan(observed)
        counts = np.where(missing, self.expected, observed)
        lower, upper = self._tails(counts, method)
        return np.where(missing, np.nan, lower), np.where(missing, np.nan, upper)

    def _tails(self, counts: Floats, method: str) -> tuple[Floats, Floats]:
        """Find the tails of counts, none missing."""
        below, above = self._count_tails(counts, method, 0.0)
        if self.allowance == "none":
            return below, above
        if self.allowance == "negative_binomial":
            wider = self._count_tails(counts, method, self.spread)
        else:
            z = self.adjusted_z(counts)
            wider = special.ndtr(z), special.ndtr(-z)
        return np.maximum(wider[0], below), np.maximum(wider[1], above)

    def _count_tails(self, counts: Floats, method: str, spread: float) -> tuple[Floats, Floats]:
        """Find the tails of whole counts whose true values vary by ``spread``."""
        if self.settings.kind == "proportion":
            chance = self.expected / self.size
            if spread > 0:
                return beta_binomial_tails(counts, self.size, chance, spread)
            return binomial_tails(counts, self.size, chance, method)
        if self.log_error.any():
            return uncertain_tails(counts, self.expected, self.log_error, spread, method)
        if spread > 0:
            return negative_binomial_tails(counts, self.expected, spread, method)
        return poisson_tails(counts, self.expected, method)

    def limits(self, probability: float) -> tuple[Floats, Floats]:
        """Find the counts on the limits of every area.

        No allowance puts an area outside that chance alone puts inside.  A z-score is too far out for a few
        events (none where 1.6 are expected is 2.5 standard errors away on the square-root scale, and as
        probable as 0.20), and true rates that vary make the few events of a tiny area rarer.
        """
        low, high = self._count_limits(probability, 0.0)
        if self.allowance == "none":
            return low, high
        if self.allowance == "negative_binomial":
            wider = self._count_limits(probability, self.spread)
        else:
            z, extra, settings = -float(special.ndtri((1 - probability) / 2)), self._extra(), self.settings
            wider = (
                counts_at(-z, self.expected, self.size, extra, settings.kind, settings.scale),
                counts_at(z, self.expected, self.size, extra, settings.kind, settings.scale),
            )
        return np.minimum(wider[0], low), np.maximum(wider[1], high)

    def _count_limits(self, probability: float, spread: float) -> tuple[Floats, Floats]:
        """Find the limits of whole counts whose true values vary by ``spread``."""
        method = self.settings.limits
        if self.settings.kind == "proportion":
            chance = self.expected / self.size
            if spread > 0:
                return beta_binomial_limits(self.size, chance, spread, probability)
            return binomial_limits(self.size, chance, probability, method)
        if self.log_error.any():
            return uncertain_limits(self.expected, self.log_error, probability, spread, method)
        if spread > 0:
            return negative_binomial_limits(self.expected, spread, probability, method)
        return poisson_limits(self.expected, probability, method)

    def adjusted_z(self, observed: Floats) -> Floats:
        """Return z-scores with the allowance for over-dispersion and for an estimated expectation."""
        settings = self.settings
        scores = score_counts(observed, self.expected, self.size, settings.kind, settings.scale)
        spread = np.sqrt(scores.error**2 + self._extra())
        return np.where(scores.effect == scores.centre, 0.0, (scores.effect - scores.centre) / spread)

    def plain_z(self, observed: Floats) -> Floats:
        """Return z-scores against chance alone."""
        settings = self.settings
        return score_counts(observed, self.expected, self.size, settings.kind, settings.scale).z

    def _extra(self) -> Floats:
        """Return the variance on the scale beyond chance."""
        settings = self.settings
        scores = score_counts(self.expected, self.expected, self.size, settings.kind, settings.scale)
        extra = extra_from_log_error(self.log_error, self.expected / self.size, settings.kind, settings.scale)
        if self.allowance == "multiplicative":
            return np.asarray(extra + (self.phi - 1) * scores.error**2)
        if self.allowance == "additive":
            return np.asarray(extra + self.tau2)
        return extra
