"""Stocks and flows of made-up areas whose starts and hazards are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from carerates.models.stock_flow.recursion import staying_probability


@dataclass(frozen=True, eq=False)
class Flows:
    """Tables as a user has them, and what made them."""

    stock: pd.DataFrame
    flows: pd.DataFrame
    starts: np.ndarray  # per child and year, shape (areas,)
    hazard: np.ndarray  # per child and year, shape (areas,)

    @property
    def steady(self) -> np.ndarray:
        """Steady rates per 10,000."""
        return 1e4 * self.starts / self.hazard


def make_flows(areas: int = 24, years: int = 5, *, seed: int = 1, population: float = 40_000) -> Flows:
    """Let every child come and go by itself, year by year, away from the steady number at first."""
    rng = np.random.default_rng(seed)
    starts = 0.0034 * np.exp(rng.normal(0, 0.25, areas))
    hazard = 0.26 * np.exp(rng.normal(0, 0.2, areas))
    number = np.round(population * np.exp(rng.normal(0, 0.4, areas)))
    codes = [f"{'W' if at % 4 == 0 else 'E'}{at:08d}" for at in range(areas)]
    stock = rng.poisson(0.8 * number * starts / hazard)
    stocks, flows = [], []
    for year in range(2014, 2015 + years):
        if year > 2014:
            started = rng.poisson(number * starts)
            stayed = rng.binomial(started, staying_probability(hazard))
            still = rng.binomial(stock, np.exp(-hazard))
            ceased = stock - still + started - stayed
            stock = still + stayed
            flows.append(
                pd.DataFrame({"area_code": codes, "year": year, "starts": started, "ceases": ceased})
            )
        stocks.append(
            pd.DataFrame({"area_code": codes, "year": year, "children": stock, "population": number})
        )
    table = pd.concat(stocks, ignore_index=True)
    table["nation"] = np.where(table["area_code"].str.startswith("W"), "Wales", "England")
    table["region"] = table["nation"]
    return Flows(table, pd.concat(flows, ignore_index=True), starts, hazard)
