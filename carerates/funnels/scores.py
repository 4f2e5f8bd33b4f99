"""How far is each area from its target, on a scale where chance alone has a known size?

Each scale turns an area into an effect ``y`` with its standard error ``s`` under chance alone, about a
centre ``c``: z = (y - c) / s.  Counts of a rate or ratio are taken relative to their expectation, so
that a between-area variance means the same whatever the target: on the log scale its root is nearly the
coefficient of variation of the true rates, on the square-root scale half of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from carerates.funnels.settings import Floats, Kind, Scale


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Effects, their centre and their standard errors, and the z-scores they make.

    Attributes
    ----------
    effect, centre, error : arrays of float, shape (areas,)
    """

    effect: Floats
    centre: Floats
    error: Floats

    @property
    def z(self) -> Floats:
        """Distance from the centre in standard errors."""
        with np.errstate(invalid="ignore", divide="ignore"):
            z = (self.effect - self.centre) / self.error
        return np.where(self.effect == self.centre, 0.0, z)


def score_counts(
    observed: Floats, expected: Floats, size: Floats, kind: Kind = "rate", scale: Scale = "square_root"
) -> Scores:
    """Put counts on a scale where chance has a standard error of its own.

    Parameters
    ----------
    observed, expected : arrays of float, shape (areas,)
    size : array of float, shape (areas,)
        Trials of a proportion; not used for a rate or ratio.
    kind : {"rate", "proportion", "ratio"}
    scale : str
        ``square_root``: the root for counts, the arcsine of the root for proportions;
        ``anscombe``: the same with Anscombe's 3/8, right down to a few events;
        ``log``: the log ratio, or the logit, with half an event added to each side;
        ``pearson``: the count itself.

    Returns
    -------
    Scores

    References
    ----------
    doi:10.1136/qshc.2005.013755; Anscombe (1948), doi:10.1093/biomet/35.3-4.246
    """
    if kind == "proportion":
        return _proportion_scores(observed, expected / size, size, scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(expected)
        if scale == "square_root":
            return Scores(np.sqrt(observed / expected), np.ones_like(root), 1 / (2 * root))
        if scale == "anscombe":
            # both sides shifted alike: the effect of an area exactly at its target is its centre
            return Scores(
                np.sqrt((observed + 0.375) / expected),
                np.sqrt((expected + 0.375) / expected),
                1 / (2 * root),
            )
        if scale == "log":
            return Scores(np.log((observed + 0.5) / (expected + 0.5)), np.zeros_like(root), 1 / root)
        return Scores(observed / expected, np.ones_like(root), 1 / root)


def _proportion_scores(observed: Floats, chance: Floats, size: Floats, scale: Scale) -> Scores:
    """Put successes among trials on a scale."""
    share = observed / size
    if scale in {"square_root", "anscombe"}:
        shift = 0.375 if scale == "anscombe" else 0.0
        return Scores(
            np.arcsin(np.sqrt((observed + shift) / (size + 2 * shift))),
            np.arcsin(np.sqrt((size * chance + shift) / (size + 2 * shift))),
            1 / (2 * np.sqrt(size + (0.5 if shift else 0.0))),
        )
    if scale == "log":
        return Scores(
            np.log((observed + 0.5) / (size - observed + 0.5)),
            np.log((size * chance + 0.5) / (size * (1 - chance) + 0.5)),
            1 / np.sqrt(size * chance * (1 - chance)),
        )
    return Scores(share, np.asarray(chance, dtype=float), np.sqrt(chance * (1 - chance) / size))


def counts_at(
    z: float | Floats, expected: Floats, size: Floats, extra: Floats | float, kind: Kind, scale: Scale
) -> Floats:
    """Find the counts that lie ``z`` standard errors from their centre on a scale.

    Parameters
    ----------
    z : float or array
        Signed distance.
    expected, size : arrays of float, shape (areas,)
    extra : float or array
        Variance on the scale beyond chance, added to the squared standard error.
    kind, scale : str
        As in :func:`score_counts`.

    Returns
    -------
    array of float, shape (areas,)
        Counts, never below 0 or above the trials of a proportion.
    """
    middle = score_counts(expected, expected, size, kind, scale)
    effect = middle.centre + z * np.sqrt(middle.error**2 + extra)
    if kind == "proportion":
        return np.clip(_proportion_counts(effect, size, scale), 0.0, size)
    if scale == "square_root":
        count = np.maximum(effect, 0.0) ** 2 * expected
    elif scale == "anscombe":
        count = np.maximum(effect, 0.0) ** 2 * expected - 0.375
    elif scale == "log":
        count = np.exp(effect) * (expected + 0.5) - 0.5
    else:
        count = effect * expected
    return np.maximum(count, 0.0)


def _proportion_counts(effect: Floats, size: Floats, scale: Scale) -> Floats:
    """Turn effects of a proportion back into counts."""
    if scale in {"square_root", "anscombe"}:
        shift = 0.375 if scale == "anscombe" else 0.0
        return np.sin(np.clip(effect, 0.0, np.pi / 2)) ** 2 * (size + 2 * shift) - shift
    if scale == "log":
        return special.expit(effect) * (size + 1) - 0.5
    return effect * size


def extra_from_log_error(log_error: Floats, chance: Floats, kind: Kind, scale: Scale) -> Floats:
    """Turn the standard error of a log expectation into a variance on a scale (first order)."""
    if kind == "proportion":
        if scale in {"square_root", "anscombe"}:
            return (log_error * np.sqrt(chance / (1 - chance)) / 2) ** 2
        if scale == "log":
            return (log_error / (1 - chance)) ** 2
        return (log_error * chance) ** 2
    return (log_error / 2) ** 2 if scale in {"square_root", "anscombe"} else log_error**2
