"""What a fit leaves over, and whether neighbours are alike in it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import carerates as cr
from carerates.errors import ModelError
from carerates.models import RateModel
from carerates.models.counts import draw_counts
from carerates.models.results.estimates import moran
from carerates.models.results.posterior import Posterior
from tests.models.design.test_adjacency import on_a_line
from tests.models.panels import make_panel

PLAIN = RateModel(groups=None, time="none", area_time="none")


@pytest.fixture(scope="module")
def mapped():
    rates, pairs = on_a_line(4, 0.95)
    return cr.fit(PLAIN, rates, draws=300), pairs


def test_moran_by_hand():
    """Four areas in a ring: pairs alike give 1 or 0, opposites give -1."""
    ring = np.array([[0, 1], [1, 2], [2, 3], [0, 3]])
    values = np.array([[1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]])
    # opposites: every product is -1; halves: two of four pairs alike
    np.testing.assert_allclose(moran(values, ring), [-1.0, 0.0])


def test_a_map_shows_in_the_ratios_to_expected(mapped):
    fit, pairs = mapped
    table = fit.moran(neighbours=pairs).set_index("of")
    ratio = table.loc["ratio to expected"]
    assert ratio["lower_95"] > 0.2
    assert ratio["permutation_p"] < 0.01
    assert ratio["expected_by_chance"] == pytest.approx(-1 / 35)
    assert (table["pairs"] == 60).all()  # of a lattice of 6 by 6: 2 * 6 * 5
    # each area's own level takes up the map, so that residuals of one year have none of it
    assert table.loc["residuals", "permutation_p"] > 0.01


def test_no_map_shows_nothing():
    rates, pairs = on_a_line(5, 0.0)
    table = cr.fit(PLAIN, rates, draws=300).moran(neighbours=pairs).set_index("of")
    assert (table["permutation_p"] > 0.01).all()


def test_areas_without_neighbours_or_counts_are_left_out(mapped):
    fit, pairs = mapped
    first = fit.design.panel.area_codes[0]
    table = fit.moran(neighbours=[pair for pair in pairs if first not in pair])
    assert (table["areas"] == 35).all()
    with pytest.raises(ModelError, match="there are 1 pairs"):
        fit.moran(neighbours=[pairs[0], ("A", "B")])
    with pytest.raises(ModelError, match=r"bundled map does not hold[\s\S]*neighbours="):
        fit.moran()
    with pytest.raises(ValueError, match="there is no 1999"):
        fit.moran(year=1999, neighbours=pairs)


LIKELIHOODS = ("negative_binomial", "poisson_lognormal", "binomial", "poisson")


def simulated(likelihood: str, rate: float, children: int, size: int) -> np.ndarray:
    """Counts of one area in one year as the model's own mathematics say, its noise 0.4 where it has any."""
    rng = np.random.default_rng(11)
    log_mean = np.full(size, np.log(children * rate))
    if likelihood == "poisson_lognormal":
        log_mean = log_mean + 0.4 * rng.standard_normal(size)
    noise = 0.4 if likelihood == "negative_binomial" else 0.0
    return draw_counts(log_mean, noise, rng, np.full(size, children) if likelihood == "binomial" else None)


def with_known_rates(fit: cr.FittedRates, log_rate: float, draws: int) -> cr.FittedRates:
    """The fit, every draw of which says the same: one rate everywhere, noise of 0.4, odd noise of past years.

    Past years' own noise is in the draws of a log-normal model; no new count may take any of it.
    """
    shared = np.zeros((draws, fit.posterior.shared.shape[1]))
    shared[:, fit.design.shared_names.index("intercept")] = log_rate
    local = np.zeros((draws, *fit.posterior.local.shape[1:]))
    local[:, :, fit.design.local_columns(("noise",))] = 3.0
    spreads = {name: np.full(draws, 0.4) for name in fit.posterior.spreads}
    return dataclasses.replace(fit, posterior=Posterior(shared, local, spreads))


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_expectations_and_spreads_are_those_of_simulated_counts(likelihood):
    # a rate of 40% makes the binomial's variance 0.6 of the Poisson's
    rate, size = 0.4, 400_000
    panel = make_panel(3, 2, noise=0.0).rates
    plain = PLAIN.replace(likelihood=likelihood, nation_terms=False)
    known = with_known_rates(cr.fit(plain, panel, draws=100), np.log(rate), 40_000)
    table = known.residuals()
    sd = (table["residual"] / table["standardised_residual"]).to_numpy()
    predicted = known.predict(panel, seed=5).children[:, 0, 0]
    children = int(panel.to_frame()["population"].iloc[0])
    counts = simulated(likelihood, rate, children, size)
    # five standard errors of a mean of 400,000 draws, which are 1 / 632 of their SD; noise of 0.4 lifts a
    # log-normal mean by 0.2 of its SD
    assert table["children_fitted"][0] == pytest.approx(counts.mean(), abs=5 * counts.std() / np.sqrt(size))
    # an SD of 400,000 draws is known to 0.11% where the fourth moment is a normal's (3) and 0.23% at a
    # log-normal's (10); five standard errors of the latter
    assert sd[0] == pytest.approx(counts.std(), rel=0.012)
    # what predict() draws about the same rates: 40,000 draws
    assert predicted.mean() == pytest.approx(table["children_fitted"][0], abs=5 * sd[0] / np.sqrt(40_000))
    assert predicted.std() == pytest.approx(sd[0], rel=0.036)


@pytest.mark.parametrize("likelihood", ["negative_binomial", "poisson_lognormal"])
def test_expected_counts_add_up_to_those_that_the_model_made(likelihood):
    """Where single years differ by 30%, taking a median for a mean would lose 4.4% of the children."""
    away = []
    for seed in range(4):
        truth = make_panel(40, 5, noise=0.0, sd_slope=0.0, log_size=11, seed=seed)
        rng = np.random.default_rng([seed, 1])
        shape = truth.log_rates.shape
        noise = (
            np.exp(rng.normal(0, 0.3, shape))
            if likelihood == "poisson_lognormal"
            else rng.gamma(0.3**-2, 0.3**2, shape)
        )
        frame = truth.rates.to_frame()
        counts = rng.poisson(frame["population"] * (np.exp(truth.log_rates) * noise).ravel())
        frame[["children", "children_low", "children_high"]] = np.tile(counts[:, None], 3)
        table = cr.fit(PLAIN.replace(likelihood=likelihood), frame, draws=300).residuals()
        away.append(table["children_fitted"].sum() / table["children"].sum() - 1)
    # the prior draws areas together, which moves the total of one panel by 0.7% either way: 4 standard errors
    assert np.mean(away) == pytest.approx(0, abs=0.014)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_residuals_are_of_published_counts_alone(likelihood):
    panel = make_panel(16, 4, noise=0.1, suppress_below=3, log_size=6.5).rates
    fit = cr.fit(PLAIN.replace(likelihood=likelihood), panel, draws=300)
    table = fit.residuals()
    # which reading of "rate" holds is said where it makes a difference
    assert ("medians of single years" in fit.summary()) == (likelihood == "poisson_lognormal")
    frame = panel.to_frame().dropna(subset="children")
    assert len(table) == len(frame) < len(panel.to_frame())
    published = frame.set_index(["area_code", "year"])["children"]
    assert (
        published.loc[list(zip(table["area_code"], table["year"], strict=True))]
        == table["children"].to_numpy()
    ).all()
    assert (table["residual"] == table["children"] - table["children_fitted"]).all()
    # 16 levels fitted to 64 counts: three quarters of the variance is left, give or take a third
    assert 0.5 < table["standardised_residual"].std() < 1.2


def test_the_gradient_of_one_factor_runs_through_expected_rates():
    """With one factor, the gradient at an area's value is the area's expected rate."""
    panel = make_panel(20, 3, welsh=8).rates
    fit = cr.fit(RateModel(factors=["deprivation"], time="linear", area_time="none"), panel, draws=300)
    table, frame = fit.gradient(year=2013), fit.to_frame().query("year == 2013")
    need = panel.to_frame().query("year == 2013").set_index("area_code")["deprivation"]
    for nation, rows in table.groupby("nation"):
        mine = frame[frame["nation"] == nation].set_index("area_code")
        lowest = need[mine.index].idxmin()
        assert rows["value"].iloc[0] == pytest.approx(need[lowest])
        for name in ("expected_rate_per_10000", "expected_lower_95", "expected_upper_95"):
            assert rows[name].iloc[0] == pytest.approx(mine.loc[lowest, name], rel=1e-9)
    with pytest.raises(ValueError, match="factors deprivation; 'rain' is not one"):
        fit.gradient("rain")


def test_likeness_of_values_that_do_not_vary_is_not_a_number():
    assert np.isnan(moran(np.ones((2, 4)), np.array([[0, 1], [1, 2], [2, 3]]))).all()
