"""Predictive distributions of the log rate some years ahead: three ways, plain arrays.

Each gives a location, a scale and the degrees of freedom of a Student distribution per area.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carerates.trends.intervals import Floats

METHODS = ("last_value", "linear_trend", "pooled")
_FREEDOM = np.array([3.0, 4.0, 6.0, 10.0, 30.0, 200.0])
_SPREAD = np.concatenate([[1e-4], np.geomspace(0.01, 0.6, 40)])
_RECENT = 3


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Student distributions of log rates, shape (areas,) each; NaN where nothing can be said."""

    location: Floats
    scale: Floats
    freedom: Floats


def predict_logs(logs: Floats, children: Floats, horizon: int, method: str, survival: float) -> Prediction:
    """Predict log rates ``horizon`` years after the last column.

    Parameters
    ----------
    logs, children : array of float, shape (areas, years)
        Log rates (or log counts) and the counts behind them, consecutive years; NaN for gaps.
    horizon : int
    method : {"last_value", "linear_trend", "pooled"}
        No change; each area's own straight line in the log; or a common change plus a regression of
        ``horizon``-year changes on the area's recent change and its level, pooled over areas and years.
    survival : float
        Share of children still looked after a year later, for the counting part of the scale.

    Notes
    -----
    ``last_value`` and ``pooled`` share their scale model: a spread common to all areas plus the counting
    variance ``2 (1 - survival^horizon) / children``, with Student tails; spread and tails by maximum
    likelihood on the changes seen.
    """
    if method == "linear_trend":
        return _linear(logs, horizon)
    counting = 2 * (1 - survival**horizon)
    changes = _past_changes(logs, children, horizon, counting)
    targets = np.concatenate([one.target for one in changes]) if changes else np.empty(0)
    if len(targets) < 10:
        gap = np.full(len(logs), np.nan)
        return Prediction(gap, gap.copy(), gap.copy())
    common, slopes = _regression(changes, horizon) if method == "pooled" else (0.0, np.zeros(2))
    fitted = np.concatenate([common + one.features @ slopes for one in changes])
    noise = np.concatenate([one.noise for one in changes])
    spread, freedom = _fit_scale(targets - fitted, noise)
    move = common + np.nan_to_num(_features(logs, logs.shape[1] - 1)) @ slopes
    own = counting / np.maximum(children[:, -1], 0.5)
    return Prediction(logs[:, -1] + move, np.sqrt(spread**2 + own), np.full(len(logs), freedom))


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """Changes from one past year: what they were, what could be known then, and their counting variance."""

    target: Floats
    features: Floats
    noise: Floats


def _features(logs: Floats, at: int) -> Floats:
    """Return each area's recent yearly change and its level, both less the mean over the areas."""
    before = max(at - _RECENT, 0)
    recent = (logs[:, at] - logs[:, before]) / max(at - before, 1)
    columns = []
    for values in (recent, logs[:, at]):
        known = np.isfinite(values)
        columns.append(values - values[known].mean() if known.any() else values)
    return np.column_stack(columns)


def _past_changes(logs: Floats, children: Floats, horizon: int, counting: float) -> list[_Past]:
    """Return every past change of that length, grouped by the year it started."""
    found = []
    for at in range(logs.shape[1] - horizon):
        target = logs[:, at + horizon] - logs[:, at]
        noise = counting / np.maximum(children[:, at], 0.5)
        known = np.isfinite(target) & np.isfinite(noise)
        if known.any():
            # a gap in the recent change says nothing, which is what a zero stands for here
            features = np.nan_to_num(_features(logs, at)[known])
            if at < _RECENT:
                features[:, 0] = 0.0
            found.append(_Past(target[known], features, noise[known]))
    return found


def _regression(changes: list[_Past], horizon: int) -> tuple[float, Floats]:
    """Return the common change, shrunk, and the slopes on recent change and level, within years.

    All areas share each year's shock, so a common change is known only as well as the years allow: it is
    drawn towards none by the share of its square that its own variance explains.
    """
    yearly = np.array([one.target.mean() for one in changes])
    common = float(yearly.mean())
    effective = len(yearly) / horizon
    if len(yearly) > 1 and effective > 1 and common != 0:
        common *= max(0.0, 1 - float(yearly.var(ddof=1)) / effective / common**2)
    else:
        common = 0.0
    target = np.concatenate([one.target - one.target.mean() for one in changes])
    features = np.concatenate([one.features - one.features.mean(axis=0) for one in changes])
    # a mild pull to zero keeps a feature without variation from taking any value
    pull = 1e-6 * len(target) * np.eye(features.shape[1])
    return common, np.linalg.solve(features.T @ features + pull, features.T @ target)


def _fit_scale(residuals: Floats, noise: Floats) -> tuple[float, float]:
    """Return the common spread and degrees of freedom that make the residuals most likely."""
    from scipy.special import gammaln

    best, found = -np.inf, (float(_SPREAD[-1]), float(_FREEDOM[-1]))
    for freedom in _FREEDOM:
        constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(np.pi * freedom)
        variance = _SPREAD[:, None] ** 2 + noise[None, :]
        shape = -0.5 * (freedom + 1) * np.log1p(residuals**2 / (freedom * variance))
        total = (constant - 0.5 * np.log(variance) + shape).sum(axis=1)
        at = int(np.argmax(total))
        if total[at] > best:
            best, found = float(total[at]), (float(_SPREAD[at]), float(freedom))
    return found


def _linear(logs: Floats, horizon: int) -> Prediction:
    """Fit each area's own straight line and extend it, with the textbook prediction error."""
    areas, width = logs.shape
    times = np.arange(width, dtype=float)
    ahead = width - 1 + horizon
    location, scale, freedom = (np.full(areas, np.nan) for _ in range(3))
    for area, line in enumerate(logs):
        known = np.isfinite(line)
        count = int(known.sum())
        if count < 4 or not known[-1]:
            continue
        t = times[known] - times[known].mean()
        slope = (t @ line[known]) / (t @ t)
        fitted = line[known].mean() + slope * t
        variance = max(((line[known] - fitted) ** 2).sum() / (count - 2), 1e-8)
        distance = ahead - times[known].mean()
        location[area] = line[known].mean() + slope * distance
        scale[area] = np.sqrt(variance * (1 + 1 / count + distance**2 / (t @ t)))
        freedom[area] = count - 2
    return Prediction(location, scale, freedom)


def interval_log_mass(prediction: Prediction, low: Floats, high: Floats) -> Floats:
    """Return the log probability that the rate lies between two bounds (both above zero, or low zero)."""
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        lower = (np.log(np.maximum(low, 0)) - prediction.location) / prediction.scale
        upper = (np.log(high) - prediction.location) / prediction.scale
    # in the upper tail the difference of survival functions keeps the digits
    flip = lower > 0
    lower, upper = np.where(flip, -upper, lower), np.where(flip, -lower, upper)
    mass = stdtr(prediction.freedom, upper) - stdtr(prediction.freedom, lower)
    return np.asarray(np.log(np.maximum(mass, 1e-300)), dtype=float)
