"""A printed value or change stands at its years in the published series, or the finding says where."""

from __future__ import annotations

import pytest

from carerates.audit import check_date, check_window


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


def test_a_neighbouring_whole_number_is_another_number() -> None:
    # 67 and 68 could both be the rounding of 67.5, but no publisher rounds one number in two ways
    assert not check_date(67, 2020, {2019: 66, 2020: 68}).consistent
    assert check_date(68, 2020, {2019: 66, 2020: "67.6"}).consistent
    assert check_date("67.8", 2020, {2019: 66, 2020: 68}).consistent


def test_what_gives_no_change_in_a_series() -> None:
    with pytest.raises(ValueError, match="not above 0 in 2019"):
        check_window("21", 2019, 2020, {2019: 0, 2020: 114})
    with pytest.raises(ValueError, match="relative_to is 'middle'"):
        check_window("21", 2019, 2020, {2019: 109, 2020: 114}, relative_to="middle")
