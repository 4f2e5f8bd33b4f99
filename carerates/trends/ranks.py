"""Which place does each area take, how sure is that place, and is it among the top or bottom few?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from carerates.trends.intervals import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Ranks with their uncertainty; rank 1 is the largest value.

    Attributes
    ----------
    expected, lower, upper : array of float, shape (areas,)
        Expected rank and its central interval.
    top, bottom : array of float, shape (areas,)
        Probability of being among the ``k`` largest, or the ``k`` smallest.
    k : int

    Examples
    --------
    >>> import numpy as np
    >>> from carerates.trends import rank_normals
    >>> ranks = rank_normals(np.array([30.0, 10.0, 12.0]), np.array([2.0, 2.0, 2.0]), k=1)
    >>> ranks.expected.round(1).tolist(), ranks.top.round(2).tolist()
    ([1.0, 2.8, 2.2], [1.0, 0.0, 0.0])
    """

    expected: Floats
    lower: Floats
    upper: Floats
    top: Floats
    bottom: Floats
    k: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per area."""
        return pd.DataFrame(
            {
                "rank_expected": self.expected,
                "rank_lower": self.lower,
                "rank_upper": self.upper,
                f"probability_top_{self.k}": self.top,
                f"probability_bottom_{self.k}": self.bottom,
            }
        )


def _check_k(k: int, areas: int) -> int:
    """Refuse a k that is no number of areas; a k beyond the number of areas means all of them."""
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 1:
        raise ValueError(f"k must be 1 or more areas; this is {k!r}.")
    return min(int(k), areas)


def rank_draws(draws: Floats, k: int = 5, probability: float = 0.95) -> Ranks:
    """Rank areas in every draw.

    Parameters
    ----------
    draws : array of float, shape (draws, areas)
        Joint draws; a larger value has a smaller rank.  Ties share their mean rank.
    k : int
        Size of the top and bottom groups.
    probability : float
        Of the central interval.

    Examples
    --------
    >>> import numpy as np
    >>> from carerates.trends import rank_draws
    >>> draws = np.random.default_rng(1).normal([30.0, 10.0, 12.0], 2.0, size=(1000, 3))
    >>> rank_draws(draws, k=1).expected.round(1).tolist()
    [1.0, 2.7, 2.3]
    """
    areas = draws.shape[1]
    ranks = np.empty_like(draws, dtype=float)
    for area in range(areas):
        own = draws[:, [area]]
        # the area ties with itself once, which the half rank below takes off again
        ranks[:, area] = 0.5 + (draws > own).sum(axis=1) + 0.5 * (draws == own).sum(axis=1)
    few = _check_k(k, areas)
    tail = (1 - probability) / 2
    lower, upper = np.quantile(ranks, [tail, 1 - tail], axis=0, method="nearest")
    return Ranks(
        ranks.mean(axis=0),
        lower,
        upper,
        (ranks <= few).mean(axis=0),
        (ranks > areas - few).mean(axis=0),
        few,
    )


def rank_normals(mean: Floats, deviation: Floats, k: int = 5, probability: float = 0.95) -> Ranks:
    """Rank areas whose values are independent normals, without sampling.

    Parameters
    ----------
    mean, deviation : array of float, shape (areas,)
        Deviations above zero.
    k, probability
        As in :func:`rank_draws`.

    Notes
    -----
    Given an area's own value, each other area lies above it independently, so its rank is one more than a
    sum of unequal Bernoulli trials; the exact distribution of the sum is averaged over the area's own value.

    Examples
    --------
    >>> import numpy as np
    >>> from carerates.trends import rank_normals
    >>> ranks = rank_normals(np.array([30.0, 10.0, 12.0]), np.array([2.0, 2.0, 2.0]), k=1)
    >>> ranks.lower.tolist(), ranks.upper.tolist()
    ([1.0, 2.0, 2.0], [1.0, 3.0, 3.0])
    """
    from scipy.special import ndtr

    areas = len(mean)
    few = _check_k(k, areas)
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    weights = weights / weights.sum()
    own = mean[:, None] + deviation[:, None] * nodes[None, :]
    distribution = np.zeros((areas, len(nodes), areas))
    distribution[:, :, 0] = 1.0
    for other in range(areas):
        above = ndtr((mean[other] - own) / deviation[other])
        above[other] = 0.0  # an area is not above itself
        moved = np.zeros_like(distribution)
        moved[:, :, 1:] = distribution[:, :, :-1] * above[:, :, None]
        distribution = distribution * (1 - above[:, :, None]) + moved
    chance = np.einsum("anr,n->ar", distribution, weights)
    places = np.arange(1, areas + 1)
    cumulative = chance.cumsum(axis=1)
    tail = (1 - probability) / 2
    lower = (cumulative < tail).sum(axis=1) + 1
    upper = np.minimum((cumulative < 1 - tail).sum(axis=1) + 1, areas)
    return Ranks(
        chance @ places,
        lower.astype(float),
        upper.astype(float),
        chance[:, :few].sum(axis=1),
        chance[:, areas - few :].sum(axis=1),
        few,
    )
