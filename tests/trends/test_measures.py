from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates.trends.criteria import Measure, Rule
from carerates.trends.intervals import (
    difference_limits,
    log_covariance,
    log_ratio_variance,
    percent_from_log,
    poisson_count_limits,
    surviving_children,
)
from carerates.trends.measures import measure_bounds, measure_changes, round_half_up

YEARS = (2012, 2013, 2014, 2015)


def rule(measure: Measure = "net", **options: object) -> Rule:
    return Rule("test", 2012, 2015, -5.0, 5.0, measure=measure, **options)  # type: ignore[arg-type]


def test_each_measure_on_a_hand_worked_line() -> None:
    line = np.array([[100.0, 110.0, 99.0, 121.0]])
    assert measure_changes(line, YEARS, rule())[0] == pytest.approx(21)
    assert measure_changes(line, YEARS, rule(relative_to="end"))[0] == pytest.approx(100 * 21 / 121)
    yearly = (10 - 10 + 100 * (121 / 99 - 1)) / 3
    assert measure_changes(line, YEARS, rule("mean_annual"))[0] == pytest.approx(yearly)
    slope = np.polyfit(np.arange(4), np.log(line[0]), 1)[0]
    assert measure_changes(line, YEARS, rule("slope"))[0] == pytest.approx(100 * np.expm1(slope))


def test_gaps_stop_only_the_measures_that_need_the_year() -> None:
    line = np.array([[100.0, np.nan, 99.0, 121.0]])
    assert np.isfinite(measure_changes(line, YEARS, rule())[0])
    assert np.isfinite(measure_changes(line, YEARS, rule("slope"))[0])
    assert np.isnan(measure_changes(line, YEARS, rule("mean_annual"))[0])
    without = (2012, 2014, 2015)
    assert np.isnan(measure_changes(line[:, [0, 2, 3]], without, rule("mean_annual"))[0])


def test_whole_number_rates_are_rounded_halves_up() -> None:
    assert round_half_up([0.5, 1.5, 2.5, 2.49]).tolist() == [1, 2, 3, 2]
    line = np.array([[60.4, 60.0, 60.0, 60.49]])
    assert measure_changes(line, YEARS, rule(whole_number_rates=True))[0] == 0


@pytest.mark.parametrize("measure", ["net", "slope", "mean_annual"])
@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(20, 300), st.integers(0, 15)), min_size=4, max_size=4))
def test_no_figures_within_the_bounds_go_beyond_the_extremes(
    measure: Measure, cells: list[tuple[int, int]]
) -> None:
    low = np.array([[float(centre) for centre, _ in cells]])
    high = np.array([[float(centre + width) for centre, width in cells]])
    smallest, largest = measure_bounds(low, high, YEARS, rule(measure))
    grid = [np.linspace(a, b, 5) for a, b in zip(low[0], high[0], strict=True)]
    tried = measure_changes(np.array(list(product(*grid))), YEARS, rule(measure))
    assert tried.min() >= smallest[0] - 1e-7
    assert tried.max() <= largest[0] + 1e-7
    # and the extremes are reached: the largest at a corner, the smallest on the grid or close to it
    assert tried.max() == pytest.approx(largest[0], abs=1e-7)
    assert tried.min() == pytest.approx(smallest[0], abs=0.6 if measure == "mean_annual" else 1e-7)


def test_the_covariance_of_log_counts_gives_the_variance_of_their_ratio() -> None:
    counts = np.array([[120.0, 150.0]])
    covariance = log_covariance(counts, [2010, 2014], 0.74)[0]
    shared = surviving_children(120, 4, 0.74)
    assert covariance[0, 0] == pytest.approx(1 / 120)
    assert covariance[0, 1] == pytest.approx(shared / (120 * 150))
    contrast = np.array([-1.0, 1.0])
    assert contrast @ covariance @ contrast == pytest.approx(float(log_ratio_variance(120, 150, shared)))


def test_poisson_limits_are_the_tabled_ones() -> None:
    # Garwood's table: 10 observed, 95%: 4.795 to 18.39; none observed: 0 to 3.689
    lower, upper = poisson_count_limits([10, 0, np.nan], 0.95)
    assert (round(lower[0], 3), round(upper[0], 2)) == (4.795, 18.39)
    assert (lower[1], round(upper[1], 3)) == (0.0, 3.689)
    assert np.isnan(lower[2])
    assert np.isnan(upper[2])


def test_shared_children_make_a_difference_surer() -> None:
    alone = difference_limits((200.0, 220.0), (0.2, 0.2), 0.0, 0.95)
    shared = difference_limits((200.0, 220.0), (0.2, 0.2), 100.0, 0.95)
    assert shared[1] - shared[0] < alone[1] - alone[0]
    assert alone[0] < 4.0 < alone[1]


def test_a_base_is_start_or_end() -> None:
    assert percent_from_log(np.log(2), "start") == pytest.approx(100)
    assert percent_from_log(np.log(2), "end") == pytest.approx(50)
    with pytest.raises(ValueError, match="relative_to"):
        percent_from_log(0.1, "middle")
