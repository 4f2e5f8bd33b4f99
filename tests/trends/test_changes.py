from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carerates as cr
from carerates.errors import TableError


def two_years(
    start: int = 80, end: int = 100, population: tuple[int, int] = (10_000, 10_000)
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_code": ["A", "A"],
            "nation": ["Wales", "Wales"],
            "year": [2010, 2015],
            "children": [start, end],
            "population": population,
        }
    )


def test_a_hand_worked_change() -> None:
    row = cr.change(two_years(80, 100, (10_000, 8_000)), 2010, 2015).to_frame().iloc[0]
    assert row["absolute_change"] == pytest.approx(125 - 80)
    assert row["percent_change"] == pytest.approx(100 * 45 / 80)
    assert row["percent_of_end"] == pytest.approx(100 * 45 / 125)
    assert row["log_ratio"] == pytest.approx(math.log(125 / 80))
    assert row["annual_percent"] == pytest.approx(100 * ((125 / 80) ** 0.2 - 1))
    shared = 80 * 0.74**5
    assert row["shared_children"] == pytest.approx(shared)
    variance = 1 / 80 + 1 / 100 - 2 * shared / 8000
    assert row["log_ratio_standard_error"] == pytest.approx(math.sqrt(variance))


def test_half_widths_agree_with_the_closed_form_for_three_sizes() -> None:
    # +-36%, 18% and 11% for independent counts of 80, 290 and 650; 32, 16 and 10 with 22% shared
    for count, alone, shared in ((80, 36, 32), (290, 18, 16), (650, 11, 10)):
        for survival, wanted in ((0.0, alone), (0.74, shared)):
            row = cr.change(two_years(count, count), 2010, 2015, survival=survival).to_frame().iloc[0]
            # the upper limit, as e^(1.96 se) - 1, to the whole per cent the sizes are known to
            assert row["percent_upper"] == pytest.approx(wanted, abs=0.7)


def test_a_slope_over_two_years_is_the_compound_change() -> None:
    row = cr.change(two_years(), 2010, 2015).to_frame().iloc[0]
    for suffix in ("", "_lower", "_upper"):
        name = "slope_percent_per_year" if not suffix else f"slope{suffix}"
        assert row[name] == pytest.approx(row[f"annual_percent{suffix}"])


def test_rounding_bounds_are_kept_apart_from_sampling() -> None:
    exact = cr.change(two_years(60, 60), 2010, 2015).to_frame().iloc[0]
    rounded = cr.change(two_years(60, 60).assign(status="rounded_to_5"), 2010, 2015).to_frame().iloc[0]
    assert exact["percent_rounding_low"] == exact["percent_rounding_high"] == 0
    assert rounded["percent_rounding_low"] == pytest.approx(100 * (58 / 62 - 1))
    assert rounded["percent_rounding_high"] == pytest.approx(100 * (62 / 58 - 1))
    # -6.5 to +6.9 points at 60 children
    assert round(rounded["percent_rounding_low"], 1) == -6.5
    assert round(rounded["percent_rounding_high"], 1) == 6.9
    assert rounded["percent_lower"] == exact["percent_lower"]


def test_suppressed_counts_leave_bounds_but_no_percentage() -> None:
    frame = two_years(3, 10)
    frame["status"] = ["suppressed", "exact"]
    frame["children"] = [np.nan, 10]
    frame["children_low"], frame["children_high"] = [1, 10], [5, 10]
    row = cr.change(frame, 2010, 2015).to_frame().iloc[0]
    assert math.isnan(row["percent_change"])
    assert row["percent_rounding_low"] == pytest.approx(100.0)
    assert row["percent_rounding_high"] == pytest.approx(900.0)
    assert row["reason"] == "no count for 2010 (suppressed)"


def test_a_zero_base_has_an_absolute_change_and_a_reason() -> None:
    row = cr.change(two_years(0, 8), 2010, 2015).to_frame().iloc[0]
    assert math.isnan(row["percent_change"])
    assert row["percent_of_end"] == 100
    assert row["absolute_change"] == pytest.approx(8.0)
    assert row["absolute_lower"] < 8 < row["absolute_upper"]
    assert "start rate is zero" in row["reason"]


def test_a_count_that_may_have_been_zero_has_no_upper_bound() -> None:
    frame = two_years(2, 10).assign(children_low=[0, 10], children_high=[4, 10], status="estimated")
    row = cr.change(frame, 2010, 2015).to_frame().iloc[0]
    assert row["percent_rounding_high"] == math.inf


def test_an_area_without_one_year_keeps_its_row_and_says_why() -> None:
    frame = pd.concat([two_years(), two_years().head(1).assign(area_code="B")])
    found = cr.change(frame, 2010, 2015)
    row = found.to_frame().set_index("area_code").loc["B"]
    assert math.isnan(row["percent_change"])
    assert "no row for 2015" in row["reason"]
    assert "1 of 2 areas have none" in found.provenance.steps[-1]
    assert "Without a percentage: B" in found.summary()


def test_breaks_inside_the_window_are_named() -> None:
    frame = two_years().assign(year=[2015, 2019])
    assert "looked after children census" in cr.change(frame, 2015, 2019).to_frame()["breaks"].item()
    assert cr.change(two_years(), 2010, 2015).to_frame()["breaks"].item() == ""
    rebased = two_years().assign(population_vintage=["original", "rebased"])
    found = cr.change(rebased, 2010, 2015)
    assert found.to_frame()["breaks"].item() == "population series changes from original to rebased"
    assert "Break in the series" in found.summary()
    counts = cr.change(rebased, 2010, 2015, rate="children")
    assert counts.to_frame()["breaks"].item() == ""


def test_published_rates_finer_than_declared_are_refused() -> None:
    frame = two_years().assign(published_rate_per_10000=[80.4, 100.2])
    with pytest.raises(ValueError, match="more than 0 decimals"):
        cr.change(frame, 2010, 2015, rate="published")
    row = cr.change(frame, 2010, 2015, rate="published", published_decimals=1).to_frame().iloc[0]
    assert row["percent_rounding_low"] == pytest.approx(100 * (100.15 / 80.45 - 1))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"start": 2010, "end": 2022}, TableError, "2022"),
        ({"start": 2015, "end": 2010}, ValueError, "start must come before end"),
        ({"start": 2010, "end": 2010}, ValueError, "start must come before end"),
        ({"start": "2010", "end": 2015}, TypeError, "whole year"),
        ({"start": 2010, "end": 2015, "relative_to": "mean"}, ValueError, "'start' or 'end'"),
        ({"start": 2010, "end": 2015, "rate": "printed"}, ValueError, "'published'"),
        ({"start": 2010, "end": 2015, "interval": 95}, ValueError, "between 0 and 1"),
        ({"start": 2010, "end": 2015, "survival": 1.0}, ValueError, "below 1"),
    ],
)
def test_wrong_arguments_are_refused_in_words(
    arguments: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        cr.change(two_years(), **arguments)  # type: ignore[arg-type]


def test_a_table_of_one_year_says_that_two_are_needed() -> None:
    with pytest.raises(TableError, match="A change needs two years"):
        cr.change(two_years().head(1), 2010, 2015)


@settings(max_examples=10)  # each example builds and checks two tables
@given(st.integers(1, 2000), st.integers(1, 2000), st.floats(0, 0.95))
def test_the_bases_mirror_each_other(start: int, end: int, survival: float) -> None:
    forward = cr.change(two_years(start, end), 2010, 2015, survival=survival).to_frame().iloc[0]
    mirrored = two_years(end, start)
    backward = cr.change(mirrored, 2010, 2015, relative_to="end", survival=survival).to_frame().iloc[0]
    # turning time round swaps the bases and the sign
    assert forward["percent_change"] == pytest.approx(-backward["percent_change"])
    assert forward["percent_lower"] <= forward["percent_change"] <= forward["percent_upper"]
    assert forward["absolute_lower"] <= forward["absolute_change"] <= forward["absolute_upper"]


def test_an_area_merged_inside_the_window_says_when_it_ended() -> None:
    england = cr.load_rates("england", years=[2018, 2020])
    found = cr.change(england, 2018, 2020).to_frame().set_index("area_code")
    assert "ended on 2019-03-31" in found.loc["E06000029", "reason"]
    assert "harmonise" in found.loc["E06000029", "reason"]
    # its successor, Bournemouth, Christchurch and Poole
    assert "began on 2019-04-01" in found.loc["E06000058", "reason"]
    joined = cr.change(cr.areas.harmonise(england), 2018, 2020).to_frame()
    assert not joined["reason"].str.contains("no row").any()
