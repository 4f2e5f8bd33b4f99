"""Poisson and negative binomial fits, against likelihoods and fits of others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from carerates.errors import ModelError
from carerates.models.adjustment.log_linear import (
    dispersion_score,
    log_linear_fit,
    negative_binomial_deviance,
    negative_binomial_fit,
)


def made_up(
    count: int = 60, spread: float = 0.08, seed: int = 5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    matrix = np.column_stack([np.ones(count), random.normal(size=(count, 2))])
    offset = random.normal(5, 0.6, count)
    mean = np.exp(offset + matrix @ [-0.2, 0.3, -0.1])
    noise = random.gamma(1 / spread, spread, count) if spread else 1.0
    return random.poisson(mean * noise).astype(float), matrix, offset


def nb_log_likelihood(children: np.ndarray, mean: np.ndarray, dispersion: float) -> float:
    size = 1 / dispersion
    return float(stats.nbinom.logpmf(children, size, size / (size + mean)).sum())


def test_poisson_is_the_top_of_its_likelihood() -> None:
    children, matrix, offset = made_up()
    fit = log_linear_fit(children, matrix, offset)

    def lost(beta: np.ndarray) -> float:
        return -float(stats.poisson.logpmf(children, np.exp(offset + matrix @ beta)).sum())

    found = optimize.minimize(lost, [0.0, 0.0, 0.0], method="BFGS", options={"gtol": 1e-6})
    # BFGS with numerical slopes stops some 1e-6 from the top
    np.testing.assert_allclose(fit.coefficients, found.x, atol=1e-5)
    assert lost(fit.coefficients) <= found.fun + 1e-9
    np.testing.assert_allclose(matrix.T @ (children - fit.mean), 0.0, atol=1e-6)


def test_negative_binomial_is_the_top_of_its_likelihood() -> None:
    children, matrix, offset = made_up()
    fit = negative_binomial_fit(children, matrix, offset)

    def lost(theta: np.ndarray) -> float:
        return -nb_log_likelihood(children, np.exp(offset + matrix @ theta[:3]), float(np.exp(theta[3])))

    found = optimize.minimize(
        lost,
        [0.0, 0.0, 0.0, -2.0],
        method="Nelder-Mead",
        options={"maxiter": 4000, "xatol": 1e-8, "fatol": 1e-11},
    )
    best = np.append(fit.coefficients, np.log(fit.dispersion))
    # the simplex stops where the likelihood is flat to 1e-11, some 1e-5 from the top
    np.testing.assert_allclose(best, found.x, atol=2e-5)
    assert lost(best) <= found.fun + 1e-9


@pytest.mark.parametrize("spread", [0.0, 0.06])
def test_statsmodels_finds_the_same(spread: float) -> None:
    import statsmodels.api as sm

    children, matrix, offset = made_up()
    fit = log_linear_fit(children, matrix, offset, dispersion=spread)
    family = sm.families.NegativeBinomial(alpha=spread) if spread else sm.families.Poisson()
    other = sm.GLM(children, matrix, family=family, offset=offset).fit(tol=1e-13, tol_criterion="params")
    np.testing.assert_allclose(fit.coefficients, other.params, rtol=1e-8)
    assert negative_binomial_deviance(children, fit.mean, spread) == pytest.approx(other.deviance, rel=1e-9)


@pytest.mark.parametrize("dispersion", [0.01, 0.3, 4.0])
def test_dispersion_score_is_the_slope_of_the_log_likelihood(dispersion: float) -> None:
    children, matrix, offset = made_up()
    mean = np.exp(offset + matrix @ [-0.1, 0.2, 0.0])
    step = 1e-5 * dispersion
    slope = (
        nb_log_likelihood(children, mean, dispersion + step)
        - nb_log_likelihood(children, mean, dispersion - step)
    ) / (2 * step)
    # central difference: an error of step^2 and of rounding over step
    assert dispersion_score(children, mean, dispersion) == pytest.approx(slope, rel=1e-5)


def test_starting_near_changes_nothing() -> None:
    children, matrix, offset = made_up()
    fit = negative_binomial_fit(children, matrix, offset)
    keep = np.arange(len(children)) != 3
    near = negative_binomial_fit(children[keep], matrix[keep], offset[keep], start=fit)
    fresh = negative_binomial_fit(children[keep], matrix[keep], offset[keep])
    np.testing.assert_allclose(near.coefficients, fresh.coefficients, rtol=1e-8)
    assert near.dispersion == pytest.approx(fresh.dispersion, rel=1e-8)


def test_counts_that_spread_less_than_chance_have_no_dispersion() -> None:
    _, matrix, offset = made_up()
    children = np.round(np.exp(offset + matrix @ [-0.2, 0.3, -0.1]))
    fit = negative_binomial_fit(children, matrix, offset)
    assert fit.dispersion == 0.0
    np.testing.assert_allclose(fit.coefficients, log_linear_fit(children, matrix, offset).coefficients)


def test_one_common_rate_has_a_closed_form() -> None:
    children, _, offset = made_up()
    fit = log_linear_fit(children, np.ones((len(children), 1)), offset)
    assert fit.coefficients[0] == pytest.approx(np.log(children.sum() / np.exp(offset).sum()), rel=1e-10)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e7])
def test_size_of_the_counts_does_not_matter(size: float) -> None:
    children, matrix, offset = made_up()
    fit = log_linear_fit(children, matrix, offset)
    # counts need not be whole for the estimating equations, so that the whole table can be scaled
    scaled = log_linear_fit(children * size, matrix, offset + np.log(size))
    np.testing.assert_allclose(scaled.coefficients, fit.coefficients, rtol=1e-8)


def test_a_factor_that_separates_the_zeros_is_refused() -> None:
    children = np.array([0.0, 0.0, 0.0, 12.0, 15.0, 9.0])
    matrix = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    with pytest.raises(ModelError, match="no finite"):
        log_linear_fit(children, matrix, np.zeros(6))


def test_some_zeros_are_no_obstacle() -> None:
    children = np.array([0.0, 1.0, 0.0, 12.0, 15.0, 9.0])
    matrix = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    fit = log_linear_fit(children, matrix, np.zeros(6))
    np.testing.assert_allclose(fit.mean, [1 / 3] * 3 + [12.0] * 3, rtol=1e-9)
