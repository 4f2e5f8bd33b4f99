from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from carerates.models.counts import NARROW, Counts, draw_counts, log_likelihood, log_pmf


def set_probability(low, high, mean, noise):
    """Sum of probabilities by scipy's own mass functions."""
    y = np.arange(low, high + 1)
    if noise == 0:
        return stats.poisson(mean).pmf(y).sum()
    size = noise**-2
    return stats.nbinom(size, size / (size + mean)).pmf(y).sum()


@pytest.mark.parametrize("noise", [0.0, 0.003, 0.06, 0.3, 1.5])
@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (85, 85), (83, 87), (1, 5), (0, 2), (0, 400), (300, 900), (2000, 2001)]
)
@pytest.mark.parametrize("mean", [0.5, 60.0, 350.0, 2000.0])
def test_probability_of_a_set_of_counts(low, high, mean, noise):
    expected = set_probability(low, high, mean, noise)
    counts = Counts.between(np.array([low], float), np.array([high], float))
    value, _, _ = log_likelihood(np.log([mean]), counts, noise)
    if expected > 1e-250:
        # log probabilities near zero are compared absolutely: 1e-9 changes no weight
        assert value[0] == pytest.approx(np.log(expected), rel=1e-8, abs=1e-9)
    else:
        assert value[0] < -500


@pytest.mark.parametrize("noise", [0.0, 0.06, 0.8])
@pytest.mark.parametrize(("low", "high"), [(90, 90), (88, 92), (1, 5), (0, 4), (20, 400), (0, 300)])
@pytest.mark.parametrize("mean", [4.0, 75.0, 250.0])
def test_derivatives_are_those_of_the_value(low, high, mean, noise):
    counts = Counts.between(np.array([low], float), np.array([high], float))
    eta, step = np.log([mean]), 1e-4
    _, first, second = log_likelihood(eta, counts, noise)
    below, above = log_likelihood(eta - step, counts, noise), log_likelihood(eta + step, counts, noise)
    # central differences of this step are right to about 1e-6 of the curvature's size
    scale = max(1.0, abs(float(second[0])))
    assert first[0] == pytest.approx((above[0][0] - below[0][0]) / (2 * step), abs=2e-5 * scale)
    assert second[0] == pytest.approx((above[1][0] - below[1][0]) / (2 * step), abs=2e-5 * scale)


def test_wide_sets_use_the_same_probability_as_narrow_ones():
    low, mean = 100.0, np.log([180.0])
    at_limit = Counts.between(np.array([low]), np.array([low + NARROW - 1]))
    beyond = Counts.between(np.array([low]), np.array([low + NARROW]))
    assert (len(at_limit.narrow), len(beyond.wide)) == (1, 1)
    for noise in (0.0, 0.1):
        extra = np.exp(log_pmf(np.array([low + NARROW]), mean, noise))[0]
        narrow = np.exp(log_likelihood(mean, at_limit, noise)[0][0])
        assert np.exp(log_likelihood(mean, beyond, noise)[0][0]) == pytest.approx(narrow + extra, rel=1e-9)


def test_far_from_the_mean_nothing_becomes_infinite():
    counts = Counts.between(np.array([0.0, 5.0, 3000.0]), np.array([1000.0, 5.0, 9000.0]))
    for eta in (-40.0, 40.0):
        for noise in (0.0, 0.05):
            for part in log_likelihood(np.full(3, eta), counts, noise):
                assert np.isfinite(part).all()


def test_tiny_noise_tends_to_the_poisson_without_losing_digits():
    # log Gamma(y + 1e10) - log Gamma(1e10) would lose all digits if it were taken directly
    y, eta = np.array([300.0]), np.log([310.0])
    assert log_pmf(y, eta, 1e-5)[0] == pytest.approx(log_pmf(y, eta, 0.0)[0], abs=1e-6)


@given(
    st.integers(0, 200), st.integers(0, 60), st.integers(0, 60), st.floats(-2, 6), st.sampled_from([0.0, 0.2])
)
def test_more_possible_counts_are_never_less_likely(low, width, more, eta, noise):
    small = Counts.between(np.array([low], float), np.array([low + width], float))
    large = Counts.between(np.array([low], float), np.array([low + width + more], float))
    at = np.array([eta])
    assert log_likelihood(at, large, noise)[0][0] >= log_likelihood(at, small, noise)[0][0] - 1e-9


def test_simulated_counts_have_the_stated_mean_and_variance():
    rng = np.random.default_rng(3)
    draws = draw_counts(np.full(200_000, np.log(100.0)), 0.2, rng)
    # 200,000 draws: standard errors 0.05 of the mean and about 1.6 of the variance
    assert draws.mean() == pytest.approx(100, abs=0.25)
    assert draws.var() == pytest.approx(100 + 0.04 * 100**2, abs=8)


def test_more_than_all_children_expected_makes_rounded_counts_impossible():
    counts = Counts.between(np.array([53.0, 53.0]), np.array([57.0, 57.0]), np.array([60.0, 60.0]))
    value, first, second = log_likelihood(np.log([55.0, 70.0]), counts, 0.0)
    assert np.isfinite(value[0])
    assert value[1] == -np.inf
    assert np.isfinite(first).all() and np.isfinite(second).all()


@pytest.mark.parametrize("trials", [2001.0, 30_000.0])
@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (85, 85), (83, 87), (1, 5), (0, 400), (300, 900), (2000, 2001)]
)
@pytest.mark.parametrize("mean", [0.5, 60.0, 350.0, 1900.0])
def test_so_many_of_the_areas_children(low, high, mean, trials):
    probability = stats.binom(int(trials), mean / trials).pmf(np.arange(low, high + 1)).sum()
    counts = Counts.between(np.array([low], float), np.array([high], float), np.array([trials]))
    eta, step = np.log([mean]), 1e-4
    value, first, second = log_likelihood(eta, counts, 0.0)
    if probability < 1e-250:
        assert value[0] < -500
        return
    assert value[0] == pytest.approx(np.log(probability), rel=1e-8, abs=1e-9)
    below, above = (log_likelihood(eta + move, counts, 0.0) for move in (-step, step))
    scale = max(1.0, abs(float(second[0])))
    assert first[0] == pytest.approx((above[0][0] - below[0][0]) / (2 * step), abs=2e-5 * scale)
    assert second[0] == pytest.approx((above[1][0] - below[1][0]) / (2 * step), abs=2e-5 * scale)


def test_a_binomial_of_many_is_a_poisson():
    counts = [
        Counts.between(np.array([70.0, 3.0]), np.array([70.0, 7.0]), trials)
        for trials in (np.full(2, 1e9), None)
    ]
    eta = np.log([65.0, 6.0])
    for one, two in zip(*(log_likelihood(eta, each, 0.0) for each in counts), strict=True):
        # a log gamma of a billion keeps about seven digits
        np.testing.assert_allclose(one, two, atol=1e-4)


def test_more_than_all_children_is_impossible():
    counts = Counts.between(np.array([10.0]), np.array([10.0]), np.array([100.0]))
    assert log_likelihood(np.log([150.0]), counts, 0.0)[0][0] == -np.inf


def test_drawn_binomial_counts():
    rng = np.random.default_rng(1)
    draws = draw_counts(np.full(200_000, np.log(400.0)), 0.0, rng, np.full(200_000, 1000.0))
    # mean 400, variance 240; 200,000 draws know them to 0.03 and 0.3%
    assert draws.mean() == pytest.approx(400, abs=0.2)
    assert draws.var() == pytest.approx(240, rel=0.02)
