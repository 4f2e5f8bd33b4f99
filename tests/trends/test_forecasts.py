from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

import carerates as cr
from carerates.errors import TableError
from carerates.tables import RateDraws
from carerates.trends import forecast, score_forecasts, turning_points
from carerates.trends.predictions import Prediction, interval_log_mass, predict_logs


def walks(
    areas: int = 30, years: int = 16, step: float = 0.06, drift: float = 0.0, seed: int = 1
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    logs = np.log(300) + np.cumsum(rng.normal(drift, step, (areas, years)), axis=1)
    return pd.DataFrame(
        {
            "area_code": np.repeat([f"A{one:03d}" for one in range(areas)], years),
            "year": np.tile(range(2005, 2005 + years), areas),
            "children": np.round(np.exp(logs)).ravel(),
            "population": 40_000,
        }
    )


def test_the_straight_line_is_the_textbook_one() -> None:
    line = np.log(np.array([[100.0, 104.0, 103.0, 111.0, 118.0]]))
    found = predict_logs(line, np.exp(line), 2, "linear_trend", 0.74)
    x = np.arange(5.0)
    slope, intercept = np.polyfit(x, line[0], 1)
    residual = line[0] - intercept - slope * x
    variance = residual @ residual / 3
    assert found.location[0] == pytest.approx(intercept + 6 * slope)
    wanted = np.sqrt(variance * (1 + 1 / 5 + (6 - 2) ** 2 / 10))
    assert found.scale[0] == pytest.approx(wanted)
    assert found.freedom[0] == 3


def test_the_mass_of_all_counts_is_one() -> None:
    places = 4000
    same = Prediction(np.full(places, np.log(80.0)), np.full(places, 0.2), np.full(places, 5.0))
    counts = np.arange(places, dtype=float)
    mass = np.exp(interval_log_mass(same, np.maximum(counts - 0.5, 0), counts + 0.5))
    # what is left lies beyond 4,000
    assert mass.sum() == pytest.approx(t.cdf(np.log(3999.5 / 80) / 0.2, 5), abs=1e-9)


def test_intervals_of_random_walks_hold_what_they_say() -> None:
    frame = walks(areas=120, years=18)
    scores = score_forecasts(frame, horizons=(1, 3), methods=("pooled",)).to_frame()
    pooled = scores[scores["method"] == "pooled"].set_index("horizon")["coverage"]
    # walks drawn as supposed; 120 areas over 11 and 9 origins
    assert pooled[1] == pytest.approx(0.95, abs=0.02)
    assert pooled[3] == pytest.approx(0.95, abs=0.03)


def test_a_drift_common_to_all_is_found() -> None:
    frame = walks(drift=0.05, step=0.03)
    scores = score_forecasts(frame, horizons=(2,)).to_frame().set_index("method")
    assert scores.loc["pooled", "mean_log_score"] > scores.loc["last_value", "mean_log_score"] + 0.3


def test_forecasts_beat_both_baselines_on_held_out_english_years() -> None:
    england = cr.load_rates("england", population="rebased")
    scores = score_forecasts(england, horizons=(1, 2, 3)).to_frame().set_index(["method", "horizon"])
    for horizon in (1, 2, 3):
        best = scores.loc[("pooled", horizon)]
        # by little against doing nothing (0.02 to 0.03 per figure), by much against straight lines
        assert 0.005 < best["difference_from_last_value"] < 0.1
        assert best["mean_log_score"] > scores.loc[("linear_trend", horizon), "mean_log_score"] + 0.3
        assert best["coverage"] == pytest.approx(0.95, abs=0.02)


def test_draws_of_a_model_are_scored_on_the_same_figures() -> None:
    frame = walks(areas=12)
    held = frame[frame["year"] == 2019]["children"].to_numpy()
    rates = np.tile((held / 4.0)[None, :, None], (50, 1, 1))
    codes = tuple(sorted(frame["area_code"].unique()))
    knowing = RateDraws(rates, codes, (2019,), np.full((12, 1), 40_000.0))
    found = score_forecasts(frame, horizons=(1,), origins=(2018,), draws={2018: knowing})
    scores = found.to_frame().set_index("method")
    # a model that knows the answer but for counting noise: Poisson mass at its mean, about -ln sqrt(2 pi 300)
    assert scores.loc["model", "mean_log_score"] == pytest.approx(-0.5 * np.log(2 * np.pi * 300), abs=0.25)
    assert (scores["figures"] == 12).all()
    assert "model" in found.summary()


def test_a_forecast_starts_from_the_last_figure_and_widens() -> None:
    found = forecast(cr.load_rates("wales", years=range(2003, 2019)), 3, rate="children")
    frame = found.to_frame()
    assert set(frame["year"]) == {2019, 2020, 2021}
    width = (np.log(frame["rate_upper"]) - np.log(frame["rate_lower"])).groupby(frame["years_ahead"]).median()
    assert width.is_monotonic_increasing
    assert "no policy or event" in found.summary()


def test_what_cannot_be_forecast_is_refused() -> None:
    frame = walks(areas=3, years=3)
    with pytest.raises(TableError, match="too little history"):
        forecast(frame, 2, upto=2006)
    with pytest.raises(TableError, match="no year 2030"):
        forecast(frame, 1, upto=2030)
    with pytest.raises(TableError, match="No origin"):
        score_forecasts(frame)
    with pytest.raises(ValueError, match="method="):
        forecast(frame, 1, method="oracle")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rate="):
        forecast(frame, 1, rate="published")
    with pytest.raises(ValueError, match="horizons"):
        score_forecasts(frame, horizons=(0,))


def test_a_turn_that_is_there_is_found_and_dated() -> None:
    frame = walks(areas=10, years=18, step=0.01)
    turned = frame["area_code"] == "A003"
    after = np.maximum(frame["year"] - 2013, 0)
    frame["children"] = np.round(
        np.where(turned, frame["children"] * np.exp(0.15 * after), frame["children"])
    )
    found = turning_points(frame)
    named = found.to_frame().query("turned")
    assert named["area_code"].tolist() == ["A003"]
    assert abs(named["turning_year"].item() - 2013) <= 1
    assert named["percent_per_year_after"].item() > 10 > named["percent_per_year_before"].item()
    assert "A003 after" in found.summary()


def test_chance_alone_seldom_turns_an_area() -> None:
    found = turning_points(walks(areas=200, years=16)).to_frame()
    # asymptotic p values are cautious in 15 changes: well under 5% before any correction
    assert (found["p_value"] < 0.05).mean() <= 0.05
    assert found["turned"].sum() == 0


def test_short_and_broken_series_are_said_to_be_so() -> None:
    frame = walks(areas=4, years=12)
    frame = frame[~((frame["area_code"] == "A001") & (frame["year"] == 2012))]
    row = turning_points(frame).to_frame().set_index("area_code").loc["A001"]
    assert row["changes"] == 3
    assert "fewer than 9 consecutive years" in row["reason"]
    with pytest.raises(TableError, match="9 consecutive years"):
        turning_points(walks(areas=2, years=5))
    with pytest.raises(ValueError, match="false_discovery_rate"):
        turning_points(frame, false_discovery_rate=5)
