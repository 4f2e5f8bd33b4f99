"""Rates of areas, and of groups of areas, from joint draws: one row for each, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carerates.models.design.arrays import NEED
from carerates.models.design.terms import Array
from carerates.models.results.estimates import (
    central_interval,
    check_probability,
    exceedance,
    ranks,
    suffix,
    weighted_rate,
)

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates

PER = 10_000


def area_table(fit: FittedRates, probability: float) -> pd.DataFrame:
    """Return one row for each area and year; see ``FittedRates.to_frame``."""
    check_probability(probability)
    panel = fit.design.panel
    frames = []
    for at, year in enumerate(panel.years):
        frame = _year_table(fit, at, probability)
        frame.insert(0, "year", year)
        frames.append(frame[panel.in_table[:, at]])
    table = pd.concat(frames, ignore_index=True).sort_values(["area_code", "year"])
    first = ["area_code", "area_name", "nation", "region", "year"]
    table["checks"] = fit.checks
    return table[first + [name for name in table if name not in first]].reset_index(drop=True)


def _year_table(fit: FittedRates, at: int, probability: float) -> pd.DataFrame:
    """Return the rows of one year, areas in order."""
    panel = fit.design.panel
    tail = suffix(probability)
    rates, expected = draws_of_year(fit, at)
    place = ranks(rates)
    frame = pd.DataFrame(
        {
            "area_code": panel.area_codes,
            "area_name": panel.area_names,
            "nation": panel.nation_of_area,
            "region": panel.region_of_area,
            "children": panel.children[:, at],
            "population": panel.population[:, at],
            "rate_per_10000": PER * panel.children[:, at] / panel.population[:, at],
            "predicted": ~np.isfinite(panel.low[:, at]),
        }
    )
    for name, stem, draws in (
        ("underlying_rate_per_10000", "", rates),
        ("expected_rate_per_10000", "expected_", expected),
        ("ratio_to_expected", "ratio_", rates / expected),
        ("difference_per_10000", "difference_", rates - expected),
    ):
        lower, upper = central_interval(draws, probability)
        frame[name] = np.median(draws, axis=0)
        frame[f"{stem}lower_{tail}"], frame[f"{stem}upper_{tail}"] = lower, upper
    frame["expected_children"] = frame["expected_rate_per_10000"] * panel.population[:, at] / PER
    frame["probability_above_expected"] = exceedance(rates, expected)
    frame["shrinkage"] = _shrinkage(fit, at)
    frame["rank"] = np.median(place, axis=0)
    frame[f"rank_lower_{tail}"], frame[f"rank_upper_{tail}"] = central_interval(place, probability)
    return frame


def draws_of_year(fit: FittedRates, at: int) -> tuple[Array, Array]:
    """Return underlying and expected rates of one year, shapes (draws, areas)."""
    design, posterior = fit.design, fit.posterior
    shared = design.shared[:, at]
    own = ~design.local_columns(("noise",))
    log_rate = posterior.shared @ shared.T + posterior.local[:, :, own] @ design.local[at, own]
    need = design.shared_columns(NEED)
    log_expected = posterior.shared[:, need] @ shared[:, need].T
    return PER * np.exp(log_rate), PER * np.exp(log_expected)


def _shrinkage(fit: FittedRates, at: int) -> Array:
    """Return the share of prior variance of an area's own effect that remains in one year."""
    design, posterior = fit.design, fit.posterior
    own = ~design.local_columns(("noise",))
    if not own.any():
        return np.ones(design.shape[0])
    effect = posterior.local[:, :, own] @ design.local[at, own]
    row = design.local[at][own]
    mapped = design.shared_columns(("spatial",))
    effect = effect + posterior.shared[:, mapped] @ design.shared[:, at][:, mapped].T
    before = []
    for position in range(0, posterior.draws, max(1, posterior.draws // 50)):
        values = {name: float(one[position]) for name, one in posterior.spreads.items()}
        shared, _, local, _ = design.precisions(values)
        alone = row @ np.linalg.solve(local[np.ix_(own, own)], row)
        along = (design.shared[:, at][:, mapped] ** 2) @ (1 / np.diag(shared)[mapped])
        before.append(alone + along)
    result: Array = np.clip(effect.var(axis=0) / np.mean(before, axis=0), 0.0, 1.0)
    return result


def group_table(fit: FittedRates, kind: str, labels: tuple[str, ...], probability: float) -> pd.DataFrame:
    """Return population-weighted rates of groups of areas."""
    check_probability(probability)
    panel, tail = fit.design.panel, suffix(probability)
    of_area, rows = np.array(labels), []
    for at, year in enumerate(panel.years):
        rates, expected = draws_of_year(fit, at)
        for label in sorted(set(labels)):
            mine = of_area == label
            weight = panel.weight[mine, at]
            if weight.sum() == 0:
                continue
            total, need = (weighted_rate(one[:, mine], weight) for one in (rates, expected))
            row: dict[str, Any] = {
                kind: label,
                "year": year,
                "areas": int((weight > 0).sum()),
                "population": float(weight.sum()),
            }
            for name, stem, draws in (
                ("underlying_rate_per_10000", "", total),
                ("expected_rate_per_10000", "expected_", need),
                ("ratio_to_expected", "ratio_", total / need),
            ):
                lower, upper = central_interval(draws, probability)
                row |= {
                    name: float(np.median(draws)),
                    f"{stem}lower_{tail}": float(lower),
                    f"{stem}upper_{tail}": float(upper),
                }
            rows.append(row | {"checks": fit.checks})
    return pd.DataFrame(rows)
