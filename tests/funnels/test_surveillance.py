"""Series charts: worked sums, false alarms at the stated rate, and detection of a real change."""

from __future__ import annotations

import numpy as np
import pytest

from carerates.funnels.surveillance import ChartSettings, chart_series

MEANS = np.linspace(60, 90, 12)


def test_cumulative_sum_by_hand() -> None:
    frame = chart_series(
        np.array([12.0, 15.0]), np.array([10.0, 10.0]), settings=ChartSettings(change=1.5)
    ).to_frame()
    first = 12 * np.log(1.5) - 5
    assert frame["above"].tolist() == pytest.approx([max(first, 0), max(first, 0) + 15 * np.log(1.5) - 5])
    assert frame["below"].tolist() == [0, 0]


def test_moving_average_by_hand() -> None:
    settings = ChartSettings(method="ewma", weight=0.25)
    frame = chart_series(np.array([16.0, 9.0]), np.array([9.0, 9.0]), settings=settings).to_frame()
    assert frame["above"].tolist() == pytest.approx([0.5, 0.375])


@pytest.mark.parametrize("method", ["cusum", "ewma"])
def test_false_alarms_come_as_often_as_stated(method: str) -> None:
    rng = np.random.default_rng(9)
    settings = ChartSettings(method=method, simulations=4_000)  # type: ignore[arg-type]
    series = rng.poisson(MEANS, size=(300, MEANS.size)).astype(float)
    thresholds = chart_series(series[0], MEANS, settings=settings).to_frame().iloc[0]
    alarms = 0
    from carerates.funnels.surveillance import _statistics

    above, below = _statistics(series, MEANS, settings)
    alarms = (
        ((above > thresholds["threshold_above"]) | (below > thresholds["threshold_below"])).any(axis=1).mean()
    )
    assert alarms == pytest.approx(0.05, abs=0.038)  # three standard errors of 300 series


def test_a_rise_is_found_and_a_fall_too() -> None:
    rng = np.random.default_rng(3)
    ratio = np.where(np.arange(12) < 5, 1.0, 1.4)
    assert "above" in set(chart_series(rng.poisson(MEANS * ratio), MEANS).to_frame()["signal"])
    assert "below" in set(chart_series(rng.poisson(MEANS / ratio), MEANS).to_frame()["signal"])
    assert "first signals" in chart_series(rng.poisson(MEANS * ratio), MEANS).summary()


def test_bad_series() -> None:
    with pytest.raises(ValueError, match=r"observed is not a whole number.*period 2; expected .* period 1"):
        chart_series(np.array([1.0, -1.0]), np.array([0.0, 2.0]))
    with pytest.raises(ValueError, match=r"change=1.*weight=0"):
        ChartSettings(change=1, weight=0)
