"""Where the sampler starts: the mode of the Laplace engine, in the coordinates that the sampler moves in."""

from __future__ import annotations

from typing import Any

import numpy as np

from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array, Term
from carerates.models.laplace.exploration import Exploration


def flat_start(design: Design, graph: Any, found: Exploration, centred: dict[str, bool]) -> Array:  # noqa: ANN401
    """Return the Laplace mode as the flat vector that the sampler moves in."""
    start = _start(design, graph, found, centred)
    parts = []
    for variable in graph.free_RVs:
        value = np.asarray(start[variable.name], dtype=float)
        kind = type(graph.rvs_to_transforms[variable]).__name__
        if "Log" in kind and "Odds" not in kind:
            value = np.log(value)
        elif "Odds" in kind:
            value = np.log(value) - np.log1p(-value)
        parts.append(value.ravel())
    return np.concatenate(parts)


def positions_of_spreads(design: Design, graph: Any) -> list[int]:  # noqa: ANN401
    """Return where the hyperparameters stand in the flat vector: they are the scalars."""
    learned = {one.name for one in design.free_spreads} | {"correlation_share"}
    positions, at = [], 0
    for variable in graph.free_RVs:
        size = int(np.prod(variable.type.shape)) if variable.type.ndim else 1
        if variable.name in learned:
            positions.append(at)
        at += size
    return positions


def _start(design: Design, graph: Any, found: Exploration, centred: dict[str, bool]) -> dict[str, Any]:  # noqa: ANN401
    """Return the Laplace mode as values of the graph's variables."""
    mode = found.peak.mode
    values = design.spread_values(found.peak.free)
    fixed = np.concatenate(
        [np.arange(term.start, term.stop) for term in design.shared_terms if term.structure == "fixed"]
    )
    start: dict[str, Any] = {}
    for variable in graph.free_RVs:
        name = variable.name
        if name in values:
            start[name] = values[name]
        elif name == "correlation_share":
            start[name] = (1 + values["correlation"]) / 2
        elif name == "fixed":
            start[name] = mode.shared[fixed]
        elif name.endswith("_standard"):
            start[name] = np.zeros(variable.type.shape)
        else:
            term, mean, deviation, spread = _effects_at_mode(
                design, name.removesuffix("_value"), mode.shared, mode.local, values
            )
            start[name] = mean + deviation if centred[term] else deviation / spread
    return start


def _effects_at_mode(
    design: Design, stem: str, shared: Array, local: Array, values: dict[str, float]
) -> tuple[str, Array | float, Array, float]:
    """Return which term a variable belongs to, what its effects vary about, by how much, and their spread."""
    years = np.array(design.panel.years, dtype=float)
    years -= years.mean()
    if stem == "area":
        return stem, design.shared.mean(axis=1) @ shared, local[:, 0], values["sd_area"]
    if stem == "slope":
        line = np.einsum("t,itp->ip", years, design.shared) @ shared / max(float(years @ years), 1e-12)
        link = values["correlation"]
        pull = link * values["sd_slope"] / values["sd_area"] * local[:, 0]
        return stem, line + pull, local[:, 1] - pull, values["sd_slope"] * np.sqrt(1 - link**2)
    for term in design.local_terms:
        if term.name == stem:
            return stem, 0.0, local[:, term.columns], values[term.spread]
    term = design.shared_terms[int(stem.rsplit("_", 1)[1])]
    effects: Array = shared[term.columns]
    if term.name != "region":
        return "trend", 0.0, effects, values[term.spread]
    return "region", _nations_of_regions(design, term, shared), effects, values[term.spread]


def _nations_of_regions(design: Design, term: Term, shared: Array) -> Array:
    """Return the level of each region's nation: intercept plus nation effect."""
    names = list(design.shared_names)
    means = np.full(term.stop - term.start, shared[names.index("intercept")])
    for position, column in enumerate(range(term.start, term.stop)):
        label = names[column].removeprefix("region:")
        nation = design.panel.nation_of_area[design.panel.region_of_area.index(label)]
        if (extra := f"nation:{nation}") in names:
            means[position] += shared[names.index(extra)]
    return means
