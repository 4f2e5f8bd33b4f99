"""Intervals of a model of starts and ceases hold what they state, and next year's numbers fall inside theirs.

Run with ``pytest -m slow tests/simulation/test_stock_flow.py``: about a minute on one quiet core.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from carerates.models import StockFlowModel, fit_flows
from tests.models.stock_flow.panels import make_flows

AREAS = 16


def inside(table: pd.DataFrame, stem: str, actual: np.ndarray) -> float:
    """Share of truths inside their 95% intervals."""
    low, high = table[f"{stem}lower_95"].to_numpy(), table[f"{stem}upper_95"].to_numpy()
    return float(((low <= actual) & (actual <= high)).mean())


@pytest.mark.slow
def test_intervals_of_starts_ceases_and_numbers_to_come_cover():
    model = StockFlowModel().replace(area_time="none", time="none", groups=None, likelihood="poisson")
    found: dict[str, list[float]] = {}
    for seed in range(int(os.environ.get("CARERATES_REPLICATES", "40"))):
        truth = make_flows(AREAS, 5, seed=seed, population=20_000)
        known = [one.query("year < 2019") for one in (truth.stock, truth.flows)]
        fit = fit_flows(model, *known, seed=10 * seed, draws=400)
        table = fit.to_frame().query("year == 2018").set_index("area_code")
        # the panel's order is that of its rows; tables are sorted by code
        by_code = pd.DataFrame(
            {"starts": 1e4 * truth.starts, "leaving": 1 - np.exp(-truth.hazard), "steady": truth.steady},
            index=truth.flows["area_code"].unique(),
        ).loc[table.index]
        for name in by_code:
            found.setdefault(name, []).append(inside(table, f"{name}_", by_code[name].to_numpy()))
        ahead = fit.forecast(1, seed=seed).to_frame()
        actual = truth.stock.query("year == 2019").set_index("area_code")["children"]
        found.setdefault("next year", []).append(
            inside(ahead, "", actual.loc[ahead["area_code"]].to_numpy(dtype=float))
        )
    for name, shares in found.items():
        error = np.std(shares, ddof=1) / np.sqrt(len(shares))
        print(f"{name}: {np.mean(shares):.3f} ({error:.3f}) of {len(shares)} panels")
        # counts to come are whole numbers, so that their intervals hold a little more than they state
        assert 0.95 - 3.5 * error < np.mean(shares) < (0.985 if name == "next year" else 0.95 + 3.5 * error)
