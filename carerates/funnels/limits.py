"""Between which counts would chance alone keep an area?  Curves for drawing and for tables.

The curve of each method passes through the counts at which the matching tail probability of
:mod:`carerates.funnels.tails` equals half of what the limits leave outside, so that an area is outside
the curve exactly when its own tail probability says so.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from carerates.funnels.inversion import invert_tail
from carerates.funnels.limit_table import Curve, exact_limits, inverted_limits
from carerates.funnels.settings import Floats
from carerates.funnels.tails import binomial_tails, negative_binomial_tails, poisson_tails

_CURVES: dict[str, Curve] = {"exact": "exact", "gamma": "exact", "mid_p": "mid_p", "byar": "byar"}
_USUAL = (0.95, 0.998)
_MANY = 2_000  # areas from which fitting a table for an unusual level pays for itself


def poisson_limits(expected: Floats, probability: float, method: str = "exact") -> tuple[Floats, Floats]:
    """Find the counts between which chance alone would keep an area.

    Parameters
    ----------
    expected : array of float, shape (areas,)
        Children expected in each area at the target rate.  Not rounded.
    probability : float
        Share of areas expected inside the limits; official charts use 0.95 and 0.998.
    method : str
        As in :func:`carerates.funnels.tails.poisson_tails`.

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)
        Children, not rates.  A lower limit of 0 means that no count can be flagged as low there.

    Notes
    -----
    Assumes that children enter care independently.  Siblings do not, so the real spread is wider; see
    :mod:`carerates.funnels.dispersion`.

    References
    ----------
    doi:10.1002/sim.1970; doi:10.1186/1471-2288-12-98

    Examples
    --------
    >>> import numpy as np
    >>> lower, upper = poisson_limits(np.array([180.0]), 0.95)
    >>> int(np.ceil(lower[0])), int(upper[0])   # whole counts inside the limits
    (154, 207)
    """
    expected = np.asarray(expected, dtype=float)
    side = (1 - probability) / 2
    z = -float(special.ndtri(side))
    curve = _CURVES.get(method, "exact")
    # beyond 4.5 standard deviations scipy's gamma tails lose digits for huge areas, which a fit would spread
    if method in _CURVES and side > 5e-6 and (probability in _USUAL or expected.size >= _MANY):
        return exact_limits(expected, (probability,), curve)[probability]
    if method == "normal":
        spread = z * np.sqrt(expected)
        return np.maximum(expected - spread, 0.0), expected + spread
    with np.errstate(invalid="ignore"):
        if method == "ci_expected":
            low, high = special.gammaincinv(expected, side), special.gammainccinv(expected + 1.0, side)
        elif method == "interpolated":
            low, high = _interpolated_limits(expected, side)
        else:
            low, high = inverted_limits(np.where(expected > 0, expected, 1.0), (side,), curve)
    nothing = expected <= 0
    return np.where(nothing, 0.0, low), np.where(nothing, 0.0, high)


def _interpolated_limits(expected: Floats, side: float) -> tuple[Floats, Floats]:
    """Return Spiegelhalter's (2005) interpolation between whole-number quantiles."""

    def pulled_in(count: Floats, excess: Floats) -> Floats:
        """Go back from a quantile by the share of its own probability that is too much."""
        logs = count * np.log(expected) - expected - special.gammaln(count + 1.0)
        limit: Floats = np.maximum(count - excess / np.exp(logs), 0.0)
        return limit

    expected = np.where(expected > 0, expected, 1.0)
    # the curves of the exact test pass within one child of the quantiles
    low, high = inverted_limits(expected, (side,))
    first = np.maximum(np.ceil(low) - 1.0, 0.0)
    first += special.gammaincc(first + 1.0, expected) < side
    first += special.gammaincc(first + 1.0, expected) < side
    last = np.maximum(np.ceil(high - 1.0) - 1.0, 0.0)
    last += special.gammainc(last + 1.0, expected) > side
    last += special.gammainc(last + 1.0, expected) > side
    return (
        pulled_in(first, special.gammaincc(first + 1.0, expected) - side),
        pulled_in(last, side - special.gammainc(last + 1.0, expected)),
    )


def binomial_limits(
    size: Floats, chance: Floats, probability: float, method: str = "exact"
) -> tuple[Floats, Floats]:
    """Find the counts among ``size`` between which chance alone would keep an area.

    Parameters
    ----------
    size, chance : arrays of float, shape (areas,)
        Trials, and the target proportion.
    probability : float
    method : str
        As in :func:`carerates.funnels.tails.binomial_tails`.

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)
        Counts; never below 0 or above ``size``.
    """
    size, chance = np.broadcast_arrays(np.asarray(size, dtype=float), np.asarray(chance, dtype=float))
    side = (1 - probability) / 2
    z = -float(special.ndtri(side))
    mean = size * chance
    spread = z * np.sqrt(mean * (1 - chance))
    low, high = np.maximum(mean - spread, 0.0), np.minimum(mean + spread, size)
    if method in {"normal", "wilson"}:
        return low, high
    lower = invert_tail(
        lambda count: binomial_tails(count, size, chance, method)[0], side, low, rising=True, ceiling=size
    )
    upper = invert_tail(
        lambda count: binomial_tails(count, size, chance, method)[1], side, high, rising=False, ceiling=size
    )
    none_low = binomial_tails(np.zeros_like(mean), size, chance, method)[0] > side
    none_high = binomial_tails(size, size, chance, method)[1] > side
    return np.where(none_low, 0.0, lower), np.where(none_high, size, upper)


def negative_binomial_limits(
    expected: Floats, dispersion: Floats | float, probability: float, method: str = "exact"
) -> tuple[Floats, Floats]:
    """Find the counts that leave an area unremarkable when true rates differ as a gamma distribution.

    Parameters
    ----------
    expected : array of float, shape (areas,)
    dispersion : float or array
        Squared coefficient of variation of the true rates.
    probability : float
    method : {"exact", "mid_p"}

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)
    """
    expected = np.asarray(expected, dtype=float)
    mean = np.where(expected > 0, expected, 1.0)
    side = (1 - probability) / 2
    z = -float(special.ndtri(side))
    step = z * np.sqrt(1 + np.asarray(dispersion) * mean) / 2

    def tails(count: Floats) -> tuple[Floats, Floats]:
        return negative_binomial_tails(count, mean, dispersion, method)

    low = invert_tail(
        lambda count: tails(count)[0], side, np.maximum(np.sqrt(mean) - step, 0.0) ** 2, rising=True
    )
    high = invert_tail(lambda count: tails(count)[1], side, (np.sqrt(mean) + step) ** 2, rising=False)
    low = np.where(tails(np.zeros_like(mean))[0] > side, 0.0, low)
    return np.where(expected > 0, low, 0.0), np.where(expected > 0, high, 0.0)


def counts_within(expected: Floats, probability: float) -> tuple[Floats, Floats]:
    """Find the smallest and largest whole counts that the exact test leaves within.

    Parameters
    ----------
    expected : array of float, shape (areas,)
    probability : float

    Returns
    -------
    smallest, largest : arrays of float, shape (areas,)

    Examples
    --------
    >>> import numpy as np
    >>> [int(one[0]) for one in counts_within(np.array([180.0]), 0.998)]
    [140, 223]
    """
    expected = np.asarray(expected, dtype=float)
    side = (1 - probability) / 2
    lower, upper = poisson_limits(expected, probability)
    smallest, largest = np.ceil(lower), np.floor(upper)
    # a limit that is itself a whole number is decided by its tail, not by the last digit of the curve
    fewer, more = np.maximum(smallest - 1, 0.0), largest + 1
    smallest = np.where(poisson_tails(fewer, expected)[0] > side, fewer, smallest)
    smallest = np.where(poisson_tails(smallest, expected)[0] <= side, smallest + 1, smallest)
    largest = np.where(poisson_tails(more, expected)[1] > side, more, largest)
    largest = np.where(poisson_tails(largest, expected)[1] <= side, largest - 1, largest)
    return smallest, largest


def events_contour(events: Floats, baseline: float, probability: float) -> tuple[Floats, Floats]:
    """Find the rates at which a given number of events lies exactly on the limits.

    This is the form in which Public Health England's tools draw a rate funnel: for each number of events,
    baseline x events / (exact limits of the events).  It is the same curve as ``limits="exact"``, reached
    from the count instead of from the population.

    Parameters
    ----------
    events : array of float, shape (points,)
        At least 1.
    baseline : float
        Target rate, in any unit; the answer is in the same.
    probability : float

    Returns
    -------
    lower, upper : arrays of float, shape (points,)

    Examples
    --------
    >>> import numpy as np
    >>> lower, upper = events_contour(np.array([1.0]), 116.172, 0.95)
    >>> round(float(lower[0]), 4)
    20.8506
    """
    events = np.asarray(events, dtype=float)
    side = (1 - probability) / 2
    return (
        baseline * events / special.gammainccinv(events + 1.0, side),
        baseline * events / special.gammaincinv(events, side),
    )
