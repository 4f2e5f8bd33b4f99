from __future__ import annotations

import dataclasses
import json
import math

import pytest

from carerates.errors import ModelError
from carerates.models import LKJ, Beta, HalfNormal, LogNormal, Normal, Priors, RateModel
from carerates.models.spec import RateModel as SameModel


def test_a_model_round_trips_through_json_with_every_field_changed():
    model = RateModel(
        factors=["poverty", "deprivation"],
        time="autoregressive",
        time_by="all",
        groups=None,
        area_slopes=False,
        area_time="random_walk",
        nation_terms=False,
        population_term=True,
        within_between=["poverty"],
        likelihood="poisson_lognormal",
        noise=0.06,
        priors=Priors(area=HalfNormal(0.2)),
    )
    assert RateModel.from_json(model.to_json()) == model
    assert json.loads(model.to_json())["priors"]["area"] == {"kind": "half_normal", "sd": 0.2}
    assert SameModel is RateModel


def test_one_name_is_taken_as_a_list_of_one():
    assert RateModel(factors="deprivation").factors == ("deprivation",)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"time": "spline"}, "time is 'spline'; allowed: 'none', 'linear'"),
        ({"likelihood": "normal"}, "likelihood is 'normal'"),
        ({"area_effects": 1}, "area_effects is 1; allowed: True, False"),
        ({"factors": ["a", "a"]}, "names a more than once"),
        ({"within_between": ["a"]}, "which factors does not"),
        ({"likelihood": "poisson", "noise": 0.1}, "has no noise"),
        ({"noise": 6.0}, "coefficient of variation"),
        ({"area_effects": False}, "area_slopes and area_time need area_effects"),
        ({"area_time": "random_walk_2"}, "area_time='random_walk_2' bends .* needs area_slopes=True"),
    ],
)
def test_what_makes_no_model_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        RateModel(**fields)


def test_all_wrong_words_are_named_together():
    with pytest.raises(ValueError, match=r"time is 'x'.*groups is 'y'"):
        RateModel(time="x", groups="y")


def test_an_unknown_field_or_format_is_refused():
    with pytest.raises(ModelError, match="no field colour"):
        RateModel.from_dict({"colour": "red"})
    with pytest.raises(ModelError, match="of format 99"):
        RateModel.from_dict({"format": 99})


def test_a_model_says_itself_in_words_and_as_mathematics():
    model = RateModel(factors=["deprivation"], time="random_walk_2", area_time="autoregressive", noise=0.05)
    words, mathematics = model.describe(), model.as_mathematics()
    assert "a typical rate of 75 per 10,000, 95% 28 to 200" in words
    assert "deprivation (standardised inside nation); Normal(0.3, 0.3): a rate ratio of 1.35" in words
    assert "borrowed and fixed at 0.05" in words
    assert "kappa = 0.05" in mathematics
    assert "w[t] - 2 w[t-1] + w[t-2]" in mathematics
    assert str(model) == words


LINES = {"factors": ["a", "b"], "area_slopes": True}
TERMS = {
    "random walks": {"time": "random_walk", "area_time": "random_walk"},
    "second-order walks": LINES | {"time": "random_walk_2", "area_time": "random_walk_2"},
    "autoregressions": {"time": "autoregressive", "area_time": "autoregressive"},
    "lines": LINES | {"time": "linear", "area_time": "none"},
    "factors": {
        "factors": ["a", "b"],
        "within_between": ["a"],
        "population_term": True,
        "measured_with_error": ["b"],
        "spatial": "bym2",
    },
    "noise": {"likelihood": "poisson_lognormal"},
}
USED = {  # the priors that a model with these terms has beyond those of every model
    "random walks": {"trend", "area_trend"},
    "second-order walks": {"trend", "area_trend", "drift", "slope", "correlation"},
    "autoregressions": {"trend", "area_trend", "trend_correlation", "area_trend_correlation"},
    "lines": {"drift", "slope", "correlation"},
    "factors": {"factor", "within", "log_population", "nation_factor", "spatial_share"},
    "noise": {"noise"},
}


@pytest.mark.parametrize("name", list(TERMS))
def test_every_prior_that_is_used_can_be_changed_and_is_printed(name):
    changed = {
        "intercept": Normal(-4.123, 0.5),
        "nation": Normal(0.123, 0.5),
        "factor": Normal(0.234, 0.3),
        "nation_factor": Normal(0.345, 0.15),
        "log_population": Normal(0.456, 0.3),
        "within": Normal(0.567, 0.3),
        "drift": Normal(0.0678, 0.05),
        "area": HalfNormal(0.0111),
        "region": HalfNormal(0.0222),
        "slope": HalfNormal(0.0333),
        "correlation": LKJ(3.44),
        "spatial_share": Beta(1.55, 2.0),
        "trend": LogNormal(0.0666, 0.3),
        "trend_correlation": Beta(7.77, 1.5),
        "area_trend": HalfNormal(0.0888),
        "area_trend_correlation": Beta(9.99, 1.5),
        "noise": HalfNormal(0.0123),
    }
    # a prior's first number tells it apart, as it is printed
    marks = {one: f"{dataclasses.astuple(prior)[0]:.4g}" for one, prior in changed.items()}
    model = RateModel(**TERMS[name], priors=Priors(**changed))
    words, mathematics = model.describe(), model.as_mathematics()
    for one in {"intercept", "nation", "area", "region"} | USED[name]:
        assert marks[one] in words, f"{one} in words"
        assert marks[one] in mathematics, f"{one} as mathematics"
    assert RateModel.from_json(model.to_json()) == model
    assert set(changed) | {"by_factor"} == {one.name for one in dataclasses.fields(Priors)}


def test_one_year_models_drop_what_one_year_cannot_tell():
    model = RateModel(factors=["a"], within_between=["a"], area_time="random_walk")
    alone, borrowed = model.for_one_year(), model.for_one_year(noise=0.06)
    assert (alone.likelihood, alone.noise, alone.time, alone.area_slopes) == ("poisson", None, "none", False)
    assert (borrowed.likelihood, borrowed.noise) == ("negative_binomial", 0.06)


@pytest.mark.parametrize("text", ["[]", "[1]", "null", '"x"', "3"])
def test_text_that_gives_no_fields_is_refused(text):
    with pytest.raises(ModelError, match="gives fields by name"):
        RateModel.from_json(text)


@pytest.mark.parametrize("noise", ["0.06", True, math.nan, math.inf, 0, 2])
def test_a_noise_that_is_no_coefficient_of_variation_is_refused(noise):
    with pytest.raises(ValueError, match="coefficient of variation"):
        RateModel(noise=noise)


@pytest.mark.parametrize("factors", [None, 3])
def test_factors_are_a_list(factors):
    with pytest.raises(TypeError, match="factors is a list of column names"):
        RateModel(factors=factors)
