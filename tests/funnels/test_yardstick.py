"""What an area is measured against, with and without an allowance for over-dispersion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carerates as cr
from carerates.funnels.settings import FunnelSettings
from carerates.funnels.yardstick import Yardstick


@settings(max_examples=60, deadline=None)
@given(
    expected=st.floats(0.05, 400),
    observed=st.integers(0, 500),
    allowance=st.sampled_from(["multiplicative", "additive", "negative_binomial"]),
    limits=st.sampled_from(["exact", "mid_p", "interpolated", "byar", "normal"]),
    scale=st.sampled_from(["square_root", "anscombe", "log", "pearson"]),
    kind=st.sampled_from(["rate", "ratio", "proportion"]),
    extra=st.floats(0.0, 3.0),
    log_error=st.sampled_from([0.0, 0.2]),
)
def test_an_allowance_puts_no_area_outside_that_chance_alone_puts_inside(
    expected, observed, allowance, limits, scale, kind, extra, log_error
):
    """Limits can only widen, and positions and lines say the same."""
    limits = "exact" if log_error or (kind == "proportion" and limits == "byar") else limits
    one = np.ones(1)
    widened = Yardstick(
        expected * one,
        1000 * one,
        0 * one if kind == "proportion" else log_error * one,
        FunnelSettings(kind=kind, limits=limits, scale=scale, dispersion=allowance),
        phi=1 + extra,
        tau2=extra,
        spread=extra / 4,
    )
    plain = replace(widened, settings=replace(widened.settings, dispersion="none"))
    tails = widened.tails(observed * one)
    for wide, narrow in zip(tails, plain.tails(observed * one), strict=True):
        assert wide >= narrow
    (low, high), (inner_low, inner_high) = widened.limits(0.95), plain.limits(0.95)
    assert low <= inner_low and inner_high <= high
    for tail, outside, line in zip(tails, (observed < low, observed > high), (low, high), strict=True):
        # on the line itself the last digit decides
        assert abs(observed - line) < 1e-9 * (1 + line) or (tail <= 0.025) == outside


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        ("rate", 1_000.0, 0.0254),  # a child: 0.02508 by chance, 0.0248 where true rates vary by 100%
        ("proportion", 3.0, 0.03),  # one of three: 0.0297 by chance, 0.0149 with a correlation of a half
    ],
)
def test_true_rates_that_vary_do_not_make_one_event_in_a_tiny_area_remarkable(kind, size, expected):
    settings_ = FunnelSettings(kind=kind, dispersion="negative_binomial")
    spread = {"rate": 1.0, "proportion": 0.5}[kind]
    line = Yardstick(np.array([expected]), np.array([size]), np.zeros(1), settings_, spread=spread)
    assert line.tails(np.ones(1))[1] > 0.025
    assert line.limits(0.95)[1] > 1


def test_no_child_where_one_or_two_are_expected_is_within_the_widest_limits():
    """The Isles of Scilly, 31 March 2018: none of 365 children looked after, 1.6 expected, P(0) = 0.20."""
    nations = ["wales", "england"]
    rates = cr.load_rates(nations, years=2018).join(cr.load_factors(["deprivation"], nations=nations))
    joined = rates.to_frame().dropna(subset="deprivation")
    expected = cr.adjust(joined, factors=["deprivation"])
    for dispersion in ("none", "multiplicative", "additive", "negative_binomial"):
        frame = cr.funnel(joined, expected=expected, dispersion=dispersion).to_frame()
        scilly = frame.set_index("area_name").loc["Isles of Scilly"]
        assert scilly["observed"] == 0
        assert scilly["expected"] == pytest.approx(1.6, abs=0.05)  # as printed
        assert scilly["position"] == "within"
        assert scilly["lower_95"] == 0
