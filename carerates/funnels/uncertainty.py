"""What if the expected count is itself an estimate?  Its error is carried into the tails, not ignored."""

from __future__ import annotations

import numpy as np
from scipy import special

from carerates.funnels.inversion import invert_tail
from carerates.funnels.settings import Floats
from carerates.funnels.tails import negative_binomial_tails, poisson_tails

_REACH = 10.0  # standard errors either side


def uncertain_tails(
    observed: Floats,
    expected: Floats,
    log_error: Floats,
    spread: float = 0.0,
    method: str = "exact",
) -> tuple[Floats, Floats]:
    """Find both tail probabilities when the log of the expectation has a normal error.

    Parameters
    ----------
    observed, expected : arrays of float, shape (areas,)
    log_error : array of float, shape (areas,)
        Standard error of log(expected).  0 gives the test without it.
    spread : float
        Squared coefficient of variation of true rates, as in
        :func:`carerates.funnels.tails.negative_binomial_tails`.
    method : {"exact", "mid_p"}
        Tail definition given the expectation.

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)

    Notes
    -----
    A Poisson (or negative binomial) count whose mean is log-normal.  The average over the error is a sum
    over equal steps, which for smooth integrands gains digits as fast as any rule.  Where the error is
    wide against the count's own chance, the roles are changed: the error is integrated in closed form and the
    sum runs over the count's gamma distribution instead.
    """
    observed, expected, log_error = np.broadcast_arrays(
        np.asarray(observed, dtype=float),
        np.asarray(expected, dtype=float),
        np.asarray(log_error, dtype=float),
    )
    own = np.sqrt(1 / np.maximum(observed, 1.0) + spread)  # relative chance spread of the count
    wide = (log_error > own) & (spread == 0.0) & (observed >= 4)
    lower, upper = np.empty(observed.shape), np.empty(observed.shape)
    narrow = ~wide
    if narrow.any():
        steps, weights = _steps(float(np.max(log_error[narrow] / own[narrow])))
        means = expected[narrow, None] * np.exp(log_error[narrow, None] * steps)
        counts = np.broadcast_to(observed[narrow, None], means.shape)
        tails = (
            negative_binomial_tails(counts, means, spread, method)
            if spread > 0
            else poisson_tails(counts, means, method)
        )
        lower[narrow], upper[narrow] = tails[0] @ weights, tails[1] @ weights
    if wide.any():
        lower[wide], upper[wide] = _wide_tails(observed[wide], expected[wide], log_error[wide], method)
    return lower, upper


def _steps(sharpness: float) -> tuple[Floats, Floats]:
    """Return equal steps and normal weights, fine enough for a tail this much narrower than the error.

    A sum over steps of 0.4 standard deviations holds a normal integral to 1e-15; a tail that changes
    faster than the error's own density needs steps finer in proportion.
    """
    count = int(np.ceil(_REACH / (0.4 / max(1.0, min(sharpness, 10.0)))))
    steps = np.linspace(-_REACH, _REACH, 2 * count + 1)
    weights = np.exp(-(steps**2) / 2)
    return steps, weights / weights.sum()


def _wide_tails(observed: Floats, expected: Floats, error: Floats, method: str) -> tuple[Floats, Floats]:
    """Return the tails where the error is wider than chance: P(X >= O) = P(gamma(O) <= mean)."""

    def reached(count: Floats) -> Floats:
        """P(X >= count), the normal error in closed form, the gamma variable by steps."""
        some = np.maximum(count, 1e-3)
        t = np.log(some)[:, None] + np.linspace(-14, 9, 116) / np.sqrt(some)[:, None]
        logs = some[:, None] * t - np.exp(t)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        below: Floats = (special.ndtr((np.log(expected)[:, None] - t) / error[:, None]) * weights).sum(axis=1)
        return np.where(count <= 0, 1.0, below)

    at_least, more = reached(observed), reached(observed + 1)
    at_most = 1 - more
    if method != "mid_p":
        return at_most, at_least
    return 1 - (at_least + more) / 2, (at_least + more) / 2


def uncertain_limits(
    expected: Floats, log_error: Floats, probability: float, spread: float = 0.0, method: str = "exact"
) -> tuple[Floats, Floats]:
    """Find the counts that leave an area unremarkable when its expectation is an estimate.

    Parameters
    ----------
    expected, log_error : arrays of float, shape (areas,)
    probability, spread, method
        As in :func:`uncertain_tails`.

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)
    """
    expected = np.asarray(expected, dtype=float)
    log_error = np.broadcast_to(np.asarray(log_error, dtype=float), expected.shape)
    side = (1 - probability) / 2
    z = -float(special.ndtri(side))
    step = z * np.sqrt(1 / expected + log_error**2 + spread)

    def tails(count: Floats) -> tuple[Floats, Floats]:
        return uncertain_tails(count, expected, log_error, spread, method)

    low = invert_tail(lambda count: tails(count)[0], side, expected * np.exp(-step), rising=True)
    high = invert_tail(lambda count: tails(count)[1], side, expected * np.exp(step), rising=False)
    return np.where(tails(np.zeros_like(expected))[0] > side, 0.0, low), high
