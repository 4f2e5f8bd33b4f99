"""Are the standard errors and intervals of an expected rate right when areas differ more than by chance?"""

from __future__ import annotations

import numpy as np
import pytest

from carerates.models import adjust
from carerates.models.adjustment.estimate import estimate_rates, interval_quantile, predict_rates
from carerates.models.adjustment.settings import METHODS, AdjustmentSettings
from tests.models.made_areas import FACTORS, areas

LEAST_SQUARES_ERRORS = ["ols", "weighted"]


def design(count: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    df = areas(count)
    matrix = np.column_stack([np.ones(count), (df["nation"] == "Wales"), (df[FACTORS] - df[FACTORS].mean())])
    population = df["population"].to_numpy(dtype=float)
    mean = population * np.exp(np.log(0.007) + matrix @ [0.0, 0.3, 0.03, 0.02])
    return matrix.astype(float), population, mean


@pytest.mark.parametrize("method", LEAST_SQUARES_ERRORS)
@pytest.mark.parametrize("robust", [True, False])
def test_least_squares_errors_are_those_of_statsmodels(method: str, robust: bool) -> None:
    import statsmodels.api as sm

    df = areas()
    matrix = sm.add_constant(np.column_stack([df["nation"] == "Wales", df[FACTORS]]).astype(float))
    weights = df["population"] if method == "weighted" else np.ones(len(df))
    fit = sm.WLS(10_000 * df["children"] / df["population"], matrix, weights=weights).fit(
        cov_type="HC3" if robust else "nonrobust"
    )
    table = adjust(df, FACTORS, method=method, standardise="none", robust=robust).coefficients
    np.testing.assert_allclose(table["standard_error"], fit.bse, rtol=1e-8)


@pytest.mark.parametrize("method", ["poisson", "quasi_poisson", "negative_binomial"])
def test_model_based_errors_of_counts_are_those_of_statsmodels(method: str) -> None:
    import statsmodels.api as sm

    df = areas()
    result = adjust(df, FACTORS, method=method, standardise="none", robust=False)
    families = {"negative_binomial": sm.families.NegativeBinomial(alpha=result.overdispersion or 1.0)}
    matrix = sm.add_constant(np.column_stack([df["nation"] == "Wales", df[FACTORS]]).astype(float))
    fit = sm.GLM(
        df["children"],
        matrix,
        family=families.get(method, sm.families.Poisson()),
        offset=np.log(df["population"]),
    ).fit(tol=1e-12, scale="X2" if method == "quasi_poisson" else None)
    np.testing.assert_allclose(result.coefficients["standard_error"], fit.bse, rtol=1e-6)


@pytest.mark.parametrize("method", list(METHODS))
def test_robust_errors_are_near_those_of_leaving_each_area_out(method: str) -> None:
    # HC3 approximates the jackknife; exact but for a factor n / (n - 1) and the mean in least squares,
    # to second order in the leverage otherwise
    matrix, population, mean = design()
    children = np.random.default_rng(8).poisson(mean * np.random.default_rng(9).gamma(16, 1 / 16, 60))
    settings = AdjustmentSettings(method=method)  # type: ignore[arg-type]
    estimate = estimate_rates(children.astype(float), population, matrix, settings)
    without = np.array(
        [
            estimate_rates(
                *(np.delete(one, row, 0) for one in (children.astype(float), population, matrix)), settings
            ).coefficients
            for row in range(60)
        ]
    )
    jackknife = np.sqrt(59 / 60 * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(np.sqrt(np.diag(estimate.covariance)), jackknife, rtol=0.08)


@pytest.mark.parametrize("method", list(METHODS))
def test_errors_and_intervals_hold_when_areas_differ_beyond_chance(method: str) -> None:
    # areas scatter around the log-linear mean with a coefficient of variation of 25%
    random = np.random.default_rng(11)
    matrix, population, mean = design()
    settings = AdjustmentSettings(method=method)  # type: ignore[arg-type]
    # a straight line is not the truth; what it estimates is its own fit to the true means
    truth = (
        10_000 * mean / population
        if not settings.linear
        else estimate_rates(mean, population, matrix, settings).rate
    )
    repeats = 60 if method == "negative_binomial" else 250
    logs, errors, inside = [], [], []
    for _ in range(repeats):
        children = random.poisson(mean * random.gamma(16, 1 / 16, 60)).astype(float)
        estimate = estimate_rates(children, population, matrix, settings)
        rate, error, lower, upper = predict_rates(estimate, matrix, settings, 0.95)
        logs.append(np.log(rate))
        errors.append(error)
        inside.append((lower < truth) & (truth < upper))
    # delta-method errors against the spread over repeats: the spread is known to 1 / sqrt(2 repeats)
    # per area, less over 60 areas, and HC3 is made to err on the large side by about the mean leverage
    ratio = np.mean(errors) / np.mean(np.std(logs, axis=0, ddof=1))
    assert 0.93 < ratio < 1.2, ratio
    # fits are shared by the areas of a repeat, so that coverage is known to some 2 points
    assert 0.92 < np.mean(inside) < 0.985, np.mean(inside)


def test_chance_alone_is_too_little_error_where_areas_differ() -> None:
    df = areas(spread=0.3)
    result = adjust(df, FACTORS)
    chance = adjust(df, FACTORS, robust=False).to_frame()["expected_log_standard_error"]
    ratio = (result.to_frame()["expected_log_standard_error"] / chance).mean()
    assert ratio > 3.0
    # the variance is as many times too small as the dispersion says, if large areas scatter like small ones;
    # on a log scale they do not, which with 40 areas moves the ratio by up to a half
    assert ratio == pytest.approx(np.sqrt(result.dispersion), rel=0.5)


def test_intervals_reach_by_students_t_unless_no_spread_was_estimated() -> None:
    matrix, population, mean = design()
    settings = AdjustmentSettings(method="ols")
    estimate = estimate_rates(np.round(mean), population, matrix, settings)
    # two-sided 95% points: t with 56 degrees of freedom, and the normal
    assert interval_quantile(estimate, settings, 0.95) == pytest.approx(2.0032, abs=1e-4)
    plain = AdjustmentSettings(method="poisson", robust=False)
    assert interval_quantile(estimate, plain, 0.95) == pytest.approx(1.95996, abs=1e-5)
