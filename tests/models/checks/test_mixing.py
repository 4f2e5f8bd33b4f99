from __future__ import annotations

import numpy as np
import pytest

from carerates.models.checks.mixing import measure_mixing


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
    ours = [one[0] for one in measure_mixing(draws[:, :, None])]
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


def test_many_quantities_each_as_if_alone():
    """More than one block of quantities, draws repeated as a sampler repeats them when it refuses a step."""
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((2, 101, 130)).round(1)
    together = measure_mixing(draws)
    for at in (0, 63, 64, 129):
        alone = measure_mixing(draws[:, :, at : at + 1])
        assert [part[at] for part in together] == [part[0] for part in alone]


def test_what_never_moved_has_no_effective_size():
    draws = np.random.default_rng(3).standard_normal((4, 50, 2))
    draws[:, :, 1] = 7.0
    found = measure_mixing(draws)
    assert np.isfinite(found.bulk[0])
    assert np.isnan(found.bulk[1])
    assert np.isnan(found.tail[1])
