from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

import carerates as cr
from carerates.errors import ModelError, TableError
from carerates.tables import RateDraws
from carerates.trends import Rule, rank_draws, rank_normals
from carerates.trends.posterior import (
    change_beyond_group,
    infer_changes,
    own_change,
    probability_above,
)

COUNTS = {"A": (200, 150), "B": (200, 260), "C": (400, 480), "D": (300, 355), "E": (80, 110)}


def panel(counts: dict[str, tuple[int, int]] = COUNTS) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"area_code": name, "nation": "Wales", "year": year, "children": count, "population": 30_000}
            for name, pair in counts.items()
            for year, count in zip((2016, 2020), pair, strict=True)
        ]
    )


@dataclass(frozen=True)
class Fitted:
    """Stands for a fitted model: anything with rate_draws()."""

    draws: RateDraws

    def rate_draws(self) -> RateDraws:
        return self.draws


def posterior_draws(n: int = 40_000, seed: int = 5) -> RateDraws:
    """Draws whose log changes have the exact posterior of the delta method, from an independent sampler."""
    rng = np.random.default_rng(seed)
    counts = np.array(list(COUNTS.values()), dtype=float)
    shared = np.minimum(counts[:, 0] * 0.74**4, counts.min(axis=1))
    variance = 1 / counts[:, 0] + 1 / counts[:, 1] - 2 * shared / counts.prod(axis=1)
    d = np.log(counts[:, 1] / counts[:, 0])
    # importance resampling over the spread and the mean, straight from the joint density
    spread = np.abs(rng.normal(0, 0.2, 400_000))
    total = variance + spread[:, None] ** 2
    centre_variance = 1 / (1 / total).sum(axis=1)
    centre = centre_variance * (d / total).sum(axis=1)
    log_weight = 0.5 * np.log(centre_variance) - 0.5 * (
        np.log(total) + (d - centre[:, None]) ** 2 / total
    ).sum(1)
    pick = rng.choice(
        len(spread), n, p=np.exp(log_weight - log_weight.max()) / np.exp(log_weight - log_weight.max()).sum()
    )
    mean = rng.normal(centre[pick], np.sqrt(centre_variance[pick]))
    keep = spread[pick][:, None] ** 2 / total[pick]
    change = rng.normal(keep * d + (1 - keep) * mean[:, None], np.sqrt(keep * variance))
    start = 1e4 * counts[:, 0] / 30_000
    rates = np.stack([np.broadcast_to(start, change.shape), start * np.exp(change)], axis=2)
    return RateDraws(rates, tuple(COUNTS), (2016, 2020), np.full((5, 2), 30_000.0))


def test_the_delta_method_agrees_with_an_independent_sampler() -> None:
    rule = Rule("fixed", 2016, 2020, -10.0, 20.0)
    draws = posterior_draws()
    sampled = cr.classify(Fitted(draws), rule, k=2).to_frame()
    exact = cr.classify(panel(), rule, probability=0.8, k=2).to_frame()
    for name in ("increasing", "decreasing", "stable"):
        # Monte Carlo error of 40,000 resampled draws is under 0.005
        np.testing.assert_allclose(
            exact[f"probability_{name}"], sampled[f"probability_{name}"], atol=0.015, err_msg=name
        )
    np.testing.assert_allclose(exact["percent_change"], sampled["percent_change"], atol=0.4)
    np.testing.assert_allclose(exact["percent_lower"], sampled["percent_lower"], atol=0.8)
    np.testing.assert_allclose(exact["rank_expected"], sampled["rank_expected"], atol=0.08)
    np.testing.assert_allclose(exact["probability_top_2"], sampled["probability_top_2"], atol=0.04)


def test_the_class_probabilities_are_those_of_the_draws_counted_by_hand() -> None:
    rates = np.array([[[100.0, 80.0], [100.0, 130.0]], [[100.0, 95.0], [100.0, 90.0]]])
    draws = RateDraws(rates, ("X1", "X2"), (2016, 2020), np.full((2, 2), 1000.0))
    found = cr.classify(draws, cr.rules.wcpp(relative_to="start", shortfall=None), probability=0.5)
    frame = found.to_frame()
    # draw 1: -20% and +30%, nation +5%; draw 2: -5% and -10%, nation -7.5%.  Falling is asked first, so X2 is
    # decreasing in draw 2, and X1's -5% there is above the nation's -7.5%
    assert frame["probability_decreasing"].tolist() == [0.5, 0.5]
    assert frame["probability_increasing"].tolist() == [0.5, 0.5]
    assert found.national == {"all areas": pytest.approx(-1.25)}
    assert found.question == "Did the underlying rate change by this much?"


def test_expected_rates_exclude_in_draws_and_in_the_delta_method_alike() -> None:
    rule = cr.rules.wcpp(relative_to="start", shortfall=0.0)
    expected = pd.DataFrame(
        {
            "area_code": list("ABCDE"),
            "expected_rate_per_10000": [60, 120, 120, 120, 30],
            "expected_log_standard_error": 0.05,
        }
    )
    frame = cr.classify(panel(), rule, expected=expected, probability=0.8).to_frame().set_index("area_code")
    plain = cr.classify(panel(), rule, probability=0.8).to_frame().set_index("area_code")
    # B ends at 87 per 10,000, far below the 120 expected: rising, and excluded for it
    assert plain.loc["B", "probability_increasing"] == pytest.approx(
        frame.loc["B", "probability_increasing"] + frame.loc["B", "probability_excluded"], abs=1e-6
    )
    assert frame.loc["B", "probability_excluded"] > 0.9 * plain.loc["B", "probability_increasing"]
    assert frame.loc["E", "probability_excluded"] < 0.05
    sums = frame.filter(regex="probability_(increasing|decreasing|stable|excluded)").sum(axis=1)
    np.testing.assert_allclose(sums, 1, atol=1e-9)


def test_the_two_questions_are_worded_apart() -> None:
    rule = cr.rules.wcpp(relative_to="start", rate="computed", shortfall=None)
    published = cr.classify(panel(), rule)
    underlying = cr.classify(panel(), rule, probability=0.8)
    assert "published figure" in published.summary()
    assert "underlying rate" in underlying.summary()
    assert "published" not in underlying.summary()
    with pytest.raises(ValueError, match="need probabilities"):
        published.expected_false()
    false = underlying.expected_false()
    frame = underlying.to_frame()
    rows = frame["label"] == "increasing"
    assert false["increasing"] == pytest.approx((1 - frame.loc[rows, "probability_increasing"]).sum())
    counts = underlying.counts_at((0.5, 0.95))
    assert (counts.loc[1, "uncertain"]) >= counts.loc[0, "uncertain"]


def test_bad_probabilities_and_measures_are_refused() -> None:
    rule = Rule("fixed", 2016, 2020, -10.0, 20.0)
    for value in (0.4, 1.0, 80):
        with pytest.raises(ValueError, match=r"at least 0\.5 and below 1"):
            cr.classify(panel(), rule, probability=value)
    with pytest.raises(ValueError, match="mean_annual"):
        cr.classify(panel(), Rule("m", 2016, 2020, -1.0, 1.0, measure="mean_annual"), probability=0.8)
    with pytest.raises(ModelError, match="counts above zero"):
        cr.classify(panel({"A": (0, 5)}), rule, probability=0.8)
    with pytest.raises(TableError, match="2012"):
        cr.classify(posterior_draws(10), Rule("fixed", 2012, 2020, -10.0, 20.0))


def test_one_area_alone_gets_its_own_interval() -> None:
    found = cr.classify(panel({"A": (200, 300)}), Rule("fixed", 2016, 2020, -10.0, 20.0), probability=0.8)
    row = found.to_frame().iloc[0]
    assert row["label"] == "increasing"
    # nothing to be drawn towards: the flat prior of the mean leaves the observed change
    assert row["percent_change"] == pytest.approx(50, abs=0.1)


def test_small_areas_are_drawn_to_the_mean_more_than_large_ones() -> None:
    counts = {"S": (40, 60), "L": (2000, 3000), **{f"M{i}": (300, 300 + 5 * i) for i in range(8)}}
    frame = cr.classify(panel(counts), Rule("fixed", 2016, 2020, -10.0, 20.0), probability=0.8).to_frame()
    change = frame.set_index("area_code")["percent_change"]
    assert 10 < change["S"] < change["L"] < 50


def test_the_orthant_probability_is_that_of_the_bivariate_normal() -> None:
    posterior = infer_changes(
        np.array([0.1, 0.2, -0.3, 0.05]), np.array([0.01, 0.02, 0.005, 0.03]), np.array([0, 0, 0, 1]), 0.25
    )
    quantity = change_beyond_group(posterior, np.array([0.3, 0.3, 0.4, 1.0]), np.array([0.05, 0.05]))
    side = (
        np.array([0.05, -0.1, 0.2, 0.0]),
        np.array([0.5, 0.4, 0.6, 0.5]),
        np.array([0.004, 0.01, 0.003, 0.02]),
    )
    found = probability_above(posterior, quantity, 0.02, side)
    wanted = np.zeros(3)
    for area in range(3):
        for at, weight in enumerate(posterior.weight):
            mean = [quantity.mean[at, area] - 0.02, side[0][area] + side[1][area] * posterior.mean[at, area]]
            both = side[1][area] * quantity.with_own[at, area]
            second = side[1][area] ** 2 * posterior.marginal_variance()[at, area] + side[2][area]
            covariance = [[quantity.variance[at, area], both], [both, second]]
            wanted[area] += weight * multivariate_normal.cdf(mean, [0, 0], covariance)
    np.testing.assert_allclose(found[:3], wanted, atol=1e-4)
    # the only area of its nation is its nation
    assert found[3] == pytest.approx(0, abs=1e-6)


def test_without_a_spread_to_learn_the_posterior_is_the_textbook_one() -> None:
    posterior = infer_changes(np.array([0.2]), np.array([0.04]), np.array([0]), 0.25)
    assert posterior.expected_change()[0] == pytest.approx(0.2)
    below = posterior.probability_below(0.0)[0]
    assert below == pytest.approx(norm.cdf(-1.0), abs=1e-6)
    assert own_change(posterior).mean.shape == (len(posterior.weight), 1)


def test_ranks_without_sampling_are_those_of_sampling() -> None:
    mean, deviation = np.array([0.3, 0.1, 0.1, -0.2, 0.0]), np.array([0.1, 0.2, 0.1, 0.3, 0.05])
    draws = np.random.default_rng(2).normal(mean, deviation, (200_000, 5))
    exact, sampled = rank_normals(mean, deviation, 2), rank_draws(draws, 2)
    np.testing.assert_allclose(exact.expected, sampled.expected, atol=0.01)
    np.testing.assert_allclose(exact.top, sampled.top, atol=0.005)
    np.testing.assert_allclose(exact.bottom, sampled.bottom, atol=0.005)
    np.testing.assert_array_equal(exact.lower, sampled.lower)
    np.testing.assert_array_equal(exact.upper, sampled.upper)
    assert exact.top.sum() == pytest.approx(2, abs=1e-4)  # quadrature
    with pytest.raises(ValueError, match="k must be"):
        rank_draws(draws, 0)
