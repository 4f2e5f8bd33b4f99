"""A change that starts from a shrunk rate, or from the years before: regression to the mean taken off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import carerates as cr
from carerates.cli import carerates_command
from carerates.errors import TableError
from carerates.trends import sensitivity
from carerates.trends.levels import shrink_levels

RULE = cr.rules.Rule("test", 2013, 2018, -10.0, 10.0)
WALES = cr.load_rates("wales", years=range(2009, 2019))


def panel(counts: list[int]) -> pd.DataFrame:
    years = range(2019 - len(counts), 2019)
    return pd.DataFrame({"area_code": "A", "year": years, "children": counts, "population": 10_000})


def test_an_earlier_start_is_the_geometric_mean_of_the_years_before() -> None:
    # by hand: sqrt(100 * 144) = 120, so 132 is 10% more; the count of the start year itself has no say
    for chance in (90, 300):
        rule = cr.rules.Rule("hand", 2017, 2018, -5, 5, start_rate="earlier", earlier_years=2)
        row = cr.classify(panel([100, 144, chance, 132]), rule).to_frame().iloc[0]
        assert row["percent_change"] == pytest.approx(10.0)
        assert row["rate_start"] == pytest.approx(120.0)
    assert "from the mean of 2015 to 2016 to 2018" in rule.describe()


def test_the_delta_method_averages_the_same_years() -> None:
    rule = replace(RULE, start_rate="earlier")
    published = cr.classify(WALES, rule).to_frame().set_index("area_name")["percent_change"]
    underlying = cr.classify(WALES, rule, probability=0.8, k=None).to_frame().set_index("area_name")
    # large areas are hardly drawn to the middle
    for area in ("Cardiff", "Rhondda Cynon Taf", "Swansea"):
        assert underlying.loc[area, "percent_change"] == pytest.approx(published[area], abs=3)


def test_draws_give_the_change_from_earlier_years_too() -> None:
    codes, years = ("A", "B"), (2015, 2016, 2017, 2018)
    rates = np.tile([[50.0, 72.0, 500.0, 66.0], [50.0, 50.0, 50.0, 40.0]], (10, 1, 1))
    draws = cr.tables.RateDraws(rates, codes, years, np.full((2, 4), 1e4))
    rule = cr.rules.Rule("hand", 2017, 2018, -5, 5, start_rate="earlier", earlier_years=2)
    frame = cr.classify(draws, rule, k=None).to_frame()
    assert frame["percent_change"].tolist() == pytest.approx([10.0, -20.0])
    assert frame["label"].tolist() == ["increasing", "decreasing"]


def test_a_shrunk_start_moves_small_extreme_areas_most() -> None:
    raw = cr.classify(WALES, RULE).to_frame().set_index("area_name")
    shrunk = cr.classify(WALES, replace(RULE, start_rate="shrunk")).to_frame().set_index("area_name")
    middle = raw["rate_start"].median()
    towards = (shrunk["rate_start"] - raw["rate_start"]) * np.sign(middle - raw["rate_start"])
    extreme = (raw["rate_start"] / middle - 1).abs() > 0.25
    assert (towards[extreme] > 0).all()
    assert shrunk["rate_end"].equals(raw["rate_end"])
    assert (shrunk["percent_rounding_low"] <= shrunk["percent_change"]).all()


def test_shrinking_undoes_regression_to_the_mean_when_nothing_changed() -> None:
    # 2,000 areas whose true rates differ and never change: what was high by luck comes down
    rng = np.random.default_rng(5)
    truth = 80 * np.exp(rng.normal(0, 0.3, 2000))
    first, last = rng.poisson(truth), rng.poisson(truth)
    known = (first > 0) & (last > 0)
    logs = np.log(first[known].astype(float))
    change = np.log(last[known]) - logs
    top = logs > np.quantile(logs, 0.9)
    nations = pd.Series([None] * int(known.sum()), dtype="object")
    shrunk = shrink_levels(logs, first[known].astype(float), nations)
    assert change[top].mean() < -0.02
    corrected = (np.log(last[known]) - shrunk)[top].mean()
    # standard error of the mean of 200 changes: 0.01
    assert abs(corrected) < 0.02


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start_rate": "best"}, "not one of as_found, shrunk, earlier"),
        ({"start_rate": "shrunk", "rate": "children"}, "needs rates with their counts"),
        ({"start_rate": "earlier", "measure": "slope"}, "uses every year"),
        ({"start_rate": "earlier", "whole_number_rates": True}, "start year's own rate"),
        ({"start_rate": "earlier", "earlier_years": 0}, "must be 1 or more"),
    ],
)
def test_starts_that_make_no_rule_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(RULE, **options)


def test_missing_years_and_shrinking_twice_are_refused() -> None:
    with pytest.raises(TableError, match="no 2010, 2011: it holds 2012"):
        cr.classify(WALES.select(year=range(2012, 2019)), replace(RULE, start_rate="earlier"))
    with pytest.raises(ValueError, match="draw every area to the middle already"):
        cr.classify(WALES, replace(RULE, start_rate="shrunk"), probability=0.8)


def test_an_area_without_one_of_the_earlier_years_says_which() -> None:
    frame = panel([100, 144, 90, 132])
    frame.loc[frame["year"] == 2016, "children"] = None
    rule = cr.rules.Rule("hand", 2017, 2018, -5, 5, start_rate="earlier", earlier_years=2)
    row = cr.classify(frame, rule).to_frame().iloc[0]
    assert row["label"] == "not available"
    assert "no figure for 2016" in row["reason"]


def test_the_start_is_one_of_the_choices_to_vary() -> None:
    found = sensitivity(
        WALES, RULE, thresholds=[], bases=[], probability=None, start_rates=["shrunk", "earlier"]
    )
    varied = found.labels[found.labels["varied"] == "start rate"]
    assert set(varied["setting"]) == {"shrunk", "earlier"}
    assert len(varied) == 44


def test_the_command_takes_the_start(tmp_path) -> None:
    out = tmp_path / "classes.csv"
    words = ["classify", "--start", "2013", "--end", "2018", "--start-rate", "earlier", "--out", str(out)]
    done = CliRunner().invoke(carerates_command, words)
    assert done.exit_code == 0, done.output
    assert "the mean of 2010 to 2012 to 2018" in done.output
