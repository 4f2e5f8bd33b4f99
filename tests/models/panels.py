"""Small panels with known truth, for the tests of hierarchical models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from carerates.tables import Factor, RatesTable


@dataclass(frozen=True, eq=False)
class Truth:
    """A panel and the log rates that made it."""

    rates: RatesTable
    log_rates: np.ndarray  # (areas, years), without the noise of a single year
    level: np.ndarray
    slope: np.ndarray


def make_panel(
    areas: int = 30,
    years: int = 6,
    *,
    seed: int = 1,
    welsh: int = 0,
    noise: float = 0.05,
    sd_area: float = 0.25,
    sd_slope: float = 0.02,
    log_size: float = 9.8,
    rate: float = 0.0075,
    rounding: int = 1,
    suppress_below: int = 0,
) -> Truth:
    """Simulate counts; optionally round them to a base and suppress counts of 1 to ``suppress_below``."""
    rng = np.random.default_rng(seed)
    nation = np.array(["Wales"] * welsh + ["England"] * (areas - welsh))
    region = np.where(nation == "Wales", "Wales", np.array([f"Region {i % 4}" for i in range(areas)]))
    region_effect = {name: rng.normal(0, 0.1) for name in sorted(set(region))}
    need = rng.normal(20, 7, areas)
    other = 0.4 * (need - 20) / 7 + rng.normal(0, 1, areas)
    population = np.round(np.exp(rng.normal(log_size, 0.5, areas)))
    level = rng.normal(0, sd_area, areas)
    slope = rng.normal(0, sd_slope, areas)
    trend = np.concatenate([[0.0], np.cumsum(rng.normal(0.02, 0.01, years - 1))])
    time = np.arange(years) - (years - 1) / 2
    base = np.log(rate) + 0.3 * (nation == "Wales") + np.array([region_effect[one] for one in region])
    log_rates = (base + 0.25 * (need - 20) / 7 + 0.05 * other + level)[:, None]
    log_rates = log_rates + slope[:, None] * time + trend
    mean = population[:, None] * np.exp(log_rates)
    if noise > 0:
        mean = mean * rng.gamma(noise**-2, noise**2, mean.shape)
    counts = rng.poisson(mean)
    published = rounding * np.round(counts / rounding)
    half = (rounding - 1) // 2
    low, high = np.maximum(published - half, 0), published + half
    hidden = (counts >= 1) & (counts <= suppress_below)
    rows = pd.DataFrame(
        {
            "area_code": np.repeat([f"{one[0]}{i:08d}" for i, one in enumerate(nation)], years),
            "area_name": np.repeat([f"Area {i}" for i in range(areas)], years),
            "nation": np.repeat(nation, years),
            "region": np.repeat(region, years),
            "year": np.tile(np.arange(2012, 2012 + years), areas),
            "children": np.where(hidden, np.nan, published).ravel(),
            "children_low": np.where(hidden, 1, low).ravel(),
            "children_high": np.where(hidden, suppress_below, high).ravel(),
            "status": np.where(hidden, "suppressed", "estimated" if rounding > 1 else "exact").ravel(),
            "population": np.repeat(population, years),
            "deprivation": np.repeat(need, years),
            "lone_parents": np.repeat(other, years),
        }
    )
    table = RatesTable(rows, factors=(Factor("deprivation"), Factor("lone_parents")))
    return Truth(table, log_rates, level, slope)
