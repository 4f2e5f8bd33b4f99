from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from carerates.models.stock_flow.recursion import (
    child_years,
    draw_stock,
    leaving_probability,
    staying_probability,
    steady_stock,
    stock_after,
)

stocks = st.floats(0, 5000)
starts = st.floats(0, 2000)
hazards = st.floats(1e-4, 3)


@given(stocks, starts, hazards)
def test_the_recursion_solves_its_differential_equation(stock, coming, hazard):
    found = solve_ivp(
        lambda _, y: coming - hazard * y, (0, 1), [stock], rtol=1e-10, atol=1e-8, method="DOP853"
    )
    # the integrator's own tolerance
    assert stock_after(stock, coming, hazard) == pytest.approx(found.y[0, -1], rel=1e-7, abs=1e-6)


@given(stocks, starts, hazards)
def test_year_by_year_is_the_same_as_at_once(stock, coming, hazard):
    step = stock
    for _ in range(5):
        step = step * (1 - leaving_probability(hazard)) + coming * staying_probability(hazard)
    assert step == pytest.approx(stock_after(stock, coming, hazard, 5.0), rel=1e-9, abs=1e-9)


@given(starts, hazards)
def test_the_steady_stock_stays(coming, hazard):
    steady = steady_stock(coming, hazard)
    assert stock_after(steady, coming, hazard) == pytest.approx(steady, rel=1e-9, abs=1e-12)
    assert stock_after(0.0, coming, hazard, 200 / hazard) == pytest.approx(steady, rel=1e-9, abs=1e-12)


def test_nobody_leaves_at_no_hazard():
    assert stock_after(100.0, 10.0, 0.0, 3.0) == pytest.approx(130.0)
    assert staying_probability(np.array(0.0)) == pytest.approx(1.0)


def test_wales_in_2018_19():
    """Published: 6,407 at the start, 2,125 started, 1,678 ceased."""
    end = 6407 + 2125 - 1678
    hazard = 1678 / child_years(6407, end)
    assert hazard == pytest.approx(0.2531, abs=5e-5)
    # the mean of both ends stands for the time looked after: a few children from the exact path
    assert stock_after(6407, 2125, hazard) == pytest.approx(end, abs=3.0)


@given(st.floats(10, 2000), starts, st.floats(0.01, 1))
def test_the_mean_of_both_ends_is_close_to_the_time_looked_after(stock, coming, hazard):
    end = stock_after(stock, coming, hazard)
    exact = quad(lambda t: stock_after(stock, coming, hazard, t), 0, 1)[0]
    away = abs(stock - steady_stock(coming, hazard))
    # of a falling exponential the trapezium is h^2 / 12 of the distance too large, and never more
    assert abs(child_years(stock, end) - exact) <= hazard**2 / 12 * away + 1e-6


def test_steady_stocks_are_poisson_and_correlate_as_the_hazard_says():
    """With steady starts the number is Poisson about starts / hazard; k years apart correlate exp(-h k)."""
    rng = np.random.default_rng(5)
    coming, hazard, size = 40.0, 0.25, 200_000
    first = rng.poisson(coming / hazard, size).astype(float)
    second = draw_stock(first, np.full(size, coming), np.full(size, hazard), rng)
    # 200,000 draws of mean 160: means are known to 0.03, variances to 0.5, correlations to 0.002; four each
    assert second.mean() == pytest.approx(160, abs=0.12)
    assert second.var() == pytest.approx(160, abs=2.0)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(np.exp(-0.25), abs=0.005)
    # counts that were independent Poisson about the same rate would vary four and a half times as much
    assert (second - first).var() == pytest.approx(2 * 160 * (1 - np.exp(-0.25)), rel=0.02)
