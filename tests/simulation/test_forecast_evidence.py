"""Do forecasts beat doing nothing clever on years that came?  What docs/reference/trend-evidence.md says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "forecasts.py"))


def scores(nation: str, origins: range) -> pd.DataFrame:
    return BENCHMARK["score"](nation, origins).to_frame().set_index(["method", "horizon"])


@pytest.mark.slow
def test_english_forecasts_beat_straight_lines_and_only_the_pooled_one_the_last_value() -> None:
    found = scores("england", range(2018, 2023, 2))
    for horizon in (1, 2, 3):
        line = found.loc[("linear_trend", horizon), "mean_log_score"]
        assert found.loc[("model", horizon), "mean_log_score"] > line + 0.25
        assert found.loc[("pooled", horizon), "mean_log_score"] > line + 0.25
        # the intervals of the model hold what they say, to within the few hundred figures and shared years
        assert found.loc[("model", horizon), "coverage"] == pytest.approx(0.95, abs=0.04)
    # one year ahead the model does not beat the last value: it takes the children of two dates for
    # independent draws, so that its intervals are a little too wide
    assert -0.2 < found.loc[("model", 1), "difference_from_last_value"] < 0
    assert found.loc[("pooled", 1), "difference_from_last_value"] > -0.05


@pytest.mark.slow
def test_welsh_forecasts_beat_straight_lines() -> None:
    found = scores("wales", range(2014, 2018))
    for horizon in (1, 2):
        line = found.loc[("linear_trend", horizon), "mean_log_score"]
        assert found.loc[("model", horizon), "mean_log_score"] > line + 0.1
        assert found.loc[("pooled", horizon), "mean_log_score"] > line + 0.25
        assert found.loc[("pooled", horizon), "difference_from_last_value"] > 0
    # 22 areas and two or three origins: too few to tell the model from the last value
    assert found.loc[("model", 1), "difference_from_last_value"] > -0.4
