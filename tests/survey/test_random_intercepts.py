"""A level for each area: against lme4 on a published data set, brute force, and what must be refused.

The data are ``cbpp`` of R's lme4 (Lesnoff M et al. 2004, Preventive Veterinary Medicine 64, 51-65): cases of
contagious bovine pleuropneumonia in 15 herds over four periods, 842 animals.  The expected numbers come from R 4.2.2 with
lme4 1.1.31::

    library(lme4); options(digits = 10)
    f <- glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), family = binomial, data = cbpp,
               nAGQ = 25, control = glmerControl(optimizer = "bobyqa",
               optCtrl = list(rhobeg = 2e-3, rhoend = 2e-9, maxfun = 1e5)))
    print(fixef(f)); print(sqrt(diag(as.matrix(vcov(f))))); print(getME(f, "theta"))
"""  # noqa: E501

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from carerates.errors import MissingExtraError, ModelError
from carerates.survey import Scores, explain_group
from carerates.survey.logistic_fit import fit_logistic
from carerates.survey.random_intercepts import (
    _information,
    _Quadrature,
    draw_random_intercepts,
    fit_random_intercepts,
)

# herd: cases of animals in each period observed
CBPP = {
    1: "2/14 3/12 4/9 0/5", 2: "3/22 1/18 1/21 -", 3: "8/22 2/16 0/16 2/20", 4: "2/10 0/10 2/9 0/6",
    5: "5/18 0/25 0/24 1/4", 6: "3/17 0/17 0/18 1/20", 7: "8/16 1/10 3/9 0/5", 8: "12/34 - - -",
    9: "2/9 0/6 0/8 0/6", 10: "1/22 1/22 0/18 2/22", 11: "0/25 5/27 3/22 1/22", 12: "2/10 1/8 0/6 0/5",
    13: "1/21 2/24 0/19 0/23", 14: "11/19 0/2 0/3 0/2", 15: "1/19 1/15 1/15 0/15",
}  # fmt: skip
COEFFICIENTS = [-1.3992304425, -0.9914036779, -1.1278194839, -1.5794707128]
STANDARD_ERRORS = [0.2335115760, 0.3067679315, 0.3267683253, 0.4275944483]
HERD_SD = 0.647518489


def cbpp() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, outcome, herds = [], [], []
    for herd, cells in CBPP.items():
        for period, cell in enumerate(cells.split()):
            if cell == "-":
                continue
            cases, animals = map(int, cell.split("/"))
            rows += [[1.0, *(float(period == one) for one in (1, 2, 3))]] * animals
            outcome += [1.0] * cases + [0.0] * (animals - cases)
            herds += [herd - 1] * animals
    return np.array(rows), np.array(outcome), np.array(herds, dtype=np.intp)


def test_as_lme4_prints_it() -> None:
    design, outcome, herds = cbpp()
    assert (len(outcome), outcome.sum()) == (842, 99)
    found = fit_random_intercepts(design, outcome, herds)
    # both stop where the likelihood is flat to about 1e-10, so that estimates agree to about 1e-6
    np.testing.assert_allclose(found.coefficients, COEFFICIENTS, atol=2e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), STANDARD_ERRORS, atol=2e-6)
    assert found.area_sd == pytest.approx(HERD_SD, abs=2e-6)


def test_likelihood_by_brute_force() -> None:
    # sum the likelihood of each herd over a fine grid of its level
    design, outcome, herds = cbpp()
    beta, spread = np.array([-1.2, -0.7, -1.0, -1.4]), 0.9
    levels = np.linspace(-9, 9, 4001)
    density = np.exp(-(levels**2) / 2) / np.sqrt(2 * np.pi)
    total = 0.0
    for herd in range(15):
        rows = herds == herd
        eta = (design[rows] @ beta)[:, None] + spread * levels
        each = np.exp((outcome[rows][:, None] * eta - np.logaddexp(0, eta)).sum(axis=0))
        total += np.log((each * density).sum() * (levels[1] - levels[0]))
    value, gradient = _Quadrature(design, outcome, herds).misfit(np.append(beta, spread))
    assert -value == pytest.approx(total, abs=1e-8)
    for place in range(5):
        step = np.zeros(5)
        step[place] = 1e-5
        quadrature = _Quadrature(design, outcome, herds)
        up, down = (quadrature.misfit(np.append(beta, spread) + sign * step)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / 2e-5, abs=1e-5)
    information = _information(_Quadrature(design, outcome, herds), np.append(beta, spread))
    np.testing.assert_allclose(information, information.T)


def test_order_of_rows_and_names_of_areas_do_not_matter() -> None:
    design, outcome, herds = cbpp()
    order = np.random.default_rng(0).permutation(len(outcome))
    other = fit_random_intercepts(design[order], outcome[order], (14 - herds)[order])
    found = fit_random_intercepts(design, outcome, herds)
    np.testing.assert_allclose(other.coefficients, found.coefficients, atol=1e-6)


def test_areas_that_are_more_alike_than_chance_have_no_spread() -> None:
    # the same answers in every area: nothing is left for the areas' levels
    x = np.tile([0.0, 1.0, 2.0, 3.0, 0.5, 2.5], 12)
    outcome = np.tile([0.0, 1.0, 0.0, 1.0, 0.0, 1.0], 12)
    design = np.column_stack([np.ones(72), x])
    found = fit_random_intercepts(design, outcome, np.repeat(np.arange(12), 6).astype(np.intp))
    assert found.area_sd == 0.0
    np.testing.assert_allclose(found.coefficients, fit_logistic(design, outcome).coefficients)


def _scores(seed: int = 3, *, whole: bool = False, slope: float = 1.0) -> Scores:
    rng = np.random.default_rng(seed)
    areas = np.repeat(np.arange(12), 30)
    y = rng.standard_normal(360)
    eta = -0.5 + slope * y + rng.standard_normal(12)[areas]
    leads = areas >= 10 if whole else rng.random(360) < 1 / (1 + np.exp(-eta))
    frame = pd.DataFrame(
        {"area_code": [f"a{i:02d}" for i in areas], "role": np.where(leads, "leaders", "workers"), "y": y}
    )
    return Scores(frame.assign(respondent=range(360), weight=1.0), ("y",), ("role",))


def test_odds_within_areas_lie_further_from_1() -> None:
    scores = _scores()
    groups = ("workers", "leaders")
    inside = explain_group(scores, "role", ["y"], groups=groups, method="random_intercept")
    overall = explain_group(scores, "role", ["y"], groups=groups)
    assert overall.settings["method"] == "cluster_robust"
    assert inside.frame.iloc[0]["odds_ratio"] > overall.frame.iloc[0]["odds_ratio"] > 1
    assert inside.settings["area_sd"] == pytest.approx(1.0, abs=0.5)  # twelve areas fix it no better
    row = inside.frame.iloc[0]
    # the interval holds the true odds ratio e, and is that of the log odds
    assert row["lower_95"] < np.e < row["upper_95"]
    assert row["odds_ratio"] == pytest.approx(np.sqrt(row["lower_95"] * row["upper_95"]))
    assert "within an area" in inside.summary()


@pytest.mark.parametrize("method", ["random_intercept", "bayes"])
def test_groups_of_whole_areas_are_refused(method) -> None:
    with pytest.raises(ModelError, match="Each area belongs to one group entirely"):
        explain_group(_scores(whole=True), "role", ["y"], groups=("workers", "leaders"), method=method)


def test_without_pymc_the_message_names_the_command(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pymc", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'carerates\[bayes\]'"):
        draw_random_intercepts(np.ones((4, 1)), np.array([0.0, 1, 0, 1]), np.zeros(4, dtype=np.intp), seed=1)
    with pytest.raises(MissingExtraError, match="method='bayes'"):
        explain_group(_scores(), "role", ["y"], groups=("workers", "leaders"), method="bayes")
