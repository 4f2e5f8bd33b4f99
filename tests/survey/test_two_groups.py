from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from carerates.survey.two_groups import (
    benjamini_hochberg,
    hedges_g,
    newcombe_interval,
    noncentrality,
    shares_test,
    t_interval,
    t_test,
    wilson_interval,
)

RNG = np.random.default_rng(1)
A, B = RNG.normal(3.0, 0.6, 41), RNG.normal(3.3, 0.9, 17)


@pytest.mark.parametrize("welch", [False, True])
def test_t_tests_against_scipy(welch) -> None:
    ours = t_test(A.mean(), A.std(ddof=1), 41, B.mean(), B.std(ddof=1), 17, welch=welch)
    theirs = stats.ttest_ind(B, A, equal_var=not welch)
    assert (ours.t, ours.df, ours.p_value) == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue))
    interval = theirs.confidence_interval(0.95)
    assert t_interval(ours) == pytest.approx((interval.low, interval.high))


def test_hedges_g_by_hand_and_its_interval_through_scipys_noncentral_t() -> None:
    # means one SD apart, 10 and 10: d = 1, exact correction gamma(9) / (3 gamma(8.5)) = 0.9576
    g, lower, upper = hedges_g(0, 1, 10, 1, 1, 10)
    assert g == pytest.approx(0.9576, abs=5e-5)
    t = 1 / np.sqrt(0.2)
    for limit, probability in ((lower, 0.975), (upper, 0.025)):
        delta = limit / 0.95765 / np.sqrt(0.2)
        assert stats.nct.cdf(t, 18, delta) == pytest.approx(probability, abs=2e-4)
    assert noncentrality(0.0, 20, 0.5) == pytest.approx(0.0, abs=1e-6)


def test_shares_against_scipy_and_statsmodels() -> None:
    table = [[12, 401], [22, 48]]
    ours = shares_test(12, 413, 22, 70)
    plain, corrected = (stats.chi2_contingency(table, correction=one) for one in (False, True))
    assert (ours.chi_squared, ours.chi_squared_p) == pytest.approx((plain[0], plain[1]))
    assert (ours.yates, ours.yates_p) == pytest.approx((corrected[0], corrected[1]))
    assert ours.fisher_p == pytest.approx(stats.fisher_exact(table)[1])
    assert ours.mid_p < ours.fisher_p
    assert wilson_interval(22, 70) == pytest.approx(proportion_confint(22, 70, method="wilson"))
    newcombe = confint_proportions_2indep(22, 70, 12, 413, method="newcomb", compare="diff")
    assert newcombe_interval(12, 413, 22, 70) == pytest.approx(newcombe, abs=1e-9)


def test_no_difference_at_all() -> None:
    assert shares_test(0, 10, 0, 20).chi_squared_p == 1.0
    assert t_test(1, 0, 5, 1, 0, 5).t == 0.0
    assert t_test(1, 0, 5, 2, 0, 5).p_value == 0.0


def test_benjamini_hochberg_against_statsmodels_with_gaps() -> None:
    p = np.array([0.001, 0.04, np.nan, 0.03, 0.9, 0.03])
    given = p[~np.isnan(p)]
    expected = multipletests(given, method="fdr_bh")[1]
    ours = benjamini_hochberg(p)
    assert np.isnan(ours[2])
    np.testing.assert_allclose(ours[~np.isnan(ours)], expected)
