"""Over-dispersion: closed forms, worked cases, known truths, published figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import carerates as cr
from carerates.funnels.between import dersimonian_laird, paule_mandel, restricted_likelihood
from carerates.funnels.dispersion import rank_correlation, report_dispersion
from carerates.funnels.predictive import (
    beta_binomial_limits,
    beta_binomial_spread,
    beta_binomial_tails,
    negative_binomial_log_likelihood,
    negative_binomial_spread,
)
from carerates.funnels.scores import Scores, counts_at, score_counts
from carerates.funnels.settings import FunnelSettings
from carerates.funnels.tails import binomial_tails
from carerates.funnels.trimming import null_mean_square, trim_scores


@pytest.mark.parametrize(
    ("share", "trimming", "printed"),
    [(0.1, "winsorise", 0.679), (0.05, "winsorise", 0.831), (0.1, "truncate", 0.438)],
)
def test_null_constants(share: float, trimming: str, printed: float) -> None:
    assert null_mean_square(share, trimming) == pytest.approx(printed, abs=5e-4)  # type: ignore[arg-type]


@given(st.floats(0.001, 0.45), st.sampled_from(["winsorise", "truncate"]))
def test_null_constants_by_quadrature(share: float, trimming: str) -> None:
    from scipy.special import ndtri

    u = (np.arange(20_000) + 0.5) / 20_000
    edge = ndtri(1 - share)
    z = ndtri(u)
    inside = np.abs(z) <= edge
    truth = np.mean(np.clip(z, -edge, edge) ** 2) if trimming == "winsorise" else np.mean(z[inside] ** 2)
    assert null_mean_square(share, trimming) == pytest.approx(truth, rel=4e-3)  # type: ignore[arg-type]


@pytest.mark.parametrize("areas", [5, 22, 150])
@pytest.mark.parametrize("trimming", ["winsorise", "truncate"])
def test_null_constant_of_few_areas_by_simulation(areas: int, trimming: str) -> None:
    rng = np.random.default_rng(4)
    draws = rng.normal(size=(3_000, areas))
    squares = [np.mean(trim_scores(z, 0.1, trimming) ** 2) for z in draws]  # type: ignore[arg-type]
    error = np.std(squares) / np.sqrt(len(squares))
    assert null_mean_square(0.1, trimming, areas) == pytest.approx(np.mean(squares), abs=4 * error)  # type: ignore[arg-type]


def test_few_areas_tend_to_many() -> None:
    for trimming in ("winsorise", "truncate"):
        few, many = (null_mean_square(0.1, trimming, areas) for areas in (2_000, None))  # type: ignore[arg-type]
        assert few == pytest.approx(many, rel=2e-3)


def test_england_2017() -> None:
    table = cr.load_rates("england", years=2017)
    frame = table.to_frame()
    # 150 areas: City of London and the Isles of Scilly, with a handful of children, are left out
    small = frame["area_name"].str.contains("Scilly|City of London")
    rates = table.select(area=frame.loc[~small, "area_code"].tolist())
    assert len(rates) == 150
    funnel = cr.funnel(rates)
    report = funnel.dispersion[0]
    # computed apart from the department's first files: 62.6 and 40.8, 83% and 76%; the bundled counts and
    # populations carry later revisions, which move phi by less than 0.2
    assert report.phi == pytest.approx(62.6, abs=0.2)
    assert report.phi_trimmed == pytest.approx(40.8, abs=0.2)
    words = funnel.summary()
    # one area lies between the root-scale and the exact 99.8% limit: 114 by z-score, 115 by the exact test
    assert np.mean(np.abs(funnel.to_frame()["z"]) > 3.0902) == pytest.approx(0.76)
    assert "83% of areas outside 95% and 77% of areas outside 99.8%" in words
    assert "which nobody supposes" in words
    assert report.over_dispersed
    wide = cr.funnel(rates, dispersion="negative_binomial")
    outside = (wide.to_frame()["position"] != "within").mean()
    assert outside < 0.08  # the spread of the areas themselves leaves about 5% outside


def test_moment_estimator_by_hand() -> None:
    error = np.array([0.1, 0.2, 0.1])
    weight = 1 / error**2  # 100, 25, 100
    phi = 3.0
    expected = (3 * phi - 2) / (225 - (weight**2).sum() / 225)
    assert dersimonian_laird(phi, error, estimated=True) == pytest.approx(expected)
    assert dersimonian_laird(phi, error, estimated=False) == pytest.approx(3 * 2 / 225)
    assert dersimonian_laird(0.2, error, estimated=True) == 0


def test_between_area_estimators_meet_for_equal_errors() -> None:
    rng = np.random.default_rng(7)
    effect = rng.normal(0, 0.3, 40)
    scores = Scores(effect, np.zeros(40), np.full(40, 0.1))
    # with equal errors all three are the sample variance less the error's
    truth = effect.var(ddof=1) - 0.01
    assert paule_mandel(scores, estimated=True) == pytest.approx(truth, rel=1e-9)
    assert restricted_likelihood(scores, estimated=True) == pytest.approx(truth, rel=1e-6)
    phi = np.mean(((effect - effect.mean()) / 0.1) ** 2)
    assert dersimonian_laird(phi, scores.error, estimated=True) == pytest.approx(truth, rel=1e-9)


def test_no_spread_beyond_chance_gives_none() -> None:
    scores = Scores(np.array([0.01, -0.01, 0.0]), np.zeros(3), np.full(3, 0.5))
    assert paule_mandel(scores, estimated=True) == 0
    assert restricted_likelihood(scores, estimated=True) == 0
    flat = negative_binomial_spread(np.full(20, 100.0), np.full(20, 100.0))
    assert (flat.value, flat.p_value) == (0, 1)


def test_negative_binomial_spread_is_where_the_likelihood_peaks() -> None:
    rng = np.random.default_rng(8)
    expected = rng.gamma(4, 100, 150)
    observed = rng.poisson(expected * rng.gamma(10, 0.1, 150)).astype(float)
    found = negative_binomial_spread(observed, expected)
    grid = np.linspace(0.02, 0.3, 600)
    heights = [negative_binomial_log_likelihood(observed, expected, spread) for spread in grid]
    assert found.value == pytest.approx(grid[int(np.argmax(heights))], abs=grid[1] - grid[0])
    assert found.value == pytest.approx(0.1, abs=0.035)  # three standard errors, 0.1 sqrt(2 / 150)
    assert found.p_value < 1e-10


def test_beta_binomial_tails_and_spread() -> None:
    size, chance = np.array([20.0, 200.0]), np.array([0.3, 0.3])
    counts = np.array([10.0, 80.0])
    for got, plain in zip(
        beta_binomial_tails(counts, size, chance, 1e-7), binomial_tails(counts, size, chance), strict=True
    ):
        np.testing.assert_allclose(got, plain, rtol=1e-3)
    rng = np.random.default_rng(1)
    trials = np.full(300, 100.0)
    true = rng.beta(0.3 * 19, 0.7 * 19, 300)  # correlation 1 / 20
    found = beta_binomial_spread(rng.binomial(100, true).astype(float), trials, np.full(300, 0.3))
    assert found.value == pytest.approx(0.05, abs=0.015)
    lower, upper = beta_binomial_limits(size, chance, 0.05, 0.95)
    tails = (
        beta_binomial_tails(lower, size, chance, 0.05)[0],
        beta_binomial_tails(upper, size, chance, 0.05)[1],
    )
    np.testing.assert_allclose(tails, 0.025, rtol=1e-9)


@given(
    st.sampled_from(["square_root", "anscombe", "log", "pearson"]),
    st.sampled_from(["rate", "proportion"]),
    st.floats(-3, 3),
)
def test_scales_turn_back(scale: str, kind: str, z: float) -> None:
    expected, size = np.array([60.0, 400.0]), np.array([200.0, 1_000.0])
    counts = counts_at(z, expected, size, 0.0, kind, scale)  # type: ignore[arg-type]
    found = score_counts(counts, expected, size, kind, scale).z  # type: ignore[arg-type]
    np.testing.assert_allclose(found, z, atol=1e-9)


def test_rank_correlation_against_scipy() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 8, 30).astype(float), rng.normal(size=30)
    value, p_value = rank_correlation(first, second)
    truth = spearmanr(first, second)
    assert (value, p_value) == pytest.approx((truth.statistic, truth.pvalue), rel=1e-9)


def test_report_does_not_depend_on_order_or_on_what_is_drawn() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"d": rng.integers(5_000, 60_000, 40)})
    frame["n"] = rng.poisson(frame["d"] * 0.009 * rng.gamma(9, 1 / 9, 40))
    frame["a"] = [f"area {row}" for row in range(40)]
    first = cr.funnel(frame, events="n", denominator="d", area="a", dispersion="additive")
    shuffled = frame.sample(frac=1, random_state=1)
    second = cr.funnel(shuffled, events="n", denominator="d", area="a", dispersion="additive")
    columns = ["rate", "lower_95", "p_value", "q_value"]
    one, two = (funnel.to_frame().set_index("area_code")[columns] for funnel in (first, second))
    pd.testing.assert_frame_equal(one, two.loc[one.index], rtol=1e-9)
    plain = cr.funnel(frame, events="n", denominator="d", area="a").dispersion[0]
    assert plain.phi == pytest.approx(first.dispersion[0].phi, rel=1e-12)


def test_splitting_every_area_in_two_keeps_the_pooled_target() -> None:
    frame = pd.DataFrame({"n": [100, 240, 60], "d": [10_000, 20_000, 8_000]})
    halves = pd.concat([frame // 2, frame - frame // 2])
    whole, split = (cr.funnel(one, events="n", denominator="d").target for one in (frame, halves))
    assert whole == pytest.approx(split)


def test_single_area_has_no_dispersion() -> None:
    report = report_dispersion(
        np.array([10.0]), np.array([12.0]), np.array([1_000.0]), FunnelSettings(), estimated=False
    )
    assert not report.over_dispersed
    assert report.tau2_used == 0
