"""Where does an area lie?  Positions as steps, as words, and with an allowance for many areas."""

from __future__ import annotations

import numpy as np

from carerates.funnels.settings import Floats, level_words

UNKNOWN = "not known"


def steps_from_tails(
    lower: Floats, upper: Floats, probabilities: tuple[float, ...], tests: int = 1
) -> np.ndarray:
    """Count how many limits an area is beyond, below as negative numbers.

    Parameters
    ----------
    lower, upper : arrays of float, shape (areas,)
        Tail probabilities; NaN where there is no count.
    probabilities : tuple of float
        Ascending.
    tests : int
        Bonferroni: each limit leaves out its share divided by this.
    """
    steps = np.zeros(np.shape(lower), dtype=np.int8)
    for probability in probabilities:
        side = (1 - probability) / (2 * tests)
        steps += np.where(upper <= side, 1, 0).astype(np.int8)
        steps -= np.where(lower <= side, 1, 0).astype(np.int8)
    return steps


def steps_from_q(q_values: Floats, above: np.ndarray, probabilities: tuple[float, ...]) -> np.ndarray:
    """Count how many limits an area is beyond when false discoveries are held at each level."""
    steps = np.zeros(np.shape(q_values), dtype=np.int8)
    for probability in probabilities:
        steps += (q_values <= 1 - probability).astype(np.int8)
    signed: np.ndarray = np.where(above, steps, -steps).astype(np.int8)
    return signed


def position_words(steps: np.ndarray, known: np.ndarray, probabilities: tuple[float, ...]) -> list[str]:
    """Turn steps into words: ``above 99.8%``, ``above 95%``, ``within``, ``below 95%``, ``below 99.8%``.

    Examples
    --------
    >>> import numpy as np
    >>> position_words(np.array([2, -1, 0]), np.array([True, True, False]), (0.95, 0.998))
    ['above 99.8%', 'below 95%', 'not known']
    """
    return [
        step_words(int(step), probabilities) if there else UNKNOWN
        for step, there in zip(steps, known, strict=True)
    ]


def step_words(step: int, probabilities: tuple[float, ...]) -> str:
    """Turn one step into words."""
    if step == 0:
        return "within"
    return f"{'above' if step > 0 else 'below'} {level_words(probabilities[abs(step) - 1])}"


def two_sided(lower: Floats, upper: Floats) -> Floats:
    """Return the two-sided p-value: twice the smaller tail, never above 1."""
    p_value: Floats = np.minimum(2 * np.minimum(lower, upper), 1.0)
    return p_value


def false_discovery_values(p_values: Floats) -> Floats:
    """Turn p-values into Benjamini-Hochberg q-values; NaN stays NaN and does not count as a test.

    References
    ----------
    doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> import numpy as np
    >>> false_discovery_values(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    """
    q = np.full(p_values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    if not known.size:
        return q
    order = known[np.argsort(p_values[known], kind="stable")]
    scaled = p_values[order] * known.size / np.arange(1, known.size + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
