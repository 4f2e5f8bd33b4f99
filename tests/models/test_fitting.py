from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import carerates as cr
from carerates.errors import MissingExtraError, ModelError, SourceError, TableError
from carerates.models import Normal, Priors, RateModel
from carerates.models.checks.diagnostics import Check, Diagnostics
from carerates.models.results.fitted import FittedRates
from tests.models.panels import make_panel

MODEL = RateModel(factors=["deprivation", "lone_parents"])


@pytest.fixture(scope="module")
def truth():
    return make_panel(40, 6, welsh=12)


@pytest.fixture(scope="module")
def fit(truth):
    return cr.fit(MODEL, truth.rates, seed=1)


def changed(rates, **columns):
    frame = rates.to_frame()
    for name, value in columns.items():
        frame[name] = value(frame) if callable(value) else value
    return cr.RatesTable(frame, factors=rates.factors)


# -- what a fit says ----------------------------------------------------------------------------------


def test_rates_are_recovered(fit, truth):
    frame = fit.to_frame()
    actual = 1e4 * np.exp(truth.log_rates)
    found = frame.pivot(index="area_code", columns="year", values="underlying_rate_per_10000").to_numpy()
    order = np.argsort(truth.rates.to_frame()["area_code"].drop_duplicates().to_numpy())
    by_code = pd.Series(range(40), index=[f"{'W' if i < 12 else 'E'}{i:08d}" for i in range(40)]).sort_index()
    actual = actual[by_code.to_numpy()]
    assert len(order) == 40
    # counts of about 140 with 5% noise over six years: rates are known to about 4%
    assert np.abs(np.log(found / actual)).mean() < 0.06
    inside = (frame["lower_95"] <= actual.ravel()) & (actual.ravel() <= frame["upper_95"])
    # 40 areas whose six years go together: 95% give or take 5
    assert 0.85 <= inside.mean() <= 1.0


def test_the_table_is_consistent_with_itself(fit):
    frame = fit.to_frame()
    assert (frame["lower_95"] < frame["underlying_rate_per_10000"]).all()
    assert (frame["underlying_rate_per_10000"] < frame["upper_95"]).all()
    assert frame["shrinkage"].between(0, 1).all()
    assert frame["rank"].between(1, 40).all()
    assert frame["probability_above_expected"].between(0, 1).all()
    certain = frame["ratio_lower_95"] > 1
    assert (frame.loc[certain, "probability_above_expected"] > 0.97).all()
    np.testing.assert_allclose(
        frame["rate_per_10000"], 1e4 * frame["children"] / frame["population"], rtol=1e-12
    )
    assert {"lower_99_8", "upper_99_8"} <= set(fit.to_frame(probability=0.998))


def test_small_areas_are_shrunk_more():
    truth = make_panel(40, 1, sd_area=0.2, noise=0.0, seed=6)
    fit = cr.fit(RateModel().for_one_year(), truth.rates)
    frame = fit.to_frame()
    assert frame["shrinkage"].corr(frame["children"], method="spearman") < -0.9


def test_totals_are_weighted_by_population_in_each_draw(fit):
    draws = fit.rate_draws()
    welsh = np.array([code.startswith("W") for code in draws.area_codes])
    weight = draws.population[welsh, -1]
    total = draws.rates[:, welsh, -1] @ weight / weight.sum()
    row = fit.nations().query("nation == 'Wales' and year == 2017").iloc[0]
    assert row["underlying_rate_per_10000"] == pytest.approx(np.median(total))
    assert row["lower_95"] == pytest.approx(np.quantile(total, 0.025))
    assert set(fit.regions()["region"]) == {"Region 0", "Region 1", "Region 2", "Region 3", "Wales"}


def test_draws_match_the_table(fit):
    draws = fit.rate_draws()
    assert draws.rates.shape == (2000, 40, 6)
    frame = fit.to_frame().pivot(index="area_code", columns="year", values="expected_rate_per_10000")
    np.testing.assert_allclose(np.median(draws.expected, axis=0), frame.to_numpy(), rtol=1e-12)
    assert fit.rate_draws(draws=50).rates.shape == (50, 40, 6)


def test_expected_rates_leave_out_the_areas_own_effect(fit):
    # two areas with the same nation, factors and year have the same expectation, whatever their counts
    wales = fit.rate_draws().expected[:, [c.startswith("W") for c in fit.design.panel.area_codes], 0]
    design = fit.design
    welsh = np.array(design.panel.nation_of_area) == "Wales"
    need = design.shared_columns(("intercept", "nation", "factor", "trend"))
    by_hand = 1e4 * np.exp(fit.posterior.shared[:, need] @ design.shared[welsh, 0][:, need].T)
    np.testing.assert_allclose(wales, by_hand, rtol=1e-12)


def test_gap_given_need_undoes_the_scaling_inside_nations():
    """Wales has twice the need and no gap: as they are it is far above, given need it is not."""
    rng = np.random.default_rng(8)
    nation = np.array(["Wales"] * 20 + ["England"] * 60)
    need = np.where(nation == "Wales", rng.normal(30, 5, 80), rng.normal(20, 7, 80))
    rate = 0.006 * np.exp(0.04 * (need - 20))
    population = np.full(80, 40_000)
    frame = pd.DataFrame(
        {
            "area_code": [f"{n[0]}{i:08d}" for i, n in enumerate(nation)],
            "nation": nation,
            "region": nation,
            "year": 2018,
            "children": rng.poisson(population * rate).astype(float),
            "population": population,
            "need": need,
        }
    )
    table = cr.RatesTable(frame, factors=(cr.Factor("need"),))
    gap = cr.fit(RateModel(factors=["need"]).for_one_year(), table).gap().set_index("comparison")
    assert gap.loc["as they are", "ratio"] > 1.3
    assert gap.loc["given need", "lower_95"] < 1 < gap.loc["given need", "upper_95"]
    # extrapolating 10 units with counts of 250 leaves a few per cent either way
    assert gap.loc["given need", "ratio"] == pytest.approx(1.0, abs=0.1)


def test_shares_of_variance_sum_to_one(fit):
    table = fit.explained()
    parts = table[table["part"] != "factors together"]
    sums = parts.groupby("nation")["share"].sum()
    # medians of draws whose shares sum to exactly 1
    assert sums.to_numpy() == pytest.approx(1.0, abs=0.05)


def test_exceedance_agrees_with_the_draws(fit):
    table = fit.exceedance(80.0, year=2014)
    draws = fit.rate_draws().year(2014)
    np.testing.assert_allclose(table["probability_above"], (draws > 80).mean(axis=0))
    with pytest.raises(ValueError, match="there is no 1999"):
        fit.exceedance(80.0, year=1999)


def test_the_summary_is_a_paragraph(fit):
    text = fit.summary()
    assert "40 areas, 2012 to 2017, 240 counts" in text
    assert "credible, equal tails" in text
    assert "DO NOT RELY" not in text
    assert any("2000 draws, seed 1" in step for step in fit.provenance.steps)


# -- missing and unusual figures --------------------------------------------------------------------


def test_a_failed_check_stands_on_every_output(fit, truth):
    failed = Check("made to fail", 0.0, "1", False, "Nothing to do.")
    marked = dataclasses.replace(fit, diagnostics=Diagnostics("laplace", (failed,)))
    tables = {
        "areas": marked.to_frame(),
        "nations": marked.nations(),
        "regions": marked.regions(),
        "gap": marked.gap(),
        "exceedance": marked.exceedance(100),
        "coefficients": marked.coefficients(),
        "hyperparameters": marked.hyperparameters(),
        "explained": marked.explained(),
        "forecast": marked.forecast(1).to_frame(),
    }
    for name, table in tables.items():
        assert (table["checks"] == "not passed").all(), name
    assert marked.summary().startswith("DO NOT RELY")
    assert marked.forecast(1).summary().startswith("DO NOT RELY")
    assert (fit.to_frame()["checks"] == "passed").all()


def test_strict_raises_what_would_only_be_marked(truth, monkeypatch):
    failed = Diagnostics("laplace", (Check("made to fail", 0.0, "1", False, "Nothing to do."),))
    monkeypatch.setattr("carerates.models.fitting._laplace_checks", lambda found: failed)
    with pytest.raises(ModelError, match="made to fail"):
        cr.fit(MODEL, truth.rates, strict=True)


def test_missing_years_are_predicted(truth):
    frame = truth.rates.to_frame()
    hole = (frame["area_code"] == "W00000003") & (frame["year"] == 2015)
    for name in ("children", "children_low", "children_high"):
        frame.loc[hole, name] = np.nan
    frame.loc[hole, "status"] = "not_available"
    fit = cr.fit(MODEL, cr.RatesTable(frame, factors=truth.rates.factors))
    row = fit.to_frame().query("area_code == 'W00000003' and year == 2015").iloc[0]
    assert bool(row["predicted"])
    # the straight line of the area's other five years is known to about 4%
    assert row["underlying_rate_per_10000"] == pytest.approx(1e4 * np.exp(truth.log_rates[3, 3]), rel=0.15)
    assert "1 missing and predicted" in " ".join(fit.provenance.steps)


def test_areas_without_a_factor_are_left_out_aloud(truth):
    table = changed(truth.rates, deprivation=lambda f: f["deprivation"].mask(f["area_code"] == "W00000003"))
    fit = cr.fit(MODEL, table)
    assert fit.left_out["area_code"].tolist() == ["W00000003"]
    assert "no deprivation" in fit.left_out["reason"].item()
    assert len(fit.design.panel.area_codes) == 39
    assert "left out of the model: Area 3" in " ".join(fit.provenance.steps)


def test_an_area_counts_in_totals_only_while_it_exists(truth):
    frame = truth.rates.to_frame()
    gone = (frame["area_code"] == "E00000020") & (frame["year"] > 2014)
    fit = cr.fit(MODEL, cr.RatesTable(frame[~gone], factors=truth.rates.factors))
    draws = fit.rate_draws()
    at = draws.area_codes.index("E00000020")
    assert (draws.population[at] > 0).tolist() == [True, True, True, False, False, False]
    assert len(fit.to_frame()) == 240 - 3


def test_rounding_to_one_is_no_rounding(truth):
    """Bounds equal to the count must give exactly the fit of the count."""
    same = changed(truth.rates, children_low=lambda f: f["children"], children_high=lambda f: f["children"])
    one, two = cr.fit(MODEL, truth.rates), cr.fit(MODEL, same)
    np.testing.assert_array_equal(one.posterior.shared, two.posterior.shared)


def test_a_binomial_pooled_rate_is_the_beta_posterior(truth):
    frame = truth.rates.to_frame().query("year == 2012")
    table = cr.RatesTable(frame)
    model = RateModel(
        likelihood="binomial",
        time="none",
        groups=None,
        area_effects=False,
        area_time="none",
        priors=Priors(intercept=Normal(-4.9, 20.0), nation=Normal(0.0, 1e-6)),
    )
    fit = cr.fit(model, table, draws=4000)
    exact = stats.beta(frame["children"].sum(), (frame["population"] - frame["children"]).sum())
    found = np.exp(fit.posterior.shared[:, 0])
    # a flat prior on the log rate is Beta(0, 1); 4,000 draws know a mean to 0.016 SD and an SD to 1.1%
    assert found.mean() == pytest.approx(exact.mean(), abs=0.06 * exact.std())
    assert found.std() == pytest.approx(exact.std(), rel=0.05)
    with pytest.raises(TableError, match="more children looked after than children"):
        cr.fit(model, changed(table, population=3.0))


def test_huge_populations_are_no_trouble(truth):
    big = changed(
        truth.rates,
        **{
            name: (lambda f, name=name: f[name] * 1000)
            for name in ("children", "children_low", "children_high", "population")
        },
    )
    fit = cr.fit(MODEL, big)
    assert fit.diagnostics.passed
    assert np.isfinite(fit.to_frame()["underlying_rate_per_10000"]).all()


# -- refusals, before anything is sampled -----------------------------------------------------------


def test_one_area_is_refused(truth):
    with pytest.raises(ModelError, match="compares at least 3"):
        cr.fit(RateModel(), truth.rates.select(area="W00000003"))


def test_one_year_with_a_panel_model_is_refused_with_every_reason(truth):
    with pytest.raises(ModelError, match=r"cannot be learned from one year[\s\S]*borrow the noise"):
        cr.fit(MODEL, truth.rates.select(year=2014))


def test_one_year_can_borrow_its_noise(truth):
    # straight lines, as the panel was made: a path of each area's own would take the noise of single years
    fit = cr.fit(MODEL.replace(area_slopes=True, area_time="none"), truth.rates)
    one = truth.rates.select(year=2014)
    lent = cr.fit(MODEL.for_one_year(noise=fit.noise()), one)
    alone = cr.fit(MODEL.for_one_year(), one)
    widths = [
        (np.log(f.to_frame()["upper_95"]) - np.log(f.to_frame()["lower_95"])).mean() for f in (lent, alone)
    ]
    assert widths[0] > widths[1]
    assert fit.noise() == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("deprivation", 20.0, "deprivation is the same for every area in England"),
        ("deprivation", lambda f: 3 * f["lone_parents"] + 1, "say the same thing"),
        ("deprivation", "high", "not a column of numbers"),
        ("deprivation", np.nan, "No area has all of its factors"),
        ("region", lambda f: f["region"].mask(f["area_code"] == "W00000003"), "'region' is empty in rows"),
    ],
)
def test_columns_that_cannot_enter_a_model(truth, column, value, message):
    with pytest.raises((ModelError, TableError), match=message):
        cr.fit(MODEL, changed(truth.rates, **{column: value}))


def test_a_factor_that_was_not_joined(truth):
    with pytest.raises(ModelError, match="no column spend; factors joined to it: deprivation, lone_parents"):
        cr.fit(RateModel(factors=["spend"]), truth.rates)


def test_zero_everywhere(truth):
    zero = changed(truth.rates, children=0.0, children_low=0.0, children_high=0.0)
    with pytest.raises(ModelError, match="Every count is zero"):
        cr.fit(MODEL, zero)


def test_all_suppressed(truth):
    hidden = changed(truth.rates, children=np.nan, children_low=1.0, children_high=5.0, status="suppressed")
    with pytest.raises(ModelError, match="Every count is suppressed or missing"):
        cr.fit(MODEL, hidden)
    nothing = changed(hidden, children_low=np.nan, children_high=np.nan)
    with pytest.raises(ModelError, match="all are missing"):
        cr.fit(MODEL, nothing)


def test_worked_back_counts_need_bounds(truth):
    vague = changed(truth.rates, status="derived", children_low=np.nan, children_high=np.nan)
    with pytest.raises(TableError, match="give children_low and children_high"):
        cr.fit(MODEL, vague)


def test_wrong_arguments(truth):
    with pytest.raises(TypeError, match="is a RateModel"):
        cr.fit("model", truth.rates)
    with pytest.raises(ValueError, match="engine is"):
        cr.fit(MODEL, truth.rates, engine="gibbs")
    with pytest.raises(ValueError, match="at least 100"):
        cr.fit(MODEL, truth.rates, draws=10)


def test_the_order_of_rows_does_not_matter(truth):
    shuffled = truth.rates.to_frame().sample(frac=1, random_state=3)
    one = cr.fit(MODEL, truth.rates)
    two = cr.fit(MODEL, cr.RatesTable(shuffled, factors=truth.rates.factors))
    pd.testing.assert_frame_equal(one.to_frame(), two.to_frame())


# -- saving ----------------------------------------------------------------------------------------


def test_a_fit_comes_back_from_its_file(fit, tmp_path):
    path = fit.save(tmp_path / "fit.nc")
    again = FittedRates.load(path)
    assert again.settings == fit.settings
    assert again.diagnostics == fit.diagnostics
    assert again.provenance == fit.provenance
    pd.testing.assert_frame_equal(again.to_frame(), fit.to_frame())
    pd.testing.assert_frame_equal(again.left_out, fit.left_out, check_dtype=False)
    assert [one.name for one in tmp_path.iterdir()] == ["fit.nc"]


def test_others_may_read_a_saved_fit_as_any_new_file(fit, tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    assert fit.save(tmp_path / "fit.nc").stat().st_mode == plain.stat().st_mode


def test_an_interrupted_save_leaves_nothing(fit, tmp_path, monkeypatch):
    fit.save(tmp_path / "fit.nc")
    before = (tmp_path / "fit.nc").read_bytes()

    def stop(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("carerates.models.results.storage._write", stop)
    with pytest.raises(KeyboardInterrupt):
        fit.save(tmp_path / "fit.nc")
    assert (tmp_path / "fit.nc").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["fit.nc"]


def test_a_file_that_is_no_fit(tmp_path):
    (tmp_path / "fit.nc").write_text("not a fit")
    with pytest.raises(SourceError, match="is not a fit"):
        FittedRates.load(tmp_path / "fit.nc")
    with pytest.raises(SourceError, match="There is no file"):
        FittedRates.load(tmp_path / "other.nc")


def test_changed_figures_are_noticed(fit, tmp_path):
    import h5py

    path = fit.save(tmp_path / "fit.nc")
    with h5py.File(path, "r+") as file:
        file["rates_population"][0] += 1
    with pytest.raises(SourceError, match="changed after it was saved"):
        FittedRates.load(path)


def test_without_the_extra_one_clear_error(fit, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "h5netcdf", None)
    with pytest.raises(MissingExtraError, match=r"carerates\[bayes\]"):
        fit.save(tmp_path / "fit.nc")
    assert not list(tmp_path.iterdir())


def test_versions_and_thread_counts_are_stored(fit, tmp_path):
    for name in ("numpy", "scipy", "pandas"):
        assert fit.record[name] == __import__(name).__version__
    assert {"python", "carerates", "seconds", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"} <= set(fit.record)
    assert FittedRates.load(fit.save(tmp_path / "fit.nc")).record == fit.record


def test_draws_as_xarray(fit):
    dataset = fit.to_xarray(draws=10)
    assert dict(dataset.sizes) == {"draw": 10, "area_code": 40, "year": 6}
    assert dataset.attrs["gate"] == "passed"


def test_prior_check_before_any_fit(truth):
    check = MODEL.prior_check(truth.rates, draws=400)
    # the default priors put one area's rate between about 15 and 400 per 10,000
    assert check.plausible > 0.95
    assert 40 < np.median(check.area) < 120
    assert "Before any count is seen" in check.summary()
    assert len(check.to_frame()) == 4


@pytest.mark.parametrize(
    ("column", "value"),
    [("population", np.inf), ("children", np.inf), ("deprivation", np.inf), ("population", -5.0)],
)
def test_values_that_are_no_figures_never_reach_an_engine(truth, column, value, monkeypatch):
    def reached(*_, **__):
        raise AssertionError("an engine was started")

    monkeypatch.setattr("carerates.models.laplace.engine.draw_posterior", reached)
    with pytest.raises((TableError, ModelError)):
        cr.fit(
            MODEL, changed(truth.rates, **{column: lambda frame: frame[column].where(frame.index > 3, value)})
        )


def test_a_factor_of_another_year_leaves_its_rows_out_aloud(truth):
    frame = truth.rates.to_frame()
    frame["deprivation"] = frame["deprivation"].where(frame["year"] == 2013)
    table = cr.RatesTable(frame, factors=truth.rates.factors)
    fit = cr.fit(MODEL.for_one_year(), table, draws=100)
    assert fit.design.panel.years == (2013,)
    assert set(fit.left_out["reason"]) == {"no deprivation in that year"}
    frame["deprivation"] = np.nan
    with pytest.raises(ModelError, match="No area has all of its factors"):
        cr.fit(MODEL, cr.RatesTable(frame, factors=truth.rates.factors))


def test_an_interrupted_command_leaves_nothing(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from carerates.cli import carerates_command

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("carerates.models.laplace.engine.draw_posterior", interrupted)
    out = tmp_path / "fit"
    found = CliRunner().invoke(carerates_command, ["fit", "--nation", "wales", "--out", str(out)])
    assert found.exit_code != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed is a whole number of at least 0; this is -1"),
        ({"seed": None}, "seed is a whole number"),
        ({"seed": 1.5}, "seed is a whole number"),
        ({"draws": 200.5}, "draws is a whole number of at least 100"),
        ({"draws": "many"}, "draws is a whole number of at least 100"),
        ({"draws": True}, "draws is a whole number of at least 100"),
    ],
)
def test_numbers_that_are_none_are_refused_before_the_fit(truth, arguments, message):
    with pytest.raises(ValueError, match=message):
        cr.fit(MODEL, truth.rates, **arguments)


def test_factors_may_be_columns_of_a_data_frame(truth):
    model = MODEL.replace(time="linear", area_time="none")
    table = truth.rates
    bare = cr.fit(model, table.to_frame(), draws=100)
    joined = cr.fit(model, table, draws=100)
    pd.testing.assert_frame_equal(bare.to_frame(), joined.to_frame())
    with pytest.raises(ModelError, match="no column spend"):
        cr.fit(model.replace(factors=["spend"]), table.to_frame())
    assert model.prior_check(table.to_frame(), draws=100).plausible > 0.9


@pytest.mark.parametrize(
    "call",
    [
        lambda fit: fit.exceedance(float("nan")),
        lambda fit: fit.to_frame(probability="a lot"),
        lambda fit: fit.moran(probability=2),
        lambda fit: fit.moran(permutations=0),
        lambda fit: fit.rate_draws(draws=0),
        lambda fit: fit.predictive_checks(draws=0),
    ],
)
def test_questions_without_an_answer_are_refused(fit, call):
    with pytest.raises(ValueError, match=r"threshold is a rate|probability is|permutations is|draws is"):
        call(fit)


def test_one_rate_for_all_answers_every_question(truth):
    """Without area effects, trend and noise there are no spreads, and nothing varies between areas."""
    model = RateModel(
        time="none",
        groups=None,
        area_effects=False,
        area_time="none",
        nation_terms=False,
        likelihood="poisson",
    )
    pooled = cr.fit(model, truth.rates.select(nation="England"), draws=100)
    assert pooled.hyperparameters().empty
    assert list(pooled.hyperparameters().columns)[:2] == ["name", "meaning"]
    assert "underlying rate" in pooled.summary()
    assert pooled.explained().empty or pooled.explained()["share"].isna().all()
    with pytest.raises(ValueError, match="no factors"):
        pooled.gradient()


def test_a_year_written_otherwise_is_refused(truth):
    rates = changed(truth.rates, year=lambda frame: frame["year"].where(frame["year"] != 2015, 201_415))
    with pytest.raises(TableError, match="the year is after 2100"):
        cr.fit(MODEL, rates)


def test_years_beyond_any_trend_are_not_predicted(fit):
    with pytest.raises(ValueError, match="end after 2100"):
        fit.forecast(10_000)
    with pytest.raises(ModelError, match="201819 is after 2100"):
        fit.predict(fit.rates.to_frame().head(1).assign(year=201_819))
