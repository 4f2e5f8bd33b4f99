from __future__ import annotations

import math

import pytest

from carerates.audit import check_odds_ratio


def test_standard_error_and_p_by_hand() -> None:
    finding = check_odds_ratio("2.08", "1.22", "3.56")
    assert finding.recomputed["geometric_mean"] == pytest.approx(math.sqrt(1.22 * 3.56))
    assert finding.recomputed["standard_error"] == pytest.approx(math.log(3.56 / 1.22) / 3.919928, rel=1e-6)
    assert finding.consistent


def test_wrong_ratio_limit_and_p_are_flagged() -> None:
    assert check_odds_ratio("1.80", "1.22", "3.56").suggestions == (2.08,)
    assert "3.55" in " ".join(check_odds_ratio("2.08", "1.22", "5.36").notes)
    wrong_p = check_odds_ratio("2.08", "1.22", "3.56", p=".07")
    assert not wrong_p.consistent
    assert wrong_p.suggestions == (0.007,)
    assert check_odds_ratio("2.08", "1.22", "3.56", p=".007").consistent


def test_limits_the_wrong_way_round() -> None:
    finding = check_odds_ratio("2.08", "3.56", "1.22")
    assert not finding.consistent
    assert "changed places" in finding.notes[0]


def test_direction() -> None:
    assert not check_odds_ratio("2.08", "1.22", "3.56", direction="below").consistent
    with pytest.raises(ValueError, match="above"):
        check_odds_ratio("2.08", "1.22", "3.56", direction="up")


def test_lower_limit_printed_as_zero_point_zero_one_has_wide_bounds() -> None:
    assert check_odds_ratio("0.1", "0.0001", "100").consistent
    with pytest.raises(ValueError, match="above 0"):
        check_odds_ratio("0.1", "0.0", "100")


def test_other_probabilities() -> None:
    assert check_odds_ratio("2.00", "1.00", "4.00", probability=0.99).recomputed["p"] == pytest.approx(
        math.erfc(2.5758293 / math.sqrt(2)), rel=1e-6
    )
