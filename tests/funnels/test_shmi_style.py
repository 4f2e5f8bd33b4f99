"""Settings in the style of the NHS summary hospital-level mortality indicator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr


def test_phi_and_limits_follow_the_log_formulas() -> None:
    rng = np.random.default_rng(3)
    expected = rng.uniform(200, 3000, 140)
    observed = rng.poisson(expected * np.exp(rng.normal(0, 0.1, 140)))
    units = pd.DataFrame({"code": [f"T{i}" for i in range(140)], "deaths": observed, "expected": expected})
    funnel = cr.funnel(
        units,
        events="deaths",
        expected="expected",
        area="code",
        kind="ratio",
        dispersion="additive",
        scale="log",
        trimming="truncate",
        winsorise=0.1,
        debias=False,
    )
    # by hand: z on the log scale (half an event beside each count, for zeros), the outer tenths left out
    z = np.log((observed + 0.5) / (expected + 0.5)) * np.sqrt(expected)
    kept = z[(z >= np.quantile(z, 0.1)) & (z <= np.quantile(z, 0.9))]
    report = funnel.dispersion[0].to_dict()
    assert report["phi_trimmed"] == pytest.approx(np.mean(kept**2), rel=1e-12)
    frame = funnel.to_frame()
    reach = 1.959963984540054 * np.sqrt(1 / expected + report["tau2_used"])
    # limits are exp(+-z sqrt(1/E + tau^2)) but for the half event, at most 0.5 / 200 of the spread
    np.testing.assert_allclose(frame["upper_95"], np.exp(reach), rtol=1e-3)
    np.testing.assert_allclose(frame["lower_95"], np.exp(-reach), rtol=1e-3)
