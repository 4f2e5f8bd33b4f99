from __future__ import annotations

import mpmath
import numpy as np
import pytest

from carerates.models import RateModel
from carerates.models.counts import log_likelihood
from carerates.models.design.arrays import build_design
from carerates.models.nuts.graph import SHORT, _log_rising, _running_sum, build_graph, graph_data
from tests.models.panels import make_panel


@pytest.mark.filterwarnings("ignore")  # compilers warn of their own affairs
@pytest.mark.parametrize(
    ("likelihood", "noise", "log_size", "terms"),
    [
        ("poisson", None, 6.0, {"area_slopes": True, "area_time": "random_walk_2", "time": "random_walk_2"}),
        ("binomial", None, 6.0, {"area_time": "autoregressive", "time": "autoregressive"}),
        ("negative_binomial", 0.3, 6.0, {}),
        ("negative_binomial", 0.02, 9.0, {}),
    ],
)
def test_both_engines_give_published_counts_the_same_probability(likelihood, noise, log_size, terms):
    """Exact, rounded and suppressed counts: PyMC's graph against the functions of the Laplace engine."""
    import pytensor

    model = RateModel(factors=["deprivation"], likelihood=likelihood, noise=noise, groups=None, **terms)
    panel = make_panel(8, 4, rounding=5, suppress_below=3, log_size=log_size)
    design = build_design(model, panel.rates)
    graph = build_graph(
        design, dict.fromkeys(("area", "slope", "area_trend", "trend"), False), graph_data(design)
    )
    outputs = graph.replace_rvs_by_values([sum(graph.potentials), graph["shared"], graph["own"]])
    # without a compiler: interpreted, which is the quickest for one evaluation
    evaluate = pytensor.function(graph.value_vars, outputs, mode=pytensor.compile.mode.Mode("py", None))
    rng = np.random.default_rng(3)
    point = {
        name: np.asarray(at) + 0.05 * rng.normal(size=np.shape(at))
        for name, at in graph.initial_point().items()
    }
    total, shared, own = evaluate(**{one.name: point[one.name] for one in graph.value_vars})
    eta = np.log(design.panel.population) + design.shared @ shared + own @ design.local.T
    ours = log_likelihood(eta.ravel()[design.observed], design.counts, noise or 0.0)[0].sum()
    # sums of some thirty terms of size 10
    assert total == pytest.approx(ours, abs=1e-9)


def test_rising_factorials_keep_their_digits_for_any_noise_and_count():
    """Against 60 digits: noise of 3,000% down to 1e-15, no child to 100,000 children."""
    with mpmath.workdps(60):
        for size in (1e-3, 0.5, 1.0, 8.0, 100.0, 1e4, 1e9, 1e20, 1e30):
            for children in (0.0, 1.0, 3.0, 80.0, 1200.0, 1e5):
                exact = (
                    mpmath.loggamma(children + mpmath.mpf(size))
                    - mpmath.loggamma(size)
                    - children * mpmath.log(size)
                )
                found = _log_rising(np, np.float64(children), np.float64(size))
                # the largest is 1.7 million, whose last digit is worth 2e-10
                assert found == pytest.approx(float(exact), abs=1e-9, rel=1e-15)


@pytest.mark.parametrize("width", [2, SHORT, SHORT + 1, 40])
def test_running_sums_of_short_and_long_rows_are_cumulative_sums(width):
    import pytensor.tensor as pt

    steps = np.random.default_rng(width).normal(size=(3, width))
    found = _running_sum(pt, pt.constant(steps)).eval(mode="FAST_COMPILE")
    # sums of at most 40 numbers near 1
    assert found == pytest.approx(np.cumsum(steps, axis=1), abs=1e-13)


@pytest.mark.filterwarnings("ignore")  # compilers warn of their own affairs
def test_centred_and_standardised_effects_have_the_same_density():
    """Areas and regions about their means, or standard normals times their spread: the same model.

    The densities differ by the Jacobian alone, so that no location is lost on the way.
    """
    design = build_design(
        RateModel(factors=["deprivation"], area_time="none"), make_panel(16, 3, welsh=4).rates
    )
    data = graph_data(design)
    names = ("area", "region", "trend", "noise")
    plain = build_graph(design, dict.fromkeys(names, False), data)
    rng = np.random.default_rng(5)
    point = {
        name: np.asarray(at) + 0.3 * rng.normal(size=np.shape(at))
        for name, at in plain.initial_point().items()
    }
    spreads = {one.name: float(np.exp(point[f"{one.name}_log__"])) for one in design.free_spreads}
    density, shared, own = _evaluate(plain, [plain.logp(), plain["shared"], plain["own"]], point)
    centred = build_graph(design, dict.fromkeys(names, True), data)
    moved, jacobian = dict(point), 0.0
    for variable in centred.free_RVs:
        if not variable.name.endswith("_value"):
            continue
        stem = variable.name.removesuffix("_value")
        if stem == "area":
            value, spread = data["level_design"] @ shared + own[:, 0], "sd_area"
        else:
            term = design.shared_terms[int(stem.rsplit("_", 1)[1])]
            value, spread = shared[term.columns].copy(), term.spread
            if term.name == "region":
                value += shared[design.shared_names.index("intercept")]
        moved[variable.name] = value
        jacobian += len(value) * np.log(spreads[spread])
    wanted = {one.name for one in centred.value_vars}
    moved = {name: at for name, at in moved.items() if name in wanted}
    other, same_shared, same_own = _evaluate(
        centred, [centred.logp(), centred["shared"], centred["own"]], moved
    )
    np.testing.assert_allclose(same_shared, shared, atol=1e-10)
    np.testing.assert_allclose(same_own, own, atol=1e-10)
    # log densities of some hundreds, differences in the last digits
    assert density == pytest.approx(other + jacobian, abs=1e-7)
    assert jacobian != 0


def _evaluate(graph, outputs, point):
    """Evaluate at one point without a compiler."""
    import pytensor

    values = graph.replace_rvs_by_values(outputs)
    mode = pytensor.compile.mode.Mode("py", None)
    function = pytensor.function(graph.value_vars, values, mode=mode, on_unused_input="ignore")
    return function(**point)
