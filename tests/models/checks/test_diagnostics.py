from __future__ import annotations

import numpy as np
import pytest

from carerates.errors import ModelError
from carerates.models.checks.diagnostics import Check, Diagnostics, effective_sizes, rhat


def chains(kind, rng):
    """Four chains of 500 draws: independent, autocorrelated, one chain elsewhere, or heavy-tailed."""
    noise = rng.standard_normal((4, 500))
    if kind == "autocorrelated":
        for at in range(1, 500):
            noise[:, at] += 0.9 * noise[:, at - 1]
    if kind == "one elsewhere":
        noise[3] += 1.0
    if kind == "heavy":
        noise = noise**3
    return noise


@pytest.mark.parametrize("kind", ["independent", "autocorrelated", "one elsewhere", "heavy"])
def test_agreement_with_arviz(kind):
    from arviz_stats.base import array_stats

    draws = chains(kind, np.random.default_rng(1))
    ours = rhat(draws[:, :, None])[0], *(one[0] for one in effective_sizes(draws[:, :, None]))
    axes = {"chain_axis": 0, "draw_axis": 1}
    theirs = (
        array_stats.rhat(draws, method="rank", **axes),
        array_stats.ess(draws, method="bulk", **axes),
        array_stats.ess(draws, method="tail", prob=(0.05, 0.95), **axes),
    )
    assert ours[0] == pytest.approx(float(theirs[0]), abs=2e-3)
    # truncation rules of the autocorrelation differ in detail by a few per cent
    assert ours[1] == pytest.approx(float(theirs[1]), rel=0.07)
    assert ours[2] == pytest.approx(float(theirs[2]), rel=0.12)


def test_a_failed_check_marks_and_refuses():
    good = Check("divergent transitions", 0.0, "0", True)
    failed = Check("largest R-hat", 1.2, "at most 1.01", False, "Run longer.")
    diagnostics = Diagnostics("nuts", (good, failed))
    assert not diagnostics.passed
    assert "DO NOT RELY ON THESE FIGURES" in diagnostics.banner()
    assert "Run longer." in diagnostics.banner()
    with pytest.raises(ModelError, match=r"largest R-hat: 1\.2, needed at most 1\.01"):
        diagnostics.require()
    assert Diagnostics.from_json(diagnostics.to_json()) == diagnostics
    assert diagnostics.to_frame()["passed"].tolist() == [True, False]
    fine = Diagnostics("nuts", (good,))
    fine.require()
    assert fine.banner() == ""
