"""How sure is a change, when some of the same children are counted at both dates?

Plain functions of arrays.  The count at a date is taken as Poisson about its underlying value.  Children
looked after at both dates are in both counts, so the two are positively correlated and their ratio is
steadier than that of two independent counts.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Base = Literal["start", "end"]

WELSH_SURVIVAL = 0.74
"""Share of looked-after children who still are a year later: Wales 2018-19, 1 - 1,678 / 6,407."""


def normal_quantile(probability: float) -> float:
    """Return the two-sided standard normal quantile, 1.96 for 0.95."""
    from scipy.special import ndtri

    if not 0 < probability < 1:
        raise ValueError(
            f"interval must be a probability between 0 and 1, such as 0.95; this is {probability!r}."
        )
    return float(ndtri(0.5 + probability / 2))


def surviving_children(children_start: ArrayLike, years: ArrayLike, survival: float) -> Floats:
    """Estimate how many children counted at the start are still counted ``years`` later.

    Parameters
    ----------
    children_start : array of float
        Children looked after at the start.
    years : array of float
        Years between the dates.
    survival : float
        Share still looked after a year later, at or above 0 and below 1; 0 makes the counts independent.

    Returns
    -------
    array of float
        Children, under a constant hazard of leaving.  Long stayers make the true overlap larger, so
        intervals from this are a little too wide rather than too narrow.
    """
    if not 0 <= survival < 1:
        raise ValueError(f"survival must be at least 0 and below 1; this is {survival!r}.")
    start = np.asarray(children_start, dtype=float)
    return np.asarray(start * np.power(float(survival), np.asarray(years, dtype=float)), dtype=float)


def log_ratio_variance(children_start: ArrayLike, children_end: ArrayLike, shared: ArrayLike) -> Floats:
    """Find the sampling variance of the log of the ratio of two counts that share children.

    Parameters
    ----------
    children_start, children_end, shared : arrays of float
        Children at each date, and children present at both.

    Returns
    -------
    array of float
        ``1/start + 1/end - 2 shared / (start end)``; NaN where a count is zero.

    Notes
    -----
    With ``start = shared + left`` and ``end = shared + came``, three independent Poisson counts, the
    covariance of the counts is ``shared``; the delta method on the logarithms gives the formula.  The
    number shared cannot exceed either count.
    """
    start, end = np.asarray(children_start, dtype=float), np.asarray(children_end, dtype=float)
    both = np.minimum(np.asarray(shared, dtype=float), np.minimum(start, end))
    usable = (start > 0) & (end > 0)
    first, last = np.where(usable, start, 1.0), np.where(usable, end, 1.0)
    return np.asarray(np.where(usable, 1 / first + 1 / last - 2 * both / (first * last), np.nan), dtype=float)


def percent_from_log(log_ratio: ArrayLike, relative_to: str) -> Floats:
    """Turn log(end / start) into a percentage of the start, or of the end, rate."""
    ratio = np.asarray(log_ratio, dtype=float)
    if relative_to == "start":
        return np.asarray(100 * np.expm1(ratio), dtype=float)
    if relative_to == "end":
        return np.asarray(-100 * np.expm1(-ratio), dtype=float)
    raise ValueError(f"relative_to must be 'start' or 'end'; this is {relative_to!r}.")


def percent_between(start: ArrayLike, end: ArrayLike, relative_to: str) -> Floats:
    """Find the percentage by which ``end`` differs from ``start``; NaN where the base is zero.

    Relative to the start it is ``100 (end - start) / start``, to the end ``100 (end - start) / end``.
    """
    first, last = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    if relative_to not in ("start", "end"):
        raise ValueError(f"relative_to must be 'start' or 'end'; this is {relative_to!r}.")
    base = first if relative_to == "start" else last
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(base > 0, 100 * (last - first) / base, np.nan), dtype=float)


def log_covariance(children: ArrayLike, years: ArrayLike, survival: float) -> Floats:
    """Find the sampling covariance of the log counts of each area over several years.

    Parameters
    ----------
    children : array of float, shape (areas, years)
        Counts above zero.
    years : array of float, shape (years,)
    survival : float
        As in :func:`surviving_children`.

    Returns
    -------
    array of float, shape (areas, years, years)
        ``shared / (first second)``, with the count itself shared on the diagonal.
    """
    counts = np.asarray(children, dtype=float)
    times = np.asarray(years, dtype=float)
    gap = np.abs(times[:, None] - times[None, :])
    earlier = times[:, None] <= times[None, :]
    first, second = counts[:, :, None], counts[:, None, :]
    shared = surviving_children(np.where(earlier, first, second), gap, survival)
    shared = np.minimum(shared, np.minimum(first, second))
    return np.asarray(shared / (first * second), dtype=float)


def poisson_count_limits(children: ArrayLike, probability: float) -> tuple[Floats, Floats]:
    """Find the exact limits of the underlying count behind an observed one (gamma quantiles).

    References
    ----------
    Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-442.
    """
    from scipy.special import gammaincinv

    count = np.asarray(children, dtype=float)
    tail = (1 - probability) / 2
    known = np.isfinite(count)
    safe = np.where(known & (count > 0), count, 1.0)
    lower = np.where(count > 0, gammaincinv(safe, tail), 0.0)
    upper = gammaincinv(np.where(known, count, 1.0) + 1, 1 - tail)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def difference_limits(
    children: tuple[ArrayLike, ArrayLike],
    scale: tuple[ArrayLike, ArrayLike],
    shared: ArrayLike,
    probability: float,
) -> tuple[Floats, Floats]:
    """Find limits for the difference of two rates whose counts share children.

    Parameters
    ----------
    children, scale : pairs of arrays of float
        Counts at start and end, and what one child adds to the rate at each (10,000 / population).
    shared : array of float
        Children present at both dates.
    probability : float
        Such as 0.95.

    Returns
    -------
    lower, upper : arrays of float
        In the unit of the rates.

    Notes
    -----
    The limits of the two rates (exact Poisson, so zero counts have limits too) are combined by the method
    of variance estimates recovery, with the correlation that the shared children bring.

    References
    ----------
    Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach.
    Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095
    """
    normal_quantile(probability)
    counts = [np.asarray(one, dtype=float) for one in children]
    scales = [np.asarray(one, dtype=float) for one in scale]
    both = np.minimum(np.asarray(shared, dtype=float), np.minimum(*counts))
    spread = np.sqrt(np.maximum(counts[0] * counts[1], 1.0))
    correlation = np.where(np.minimum(*counts) > 0, both / spread, 0.0)
    limits = [poisson_count_limits(one, probability) for one in counts]
    below = [(count - low) * one for count, (low, _), one in zip(counts, limits, scales, strict=True)]
    above = [(high - count) * one for count, (_, high), one in zip(counts, limits, scales, strict=True)]
    difference = counts[1] * scales[1] - counts[0] * scales[0]
    down = below[1] ** 2 + above[0] ** 2 - 2 * correlation * below[1] * above[0]
    up = above[1] ** 2 + below[0] ** 2 - 2 * correlation * above[1] * below[0]
    return difference - np.sqrt(np.maximum(down, 0)), difference + np.sqrt(np.maximum(up, 0))
