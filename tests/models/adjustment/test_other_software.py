"""The same model fitted elsewhere: stored numbers, with the command that made them."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.models import Normal, Priors, RateModel
from tests.models.panels import make_panel

WIDE = Priors(intercept=Normal(-4.9, 5), factor=Normal(0, 5), by_factor={}, drift=Normal(0, 5))

# glmmTMB 1.1.5 (Debian package r-cran-glmmtmb) on make_panel(60, 6, seed=12, noise=0.06, log_size=10.5),
# with z1 and z2 the standardised factors and t the year about its mean:
#   glmmTMB(children ~ z1 + z2 + t + (1 + t | area_code) + offset(log(population)),
#           family = nbinom2, data = d)
GLMMTMB = {
    "intercept": (-4.7322123, 0.02763666),
    "deprivation": (0.1904305, 0.02967759),
    "lone_parents": (0.0151766, 0.02956145),
    "drift:England": (0.0252403, 0.00419671),
}
GLMMTMB_SPREADS = {"sd_area": 0.210991, "sd_slope": 0.024875, "noise": 0.06389155}


def test_coefficients_agree_with_glmmtmb():
    panel = make_panel(60, 6, seed=12, noise=0.06, log_size=10.5).rates
    model = RateModel(
        factors=["deprivation", "lone_parents"],
        time="linear",
        groups=None,
        nation_terms=False,
        area_slopes=True,
        area_time="none",
        priors=WIDE,
    )
    fit = cr.fit(model, panel, draws=8000)
    table = fit.coefficients().set_index("name")
    for name, (estimate, error) in GLMMTMB.items():
        # 8,000 draws: 0.011 of a standard error of Monte Carlo noise
        assert table.loc[name, "mean"] == pytest.approx(estimate, abs=0.1 * error)
        # maximum likelihood takes the spreads as known, which makes errors a few per cent smaller
        assert 0.97 < table.loc[name, "sd"] / error < 1.12
    spreads = fit.hyperparameters().set_index("name")["median"]
    for name, estimate in GLMMTMB_SPREADS.items():
        # maximum likelihood sits below the posterior median of a spread; 60 areas: less than 8%
        assert spreads[name] == pytest.approx(estimate, rel=0.08)


def test_without_area_effects_it_is_the_poisson_regression_of_statsmodels():
    import statsmodels.api as sm

    panel = make_panel(40, 3, seed=4, noise=0.0, sd_area=0.0, sd_slope=0.0).rates
    model = RateModel(
        factors=["deprivation"],
        time="linear",
        groups=None,
        likelihood="poisson",
        priors=WIDE,
        area_effects=False,
        area_slopes=False,
        area_time="none",
    )
    fit = cr.fit(model, panel, draws=8000)
    frame = panel.to_frame()
    need = fit.design.columns[0].values.ravel()
    x = np.column_stack([np.ones(len(frame)), need, frame["year"] - frame["year"].mean()])
    other = sm.GLM(
        frame["children"], x, family=sm.families.Poisson(), offset=np.log(frame["population"])
    ).fit()
    table = fit.coefficients()
    # 8,000 draws: 0.011 standard errors of noise in a mean and 0.8% in a standard deviation
    assert np.abs(table["mean"].to_numpy() - other.params.to_numpy()).max() < 0.06 * other.bse.max()
    np.testing.assert_allclose(table["sd"], other.bse, rtol=0.04)
