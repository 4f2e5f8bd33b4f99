"""How likely is a count at least this far out, if the area is in control?

Every definition of funnel limits is, underneath, a pair of tail probabilities of the area's own count.
Areas are classified by these, never by where they lie against a drawn line, so that whole numbers,
tiny expectations and huge ones are all treated exactly.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from carerates.funnels.settings import Floats


def poisson_tails(observed: Floats, expected: Floats, method: str = "exact") -> tuple[Floats, Floats]:
    """Find the probability of a count this low, and of one this high, when chance is Poisson.

    Parameters
    ----------
    observed : array of float, shape (areas,)
        Counts; whole numbers, or any number at least 0 for the curves through them.
    expected : array of float, shape (areas,)
        Counts expected at the target.  Not rounded.
    method : str
        ``exact``: P(X <= O) and P(X >= O), never above their nominal size.
        ``gamma``: the same test written as the gamma interval of the observed count.
        ``mid_p``: half the probability of O itself is left out; right on average, not always.
        ``interpolated``: Spiegelhalter (2005), which leaves all of it out above; may exceed nominal.
        ``byar``: Byar's approximation to the interval of the observed count.
        ``normal``: (O - E) / sqrt(E).
        ``ci_expected``: chi-square interval of the expected count, for replication; its tails are wrong.

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)

    References
    ----------
    doi:10.1002/sim.1970; doi:10.1186/1471-2288-12-98; Breslow and Day (1987), vol. 2, p. 69 (Byar).

    Examples
    --------
    >>> import numpy as np
    >>> lower, upper = poisson_tails(np.array([3.0]), np.array([3.0]))
    >>> round(float(lower[0]), 4), round(float(upper[0]), 4)
    (0.6472, 0.5768)
    """
    observed, expected = np.broadcast_arrays(
        np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return _POISSON[method](observed, expected)


def _at_most(observed: Floats, expected: Floats) -> Floats:
    """P(X <= O); 0 below no children at all, reached without a jump by the curves between whole counts."""
    tail = special.gammaincc(np.maximum(observed, -1.0) + 1.0, expected)
    return np.where(observed <= -1, 0.0, tail)


def _at_least(observed: Floats, expected: Floats) -> Floats:
    """P(X >= O); 1 for no children at all, whatever is expected."""
    tail = special.gammainc(np.maximum(observed, 0.0), expected)
    return np.where(observed <= 0, 1.0, tail)


def _exact(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    return _at_most(observed, expected), _at_least(observed, expected)


def _mid_p(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    at_most, at_least = _exact(observed, expected)
    fewer, more = _at_most(observed - 1.0, expected), _at_least(observed + 1.0, expected)
    return (at_most + fewer) / 2, (at_least + more) / 2


def _interpolated(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    # no children at all are never too many, however few are expected
    more = np.where(observed > 0, _at_least(observed + 1.0, expected), 1.0)
    return _at_most(observed, expected), more


def _byar(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    more = observed + 1.0
    low = 3 * np.sqrt(more) * (np.cbrt(expected / more) - 1 + 1 / (9 * more))
    some = np.maximum(observed, 1e-300)
    high = 3 * np.sqrt(some) * (1 - 1 / (9 * some) - np.cbrt(expected / some))
    return special.ndtr(-low), np.where(observed > 0, special.ndtr(-high), 1.0)


def _normal(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    z = np.where(observed == expected, 0.0, (observed - expected) / np.sqrt(expected))
    return special.ndtr(z), special.ndtr(-z)


def _ci_expected(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    return special.gammainc(expected, observed), special.gammaincc(expected + 1.0, observed)


_POISSON = {
    "exact": _exact,
    "gamma": _exact,
    "mid_p": _mid_p,
    "interpolated": _interpolated,
    "byar": _byar,
    "normal": _normal,
    "ci_expected": _ci_expected,
}


def binomial_tails(
    observed: Floats, size: Floats, chance: Floats, method: str = "exact"
) -> tuple[Floats, Floats]:
    """Find the probability of this few, and of this many, among ``size`` when each has the same chance.

    Parameters
    ----------
    observed, size : arrays of float, shape (areas,)
        Successes and trials.
    chance : array of float, shape (areas,)
        Target proportion, from 0 to 1.
    method : str
        ``exact`` (Clopper-Pearson), ``mid_p``, ``interpolated``; ``wilson`` and ``normal`` are the same
        score test, (O - E) / sqrt(E (1 - p)), because a Wilson interval holds the target just when it does.

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)
    """
    observed, size, chance = np.broadcast_arrays(
        np.asarray(observed, dtype=float), np.asarray(size, dtype=float), np.asarray(chance, dtype=float)
    )
    if method in {"wilson", "normal"}:
        distance = observed - size * chance
        with np.errstate(invalid="ignore", divide="ignore"):
            z = np.where(distance == 0, 0.0, distance / np.sqrt(size * chance * (1 - chance)))
        return special.ndtr(z), special.ndtr(-z)
    at_most = _binomial_at_most(observed, size, chance)
    at_least = _binomial_at_least(observed, size, chance)
    if method == "exact":
        return at_most, at_least
    more = _binomial_at_least(observed + 1, size, chance)
    if method == "interpolated":
        return at_most, np.where(observed > 0, more, 1.0)
    return (at_most + _binomial_at_most(observed - 1, size, chance)) / 2, (at_least + more) / 2


def _binomial_at_most(observed: Floats, size: Floats, chance: Floats) -> Floats:
    """P(X <= O) among ``size``."""
    inside = np.clip(observed, 0.0, None)
    tail = special.betaincc(inside + 1, np.maximum(size - inside, 1e-300), chance)
    return np.where(observed < 0, 0.0, np.where(observed >= size, 1.0, tail))


def _binomial_at_least(observed: Floats, size: Floats, chance: Floats) -> Floats:
    """P(X >= O) among ``size``."""
    inside = np.clip(observed, 1e-300, None)
    tail = special.betainc(inside, np.maximum(size - inside + 1, 1e-300), chance)
    return np.where(observed <= 0, 1.0, np.where(observed > size, 0.0, tail))


def negative_binomial_tails(
    observed: Floats, expected: Floats, dispersion: Floats | float, method: str = "exact"
) -> tuple[Floats, Floats]:
    """Find both tail probabilities when true rates vary between areas as a gamma distribution.

    Parameters
    ----------
    observed, expected : arrays of float, shape (areas,)
    dispersion : float or array
        Squared coefficient of variation of the true rates: the variance is E + dispersion x E squared.
        At 0 this is the Poisson test.
    method : {"exact", "mid_p"}

    Returns
    -------
    lower, upper : arrays of float, shape (areas,)
    """
    observed, expected, dispersion = np.broadcast_arrays(
        np.asarray(observed, dtype=float),
        np.asarray(expected, dtype=float),
        np.asarray(dispersion, dtype=float),
    )

    def both(count: Floats) -> tuple[Floats, Floats]:
        poisson = dispersion * expected < 1e-10  # below this the two agree to double precision
        shape = 1 / np.where(poisson, 1.0, dispersion)
        share = expected / (expected + shape)
        some = np.maximum(count, 0.0)
        at_most = np.where(count < 0, 0.0, special.betaincc(some + 1, shape, share))
        at_least = np.where(count <= 0, 1.0, special.betainc(np.maximum(some, 1e-300), shape, share))
        plain = _exact(count, expected)
        return np.where(poisson, plain[0], at_most), np.where(poisson, plain[1], at_least)

    at_most, at_least = both(observed)
    if method != "mid_p":
        return at_most, at_least
    return (at_most + both(observed - 1)[0]) / 2, (at_least + both(observed + 1)[1]) / 2


def flag_counts(
    observed: Floats, expected: Floats, probabilities: tuple[float, ...] = (0.95, 0.998)
) -> np.ndarray:
    """Classify any number of areas by the exact Poisson test, without finding a single limit.

    Parameters
    ----------
    observed, expected : arrays of float, shape (areas,)
    probabilities : tuple of float
        Ascending.

    Returns
    -------
    array of int8, shape (areas,)
        0 within; +1 above the first limits, +2 above the second; negative below.

    Notes
    -----
    Only the tail on the side of the count is computed: at or above its expectation a count cannot be low.

    Examples
    --------
    >>> import numpy as np
    >>> flag_counts(np.array([153.0, 154, 207, 208, 224]), np.full(5, 180.0)).tolist()
    [-1, 0, 0, 1, 2]
    """
    observed = np.asarray(observed, dtype=float)
    expected = np.broadcast_to(np.asarray(expected, dtype=float), observed.shape)
    high = observed > expected
    tail = np.empty(observed.shape)
    tail[high] = special.gammainc(observed[high], expected[high])
    low = ~high
    tail[low] = special.gammaincc(observed[low] + 1.0, expected[low])
    steps = np.zeros(observed.shape, dtype=np.int8)
    for probability in probabilities:
        steps += tail <= (1 - probability) / 2
    return np.where(high, steps, -steps).astype(np.int8)
