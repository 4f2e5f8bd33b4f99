from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.linalg import inv, sqrtm

from carerates.errors import ModelError
from carerates.survey.clusters import fit_cr2, intraclass_correlation, permute_labels
from carerates.survey.logistic_fit import fit_firth, fit_logistic, penalised_likelihood, robust_logistic


def _cr2_from_the_definition(design, outcome, clusters):
    """CR2 and Satterthwaite df with full matrices, straight from Bell and McCaffrey's formulas."""
    n = len(design)
    bread = inv(design.T @ design)
    hat = design @ bread @ design.T
    residual = outcome - hat @ outcome
    meat, directions = 0, []
    for area in np.unique(clusters):
        rows = np.flatnonzero(clusters == area)
        lift = np.real(inv(sqrtm(np.eye(len(rows)) - hat[np.ix_(rows, rows)])))
        score = design[rows].T @ lift @ residual[rows]
        meat = meat + np.outer(score, score)
        directions.append((np.eye(n) - hat)[:, rows] @ lift @ design[rows] @ bread)
    df = []
    for column in range(design.shape[1]):
        g = np.column_stack([one[:, column] for one in directions])
        values = np.linalg.eigvalsh(g.T @ g)
        df.append(values.sum() ** 2 / (values**2).sum())
    return bread @ meat @ bread, np.array(df)


def test_cr2_against_its_definition() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(7), [3, 8, 5, 12, 4, 6, 9])
    design = np.column_stack([np.ones(47), rng.standard_normal((47, 2)), clusters < 2])
    outcome = rng.standard_normal(47) + rng.standard_normal(7)[clusters]
    covariance, df = _cr2_from_the_definition(design, outcome, clusters)
    ours = fit_cr2(design, outcome, clusters)
    # areas of the last column are 2 of 7, so nothing is singular
    np.testing.assert_allclose(ours.covariance, covariance, rtol=1e-7)
    np.testing.assert_allclose(ours.df, df, rtol=1e-7)


def test_cr2_of_balanced_areas_is_welchs_test_on_area_means() -> None:
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(12), 30)
    second = clusters < 2
    outcome = rng.standard_normal(360) + 0.4 * rng.standard_normal(12)[clusters]
    means = np.array([outcome[clusters == area].mean() for area in range(12)])
    fit = fit_cr2(np.column_stack([np.ones(360), second]), outcome, clusters)
    welch = stats.ttest_ind(means[:2], means[2:], equal_var=False)
    assert fit.coefficients[1] / np.sqrt(fit.covariance[1, 1]) == pytest.approx(welch.statistic)
    # df under the working model, by hand: (1/10 + 1/2)^2 / ((1/10)^2/9 + (1/2)^2/1)
    assert fit.df[1] == pytest.approx(0.36 / (0.01 / 9 + 0.25))


def test_one_respondent_per_area_is_ordinary_hc2() -> None:
    rng = np.random.default_rng(3)
    design = np.column_stack([np.ones(25), rng.standard_normal(25)])
    outcome = rng.standard_normal(25)
    ours = fit_cr2(design, outcome, np.arange(25))
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), sm.OLS(outcome, design).fit().HC2_se)


def test_repeated_columns_are_refused() -> None:
    with pytest.raises(ModelError, match="repeat each other"):
        fit_cr2(np.ones((6, 2)), np.arange(6.0), np.arange(6))


def test_permutation_by_full_enumeration_and_its_floor() -> None:
    means = np.array([3.0, 3.1, 2.9, 3.2, 3.05, 2.95, 3.15, 2.85, 3.0, 3.1, 4.0, 4.1])
    second = np.arange(12) >= 10
    found = permute_labels(means, second)
    assert found.allocations == 66
    assert found.p_value == found.floor == pytest.approx(1 / 66)
    other = permute_labels(means[::-1].copy(), np.roll(second, 3))
    picks = list(combinations(range(12), 2))
    difference = [abs(means[::-1][list(pick)].mean() - np.delete(means[::-1], pick).mean()) for pick in picks]
    here = abs(means[::-1][np.roll(second, 3)].mean() - means[::-1][~np.roll(second, 3)].mean())
    assert other.p_value == pytest.approx(np.mean(np.array(difference) >= here - 1e-12))


def test_permutation_of_many_areas_is_sampled() -> None:
    rng = np.random.default_rng(1)
    found = permute_labels(rng.standard_normal(40), np.arange(40) < 20, seed=3)
    assert not found.exact
    assert 0 < found.p_value <= 1


def test_intraclass_correlation_recovers_the_truth() -> None:
    rng = np.random.default_rng(4)
    clusters = np.repeat(np.arange(400), 12)
    values = np.sqrt(0.2) * rng.standard_normal(400)[clusters] + np.sqrt(0.8) * rng.standard_normal(4800)
    # its standard error with 400 areas of 12 is about .017
    assert intraclass_correlation(values, clusters) == pytest.approx(0.2, abs=0.05)
    shifted = values + 3.0 * (clusters < 100)
    groups = (clusters < 100).astype(float)
    assert intraclass_correlation(shifted, clusters, groups) == pytest.approx(0.2, abs=0.05)


def test_logistic_against_statsmodels() -> None:
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(300), rng.standard_normal((300, 2))])
    outcome = (rng.random(300) < 1 / (1 + np.exp(-design @ [-1.0, 0.7, -0.4]))).astype(float)
    ours, theirs = fit_logistic(design, outcome), sm.Logit(outcome, design).fit(disp=0)
    np.testing.assert_allclose(ours.coefficients, theirs.params, atol=1e-7)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), theirs.bse, atol=1e-6)
    robust = robust_logistic(design, outcome, np.arange(300))
    sandwich = sm.Logit(outcome, design).fit(disp=0, cov_type="HC0").bse
    np.testing.assert_allclose(
        np.sqrt(np.diag(robust.covariance)), sandwich, rtol=0.03
    )  # CR2 is a little wider
    assert (np.sqrt(np.diag(robust.covariance)) > sandwich).all()


def test_separation_is_said_and_firth_stays_finite() -> None:
    design = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
    outcome = np.repeat([0.0, 1.0], 4)
    with pytest.raises(ModelError, match="firth"):
        fit_logistic(design, outcome)
    # two by two table 4/0 and 0/4: Firth adds a half to each cell, log odds ratio 2 ln(4.5 / 0.5)
    assert fit_firth(design, outcome).coefficients[1] == pytest.approx(2 * np.log(9))


def test_firth_is_the_maximum_of_the_penalised_likelihood() -> None:
    rng = np.random.default_rng(6)
    design = np.column_stack([np.ones(40), rng.standard_normal((40, 2))])
    outcome = (rng.random(40) < 0.3).astype(float)
    fit = fit_firth(design, outcome)
    best = penalised_likelihood(design, outcome, fit.coefficients)
    for step in rng.standard_normal((30, 3)) * 0.01:
        assert penalised_likelihood(design, outcome, fit.coefficients + step) < best
