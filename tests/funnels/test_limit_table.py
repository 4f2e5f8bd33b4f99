"""The fast table against 50-digit arithmetic and against plain inversion."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from carerates.funnels.limit_table import Curve, exact_limits, inverted_limits

SIDES = (0.025, 0.001)


def _at_least(count: mp.mpf, mean: mp.mpf) -> mp.mpf:
    """P(X >= count) for any real count above 0, by the series of the incomplete gamma function."""
    term = total = mp.mpf(1)
    step = 0
    while term > total * mp.mpf(10) ** -50:
        step += 1
        term *= mean / (count + step)
        total += term
    return total * mp.exp(count * mp.log(mean) - mean - mp.loggamma(count + 1))


def test_against_fifty_digits() -> None:
    mp.mp.dps = 50
    # between and at the joins of the pieces, just past where lower limits begin, and up to 20,000
    expected = np.array([0.3, 1.0, 3.7, 4.0, 6.95, 12.0, 31.7, 50.0, 180.0, 1234.5, 20_000.0])
    worst = 0.0
    for probability, (lower, upper) in exact_limits(expected, (0.95, 0.998)).items():
        side = (1 - mp.mpf(str(probability))) / 2
        for mean, low, high in zip(expected, lower, upper, strict=True):
            centre = mp.mpf(float(mean))
            for limit, shift in ((low, 1), (high, 0)):
                if limit == 0:
                    assert mp.exp(-centre) > side
                    continue

                def excess(
                    count: mp.mpf, shift: int = shift, centre: mp.mpf = centre, side: mp.mpf = side
                ) -> mp.mpf:
                    tail = _at_least(count + shift, centre)
                    return (1 - tail if shift else tail) - side

                at = mp.mpf(float(limit))
                step = max(at, 1) * mp.mpf(10) ** -12
                distance = excess(at) * step / (excess(at + step) - excess(at))
                worst = max(worst, float(abs(distance) / max(at, 1)))
    # the aim is 1e-11 of the larger of the limit and one child; 1e-13 is what is reached
    assert worst < 1e-12


def test_agrees_with_inversion_everywhere() -> None:
    expected = np.geomspace(0.01, 1e9, 3_000)
    found = exact_limits(expected, (0.95, 0.998))
    truth = np.maximum(inverted_limits(expected, SIDES), 0)
    for level, probability in enumerate((0.95, 0.998)):
        for got, right in zip(found[probability], (truth[level], truth[2 + level]), strict=True):
            assert np.max(np.abs(got - right) / np.maximum(right, 1)) < 1e-12


@pytest.mark.parametrize("method", ["mid_p", "byar"])
def test_other_smooth_curves(method: Curve) -> None:
    expected = np.geomspace(0.1, 1e6, 600)
    found = exact_limits(expected, (0.95, 0.998), method)
    truth = inverted_limits(expected, SIDES, method)
    for level, probability in enumerate((0.95, 0.998)):
        for got, right in zip(found[probability], (truth[level], truth[2 + level]), strict=True):
            assert np.max(np.abs(got - right) / np.maximum(right, 1)) < 1e-11


@pytest.mark.parametrize("probability", [0.5, 0.6827, 0.99, 0.9999])
def test_any_level(probability: float) -> None:
    expected = np.geomspace(0.3, 1e6, 500)
    (lower, upper), side = exact_limits(expected, (probability,))[probability], (1 - probability) / 2
    truth = np.maximum(inverted_limits(expected, (side,)), 0)
    assert np.max(np.abs(lower - truth[0]) / np.maximum(truth[0], 1)) < 1e-11
    assert np.max(np.abs(upper - truth[1]) / np.maximum(truth[1], 1)) < 1e-11


def test_order_and_shape_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    expected = np.exp(rng.uniform(-3, 12, 10_000))
    order = rng.permutation(expected.size)
    straight = exact_limits(expected, (0.95,))[0.95][1]
    # products of matrices of other widths may differ in the last digit
    np.testing.assert_allclose(exact_limits(expected[order], (0.95,))[0.95][1], straight[order], rtol=1e-14)
    shaped = exact_limits(expected.reshape(100, 100), (0.95,))[0.95][1]
    np.testing.assert_allclose(shaped.ravel(), straight, rtol=1e-14)
