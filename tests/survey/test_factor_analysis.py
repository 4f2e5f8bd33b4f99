"""Factor methods against published examples and against statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal
from statsmodels.multivariate.factor import Factor
from statsmodels.multivariate.factor_rotation import rotate_factors

from carerates.errors import ModelError
from carerates.survey import analyse_correlations, analyse_factors, parallel_analysis
from carerates.survey.correlations import bivariate_normal, correlate, polychoric
from carerates.survey.extraction import extract_ml, extract_paf
from carerates.survey.rotation import oblimin, quartimin_criterion, rotate, varimax

# Bartholomew's six tests of ability, 112 people: covariances in R's data set ability.cov
NAMES = ["general", "picture", "blocks", "maze", "reading", "vocab"]
COVARIANCE = np.array(
    [
        [24.641, 5.991, 33.520, 6.023, 20.755, 29.701],
        [5.991, 6.700, 18.137, 1.782, 4.936, 7.204],
        [33.520, 18.137, 149.831, 19.424, 31.430, 50.753],
        [6.023, 1.782, 19.424, 12.711, 4.757, 9.075],
        [20.755, 4.936, 31.430, 4.757, 52.604, 66.762],
        [29.701, 7.204, 50.753, 9.075, 66.762, 135.292],
    ]
)
SPREAD = np.sqrt(np.diag(COVARIANCE))
ABILITY = COVARIANCE / np.outer(SPREAD, SPREAD)


def test_one_factor_as_r_prints_it() -> None:
    # factanal(factors = 1, covmat = ability.cov) in R 4.2.2, three decimals as printed
    found = analyse_correlations(ABILITY, 1, respondents=112, names=NAMES)
    assert found.loadings["factor_1"].round(3).tolist() == [0.682, 0.384, 0.502, 0.300, 0.877, 0.849]
    assert found.uniquenesses.round(3).tolist() == [0.535, 0.853, 0.748, 0.910, 0.232, 0.280]
    assert round(found.fit["chi_squared"], 2) == 75.18
    assert found.fit["df"] == 9
    assert found.fit["p_value"] == pytest.approx(1.46e-12, rel=5e-3)


def test_two_factors_as_r_prints_them() -> None:
    found = analyse_correlations(ABILITY, 2, respondents=112, names=NAMES, rotation="varimax")
    assert found.uniquenesses.round(3).tolist() == [0.455, 0.589, 0.218, 0.769, 0.052, 0.334]
    assert round(found.fit["chi_squared"], 2) == 6.11
    assert round(found.fit["p_value"], 3) == 0.191
    # factanal(factors = 2, covmat = ability.cov) in R 4.2.2; its varimax stops at a relative change of
    # 1e-5, ours at the maximum, so that the third decimal differs (not with eps = 1e-15: test_against_r.py)
    printed = [[0.499, 0.543], [0.156, 0.622], [0.206, 0.860], [0.109, 0.468], [0.956, 0.182], [0.785, 0.225]]
    np.testing.assert_allclose(found.loadings, printed, atol=0.0045)


def test_published_congeneric_example() -> None:
    # sim.congeneric() of the psych package and fa() of it: loadings .8, .7, .6, .5
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1.0)
    for extract in (extract_ml, extract_paf):
        np.testing.assert_allclose(extract(matrix, 1).loadings[:, 0], loadings, atol=1e-6)


def test_principal_axes_against_statsmodels() -> None:
    other = Factor(corr=ABILITY, n_factor=2, method="pa", nobs=112).fit(maxiter=5000, tol=1e-12)
    ours = extract_paf(ABILITY, 2)
    np.testing.assert_allclose(np.abs(ours.loadings), np.abs(other.loadings), atol=1e-5)
    np.testing.assert_allclose(ours.uniquenesses, other.uniqueness, atol=1e-5)


def test_rotations_against_statsmodels() -> None:
    loadings = extract_ml(ABILITY, 2).loadings
    theirs, _ = rotate_factors(loadings, "varimax")
    ours = varimax(loadings, normalise=False)
    np.testing.assert_allclose(np.sort(np.abs(ours), axis=1), np.sort(np.abs(theirs), axis=1), atol=1e-4)
    theirs, _ = rotate_factors(loadings, "oblimin", 0, "oblique")
    ours, between = oblimin(loadings, normalise=False)
    assert quartimin_criterion(ours) <= quartimin_criterion(theirs) + 1e-10
    np.testing.assert_allclose(np.sort(np.abs(ours), axis=1), np.sort(np.abs(theirs), axis=1), atol=1e-4)
    np.testing.assert_allclose(np.diag(between), 1.0)


@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
def test_rotation_keeps_the_fitted_correlations(rotation) -> None:
    loadings = extract_ml(ABILITY, 2).loadings
    turned, between = rotate(loadings, rotation)
    np.testing.assert_allclose(turned @ between @ turned.T, loadings @ loadings.T, atol=1e-10)


def test_promax_as_r_prints_it() -> None:
    # update(factanal(factors = 2, covmat = ability.cov), rotation = "promax") in R 4.2.2
    found = analyse_correlations(ABILITY, 2, respondents=112, names=NAMES, rotation="promax").loadings
    printed = {"general": (0.364, 0.470), "blocks": (-0.09, 0.932), "reading": (1.023, -0.095)}
    for name, values in printed.items():
        np.testing.assert_allclose(
            found.loc[name], values, atol=0.003
        )  # see varimax: its third decimal differs


def _simulated(rng: np.random.Generator, n: int) -> pd.DataFrame:
    factors = rng.standard_normal((n, 2)) @ np.linalg.cholesky(np.array([[1, 0.3], [0.3, 1]])).T
    values = 0.8 * factors[:, [0, 0, 0, 0, 1, 1]] + 0.6 * rng.standard_normal((n, 6))
    return pd.DataFrame(np.digitize(values, [-1.2, -0.4, 0.4, 1.2]) + 1, columns=[f"q{i}" for i in range(6)])


@pytest.mark.parametrize("correlation", ["pearson", "polychoric"])
def test_simulated_structure_comes_back(correlation) -> None:
    answers = _simulated(np.random.default_rng(2), 1500)
    found = analyse_factors(answers, 2, correlation=correlation)
    members = found.members()
    assert len(set(members[:4])) == 1
    assert len(set(members[4:])) == 1
    assert found.accepted() == (members.iloc[0],)  # two items make a pair, not a factor
    if correlation == "polychoric":  # Pearson's correlations of five answers are weakened
        assert found.loadings.abs().max(axis=1).mean() == pytest.approx(0.8, abs=0.04)
        assert abs(found.factor_correlations.iloc[0, 1]) == pytest.approx(0.3, abs=0.08)


def test_parallel_analysis_finds_two_factors_and_none_in_noise() -> None:
    rng = np.random.default_rng(4)
    assert parallel_analysis(_simulated(rng, 400), simulations=60, seed=1).factors == 2
    noise = pd.DataFrame(rng.integers(1, 6, (400, 6)))
    found = parallel_analysis(noise, simulations=60, seed=1)
    assert found.factors == 0
    assert found.to_frame()["eigenvalue"].sum() == pytest.approx(6)


@pytest.mark.parametrize(
    ("h", "k", "r"), [(0.3, -0.7, 0.6), (1.3, 1.2, 0.97), (-2.0, 0.1, -0.9), (0.0, 0.0, 0.0)]
)
def test_bivariate_normal_against_scipy(h, k, r) -> None:
    reference = multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([h, k])
    assert float(bivariate_normal(np.array(h), np.array(k), r)) == pytest.approx(reference, abs=1e-8)


def test_polychoric_of_a_two_by_two_table_has_a_closed_form_at_even_margins() -> None:
    # tetrachoric with both margins one half: P(both) = 1/4 + arcsin(r) / (2 pi); 40 of 100 gives r =
    # sin(0.3 pi)
    first = np.repeat([1, 1, 2, 2], [40, 10, 10, 40]).astype(float)
    second = np.repeat([1, 2, 1, 2], [40, 10, 10, 40]).astype(float)
    assert polychoric(first, second) == pytest.approx(np.sin(0.3 * np.pi), abs=1e-5)


@pytest.mark.parametrize("true", [-0.5, 0.0, 0.3, 0.8])
def test_polychoric_matches_simulated_truth(true) -> None:
    rng = np.random.default_rng(7)
    values = rng.multivariate_normal([0, 0], [[1, true], [true, 1]], 4000)
    first, second = np.digitize(values[:, 0], [-1, 0, 1.5]), np.digitize(values[:, 1], [-0.5, 0.8])
    # the standard error of a polychoric correlation of 4,000 is at most about .02
    assert polychoric(first.astype(float), second.astype(float)) == pytest.approx(true, abs=0.06)


def test_impossible_requests() -> None:
    with pytest.raises(ModelError, match="cannot carry"):
        extract_ml(ABILITY, 4)
    singular = np.ones((3, 3))
    with pytest.raises(ModelError, match="singular"):
        extract_paf(singular, 1)
    with pytest.raises(ModelError, match="same answer"):
        correlate(np.column_stack([np.ones(9), np.arange(9.0)]))
    with pytest.raises(ModelError, match="more respondents"):
        analyse_factors(pd.DataFrame(np.eye(3)), 1)
    with pytest.raises(ValueError, match="rotation"):
        rotate(np.ones((3, 2)), "equamax")


def test_text_is_no_missing_answer() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.integers(1, 6, (60, 4)), columns=list("abcd")).astype(object)
    table.loc[3, "b"] = "Jane said so"
    for ask in (lambda: analyse_factors(table, 1), lambda: parallel_analysis(table, seed=1)):
        with pytest.raises(ModelError, match=r"^b holds text") as caught:
            ask()
        assert "Jane" not in str(caught.value)
