from __future__ import annotations

import numpy as np
import pytest

from carerates.models import RateModel
from carerates.models.counts import log_likelihood
from carerates.models.design.arrays import build_design
from carerates.models.nuts.graph import build_graph, graph_data
from tests.models.panels import make_panel


@pytest.mark.filterwarnings("ignore")  # compilers warn of their own affairs
@pytest.mark.parametrize(
    ("likelihood", "noise", "log_size"),
    [
        ("poisson", None, 6.0),
        ("binomial", None, 6.0),
        ("negative_binomial", 0.3, 6.0),
        ("negative_binomial", 0.02, 9.0),  # the series in place of log gammas
    ],
)
def test_both_engines_give_published_counts_the_same_probability(likelihood, noise, log_size):
    """Exact, rounded and suppressed counts: PyMC's graph against the functions of the Laplace engine."""
    import pytensor

    model = RateModel(factors=["deprivation"], likelihood=likelihood, noise=noise, groups=None)
    panel = make_panel(8, 4, rounding=5, suppress_below=3, log_size=log_size)
    design = build_design(model, panel.rates)
    graph = build_graph(design, dict.fromkeys(("area", "area_trend", "trend"), False), graph_data(design))
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
