from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from carerates.models.priors import LKJ, Beta, HalfNormal, LogNormal, Normal, Priors, spread

# our prior, the same density from scipy, points to compare at
CASES = [
    (Normal(0.3, 0.2), stats.norm(0.3, 0.2), (-0.1, 0.3, 0.9)),
    (HalfNormal(0.5), stats.halfnorm(scale=0.5), (0.01, 0.4, 2.0)),
    (LogNormal(0.06, 0.1), stats.lognorm(0.1, scale=0.06), (0.05, 0.06, 0.08)),
    (Beta(8.0, 1.5), stats.beta(8, 1.5), (0.2, 0.8, 0.99)),
    (LKJ(2.0), stats.beta(2, 2, loc=-1, scale=2), (-0.9, 0.0, 0.5)),
]


@pytest.mark.parametrize(("ours", "theirs", "points"), CASES)
def test_density_agrees_with_scipy(ours, theirs, points):
    for point in points:
        assert ours.log_density(point) == pytest.approx(theirs.logpdf(point), abs=1e-10)


@pytest.mark.parametrize(("ours", "theirs", "points"), CASES)
def test_draws_follow_the_density(ours, theirs, points):
    draws = ours.draw(np.random.default_rng(1), 4000)
    # a right sampler fails this about once in 1,000 seeds
    assert stats.kstest(draws, theirs.cdf).pvalue > 0.001


def test_outside_its_range_a_prior_has_no_density():
    assert HalfNormal(1.0).log_density(-0.1) == -math.inf
    assert Beta(1, 1).log_density(1.0) == -math.inf
    assert LKJ(2).log_density(1.2) == -math.inf
    assert LogNormal(1, 1).log_density(0.0) == -math.inf


def test_spread_speaks_of_factors_between_areas():
    prior = spread(1.3)
    assert stats.halfnorm(scale=prior.sd).median() == pytest.approx(math.log(1.3))
    assert "1.30" in prior.describe()


@pytest.mark.parametrize("wrong", [1.0, 0.9, math.inf, math.nan])
def test_a_spread_below_one_is_refused(wrong):
    with pytest.raises(ValueError, match="ratio of rates above 1"):
        spread(wrong)


@pytest.mark.parametrize("make", [lambda: Normal(0, 0), lambda: HalfNormal(-1), lambda: Beta(1, math.nan)])
def test_a_scale_that_is_not_positive_is_refused(make):
    with pytest.raises(ValueError, match="positive number"):
        make()


def test_priors_round_trip_and_refuse_strangers():
    priors = Priors(area=spread(1.2), by_factor={"poverty": Normal(0.1, 0.1)}, noise=LogNormal(0.06, 0.05))
    assert Priors.from_dict(priors.to_dict()) == priors
    assert priors.of_factor("poverty") == Normal(0.1, 0.1)
    assert priors.of_factor("deprivation") == priors.factor
    with pytest.raises(ValueError, match="No prior is called aera"):
        Priors.from_dict({"aera": {"kind": "half_normal", "sd": 1.0}})
    with pytest.raises(ValueError, match="of kind 'cauchy'"):
        Priors.from_dict({"area": {"kind": "cauchy", "sd": 1.0}})


def test_priors_of_the_wrong_kind_are_all_named():
    with pytest.raises(TypeError, match=r"area is a Normal.*trend_correlation is a LKJ"):
        Priors(area=Normal(0, 1), trend_correlation=LKJ(2))


def test_the_callers_dictionary_is_not_kept():
    mine = {"poverty": Normal(0.1, 0.1)}
    priors = Priors(by_factor=mine)
    mine.clear()
    assert priors.of_factor("poverty") == Normal(0.1, 0.1)


@pytest.mark.parametrize("mean", [math.nan, math.inf, "0", True, None])
def test_a_mean_that_is_no_number_is_refused(mean):
    with pytest.raises(ValueError, match="mean is a finite number"):
        Normal(mean, 1.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "Priors are values by name"),
        ({"by_factor": [1]}, "by_factor are values by name"),
        ({"area": 0.3}, "values by name.*this is 0.3"),
        ({"area": {"kind": "half_normal"}}, "kind half_normal has sd; this has: "),
        ({"area": {"kind": "half_normal", "sd": 1, "scale": 2}}, "has sd; this has: sd, scale"),
    ],
)
def test_values_of_another_shape_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Priors.from_dict(values)


def test_priors_of_factors_are_given_by_name():
    with pytest.raises(TypeError, match="by_factor gives a Normal for each factor"):
        Priors(by_factor=None)
