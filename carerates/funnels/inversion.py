"""Where does a tail probability pass a given size?  One safeguarded solver for every distribution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from carerates.funnels.settings import Floats

_ITERATIONS = 100


def invert_tail(
    tail: Callable[[Floats], Floats],
    size: float,
    start: Floats,
    *,
    rising: bool,
    floor: float = 0.0,
    ceiling: Floats | float = np.inf,
) -> Floats:
    """Find the count at which a tail probability equals ``size``.

    Parameters
    ----------
    tail : function of an array of counts, shape (areas,)
        Monotone in the count.
    size : float
        Tail probability looked for.
    start : array of float, shape (areas,)
        Where to begin.
    rising : bool
        Whether the tail grows with the count (a lower tail) or falls (an upper one).
    floor, ceiling : float or array
        Smallest and largest count; the answer where the tail never passes ``size`` between them.

    Notes
    -----
    The normal score of a tail is nearly a straight line in the square root of the count, so secant steps
    there settle in a handful of rounds; each stays inside a bracket that shrinks, so none can run away.
    """
    shape = np.shape(start)
    low = np.full(shape, float(floor))
    high = np.broadcast_to(np.asarray(ceiling, dtype=float), shape).copy()
    goal = float(special.ndtri(size))
    sign = 1.0 if rising else -1.0

    def score(root: Floats) -> Floats:
        return sign * (special.ndtri(tail(root * root)) - goal)  # rises with the root

    low, high = np.sqrt(low), np.sqrt(high)
    here = np.clip(np.sqrt(np.maximum(start, 0.0)), low, high)
    slope = np.full(shape, 2.0)
    at_floor, at_ceiling = score(low) >= 0, np.zeros(shape, dtype=bool)
    if np.isfinite(high).all():
        at_ceiling = ~at_floor & (score(high) <= 0)
    here = np.where(at_floor, low, np.where(at_ceiling, high, here))
    value = score(here)
    done = at_floor | at_ceiling
    for _ in range(_ITERATIONS):
        low = np.where(value <= 0, here, low)
        high = np.where(value >= 0, here, high)
        with np.errstate(invalid="ignore", over="ignore"):
            step = here - value / slope
            middle = np.where(np.isinf(high), 2 * here + 1, (low + high) / 2)
        usable = np.isfinite(step) & (step >= low) & (step <= high)
        there = np.where(done | (value == 0), here, np.where(usable, step, middle))
        moved = np.abs(there - here) / np.maximum(there, 1e-8)
        # after so short a secant step the next one would be below rounding
        done |= moved <= np.where(usable, 1e-10, 4e-16)
        if done.all():
            return there * there
        fresh = score(there)
        with np.errstate(invalid="ignore", divide="ignore"):
            secant = (fresh - value) / (there - here)
        slope = np.where(np.isfinite(secant) & (secant > 0), secant, slope)
        here, value = there, fresh
    return here * here
