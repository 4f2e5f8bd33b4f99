from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import carerates as cr
from carerates.errors import ModelError
from carerates.models import (
    Beta,
    HalfNormal,
    Priors,
    RateModel,
    compare_models,
    prior_sensitivity,
    without_each_area,
)
from carerates.models.checks.held_out import _masks
from carerates.models.checks.sensitivity import scaled_priors, top_priors
from tests.models.panels import make_panel

CODES = [f"E{number:08d}" for number in range(36)]
CIRCLE = list(zip(CODES, [*CODES[1:], CODES[0]], strict=True))


@pytest.fixture(scope="module")
def truth():
    return make_panel(36, 5, seed=2)


def test_the_factor_that_matters_is_found_out_by_areas_left_out(truth):
    plain = RateModel(area_time="none", time="linear")
    models = {"none": plain, "deprivation": plain.replace(factors=("deprivation",))}
    result = compare_models(models, truth.rates, folds=4, draws=400)
    table = result.to_frame()
    assert table["model"].tolist() == ["deprivation", "none"]
    assert table["difference"].iloc[0] == 0
    assert table["difference"].iloc[1] < 0
    assert (table["counts"] == 180).all()
    # 36 areas: a right 80% interval covers 60% to 95% of them nearly always
    assert 0.6 <= table["coverage_80"].iloc[0] <= 0.97
    assert "'deprivation' predicts 180 counts best" in result.summary()


def test_area_effects_are_found_out_by_the_last_year(truth):
    models = {
        "areas": RateModel(time="linear"),
        "no areas": RateModel(time="linear", area_effects=False, area_time="none", groups=None),
    }
    table = compare_models(models, truth.rates, leave_out="last year", draws=400).to_frame()
    assert table["model"].tolist() == ["areas", "no areas"]
    assert table["difference"].iloc[1] < -0.3
    assert (table["counts"] == 36).all()


def test_held_out_counts_are_not_seen(truth):
    """Counts changed beyond recognition in the held-out year leave the refit as it was."""
    frame = truth.rates.to_frame()
    last = frame["year"] == frame["year"].max()
    changed = frame.copy()
    for name in ("children", "children_low", "children_high"):
        changed.loc[last, name] = 1.0
    model = {"m": RateModel(time="linear", area_time="none")}
    one = compare_models(model, truth.rates, leave_out="last year", draws=200)
    two = compare_models(model, cr.RatesTable(changed), leave_out="last year", draws=200)
    assert two.to_frame()["log_score"].item() < one.to_frame()["log_score"].item() - 10


def test_models_are_scored_on_the_counts_that_all_can_use(truth):
    frame = truth.rates.to_frame()
    frame.loc[frame["area_code"] == truth.rates.areas[0], "deprivation"] = np.nan
    table = cr.RatesTable(frame, factors=truth.rates.factors)
    plain = RateModel(area_time="none", time="linear")
    models = {"none": plain, "deprivation": plain.replace(factors=("deprivation",))}
    result = compare_models(models, table, folds=3, draws=200)
    assert (result.to_frame()["counts"] == 175).all()
    assert result.left_out == 5
    assert "5 counts that some model could not use" in result.summary()


def test_wrong_questions_are_refused(truth):
    model = {"m": RateModel(time="linear", area_time="none")}
    with pytest.raises(ValueError, match="leave_out is"):
        compare_models(model, truth.rates, leave_out="everything")
    with pytest.raises(ValueError, match="models is empty"):
        compare_models({}, truth.rates)
    with pytest.raises(ModelError, match="at least 3 years"):
        compare_models(model, truth.rates.select(year=[2012, 2013]), leave_out="last year")
    with pytest.raises(ValueError, match="folds is at least 2"):
        compare_models(model, truth.rates, folds=1)


def test_a_tight_prior_shows_in_the_sensitivity_table(truth):
    model = RateModel(time="linear", area_time="none", priors=Priors(area=HalfNormal(0.02)))
    table = prior_sensitivity(model, truth.rates, scales=(2.0,))
    moved = table[(table["prior"] == "area") & (table["quantity"] == "sd_area")]["shift"].item()
    assert moved > 1
    still = table[(table["prior"] == "intercept") & (table["quantity"] == "sd_area")]["shift"].item()
    assert abs(still) < 0.2


def test_leaving_one_area_out(truth):
    model = RateModel(factors=["deprivation"], time="linear", area_time="none")
    code = truth.rates.areas[0]
    table = without_each_area(model, truth.rates, [code])
    assert set(table["quantity"]) >= {"intercept", "deprivation", "sd_area", "noise"}
    # one of 36 areas moves a coefficient by about a sixth of its standard deviation
    assert table["shift"].abs().max() < 1.5
    assert np.isfinite(table["shift"]).all()
    with pytest.raises(ValueError, match="no area X"):
        without_each_area(model, truth.rates, ["X"])


MODELS = {
    "lines": (
        RateModel(factors=["deprivation"], population_term=True, time="linear", area_slopes=True),
        ["factor", "log_population", "drift", "slope", "correlation", "area_trend"],
    ),
    "map and autoregression": (
        RateModel(time="autoregressive", area_time="autoregressive", spatial="bym2", neighbours=CIRCLE),
        ["spatial_share", "trend", "trend_correlation", "area_trend", "area_trend_correlation"],
    ),
    "nothing over time": (RateModel(time="none", area_time="none", noise=0.05), []),
}


@pytest.mark.parametrize("name", list(MODELS))
def test_every_prior_of_a_model_is_scaled(truth, name):
    model, own = MODELS[name]
    noise = [] if model.noise else ["noise"]
    found = top_priors(model, truth.rates)
    assert sorted(found) == sorted(["intercept", "area", "region", *own, *noise])
    for one in found:
        assert scaled_priors(model.priors, one, 2.0) != model.priors


def test_twice_the_scale_of_a_correlation_is_a_quarter_of_the_concentration():
    priors = scaled_priors(Priors(), "correlation", 2.0)
    assert priors.correlation.shape == Priors().correlation.shape / 4
    assert scaled_priors(priors, "correlation", 0.5) == Priors()
    assert scaled_priors(Priors(), "spatial_share", 0.5).spatial_share == Beta(2.0, 2.0)


def test_regions_are_left_out_together_and_no_nation_whole():
    panel = make_panel(20, 3, welsh=6, seed=4)
    frame = panel.rates.to_frame()
    frame.loc[frame["nation"] == "Wales", "region"] = "Wales"  # as in the bundled figures
    table = cr.RatesTable(frame, factors=panel.rates.factors)
    assert frame.loc[frame["nation"] == "England", "region"].nunique() > 1
    masks = _masks(table, "areas", 4, "region", 1)
    assert (np.sum(masks, axis=0) == 1).all()
    for mask in masks:
        assert set(frame["nation"]) == set(frame.loc[~mask, "nation"])
        english = frame["nation"] == "England"
        assert not set(frame.loc[mask & english, "region"]) & set(frame.loc[~mask & english, "region"])
    model = RateModel(factors=["deprivation"], time="linear", area_time="none")
    found = compare_models({"one": model}, table, folds=4, by="region", draws=100)
    assert found.to_frame()["counts"].item() == len(frame)
    assert found.to_frame()["checks"].item() == "passed"
    with pytest.raises(ModelError, match="several regions"):
        compare_models({"one": model}, table.select(nation="Wales"), by="region")


def test_refits_that_failed_a_check_are_named(truth):
    model = RateModel(time="linear", area_time="none")
    found = compare_models({"plain": model}, truth.rates, folds=2, draws=100)
    failed = dataclasses.replace(found, scores=found.scores.assign(checks="not passed"))
    assert failed.to_frame()["checks"].item() == "not passed"
    assert "NOT ALL CHECKS PASSED in refits of 'plain'" in failed.summary()
    assert "NOT ALL" not in found.summary()
