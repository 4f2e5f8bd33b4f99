"""The same model fitted elsewhere; R's packages are in tests/published/test_independent_fits.py."""

from __future__ import annotations

import numpy as np

import carerates as cr
from carerates.models import Normal, Priors, RateModel
from tests.models.panels import make_panel

WIDE = Priors(intercept=Normal(-4.9, 5), factor=Normal(0, 5), by_factor={}, drift=Normal(0, 5))


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
