"""A model and a rates table, turned into the arrays that both engines work on.

Areas and years form a full grid; a cell without a count has no likelihood and is predicted.  The log
rate of area i in year t is ``G[i, t] @ g + Z[t] @ l_i``: ``g`` holds what areas share (intercept, nation,
factors, trend, regions), ``l_i`` what belongs to one area (level, slope, its own path).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.models.counts import Counts
from carerates.models.design.adjacency import Adjacency, adjacency_of, bundled_neighbours
from carerates.models.design.standardising import FactorColumn, factor_columns
from carerates.models.design.tallies import Panel, panel_of
from carerates.models.design.terms import (
    Array,
    Spread,
    Term,
    precision_of,
    random_walk_basis,
    second_walk_basis,
    spread_of,
)
from carerates.models.priors import Normal
from carerates.models.spec import NOISELESS, RateModel
from carerates.provenance import Provenance
from carerates.tables import RatesTable

TIED = 1e-4
"""Standard deviation with which an effect follows the hyperparameter it is tied to: a ratio of 1.0001."""
NEED = ("intercept", "nation", "factor", "population", "drift", "trend")
"""Terms that make up the rate expected given need; regions and the area's own effects are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Arrays of one model on one table.

    Attributes
    ----------
    panel : Panel
        Codes, names, nations, regions, years, bounds of counts and populations on the grid.
    shared : array of float, shape (areas, years, columns)
        ``G``; the columns are named by ``shared_names`` and grouped by ``shared_terms``.
    shared_mean, shared_sd : array of float, shape (columns,)
        Prior mean of every column and, where the prior is fixed, its standard deviation.
    local : array of float, shape (years, columns)
        ``Z``, the same for every area; grouped by ``local_terms``.
    spreads : tuple of Spread
        Hyperparameters, fixed ones included.
    columns : tuple of FactorColumn
        How each factor was standardised.
    counts : Counts
        Published counts of the cells that have one, in the order of ``observed``.
    observed : array of int, shape (rows,)
        Cells with a count, as positions in the flattened grid.
    ties : tuple of (int, str)
        Shared columns whose effect is a hyperparameter, with its name: coefficients of factors measured with
        error, on which the spread of what is unknown about the factor depends.
    adjacency : Adjacency or None
        The map of neighbours, where the model has one.
    """

    model: RateModel
    panel: Panel
    shared: Array = field(repr=False)
    shared_names: tuple[str, ...]
    shared_terms: tuple[Term, ...]
    shared_mean: Array = field(repr=False)
    shared_sd: Array = field(repr=False)
    local: Array = field(repr=False)
    local_terms: tuple[Term, ...]
    spreads: tuple[Spread, ...]
    columns: tuple[FactorColumn, ...]
    counts: Counts = field(repr=False)
    observed: NDArray[np.intp] = field(repr=False)
    provenance: Provenance
    ties: tuple[tuple[int, str], ...] = ()
    adjacency: Adjacency | None = field(repr=False, default=None)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of areas and of years."""
        return len(self.panel.area_codes), len(self.panel.years)

    @property
    def free_spreads(self) -> tuple[Spread, ...]:
        """Hyperparameters that are learned."""
        return tuple(one for one in self.spreads if one.fixed is None)

    def spread_values(self, free: Array) -> dict[str, float]:
        """Return every hyperparameter by name at a point of the unbounded scale."""
        values = {one.name: one.fixed for one in self.spreads if one.fixed is not None}
        return values | {
            one.name: one.natural(float(at)) for one, at in zip(self.free_spreads, free, strict=True)
        }

    def precisions(self, values: dict[str, float]) -> tuple[Array, float, Array, float]:
        """Return prior precision and log determinant of the shared and of one area's effects."""
        sd = self.shared_sd.copy()
        sd[[column for column, _ in self.ties]] = TIED
        shared = precision_of(self.shared_terms, len(self.shared_names), values, sd)
        local = precision_of(self.local_terms, self.local.shape[1], values, np.ones(self.local.shape[1]))
        return (*shared, *local)

    def mean_of(self, values: dict[str, float]) -> Array:
        """Return the prior mean of the shared effects given the hyperparameters."""
        mean = self.shared_mean.copy()
        for column, name in self.ties:
            mean[column] = values[name]
        return mean

    def count_noise(self, values: dict[str, float]) -> float:
        """Return the noise inside the likelihood of counts (a log-normal one is an effect instead)."""
        return values["noise"] if self.model.likelihood == "negative_binomial" else 0.0

    def shared_columns(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return a mask of the shared columns that belong to the terms called ``names``."""
        mask = np.zeros(len(self.shared_names), dtype=bool)
        for term in self.shared_terms:
            if term.name in names:
                mask[term.columns] = True
        return mask

    def local_columns(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return a mask of the local columns that belong to the terms called ``names``."""
        mask = np.zeros(self.local.shape[1], dtype=bool)
        for term in self.local_terms:
            if term.name in names:
                mask[term.columns] = True
        return mask


_WALKS = {
    "random_walk": "yearly change of an area's own path",
    "random_walk_2": "yearly change of the slope of an area's own path",
    "autoregressive": "yearly change of an area's own path",
}


class _Builder:
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


def build_design(model: RateModel, rates: RatesTable) -> Design:
    """Turn a model and a table into arrays, checking everything before any fitting starts.

    Raises
    ------
    TableError, ModelError
        What is wrong with the table, or why the model cannot be fitted to it; all problems at once.
    """
    panel = panel_of(rates)
    _check_fit(model, panel)
    builder = _Builder(panel)
    columns = factor_columns(model, panel, rates)
    _add_fixed(builder, model, columns)
    _add_trend(builder, model)
    steps = _add_regions(builder, model)
    local, local_terms = _local_terms(builder, model)
    _add_errors(builder, columns)
    adjacency, said = _add_spatial(builder, model)
    _add_noise(builder, model)
    _check_rank(builder)
    observed = np.flatnonzero(np.isfinite(panel.low).ravel())
    low, high = panel.low.ravel()[observed], panel.high.ravel()[observed]
    trials = panel.population.ravel()[observed] if model.likelihood == "binomial" else None
    counts = Counts.between(low, high, trials)
    return Design(
        model=model,
        panel=panel,
        shared=np.concatenate(builder.blocks, axis=2),
        shared_names=tuple(builder.names),
        shared_terms=tuple(builder.terms),
        shared_mean=np.array(builder.means),
        shared_sd=np.array(builder.sds),
        local=local,
        local_terms=local_terms,
        spreads=tuple(builder.spreads),
        columns=columns,
        counts=counts,
        observed=observed,
        provenance=rates.provenance.then(*panel.steps, *steps, *said),
        ties=tuple(builder.ties),
        adjacency=adjacency,
    )


def _check_fit(model: RateModel, panel: Panel) -> None:
    """Refuse a model that these areas and years cannot identify."""
    areas, years = len(panel.area_codes), len(panel.years)
    problems = []
    if areas < 3:
        problems.append(f"the table has {areas} area(s); a hierarchical model compares at least 3")
    for nation in panel.nations:
        size = sum(one == nation for one in panel.nation_of_area)
        if size < 2 and len(panel.nations) > 1:
            problems.append(f"{nation} has {size} area; a nation needs at least 2, or leave it out")
    observed_years = int(np.isfinite(panel.low).any(axis=0).sum())
    if observed_years == 1:
        several = [
            name
            for name, asked in (
                (f"time='{model.time}'", model.time != "none"),
                ("area_slopes=True", model.area_slopes),
                (f"area_time='{model.area_time}'", model.area_time != "none"),
            )
            if asked
        ]
        if several:
            problems.append(
                f"{', '.join(several)} cannot be learned from one year of counts; "
                "use model.for_one_year(noise=...)"
            )
        if model.area_effects and model.likelihood not in NOISELESS and model.noise is None:
            problems.append(
                "one year cannot tell lasting differences between areas from that year's noise; borrow the "
                "noise from a panel (model.for_one_year(noise=panel_fit.noise())), or use "
                "model.for_one_year(), whose intervals are for this year's rate"
            )
    if years == 2:
        problems += [
            f"{name}='random_walk_2' needs at least 3 years"
            for name in ("time", "area_time")
            if getattr(model, name) == "random_walk_2"
        ]
    if problems:
        raise ModelError(
            "This model cannot be fitted to this table:\n" + "\n".join(f"  - {one}" for one in problems)
        )


def _add_fixed(builder: _Builder, model: RateModel, columns: tuple[FactorColumn, ...]) -> None:
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


def _add_trend(builder: _Builder, model: RateModel) -> None:
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


def _add_regions(builder: _Builder, model: RateModel) -> tuple[str, ...]:
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


def _local_terms(builder: _Builder, model: RateModel) -> tuple[Array, tuple[Term, ...]]:
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


def _add_errors(builder: _Builder, columns: tuple[FactorColumn, ...]) -> None:
    """Add what is unknown of the true values of factors measured with error, times their coefficient."""
    codes = builder.panel.area_codes
    for column in columns:
        if column.error is None or not (unknown := column.error > 0).any():
            continue
        block = np.eye(len(codes))[:, unknown][:, None, :]
        names = [f"error:{column.name}:{code}" for code, there in zip(codes, unknown, strict=True) if there]
        spread, scale = f"coefficient:{column.name}", column.error[unknown] ** 2
        builder.add("error", names, block, structure="scaled", spread=spread, scale=scale)


def _add_spatial(builder: _Builder, model: RateModel) -> tuple[Adjacency | None, tuple[str, ...]]:
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


def _add_noise(builder: _Builder, model: RateModel) -> None:
    """Add the noise of a single year, learned or borrowed."""
    if model.likelihood not in NOISELESS:
        builder.spreads.append(
            spread_of("noise", "of one year beyond chance", model.priors.noise, model.noise)
        )


def _check_rank(builder: _Builder) -> None:
    """Refuse factors that say the same thing twice."""
    fixed = [term for term in builder.terms if term.name in ("intercept", "nation", "factor", "population")]
    blocks = [builder.blocks[position] for position, term in enumerate(builder.terms) if term in fixed]
    matrix = np.concatenate(blocks, axis=2)
    seen = matrix[np.isfinite(builder.panel.low)]
    names = [name for term in fixed for name in builder.names[term.columns]]
    scale = np.sqrt((seen**2).mean(axis=0))
    if (empty := scale < 1e-12).any():
        raise ModelError(
            f"{', '.join(pd.Index(names)[empty])} does not vary over the areas and years with a count; "
            "leave it out of factors."
        )
    _, singular, right = np.linalg.svd(seen / scale, full_matrices=False)
    if singular[-1] < 1e-7 * singular[0]:
        guilty = [
            name for name, weight in zip(names, np.abs(right[-1]), strict=True) if weight > 0.05 / len(names)
        ]
        raise ModelError(
            f"{', '.join(guilty)} say the same thing (each can be computed from the others), so no data can "
            "tell their effects apart; leave one out of factors."
        )
