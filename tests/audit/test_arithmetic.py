from __future__ import annotations

import pytest

from carerates.audit import check_df, check_mean, check_pooled_mean, check_sum


def test_counts_add_up_exactly() -> None:
    assert check_sum([718, 74], 792).consistent
    assert not check_sum([718, 74], 793).consistent


def test_rounded_percentages_may_miss_by_their_rounding() -> None:
    assert check_sum(["33.3", "33.3", "33.3"], "100.0").consistent
    assert not check_sum(["33.3", "33.3", "33.0"], "100.0").consistent


def test_counts_rounded_to_five() -> None:
    assert check_sum([5, 5, 10], 25, rounded_to=5).consistent  # 7 + 7 + 9 = 23 may be printed 25
    assert not check_sum([5, 5, 10], 35, rounded_to=5).consistent
    assert check_sum([5, 10], 40, rounded_to=5, hidden=(5, 1, 4)).consistent
    assert not check_sum([5, 10], 60, rounded_to=5, hidden=(5, 1, 4)).consistent


def test_slips_are_named() -> None:
    assert "13 appears 2 times" in check_sum([11, 9, 7, 6, 13, 13], 46).notes[0]
    assert check_sum([22, 24, 36, 24, 24], 103).suggestions == (130,)  # transposed total comes out once
    assert "left out" in check_sum([10, 20, 35], 30).notes[0]
    assert "meant to be" in " ".join(check_sum([12, 20], 41).notes)
    with pytest.raises(ValueError, match="no parts"):
        check_sum([], 0)


@pytest.mark.parametrize(
    ("df", "arguments", "consistent"),
    [
        (706, {"n": 708}, True),
        (707, {"n": 708}, False),
        (29, {"n": 30, "test": "paired"}, True),
        (61.3, {"n": 70, "test": "welch", "smallest_group": 8}, True),
        (69, {"n": 70, "test": "welch"}, False),
        (466, {"n": 473, "test": "regression", "groups": 6}, True),
        (6, {"n": 3, "test": "chi2", "groups": 4}, True),
        (705, {"n": 708, "groups": 3}, True),
    ],
)
def test_degrees_of_freedom(df, arguments, consistent) -> None:
    assert check_df(df, **arguments).consistent is consistent


def test_means_of_whole_answers() -> None:
    # the worked example of the GRIM paper: 28 answers cannot have the mean 5.19
    finding = check_mean("5.19", 28)
    assert not finding.consistent
    assert 5.18 in finding.suggestions
    assert check_mean("5.18", 28).consistent
    assert check_mean("5.19", 28, items=10).consistent


def test_pooled_means() -> None:
    assert check_pooled_mean(["3.5", "3.0"], [66, 642], "3.1").consistent
    assert check_pooled_mean(["3.5", "3.0"], [66, 642], "3.3").suggestions == (3.0,)
