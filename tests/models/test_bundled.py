"""The default model on the bundled figures: what it must say, and what others said before."""

from __future__ import annotations

import pytest

import carerates as cr

FACTORS = ["deprivation", "lone_parents"]


@pytest.fixture(scope="module")
def fit():
    nations = ["wales", "england"]
    panel = cr.load_rates(nations, years=range(2012, 2019)).join(cr.load_factors(FACTORS, nations=nations))
    return cr.fit(cr.RateModel(factors=FACTORS), panel, seed=1)


def test_it_passes_its_checks_and_says_who_is_left_out(fit):
    assert fit.diagnostics.passed
    # areas abolished in 2019, for which the deprivation index of 2019 has no value
    assert sorted(fit.left_out["area_name"]) == ["Bournemouth", "Dorset (county, to March 2019)", "Poole"]
    assert len(fit.design.observed) == 1194


def test_national_rates_are_the_published_ones(fit):
    nations = fit.nations().set_index(["nation", "year"])["underlying_rate_per_10000"]
    # Welsh Government and DfE releases: 90 and 102 per 10,000 in Wales in 2016 and 2018, 60 and 64 in
    # England; a smooth national trend and three areas left out are worth about 2%
    for nation, year, published in (
        ("Wales", 2016, 90),
        ("Wales", 2018, 102),
        ("England", 2016, 60),
        ("England", 2018, 64),
    ):
        assert nations[nation, year] == pytest.approx(published, rel=0.03)


def test_deprivation_accounts_for_about_half_of_the_variation_in_wales(fit):
    """Forrester et al. (2021): about half of the variation between Welsh areas goes with deprivation."""
    table = fit.explained().set_index(["nation", "part"])
    alone = table.loc[("Wales", "deprivation"), "alone"]
    assert 0.35 <= alone <= 0.65
    together = table.loc[("Wales", "factors together")]
    assert together["lower_95"] < 0.5 < together["upper_95"]


def test_wales_is_above_england_given_need(fit):
    gap = fit.gap().set_index("comparison")
    # published rates of 2018: 102 / 64 = 1.59
    assert gap.loc["as they are", "ratio"] == pytest.approx(1.58, abs=0.04)
    assert gap.loc["given need", "lower_95"] > 1
    assert gap.loc["given need", "ratio"] < gap.loc["as they are", "ratio"]


def test_predictive_checks_of_the_bundled_figures(fit):
    table = fit.predictive_checks(draws=200).to_frame().set_index("statistic")
    for name in (
        "over-dispersion of the last year (phi)",
        "areas outside 95% Poisson limits in the last year",
    ):
        assert table.loc[name, "tail_probability"] > 0.01
