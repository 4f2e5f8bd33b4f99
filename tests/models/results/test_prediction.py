"""Other rows in the draws of a fit: later years, new areas, other factors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import ModelError, TableError
from carerates.models import RateModel
from carerates.models.results.extension import carried_on
from tests.models.panels import make_panel

MODEL = RateModel(factors=["deprivation", "lone_parents"])
MODELS = {
    "walks": MODEL,
    "lines": MODEL.replace(time="linear", area_time="none", area_slopes=True),
    "second walks, log-normal": MODEL.replace(
        time="random_walk_2", area_slopes=True, area_time="random_walk_2", likelihood="poisson_lognormal"
    ),
    "autoregressions": MODEL.replace(time="autoregressive", area_time="autoregressive", population_term=True),
}


@pytest.fixture(scope="module")
def rates():
    return make_panel(24, 6, welsh=8).rates


@pytest.fixture(scope="module")
def fits(rates):
    return {name: cr.fit(model, rates, seed=1, draws=500) for name, model in MODELS.items()}


@pytest.mark.parametrize("name", list(MODELS))
def test_predicting_the_fitted_rows_gives_the_fitted_draws(fits, rates, name):
    fit = fits[name]
    found, fitted = fit.predict(rates).rate_draws(), fit.rate_draws()
    np.testing.assert_allclose(found.rates, fitted.rates, rtol=1e-9)
    np.testing.assert_allclose(found.expected, fitted.expected, rtol=1e-9)


@pytest.mark.parametrize("name", list(MODELS))
def test_twice_the_population_is_twice_the_children_at_the_same_rate(fits, rates, name):
    if MODELS[name].population_term:
        return  # there the rate answers to an area's size, as it was fitted
    frame = rates.to_frame()
    one = fits[name].predict(frame, seed=3)
    two = fits[name].predict(frame.assign(population=2 * frame["population"]), seed=3)
    np.testing.assert_allclose(one.rates, two.rates, rtol=1e-12)
    # 500 draws of 144 counts near 70: their means are known to a few in ten thousand
    assert two.children.mean() / one.children.mean() == pytest.approx(2, abs=0.02)


def test_a_changed_factor_moves_the_rate_by_its_coefficient(fits, rates):
    fit = fits["walks"]
    frame = rates.to_frame()
    scales = fit.scales().set_index(["column", "nation"])
    move = frame["nation"].map(lambda nation: scales.loc[("deprivation", nation), "sd"])
    prediction = fit.predict(frame.assign(deprivation=frame["deprivation"] + move))
    names = list(fit.design.shared_names)
    plain = fit.posterior.shared[:, names.index("deprivation")]
    welsh = plain + fit.posterior.shared[:, names.index("deprivation x Wales")]
    ratio = prediction.rates / prediction.fitted
    codes = np.array(prediction.rows.area_codes)
    english = np.flatnonzero([code[0] == "E" for code in codes])[0]
    of_wales = np.flatnonzero([code[0] == "W" for code in codes])[0]
    np.testing.assert_allclose(ratio[:, english, 0], np.exp(plain), rtol=1e-9)
    np.testing.assert_allclose(ratio[:, of_wales, 3], np.exp(welsh), rtol=1e-9)
    table = prediction.to_frame()
    assert table["ratio_to_fitted"].iloc[0] == pytest.approx(np.median(np.exp(plain)))


def test_a_forecast_widens_by_the_walks_own_variance(fits):
    fit = fits["walks"]
    found = np.log(fit.forecast(3).rates)
    last = np.log(fit.rate_draws().rates[:, :, -1])
    spreads = fit.posterior.spreads
    yearly = (spreads["sd_trend"] ** 2 + spreads["sd_area_trend"] ** 2).mean()
    for ahead in (1, 2, 3):
        moved = found[:, :, ahead - 1] - last
        # 500 draws of 24 areas that share their nation's part: known to about 7%
        assert (moved**2).mean() == pytest.approx(ahead * yearly, rel=0.25)


def test_a_straight_line_goes_straight_on(fits):
    fit = fits["lines"]
    found = np.log(fit.forecast(2).rates)
    before = np.log(fit.rate_draws().rates)
    step = before[:, :, -1] - before[:, :, -2]
    np.testing.assert_allclose(found[:, :, 0], before[:, :, -1] + step, rtol=1e-9)
    np.testing.assert_allclose(found[:, :, 1], before[:, :, -1] + 2 * step, rtol=1e-9)


def test_a_second_walk_goes_on_from_its_last_slope(fits):
    fit = fits["second walks, log-normal"]
    found, before = np.log(fit.forecast(1).rates)[:, :, 0], np.log(fit.rate_draws().rates)
    bend = found - (2 * before[:, :, -1] - before[:, :, -2])
    spreads = fit.posterior.spreads
    # the nation's and the area's own change of slope; 500 draws of 24 areas that share the nation's part
    yearly = (spreads["sd_trend"] ** 2 + spreads["sd_area_trend"] ** 2).mean()
    assert (bend**2).mean() == pytest.approx(yearly, rel=0.25)
    assert abs(bend.mean()) < 4 * np.sqrt(yearly / 500)


def test_an_autoregression_returns_by_its_correlation():
    draws = 200_000
    path = np.full((draws, 1), 0.4)
    link, sd = np.full(draws, 0.5), np.full(draws, 0.1)
    found = carried_on(path, 2, "autoregressive", sd, link, np.random.default_rng(1))
    # mean 0.4 * 0.5^2, variance 0.01 * (1 + 0.25); 200,000 draws know them to 0.0003 and 0.3%
    assert found[:, 2].mean() == pytest.approx(0.1, abs=0.001)
    assert found[:, 2].var() == pytest.approx(0.0125, rel=0.02)


def new_area(rates, *codes, years=(2016, 2017), region="Region 1"):
    row = rates.to_frame().query("nation == 'England'").iloc[0]
    return pd.DataFrame(
        [
            {
                "area_code": code,
                "area_name": code,
                "nation": "England",
                "region": region,
                "year": year,
                "population": 20_000,
                "deprivation": row["deprivation"],
                "lone_parents": row["lone_parents"],
            }
            for code in codes
            for year in years
        ]
    )


@pytest.mark.parametrize("name", list(MODELS))
def test_new_areas_differ_from_each_other_and_keep_their_draw(fits, rates, name):
    fit = fits[name]
    prediction = fit.predict(new_area(rates, "E99999990", "E99999991"))
    own = np.log(prediction.rates / prediction.expected)
    region = fit.posterior.shared[:, fit.design.shared_names.index("region:Region 1")]
    own = own - region[:, None, None]
    # alike in everything that is shared, so what is left are draws of their own
    assert abs(np.corrcoef(own[:, 0, 1], own[:, 1, 1])[0, 1]) < 0.15
    assert np.corrcoef(own[:, 0, 0], own[:, 0, 1])[0, 1] > 0.9
    sd = np.sqrt((fit.posterior.spreads["sd_area"] ** 2).mean())
    assert own[:, :, 0].std() == pytest.approx(sd, rel=0.3)
    assert set(prediction.to_frame()["predicted_for"]) == {"new area"}


def test_a_new_region_is_drawn_once_for_its_areas(fits, rates):
    fit = fits["walks"]
    prediction = fit.predict(new_area(rates, "E99999990", "E99999991", region="Elsewhere"))
    own = np.log(prediction.rates / prediction.expected)[:, :, 1]
    together = np.cov(own.T)[0, 1]
    assert together == pytest.approx((fit.posterior.spreads["sd_region"] ** 2).mean(), rel=0.8)


def test_the_table_of_a_forecast(fits):
    prediction = fits["walks"].forecast(2)
    table = prediction.to_frame()
    assert len(table) == 48
    assert set(table["year"]) == {2018, 2019}
    assert (table["predicted_for"] == "later year").all()
    assert (table["checks"] == "passed").all()
    inner = table["upper_95"] - table["lower_95"]
    outer = table["rate_predicted_upper_95"] - table["rate_predicted_lower_95"]
    # a count varies about its rate, so the predictive interval is the wider one
    assert (outer > inner).mean() > 0.95
    assert table["ratio_to_fitted"].isna().all()
    assert "predictive interval" in prediction.summary()
    noisy = prediction.rate_draws(single_year=True).rates
    assert np.log(noisy).var(axis=0).mean() > np.log(prediction.rates).var(axis=0).mean()


def test_populations_to_come_are_taken_or_refused(fits):
    fit = fits["walks"]
    codes = fit.design.panel.area_codes
    given = pd.DataFrame({"area_code": codes, "year": 2018, "population": 30_000.0})
    assert (fit.forecast(1, population=given).rows.population == 30_000).all()
    with pytest.raises(TableError, match="lacks areas or years"):
        fit.forecast(2, population=given)
    with pytest.raises(TableError, match="no column year"):
        fit.forecast(1, population=given.drop(columns="year"))
    with pytest.raises(ValueError, match="1 or more"):
        fit.forecast(0)


def test_whole_numbers_of_a_table_are_whole_numbers(fits):
    """A user's numbers come out of a frame, as numpy's."""
    fit = next(iter(fits.values()))
    assert fit.forecast(np.int64(1)).to_frame()["year"].nunique() == 1
    assert len(fit.gradient(points=np.int64(5))) == len(fit.gradient(points=5))
    for wrong in (True, np.float64(2), "2", 0):
        with pytest.raises(ValueError, match="whole number"):
            fit.forecast(wrong)


def test_areas_that_ended_are_named_by_a_forecast(rates):
    frame = rates.to_frame()
    ended = frame[(frame["area_name"] != "Area 20") | (frame["year"] < 2016)]
    found = cr.fit(RateModel(time="linear", area_time="none"), ended, draws=100).forecast(2)
    assert found.left_out == ("Area 20",)
    written = " ".join(one.get_text() for one in cr.plot(found).figure.texts)
    assert "rows end earlier: Area 20." in written
    assert len(found.to_frame()) == 46
    assert found.summary().endswith("Not forecast, because their rows end earlier: Area 20.")
    assert found.provenance.steps[-1] == "not forecast, because their rows end before 2017: Area 20"


def test_factors_that_the_model_does_not_use_are_no_hindrance(rates):
    frame = rates.to_frame().assign(deprivation_error=1.0)
    measured = cr.tables.Factor("deprivation", standard_error="deprivation_error")
    table = cr.RatesTable(frame, factors=(measured, cr.tables.Factor("lone_parents")))
    plain = RateModel(time="linear", area_time="none")
    for model in (plain, plain.replace(factors=["deprivation"], measured_with_error=["deprivation"])):
        assert len(cr.fit(model, table, draws=100).forecast(1).to_frame()) == 24


def test_what_cannot_be_predicted_is_refused_with_every_reason(fits, rates):
    rows = new_area(rates, "E99999990").drop(columns="deprivation")
    rows["nation"], rows["year"] = "Scotland", [2001, 2002]
    with pytest.raises(ModelError, match=r"(?s)no column deprivation.*2001 is before.*Scotland"):
        fits["walks"].predict(rows)
    rows = new_area(rates, "E99999990")
    rows["deprivation"] = np.nan
    with pytest.raises(ModelError, match="deprivation is empty"):
        fits["walks"].predict(rows)


def test_forecast_draws_can_be_scored_beside_other_forecasts():
    rates = make_panel(20, 9, seed=3).rates
    frame = rates.to_frame()
    past = cr.RatesTable(frame[frame["year"] <= 2019], factors=rates.factors)
    fit = cr.fit(MODEL, past, seed=1, draws=500)
    scores = cr.trends.score_forecasts(
        rates,
        horizons=[1],
        origins=[2019],
        draws={2019: fit.forecast(1).rate_draws(single_year=True)},
    )
    table = scores.to_frame().set_index("method")
    assert table.loc["model", "figures"] == 20
    assert 0.75 <= table.loc["model", "coverage"] <= 1.0  # 95% of 20 counts, give or take
