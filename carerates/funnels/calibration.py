"""How often does each definition of limits raise a false alarm?  Exact sums over whole counts."""

from __future__ import annotations

import numpy as np
from scipy import special

from carerates.funnels.settings import Floats
from carerates.funnels.tails import poisson_tails


def false_alarms(expected: Floats, probability: float, method: str = "exact") -> tuple[Floats, Floats]:
    """Find the probability that an in-control area is flagged low, and that it is flagged high.

    Parameters
    ----------
    expected : array of float, shape (areas,)
        Counts expected at the target, above 0.
    probability : float
        Nominal share inside the limits; each side should leave half of the rest outside.
    method : str
        As in :func:`carerates.funnels.tails.poisson_tails`.

    Returns
    -------
    low, high : arrays of float, shape (areas,)

    Notes
    -----
    Summed over every whole count within 12 standard deviations (and 40 counts) of the expectation, which
    leaves out less than 1e-15.

    References
    ----------
    doi:10.1186/1471-2288-12-98

    Examples
    --------
    >>> import numpy as np
    >>> low, high = false_alarms(np.array([20.0]), 0.95)
    >>> round(100 * float(low[0] + high[0]), 1)
    4.3
    """
    expected = np.atleast_1d(np.asarray(expected, dtype=float))
    side = (1 - probability) / 2
    low, high = np.empty(expected.shape), np.empty(expected.shape)
    for row, mean in enumerate(expected):
        reach = 12 * np.sqrt(mean) + 40
        counts = np.arange(max(np.floor(mean - reach), 0.0), np.ceil(mean + reach) + 1)
        chance = np.exp(special.xlogy(counts, mean) - mean - special.gammaln(counts + 1))
        lower, upper = poisson_tails(counts, np.full(counts.shape, mean), method)
        low[row], high[row] = chance[lower <= side].sum(), chance[upper <= side].sum()
    return low, high


def expected_false_flags(areas: int, probability: float) -> float:
    """Find how many in-control areas fall outside limits by chance, at most, under the exact test.

    Examples
    --------
    >>> [round(expected_false_flags(22, level), 3) for level in (0.95, 0.998)]
    [1.1, 0.044]
    """
    return areas * (1 - probability)
