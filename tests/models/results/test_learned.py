"""Each prior beside its posterior."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.models import RateModel
from carerates.models.results.learned import kernel_density
from tests.models.panels import make_panel


def test_a_kernel_estimate_finds_densities_it_should():
    rng = np.random.default_rng(1)
    at = np.linspace(-2, 2, 9)
    found = kernel_density(rng.normal(size=20_000), at)
    # 20,000 draws with Silverman's bandwidth: a few per cent
    np.testing.assert_allclose(found, np.exp(-0.5 * at**2) / np.sqrt(2 * np.pi), atol=0.015)
    half = kernel_density(np.abs(rng.normal(size=20_000)), np.array([-1.0, 0.001, 1.0]), low=0.0)
    np.testing.assert_allclose(half, [0, 0.798, 0.484], atol=0.03)


def test_densities_of_prior_and_posterior_of_all_that_was_learned():
    fit = cr.fit(RateModel(factors=["deprivation"]), make_panel(20, 4, welsh=6).rates, draws=500)
    frame = fit.prior_posterior()
    assert set(frame["name"]) >= {"intercept", "deprivation", "deprivation x Wales", "sd_area", "noise"}
    for name, part in frame.groupby("name"):
        assert len(part) == 101
        # both are densities; the grid leaves out a per cent of the prior
        for which in ("prior", "posterior"):
            area = np.trapezoid(part[f"{which}_density"], part["value"])
            assert area == pytest.approx(1, abs=0.05), (name, which)
    need = frame[frame["name"] == "deprivation"]
    assert need["posterior_density"].max() > 2 * need["prior_density"].max()
    with pytest.raises(ValueError, match="11 or more"):
        fit.prior_posterior(points=3)
