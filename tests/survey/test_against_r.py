"""Factors, reliability and polychoric correlations as R computes them from published data.

Data: 24 psychological tests of 145 children (Holzinger and Swineford 1939, as in Harman 1976, Modern Factor
Analysis, table 7.4; R's ``Harman74.cor``), six tests of ability of 112 people (Bartholomew and Knott 1990,
the example in R's manual of ``factanal``; R's ``ability.cov``) and seven ratings of departments by 30
groups of employees (Chatterjee and Price 1977, Regression Analysis by Example; R's ``attitude``).

Computed with R 4.2.2, psych 2.2.9 and GPArotation 2022.10-2::

    library(psych); library(GPArotation); options(digits = 9)
    h <- factanal(factors = 4, covmat = Harman74.cor, rotation = "none")
    h$uniquenesses; h$STATISTIC; h$dof; h$PVAL
    oblimin(unclass(loadings(h)), normalize = TRUE, eps = 1e-9, maxit = 20000)
    f <- factanal(factors = 2, covmat = ability.cov, rotation = "none")
    v <- varimax(loadings(f), eps = 1e-15); p <- promax(v$loadings)
    solve(t(p$rotmat) %*% p$rotmat)
    fa(cov2cor(ability.cov$cov), 2, n.obs = 112, fm = "pa", rotate = "oblimin", max.iter = 20000,
       min.err = 1e-14)
    alpha(attitude); alpha(attitude)$feldt
    a <- factanal(attitude, 1); l <- a$loadings[, 1]; s <- apply(attitude, 2, sd)
    sum(l * s)^2 / (sum(l * s)^2 + sum(a$uniquenesses * s^2))
    polychoric(d, correct = 0)   # d: the table below, one row per person
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from carerates.survey import analyse_correlations
from carerates.survey.correlations import polychoric
from carerates.survey.extraction import extract_ml, extract_paf
from carerates.survey.reliability import cronbach_alpha, feldt_interval, omega_total
from carerates.survey.rotation import oblimin, promax, rotate, varimax
from tests.survey.test_factor_analysis import ABILITY

ROWS = list(
    csv.DictReader(
        (Path(__file__).parent / "psychological_tests.csv").read_text(encoding="utf-8").splitlines()
    )
)
HARMAN = np.eye(24)
for _i, _row in enumerate(ROWS):
    HARMAN[_i, :_i] = HARMAN[:_i, _i] = [
        float(one) for one in _row["correlations_with_the_tests_above"].split()
    ]

ATTITUDE_TEXT = (
    "43,51,30,39,61,92,45 63,64,51,54,63,73,47 71,70,68,69,76,86,48 61,63,45,47,54,84,35 "
    "81,78,56,66,71,83,47 43,55,49,44,54,49,34 58,67,42,56,66,68,35 71,75,50,55,70,66,41 "
    "72,82,72,67,71,83,31 67,61,45,47,62,80,41 64,53,53,58,58,67,34 67,60,47,39,59,74,41 "
    "69,62,57,42,55,63,25 68,83,83,45,59,77,35 77,77,54,72,79,77,46 81,90,50,72,60,54,36 "
    "74,85,64,69,79,79,63 65,60,65,75,55,80,60 65,70,46,57,75,85,46 50,58,68,54,64,78,52 "
    "50,40,33,34,43,64,33 64,61,52,62,66,80,41 53,66,52,50,63,80,37 40,37,42,58,50,57,49 "
    "63,54,42,48,66,75,33 66,77,66,63,88,76,72 78,75,58,74,80,78,49 48,57,44,45,51,83,38 "
    "85,85,71,71,77,74,55 82,82,39,59,64,78,39"
)
ATTITUDE = np.array([[int(one) for one in row.split(",")] for row in ATTITUDE_TEXT.split()], dtype=float)


def _column(name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in ROWS])


def test_24_psychological_tests_by_maximum_likelihood() -> None:
    found = analyse_correlations(HARMAN, 4, respondents=145, names=[row["test"] for row in ROWS])
    # R stops at a relative change of about 1e-9 of the discrepancy: five decimals of a uniqueness
    np.testing.assert_allclose(found.uniquenesses, _column("uniqueness"), atol=2e-5)
    assert found.fit["chi_squared"] == pytest.approx(226.6838448, abs=1e-5)
    assert found.fit["df"] == 186
    assert found.fit["p_value"] == pytest.approx(0.02239559, abs=1e-7)


def test_24_psychological_tests_rotated_by_oblimin() -> None:
    turned, between = oblimin(extract_ml(HARMAN, 4).loadings)
    theirs = np.column_stack([_column(f"loading_{k}") for k in range(1, 5)])
    order = [int(np.argmax(np.abs(turned.T @ theirs[:, k]))) for k in range(4)]
    signs = np.sign((turned[:, order] * theirs).sum(axis=0))
    assert sorted(order) == [0, 1, 2, 3]
    np.testing.assert_allclose(turned[:, order] * signs, theirs, atol=5e-5)
    ours = between[np.ix_(order, order)] * np.outer(signs, signs)
    printed = [
        [1.0, 0.3176383, 0.4268892, 0.4253127],
        [0.3176383, 1.0, 0.2879803, 0.3767920],
        [0.4268892, 0.2879803, 1.0, 0.3921491],
        [0.4253127, 0.3767920, 0.3921491, 1.0],
    ]
    np.testing.assert_allclose(ours, printed, atol=5e-5)


def test_six_tests_of_ability_by_varimax_and_promax() -> None:
    loadings = extract_ml(ABILITY, 2).loadings
    turned, _ = rotate(loadings, "varimax")
    printed = [
        [0.5011358, 0.5418837], [0.1580141, 0.6210466], [0.2084766, 0.8592778],
        [0.1099938, 0.4674191], [0.9568076, 0.1791034], [0.7854678, 0.2223655],
    ]  # fmt: skip
    order = np.argsort(-turned[4])  # reading loads most on R's first factor
    np.testing.assert_allclose(turned[:, order], printed, atol=2e-5)
    np.testing.assert_allclose(np.abs(varimax(loadings)).sum(), np.sum(printed), atol=1e-4)
    pulled, between = promax(loadings)
    printed = [
        [0.36453534, 0.470073261], [-0.05749685, 0.671082220], [-0.09114091, 0.931733504],
        [-0.05347135, 0.507916829], [1.02369237, -0.096116093], [0.81151884, 0.008592988],
    ]  # fmt: skip
    order = np.argsort(-np.abs(pulled[4]))
    pulled = pulled[:, order] * np.sign(pulled[:, order].sum(axis=0))
    np.testing.assert_allclose(pulled, printed, atol=5e-5)
    assert abs(between[0, 1]) == pytest.approx(0.5570787, abs=5e-5)


def test_six_tests_of_ability_by_principal_axes_and_oblimin() -> None:
    found = extract_paf(ABILITY, 2)
    printed = [0.4329017746, 0.6234705205, 0.1652569552, 0.7975649068, 0.0613395698, 0.3305006212]
    np.testing.assert_allclose(found.uniquenesses, printed, atol=1e-6)
    turned, between = oblimin(found.loadings, normalise=False)  # psych does not normalise rows
    loadings = [
        [0.3856329954, 0.4949087312], [0.0135734355, 0.6073329516], [-0.0414993378, 0.9317522238],
        [0.0281637072, 0.4364300328], [0.9847159340, -0.0361016595], [0.7946396600, 0.0493159433],
    ]  # fmt: skip
    order = np.argsort(-np.abs(turned[4]))
    turned = turned[:, order] * np.sign(turned[:, order].sum(axis=0))
    # psych ends its rotation at a gradient of 1e-5, ours at 1e-7
    np.testing.assert_allclose(turned, loadings, atol=2e-4)
    assert abs(between[0, 1]) == pytest.approx(0.454409001, abs=2e-4)


def test_reliability_of_seven_ratings() -> None:
    assert cronbach_alpha(ATTITUDE) == pytest.approx(0.843142770, abs=1e-9)
    assert feldt_interval(0.843142770, 30, 7) == pytest.approx((0.739375686, 0.915773072), abs=1e-8)
    without = [cronbach_alpha(np.delete(ATTITUDE, place, axis=1)) for place in range(7)]
    printed = [0.8097602, 0.7969175, 0.8278478, 0.8030310, 0.7953866, 0.8638723, 0.8404649]
    np.testing.assert_allclose(without, printed, atol=1e-7)
    assert omega_total(ATTITUDE) == pytest.approx(0.856326944, abs=1e-6)


def test_polychoric_correlation_of_a_table() -> None:
    table = np.array([[10, 14, 9, 3], [6, 21, 28, 10], [2, 8, 30, 39]])
    rows, columns = np.indices(table.shape)
    first, second = (np.repeat(one.ravel(), table.ravel()).astype(float) for one in (rows, columns))
    # psych's optimiser stops at about 1e-5
    assert polychoric(first, second) == pytest.approx(0.583089984, abs=2e-5)
