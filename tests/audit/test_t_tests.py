from __future__ import annotations

import mpmath
import pytest
from scipy import stats

from carerates.audit import check_gaps, check_t, check_t_from_summary


def _two_sided(t: float, df: float) -> float:
    """p of Student's t through mpmath's incomplete beta function, an independent route."""
    return float(mpmath.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True))


def test_p_bounds_against_another_route() -> None:
    finding = check_t("-1.3", 433, ".814")
    assert finding.recomputed["p_bounds"] == pytest.approx((_two_sided(1.35, 433), _two_sided(1.25, 433)))
    assert finding.recomputed["p"] == pytest.approx(_two_sided(1.3, 433))


@pytest.mark.parametrize(
    ("t", "df", "p", "consistent"),
    [
        ("2.0", 692, "0.051", True),  # 2.0 may be 1.95
        ("2.0", 692, "0.053", False),
        ("-0.04", 428, "0.969", True),
        ("-6.1", 706, "<.001", True),
        ("1.0", 100, "<.001", False),
        ("0.1", 100, ">.05", True),
        ("5.0", 100, ">.05", False),
        ("12.0", 20, "0.000", True),  # what software prints for a tiny p
        ("0", 20, "1.000", True),
    ],
)
def test_rounding_is_allowed_for(t, df, p, consistent) -> None:
    assert check_t(t, df, p).consistent is consistent


def test_transposition_comes_first() -> None:
    assert check_t(t=-1.3, df=433, p=0.814).suggestions == (0.184, 0.194)


def test_decision_error() -> None:
    assert check_t("2.4", 60, ".07").decision_error  # p is .019
    assert not check_t("2.4", 60, ".03").decision_error
    assert "significant" in check_t("2.4", 60, ".07").summary()


def test_one_tailed_p_is_recognised() -> None:
    half = stats.t.sf(1.80, 40)
    finding = check_t("1.80", 40, f"{half:.3f}")
    assert not finding.consistent
    assert any("one-tailed" in note for note in finding.notes)
    assert check_t("1.80", 40, f"{half:.3f}", tails=1).consistent


def test_fractional_degrees_of_freedom_are_rounded_too() -> None:
    # df 3.4 may be 3.35 or 3.45; p at t = 3.0 differs in the third decimal
    widest = check_t("3.0", "3.4", ".5").recomputed["p_bounds"]
    assert widest[0] == pytest.approx(_two_sided(3.05, 3.45))
    assert widest[1] == pytest.approx(_two_sided(2.95, 3.35))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("1", 0, ".5"), "above 0"), (("1", 10, "1.5"), "between 0 and 1"), (("t", 10, ".5"), "not a figure")],
)
def test_impossible_arguments(arguments, words) -> None:
    with pytest.raises(ValueError, match=words):
        check_t(*arguments)


def test_t_from_summary_by_hand() -> None:
    # two groups of 50, means 1 apart, both SDs 2: t = 1 / (2 sqrt(2/50)) = 2.5
    finding = check_t_from_summary(["3.00", "4.00"], ["2.00", "2.00"], "2.50", sizes=[50, 50])
    assert finding.recomputed["t"] == pytest.approx(2.5)
    low, high = finding.recomputed["t_bounds"]
    assert low == pytest.approx(0.99 / (2.005 * 0.2))
    assert high == pytest.approx(1.01 / (1.995 * 0.2))
    assert check_t_from_summary(["3.00", "4.00"], ["2.00", "2.00"], "-2.50", sizes=[50, 50]).consistent
    assert not check_t_from_summary(["3.00", "4.00"], ["2.00", "2.00"], "2.80", sizes=[50, 50]).consistent


def test_t_from_summary_matches_scipy_when_nothing_is_rounded_away() -> None:
    reference = stats.ttest_ind_from_stats(3.412, 0.523, 66, 3.012, 0.611, 642, equal_var=False)
    finding = check_t_from_summary(
        ["3.412", "3.012"], ["0.523", "0.611"], f"{reference.statistic:.2f}", sizes=[66, 642], welch=True
    )
    assert finding.recomputed["t"] == pytest.approx(-reference.statistic)
    assert finding.consistent


def test_sizes_follow_from_degrees_of_freedom() -> None:
    finding = check_t_from_summary(
        ["3.5", "3.0"], ["0.5", "0.6"], "-6.1", sizes=[(55, 74), (632, 653)], df=706
    )
    assert finding.recomputed["size_pairs"] == 20
    with pytest.raises(ValueError, match="add up"):
        check_t_from_summary(["3.5", "3.0"], ["0.5", "0.6"], "-6.1", sizes=[10, 10], df=706)
    with pytest.raises(ValueError, match="too many"):
        check_t_from_summary(["3.5", "3.0"], ["0.5", "0.6"], "1", sizes=[(2, 900), (2, 900)])


def test_standard_deviations_that_may_be_zero_allow_any_t() -> None:
    assert check_t_from_summary(["1", "2"], ["0", "0"], "400", sizes=[10, 10]).consistent


def test_gaps_are_compared_with_each_other() -> None:
    finding = check_gaps(("-1.6", 8, 54), ("-3.4", 35, 339))
    assert finding.recomputed["gaps"] == pytest.approx((-0.606, -0.604), abs=5e-4)
    assert finding.recomputed["z"] == pytest.approx(0.0, abs=0.05)
    assert check_gaps(("-8.0", 100, 100), ("1.0", 100, 100)).consistent


def test_sds_printed_as_nothing_suggest_no_t() -> None:
    finding = check_t_from_summary((0.1, 1.5), ("0", "0"), "-1.3", df=433)
    assert all(abs(one) < 1000 for one in finding.suggestions)
