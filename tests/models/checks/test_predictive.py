from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.models import RateModel
from tests.models.panels import make_panel


@pytest.fixture(scope="module")
def truth():
    return make_panel(40, 7, welsh=10, noise=0.06, rounding=5, suppress_below=0, sd_slope=0.03)


def test_a_right_model_reproduces_its_figures(truth):
    checks = cr.fit(RateModel(factors=["deprivation"]), truth.rates).predictive_checks(draws=300)
    table = checks.to_frame()
    assert len(table) == 8
    assert (table["lower_95"] <= table["replicated"]).all()
    # eight statistics of a right model: one below 0.01 would be rare
    assert (table["tail_probability"] > 0.01).all()
    assert "reproduces all 8 statistics" in checks.summary()


def test_a_model_without_area_effects_is_found_out(truth):
    model = RateModel(area_effects=False, area_time="none", groups=None, likelihood="poisson")
    checks = cr.fit(model, truth.rates).predictive_checks(draws=200)
    table = checks.to_frame().set_index("statistic")
    assert table.loc["over-dispersion of the last year (phi)", "tail_probability"] < 0.01
    assert "does not reproduce" in checks.summary()


def test_suppression_is_reproduced():
    truth = make_panel(40, 4, log_size=6.5, suppress_below=4, noise=0.0, seed=3)
    fit = cr.fit(RateModel(area_slopes=False, likelihood="poisson"), truth.rates)
    table = fit.predictive_checks(draws=300).to_frame().set_index("statistic")
    row = table.loc["share of cells suppressed"]
    assert row["lower_95"] <= row["observed"] <= row["upper_95"]
    assert row["observed"] == pytest.approx(np.isnan(truth.rates.to_frame()["children"]).mean())


@pytest.mark.parametrize("likelihood", ["negative_binomial", "poisson_lognormal"])
def test_noise_that_the_figures_do_not_have_is_found_out(likelihood):
    """Figures without noise of single years; models told that it is 15%.

    The noise that a log-normal model fits to each count gives the figures back, so it has to be drawn anew.
    """
    truth = make_panel(40, 6, noise=0.0, sd_slope=0.0, log_size=12, seed=5)
    model = RateModel(likelihood=likelihood, noise=0.15, time="linear", area_time="none")
    table = cr.fit(model, truth.rates).predictive_checks(draws=300).to_frame().set_index("statistic")
    yearly = table.loc["SD of one year's change in log rate"]
    assert yearly["tail_probability"] < 0.01
    # two years' noise together, and counts of 1,200 or so; the median of 300 SDs, each known to 5%, is known
    # to half a per cent, and small areas among them add a little
    assert yearly["replicated"] == pytest.approx(np.sqrt(2 * (0.15**2 + 1 / 1200)), rel=0.05)


def test_a_cell_hidden_although_it_may_be_large_stays_the_only_one(truth):
    """Bounds of a cell hidden to protect another hold counts that were shown; no rule for small counts."""
    frame = truth.rates.to_frame()
    frame.loc[0, "children"] = np.nan
    frame.loc[0, "status"] = "suppressed"
    frame.loc[0, ["children_low", "children_high"]] = [1, 5_000]
    rates = cr.RatesTable(frame, factors=truth.rates.factors)
    model = RateModel(factors=["deprivation"], time="linear", area_time="none")
    checks = cr.fit(model, rates, draws=100).predictive_checks()
    table = checks.to_frame().set_index("statistic")
    share = table.loc["share of cells suppressed"]
    assert share["observed"] == share["replicated"] == pytest.approx(1 / len(frame))
    assert len(table) == 9
