"""How much do true rates vary, judged from whole counts by maximum likelihood?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from carerates.funnels.between import minimise
from carerates.funnels.settings import Floats


@dataclass(frozen=True, slots=True)
class CountSpread:
    """Spread of the true values, estimated from counts.

    Attributes
    ----------
    value : float
        Negative binomial: squared coefficient of variation of the true rates.  Beta-binomial:
        correlation of two trials in one area, from 0 to 1.
    log_likelihood_ratio : float
        Twice the gain in log likelihood over no spread at all.
    p_value : float
        Of that gain; half a chi-square, because the spread cannot be below 0.
    """

    value: float
    log_likelihood_ratio: float
    p_value: float


def negative_binomial_spread(observed: Floats, expected: Floats) -> CountSpread:
    """Estimate the squared coefficient of variation of true rates about their expectation.

    Parameters
    ----------
    observed, expected : arrays of float, shape (areas,)
        Counts, and their expectations at the target (above 0).
    """

    def minus(root: float) -> float:
        return -negative_binomial_log_likelihood(observed, expected, root * root)

    none = -minus(0.0)
    return _spread(minus, none, _upper_root(observed, expected))


def negative_binomial_log_likelihood(observed: Floats, expected: Floats, spread: float) -> float:
    """Return the log likelihood of the spread, Poisson at 0."""
    if spread < 1e-9:
        logs = special.xlogy(observed, expected) - expected - special.gammaln(observed + 1)
    else:
        shape = 1 / spread
        logs = (
            special.gammaln(observed + shape)
            - special.gammaln(shape)
            - special.gammaln(observed + 1)
            - (observed + shape) * np.log1p(spread * expected)
            + special.xlogy(observed, spread * expected)
        )
    return float(logs.sum())


def beta_binomial_spread(observed: Floats, size: Floats, chance: Floats) -> CountSpread:
    """Estimate the correlation of trials within an area about the target proportion.

    Parameters
    ----------
    observed, size, chance : arrays of float, shape (areas,)
    """
    constant = (
        special.gammaln(size + 1) - special.gammaln(observed + 1) - special.gammaln(size - observed + 1)
    )

    def minus(root: float) -> float:
        spread = root * root
        if spread < 1e-9:
            logs = special.xlogy(observed, chance) + special.xlog1py(size - observed, -chance)
        else:
            total = 1 / spread - 1
            a, b = chance * total, (1 - chance) * total
            logs = special.betaln(observed + a, size - observed + b) - special.betaln(a, b)
        return -float((constant + logs).sum())

    return _spread(minus, -minus(0.0), 0.999)


def beta_binomial_tails(
    observed: Floats, size: Floats, chance: Floats, spread: float
) -> tuple[Floats, Floats]:
    """Find the probability of this few, and of this many, when true proportions vary as a beta distribution.

    Parameters
    ----------
    observed, size, chance : arrays of float, shape (areas,)
    spread : float
        Correlation of two trials in one area.

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)

    Notes
    -----
    Summed over whole counts, one area at a time; between whole counts the sums are joined by straight lines.
    """
    lower, upper = np.empty(observed.shape), np.empty(observed.shape)
    for row, (count, trials, share) in enumerate(zip(observed, size, chance, strict=True)):
        below = _beta_binomial_cumulative(int(trials), float(share), spread)
        grid = np.arange(-1.0, trials + 1)
        lower[row] = np.interp(count, grid, np.concatenate([[0.0], below]))
        upper[row] = 1 - np.interp(count - 1, grid, np.concatenate([[0.0], below]))
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def beta_binomial_limits(
    size: Floats, chance: Floats, spread: float, probability: float
) -> tuple[Floats, Floats]:
    """Find the counts that leave an area unremarkable when true proportions vary as a beta distribution."""
    side = (1 - probability) / 2
    lower, upper = np.empty(size.shape), np.empty(size.shape)
    for row, (trials, share) in enumerate(zip(size, chance, strict=True)):
        below = _beta_binomial_cumulative(int(trials), float(share), spread)
        counts = np.arange(trials + 1)
        lower[row] = np.interp(side, below, counts) if below[0] <= side else 0.0
        above = 1 - np.concatenate([[0.0], below[:-1]])
        upper[row] = np.interp(-side, -above, counts) if above[-1] <= side else trials
    return lower, upper


def _beta_binomial_cumulative(trials: int, chance: float, spread: float) -> Floats:
    """Return P(X <= 0), ..., P(X <= trials)."""
    counts = np.arange(trials + 1.0)
    total = 1 / max(spread, 1e-9) - 1
    a, b = chance * total, (1 - chance) * total
    logs = (
        special.gammaln(trials + 1.0)
        - special.gammaln(counts + 1)
        - special.gammaln(trials - counts + 1)
        + special.betaln(counts + a, trials - counts + b)
        - special.betaln(a, b)
    )
    return np.cumsum(np.exp(logs))


def _upper_root(observed: Floats, expected: Floats) -> float:
    """Return a bound well above the root of any spread these counts support."""
    moment = float(np.mean(((observed - expected) ** 2) / expected**2))
    return float(np.sqrt(10 * moment + 1.0))


def _spread(minus: Callable[[float], float], none: float, top: float) -> CountSpread:
    """Maximise a log likelihood over the root of the spread, and test it against none."""
    best = minimise(minus, 0.0, top)
    gain = 2 * (-float(minus(best)) - none)
    if gain <= 0 or best * best < 1e-8:
        return CountSpread(0.0, 0.0, 1.0)
    return CountSpread(best * best, gain, float(special.erfc(np.sqrt(gain / 2))) / 2)
