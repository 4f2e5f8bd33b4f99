"""Has an area's count drifted from what was expected, year by year?  Companions to the funnel.

A funnel judges one year at a time.  A cumulative sum adds up what each year says about a sustained
excess (or shortfall); a moving average weights recent years most.  Both expect counts of *new* events.  A
count of children looked after on a day is mostly the same children as a year before, so its years are far
from independent and these charts signal too often: use the numbers starting or ceasing care, or say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from carerates.funnels.settings import Floats
from carerates.provenance import NO_PROVENANCE, Provenance


@dataclass(frozen=True, slots=True)
class ChartSettings:
    """Choices behind a series chart.

    Attributes
    ----------
    method : {"cusum", "ewma"}
    change : float
        Rate ratio the cumulative sum looks for; it looks for its inverse below.
    weight : float
        Weight of the newest year in the moving average.
    false_alarm : float
        Probability that an in-control series of this length signals at all, on either side.
    seed, simulations : int
        Of the in-control series from which the thresholds are found.

    Examples
    --------
    >>> import numpy as np
    >>> from carerates.funnels import chart_series
    >>> chart_series(np.array([100.0, 104, 96]), np.full(3, 100.0)).settings.method
    'cusum'
    """

    method: Literal["cusum", "ewma"] = "cusum"
    change: float = 1.25
    weight: float = 0.3
    false_alarm: float = 0.05
    seed: int = 1
    simulations: int = 20_000

    def __post_init__(self) -> None:
        problems = []
        if self.method not in {"cusum", "ewma"}:
            problems.append(f"method={self.method!r} is not cusum or ewma")
        if not self.change > 1:
            problems.append(f"change={self.change} must be above 1")
        if not 0 < self.weight <= 1:
            problems.append(f"weight={self.weight} must be above 0 and at most 1")
        if not 0 < self.false_alarm < 1:
            problems.append(f"false_alarm={self.false_alarm} must be between 0 and 1")
        if self.simulations < 100:
            problems.append(f"simulations={self.simulations} must be at least 100")
        if problems:
            raise ValueError("These settings do not make a chart: " + "; ".join(problems) + ".")


@dataclass(frozen=True, slots=True, eq=False)
class SeriesChart:
    """A cumulative sum or moving average of one area's series.

    Attributes
    ----------
    settings : ChartSettings
    provenance : Provenance
    frame : DataFrame
        See :meth:`to_frame`.

    Examples
    --------
    >>> import numpy as np
    >>> from carerates.funnels import chart_series
    >>> chart = chart_series(np.array([100.0, 104, 96, 130, 135, 140]), np.full(6, 100.0))
    >>> chart.to_frame()["signal"].any()
    True
    """

    settings: ChartSettings
    provenance: Provenance
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each period.

        Returns
        -------
        DataFrame
            ``period``, ``observed``, ``expected``, ``above`` and ``below`` (the statistics, both at or above
            0 for a cumulative sum; the same z-average for a moving average), ``threshold_above``,
            ``threshold_below`` and ``signal`` (``above``, ``below`` or empty).
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Say whether and when the chart first signalled."""
        name = "cumulative sum" if self.settings.method == "cusum" else "moving average"
        signals = self.frame[self.frame["signal"] != ""]
        chance = f"an in-control series of this length signals with probability {self.settings.false_alarm:g}"
        if signals.empty:
            return f"The {name} does not signal in {len(self.frame)} periods; {chance}."
        first = signals.iloc[0]
        return (
            f"The {name} first signals in {first['period']}, counts being "
            f"{first['signal']} what was expected; {chance}."
        )


def chart_series(
    observed: pd.Series | Floats,
    expected: pd.Series | Floats,
    *,
    periods: list[object] | None = None,
    settings: ChartSettings | None = None,
    provenance: Provenance = NO_PROVENANCE,
) -> SeriesChart:
    """Find whether a series of counts has drifted from its expectation.

    Parameters
    ----------
    observed : array of float, shape (periods,)
        Counts of new events, in order of time.
    expected : array of float, shape (periods,)
        Their expectations (from an adjustment, for risk adjustment), above 0.
    periods : list, optional
        Labels; 1, 2, ... by default.
    settings : ChartSettings, optional
    provenance : Provenance, optional

    Returns
    -------
    SeriesChart

    Notes
    -----
    Cumulative sum for Poisson counts and a rate ratio R: S_t = max(0, S_{t-1} + O_t log R - (R - 1) E_t), and
    the same with 1/R for shortfalls.  Moving average: of z = 2 (sqrt(O) - sqrt(E)).  Thresholds are the
    quantile of the largest statistic in simulated in-control series with these expectations, so that the
    whole chart, both sides together, has the stated probability of a false alarm.

    References
    ----------
    doi:10.1093/biomet/41.1-2.100 (cumulative sums); doi:10.1093/biostatistics/1.4.441 (risk adjustment)

    Examples
    --------
    >>> import numpy as np
    >>> chart = chart_series(np.array([100.0, 104, 96, 130, 135, 140]), np.full(6, 100.0))
    >>> chart.to_frame()["signal"].tolist()
    ['', '', '', 'above', 'above', 'above']
    """
    settings = settings or ChartSettings()
    counts, means = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    _check_series(counts, means)
    rng = np.random.default_rng(settings.seed)
    in_control = rng.poisson(means, size=(settings.simulations, means.size)).astype(float)
    largest = np.stack([side.max(axis=1) for side in _statistics(in_control, means, settings)])
    above, below = (side[0] for side in _statistics(counts[None, :], means, settings))
    # one probability on each side, found together: series that signal on both sides count once
    threshold = _joint_threshold(largest, settings.false_alarm)
    frame = pd.DataFrame(
        {
            "period": list(range(1, counts.size + 1)) if periods is None else list(periods),
            "observed": counts,
            "expected": means,
            "above": above,
            "below": below,
            "threshold_above": threshold[0],
            "threshold_below": threshold[1],
        }
    )
    frame["signal"] = np.where(above > threshold[0], "above", np.where(below > threshold[1], "below", ""))
    step = f"{settings.method} chart of {counts.size} periods"
    simulated = f"thresholds from {settings.simulations} simulated in-control series"
    return SeriesChart(settings, provenance.then(step, simulated), frame)


def _check_series(counts: Floats, means: Floats) -> None:
    """Refuse a series that cannot be charted, all problems at once."""
    problems = []
    if counts.ndim != 1 or counts.shape != means.shape or counts.size < 2:
        raise ValueError(
            "observed and expected must be two lists of one length, at least 2; "
            f"found {counts.shape} and {means.shape}."
        )
    for name, wrong in (
        ("observed is not a whole number of at least 0", ~(counts >= 0) | (counts != np.floor(counts))),
        ("expected is not a number above 0", ~(np.isfinite(means) & (means > 0))),
    ):
        if wrong.any():
            problems.append(
                f"{name} in period {', '.join(str(row + 1) for row in np.flatnonzero(wrong)[:5])}"
            )
    if problems:
        raise ValueError("This series cannot be charted: " + "; ".join(problems) + ".")


def _statistics(counts: Floats, means: Floats, settings: ChartSettings) -> tuple[Floats, Floats]:
    """Return the statistic above and the one below for series, shape (series, periods)."""
    above, below = np.zeros(counts.shape), np.zeros(counts.shape)
    last_above, last_below = np.zeros(counts.shape[0]), np.zeros(counts.shape[0])
    ratio = settings.change
    z = 2 * (np.sqrt(counts) - np.sqrt(means))
    for period in range(counts.shape[1]):
        if settings.method == "cusum":
            count, mean = counts[:, period], means[period]
            last_above = np.maximum(last_above + count * np.log(ratio) - (ratio - 1) * mean, 0.0)
            last_below = np.maximum(last_below - count * np.log(ratio) + (1 - 1 / ratio) * mean, 0.0)
        else:
            last_above = (1 - settings.weight) * last_above + settings.weight * z[:, period]
            last_below = -last_above
        above[:, period], below[:, period] = last_above, last_below
    return above, below


def _joint_threshold(largest: Floats, false_alarm: float) -> tuple[float, float]:
    """Find thresholds, equally likely to be passed, that together give one false-alarm probability."""
    low, high = 0.0, false_alarm
    for _ in range(60):
        share = (low + high) / 2
        above, below = np.quantile(largest, 1 - share, axis=1)
        passed = float(np.mean((largest[0] > above) | (largest[1] > below)))
        low, high = (share, high) if passed <= false_alarm else (low, share)
    above, below = np.quantile(largest, 1 - low, axis=1)
    return float(above), float(below)
