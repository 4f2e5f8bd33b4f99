"""How does an area's rate lie among its neighbours' rates?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.peers.underlying import infer_rates


def compare_with_neighbours(
    areas: pd.DataFrame, neighbours: pd.DataFrame, *, interval: float, draws: int, seed: int
) -> pd.DataFrame:
    """Compare each area with its neighbours; see :meth:`carerates.peers.neighbours.SimilarAreas.bands`."""
    if not 0 < interval < 1:
        raise ValueError(f"interval must be a probability between 0 and 1; this is {interval!r}.")
    position = {code: at for at, code in enumerate(areas["area_code"])}
    rates = areas["rate_per_10000"].to_numpy(dtype=float)
    children = areas["children"].to_numpy(dtype=float)
    known = np.isfinite(rates)
    samples = np.full((draws, len(areas)), np.nan)
    people = areas["population"].to_numpy(dtype=float)
    samples[:, known] = infer_rates(children[known], people[known], shrink=False).sample(draws, seed)
    tail = (1 - interval) / 2
    rows = []
    for code, part in neighbours.groupby("area_code", sort=False):
        own = position[str(code)]
        others = np.array([position[one] for one in part["neighbour_code"]])
        others = others[known[others]]
        row = {"area_code": code, "area_name": areas["area_name"].iloc[own], "rate_per_10000": rates[own]}
        row["neighbours"] = len(others)
        if len(others) and known[own]:
            lower, median, upper = np.quantile(rates[others], [0.25, 0.5, 0.75])
            ranks = 1 + (samples[:, others] > samples[:, [own]]).sum(axis=1)
            low, high = np.quantile(ranks, [tail, 1 - tail], method="nearest")
            middle = np.median(samples[:, others], axis=1)
            row |= {
                "neighbour_lower_quartile": lower,
                "neighbour_median": median,
                "neighbour_upper_quartile": upper,
                "percent_from_median": 100 * (rates[own] / median - 1) if median > 0 else np.nan,
                "position": "above" if rates[own] > upper else "below" if rates[own] < lower else "within",
                "rank": int(1 + (rates[others] > rates[own]).sum()),
                "rank_lower": int(low),
                "rank_upper": int(high),
                "probability_above_median": float((samples[:, own] > middle).mean()),
            }
        rows.append(row)
    columns = [
        "area_code",
        "area_name",
        "rate_per_10000",
        "neighbours",
        "neighbour_lower_quartile",
        "neighbour_median",
        "neighbour_upper_quartile",
        "percent_from_median",
        "position",
        "rank",
        "rank_lower",
        "rank_upper",
        "probability_above_median",
    ]
    return pd.DataFrame(rows, columns=columns)
