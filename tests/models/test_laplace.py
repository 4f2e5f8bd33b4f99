from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import logsumexp

from carerates.models import HalfNormal, Normal, Priors, RateModel
from carerates.models.counts import log_pmf
from carerates.models.design.building import build_design
from carerates.models.design.terms import spread_of
from carerates.models.laplace.conditional import find_mode
from carerates.models.laplace.curvature import Curvature
from carerates.models.laplace.engine import draw_posterior
from carerates.models.laplace.exploration import explore
from carerates.models.laplace.marginal import evaluate, gradient
from carerates.tables import Factor, RatesTable
from tests.models.panels import make_panel


def test_arrow_algebra_equals_dense_algebra():
    rng = np.random.default_rng(1)
    areas, years, width, own = 5, 4, 3, 2
    shared, local = rng.normal(size=(areas, years, width)), rng.normal(size=(years, own))
    weights = rng.uniform(0.5, 2, (areas, years))
    ours = Curvature.factorised(weights, shared, local, np.eye(width), 2 * np.eye(own))
    design = np.zeros((areas * years, width + areas * own))
    design[:, :width] = shared.reshape(-1, width)
    for area in range(areas):
        at = width + area * own
        design[area * years : (area + 1) * years, at : at + own] = local
    prior = np.diag([1.0] * width + [2.0] * areas * own)
    dense = design.T @ (weights.ravel()[:, None] * design) + prior
    inverse = np.linalg.inv(dense)
    assert ours.log_determinant == pytest.approx(np.linalg.slogdet(dense)[1])
    right = rng.normal(size=len(dense))
    top, bottom = ours.solve(right[:width], right[width:].reshape(areas, own))
    np.testing.assert_allclose(np.concatenate([top, bottom.ravel()]), inverse @ right, atol=1e-12)
    covariance, own_covariance = ours.covariances()
    np.testing.assert_allclose(covariance, inverse[:width, :width], atol=1e-12)
    np.testing.assert_allclose(
        own_covariance[0], inverse[width : width + own, width : width + own], atol=1e-12
    )
    variance = np.einsum("rp,pq,rq->r", design, inverse, design)
    np.testing.assert_allclose(ours.predictor_variance(shared, local).ravel(), variance, atol=1e-12)
    draws = ours.draw(np.random.default_rng(2), 40_000)
    flat = np.concatenate([draws[0], draws[1].reshape(len(draws[0]), -1)], axis=1)
    # 40,000 draws: standard error of a covariance about 0.005 of its size here
    np.testing.assert_allclose(np.cov(flat.T), inverse, atol=0.02)


CODES = [f"{'W' if i < 4 else 'E'}{i:08d}" for i in range(12)]
RING = tuple(zip(CODES, [*CODES[1:], CODES[0]], strict=True))


def panel_with_error():
    rates = make_panel(12, 4, welsh=4, rounding=5).rates
    frame = rates.to_frame().assign(lone_error=0.1)
    return RatesTable(
        frame, factors=(Factor("deprivation"), Factor("lone_parents", standard_error="lone_error"))
    )


MODELS = {
    "default": RateModel(factors=["deprivation"]),
    "two walks": RateModel(time="random_walk_2", area_time="random_walk"),
    "autoregressive": RateModel(time="autoregressive", area_time="autoregressive", area_slopes=False),
    "log-normal": RateModel(likelihood="poisson_lognormal", time="linear", time_by="all"),
    "lines": RateModel(area_slopes=True, area_time="none"),
    "bent lines": RateModel(time="random_walk_2", area_slopes=True, area_time="random_walk_2"),
    "binomial": RateModel(likelihood="binomial", time="linear", area_time="none"),
    "map": RateModel(spatial="bym2", neighbours=RING, area_time="none"),
    "measured": RateModel(
        factors=["deprivation", "lone_parents"], measured_with_error=["lone_parents"], area_time="none"
    ),
    "no areas": RateModel(area_effects=False, area_time="none", groups=None),
}


@pytest.mark.parametrize("name", list(MODELS))
def test_gradient_of_the_hyperparameters_density(name):
    design = build_design(MODELS[name], panel_with_error())
    rng = np.random.default_rng(4)
    free = np.array([one.free(0.3) for one in design.free_spreads]) + rng.normal(
        0, 0.2, len(design.free_spreads)
    )
    ours = gradient(design, evaluate(design, free))
    for number in range(len(free)):
        step = np.zeros(len(free))
        step[number] = 1e-4
        by_difference = (
            evaluate(design, free + step).log_density - evaluate(design, free - step).log_density
        ) / 2e-4
        # differences of a density found by iteration are right to about 1e-5
        assert ours[number] == pytest.approx(by_difference, abs=2e-4)


def test_the_mode_is_a_mode():
    design = build_design(MODELS["default"], make_panel(12, 4).rates)
    values = {one.name: 0.2 for one in design.spreads}
    mode = find_mode(design, values, design.precisions(values))
    again = find_mode(design, values, design.precisions(values), (mode.shared + 0.3, mode.local - 0.2))
    # both stop where no step gains more than 1e-9 in log density
    np.testing.assert_allclose(mode.shared, again.shared, atol=1e-4)


def test_pooled_rate_equals_the_exact_posterior():
    """One rate for all areas, exact counts: a one-dimensional posterior that can be integrated."""
    panel = make_panel(8, 1, noise=0.0, sd_area=0.0).rates
    model = RateModel(
        time="none",
        area_time="none",
        area_effects=False,
        area_slopes=False,
        groups=None,
        likelihood="poisson",
        priors=Priors(intercept=Normal(-5, 0.5)),
    )
    design = build_design(model, panel)
    posterior, _ = draw_posterior(design, draws=20_000, seed=1)
    frame = panel.to_frame()
    grid = np.linspace(-5.5, -4.3, 4001)
    log_density = -0.5 * ((grid + 5) / 0.5) ** 2
    log_density += frame["children"].sum() * grid - frame["population"].sum() * np.exp(grid)
    weight = np.exp(log_density - log_density.max())
    mean = (weight * grid).sum() / weight.sum()
    sd = np.sqrt((weight * (grid - mean) ** 2).sum() / weight.sum())
    # 20,000 draws: standard error of the mean 0.7% of an SD; the normal approximation adds as much again
    assert posterior.shared[:, 0].mean() == pytest.approx(mean, abs=0.03 * sd)
    assert posterior.shared[:, 0].std() == pytest.approx(sd, rel=0.03)


def test_shrinkage_equals_brute_force_integration():
    """Area effects integrated by quadrature over a grid of level and spread: no normal approximation."""
    panel = make_panel(10, 1, noise=0.0, log_size=8.0, seed=5).rates
    priors = Priors(intercept=Normal(-4.9, 0.5), area=HalfNormal(0.5))
    model = RateModel(time="none", area_time="none", groups=None, likelihood="poisson", priors=priors)
    posterior, _ = draw_posterior(build_design(model, panel), draws=20_000, seed=2)
    frame = panel.to_frame()
    y, size = frame["children"].to_numpy(), frame["population"].to_numpy()
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(60)
    levels, spreads = np.linspace(-5.9, -4.0, 90), np.exp(np.linspace(np.log(0.01), np.log(1.6), 90))
    log_weight = np.empty((90, 90))
    effect = np.empty((90, 90, len(y)))
    for row, level in enumerate(levels):
        for column, sd in enumerate(spreads):
            eta = np.log(size)[:, None] + level + sd * nodes
            terms = log_pmf(y[:, None], eta, 0.0) + np.log(node_weights / np.sqrt(2 * np.pi))
            total = logsumexp(terms, axis=1)
            effect[row, column] = (np.exp(terms - total[:, None]) * (level + sd * nodes)).sum(axis=1)
            log_weight[row, column] = (
                total.sum() + priors.intercept.log_density(level) + priors.area.log_density(sd) + np.log(sd)
            )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    exact = np.einsum("rc,rca->a", weight, effect)
    ours = posterior.shared[:, :1] + posterior.local[:, :, 0]
    # counts of about 20 and 20,000 draws: off by a few hundredths of a posterior SD
    assert np.abs(ours.mean(axis=0) - exact).max() < 0.06 * ours.std(axis=0).min()
    assert posterior.spreads["sd_area"].mean() == pytest.approx(
        (weight.sum(axis=0) * spreads).sum(), rel=0.05
    )


def test_weights_do_not_rest_on_few_points():
    found = explore(build_design(MODELS["default"], make_panel(20, 5).rates), seed=3)
    # points near a spread of nothing and far from it weigh less; a third as good as independent is plenty
    assert found.effective > 0.33 * len(found.points)
    assert found.gradient_norm < 0.05


def test_same_seed_same_draws():
    design = build_design(MODELS["default"], make_panel(12, 4).rates)
    one, two, other = (draw_posterior(design, draws=200, seed=seed)[0] for seed in (7, 7, 8))
    np.testing.assert_array_equal(one.shared, two.shared)
    assert not np.array_equal(one.shared, other.shared)


def test_a_spread_of_nothing_is_an_ordinary_place():
    one = spread_of("sd_area", "between areas", HalfNormal(0.5))
    for value in (0.002, 0.05, 0.3, 2.0):
        assert one.natural(one.free(value)) == pytest.approx(value)
        assert one.natural(-one.free(value)) == pytest.approx(value)
    # the density on the unbounded scale is that of the spread times its rate of change, on one side
    free = np.linspace(0, 6, 20_001)
    density = np.exp([one.log_prior(float(at)) for at in free])
    assert np.trapezoid(density, free) == pytest.approx(1, abs=1e-4)
    assert one.log_prior(1e-9) == pytest.approx(one.log_prior(-1e-9))


def test_the_posterior_of_a_spread_near_nothing_against_integration():
    # areas that do not differ: the posterior of sd_area leans on zero, where log steps see it badly
    truth = make_panel(12, 1, sd_area=0.0, noise=0.0, seed=3)
    frame = truth.rates.to_frame()
    rng = np.random.default_rng(5)
    frame["children"] = rng.poisson(frame["population"] * 0.0075)
    frame["children_low"] = frame["children_high"] = frame["children"]
    priors = Priors(intercept=Normal(math.log(0.0075), 1e-4), area=HalfNormal(0.3))
    model = RateModel(priors=priors, groups=None).for_one_year()
    design = build_design(model, RatesTable(frame))
    drawn = np.concatenate(
        [draw_posterior(design, draws=2000, seed=seed)[0].spreads["sd_area"] for seed in range(5)]
    )
    # by brute force: each area's Poisson-normal integral on a grid of spreads
    sds = np.linspace(0.0005, 0.5, 400)
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    mean = frame["population"].to_numpy() * 0.0075
    y = frame["children"].to_numpy()
    logs = np.zeros(len(sds))
    for at, sd in enumerate(sds):
        eta = np.log(mean)[:, None] + sd * z[None, :]
        inner = y[:, None] * eta - np.exp(eta)
        top = inner.max(axis=1, keepdims=True)
        logs[at] = (top[:, 0] + np.log(np.exp(inner - top) @ weight)).sum() - 0.5 * (sd / 0.3) ** 2
    share = np.exp(logs - logs.max())
    share /= share.sum()
    upto = np.cumsum(share)
    for probability in (0.025, 0.25, 0.5, 0.75, 0.975):
        exact = sds[np.searchsorted(upto, probability)]
        found = (drawn < exact).mean()
        # five sets of 64 weighted points: a probability is known to about 0.02
        assert found == pytest.approx(probability, abs=0.05), probability
