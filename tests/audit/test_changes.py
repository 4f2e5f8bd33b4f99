"""A printed change is that of its two values on the base it claims, or the finding says on which."""

from __future__ import annotations

import pytest

from carerates.audit import check_change, check_changes


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


def test_no_change_from_nothing() -> None:
    with pytest.raises(ValueError, match="above 0"):
        check_change(0, 5, 100)
