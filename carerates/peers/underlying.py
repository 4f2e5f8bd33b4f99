"""Underlying rates of areas as gamma distributions, drawn towards the middle of all areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carerates.peers.distances import Floats


@dataclass(frozen=True, slots=True, eq=False)
class GammaRates:
    """Posterior of each area's underlying rate per child: Gamma(shape, exposure).

    Attributes
    ----------
    shape, exposure : array of float, shape (areas,)
        Posterior mean is ``shape / exposure``.
    """

    shape: Floats
    exposure: Floats

    def probability_ratio_above(self, first: int, second: int, ratio: float) -> float:
        """Return P(rate of the first > ratio x rate of the second), exactly."""
        from scipy.special import betainc

        # a ratio of gammas is a ratio of a beta variable to its complement
        bound = ratio * self.exposure[first] / (ratio * self.exposure[first] + self.exposure[second])
        return float(1 - betainc(self.shape[first], self.shape[second], bound))

    def sample(self, draws: int, seed: int) -> Floats:
        """Draw rates per 10,000, shape (draws, areas)."""
        generator = np.random.default_rng(seed)
        return np.asarray(
            1e4 * generator.gamma(self.shape, size=(draws, len(self.shape))) / self.exposure, dtype=float
        )


def infer_rates(children: Floats, population: Floats, *, shrink: bool) -> GammaRates:
    """Infer the underlying rate behind each count.

    Parameters
    ----------
    children, population : array of float, shape (areas,)
    shrink : bool
        True: a gamma prior fitted to all areas by moments, so that areas picked for being extreme are drawn
        back.  False: the Jeffreys prior, each area alone.

    Notes
    -----
    Moments: the between-area variance is what is left of the population-weighted variance of the rates after
    the Poisson variance is taken off; where nothing is left, or with fewer than 5 areas, the Jeffreys prior
    is used.

    References
    ----------
    Marshall RJ. Mapping disease and mortality rates using empirical Bayes estimators.
    Appl Stat 1991;40:283-294. doi:10.2307/2347593
    """
    if shrink and len(children) >= 5:
        rate = children / population
        mean = children.sum() / population.sum()
        spread = (population * (rate - mean) ** 2).sum() / population.sum() - mean / population.mean()
        if spread > 0:
            return GammaRates(children + mean**2 / spread, population + mean / spread)
    return GammaRates(children + 0.5, np.asarray(population, dtype=float))
