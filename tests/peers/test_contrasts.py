from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.errors import TableError
from carerates.peers.underlying import GammaRates, infer_rates
from carerates.tables import RateDraws

ON = ["deprivation", "lone_parents", "population"]
NEED = cr.load_factors(["deprivation", "lone_parents"], nations=["wales", "england"])
PANEL = cr.load_rates(["wales", "england"], years=2018).join(NEED)
WALES = PANEL.select(nation="Wales")


def test_the_probability_that_rates_differ_is_that_of_sampling() -> None:
    rates = GammaRates(np.array([100.0, 70.0]), np.array([10_000.0, 9_000.0]))
    draws = rates.sample(400_000, 3)
    for ratio in (1.0, 1.2):
        exact = rates.probability_ratio_above(0, 1, ratio)
        assert exact == pytest.approx((draws[:, 0] > ratio * draws[:, 1]).mean(), abs=0.003)
    assert rates.probability_ratio_above(0, 1, 1.0) == pytest.approx(
        1 - rates.probability_ratio_above(1, 0, 1.0)
    )


def test_the_prior_fitted_by_moments_draws_extremes_back() -> None:
    rng = np.random.default_rng(4)
    truth = rng.gamma(16, 0.008 / 16, 2000)
    population = rng.integers(2_000, 40_000, 2000).astype(float)
    children = rng.poisson(truth * population).astype(float)
    shrunk = infer_rates(children, population, shrink=True)
    alone = infer_rates(children, population, shrink=False)
    error = [np.square(one.shape / one.exposure - truth).mean() for one in (shrunk, alone)]
    assert error[0] < error[1]
    # the prior's shape, 16, is what was simulated; 2,000 areas give it to about 10%
    assert (shrunk.shape - children)[0] == pytest.approx(16, rel=0.2)


def test_pairs_are_close_in_need_and_truly_different() -> None:
    found = cr.contrasting_pairs(WALES, ON, closest_share=0.2, probability=0.9)
    frame = found.to_frame()
    assert frame["probability_ratio"].min() >= 0.9
    assert frame["underlying_ratio"].is_monotonic_decreasing
    # picked for being far apart, so the underlying ratio is nearer 1 than the published
    assert (frame["underlying_ratio"] < frame["ratio"]).all()
    used = [*frame["high_code"], *frame["low_code"]]
    assert len(used) == len(set(used))
    pairs = set(zip(frame["high_name"], frame["low_name"], strict=True))
    # two of the five areas that the 2013 study chose as having like need and unlike rates
    assert ("Torfaen", "Denbighshire") in pairs


def test_areas_may_be_in_several_pairs_where_asked() -> None:
    frame = cr.contrasting_pairs(PANEL, ON, pairs=30, distinct=False).to_frame()
    assert len(frame) == 30
    assert frame["high_code"].duplicated().any()


def test_when_rates_are_alike_no_pair_is_convincing() -> None:
    frame = WALES.to_frame()
    frame["children"] = np.round(0.009 * frame["population"])
    frame = frame.drop(columns=["children_low", "children_high", "status"])
    found = cr.contrasting_pairs(frame, ON, closest_share=1.0)
    assert found.to_frame().empty
    assert found.considered == 231
    assert "0 shown here" in found.summary()


def test_draws_of_a_model_can_stand_in() -> None:
    frame = WALES.to_frame()
    rng = np.random.default_rng(1)
    base = frame["rate_per_10000"].to_numpy()
    draws = RateDraws(
        (base * np.exp(rng.normal(0, 0.05, (500, 22))))[:, :, None],
        tuple(frame["area_code"]),
        (2018,),
        frame[["population"]].to_numpy(dtype=float),
    )
    found = cr.contrasting_pairs(WALES, ON, closest_share=0.2, fit=draws).to_frame()
    assert found["high_name"].iloc[0] == "Bridgend"
    fewer = RateDraws(draws.rates[:, :5], draws.area_codes[:5], (2018,), draws.population[:5])
    with pytest.raises(TableError, match="do not hold"):
        cr.contrasting_pairs(WALES, ON, fit=fewer)
    with pytest.raises(TypeError, match="rate_draws"):
        cr.contrasting_pairs(WALES, ON, fit=3)


@pytest.mark.parametrize(
    "arguments", [{"closest_share": 0}, {"minimum_ratio": 0.5}, {"probability": 1.0}, {"pairs": 0}]
)
def test_wrong_options_are_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(arguments))):
        cr.contrasting_pairs(WALES, ON, **arguments)  # type: ignore[arg-type]
