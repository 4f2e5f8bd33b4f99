from __future__ import annotations

import pytest

from carerates.audit import check_change, check_changes, check_date, check_rate, check_window


def test_rates_with_rounded_counts() -> None:
    assert check_rate(470, 28313, 166).consistent
    assert check_rate(470, 28313, 167, count_rounded_to=5).consistent  # 472 would do
    assert not check_rate(470, 28313, 168, count_rounded_to=5).consistent
    assert "per 1,000" in " ".join(check_rate(470, 28313, "16.6").notes)
    with pytest.raises(ValueError, match="needs people"):
        check_rate(5, 0, 1)


def test_base_of_a_change() -> None:
    wrexham = check_change(67, 115, "41.7")
    assert wrexham.recomputed["fits"] == ("end",)
    assert "divided by the end value" in wrexham.notes[0]
    assert check_change(67, 115, "41.7", relative_to="end").consistent
    assert check_change(67, 115, 48).recomputed["fits"] == ("points",)
    assert "sign" in check_change(100, 120, -20).notes[0]


def test_unrounded_values_widen_the_change() -> None:
    assert not check_change(61, 114, "85", rounded=False).consistent  # 86.9
    assert check_change(61, 114, "85").consistent  # 61.4 to 113.6
    assert check_change(61, 114, "87").consistent


def test_one_base_for_a_table() -> None:
    finding = check_changes([58, 135, 67], [44, 106, 115], ["-31.8", "-27.4", "41.7"])
    assert not finding.consistent
    assert finding.recomputed["bases"] == ("end",)
    assert finding.suggestions == ("-24.1", "-21.5", "71.6")
    with pytest.raises(ValueError, match="2 starts"):
        check_changes([1, 2], [1], [1])


def test_years() -> None:
    series = {2018: 102, 2019: 109, 2020: 114}
    assert check_date(109, 2019, series).consistent
    assert check_date(109, 2020, series).suggestions == (2019,)
    with pytest.raises(ValueError, match="no 2025"):
        check_date(109, 2025, series)


def test_windows() -> None:
    series = {2015: 5609, 2016: 5662, 2019: 6846, 2020: 7172}
    assert check_window("21", 2016, 2019, series).consistent
    wrong = check_window("21", 2016, 2020, series)
    assert wrong.suggestions == ((2016, 2019),)
    assert "divided by the end value" in wrong.notes[0]  # (7172 - 5662) / 7172 = 21.1%


def test_no_change_from_nothing() -> None:
    with pytest.raises(ValueError, match="above 0"):
        check_change(0, 5, 100)


def test_a_neighbouring_whole_number_is_another_number() -> None:
    # 67 and 68 could both be the rounding of 67.5, but no publisher rounds one number in two ways
    assert not check_date(67, 2020, {2019: 66, 2020: 68}).consistent
    assert check_date(68, 2020, {2019: 66, 2020: "67.6"}).consistent
    assert check_date("67.8", 2020, {2019: 66, 2020: 68}).consistent


def test_what_gives_no_rate_and_no_change() -> None:
    with pytest.raises(ValueError, match="per is 0"):
        check_rate(470, 28313, "166", per=0)
    with pytest.raises(ValueError, match="not above 0 in 2019"):
        check_window("21", 2019, 2020, {2019: 0, 2020: 114})
    with pytest.raises(ValueError, match="relative_to is 'middle'"):
        check_window("21", 2019, 2020, {2019: 109, 2020: 114}, relative_to="middle")
    for slip in ("1e400", 10**400):
        with pytest.raises(ValueError, match="larger than any figure"):
            check_rate(slip, 28313, "166")
