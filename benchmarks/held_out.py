"""Which model predicts real counts it has not seen? The bundled figures, the last year or areas left out.

Run with ``python benchmarks/held_out.py`` (some minutes).  Models are refitted by the Laplace engine; beside
them stand the rules of thumb that need no model.  The table is in docs/reference/model-evidence.md.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

import carerates as cr
from carerates.models import RateModel, compare_models
from carerates.models.checks.held_out import LEVELS
from carerates.models.counts import Counts, draw_counts, log_likelihood

NATIONS = ["wales", "england"]
BOTH = ["deprivation", "lone_parents"]
NO_AREAS = {"area_effects": False, "area_time": "none", "groups": None}
BY_YEAR = {
    "random walks (default)": RateModel(factors=BOTH),
    "random walks, no factors": RateModel(),
    "own level and straight line": RateModel(factors=BOTH, area_slopes=True, area_time="none"),
    "own level, national trend": RateModel(factors=BOTH, area_time="none"),
    "autoregressive paths": RateModel(factors=BOTH, area_time="autoregressive"),
    "GLM of factors and years": RateModel(factors=BOTH, **NO_AREAS),
}
BY_AREA = {
    "no factors": RateModel(),
    "deprivation": RateModel(factors=["deprivation"]),
    "lone parents": RateModel(factors=["lone_parents"]),
    "deprivation, lone parents": RateModel(factors=BOTH),
    "the same and population size": RateModel(factors=BOTH, population_term=True),
    "GLM of factors and years": RateModel(factors=BOTH, **NO_AREAS),
    "GLM without factors: the nation's rate": RateModel(**NO_AREAS),
}


def rule_of_thumb(rates: cr.RatesTable, areas: pd.Index, *, follow_nation: bool) -> pd.DataFrame:
    """Score the last known rate of each area, moved or not with its nation, about which counts vary.

    The noise is what made the same rule likeliest in the years before, so the rule is given its best chance.
    """
    frame = rates.to_frame()
    frame = frame[frame["area_code"].isin(areas)].sort_values(["area_code", "year"])
    frame["log_rate"] = np.log(frame["children"].clip(lower=1) / frame["population"])
    total = frame.groupby(["nation", "year"])[["children", "population"]].sum()
    national = np.log(total["children"] / total["population"])
    frame["national"] = national.reindex(pd.MultiIndex.from_frame(frame[["nation", "year"]])).to_numpy()
    before = frame.groupby("area_code")[["year", "log_rate", "national"]].shift(1)
    earlier = frame.groupby("area_code")["national"].shift(2)
    moved = (before["national"] - earlier).fillna(0.0) if follow_nation else 0.0
    eta = before["log_rate"] + moved + np.log(frame["population"])
    known = frame["children_low"].notna() & eta.notna() & (before["year"] == frame["year"] - 1)
    last = frame["year"] == frame["year"].max()

    def part(mask: pd.Series) -> tuple[np.ndarray, Counts]:
        rows = frame[mask & known]
        bounds = (rows[name].to_numpy(dtype=float) for name in ("children_low", "children_high"))
        return eta[mask & known].to_numpy(), Counts.between(*bounds)

    past, now = part(~last), part(last)
    noise = float(
        np.exp(
            minimize_scalar(
                lambda free: -log_likelihood(*past, float(np.exp(free)))[0].sum(),
                bounds=(-6, 0),
                method="bounded",
            ).x
        )
    )
    drawn = draw_counts(np.broadcast_to(now[0], (4000, len(now[0]))), noise, np.random.default_rng(5))
    row: dict[str, float | str] = {
        "model": "last value, moved as the nation moved" if follow_nation else "last value",
        "log_score": float(log_likelihood(*now, noise)[0].mean()),
        "counts": len(now[0]),
    }
    for level in LEVELS:
        lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        inside = (now[1].high >= lower) & (now[1].low <= upper)
        row[f"coverage_{100 * level:g}"] = float(inside.mean())
    return pd.DataFrame([row])


def main() -> None:
    last = int(sys.argv[1]) if len(sys.argv) > 1 else 2018
    start = time.process_time()
    panel = cr.load_rates(NATIONS, years=range(2012, last + 1)).join(cr.load_factors(BOTH, nations=NATIONS))
    by_year = compare_models(BY_YEAR, panel, leave_out="last year", draws=8000)
    areas = pd.Index(by_year.scores["area_code"].unique())
    thumb = [rule_of_thumb(panel, areas, follow_nation=one) for one in (False, True)]
    table = pd.concat([by_year.to_frame(), *thumb]).sort_values("log_score", ascending=False)
    print(f"{last} left out\n{table.round(3).to_string(index=False)}\n{by_year.summary()}", flush=True)
    by_area = compare_models(BY_AREA, panel, leave_out="areas", folds=4, draws=8000)
    print(f"\nareas left out\n{by_area.to_frame().round(3).to_string(index=False)}\n{by_area.summary()}")
    print(f"\n{time.process_time() - start:.0f} CPU seconds")


if __name__ == "__main__":
    main()
