"""Draws of the model with a level for each area, against the posterior summed over a grid."""

from __future__ import annotations

import numpy as np
import pytest

from carerates.survey import explain_group
from carerates.survey.random_intercepts import (
    AREA_SD,
    COEFFICIENT_SD,
    INTERCEPT_SD,
    _Quadrature,
    draw_random_intercepts,
)
from tests.survey.test_random_intercepts import _scores

pytestmark = pytest.mark.slow


def _by_grid(design: np.ndarray, outcome: np.ndarray, areas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and SD of intercept, slope and spread from the likelihood and the priors on a grid."""
    quadrature = _Quadrature(design, outcome, areas)
    axes = [np.linspace(-2.2, 1.2, 13), np.linspace(0.4, 2.0, 13), np.linspace(0.02, 3.0, 19)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    prior = -0.5 * ((points / [INTERCEPT_SD, COEFFICIENT_SD, AREA_SD]) ** 2).sum(axis=1)
    value = np.array([-quadrature.misfit(one)[0] for one in points]) + prior
    weight = np.exp(value - value.max())
    weight /= weight.sum()
    mean = weight @ points
    return mean, np.sqrt(weight @ (points - mean) ** 2)


def test_draws_have_the_posterior_of_the_grid() -> None:
    frame = _scores(seed=5).frame
    y = frame["y"].to_numpy()
    design = np.column_stack([np.ones(len(y)), (y - y.mean()) / y.std()])
    outcome = (frame["role"] == "leaders").to_numpy(dtype=float)
    areas = frame["area_code"].astype("category").cat.codes.to_numpy(dtype=np.intp)
    mean, sd = _by_grid(design, outcome, areas)
    found = draw_random_intercepts(design, outcome, areas, draws=8000, seed=6)
    drawn = np.column_stack([found.coefficients, found.area_sd])
    # 8,000 draws are worth at least 1,000 independent ones: a mean is off by .03 SD, an SD by 2.5%, and
    # three times that is allowed
    np.testing.assert_allclose((drawn.mean(axis=0) - mean) / sd, 0.0, atol=0.1)
    np.testing.assert_allclose(drawn.std(axis=0) / sd, 1.0, atol=0.08)
    assert found.smallest_ess > 1000
    assert found.divergences == 0


def test_bayes_and_likelihood_agree_where_the_prior_is_weak() -> None:
    scores, groups = _scores(seed=7), ("workers", "leaders")
    drawn = explain_group(scores, "role", ["y"], groups=groups, method="bayes", seed=8)
    fitted = explain_group(scores, "role", ["y"], groups=groups, method="random_intercept")
    ours, theirs = drawn.frame.iloc[0], fitted.frame.iloc[0]
    # a prior with SD 2.5 moves a coefficient known to .15 by less than a twentieth of that
    assert ours["log_odds"] == pytest.approx(theirs["log_odds"], abs=0.15 * theirs["standard_error"])
    assert ours["standard_error"] == pytest.approx(theirs["standard_error"], rel=0.1)
    assert drawn.interval_kind == "credible"
    assert np.isnan(ours["p_value"])
    assert "p =" not in drawn.summary()
    assert drawn.settings["probability_above_1"][0] > 0.999
    again = explain_group(scores, "role", ["y"], groups=groups, method="bayes", seed=8)
    assert again.frame.equals(drawn.frame)  # the seed decides
