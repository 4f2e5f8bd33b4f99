"""Leverage, influence, collinearity and residuals, against statsmodels and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carerates.models import adjust
from carerates.models.adjustment.diagnostics import variance_inflation
from tests.models.made_areas import FACTORS, METHODS, areas


@pytest.mark.parametrize("method", METHODS)
def test_leverages_add_up_to_the_coefficients(method: str) -> None:
    result = adjust(areas(), FACTORS, method=method)
    frame = result.diagnostics().to_frame()
    assert frame["leverage"].sum() == pytest.approx(len(result.coefficients), rel=1e-10)
    assert frame["leverage"].between(0, 1).all()


def test_influence_on_least_squares_is_that_of_statsmodels() -> None:
    import statsmodels.api as sm

    df = areas()
    matrix = sm.add_constant(np.column_stack([df["nation"] == "Wales", df[FACTORS]]).astype(float))
    rate = 10_000 * df["children"] / df["population"]
    # weighted least squares is ordinary least squares of everything times the root of the weight
    for method, root in (("ols", np.ones(len(df))), ("weighted", np.sqrt(df["population"].to_numpy()))):
        fit = sm.OLS(root * rate, root[:, None] * matrix).fit()
        frame = adjust(df, FACTORS, method=method, standardise="none").diagnostics().to_frame()
        other = fit.get_influence()
        np.testing.assert_allclose(frame["leverage"], other.hat_matrix_diag, rtol=1e-8)
        np.testing.assert_allclose(frame["cooks_distance"], other.cooks_distance[0], rtol=1e-6)
        np.testing.assert_allclose(
            frame["standardised_residual"], other.resid_studentized_internal, rtol=1e-6
        )


def test_influence_on_counts_is_that_of_statsmodels() -> None:
    import statsmodels.api as sm

    df = areas()
    matrix = sm.add_constant(np.column_stack([df["nation"] == "Wales", df[FACTORS]]).astype(float))
    model = sm.GLM(df["children"], matrix, family=sm.families.Poisson(), offset=np.log(df["population"]))
    other = model.fit(tol=1e-12, scale="X2").get_influence()
    result = adjust(df, FACTORS, standardise="none")
    diagnostics = result.diagnostics()
    np.testing.assert_allclose(diagnostics.to_frame()["leverage"], other.hat_matrix_diag, rtol=1e-7)
    np.testing.assert_allclose(diagnostics.to_frame()["cooks_distance"], other.cooks_distance[0], rtol=1e-6)
    assert diagnostics.dispersion == pytest.approx(model.fit().pearson_chi2 / 36, rel=1e-6)


def test_variance_inflation_is_that_of_statsmodels() -> None:
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    random = np.random.default_rng(4)
    matrix = np.column_stack([np.ones(50), random.normal(size=(50, 3))])
    matrix[:, 3] += 2 * matrix[:, 1]
    table = variance_inflation(matrix, {"a": (1,), "b": (2,), "c": (3,)})
    expected = [variance_inflation_factor(matrix, column) for column in (1, 2, 3)]
    np.testing.assert_allclose(table["variance_inflation"], expected, rtol=1e-8)


def test_variance_inflation_of_a_block_does_not_depend_on_its_coding() -> None:
    random = np.random.default_rng(4)
    matrix = np.column_stack([np.ones(50), random.normal(size=(50, 3))])
    matrix[:, 3] += matrix[:, 1]
    other = matrix.copy()
    other[:, 2] = 5 * matrix[:, 1] - 2 * matrix[:, 2]
    blocks = {"a": (1, 2), "b": (3,)}
    np.testing.assert_allclose(
        variance_inflation(matrix, blocks)["variance_inflation"],
        variance_inflation(other, blocks)["variance_inflation"],
        rtol=1e-8,
    )


def test_one_term_is_not_inflated_and_no_term_gives_no_row() -> None:
    table = adjust(areas(), ["deprivation"], nation="none").diagnostics().inflation
    assert table["variance_inflation"].tolist() == pytest.approx([1.0])
    assert adjust(areas(), nation="none").diagnostics().inflation.empty


def test_an_area_that_does_not_belong_is_found() -> None:
    df = areas()
    df.loc[7, ["deprivation", "children"]] = [60, 40]
    diagnostics = adjust(df, FACTORS).diagnostics()
    frame = diagnostics.to_frame().set_index("area_code")
    assert frame["cooks_distance"].idxmax() == "A007"
    assert frame.loc["A007", "influential"]
    assert frame.loc["A007", "high_leverage"]
    assert "A007" in diagnostics.summary()


def test_a_size_effect_that_was_left_out_shows() -> None:
    df = areas(120, spread=0.05)
    df["children"] = np.round(df["children"] * (df["population"] / 30_000) ** -0.3)
    without = adjust(df, FACTORS).diagnostics()
    assert without.size_correlation < -0.5
    assert without.size_p_value < 1e-6
    assert abs(adjust(df, FACTORS, population="log").diagnostics().size_correlation) < 0.2


@pytest.mark.parametrize("method", METHODS)
def test_rates_that_are_all_alike_leave_nothing_to_diagnose(method: str) -> None:
    result = adjust(areas().assign(children=100, population=10_000), FACTORS, method=method)
    diagnostics = result.diagnostics()
    assert np.isnan(diagnostics.size_correlation)
    assert "do not vary" in diagnostics.summary()
    assert not diagnostics.to_frame()["influential"].any()
    assert "accounts for none" in result.summary()
