from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr
from carerates.errors import TableError
from carerates.trends import regression_to_mean, sensitivity, windows

WALES = cr.load_rates("wales")


def test_the_number_of_falling_areas_depends_on_the_window() -> None:
    # five-year windows of the 22 Welsh counts from 2003 to 2018: 0 to 6 areas down by 10% or more
    found = windows(WALES.select(year=range(2003, 2019)), 5, rate="children")
    counts = found.counts()
    assert (counts["fell"].min(), counts["fell"].max()) == (0, 6)
    assert (counts["areas"] == 22).all()
    assert "22 areas, the number down by 10% or more ranges from 0 to 6" in found.summary()
    crossing = found.to_frame().query("end >= 2017 and start < 2017")
    assert crossing["breaks"].str.contains("census").all()


def test_windows_agree_with_change() -> None:
    frame = windows(WALES, [2, 4], relative_to="end").to_frame()
    one = frame[(frame["start"] == 2014) & (frame["end"] == 2018)].reset_index(drop=True)
    other = cr.change(WALES, 2014, 2018, relative_to="end").to_frame()
    same = ["percent_change", "percent_lower", "percent_upper"]
    pd.testing.assert_frame_equal(one[same], other[same])


def test_windows_with_figures_for_fewer_areas_are_not_in_the_range() -> None:
    found = windows(WALES, 5)
    counts = found.counts().set_index("start")
    assert counts.loc[2016, "areas"] < counts.loc[2013, "areas"] == 22
    # the window of 4 areas has none that fell; among the four windows of all 22 there are 2 to 5
    assert counts.loc[2016, "fell"] == 0
    assert "with figures for 22 areas, the number down by 10% or more ranges from 2 to 5" in found.summary()
    assert "2016-2021 (4)" in found.summary()
    assert (counts["fell_clearly"] <= counts["fell"]).all()
    assert 0 < counts.loc[2013, "fell_clearly"] < counts.loc[2013, "fell"]


def test_windows_that_do_not_exist_are_refused() -> None:
    with pytest.raises(TableError, match="40 years apart"):
        windows(WALES, 40)
    with pytest.raises(ValueError, match="whole years"):
        windows(WALES, 0)
    with pytest.raises(ValueError, match="fall must be below rise"):
        windows(WALES, 5, fall=10, rise=-10)


def test_sensitivity_keeps_the_question_and_the_varied_choice_apart() -> None:
    rule = cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed", shortfall=None)
    found = sensitivity(
        WALES,
        rule,
        windows=[(2012, 2017)],
        thresholds=[-5.0],
        probabilities=[0.95],
        prior_scales=[0.1],
        survivals=[],
    )
    frame = found.to_frame()
    assert set(frame["question"]) == {"published figures", "underlying rates"}
    assert len(frame) == 44
    own = cr.classify(WALES, rule).to_frame().set_index("area_code")["label"]
    given = frame[frame["question"] == "published figures"].set_index("area_code")["label"]
    assert given.equals(own.rename("label"))
    # window, base, threshold and the two ends of rounding
    assert (frame.loc[frame["question"] == "published figures", "variations"] == 5).all()
    robust = frame[frame["robust"]]
    assert (robust["same_label"] == robust["variations"]).all()
    assert (robust["other_labels"] == "").all()
    assert 0 < len(robust) < 44
    assert len(found.table()) == 22
    assert "keep that label in every variation" in found.summary()


def test_successive_five_year_changes_of_welsh_counts_pull_back() -> None:
    # 2008-13 against 2013-18, log changes of the 22 counts: correlation -0.41
    found = regression_to_mean(WALES, 2013, 2018, rate="children")
    assert round(found.correlation_successive, 2) == -0.41
    assert "-0.41" in found.summary()


def test_shrunk_and_earlier_bases_stand_beside_the_raw_one() -> None:
    found = regression_to_mean(WALES, 2013, 2018)
    frame = found.to_frame().set_index("area_name")
    low, high = frame["rate_start"].idxmin(), frame["rate_start"].idxmax()
    assert frame.loc[low, "rate_start_shrunk"] > frame.loc[low, "rate_start"]
    assert frame.loc[high, "rate_start_shrunk"] < frame.loc[high, "rate_start"]
    raw = frame.loc[low, "percent_change"]
    assert frame.loc[low, "percent_change_shrunk_base"] < raw
    # the counting error taken out leaves a slope nearer zero, here not by much: areas differ for good reason
    assert found.slope < found.slope_corrected < 0
    with pytest.raises(ValueError, match="no counting error"):
        regression_to_mean(WALES, 2013, 2018, rate="published")
    with pytest.raises(TableError, match="3 are needed"):
        regression_to_mean(WALES.select(area=["Cardiff", "Powys"]), 2013, 2018)


def test_another_measure_of_need_is_one_of_the_variations() -> None:
    rule = cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed")
    need = cr.load_factors(["deprivation", "lone_parents"], nations="wales")
    at_end = WALES.select(year=2018).join(need)
    expected = {
        name: cr.adjust(at_end, factors=[name], method="quasi_poisson")
        for name in ("deprivation", "lone_parents")
    }
    found = sensitivity(WALES, rule, thresholds=[], bases=[], expected=expected, probability=None)
    labels = found.labels[found.labels["varied"] == "measure of need"]
    assert set(labels["setting"]) == {"lone_parents"}
    assert "excluded" in set(labels["label"])
    # measure of need and the two ends of rounding
    assert (found.to_frame()["variations"] == 3).all()


def test_a_rule_on_yearly_changes_has_no_probabilities_without_draws() -> None:
    rule = cr.rules.wwcsc(1, 2013, 2018, measure="mean_annual")
    found = sensitivity(WALES, rule, thresholds=[-2.0])
    assert set(found.labels["question"]) == {"published figures"}
    assert "2" in found.labels.loc[found.labels["varied"] == "threshold", "setting"].iloc[0]
