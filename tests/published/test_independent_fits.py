"""The same models on the same counts by glmmTMB, mgcv, lme4, brms: stored numbers, and what made them.

``independent_fits/panel.csv`` holds 60 simulated areas in six years, ``fits.R`` and ``brms.R`` fit them and
write ``fits.csv``.  Nothing here runs R.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import carerates as cr
from carerates.models import Normal, Priors, RateModel

FOLDER = Path(__file__).parent / "independent_fits"
# coefficients with as good as no prior, for the others are maximum likelihood
WIDE = Priors(intercept=Normal(-4.9, 5), factor=Normal(0, 5), by_factor={}, drift=Normal(0, 5))
BASE = RateModel(
    factors=["deprivation", "lone_parents"],
    time="linear",
    groups=None,
    nation_terms=False,
    area_time="none",
    priors=WIDE,
)
MODELS = {
    "nb_slopes": BASE.replace(area_slopes=True),
    "nb_levels": BASE,
    "lognormal": BASE.replace(likelihood="poisson_lognormal"),
    "poisson_levels": BASE.replace(likelihood="poisson"),
    "binomial_levels": BASE.replace(likelihood="binomial"),
}
FITS = pd.read_csv(FOLDER / "fits.csv")
PAIRS = sorted({(one.software, one.model) for one in FITS.itertuples() if one.model in MODELS})


def panel() -> cr.RatesTable:
    frame = pd.read_csv(FOLDER / "panel.csv")
    frame = frame.assign(nation="England", region="North", status="exact", children=frame["children"] * 1.0)
    return cr.RatesTable(frame, factors=(cr.Factor("deprivation"), cr.Factor("lone_parents")))


@cache
def our_fit(model: str) -> cr.FittedRates:
    return cr.fit(MODELS[model], panel(), draws=8000)


@pytest.mark.parametrize(("software", "model"), PAIRS)
def test_coefficients_agree_within_a_tenth_of_a_standard_error(software, model):
    stored = FITS[(FITS["software"] == software) & (FITS["model"] == model)].set_index("quantity")
    ours = our_fit(model).coefficients().set_index("name").rename(index={"drift:England": "drift"})
    for name in ("intercept", "deprivation", "lone_parents", "drift"):
        estimate, error = stored.loc[name, ["estimate", "standard_error"]]
        # 8,000 draws: 0.011 of a standard error is Monte Carlo noise
        assert ours.loc[name, "mean"] == pytest.approx(estimate, abs=0.1 * error), name
        # maximum likelihood takes the spreads as known, which makes errors a few per cent smaller; those of
        # brms come from draws of effective size about 400, which know them to 3.5%: three times that
        least = 0.9 if software == "brms" else 0.97
        assert least < ours.loc[name, "sd"] / error < 1.12, name


@pytest.mark.parametrize(("software", "model"), PAIRS)
def test_spreads_agree_as_far_as_60_areas_say(software, model):
    stored = FITS[(FITS["software"] == software) & (FITS["model"] == model)].set_index("quantity")["estimate"]
    ours = our_fit(model).hyperparameters().set_index("name")["median"]
    for name in stored.index.intersection(["sd_area", "sd_slope", "noise"]):
        # maximum likelihood lies below the posterior median of a spread: by 60 / (60 - 4) and its prior, < 8%
        assert ours[name] == pytest.approx(stored[name], rel=0.08), name
