"""Limits in which the answer is known without any engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import carerates as cr
from carerates.models import LogNormal, Normal, Priors, RateModel, adjust
from tests.models.panels import make_panel

PLAIN = RateModel(groups=None, likelihood="poisson").for_one_year()


def one_year(areas: int, *, seed: int, log_size: float = 9.8) -> cr.RatesTable:
    return make_panel(areas, 1, seed=seed, noise=0.0, log_size=log_size).rates


def test_one_rate_for_all_has_a_gamma_posterior():
    """With a flat prior on the log rate, counts Y of N children give the rate a gamma(Y, N) posterior."""
    table = one_year(6, seed=3, log_size=8.0)
    model = PLAIN.replace(area_effects=False, priors=Priors(intercept=Normal(-5, 50)))
    fit = cr.fit(model, table, draws=20_000)
    frame = table.to_frame()
    exact = stats.gamma(frame["children"].sum(), scale=1 / frame["population"].sum())
    rates = np.exp(fit.posterior.shared[:, 0])
    # 20,000 draws: 0.7% of a standard deviation in the mean, three times that in the tails
    assert rates.mean() == pytest.approx(exact.mean(), abs=0.03 * exact.std())
    limits = np.quantile(rates, [0.025, 0.975])
    np.testing.assert_allclose(limits, exact.ppf([0.025, 0.975]), atol=0.08 * exact.std())


def test_areas_about_a_known_rate_have_gamma_posteriors():
    """Rates gamma about a known mean with a known spread: posterior gamma(a + y, a / mean + N).

    The model's areas are log-normal; at a coefficient of variation of 10% the two differ by a tenth of that.
    """
    table = one_year(12, seed=5, log_size=9.5)
    spread, mean = 0.1, 0.0075
    priors = Priors(intercept=Normal(np.log(mean) - spread**2 / 2, 1e-4), area=LogNormal(spread, 1e-3))
    fit = cr.fit(PLAIN.replace(priors=priors), table, draws=20_000)
    frame = table.to_frame().sort_values("area_code")
    shape = 1 / np.expm1(spread**2)
    exact = stats.gamma(
        shape + frame["children"].to_numpy(), scale=1 / (shape / mean + frame["population"].to_numpy())
    )
    ours = np.exp(fit.posterior.log_rates(fit.design)[:, :, 0])
    away = (ours.mean(axis=0) - exact.mean()) / exact.std()
    # areas lie up to three prior standard deviations out, where log-normal and gamma tails part
    assert np.abs(away).max() < 0.3
    assert np.median(np.abs(away)) < 0.1
    np.testing.assert_allclose(ours.std(axis=0), exact.std(), rtol=0.12)
    by_hand = (frame["children"] / frame["population"]).to_numpy()
    assert (np.abs(ours.mean(axis=0) - mean) < np.abs(by_hand - mean) + 1e-5).all()


def test_without_differences_between_areas_expected_rates_are_those_of_the_regression():
    table = one_year(40, seed=7)
    wide = Priors(intercept=Normal(-5, 20), factor=Normal(0, 20), by_factor={}, area=LogNormal(1e-4, 1e-3))
    factors = ["deprivation", "lone_parents"]
    fit = cr.fit(PLAIN.replace(factors=tuple(factors), priors=wide), table, draws=20_000)
    ours = fit.to_frame().set_index("area_code")["expected_rate_per_10000"]
    theirs = adjust(table, factors=factors, method="poisson").to_frame().set_index("area_code")
    error = theirs["expected_log_standard_error"]
    away = (np.log(ours) - np.log(theirs["expected_rate_per_10000"])) / error
    # medians of 20,000 draws: 0.9% of a standard error each, largest of 40
    assert away.abs().max() < 0.05


def rounded(table: cr.RatesTable, base: int) -> cr.RatesTable:
    frame = table.to_frame()
    printed = base * np.floor(frame["children"] / base + 0.5)
    low = np.maximum(printed - base // 2, 0)
    return cr.RatesTable(
        frame.assign(
            children=printed,
            children_low=low,
            # for an even base the upper half-way count is rounded up
            children_high=printed + (base - 1) // 2,
            status="estimated" if base > 1 else "exact",
        ),
        factors=table.factors,
    )


LINE = RateModel(factors=["deprivation"], time="linear", groups=None, area_time="none")


def test_the_rounded_likelihood_tends_to_the_exact_one():
    """Rounding to 25, 5 and 1 of counts near 700: the fit moves towards that of the counts themselves."""
    table = make_panel(20, 4, seed=2, log_size=11.4, noise=0.03).rates
    exact = cr.fit(LINE, table).posterior
    away = []
    for base in (75, 25, 5, 1):
        found = cr.fit(LINE, rounded(table, base)).posterior
        moved = found.shared.mean(axis=0) - exact.shared.mean(axis=0)
        away.append(float(np.abs(moved / exact.shared.std(axis=0)).max()))
    assert away[3] == 0
    assert away[2] < 0.05
    assert away[2] < away[0]


def test_truth_is_recovered_from_counts_rounded_to_50():
    panel = make_panel(60, 5, seed=9, log_size=10.2, noise=0.04, sd_slope=0.0)
    coarse = rounded(panel.rates, 50)
    fit = cr.fit(LINE, coarse)
    naive = cr.fit(
        LINE,
        cr.RatesTable(
            coarse.to_frame().assign(status="exact", children_low=np.nan, children_high=np.nan),
            factors=coarse.factors,
        ),
    )
    # rounding to 50 of counts near 200 is noise of 7% (50 / sqrt(12) / 200), which is not the counts' own
    assert fit.noise() < 0.065 < naive.noise()
    frame = fit.to_frame().sort_values(["area_code", "year"])
    actual = pd.Series(1e4 * np.exp(panel.log_rates).ravel())
    inside = (frame["lower_95"].to_numpy() <= actual) & (actual <= frame["upper_95"].to_numpy())
    # 60 areas whose five years go together: 95% give or take 6
    assert 0.87 <= inside.mean() <= 1.0
