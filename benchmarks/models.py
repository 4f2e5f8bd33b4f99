"""What hierarchical models cost: ratios between engines and sizes, in one run.

Run with ``python benchmarks/models.py`` (Laplace only) or ``python benchmarks/models.py --nuts`` (adds NUTS:
minutes).  CPU seconds of this process; ratios are what to compare between machines.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

import carerates as cr
from carerates.models import RateModel
from carerates.models.design.arrays import build_design
from carerates.models.laplace.engine import draw_posterior
from carerates.tables import Factor, RatesTable

LINES = RateModel(factors=["need"], area_slopes=True, area_time="none")


def panel(areas: int, years: int, seed: int = 1) -> RatesTable:
    rng = np.random.default_rng(seed)
    nation = np.where(np.arange(areas) % 8 == 0, "Wales", "England")
    need = rng.normal(0, 1, areas)
    level = np.log(0.007) + 0.25 * need + rng.normal(0, 0.2, areas)
    log_rates = level[:, None] + rng.normal(0, 0.02, areas)[:, None] * (np.arange(years) - years / 2)
    population = np.round(np.exp(rng.normal(10.6, 0.5, areas)))
    counts = rng.poisson(population[:, None] * np.exp(log_rates) * rng.gamma(400, 1 / 400, (areas, years)))
    frame = pd.DataFrame(
        {
            "area_code": np.repeat([f"{one[0]}{i:08d}" for i, one in enumerate(nation)], years),
            "nation": np.repeat(nation, years),
            "region": np.repeat(
                [f"{one} {i % 9}" if one == "England" else one for i, one in enumerate(nation)], years
            ),
            "year": np.tile(np.arange(2000, 2000 + years), areas),
            "children": counts.ravel().astype(float),
            "population": np.repeat(population, years),
            "need": np.repeat(need, years),
        }
    )
    return RatesTable(frame, factors=(Factor("need"),))


def laplace_seconds(areas: int, years: int, model: RateModel = LINES) -> float:
    design = build_design(model, panel(areas, years))
    start = time.process_time()
    draw_posterior(design, draws=500, seed=1)
    return time.process_time() - start


def main() -> None:
    print("areas x years   Laplace CPU s   microseconds per count")
    for areas, years in ((22, 7), (175, 7), (175, 13), (550, 15), (2000, 20)):
        seconds = laplace_seconds(areas, years)
        print(f"{areas:5d} x {years:<5d} {seconds:12.2f} {1e6 * seconds / areas / years:16.0f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GiB")
    if "--nuts" not in sys.argv:
        return
    first, second = panel(175, 13, seed=1), panel(175, 13, seed=2)
    start = time.process_time()
    fit = cr.fit(LINES, first, engine="nuts")
    fresh = time.process_time() - start
    start = time.process_time()
    again = cr.fit(LINES, second, engine="nuts")
    refit = time.process_time() - start
    laplace = laplace_seconds(175, 13)
    print(fit.diagnostics)
    print(f"NUTS, first fit {fresh:.1f} CPU s; Laplace is {fresh / laplace:.0f} times cheaper")
    print(
        f"NUTS, other data of the same shape {refit:.1f} CPU s; compiling: {again.record['compile seconds']}"
    )


if __name__ == "__main__":
    main()
