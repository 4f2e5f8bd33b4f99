"""Factors known only up to a standard error: what is unknown of them is part of the model."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.errors import ModelError
from carerates.models import RateModel
from carerates.models.design.building import build_design
from carerates.tables import Factor, RatesTable
from tests.models.panels import make_panel

MEASURED = RateModel(
    factors=["climate"],
    measured_with_error=["climate"],
    groups=None,
    time="none",
    area_time="none",
    likelihood="poisson",
)
PLAIN = MEASURED.replace(measured_with_error=(), nation_terms=False)


def with_climate(areas: int, error: float, *, seed: int = 1, slope: float = 0.3) -> RatesTable:
    """Counts that follow a true climate, and a survey that measures it with error."""
    rng = np.random.default_rng(seed)
    frame = make_panel(areas, 2, seed=seed).rates.to_frame()
    codes = sorted(frame["area_code"].unique())
    true = rng.normal(size=areas)
    measured = true + error * rng.normal(size=areas)
    level = slope * true + 0.05 * rng.normal(size=areas)
    of = dict(zip(codes, range(areas), strict=True))
    row = frame["area_code"].map(of).to_numpy()
    frame["children"] = rng.poisson(frame["population"] * 0.0075 * np.exp(level[row]))
    frame["children_low"] = frame["children_high"] = frame["children"]
    frame["climate"], frame["climate_error"] = measured[row], float(error)
    return RatesTable(frame, factors=(Factor("climate", standard_error="climate_error"),))


def coefficient(fit: cr.FittedRates) -> tuple[float, float]:
    row = fit.coefficients().set_index("name").loc["climate"]
    scale = fit.scales().set_index("column").loc["climate", "sd"]
    return row["median"] / scale, row["sd"] / scale


def test_without_error_it_is_the_plain_model():
    rates = with_climate(40, 0.0)
    measured, plain = (cr.fit(model, rates, draws=2000) for model in (MEASURED, PLAIN))
    one, two = coefficient(measured), coefficient(plain)
    # the coefficient is a hyperparameter in one and an effect in the other: the same posterior in 2,000 draws
    assert one[0] == pytest.approx(two[0], abs=0.15 * two[1])
    assert one[1] == pytest.approx(two[1], rel=0.12)


def test_the_dilution_of_a_coefficient_is_undone():
    rates = with_climate(150, 0.8, seed=3)
    measured, plain = (cr.fit(model, rates, draws=1000) for model in (MEASURED, PLAIN))
    assert measured.diagnostics.passed, str(measured.diagnostics)
    found, sd = coefficient(measured)
    diluted, diluted_sd = coefficient(plain)
    # error of 0.8 against a spread of 1 dilutes 0.3 to 0.3 / 1.64
    assert diluted == pytest.approx(0.3 / 1.64, abs=3 * diluted_sd)
    assert diluted < 0.25
    assert found == pytest.approx(0.3, abs=2.5 * sd)
    assert sd > diluted_sd
    # what the plain model calls differences between areas is mostly error of measurement
    spread = [one.hyperparameters().set_index("name").loc["sd_area", "median"] for one in (measured, plain)]
    assert spread[0] < 0.75 * spread[1]


def test_best_estimates_are_drawn_towards_the_line_by_their_unreliability():
    design = build_design(MEASURED, with_climate(60, 0.8, seed=2))
    column = design.columns[0]
    raw = column.raw[:, 0]
    sd = raw.std(ddof=1)
    noise = 0.8 / sd
    weight = (1 - noise**2) / 1.0  # standardised values vary by 1
    np.testing.assert_allclose(column.values[:, 0], weight * (raw - raw.mean()) / sd, atol=1e-9)
    np.testing.assert_allclose(column.error, np.sqrt(weight) * noise, rtol=1e-9)


def test_predictions_keep_the_fitted_rows():
    rates = with_climate(30, 0.5)
    fit = cr.fit(MEASURED, rates, draws=200)
    np.testing.assert_allclose(fit.predict(rates).rates, fit.rate_draws().rates, rtol=1e-9)
    moved = rates.to_frame().assign(climate=lambda frame: frame["climate"] + 1)
    effect = fit.posterior.shared[:, fit.design.shared_names.index("climate")] / fit.scales()["sd"].iloc[0]
    ratio = fit.predict(moved).rates / fit.rate_draws().rates
    np.testing.assert_allclose(ratio, np.broadcast_to(np.exp(effect)[:, None, None], ratio.shape), rtol=1e-9)


def test_what_cannot_be_a_measured_factor():
    rates = with_climate(20, 0.5)
    frame = rates.to_frame()
    undescribed = RatesTable(frame, factors=(Factor("climate"),))
    with pytest.raises(ModelError, match="names no standard error"):
        cr.fit(MEASURED, undescribed)
    moving = RatesTable(frame.assign(climate=frame["climate"] + frame["year"]), factors=rates.factors)
    with pytest.raises(ModelError, match="changes over years"):
        cr.fit(MEASURED, moving)
    noisy = RatesTable(frame.assign(climate_error=50.0), factors=rates.factors)
    with pytest.raises(ModelError, match="no more than its own error"):
        cr.fit(MEASURED, noisy)
    gone = frame.assign(climate_error=frame["climate_error"].mask(frame["area_code"] == "E00000003"))
    fit = cr.fit(MEASURED, RatesTable(gone, factors=rates.factors), draws=100)
    assert fit.left_out["area_code"].tolist() == ["E00000003"]
    assert "climate_error" in fit.left_out["reason"].iloc[0]
    with pytest.raises(ValueError, match="which factors does not"):
        RateModel(measured_with_error=["climate"])
    with pytest.raises(ValueError, match="cannot be both"):
        RateModel(factors=["x"], measured_with_error=["x"], within_between=["x"])


def test_it_is_said_and_stored():
    assert RateModel.from_json(MEASURED.to_json()) == MEASURED
    assert "true values unknown" in MEASURED.describe()
    assert "se[i]" in MEASURED.as_mathematics()


@pytest.mark.parametrize("error", [np.inf, "unknown"])
def test_a_standard_error_that_is_no_number_is_refused(error):
    rates = with_climate(12, 0.5)
    name = next(one.standard_error for one in rates.factors if one.standard_error)
    frame = rates.to_frame().assign(**{name: error})
    model = RateModel(factors=["climate"], measured_with_error=["climate"], nation_terms=False)
    with pytest.raises(ModelError, match=f"{name} is not a finite number in some rows"):
        build_design(model, RatesTable(frame, factors=rates.factors))
