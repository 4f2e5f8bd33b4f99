"""Made-up areas of two nations for the tests of adjustments."""

from __future__ import annotations

import numpy as np
import pandas as pd

METHODS = ["poisson", "quasi_poisson", "negative_binomial", "ols", "weighted"]
# areas come back sorted by code, which is the order in which they were made
FACTORS = ["deprivation", "lone_parents"]


def areas(count: int = 40, seed: int = 1, spread: float = 0.25) -> pd.DataFrame:
    """Make areas of two nations whose rates rise with deprivation."""
    random = np.random.default_rng(seed)
    population = np.round(np.exp(random.normal(10.3, 0.6, count)))
    deprivation = random.normal(20, 8, count)
    lone_parents = 0.2 * deprivation + random.normal(8, 1.5, count)
    wales = np.arange(count) % 3 == 0
    log_rate = (
        np.log(0.007)
        + 0.03 * (deprivation - 20)
        + 0.02 * (lone_parents - 12)
        + 0.3 * wales
        + random.normal(0, spread, count)
    )
    return pd.DataFrame(
        {
            "area_code": [f"A{number:03d}" for number in range(count)],
            "nation": np.where(wales, "Wales", "England"),
            "year": 2018,
            "children": random.poisson(population * np.exp(log_rate)),
            "population": population,
            "deprivation": deprivation,
            "lone_parents": lone_parents,
        }
    )
