from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carerates.errors import ModelError
from carerates.survey import as_responses, assess_reliability
from carerates.survey.reliability import cronbach_alpha, feldt_interval, omega_total, spearman_brown
from carerates.survey.scales import ScaleSet, likert_scale


def _with_covariance(covariance: np.ndarray, n: int = 50) -> np.ndarray:
    """Data whose sample covariance is exactly the one given."""
    rng = np.random.default_rng(3)
    raw = rng.standard_normal((n, len(covariance)))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T


def test_alpha_of_parallel_items_is_spearman_browns_formula() -> None:
    for items, r in ((2, 1 / 3), (3, 0.25), (5, 0.4)):
        data = _with_covariance((1 - r) * np.eye(items) + r)
        assert cronbach_alpha(data) == pytest.approx(items * r / (1 + (items - 1) * r))
    # the report's alpha of .5 is a mean correlation of .33 with two items or .25 with three
    assert cronbach_alpha(_with_covariance(0.75 * np.eye(3) + 0.25)) == pytest.approx(0.5)
    assert spearman_brown(1 / 3) == pytest.approx(0.5)


def test_omega_of_a_one_factor_model_is_its_closed_form() -> None:
    loadings, unique = np.array([0.9, 0.7, 0.5, 0.8]), np.array([0.3, 0.6, 0.5, 0.4])
    data = _with_covariance(np.outer(loadings, loadings) + np.diag(unique))
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())
    assert omega_total(data) == pytest.approx(expected, abs=1e-6)
    assert omega_total(data) > cronbach_alpha(data)  # alpha is a lower bound unless loadings are equal


def test_two_item_omega_is_spearman_brown() -> None:
    data = _with_covariance(np.array([[1.0, 0.4], [0.4, 1.0]]))
    assert omega_total(data) == pytest.approx(spearman_brown(0.4))


def test_feldt_interval_against_scipy_and_coverage() -> None:
    lower, upper = feldt_interval(0.8, 41, 5)
    assert lower == pytest.approx(1 - 0.2 * stats.f.ppf(0.975, 40, 160))
    assert upper == pytest.approx(1 - 0.2 * stats.f.ppf(0.025, 40, 160))
    rng = np.random.default_rng(5)
    true = 4 * 0.4 / (1 + 3 * 0.4)
    root = np.linalg.cholesky(0.6 * np.eye(4) + 0.4)
    held = 0
    for _ in range(600):
        low, high = feldt_interval(cronbach_alpha(rng.standard_normal((60, 4)) @ root.T), 60, 4)
        held += low < true < high
    assert held / 600 == pytest.approx(0.95, abs=0.027)  # three standard errors of a share of 600


def _responses(values: np.ndarray) -> object:
    names = [f"q{i}" for i in range(values.shape[1])]
    table = pd.DataFrame(values, columns=names).assign(area_code="a")
    return as_responses(table, ScaleSet("x", (likert_scale("s", "S", tuple(names)),)), own_areas=True)


def test_table_with_item_deleted() -> None:
    rng = np.random.default_rng(1)
    common = rng.standard_normal(300)
    values = np.clip(
        np.rint(3 + common[:, None] + rng.standard_normal((300, 4)) * [0.5, 0.6, 0.7, 4.0]), 1, 5
    )
    result = assess_reliability(_responses(values))
    worst = result.items.set_index("item")
    assert worst["alpha_without"].idxmax() == "q3"  # the noisy item
    assert worst["item_rest_correlation"].idxmin() == "q3"
    assert "alpha" in result.summary()


def test_constant_items_and_too_few_respondents_are_refused() -> None:
    values = np.column_stack([np.full(10, 3), np.arange(10) % 5 + 1])
    with pytest.raises(ModelError, match="same answer"):
        assess_reliability(_responses(values))
    with pytest.raises(ModelError, match="at least 3"):
        assess_reliability(_responses(values[:2]))
