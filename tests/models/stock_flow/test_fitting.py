from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import ModelError, TableError
from carerates.models import HalfNormal, Normal, RateModel, StockFlowModel, fit_flows
from carerates.models.checks.diagnostics import Check, Diagnostics
from carerates.models.stock_flow.counts import count_flows
from tests.models.stock_flow.panels import make_flows

STEADY = StockFlowModel().replace(area_time="none", time="none", groups=None)


@pytest.fixture(scope="module")
def truth():
    return make_flows()


@pytest.fixture(scope="module")
def fit(truth):
    # the last year is held out
    known = truth.flows.query("year < 2019")
    return fit_flows(STEADY, truth.stock.query("year < 2019"), known, seed=3, draws=1000)


def test_starts_hazards_and_steady_rates_are_recovered(fit, truth):
    table = fit.to_frame().query("year == 2018")
    for name, low, high, actual in (
        ("starts_per_10000", "starts_lower_95", "starts_upper_95", 1e4 * truth.starts),
        ("leaving_probability", "leaving_lower_95", "leaving_upper_95", 1 - np.exp(-truth.hazard)),
        ("mean_stay_years", "stay_lower_95", "stay_upper_95", 1 / truth.hazard),
        ("steady_rate_per_10000", "steady_lower_95", "steady_upper_95", truth.steady),
    ):
        actual = pd.Series(actual, index=truth.flows["area_code"].unique()).loc[table["area_code"]].to_numpy()
        inside = (table[low].to_numpy() <= actual) & (actual <= table[high].to_numpy())
        # of 24 intervals that hold 95%, fewer than 19 hold their truth once in a thousand tries
        assert inside.sum() >= 19, name
        # about 500 starts and 400 ceases of an area in four years: 5% either way
        assert np.abs(np.log(table[name].to_numpy() / actual)).mean() < 0.07, name


def test_next_years_numbers_fall_inside(fit, truth):
    table = fit.forecast(1, seed=2).to_frame()
    actual = truth.stock.query("year == 2019").set_index("area_code")["children"]
    actual = actual.loc[table["area_code"]].to_numpy()
    inside = (table["lower_95"] <= actual) & (actual <= table["upper_95"])
    assert inside.sum() >= 19
    # who is there now is mostly still there: a third narrower than counts drawn anew about a known rate
    width = (table["upper_95"] - table["lower_95"]) / np.sqrt(table["children"])
    assert width.mean() < 0.8 * 2 * 1.96


def test_areas_without_flows_in_the_last_year_are_named(truth):
    gone = (truth.flows["area_code"].isin(["W00000004", "E00000005"])) & (truth.flows["year"] >= 2018)
    known = truth.flows[~gone].query("year < 2019")
    found = fit_flows(STEADY, truth.stock.query("year < 2019"), known, seed=3, draws=200).forecast(1)
    assert found.left_out["area_code"].tolist() == ["E00000005", "W00000004"]
    assert set(found.left_out["reason"]) == {"the last starts and ceases are of 2017, not of 2018"}
    assert len(found.to_frame()) == 22
    assert set(found.observed["area_code"]) == set(found.area_codes)
    said = "2: the last starts and ceases are of 2017, not of 2018 (E00000005, W00000004)"
    assert f"Left out of the forecast: 2 areas ({said})." in found.summary()
    assert found.provenance.steps[-1] == f"Left out of the forecast: 2 areas ({said})"


def test_areas_that_one_model_could_not_use_are_named(truth):
    need = truth.stock.assign(need=np.where(truth.stock["area_code"] == "W00000004", np.nan, 20.0))
    need["need"] += pd.factorize(need["area_code"])[0] % 7
    model = StockFlowModel(
        dataclasses.replace(STEADY.starts, factors=("need",), nation_terms=False), STEADY.ceases
    )
    rates = cr.RatesTable(need, factors=(cr.tables.Factor("need"),))
    found = fit_flows(model, rates, truth.flows, draws=200)
    # the ceases have no use for the factor, which is no hindrance to their forecast
    ahead = found.forecast(1)
    assert ahead.left_out["reason"].tolist() == ["the model of starts could not use 2019"]
    assert "1 area (1: the model of starts" in ahead.summary()
    late = dataclasses.replace(
        found, ceases=fit_flows(STEADY, truth.stock, truth.flows.query("year < 2019")).ceases
    )
    with pytest.raises(ModelError, match="last year of starts is 2019, that of ceases 2018"):
        late.forecast(1)


def test_observed_numbers_are_those_published_each_once(fit, truth):
    ahead = fit.forecast(1, seed=2)
    published = truth.stock.query("year < 2019").set_index(["area_code", "year"])["children"].sort_index()
    found = ahead.observed.set_index(["area_code", "year"])
    assert (found["children"] == published).all() and found.index.equals(published.index)
    assert (found["children_low"] == found["children_high"]).all()
    assert ahead.left_out.empty and "Left out" not in ahead.summary()


def test_the_steady_rate_is_starts_over_hazard_in_every_draw(fit):
    draws = fit.steady_draws()
    starts, ceases = fit.starts.rate_draws().rates, fit.ceases.rate_draws().rates
    np.testing.assert_allclose(draws.rates, starts / (12 * ceases / 1e4), rtol=1e-12)
    assert draws.expected is not None


def test_draws_of_both_parts_are_independent(fit):
    starts, ceases = fit.starts.rate_draws().year(2018), fit.ceases.rate_draws().year(2018)
    found = [np.corrcoef(starts[:, at], ceases[:, at])[0, 1] for at in range(starts.shape[1])]
    # 24 correlations of 1,000 draws: none beyond 4 standard errors of 0.032
    assert np.abs(found).max() < 0.13


def test_a_part_is_the_fit_of_its_table(truth):
    """Ceases of areas alike, their hazard pooled: the gamma posterior of ceases over months."""
    priors = dataclasses.replace(STEADY.ceases.priors, intercept=Normal(-4.0, 20.0), nation=Normal(0, 1e-6))
    pooled = RateModel(
        time="none", groups=None, area_effects=False, area_time="none", likelihood="poisson", priors=priors
    )
    found = fit_flows(StockFlowModel(pooled, pooled), truth.stock, truth.flows, draws=4000)
    hazard = found.ceases.rate_draws().rates[:, 0, 0] / 1e4
    ceases, months = found.stocks["ceases"].sum(), found.stocks["months"].sum()
    # a flat prior on the log: Gamma(ceases, months); 4,000 draws know its mean to 0.016 of its spread
    assert hazard.mean() == pytest.approx(ceases / months, abs=0.07 * np.sqrt(ceases) / months)
    assert hazard.std() == pytest.approx(np.sqrt(ceases) / months, rel=0.05)


def test_rounded_and_suppressed_flows_are_sets_of_counts(truth):
    flows = truth.flows.copy()
    flows[["starts", "ceases"]] = 5 * np.round(flows[["starts", "ceases"]] / 5)
    for name in ("starts", "ceases"):
        flows[f"{name}_low"], flows[f"{name}_high"] = flows[name] - 2, flows[name] + 2
    flows.loc[7, ["starts", "starts_low", "starts_high"]] = [np.nan, 1, 300]
    counts = count_flows(cr.as_rates(truth.stock), flows)
    width = counts.starts.to_frame().eval("children_high - children_low")
    assert width.value_counts().to_dict() == {4: len(flows) - 1, 299: 1}
    assert (counts.starts.to_frame()["status"] == "suppressed").sum() == 1
    assert (counts.ceases.to_frame()["status"] == "estimated").all()
    exact = count_flows(cr.as_rates(truth.stock), truth.flows)
    assert (exact.starts.to_frame()["status"] == "exact").all()
    frame = exact.frame
    assert frame["months"].tolist() == (6 * (frame["children_before"] + frame["children"])).tolist()


def test_rows_that_cannot_be_used_are_listed(truth):
    gone = (truth.stock["area_code"] == "W00000004") & (truth.stock["year"] == 2016)
    flows = pd.concat([truth.flows, pd.DataFrame([("E09", 2016, 4, 5)], columns=truth.flows.columns)])
    counts = count_flows(cr.as_rates(truth.stock[~gone]), flows)
    assert counts.left_out["reason"].value_counts().to_dict() == {
        "no such area and year among the stocks": 2,
        "no stock the year before": 1,
    }
    assert "left out 3 area-years of flows" in " ".join(counts.starts.provenance.steps)
    assert len(counts.frame) == len(truth.flows) - 2


def test_a_failed_check_stands_on_every_output(fit):
    failed = Diagnostics("laplace", (Check("made to fail", 0.0, "1", False, "Nothing to do."),))
    marked = dataclasses.replace(fit, ceases=dataclasses.replace(fit.ceases, diagnostics=failed))
    assert (marked.to_frame()["checks"] == "not passed").all()
    assert (marked.forecast(1).to_frame()["checks"] == "not passed").all()
    assert marked.summary().startswith("Ceases: DO NOT RELY")
    assert marked.forecast(1).summary().startswith("DO NOT RELY")
    assert fit.summary().startswith("Starts and ceases of 24 areas, 2015 to 2018, 96 area-years.")


def test_the_model_exists_unfitted_and_comes_back_from_json():
    model = StockFlowModel(
        RateModel(factors=["deprivation"]), RateModel(priors=cr.Priors(area=HalfNormal(0.2)))
    )
    one_year = StockFlowModel().for_one_year(0.05, 0.04)
    assert (one_year.starts.noise, one_year.ceases.noise) == (0.05, 0.04)
    assert StockFlowModel.from_json(model.to_json()) == model
    with pytest.raises(ModelError, match="not a StockFlowModel"):
        StockFlowModel.from_json(RateModel().to_json())
    assert "a typical rate of 34 per 10,000" in str(StockFlowModel())
    assert "steady rate = 10,000 lambda_S / h" in model.as_mathematics()
    with pytest.raises(ValueError, match="binomial"):
        StockFlowModel(ceases=RateModel(likelihood="binomial"))
    with pytest.raises(TypeError, match="starts is a RateModel"):
        StockFlowModel(starts="poisson")


def test_what_cannot_be_fitted_is_refused(truth):
    with pytest.raises(ModelError, match=r"The model of starts: [\s\S]*cannot be learned from one year"):
        fit_flows(StockFlowModel(), truth.stock, truth.flows.query("year == 2016"))
    with pytest.raises(TableError, match="No area and year of the flows"):
        fit_flows(STEADY, truth.stock, truth.flows.assign(year=1999).drop_duplicates("area_code"))
    with pytest.raises(TableError, match="nobody was looked after"):
        fit_flows(STEADY, truth.stock.assign(children=0), truth.flows)
    with pytest.raises(TableError, match="more children ceased than there were months"):
        fit_flows(STEADY, truth.stock, truth.flows.assign(ceases=100_000))
    with pytest.raises(TypeError, match="is a StockFlowModel"):
        fit_flows(RateModel(), truth.stock, truth.flows)
    with pytest.raises(TableError, match=r"'ceases' is empty in row 3; give 'ceases_low'"):
        fit_flows(
            STEADY,
            truth.stock,
            truth.flows.assign(ceases=truth.flows["ceases"].where(lambda s: s.index != 2)),
        )
    with pytest.raises(TableError, match="'starts' is outside 'starts_low' to 'starts_high'"):
        fit_flows(STEADY, truth.stock, truth.flows.assign(starts_low=10_000))
