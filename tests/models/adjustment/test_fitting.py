"""Expected rates given circumstances, against closed forms and independent fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import ModelError, TableError
from carerates.models import adjust
from tests.models.made_areas import FACTORS, METHODS, areas

CONTRACT = [
    "area_code",
    "area_name",
    "nation",
    "year",
    "children",
    "population",
    "rate_per_10000",
    "expected_children",
    "expected_rate_per_10000",
    "expected_log_standard_error",
    "ratio",
    "percent_difference",
    "expected_rate_per_10000_left_out",
    "percent_difference_left_out",
]


@pytest.mark.parametrize("method", METHODS)
def test_the_columns_are_those_others_rely_on(method: str) -> None:
    frame = adjust(areas(), FACTORS, method=method).to_frame()
    assert list(frame.columns[: len(CONTRACT)]) == CONTRACT
    assert frame.notna().all().all()
    np.testing.assert_allclose(frame["ratio"], frame["children"] / frame["expected_children"], rtol=1e-12)
    np.testing.assert_allclose(frame["percent_difference"], 100 * (frame["ratio"] - 1), atol=1e-9)
    assert (frame["expected_rate_lower_95"] < frame["expected_rate_per_10000"]).all()
    assert (frame["expected_rate_per_10000"] < frame["expected_rate_upper_95"]).all()


def test_no_factor_is_the_pooled_rate() -> None:
    df = areas()
    pooled = 10_000 * df["children"].sum() / df["population"].sum()
    for method in ("poisson", "quasi_poisson", "weighted"):
        frame = adjust(df, method=method, nation="none").to_frame()
        np.testing.assert_allclose(frame["expected_rate_per_10000"], pooled, rtol=1e-9)
    unweighted = adjust(df, method="ols", nation="none").to_frame()["expected_rate_per_10000"]
    np.testing.assert_allclose(unweighted, (10_000 * df["children"] / df["population"]).mean(), rtol=1e-12)


def test_pooled_rate_left_out_is_the_pooled_rate_of_the_others() -> None:
    df = areas(12)
    frame = adjust(df, nation="none").to_frame()
    others = [
        10_000 * df.drop(row)["children"].sum() / df.drop(row)["population"].sum() for row in range(len(df))
    ]
    np.testing.assert_allclose(frame["expected_rate_per_10000_left_out"], others, rtol=1e-9)


def test_two_levels_have_the_closed_form_of_a_rate_ratio() -> None:
    # one binary factor: the Poisson fit reproduces each group's pooled rate, and the variance of the log
    # rate of a group is one over its children
    df = areas(20)
    df["urban"] = [0.0, 1.0] * 10
    result = adjust(df, ["urban"], nation="none", standardise="none", robust=False)
    frame = result.to_frame()
    for level in (0.0, 1.0):
        here = (df["urban"] == level).to_numpy()
        total = df.loc[here, "children"].sum()
        rate = 10_000 * total / df.loc[here, "population"].sum()
        np.testing.assert_allclose(frame.loc[here, "expected_rate_per_10000"], rate, rtol=1e-9)
        np.testing.assert_allclose(frame.loc[here, "expected_log_standard_error"], total**-0.5, rtol=1e-9)


def test_ols_is_numpy_least_squares() -> None:
    df = areas()
    rate = 10_000 * df["children"] / df["population"]
    matrix = np.column_stack([np.ones(len(df)), df["nation"] == "Wales", df[FACTORS]]).astype(float)
    beta, *_ = np.linalg.lstsq(matrix, rate, rcond=None)
    result = adjust(df, FACTORS, method="ols", standardise="none")
    np.testing.assert_allclose(result.coefficients["estimate"], beta, rtol=1e-8)
    residual = rate - matrix @ beta
    share = 1 - (residual**2).sum() / ((rate - rate.mean()) ** 2).sum()
    assert result.r_squared["ordinary"].iloc[0] == pytest.approx(share, abs=1e-12)
    adjusted = 1 - (1 - share) * (len(df) - 1) / (len(df) - 4)
    assert result.r_squared["adjusted"].iloc[0] == pytest.approx(adjusted, abs=1e-12)


@pytest.mark.parametrize("method", ["poisson", "quasi_poisson", "weighted"])
def test_expected_children_add_up_to_the_observed(method: str) -> None:
    df = areas()
    frame = adjust(df, FACTORS, method=method).to_frame()
    for _, rows in frame.groupby("nation"):  # each nation has its own intercept
        assert rows["expected_children"].sum() == pytest.approx(rows["children"].sum(), rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_left_out_is_a_fit_without_the_area(method: str) -> None:
    # scales do not matter when they are the same everywhere, so a plain refit must agree
    df = areas(16)
    options = {"method": method, "standardise": "none", "nation": "none"}
    full = adjust(df, FACTORS, **options).to_frame()
    for row in range(0, 16, 5):
        missing = df.astype({"children": float})
        missing.loc[row, "children"] = np.nan
        without = adjust(missing, FACTORS, **options).to_frame()
        assert full["expected_rate_per_10000_left_out"][row] == pytest.approx(
            without["expected_rate_per_10000"][row], rel=1e-7
        )


def test_rows_that_cannot_be_fitted_stay_with_their_reason() -> None:
    df = areas().astype({"children": float})
    df.loc[0, "children"] = np.nan
    df.loc[1, "deprivation"] = np.nan
    df.loc[2, "population"] = np.nan
    result = adjust(df, FACTORS)
    frame = result.to_frame()
    assert len(frame) == len(df)
    assert frame["used"].tolist() == [False] * 3 + [True] * 37
    assert frame["reason"].head(3).tolist() == [
        "no count (not available)",
        "no value of deprivation",
        "no population",
    ]
    assert frame["expected_rate_per_10000"].notna().tolist() == [True, False] + [True] * 38
    assert frame["percent_difference_left_out"].notna().tolist() == [False] * 3 + [True] * 37
    steps = " ".join(result.provenance.steps)
    assert "fitted to 37 of 40 areas" in steps
    assert "no count (not available) (expected rate given): 1 areas (A000)" in steps
    rest = adjust(df.iloc[3:], FACTORS).to_frame()
    np.testing.assert_allclose(
        frame["expected_rate_per_10000"][3:], rest["expected_rate_per_10000"], rtol=1e-12
    )


def test_summary_says_what_was_done_and_how_far_it_goes() -> None:
    text = adjust(areas(), FACTORS).summary()
    assert "40 of 40 areas" in text
    assert "R squared" in text
    assert "neither who enters care nor why" in text


def test_several_years_are_refused() -> None:
    df = pd.concat([areas(), areas().assign(year=2019)])
    with pytest.raises(TableError, match=r"select\(year="):
        adjust(df, FACTORS)


def test_unknown_factor_names_those_there_are() -> None:
    with pytest.raises(TableError, match=r"'spend'.*deprivation, lone_parents"):
        adjust(areas(), ["spend"])


def test_constant_and_collinear_factors_are_refused() -> None:
    df = areas()
    with pytest.raises(ModelError, match="same"):
        adjust(df.assign(flat=3.0), ["deprivation", "flat"])
    with pytest.raises(ModelError, match="collinear"):
        adjust(df.assign(double=2 * df["deprivation"] + 1), ["deprivation", "double"])


def test_zero_counts_everywhere_are_refused() -> None:
    with pytest.raises(ModelError, match="No child"):
        adjust(areas().assign(children=0), FACTORS)


def test_it_is_a_public_name() -> None:
    assert cr.adjust is adjust


def test_factors_of_text_and_no_list_are_refused() -> None:
    frame = areas().assign(deprivation="high")
    with pytest.raises(TableError, match="'deprivation' holds something that is not a number"):
        adjust(frame, ["deprivation"])
    table = cr.RatesTable(
        cr.as_rates(areas()).frame.assign(deprivation="high"), factors=(cr.Factor("deprivation"),)
    )
    with pytest.raises(TableError, match="deprivation does not hold numbers"):
        adjust(table, ["deprivation"])
    with pytest.raises(TypeError, match="factors is a list of names, empty for none"):
        adjust(table, None)  # type: ignore[arg-type]
