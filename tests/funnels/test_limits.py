"""Limits against worked cases, published figures and their own tails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from carerates.funnels.limits import (
    binomial_limits,
    counts_within,
    events_contour,
    negative_binomial_limits,
    poisson_limits,
)
from carerates.funnels.tails import binomial_tails, negative_binomial_tails, poisson_tails


@pytest.mark.parametrize(
    ("population", "inside_95", "inside_998"),
    [(20_000, (154, 207), (140, 223)), (12_258, (90, 131), (79, 144)), (50_000, (409, 492), (386, 517))],
)
def test_whole_counts_inside_at_90_per_10000(
    population: int, inside_95: tuple[int, int], inside_998: tuple[int, int]
) -> None:
    # worked by summing Poisson probabilities by hand
    expected = np.array([population * 90 / 10_000])
    for probability, inside in ((0.95, inside_95), (0.998, inside_998)):
        smallest, largest = counts_within(expected, probability)
        assert (smallest[0], largest[0]) == inside


def test_public_health_england_contour() -> None:
    # a row of PHE's own test workbook: 1 event at a baseline of 116.172 gives 20.8506 and 4588.54
    lower, upper = events_contour(np.array([1.0]), 116.172, 0.95)
    assert lower[0] == pytest.approx(20.8506, abs=5e-5)
    assert upper[0] == pytest.approx(4588.54, abs=0.02)  # the workbook's own last digit is off by one


@pytest.mark.parametrize("method", ["exact", "mid_p", "byar"])
@pytest.mark.parametrize("probability", [0.8, 0.95, 0.998])
def test_tails_on_the_curve_are_the_nominal_ones(method: str, probability: float) -> None:
    expected = np.array([0.7, 5.0, 22.2, 180.0, 4_000.0, 1e6])
    side = (1 - probability) / 2
    lower, upper = poisson_limits(expected, probability, method)
    there = lower > 0
    # the curve is solved to the last digit of the count; at 1e6 that digit is worth 1e-12 of the tail
    np.testing.assert_allclose(poisson_tails(lower, expected, method)[0][there], side, rtol=1e-9)
    np.testing.assert_allclose(poisson_tails(upper, expected, method)[1], side, rtol=1e-9)


@pytest.mark.parametrize("probability", [0.8, 0.95, 0.998])
def test_interpolated_limits_are_spiegelhalters(probability: float) -> None:
    """Spiegelhalter (2005): quantiles r (here scipy's), each drawn back by (P(X <= r) - p) / P(X = r)."""
    expected = np.array([1e-6, 0.02, 0.7, 3.0, 10.0, 28.5, 180.0, 4_000.0, 1e6])
    chance = stats.poisson(expected)
    wanted = []
    for share in ((1 - probability) / 2, (1 + probability) / 2):
        count = chance.ppf(share)
        wanted.append(np.maximum(count - (chance.cdf(count) - share) / chance.pmf(count), 0.0))
    # at 1e6 the last digit of log P(X = r), a difference of numbers of 1e7, is worth 1e-9 of a child
    np.testing.assert_allclose(poisson_limits(expected, probability, "interpolated"), wanted, atol=1e-8)


@given(st.floats(0.01, 2_000), st.floats(-5, 5), st.sampled_from(["exact", "mid_p", "interpolated", "byar"]))
def test_a_whole_count_is_outside_the_curve_just_when_its_tail_says_so(
    expected: float, distance: float, method: str
) -> None:
    count = np.array([max(round(expected + distance * expected**0.5), 0)], dtype=float)
    lower, upper = poisson_limits(np.array([expected]), 0.95, method)
    below, above = poisson_tails(count, np.array([expected]), method)
    assert min(abs(count - lower), abs(count - upper)) < 1e-9 * (1 + count) or (
        ((below <= 0.025) == (count < lower)).all() and ((above <= 0.025) == (count > upper)).all()
    )


def test_no_lower_limit_where_no_children_at_all_would_not_be_remarkable() -> None:
    lower, _ = poisson_limits(np.array([3.6, 3.8]), 0.95)  # exp(-3.689) = 0.025
    assert lower[0] == 0
    assert lower[1] > 0


def test_nothing_expected_gives_no_width() -> None:
    for method in ("exact", "mid_p", "interpolated", "byar", "normal", "ci_expected"):
        lower, upper = poisson_limits(np.array([0.0]), 0.95, method)
        assert (lower[0], upper[0]) == (0, 0)


@given(st.floats(0.5, 1e5), st.floats(1.0001, 3), st.sampled_from(["exact", "mid_p", "byar", "normal"]))
def test_limits_narrow_as_population_grows(expected: float, ratio: float, method: str) -> None:
    pair = np.array([expected, expected * ratio])
    lower, upper = poisson_limits(pair, 0.95, method)
    assert lower[1] / pair[1] >= lower[0] / pair[0] - 1e-12
    assert upper[1] / pair[1] <= upper[0] / pair[0] + 1e-12


def test_binomial_limits_hold_their_tails_and_their_ends() -> None:
    size, chance = np.array([12.0, 50.0, 4_000.0]), np.array([0.97, 0.5, 0.01])
    for method in ("exact", "mid_p"):
        lower, upper = binomial_limits(size, chance, 0.95, method)
        assert ((lower >= 0) & (upper <= size)).all()
        np.testing.assert_allclose(binomial_tails(lower, size, chance, method)[0], 0.025, rtol=1e-9)
        inside = upper < size
        np.testing.assert_allclose(binomial_tails(upper, size, chance, method)[1][inside], 0.025, rtol=1e-9)
    assert upper[0] == 12  # 12 of 12 where 97% are expected is nothing remarkable


def test_negative_binomial_limits_hold_their_tails_and_shrink_to_poisson() -> None:
    expected = np.array([5.0, 180.0, 1e5])
    _, upper = negative_binomial_limits(expected, 0.15, 0.95)
    np.testing.assert_allclose(negative_binomial_tails(upper, expected, 0.15)[1], 0.025, rtol=1e-9)
    assert (upper / expected > 1.5).all()
    for got, plain in zip(
        negative_binomial_limits(expected, 1e-16, 0.95), poisson_limits(expected, 0.95), strict=True
    ):
        np.testing.assert_allclose(got, plain, rtol=1e-12)
