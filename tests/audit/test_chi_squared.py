from __future__ import annotations

import pytest
from scipy import stats

from carerates.audit import check_chi2
from carerates.audit.chi_squared import fisher_p, statistics_of_shares

TABLES = [((12, 22), (413, 70)), ((63, 12), (413, 70)), ((3, 9), (11, 14)), ((0, 5), (8, 9))]


@pytest.mark.parametrize(("counts", "totals"), TABLES)
def test_statistics_against_scipy(counts, totals) -> None:
    table = [[counts[0], counts[1]], [totals[0] - counts[0], totals[1] - counts[1]]]
    values = statistics_of_shares(counts, totals)
    assert values["pearson"] == pytest.approx(stats.chi2_contingency(table, correction=False)[0])
    assert values["yates"] == pytest.approx(stats.chi2_contingency(table, correction=True)[0])
    reference = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")[0]
    assert values["likelihood_ratio"] == pytest.approx(reference)
    assert fisher_p(counts, totals) == pytest.approx(stats.fisher_exact(table)[1])


def test_mid_p_by_hand() -> None:
    # 1 of 1 against 0 of 3: four tables, Fisher p = 1/4, half of it for mid-p
    assert fisher_p((1, 0), (1, 3)) == pytest.approx(0.25)
    assert fisher_p((1, 0), (1, 3), mid=True) == pytest.approx(0.125)


def test_search_finds_the_totals_of_both_footnotes() -> None:
    first = check_chi2([12, 22], [413, 70], "72.4", p="<0.001", n=473)
    second = check_chi2([63, 12], [413, 70], "0.1", p=".750", n=473)
    assert first.suggestions == second.suggestions == ((403, 70),)
    without_n = check_chi2([12, 22], [413, 70], "72.36", p="<0.001")
    assert without_n.suggestions[0] == (403, 70)


def test_which_form_was_printed_is_said() -> None:
    assert "Yates" in check_chi2([12, 22], [413, 70], "70.12").notes[0]
    assert check_chi2([12, 22], [413, 70], "74.41", n=483).consistent
    assert not check_chi2([12, 22], [413, 70], "74.41", n=484).consistent


def test_counts_above_totals_are_refused() -> None:
    with pytest.raises(ValueError, match="not larger"):
        check_chi2([12, 80], [413, 70], "1")
