"""Expectations with an error: against brute force, and against drawn counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import special

import carerates as cr
from carerates.funnels.tails import negative_binomial_tails, poisson_tails
from carerates.funnels.uncertainty import uncertain_limits, uncertain_tails


@pytest.mark.parametrize(
    ("count", "mean", "error"),
    [
        (0, 3, 0.2),
        (3, 8, 0.5),
        (120, 90, 0.05),
        (200, 180, 0.3),
        (1_500, 900, 0.4),
        (9_000, 10_000, 0.02),
        (2e6, 1e6, 0.3),
    ],
)
def test_against_a_fine_sum(count: float, mean: float, error: float) -> None:
    z = np.linspace(-11, 11, 200_001)
    weights = np.exp(-(z**2) / 2)
    weights /= weights.sum()
    means = mean * np.exp(error * z)
    truth = (
        special.gammaincc(count + 1, means) @ weights,
        (special.gammainc(count, means) if count else 1 + 0 * z) @ weights,
    )
    row = np.array([float(count)]), np.array([float(mean)]), np.array([error])
    lower, upper = uncertain_tails(*row)
    assert (lower[0], upper[0]) == pytest.approx(truth, rel=1e-8)
    mid = uncertain_tails(*row, method="mid_p")
    assert mid[0][0] + mid[1][0] == pytest.approx(1, abs=1e-9)


def test_no_error_is_the_plain_test() -> None:
    counts, means = np.array([5.0, 150.0]), np.array([9.0, 180.0])
    for spread, plain in (
        (0.0, poisson_tails(counts, means)),
        (0.1, negative_binomial_tails(counts, means, 0.1)),
    ):
        got = uncertain_tails(counts, means, np.zeros(2), spread)
        np.testing.assert_allclose(got, plain, rtol=1e-12)


def test_limits_hold_their_tails() -> None:
    means, errors = np.array([4.0, 30.0, 180.0, 5_000.0]), np.array([0.1, 0.05, 0.1, 0.2])
    for spread in (0.0, 0.1):
        lower, upper = uncertain_limits(means, errors, 0.95, spread)
        there = lower > 0
        np.testing.assert_allclose(uncertain_tails(lower, means, errors, spread)[0][there], 0.025, rtol=1e-7)
        np.testing.assert_allclose(uncertain_tails(upper, means, errors, spread)[1], 0.025, rtol=1e-7)


def test_flags_come_as_often_as_stated_when_the_expectation_is_an_estimate() -> None:
    rng = np.random.default_rng(6)
    truth, error, areas = 150.0, 0.08, 30_000
    estimate = truth * np.exp(rng.normal(0, error, areas))
    observed = rng.poisson(truth, areas).astype(float)
    lower, upper = uncertain_tails(observed, estimate, np.full(areas, error))
    honest = np.mean((lower <= 0.025) | (upper <= 0.025))
    plain_lower, plain_upper = poisson_tails(observed, estimate)
    plugged_in = np.mean((plain_lower <= 0.025) | (plain_upper <= 0.025))
    # whole counts keep the exact test a little under 5%; four standard errors are 0.005
    assert 0.039 < honest < 0.055
    assert plugged_in > 0.13  # what ignoring the error does


class FakeAdjustment:
    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def to_frame(self) -> pd.DataFrame:
        return self.frame


RATES = pd.DataFrame(
    {
        "area_code": ["A", "B", "C"],
        "year": 2018,
        "children": [230, 95, 400],
        "population": [20_000, 12_000, 50_000],
    }
)
EXPECTED = pd.DataFrame(
    {
        "area_code": ["C", "A", "B"],
        "year": 2018,
        "expected_children": [405.0, 190.0, 96.0],
        "expected_log_standard_error": [0.02, 0.15, 0.05],
        "expected_rate_per_10000_left_out": [81.0, 90.0, 80.0],
    }
)


def test_adjusted_funnel_carries_the_error() -> None:
    funnel = cr.funnel(RATES, expected=FakeAdjustment(EXPECTED))
    frame = funnel.to_frame()
    assert funnel.settings.kind == "ratio"
    assert funnel.target == 1
    assert frame["rate"].tolist() == pytest.approx([230 / 190, 95 / 96, 400 / 405])
    certain = cr.funnel(RATES, expected=EXPECTED, expected_log_standard_error=0).to_frame()
    assert certain["position"].tolist() == ["above 95%", "within", "within"]
    assert frame["position"].tolist() == ["within", "within", "within"]
    assert (frame["upper_95"] > certain["upper_95"]).all()
    assert "error of the expected counts carried through" in funnel.summary()
    assert len(funnel.limits_frame()) == 200


def test_left_out_expectation_is_used_on_request() -> None:
    frame = cr.funnel(RATES, expected=EXPECTED, left_out=True).to_frame()
    assert frame["expected"].tolist() == pytest.approx([180.0, 96.0, 405.0])


def test_areas_without_an_expectation_are_named() -> None:
    with pytest.raises(cr.TableError, match=r"B \(B\) has none"):
        cr.funnel(RATES, expected=EXPECTED.iloc[:2])


@pytest.mark.parametrize("dispersion", ["none", "multiplicative", "additive", "negative_binomial"])
def test_limits_that_cannot_carry_an_error_say_so(dispersion: str) -> None:
    """Whatever is allowed for: limits for chance alone bound all others, and phi may turn out to be 1."""
    with pytest.raises(ValueError, match="cannot carry the error"):
        cr.funnel(RATES, expected=EXPECTED, limits="byar", dispersion=dispersion)  # type: ignore[arg-type]


@pytest.mark.parametrize("dispersion", ["multiplicative", "additive", "negative_binomial"])
def test_over_dispersed_adjusted_funnels(dispersion: str) -> None:
    frame = cr.funnel(RATES, expected=EXPECTED, dispersion=dispersion).to_frame()  # type: ignore[arg-type]
    assert frame["p_value"].between(0, 1).all()
    assert (frame["lower_95"] < 1).all() and (frame["upper_95"] > 1).all()
