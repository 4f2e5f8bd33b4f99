"""Which forecast gave most probability to what was then published?  Leave-future-out scores on real figures.

Run with ``python benchmarks/forecasts.py`` (two minutes on one core); ``--nation wales`` for Wales alone.
From each origin on, later years are hidden from every method: the hierarchical model is fitted to the years
up to the origin and predicts the next ones, single year's noise included.
"""

from __future__ import annotations

import argparse

import pandas as pd

import carerates as cr
from carerates.trends import ForecastScores, score_forecasts

ORIGINS = {"wales": range(2014, 2018), "england": range(2017, 2024)}
LAST = {"wales": 2018, "england": 2024}  # after 2018 a third of the Welsh counts are not in the edition
FIRST = {"wales": 2010, "england": 2011}


def figures(nation: str) -> cr.RatesTable:
    """Return the rates that are forecast, with populations of one series."""
    years = range(FIRST[nation], LAST[nation] + 1)
    if nation == "wales":
        return cr.load_rates("wales", years=years)
    return cr.load_rates("england", years=years, population="rebased")


def score(nation: str, origins: range, horizon: int = 3) -> ForecastScores:
    """Score the hierarchical model and the methods without one on the same held-out figures."""
    rates = figures(nation)
    known = rates.to_frame()[["area_code", "year", "population"]]
    draws = {}
    for origin in origins:
        fit = cr.fit(cr.RateModel(), rates.select(year=range(FIRST[nation], origin + 1)), seed=1)
        ahead = min(horizon, LAST[nation] - origin)
        later = populations(known, origin, ahead)
        draws[origin] = fit.forecast(ahead, population=later).rate_draws(single_year=True)
    return score_forecasts(rates, horizons=range(1, horizon + 1), origins=origins, draws=draws)


def populations(known: pd.DataFrame, origin: int, ahead: int) -> pd.DataFrame:
    """Return the populations of the years ahead, an area's last one where the table has none."""
    last = known[known["year"] == origin].set_index("area_code")["population"]
    years = range(origin + 1, origin + ahead + 1)
    grid = pd.MultiIndex.from_product([last.index, years], names=["area_code", "year"]).to_frame(index=False)
    grid = grid.merge(known, on=["area_code", "year"], how="left")
    population = grid["population"].astype("Float64").fillna(grid["area_code"].map(last).astype("Float64"))
    return grid.assign(population=population)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nation", choices=sorted(ORIGINS), action="append")
    for nation in parser.parse_args().nation or sorted(ORIGINS):
        found = score(nation, ORIGINS[nation])
        print(f"\n{nation}: origins {ORIGINS[nation][0]} to {ORIGINS[nation][-1]}")
        print(found.to_frame().round(3).to_string(index=False))


if __name__ == "__main__":
    main()
