"""Where the sampler starts: the mode of the Laplace engine, in the coordinates that the sampler moves in."""

from __future__ import annotations

from typing import Any

import numpy as np

from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.laplace.exploration import Exploration


def flat_start(design: Design, graph: Any, found: Exploration) -> Array:  # noqa: ANN401
    """Return the Laplace mode as the flat vector that the sampler moves in."""
    start = _start(design, graph, found)
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


def _start(design: Design, graph: Any, found: Exploration) -> dict[str, Any]:  # noqa: ANN401
    """Return the Laplace mode as values of the graph's variables."""
    mode = found.peak.mode
    values = design.spread_values(found.peak.free)
    fixed = np.concatenate(
        [np.arange(term.start, term.stop) for term in design.shared_terms if term.structure == "fixed"]
    )
    level = design.shared.mean(axis=1) @ mode.shared
    years = np.array(design.panel.years, dtype=float)
    years -= years.mean()
    line = np.einsum("t,itp->ip", years, design.shared) @ mode.shared / max(float(years @ years), 1e-12)
    start: dict[str, Any] = {}
    for variable in graph.free_RVs:
        name = variable.name
        if name in values:
            start[name] = values[name]
        elif name == "correlation_share":
            start[name] = (1 + values["correlation"]) / 2
        elif name == "fixed":
            start[name] = mode.shared[fixed]
        elif name == "area_value":
            start[name] = level + mode.local[:, 0]
        elif name == "slope_value":
            start[name] = line + mode.local[:, 1]
        elif name.endswith("_standard"):
            start[name] = np.zeros(variable.type.shape)
        else:
            start[name] = _start_of_term(design, name, mode.shared, mode.local)
    return start


def _start_of_term(design: Design, name: str, shared: Array, local: Array) -> Array:
    """Return the mode of one centred run of effects."""
    stem = name.removesuffix("_value")
    for term in design.local_terms:
        if term.name == stem:
            return local[:, term.columns]
    term = design.shared_terms[int(stem.rsplit("_", 1)[1])]
    values: Array = shared[term.columns].copy()
    if term.name == "region":
        names = list(design.shared_names)
        for position, column in enumerate(range(term.start, term.stop)):
            label = names[column].removeprefix("region:")
            nation = design.panel.nation_of_area[design.panel.region_of_area.index(label)]
            values[position] += shared[names.index("intercept")]
            if (extra := f"nation:{nation}") in names:
                values[position] += shared[names.index(extra)]
    return values
