"""Tail probabilities against published figures, high precision and each other."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln

from carerates.funnels.calibration import false_alarms
from carerates.funnels.limits import poisson_limits
from carerates.funnels.tails import (
    binomial_tails,
    flag_counts,
    negative_binomial_tails,
    poisson_tails,
)

GRID = np.arange(1, 50.0001, 0.01)


@pytest.mark.parametrize(
    ("method", "lower", "upper"),
    [
        # Seaton and Manktelow 2012 (doi:10.1186/1471-2288-12-98), true tail probabilities of an
        # in-control unit for expectations 1 to 50 at a nominal 0.025: median (smallest, largest)
        ("exact", (0.0186, 0.0, 0.0250), (0.0201, 0.0052, 0.0250)),
        ("ci_expected", (0.0325, 0.0219, 0.3679), (0.0121, 0.0003, 0.0177)),
        ("normal", (0.0184, 0.0, 0.0250), (0.0301, 0.0203, 0.0841)),
    ],
)
def test_seaton_and_manktelow(method: str, lower: tuple[float, ...], upper: tuple[float, ...]) -> None:
    for tail, printed in zip(false_alarms(GRID, 0.95, method), (lower, upper), strict=True):
        found = (np.median(tail), tail.min(), tail.max())
        # their grid of expectations is not printed; extremes at a jump move with it by up to 0.0007
        assert found[0] == pytest.approx(printed[0], abs=1.01e-4)
        assert found[1:] == pytest.approx(printed[1:], abs=7e-4)


@pytest.mark.parametrize(
    ("method", "at_95", "at_998"),
    [
        # false alarms in per cent at expectations 5, 20, 100, 1000, by independent summation
        ("exact", (2.0, 4.3, 4.5, 4.8), (0.07, 0.16, 0.19, 0.19)),
        ("interpolated", (3.9, 5.6, 5.1, 5.0), (0.20, 0.23, 0.22, 0.20)),
        ("normal", (3.9, 5.6, 5.1, 5.2), (0.55, 0.29, 0.24, 0.21)),
    ],
)
def test_false_alarm_table(method: str, at_95: tuple[float, ...], at_998: tuple[float, ...]) -> None:
    expected = np.array([5.0, 20, 100, 1000])
    for probability, printed, digit in ((0.95, at_95, 0.051), (0.998, at_998, 0.0051)):
        low, high = false_alarms(expected, probability, method)
        np.testing.assert_allclose(100 * (low + high), printed, atol=digit)  # half of the last printed digit


def test_exact_never_exceeds_its_nominal_share() -> None:
    expected = np.geomspace(0.5, 10_000, 400)
    for probability in (0.8, 0.95, 0.998):
        for tail in false_alarms(expected, probability):
            assert tail.max() <= (1 - probability) / 2


def test_methods_stay_in_their_bands() -> None:
    expected = np.geomspace(20, 10_000, 100)
    for method, top in (("mid_p", 0.040), ("byar", 0.0252), ("interpolated", 0.040)):
        for tail in false_alarms(expected, 0.95, method):
            assert 0.012 < tail.min() < tail.max() < top
    mid_p = np.mean([sum(pair) for pair in zip(*false_alarms(expected, 0.95, "mid_p"), strict=True)])
    assert mid_p == pytest.approx(0.05, abs=0.001)  # right on average, which exact is not


def test_tails_against_fifty_digits() -> None:
    mp.mp.dps = 50
    for mean in ("0.001", "0.7", "22.2", "180", "1e5"):
        for shift in (-4, 0, 3):
            count = max(round(float(mean) + shift * float(mean) ** 0.5), 0)
            upper = mp.mpf(1)
            if count:
                # P(X >= count) by the series of the incomplete gamma function
                term = total = mp.mpf(1)
                step = 0
                while term > total * mp.mpf(10) ** -45:
                    step += 1
                    term *= mp.mpf(mean) / (count + step)
                    total += term
                upper = total * mp.exp(count * mp.log(mp.mpf(mean)) - mp.mpf(mean) - mp.loggamma(count + 1))
            got = poisson_tails(np.array([float(count)]), np.array([float(mean)]))[1][0]
            # a count 4 standard deviations out at 1e5 loses some digits in double precision
            assert got == pytest.approx(float(upper), rel=2e-11)


@given(st.integers(0, 400), st.floats(0.01, 400))
def test_tails_add_up(count: int, mean: float) -> None:
    observed, expected = np.array([float(count)]), np.array([mean])
    lower, _ = poisson_tails(observed, expected)
    above = poisson_tails(observed + 1, expected)[1]
    assert lower[0] + above[0] == pytest.approx(1, abs=1e-12)
    mid = poisson_tails(observed, expected, "mid_p")
    assert mid[0][0] + mid[1][0] == pytest.approx(1, abs=1e-12)


@given(st.integers(0, 300), st.floats(0.05, 300))
def test_flags_agree_with_tails_and_curves(count: int, mean: float) -> None:
    observed, expected = np.array([float(count)]), np.array([mean])
    lower, upper = poisson_tails(observed, expected)
    flag = int(flag_counts(observed, expected)[0])
    by_tail = sum(int(upper[0] <= side) - int(lower[0] <= side) for side in (0.025, 0.001))
    assert flag == by_tail
    for level, probability in enumerate((0.95, 0.998), start=1):
        low, high = poisson_limits(expected, probability)
        if abs(count - high[0]) > 1e-9:
            assert (count > high[0]) == (flag >= level)
        if low[0] > 0 and abs(count - low[0]) > 1e-9:
            assert (count < low[0]) == (flag <= -level)


def test_tiny_and_huge_expectations() -> None:
    assert flag_counts(np.array([0.0, 1, 3, 4]), np.array([1e-9, 1e-9, 1e-3, 0.5])).tolist() == [0, 2, 2, 1]
    million = np.full(4, 1e6)
    assert flag_counts(np.array([998_039.0, 998_042, 1_001_958, 1_003_200]), million).tolist() == [
        -1,
        0,
        0,
        2,
    ]


def test_zero_counts() -> None:
    lower, upper = poisson_tails(np.zeros(3), np.array([0.0, 3.0, 8.0]))
    assert lower.tolist() == pytest.approx([1.0, np.exp(-3), np.exp(-8)])
    assert upper.tolist() == [1, 1, 1]


def test_binomial_tails_by_summation() -> None:
    from math import comb

    size, chance = 12, 0.3
    probabilities = [comb(size, k) * chance**k * (1 - chance) ** (size - k) for k in range(size + 1)]
    for count in range(size + 1):
        row = np.array([float(count)]), np.array([12.0]), np.array([0.3])
        lower, upper = binomial_tails(*row)
        assert lower[0] == pytest.approx(sum(probabilities[: count + 1]), rel=1e-12)
        assert upper[0] == pytest.approx(sum(probabilities[count:]), rel=1e-12)
        mid = binomial_tails(*row, "mid_p")[0][0]
        assert mid == pytest.approx(sum(probabilities[:count]) + probabilities[count] / 2, rel=1e-12)


def test_twelve_of_twelve_against_everyone_is_not_low() -> None:
    lower, upper = binomial_tails(np.array([12.0]), np.array([12.0]), np.array([1.0]))
    assert (lower[0], upper[0]) == (1, 1)


def test_negative_binomial_tails_by_summation() -> None:
    mean, spread = 30.0, 0.2
    shape = 1 / spread
    counts = np.arange(0, 2_000)
    share = mean / (shape + mean)
    logs = gammaln(counts + shape) - gammaln(shape) - gammaln(counts + 1)
    chance = np.exp(logs + shape * np.log1p(-share) + counts * np.log(share))
    lower, upper = negative_binomial_tails(np.array([12.0]), np.array([mean]), spread)
    assert lower[0] == pytest.approx(chance[:13].sum(), rel=1e-10)
    assert upper[0] == pytest.approx(chance[12:].sum(), rel=1e-10)
