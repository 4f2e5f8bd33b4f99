"""Columns of a model's effects, with their priors and hyperparameters, in order."""

from __future__ import annotations

import numpy as np

from carerates.models.design.adjacency import Adjacency, adjacency_of, bundled_neighbours
from carerates.models.design.standardising import FactorColumn
from carerates.models.design.tallies import Panel
from carerates.models.design.terms import Array, Spread, Term, random_walk_basis, second_walk_basis, spread_of
from carerates.models.priors import Normal
from carerates.models.spec import NOISELESS, RateModel

_WALKS = {
    "random_walk": "yearly change of an area's own path",
    "random_walk_2": "yearly change of the slope of an area's own path",
    "autoregressive": "yearly change of an area's own path",
}


class Builder:
    """Collects columns, priors and hyperparameters in order."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.blocks: list[Array] = []
        self.names: list[str] = []
        self.terms: list[Term] = []
        self.means: list[float] = []
        self.sds: list[float] = []
        self.spreads: list[Spread] = []
        self.ties: list[tuple[int, str]] = []

    def add(
        self,
        term: str,
        names: list[str],
        block: Array,
        prior: Normal | None = None,
        *,
        structure: str = "fixed",
        spread: str = "",
        link: str = "",
        share: str = "",
        scale: Array | None = None,
    ) -> None:
        """Add columns, given over areas (areas, columns), years (years, columns) or the grid."""
        areas, years = len(self.panel.area_codes), len(self.panel.years)
        start = len(self.names)
        self.blocks.append(np.broadcast_to(block, (areas, years, block.shape[-1])))
        self.names += names
        self.means += [prior.mean if prior else 0.0] * len(names)
        self.sds += [prior.sd if prior else 1.0] * len(names)
        relative = () if scale is None else tuple(float(one) for one in scale)
        self.terms.append(
            Term(term, start, len(self.names), structure, spread, "", link, share, relative)  # type: ignore[arg-type]
        )


def add_fixed(builder: Builder, model: RateModel, columns: tuple[FactorColumn, ...]) -> None:
    """Add intercept, nations, factors, their nation terms and log population."""
    panel, priors = builder.panel, model.priors
    ones = np.ones((len(panel.area_codes), 1, 1))
    builder.add("intercept", ["intercept"], ones, priors.intercept)
    nation = np.array(panel.nation_of_area)
    for other in panel.nations[1:]:
        builder.add("nation", [f"nation:{other}"], (nation == other)[:, None, None] * 1.0, priors.nation)
    for column in columns:
        block = column.values[:, :, None]
        prior = (
            priors.log_population
            if column.part == "population"
            else priors.within
            if column.part == "within"
            else priors.of_factor(column.factor)
        )
        kind = "population" if column.part == "population" else "factor"
        builder.add(kind, [column.name], block, prior)
        if column.error is not None:
            name = f"coefficient:{column.name}"
            builder.ties.append((len(builder.names) - 1, name))
            label = f"effect of {column.name}, whose true values are not known exactly"
            builder.spreads.append(Spread(name, label, "identity", prior))
        elif model.nation_terms and column.part != "population":
            for other in panel.nations[1:]:
                mine = (nation == other)[:, None, None] * block
                builder.add("factor", [f"{column.name} x {other}"], mine, priors.nation_factor)


def add_trend(builder: Builder, model: RateModel) -> None:
    """Add the trend that areas share, one for each nation or one for all."""
    if model.time == "none":
        return
    panel, priors = builder.panel, model.priors
    years = np.array(panel.years, dtype=float)
    nation = np.array(panel.nation_of_area)
    parts = panel.nations if model.time_by == "nation" else ("",)
    length = len(years)
    for part in parts:
        mine = (nation == part if part else np.ones(len(nation), dtype=bool)).astype(float)[:, None, None]
        tail = f":{part}" if part else ""
        if model.time in ("linear", "random_walk_2"):
            line = (years - years.mean())[None, :, None]
            builder.add("drift", [f"drift{tail}"], mine * line, priors.drift)
        if model.time in ("random_walk", "random_walk_2"):
            first = model.time == "random_walk"
            basis = random_walk_basis(length) if first else second_walk_basis(length)
            names = [f"change{tail}:{year}" for year in panel.years[length - basis.shape[1] :]]
            builder.add("trend", names, mine * basis[None], structure="iid", spread="sd_trend")
        if model.time == "autoregressive":
            names = [f"trend{tail}:{year}" for year in panel.years]
            block = mine * np.eye(length)[None]
            builder.add("trend", names, block, structure="ar1", spread="sd_trend", link="trend_correlation")
    if model.time != "linear":
        builder.spreads.append(spread_of("sd_trend", "yearly change of the shared trend", priors.trend))
    if model.time == "autoregressive":
        builder.spreads.append(
            Spread(
                "trend_correlation",
                "autocorrelation of the shared trend",
                "logit",
                priors.trend_correlation,
            )
        )


def add_regions(builder: Builder, model: RateModel) -> tuple[str, ...]:
    """Add a random effect of region in every nation that has several; say where there is none."""
    if model.groups is None:
        return ()
    panel = builder.panel
    names, masks = [], []
    region, nation = np.array(panel.region_of_area), np.array(panel.nation_of_area)
    for one in panel.nations:
        inside = sorted(set(region[nation == one]) - {""})
        if len(inside) > 1:
            names += [f"region:{name}" for name in inside]
            masks += [((region == name) & (nation == one)).astype(float) for name in inside]
    if not names:
        return ("no nation here has several regions, so the model has no region effects",)
    block = np.stack(masks, axis=1)[:, None, :]
    builder.add("region", names, block, structure="iid", spread="sd_region")
    builder.spreads.append(spread_of("sd_region", "between regions of a nation", model.priors.region))
    return ()


def add_local_terms(builder: Builder, model: RateModel) -> tuple[Array, tuple[Term, ...]]:
    """Return the columns of an area's own effects, adding their hyperparameters."""
    years = np.array(builder.panel.years, dtype=float)
    length = len(years)
    priors, blocks, terms = model.priors, [], []
    if model.area_effects:
        blocks.append(np.ones((length, 1)))
        builder.spreads.append(spread_of("sd_area", "between areas", priors.area))
        if model.area_slopes:
            blocks.append((years - years.mean())[:, None])
            builder.spreads.append(spread_of("sd_slope", "between areas' slopes, per year", priors.slope))
            builder.spreads.append(
                Spread("correlation", "of an area's level and slope", "atanh", priors.correlation)
            )
            terms.append(Term("area", 0, 2, "level_slope", "sd_area", "sd_slope", "correlation"))
        else:
            share = "spatial_share" if model.spatial != "none" else ""
            terms.append(Term("area", 0, 1, "iid", "sd_area", share=share))
    start = terms[-1].stop if terms else 0
    if model.area_time in ("random_walk", "random_walk_2"):
        first = model.area_time == "random_walk"
        blocks.append(random_walk_basis(length) if first else second_walk_basis(length))
        terms.append(Term("area_trend", start, start + blocks[-1].shape[1], "iid", "sd_area_trend"))
    elif model.area_time == "autoregressive":
        blocks.append(np.eye(length))
        terms.append(
            Term("area_trend", start, start + length, "ar1", "sd_area_trend", "", "area_trend_correlation")
        )
    if model.area_time != "none":
        builder.spreads.append(spread_of("sd_area_trend", _WALKS[model.area_time], priors.area_trend))
    if model.area_time == "autoregressive":
        builder.spreads.append(
            Spread(
                "area_trend_correlation",
                "autocorrelation of an area's own path",
                "logit",
                priors.area_trend_correlation,
            )
        )
    if model.likelihood == "poisson_lognormal":
        start = terms[-1].stop if terms else 0
        blocks.append(np.eye(length))
        terms.append(Term("noise", start, start + length, "iid", "noise"))
    local = np.concatenate(blocks, axis=1) if blocks else np.zeros((length, 0))
    return local, tuple(terms)


def add_errors(builder: Builder, columns: tuple[FactorColumn, ...]) -> None:
    """Add what is unknown of the true values of factors measured with error, times their coefficient."""
    codes = builder.panel.area_codes
    for column in columns:
        if column.error is None or not (unknown := column.error > 0).any():
            continue
        block = np.eye(len(codes))[:, unknown][:, None, :]
        names = [f"error:{column.name}:{code}" for code, there in zip(codes, unknown, strict=True) if there]
        spread, scale = f"coefficient:{column.name}", column.error[unknown] ** 2
        builder.add("error", names, block, structure="scaled", spread=spread, scale=scale)


def add_spatial(builder: Builder, model: RateModel) -> tuple[Adjacency | None, tuple[str, ...]]:
    """Add the part of areas' effects that follows the map of neighbours; the last of the shared terms."""
    if model.spatial == "none":
        return None, ()
    codes = builder.panel.area_codes
    found = adjacency_of(codes, model.neighbours or bundled_neighbours(codes))
    structured = found.variances > 0
    builder.spreads.append(
        Spread(
            "spatial_share",
            "of the variance between areas, along the map",
            "logit",
            model.priors.spatial_share,
        )
    )
    names = [f"map:{number}" for number in range(1, int(structured.sum()) + 1)]
    builder.add(
        "spatial",
        names,
        found.vectors[:, structured][:, None, :],
        structure="scaled",
        spread="sd_area",
        share="spatial_share",
        scale=found.variances[structured],
    )
    islands = f"; islands: {', '.join(found.islands)}" if found.islands else ""
    return found, (f"map of neighbours: {found.components} connected component(s){islands}",)


def add_noise(builder: Builder, model: RateModel) -> None:
    """Add the noise of a single year, learned or borrowed."""
    if model.likelihood not in NOISELESS:
        builder.spreads.append(
            spread_of("noise", "of one year beyond chance", model.priors.noise, model.noise)
        )
