from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates.audit import check_item, check_percent, feasible_n
from carerates.audit.figures import format_value, read_figure


@settings(max_examples=40)
@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 2))
def test_feasible_totals_are_those_a_full_search_finds(count, total, decimals) -> None:
    count = min(count, total)
    percent = format_value(Fraction(100 * count, total), decimals)
    found = feasible_n(count, percent, at_most=800)
    figure = read_figure(percent)
    searched = [
        n
        for n in range(max(count, 1), 801)
        if figure.fits(Fraction(100 * count, n), Fraction(100 * count, n))
    ]
    assert list(found) == searched
    assert total in found


def test_ties_may_go_either_way() -> None:
    assert check_percent(1, 8, "12").consistent  # 12.5
    assert check_percent(1, 8, "13").consistent
    assert not check_percent(1, 8, "14").consistent


def test_explanations_of_a_miss() -> None:
    finding = check_percent(473, 697, "67.8", parts=["7.0", "60.8"])
    assert finding.suggestions == (67.9,)
    assert "sum of rounded percentages" in " ".join(finding.notes)
    assert "698" in " ".join(finding.notes)
    assert "changed places" in " ".join(check_percent(473, 697, "76.9").notes)


def test_no_total_fits() -> None:
    finding = check_percent(543, percent="87.5")
    assert not finding.consistent
    assert finding.suggestions[:2] == (87.4, 87.6)


def test_zero_and_all() -> None:
    assert check_percent(0, 697, "0.0").consistent
    assert check_percent(697, 697, "100.0").consistent
    assert not check_percent(0, 697, "0.1").consistent
    assert list(feasible_n(0, "0.1")) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((5, 4, "99"), "not larger"), ((5, 10, "101"), "between 0 and 100"), ((-1, 10, "5"), "at least 0"),
     ((5, 10), "Give the printed")],
)  # fmt: skip
def test_impossible_arguments(arguments, words) -> None:
    with pytest.raises(ValueError, match=words):
        check_percent(*arguments)


def test_one_item_has_one_base() -> None:
    assert check_item([152, 44], ["22.3", "6.5"]).suggestions == (681, 682)
    assert not check_item([335, 104], ["49.4", "15.4"]).consistent
    assert check_item([49, 424, 199, 25, 0], ["7.0", "60.8", "28.6", "3.6", "0.0"]).suggestions == (697,)
    assert not check_item([49, 424], ["7.0", "60.8"], total=700).consistent
