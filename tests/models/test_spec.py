from __future__ import annotations

import json

import pytest

from carerates.errors import ModelError
from carerates.models import HalfNormal, Priors, RateModel
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
    assert "f[t] - 2 f[t-1] + f[t-2]" in mathematics
    assert str(model) == words


def test_one_year_models_drop_what_one_year_cannot_tell():
    model = RateModel(factors=["a"], within_between=["a"], area_time="random_walk")
    alone, borrowed = model.for_one_year(), model.for_one_year(noise=0.06)
    assert (alone.likelihood, alone.noise, alone.time, alone.area_slopes) == ("poisson", None, "none", False)
    assert (borrowed.likelihood, borrowed.noise) == ("negative_binomial", 0.06)
