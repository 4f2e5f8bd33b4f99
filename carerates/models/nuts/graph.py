"""The same model as a PyMC graph, fed by the same design arrays as the Laplace engine.

Areas' levels and slopes are drawn about what the shared effects say of them (when centred), so that the
intercept, nations, regions and factors are informed by areas and not by every count again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from carerates.errors import MissingExtraError
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array, Spread, Term
from carerates.models.nuts.likelihood import add_likelihood, count_data
from carerates.models.priors import LKJ, Beta, HalfNormal, LogNormal, Normal


def import_pymc() -> Any:  # noqa: ANN401 - a module without types
    """Return PyMC, or say how to install it."""
    try:
        import pymc
    except ImportError as error:
        raise MissingExtraError("bayes", "engine='nuts'") from error
    return pymc


def _tensor_functions() -> Any:  # noqa: ANN401
    """Return PyTensor's functions of arrays, whose types say little."""
    import pytensor.tensor as pt

    return pt


def written_forms(design: Design, centred: dict[str, bool]) -> dict[str, bool]:
    """Return those choices of centring that the graph is written for; the others are data."""
    paths = any(term.name == "area_trend" and term.structure == "ar1" for term in design.local_terms)
    written = {"area": design.adjacency is not None, "area_trend": paths}
    return {name: chosen for name, chosen in centred.items() if written.get(name, False)}


def graph_data(design: Design, centred: dict[str, bool]) -> dict[str, Array]:
    """Return what changes when the same model is fitted to other figures of the same shape.

    Parameters
    ----------
    design : Design
        Arrays of the model.
    centred : dict of str to bool
        What :func:`carerates.models.nuts.centring.choose_centring` gave: 0 or 1 among the data wherever one
        graph can serve both, so that other figures need no other graph.
    """
    areas, years = design.shape
    plain = design.shared[:, :, ~design.shared_columns(("spatial",))]
    time = np.array(design.panel.years, dtype=float)
    time = time - time.mean()
    level = plain.mean(axis=1)
    line = np.einsum("t,itp->ip", time, plain) / (time @ time) if years > 1 else np.zeros_like(level)
    rest = plain.copy()
    if design.model.area_effects:
        rest -= level[:, None, :]
    if design.model.area_slopes:
        rest -= time[None, :, None] * line[:, None, :]
    width = plain.shape[2]
    more = count_data(design)
    written = written_forms(design, centred)
    more |= {f"centring_{name}": np.full(1, float(centred[name])) for name in centred if name not in written}
    if design.adjacency is not None:
        more |= {"map_vectors": design.adjacency.vectors, "map_variances": design.adjacency.variances}
    return more | {
        "level_design": level,
        "line_design": line,
        "rest_design": rest.reshape(areas * years, width)[design.observed],
        "log_population": np.log(design.panel.population).ravel()[design.observed],
    }


def build_graph(design: Design, centred: dict[str, bool], data: dict[str, Array]) -> Any:  # noqa: ANN401
    """Build the PyMC model.

    Parameters
    ----------
    design : Design
        Arrays of the model.
    centred : dict of str to bool
        What :func:`carerates.models.nuts.centring.choose_centring` gave; its :func:`written_forms` are read.
    data : dict of str to array
        What :func:`graph_data` gave.

    Returns
    -------
    pymc.Model
        With deterministic ``shared`` and ``own``, laid out as in the Laplace engine, and one variable
        for each hyperparameter.
    """
    pm = import_pymc()
    pt = _tensor_functions()

    with pm.Model() as model:
        # shapes that are known spare the compiler the checks, which take long to compile
        arrays = {name: pm.Data(name, values, shape=values.shape) for name, values in data.items()}
        spreads = {
            one.name: _spread_variable(pm, one) for one in design.spreads if one.transform != "identity"
        }
        shared = _shared_effects(pm, pt, design, spreads, arrays)
        pm.Deterministic("shared", shared)
        eta = arrays["log_population"] + _product(pt, arrays["rest_design"], shared)
        area_of_row, year_of_row = np.unravel_index(design.observed, design.shape)
        years = np.array(design.panel.years, dtype=float)
        time = (years - years.mean())[year_of_row]
        own = []
        if design.model.area_effects:
            level_mean = _product(pt, arrays["level_design"], shared)
            if design.adjacency is None:
                level, effect = _about(
                    pm, "area", level_mean, spreads["sd_area"], design.shape[0], arrays["centring_area"]
                )
            else:
                level, effect = _about_along_map(
                    pm, pt, level_mean, arrays, spreads, centred["area"], design.shape[0]
                )
            eta = eta + level[area_of_row]
            own.append(effect[:, None])
            if design.model.area_slopes:
                link = spreads["correlation"]
                pull = link * spreads["sd_slope"] / spreads["sd_area"] * effect
                spread = spreads["sd_slope"] * pt.sqrt(1 - link**2)
                line_mean = _product(pt, arrays["line_design"], shared)
                slope, _ = _about(
                    pm, "slope", line_mean + pull, spread, design.shape[0], arrays["centring_slope"]
                )
                eta = eta + slope[area_of_row] * time
                own.append((slope - line_mean)[:, None])
        for term in design.local_terms:
            if term.name in ("area_trend", "noise"):
                path = _own_path(pm, pt, design, term, spreads, arrays, centred)
                own.append(path)
                eta = (
                    eta
                    + _product(pt, path[:, None, :], design.local[:, term.columns])[area_of_row, year_of_row]
                )
        if own:
            pm.Deterministic("own", pt.concatenate(own, axis=1))
        add_likelihood(pm, pt, design, eta, arrays, spreads)
    return model


def _spread_variable(pm: Any, one: Spread) -> Any:  # noqa: ANN401
    """Return the variable of one hyperparameter, or its fixed value."""
    if one.fixed is not None:
        return pm.math.constant(one.fixed) if hasattr(pm.math, "constant") else one.fixed
    prior = one.prior
    if isinstance(prior, HalfNormal):
        return pm.HalfNormal(one.name, sigma=prior.sd)
    if isinstance(prior, LogNormal):
        return pm.LogNormal(one.name, mu=np.log(prior.median), sigma=prior.sd_log)
    if isinstance(prior, Beta):
        return pm.Beta(one.name, prior.a, prior.b)
    if isinstance(prior, LKJ):
        share = pm.Beta(f"{one.name}_share", prior.shape, prior.shape)
        return pm.Deterministic(one.name, 2 * share - 1)
    assert isinstance(prior, Normal)
    return pm.Normal(one.name, prior.mean, prior.sd)


def _about(
    pm: Any,  # noqa: ANN401
    name: str,
    mean: Any,  # noqa: ANN401
    spread: Any,  # noqa: ANN401
    shape: int | tuple[int, int],
    centring: Any,  # noqa: ANN401
) -> tuple[Any, Any]:
    """Return values about a mean (None: about nothing), and their deviations from it.

    What is sampled is the values themselves where ``centring`` is 1, and standard normals where it is 0.
    """
    # sums rather than powers, and no sum with nothing: every operation takes a second to compile
    inside, outside = 1.0 + centring * (spread - 1.0), spread + centring * (1.0 - spread)
    if mean is None:
        effect = outside * pm.Normal(f"{name}_value", mu=0.0, sigma=inside, shape=shape)
        return effect, effect
    about = centring * mean
    deviation = outside * (pm.Normal(f"{name}_value", mu=about, sigma=inside, shape=shape) - about)
    return mean + deviation, deviation


def _about_along_map(
    pm: Any,  # noqa: ANN401
    pt: Any,  # noqa: ANN401
    mean: Any,  # noqa: ANN401
    arrays: dict[str, Any],
    spreads: dict[str, Any],
    centred: bool,
    size: int,
) -> tuple[Any, Any]:
    """Return levels about a mean, along the map's directions, and their deviations from it.

    The split between what follows the map and what does not is integrated out, which leaves one value for
    each area; it is recovered from the draws.
    """
    share = spreads["spatial_share"]
    sd = spreads["sd_area"] * pt.sqrt(1 - share + share * arrays["map_variances"])
    vectors = arrays["map_vectors"]
    if centred:
        value = pm.Flat("area_value", shape=size)
        along = pt.dot(vectors.T, value - mean) / sd
        pm.Potential("area_along_map", -0.5 * (along**2).sum() - pt.log(sd).sum())
        return value, value - mean
    deviation = pt.dot(vectors, sd * pm.Normal("area_standard", 0.0, 1.0, shape=size))
    return mean + deviation, deviation


def _shared_effects(
    pm: Any,  # noqa: ANN401
    pt: Any,  # noqa: ANN401
    design: Design,
    spreads: dict[str, Any],
    arrays: dict[str, Any],
) -> Any:  # noqa: ANN401
    """Return the vector of shared effects, in the order of the design's columns."""
    fixed = np.concatenate(
        [np.arange(term.start, term.stop) for term in design.shared_terms if term.structure == "fixed"]
    )
    values = pm.Normal("fixed", mu=design.shared_mean[fixed], sigma=design.shared_sd[fixed], shape=len(fixed))
    where = {int(column): position for position, column in enumerate(fixed)}
    tied = {name: values[where[column]] for column, name in design.ties}
    parts = []
    for number, term in enumerate(design.shared_terms):
        if term.name == "spatial":
            continue  # integrated out; areas' levels are drawn about it as one
        length = term.stop - term.start
        name = f"{term.name}_{number}"
        if term.structure == "fixed":
            parts.append(values[[where[column] for column in range(term.start, term.stop)]])
        elif term.name == "region":
            mean = _nation_means(pt, design, values, where, term)
            parts.append(_about(pm, name, mean, spreads[term.spread], length, arrays["centring_region"])[1])
        elif term.name == "error":
            unknown = pm.Normal(f"{name}_standard", 0.0, 1.0, shape=length)
            parts.append(tied[term.spread] * np.sqrt(term.scale) * unknown)
        elif term.structure == "ar1":
            parts.append(_paths(pm, pt, name, 1, length, spreads[term.spread], spreads[term.link], False)[0])
        else:
            parts.append(_about(pm, name, None, spreads[term.spread], length, arrays["centring_trend"])[1])
    return pt.concatenate(parts)


def _nation_means(pt: Any, design: Design, values: Any, where: dict[int, int], term: Term) -> Any:  # noqa: ANN401
    """Return the level of each region's nation: intercept plus nation effect."""
    names = design.shared_names
    region = design.panel.region_of_area
    means = []
    for column in range(term.start, term.stop):
        label = names[column].removeprefix("region:")
        nation = design.panel.nation_of_area[region.index(label)]
        mean = values[where[names.index("intercept")]]
        if (extra := f"nation:{nation}") in names:
            mean = mean + values[where[names.index(extra)]]
        means.append(mean)
    return pt.stack(means)


def _own_path(
    pm: Any,  # noqa: ANN401
    pt: Any,  # noqa: ANN401
    design: Design,
    term: Term,
    spreads: dict[str, Any],
    arrays: dict[str, Any],
    centred: dict[str, bool],
) -> Any:  # noqa: ANN401
    """Return each area's own path or yearly deviations, shape (areas, columns)."""
    shape = (design.shape[0], term.stop - term.start)
    if term.structure == "ar1":
        return _paths(pm, pt, term.name, *shape, spreads[term.spread], spreads[term.link], centred[term.name])
    return _about(pm, term.name, None, spreads[term.spread], shape, arrays[f"centring_{term.name}"])[1]


def _product(pt: Any, design: Any, effects: Any) -> Any:  # noqa: ANN401
    """Return the sum of effects, each times its column of a design (the last axis of both)."""
    # written out, because compiling a product of matrices takes longer than sampling does
    return pt.sum(design * effects, axis=-1)


def _paths(
    pm: Any,  # noqa: ANN401
    pt: Any,  # noqa: ANN401
    name: str,
    rows: int,
    length: int,
    spread: Any,  # noqa: ANN401
    link: Any,  # noqa: ANN401
    centred: bool,
) -> Any:  # noqa: ANN401
    """Return stationary autoregressive paths, shape (rows, length)."""
    if centred:
        first = pm.Normal.dist(0.0, spread / pt.sqrt(1 - link**2))
        return pm.AR(
            f"{name}_value", rho=pt.stack([link]), sigma=spread, init_dist=first, shape=(rows, length)
        )
    lag = np.subtract.outer(np.arange(length), np.arange(length)).astype(float)
    weights = pt.switch(lag >= 0, link ** np.maximum(lag, 0.0), 0.0)
    scale = pt.concatenate([pt.stack([1 / pt.sqrt(1 - link**2)]), pt.ones(length - 1)])
    standard = pm.Normal(f"{name}_standard", 0.0, 1.0, shape=(rows, length))
    return spread * pt.dot(standard * scale[None, :], weights.T)
