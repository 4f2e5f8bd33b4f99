from __future__ import annotations

import numpy as np
import pytest

from carerates.models import RateModel
from carerates.models.counts import log_likelihood
from carerates.models.design.building import build_design
from carerates.models.laplace.exploration import explore
from carerates.models.nuts.centring import choose_centring
from carerates.models.nuts.graph import build_graph, graph_data
from carerates.models.nuts.start import flat_start
from tests.models.panels import make_panel


@pytest.mark.filterwarnings("ignore")  # compilers warn of their own affairs
@pytest.mark.parametrize(
    ("likelihood", "noise", "log_size", "terms"),
    [
        ("poisson", None, 6.0, {"area_slopes": True, "area_time": "random_walk_2", "time": "random_walk_2"}),
        ("binomial", None, 6.0, {"area_time": "autoregressive", "time": "autoregressive"}),
        ("negative_binomial", 0.3, 6.0, {}),
        ("negative_binomial", 0.02, 9.0, {}),
        ("negative_binomial", 1e-9, 6.0, {}),
    ],
)
def test_both_engines_give_published_counts_the_same_probability(likelihood, noise, log_size, terms):
    """Exact, rounded and suppressed counts: PyMC's graph against the functions of the Laplace engine."""
    import pytensor

    model = RateModel(factors=["deprivation"], likelihood=likelihood, noise=noise, groups=None, **terms)
    panel = make_panel(8, 4, rounding=5, suppress_below=3, log_size=log_size)
    design = build_design(model, panel.rates)
    standardised = dict.fromkeys(("area", "slope", "area_trend", "trend"), False)
    graph = build_graph(design, standardised, graph_data(design, standardised))
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


@pytest.mark.filterwarnings("ignore")  # compilers warn of their own affairs
def test_centred_and_standardised_effects_have_the_same_density():
    """Areas and regions about their means, or standard normals times their spread: the same model.

    The densities differ by the Jacobian alone, so that no location is lost on the way.
    """
    design = build_design(
        RateModel(factors=["deprivation"], area_time="none"), make_panel(16, 3, welsh=4).rates
    )
    names = ("area", "region", "trend", "noise")
    standardised, centred = dict.fromkeys(names, False), dict.fromkeys(names, True)
    data = graph_data(design, standardised)
    graph = build_graph(design, standardised, data)
    rng = np.random.default_rng(5)
    point = {
        name: np.asarray(at) + 0.3 * rng.normal(size=np.shape(at))
        for name, at in graph.initial_point().items()
    }
    spreads = {one.name: float(np.exp(point[f"{one.name}_log__"])) for one in design.free_spreads}
    density, shared, own = _evaluate(graph, [graph.logp(), graph["shared"], graph["own"]], point)
    moved, jacobian = dict(point), 0.0
    for variable in graph.free_RVs:
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
    # the same graph: which form is sampled is a number among its data
    import pymc

    with graph:
        pymc.set_data(graph_data(design, centred))
    other, same_shared, same_own = _evaluate(graph, [graph.logp(), graph["shared"], graph["own"]], moved)
    np.testing.assert_allclose(same_shared, shared, atol=1e-10)
    np.testing.assert_allclose(same_own, own, atol=1e-10)
    # log densities of some hundreds, differences in the last digits
    assert density == pytest.approx(other + jacobian, abs=1e-7)
    assert jacobian != 0


@pytest.mark.filterwarnings("ignore")  # compilers warn of their own affairs
@pytest.mark.parametrize("chosen", [True, False])
@pytest.mark.parametrize(
    "terms",
    [
        {"area_slopes": True, "area_time": "none", "time": "random_walk"},
        {"likelihood": "poisson_lognormal", "area_time": "random_walk"},
        {"area_time": "autoregressive", "time": "random_walk"},
    ],
)
def test_sampling_starts_at_the_mode_of_the_laplace_engine(terms, chosen):
    """Whatever is sampled, effects themselves or standard normals: the same effects at the start."""
    design = build_design(RateModel(factors=["deprivation"], **terms), make_panel(16, 4, welsh=4).rates)
    found = explore(design)
    centred = dict.fromkeys(choose_centring(design, found.peak), chosen)
    graph = build_graph(design, centred, graph_data(design, centred))
    start, at, point = flat_start(design, graph, found, centred), 0, {}
    for name, value in graph.initial_point().items():
        point[name] = start[at : at + value.size].reshape(value.shape)
        at += value.size
    assert at == len(start)
    shared, own = _evaluate(graph, [graph["shared"], graph["own"]], point)
    mode = found.peak.mode
    np.testing.assert_allclose(shared, mode.shared, atol=1e-9)
    # the sampler's standardised autoregressive paths start at nothing
    paths = not chosen and terms["area_time"] == "autoregressive"
    np.testing.assert_allclose(
        own[:, : 1 if paths else None], mode.local[:, : 1 if paths else None], atol=1e-9
    )


def _evaluate(graph, outputs, point):
    """Evaluate at one point without a compiler."""
    import pytensor

    values = graph.replace_rvs_by_values(outputs)
    mode = pytensor.compile.mode.Mode("py", None)
    function = pytensor.function(graph.value_vars, values, mode=mode, on_unused_input="ignore")
    return function(**point)
