"""Which rows, columns and scales an adjustment takes, and what it refuses."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import ModelError, TableError
from carerates.models import adjust
from carerates.models.adjustment.design import restricted_spline
from tests.models.made_areas import FACTORS, METHODS, areas


def rate(df: pd.DataFrame, factors: list[str], **options: object) -> np.ndarray:
    return adjust(df, factors, **options).to_frame()["expected_rate_per_10000"].to_numpy()  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_unit_of_a_factor_does_not_matter(method: str) -> None:
    df = areas()
    other = df.assign(deprivation=1000 * df["deprivation"] - 77, lone_parents=df["lone_parents"] / 100)
    for standardise in ("within_nation", "overall", "none"):
        options = {"method": method, "standardise": standardise}
        np.testing.assert_allclose(rate(other, FACTORS, **options), rate(df, FACTORS, **options), rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_and_of_factors_does_not_matter(method: str) -> None:
    df = areas()
    shuffled = df.sample(frac=1, random_state=3)
    first = adjust(df, FACTORS, method=method).to_frame()
    second = adjust(shuffled, FACTORS[::-1], method=method).to_frame()
    # a different order of sums moves the last digits only
    pd.testing.assert_frame_equal(first, second, rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_ten_times_the_population_is_a_tenth_of_the_rate(method: str) -> None:
    df = areas()
    larger = df.assign(population=10 * df["population"])
    for population in (None, "log", "spline"):
        options = {"method": method, "population": population}
        np.testing.assert_allclose(
            10 * rate(larger, FACTORS, **options), rate(df, FACTORS, **options), rtol=1e-7
        )


def test_interaction_is_a_fit_of_each_nation_by_itself() -> None:
    df = areas()
    for method in ("poisson", "ols", "weighted"):
        both = adjust(df, FACTORS, method=method, nation="interaction").to_frame()
        for nation, rows in df.groupby("nation"):
            alone = adjust(rows, FACTORS, method=method).to_frame()
            here = both[both["nation"] == nation].reset_index(drop=True)
            for column in ("expected_rate_per_10000", "expected_rate_per_10000_left_out"):
                np.testing.assert_allclose(here[column], alone[column], rtol=1e-7)
            # robust errors need no common variance, so they too are each nation's own
            np.testing.assert_allclose(
                here["expected_log_standard_error"], alone["expected_log_standard_error"], rtol=1e-7
            )


def test_standardising_within_a_nation_removes_differences_of_measure() -> None:
    # as if England's index were on another scale than that of Wales
    df = areas()
    england = df["nation"] == "England"
    other = df.assign(deprivation=np.where(england, 3 * df["deprivation"] + 50, df["deprivation"]))
    np.testing.assert_allclose(rate(other, FACTORS), rate(df, FACTORS), rtol=1e-8)
    overall = rate(other, FACTORS, standardise="overall")
    assert np.abs(overall / rate(df, FACTORS, standardise="overall") - 1).max() > 0.01


def test_scaling_is_that_of_the_fitted_areas() -> None:
    df = areas()
    scaling = adjust(df, FACTORS).scaling.set_index(["factor", "nation"])
    wales = df.loc[df["nation"] == "Wales", "deprivation"]
    assert scaling.loc[("deprivation", "Wales"), "mean"] == pytest.approx(wales.mean())
    assert scaling.loc[("deprivation", "Wales"), "standard_deviation"] == pytest.approx(wales.std())
    assert adjust(df, FACTORS, standardise="none").scaling["standard_deviation"].tolist() == [1.0, 1.0]


def test_log_population_finds_a_known_power() -> None:
    df = areas(200, spread=0.0)
    df["population"] = np.round(np.exp(np.linspace(8, 12, 200)))
    df["children"] = np.round(0.03 * df["population"] ** 0.9)
    result = adjust(df, population="log", nation="none")
    found = result.coefficients.set_index("term").loc["log population", "estimate"]
    # counts of at least 40, each rounded to a whole child: the power is off by less than 0.001
    assert found == pytest.approx(-0.1, abs=0.001)


def test_spline_is_straight_beyond_its_knots_and_smooth_within() -> None:
    knots = np.array([0.0, 1.0, 2.5, 4.0])
    for side in (np.linspace(-3, -0.1, 9), np.linspace(4.1, 9, 9)):
        for bend in restricted_spline(side, knots):
            # cubes of up to 9^3 cancel to leave a straight line
            np.testing.assert_allclose(np.diff(bend, 2), 0.0, atol=1e-11)
    fine = np.linspace(-1, 5, 6001)
    for bend in restricted_spline(fine, knots):
        second = np.diff(bend, 2) / 0.001**2
        # the second derivative has no jump: the third is at most 6 x the sum of its parts / 16
        assert np.abs(np.diff(second)).max() < 0.01


def test_tables_and_frames_give_the_same() -> None:
    df = areas()
    rates = cr.as_rates(df)
    factors = cr.FactorsTable(df[["area_code", *FACTORS]], (cr.Factor(FACTORS[0]), cr.Factor(FACTORS[1])))
    joined = adjust(rates.join(factors), FACTORS).to_frame()
    pd.testing.assert_frame_equal(joined, adjust(df, FACTORS).to_frame())


def test_areas_without_any_nation_are_one_group() -> None:
    df = areas().drop(columns="nation")
    result = adjust(df, FACTORS)
    assert result.coefficients["term"].tolist() == ["intercept", *FACTORS]
    np.testing.assert_allclose(
        result.to_frame()["expected_rate_per_10000"],
        rate(areas(), FACTORS, nation="none", standardise="overall"),
        rtol=1e-9,
    )


def test_a_row_without_nation_among_others_is_left_out_with_its_reason() -> None:
    df = areas()
    df.loc[4, "nation"] = None
    frame = adjust(df, FACTORS).to_frame()
    assert frame.loc[4, "reason"] == "no nation"
    assert np.isnan(frame.loc[4, "expected_rate_per_10000"])
    pooled = adjust(df, FACTORS, nation="none", standardise="overall").to_frame()
    assert pooled.loc[4, "reason"] == ""


def test_a_nation_without_any_count_has_no_expected_rate_of_its_own() -> None:
    df = areas().astype({"children": float})
    df.loc[df["nation"] == "Wales", "children"] = np.nan
    frame = adjust(df, FACTORS).to_frame()
    wales = frame[frame["nation"] == "Wales"]
    assert wales["expected_rate_per_10000"].isna().all()
    assert set(wales["reason"]) == {"no count (not available); no area of its nation was fitted"}
    overall = adjust(df, FACTORS, nation="none", standardise="overall").to_frame()
    assert overall["expected_rate_per_10000"].notna().all()


def test_suppressed_counts_are_named_as_such() -> None:
    df = areas().astype({"children": float}).assign(status="exact")
    df.loc[3, ["children", "status"]] = [np.nan, "suppressed"]
    result = adjust(df, FACTORS)
    assert result.to_frame().loc[3, "reason"] == "no count (suppressed)"
    assert any("no count (suppressed) (expected rate given): 1 areas" in s for s in result.provenance.steps)


def test_missing_population_leaves_a_rate_but_no_count_to_expect() -> None:
    df = areas()
    df.loc[5, "population"] = np.nan
    frame = adjust(df, FACTORS).to_frame()
    assert np.isfinite(frame.loc[5, "expected_rate_per_10000"])
    assert np.isnan(frame.loc[5, "expected_children"])
    by_size = adjust(df, FACTORS, population="log").to_frame()
    assert np.isnan(by_size.loc[5, "expected_rate_per_10000"])


def one_area_in_wales() -> pd.DataFrame:
    df = areas()
    return df[(df["nation"] == "England") | (df["area_code"] == "A000")]


@pytest.mark.parametrize(
    ("df", "options", "words"),
    [
        (areas(5), {}, "too few"),
        (areas().assign(deprivation=np.nan), {}, "nothing to fit"),
        (one_area_in_wales(), {}, "only one area"),
        (areas().assign(deprivation=lambda d: d["deprivation"] * 1e200), {}, "change its unit"),
        (areas().assign(deprivation=lambda d: d["deprivation"] * 1e-200), {}, "change its unit"),
        (areas().assign(children=lambda d: (d.index == 3) * 1), {"nation": "none"}, "no finite"),
        (one_area_in_wales(), {"standardise": "overall"}, "A000 would rest on that area alone"),
        (areas().assign(deprivation=lambda d: (d["nation"] == "Wales") + 0.0), {}, "standardise='overall'"),
        (
            areas().assign(deprivation=lambda d: (d["nation"] == "Wales") + 0.0),
            {"standardise": "overall"},
            "collinear",
        ),
        (areas().assign(population=20_000), {"population": "log"}, "same population"),
        (areas().assign(population=20_000), {"population": "spline"}, "same population"),
        (
            areas().assign(population=[10_000, *[20_000] * 38, 30_000]),
            {"population": "spline"},
            "alike for a spline",
        ),
        (
            areas().assign(children=lambda d: d["children"].where(d["nation"] == "Wales", 0)),
            {},
            "looked after in England",
        ),
        (
            areas().assign(
                deprivation=lambda d: (d.index % 2).astype(float), children=lambda d: 90 * (d.index % 2)
            ),
            {"nation": "none", "standardise": "overall"},
            "no finite",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_words(
    df: pd.DataFrame, options: dict[str, str], words: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ModelError, match=words):
            adjust(df, FACTORS, **options)  # type: ignore[arg-type]


def test_all_constant_factors_are_named_together() -> None:
    with pytest.raises(ModelError, match=r"'deprivation' is the same.*'lone_parents' is the same"):
        adjust(areas().assign(deprivation=1.0, lone_parents=2.0), FACTORS, standardise="overall")


def test_linear_rates_at_or_below_zero_are_refused() -> None:
    df = areas().astype({"children": float})
    # no count there, and a factor so low that the straight line ends below zero
    df.loc[0, ["children", "deprivation"]] = [np.nan, -100]
    options = {"standardise": "overall", "nation": "none"}
    with pytest.raises(ModelError, match=r"at or below zero in 1 of 40 areas: A000"):
        adjust(df, ["deprivation"], method="ols", **options)  # type: ignore[arg-type]
    assert adjust(df, ["deprivation"], **options).to_frame()["ratio"].notna().sum() == 39  # type: ignore[arg-type]


def test_an_absurd_expectation_is_refused() -> None:
    df = areas().astype({"children": float})
    df.loc[0, ["children", "deprivation"]] = [np.nan, 1e5]
    with pytest.raises(ModelError, match="more children looked after than there are children in A000"):
        adjust(df, FACTORS)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"factors": "deprivation"}, TypeError, r"factors=\['deprivation'\]"),
        ({"factors": [3]}, TypeError, "3 is not a name"),
        ({"factors": ["deprivation", "deprivation"]}, ValueError, "more than once"),
        ({"method": "gamma"}, ValueError, "negative_binomial"),
        ({"standardise": True, "nation": "random"}, ValueError, "standardise=True.*nation='random'"),
        ({"population": "cubic"}, ValueError, "'spline'"),
        ({"robust": "HC3"}, ValueError, "robust='HC3'"),
        ({"factors": ["population"]}, TableError, "population='log'"),
    ],
)
def test_wrong_arguments_are_refused_in_words(
    options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        adjust(areas(), **options)  # type: ignore[arg-type]


def test_the_largest_populations_are_no_obstacle() -> None:
    df = areas()
    df["population"] *= 10_000_000 / df["population"].max()
    df["children"] = np.round(df["population"] * 0.008)
    result = adjust(df, FACTORS)
    np.testing.assert_allclose(result.to_frame()["expected_rate_per_10000"], 80.0, rtol=1e-3)


def test_the_callers_frame_is_left_alone() -> None:
    df = areas()
    before = df.copy()
    result = adjust(df, FACTORS)
    handed_out = result.to_frame()
    handed_out["children"] = 0
    pd.testing.assert_frame_equal(df, before)
    assert result.to_frame()["children"].sum() == df["children"].sum()


def test_what_a_reader_should_know_becomes_a_step() -> None:
    df = areas().assign(uncertain=0.5)
    factor = cr.Factor("deprivation", standard_error="uncertain")
    need = cr.FactorsTable(df[["area_code", "deprivation", "uncertain"]], (factor,))
    result = adjust(cr.as_rates(df).join(need), ["deprivation"])
    assert result.provenance.steps[-1] == "deprivation taken as known, though published with standard errors"
    even = df.assign(children=np.round(0.008 * df["population"]))
    flat = adjust(even, ["deprivation"], method="negative_binomial")
    assert flat.overdispersion == 0.0
    assert "the negative binomial is a Poisson" in flat.provenance.steps[-1]
