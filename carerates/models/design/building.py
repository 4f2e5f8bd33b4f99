"""A model and a rates table turned into arrays, everything checked before any fitting starts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.errors import ModelError
from carerates.models.counts import Counts
from carerates.models.design.arrays import Design
from carerates.models.design.columns import (
    Builder,
    add_errors,
    add_fixed,
    add_local_terms,
    add_noise,
    add_regions,
    add_spatial,
    add_trend,
)
from carerates.models.design.standardising import factor_columns
from carerates.models.design.tallies import Panel, panel_of
from carerates.models.spec import NOISELESS, RateModel
from carerates.tables import RatesTable


def build_design(model: RateModel, rates: RatesTable) -> Design:
    """Turn a model and a table into arrays, checking everything before any fitting starts.

    Raises
    ------
    TableError, ModelError
        What is wrong with the table, or why the model cannot be fitted to it; all problems at once.
    """
    panel = panel_of(rates)
    _check_fit(model, panel)
    builder = Builder(panel)
    columns = factor_columns(model, panel, rates)
    add_fixed(builder, model, columns)
    add_trend(builder, model)
    steps = add_regions(builder, model)
    local, local_terms = add_local_terms(builder, model)
    add_errors(builder, columns)
    adjacency, said = add_spatial(builder, model)
    add_noise(builder, model)
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


def _check_rank(builder: Builder) -> None:
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
