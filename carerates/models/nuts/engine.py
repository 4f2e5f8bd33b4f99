"""The engine of record: Hamiltonian Monte Carlo through PyMC and nutpie, gated by its diagnostics."""

from __future__ import annotations

import os
import sys
import time
from collections import OrderedDict
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

from carerates.errors import MissingExtraError, ModelError
from carerates.models.checks.diagnostics import Diagnostics
from carerates.models.design.adjacency import Adjacency
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.laplace.engine import draw_posterior
from carerates.models.laplace.exploration import Exploration
from carerates.models.nuts.centring import choose_centring
from carerates.models.nuts.checks import check_draws
from carerates.models.nuts.graph import build_graph, graph_data, import_pymc, written_forms
from carerates.models.nuts.start import flat_start, positions_of_spreads
from carerates.models.results.posterior import Posterior

CHAINS = 4
WARM_UP = 500  # chains start at the Laplace mode; twice as many bring 15% more effective draws
_COMPILED: OrderedDict[str, Any] = (
    OrderedDict()
)  # of this process; other data of the same shape is swapped in
_KEEP = 4


def sample_posterior(
    design: Design, *, draws: int, seed: int, warm_up: int = WARM_UP, chains: int = CHAINS
) -> tuple[Posterior, Diagnostics, dict[str, str]]:
    """Sample everything jointly, from a start at the Laplace mode that was checked to be finite.

    Parameters
    ----------
    design : Design
        Arrays of the model.
    draws : int
        Draws to keep, over all chains.
    seed : int
        Seed of the sampler and of the Laplace fit that it starts from and is compared with.
    warm_up, chains : int
        Warm-up draws of each chain, and chains.

    Returns
    -------
    Posterior, Diagnostics, dict of str to str
        Draws by chain, checks, and how the draws were made.

    Raises
    ------
    MissingExtraError
        If PyMC or nutpie is not installed.
    ModelError
        If the log density is not finite at the start.
    """
    import_pymc()
    try:
        import nutpie
    except ImportError as error:
        raise MissingExtraError("bayes", "engine='nuts'") from error
    laplace, found = draw_posterior(design, draws=2000, seed=seed)
    centred = choose_centring(design, found.peak)
    data = graph_data(design, centred)
    started = time.perf_counter()
    compiled, fresh = _compiled(nutpie, design, centred, data, found)
    compile_seconds = time.perf_counter() - started
    cores = min(chains, os.cpu_count() or 1)
    trace = nutpie.sample(
        compiled,
        draws=-(-draws // chains),
        tune=warm_up,
        chains=chains,
        cores=cores,
        seed=seed,
        save_warmup=False,
        progress_bar=sys.stderr.isatty(),
        # at .90 a fit now and then has one divergence; .93 takes as many steps, .95 half as many again
        target_accept=0.93 if design.shape[1] > 1 else 0.95,
    )
    posterior = _as_posterior(design, trace, chains, seed)
    diagnostics = check_draws(design, posterior, trace, laplace)
    details = {
        "compile seconds": f"{compile_seconds:.2f}" + ("" if fresh else " (reused)"),
        "sampling seconds": f"{time.perf_counter() - started - compile_seconds:.2f}",
        "chains": str(chains),
        "warm-up": str(warm_up),
        "cores": str(cores),
        "centred": ", ".join(sorted(name for name, chosen in centred.items() if chosen)) or "none",
    }
    return posterior, diagnostics, details | {name: version(name) for name in ("pymc", "pytensor", "nutpie")}


def _compiled(
    nutpie: Any,  # noqa: ANN401
    design: Design,
    centred: dict[str, bool],
    data: dict[str, Array],
    found: Exploration,
) -> tuple[Any, bool]:
    """Return the compiled model with these data, compiling only if the same graph was not compiled before."""
    import hashlib
    import json

    key = hashlib.sha256(
        json.dumps(
            [
                design.model.to_json(),
                sorted(written_forms(design, centred).items()),
                {name: values.shape for name, values in data.items()},
                design.panel.years,
                design.panel.nation_of_area,
                design.panel.region_of_area,
                design.adjacency is not None and design.panel.area_codes,
                [[term.name, *term.scale] for term in design.shared_terms if term.name == "error"],
            ]
        ).encode()
        + design.observed.tobytes()
        + (design.counts.low == design.counts.high).tobytes()
    ).hexdigest()
    fresh = key not in _COMPILED
    if fresh:
        graph = build_graph(design, centred, data)
        _COMPILED[key] = (graph, _compile(nutpie, graph, {one.name for one in design.free_spreads}))
        while len(_COMPILED) > _KEEP:
            _COMPILED.popitem(last=False)
    _COMPILED.move_to_end(key)
    graph, compiled = _COMPILED[key]
    if not fresh:
        # data of terms that the model leaves out are no part of the compiled function
        used = {variable.name for variable in compiled.shared_var_keys}
        compiled = compiled.with_data(**{name: values for name, values in data.items() if name in used})
        with graph:
            import_pymc().set_data(data)
    start = flat_start(design, graph, found, centred)
    _require_finite(compiled, start)
    spreads = positions_of_spreads(design, graph)

    def start_of_chain(chain_seed: int | None) -> Array:
        # effects start at the mode; spreads apart from each other, so that R-hat can tell if chains disagree
        moved = start.copy()
        moved[spreads] += np.random.default_rng(chain_seed).uniform(-0.5, 0.5, len(spreads))
        return moved

    return replace(compiled, initial_point_func=start_of_chain), fresh


def _compile(nutpie: Any, graph: Any, learned: set[str]) -> Any:  # noqa: ANN401
    """Compile density, gradient and stored quantities; small functions used once are not worth compiling."""
    from pytensor.configdefaults import config

    wanted = learned | {"shared", "own"}
    with config.change_flags(mode="FAST_COMPILE"):
        return nutpie.compile_pymc_model(
            graph,
            freeze_model=False,
            var_names=[one.name for one in graph.unobserved_RVs if one.name in wanted],
        )


def _require_finite(compiled: Any, start: Array) -> None:  # noqa: ANN401
    """Refuse a start without a finite log density and gradient; a NaN would end the process."""
    import ctypes

    # the function that the sampler calls, called as the sampler does: asking PyTensor compiles a second one
    double = ctypes.POINTER(ctypes.c_double)
    place, slope, density = start.copy(), np.full(len(start), np.nan), np.full(1, np.nan)
    state = compiled.compiled_logp_func.ctypes(
        len(start),
        place.ctypes.data_as(double),
        slope.ctypes.data_as(double),
        density.ctypes.data_as(double),
        compiled.user_data.ctypes.data,
    )
    if state != 0 or not (np.isfinite(density).all() and np.isfinite(slope).all()):
        raise ModelError(
            "The log density is not finite at the start, so nothing was sampled. Check counts, populations "
            "and factors for values that are not numbers."
        )


def _as_posterior(design: Design, trace: Any, chains: int, seed: int) -> Posterior:  # noqa: ANN401
    """Lay the draws out as the Laplace engine does, chains one after the other."""
    draws = trace["posterior"]

    def flat(name: str) -> Array:
        values = np.asarray(draws[name], dtype=float)
        return values.reshape(-1, *values.shape[2:])

    shared = flat("shared")
    local = flat("own") if "own" in draws else np.zeros((len(shared), design.shape[0], 0))
    tied = {name: shared[:, column] for column, name in design.ties}
    spreads = {
        one.name: tied[one.name]
        if one.name in tied
        else np.full(len(shared), one.fixed)
        if one.fixed is not None
        else flat(one.name)
        for one in design.spreads
    }
    if design.adjacency is not None:
        along, left = split_along_map(design.adjacency, local[:, :, 0], spreads, seed)
        shared = np.concatenate([shared, along], axis=1)
        local = np.concatenate([left[:, :, None], local[:, :, 1:]], axis=2)
    return Posterior(shared, local, spreads, chains)


def split_along_map(
    adjacency: Adjacency, deviation: Array, spreads: dict[str, Array], seed: int
) -> tuple[Array, Array]:
    """Split areas' deviations into what follows the map and what does not, by one normal draw each.

    Returns
    -------
    along : array of float, shape (draws, directions)
        Coefficients of the map's directions of positive variance, as the Laplace engine's shared effects.
    left : array of float, shape (draws, areas)
        What does not follow the map.
    """
    keep = adjacency.variances > 0
    share, sd = spreads["spatial_share"][:, None], spreads["sd_area"][:, None]
    structured = share * adjacency.variances[keep]
    total = structured + 1 - share
    mean = (deviation @ adjacency.vectors[:, keep]) * structured / total
    spread = sd * np.sqrt(structured * (1 - share) / total)
    along = mean + spread * np.random.default_rng([seed, 7]).standard_normal(mean.shape)
    return along, deviation - along @ adjacency.vectors[:, keep].T
