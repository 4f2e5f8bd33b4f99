"""How far apart is the need of two areas, and which factor makes the distance? Plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def standardise(values: Floats) -> Floats:
    """Bring every factor to mean 0 and standard deviation 1 over the areas.

    Parameters
    ----------
    values : array of float, shape (areas, factors)
        No gaps, no constant factor.
    """
    return np.asarray((values - values.mean(axis=0)) / values.std(axis=0, ddof=1), dtype=float)


def squared_parts(scores: Floats, weights: Floats) -> Floats:
    """Split the squared distance of every pair into what each factor adds.

    Parameters
    ----------
    scores : array of float, shape (areas, factors)
        Standardised factors.
    weights : array of float, shape (factors,)
        Summing to 1.

    Returns
    -------
    array of float, shape (areas, areas, factors)
        ``weight x (difference in standard deviations) squared``; the sum over factors is the squared
        distance, so a distance of 1 is one standard deviation on every factor.
    """
    difference = scores[:, None, :] - scores[None, :, :]
    return np.asarray(weights * difference**2, dtype=float)


def check_factors(values: Floats, names: Sequence[str]) -> list[str]:
    """List what makes factors unusable for a distance: constant ones and ones that say the same."""
    problems = []
    constant = [name for name, column in zip(names, values.T, strict=True) if np.ptp(column) == 0]
    problems += [
        f"'{name}' is the same in every area, so it sets none apart; leave it out" for name in constant
    ]
    for first in range(len(names)):
        for second in range(first + 1, len(names)):
            if names[first] in constant or names[second] in constant or len(values) < 3:
                continue
            correlation = np.corrcoef(values[:, first], values[:, second])[0, 1]
            if abs(correlation) > 1 - 1e-9:
                problems.append(
                    f"'{names[first]}' and '{names[second]}' are the same up to their scale and would count "
                    "twice; leave one out or give weights to others"
                )
    return problems
