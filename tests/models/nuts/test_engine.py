from __future__ import annotations

import dataclasses
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import carerates as cr
from carerates.errors import MissingExtraError, ModelError
from carerates.models import RateModel
from carerates.models.design.building import build_design
from carerates.models.laplace.engine import draw_posterior
from carerates.models.laplace.exploration import explore
from carerates.models.nuts import engine
from carerates.models.nuts.centring import choose_centring
from carerates.models.nuts.checks import check_draws, compare_draws
from carerates.models.nuts.graph import graph_data
from tests.models.panels import make_panel

MODEL = RateModel(factors=["deprivation"])


def test_large_counts_are_centred_and_small_ones_are_not():
    large = build_design(MODEL, make_panel(30, 6, log_size=11).rates)
    small = build_design(MODEL, make_panel(30, 6, log_size=6.5, sd_area=0.1).rates)
    many, few = (choose_centring(one, explore(one).peak) for one in (large, small))
    assert many["area"]
    assert not few["area"]
    assert not few["area_trend"]
    assert not many["region"]  # four regions say little about their spread


def test_level_line_and_rest_make_up_the_design():
    lines = MODEL.replace(area_slopes=True, area_time="none")
    design = build_design(lines, make_panel(12, 5, welsh=4).rates)
    data = graph_data(design, {})
    years = np.arange(5) - 2.0
    whole = (
        data["level_design"][:, None, :]
        + years[None, :, None] * data["line_design"][:, None, :]
        + data["rest_design"].reshape(12, 5, -1)
    )
    np.testing.assert_allclose(whole, design.shared, atol=1e-12)


def test_sets_of_counts_are_laid_out_with_their_fillers_ruled_out():
    design = build_design(MODEL, make_panel(12, 5, rounding=5, suppress_below=3, log_size=6).rates)
    data = graph_data(design, {})
    sets = design.counts.high > design.counts.low
    allowed = (data["further_constant"] > -1e9).sum(axis=0)
    np.testing.assert_array_equal(allowed, (design.counts.high - design.counts.low)[sets])


def test_two_sets_of_draws_are_compared_in_posterior_standard_deviations():
    design = build_design(MODEL, make_panel(12, 5).rates)
    one, two = (draw_posterior(design, draws=2000, seed=seed)[0] for seed in (1, 2))
    away, width = compare_draws(design, one, two)
    # two samples of 2,000: 0.03 each, the largest of 60 about three times that
    assert away < 0.15
    assert width == pytest.approx(1, abs=0.05)


def test_draws_that_do_not_move_or_diverge_fail_their_checks():
    """Chains made from draws known to be good, then spoilt one way at a time."""
    design = build_design(MODEL, make_panel(12, 5).rates)
    laplace = draw_posterior(design, draws=4000, seed=1)[0]
    good = dataclasses.replace(draw_posterior(design, draws=4000, seed=2)[0], chains=4)
    rng = np.random.default_rng(3)
    stats = {
        "diverging": np.zeros((4, 1000), dtype=bool),
        "energy": rng.normal(size=(4, 1000)),
        "maxdepth_reached": np.zeros((4, 1000), dtype=bool),
    }

    def failed(posterior, **changed):
        found = check_draws(design, posterior, {"sample_stats": stats | changed}, laplace)
        return {one.name.split(" (")[0].split(" of ")[0] for one in found.checks if not one.passed}

    assert failed(good) == set()
    stuck = good.shared.copy()
    stuck[:, 0] = stuck[0, 0]
    # chains that all stand in one place agree with each other, and have no effective size
    assert failed(dataclasses.replace(good, shared=stuck)) >= {
        "smallest bulk effective sample size",
        "smallest tail effective sample size",
    }
    apart = good.shared.copy()
    apart[:1000, 0] += 3 * apart[:, 0].std()
    assert "largest R-hat" in failed(dataclasses.replace(good, shared=apart))
    once = stats["diverging"].copy()
    once[2, 7] = True
    assert failed(good, diverging=once) == {"divergent transitions"}
    assert failed(good, maxdepth_reached=~stats["diverging"]) == {"share"}  # of draws at the greatest depth
    drifting = np.cumsum(rng.normal(size=(4, 1000)), axis=1)
    assert failed(good, energy=drifting) == {"smallest E-BFMI"}


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_in_a_terminal_only(terminal, monkeypatch):
    import nutpie

    asked = {}

    def interrupted(compiled, **options):
        asked.update(options)
        raise KeyboardInterrupt

    monkeypatch.setattr(nutpie, "sample", interrupted)
    monkeypatch.setattr(engine, "_compiled", lambda *_: (None, True))
    monkeypatch.setattr(engine, "graph_data", lambda *_: {})
    monkeypatch.setattr(engine.sys.stderr, "isatty", lambda: terminal, raising=False)
    with pytest.raises(KeyboardInterrupt):
        cr.fit(MODEL, make_panel(8, 3).rates, engine="nuts", seed=5)
    assert asked["progress_bar"] is terminal
    assert asked["seed"] == 5


def test_without_pymc_one_clear_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymc", None)
    with pytest.raises(MissingExtraError, match=r"engine='nuts'.*carerates\[bayes\]"):
        cr.fit(MODEL, make_panel(12, 4).rates, engine="nuts")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # compilers and samplers warn of their own affairs
def test_nuts_agrees_with_laplace_and_refits_without_compiling():
    panels = [make_panel(30, 6, welsh=8, rounding=5, seed=seed).rates for seed in (1, 2)]
    first, second = (build_design(MODEL, one) for one in panels)
    # one graph serves both, although other effects are sampled centred
    assert choose_centring(first, explore(first).peak) != choose_centring(second, explore(second).peak)
    # a small panel says little about its own noise: the gate needs more draws there than the default
    first = cr.fit(MODEL, panels[0], engine="nuts", seed=1, draws=8000)
    assert first.diagnostics.passed, str(first.diagnostics)
    laplace = cr.fit(MODEL, panels[0], seed=1)
    away, width = compare_draws(first.design, first.posterior, laplace.posterior)
    assert away < 0.2
    assert width == pytest.approx(1, abs=0.06)
    second = cr.fit(MODEL, panels[1], engine="nuts", seed=1, draws=8000)
    assert "reused" in second.record["compile seconds"]
    own = cr.fit(MODEL, panels[1], seed=1)
    away, _ = compare_draws(second.design, second.posterior, own.posterior)
    assert away < 0.2  # the swapped data were used, not the first panel's


@pytest.mark.parametrize("fault", ["state", "slope"])
def test_a_start_that_is_not_finite_is_refused(fault):
    """A value that is not a number would end the sampler's process without a Python error."""

    def density_and_slope(size, place, slope, density, data):
        density[0] = -10.0
        for number in range(size):
            slope[number] = np.nan if fault == "slope" else 0.5
        return 3 if fault == "state" else 0

    compiled = SimpleNamespace(
        compiled_logp_func=SimpleNamespace(ctypes=density_and_slope), user_data=np.zeros(1)
    )
    with pytest.raises(ModelError, match="not finite at the start, so nothing was sampled"):
        engine._require_finite(compiled, np.zeros(3))
