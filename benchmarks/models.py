"""What hierarchical models cost: ratios between engines and sizes, in one run.

Run with ``python benchmarks/models.py`` (Laplace only), ``python benchmarks/models.py --nuts`` (adds NUTS:
minutes) or ``python benchmarks/models.py --nuts --bambi PYTHON`` (adds bambi, from an environment of its own;
see benchmarks/bambi_panel.py).  ``--gradients`` adds how the cost of a gradient grows, ``--refits`` what NUTS
costs on other counts of the same shape; ``--only-nuts`` leaves the sizes out.  CPU seconds; ratios are what
to compare between machines.
"""

from __future__ import annotations

import ctypes
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import carerates as cr
from carerates.models import RateModel
from carerates.models.checks.mixing import measure_mixing
from carerates.models.design.building import build_design
from carerates.models.laplace.engine import draw_posterior
from carerates.tables import Factor, RatesTable

LINES = RateModel(factors=["need"], area_slopes=True, area_time="none")
STRAIGHT = LINES.replace(time="linear")  # what a formula can say too


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


def worst_effective(chains: int, parts: dict[str, np.ndarray]) -> tuple[float, float, str]:
    """Return the smallest bulk or tail effective size of any parameter, the largest R-hat, and whose."""
    worst, apart, where = np.inf, 0.0, ""
    for name, values in parts.items():
        by_chain = values.reshape(chains, len(values) // chains, -1)
        mixing = measure_mixing(by_chain)
        size = np.fmin(mixing.bulk, mixing.tail)
        apart = max(apart, float(np.nanmax(mixing.rhat)))
        if np.nanmin(size) < worst:
            worst, where = float(np.nanmin(size)), name
    return worst, apart, where


def gradient_microseconds(areas: int, years: int, calls: int = 300) -> float:
    """Time one log density with its gradient, as the sampler calls it."""
    import nutpie

    from carerates.models.nuts import engine
    from carerates.models.nuts.centring import choose_centring
    from carerates.models.nuts.graph import graph_data

    design = build_design(STRAIGHT, panel(areas, years))
    found = draw_posterior(design, draws=100, seed=1)[1]
    centred = choose_centring(design, found.peak)
    compiled, _ = engine._compiled(nutpie, design, centred, graph_data(design, centred), found)
    pointer = ctypes.POINTER(ctypes.c_double)
    at, slope, density = compiled.initial_point_func(1), np.zeros(compiled.n_dim), np.zeros(1)
    arguments = [one.ctypes.data_as(pointer) for one in (at, slope, density)]
    start = time.process_time()
    for _ in range(calls):
        compiled.compiled_logp_func.ctypes(compiled.n_dim, *arguments, compiled.user_data.ctypes.data)
    return 1e6 * (time.process_time() - start) / calls


def bambi_rates(python: str, rates: RatesTable) -> tuple[float, float]:
    """Return bambi's worst effective size per CPU second on the same figures, with and without compiling."""
    with tempfile.TemporaryDirectory() as folder:
        table, target = Path(folder, "panel.csv"), Path(folder, "draws.npz")
        frame = rates.to_frame()
        frame["year"] -= frame["year"].mean()
        frame.assign(log_population=np.log(frame["population"])).to_csv(table, index=False)
        command = [python, str(Path(__file__).with_name("bambi_panel.py")), str(table), str(target)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        record = json.loads(done.stdout.strip().splitlines()[-1])
        with np.load(target) as arrays:
            parts = {name: arrays[name].reshape(-1, *arrays[name].shape[2:]) for name in arrays.files}
    size, mixing, where = worst_effective(4, parts)
    print(f"bambi {record}: worst effective size {size:.0f} ({where}), R-hat {mixing:.3f}")
    return size / (record["compiling"] + record["sampling"]), size / record["sampling"]


def compare_engines(python: str | None, *, more: bool) -> None:
    first, second = panel(175, 13, seed=1), panel(175, 13, seed=2)
    laplace = laplace_seconds(175, 13, STRAIGHT)
    start = time.process_time()
    cost = gradient_microseconds(175, 13)
    compiling = time.process_time() - start
    start = time.process_time()
    fit = cr.fit(STRAIGHT, first, engine="nuts")
    sampling = time.process_time() - start
    fresh = compiling + sampling
    start = time.process_time()
    again = cr.fit(STRAIGHT, second, engine="nuts", draws=400)
    refit = time.process_time() - start
    print(f"{fit.diagnostics}\n{fit.record}\nrefit: {again.record}")
    draws = fit.posterior
    parts = {"shared": draws.shared, "own": draws.local} | {
        one.name: draws.spreads[one.name] for one in fit.design.free_spreads
    }
    size, mixing, where = worst_effective(draws.chains, parts)
    print(
        f"NUTS: compiling {compiling:.1f} CPU s, the rest {sampling:.1f}; a gradient {cost:.0f} microseconds"
    )
    print(f"NUTS: worst effective size {size:.0f} ({where}), R-hat {mixing:.3f}")
    print(
        f"Laplace {laplace:.2f} CPU s: {fresh / laplace:.0f} times cheaper, {sampling / laplace:.0f} compiled"
    )
    ready = float(again.record["compile seconds"].split()[0])
    print(
        f"from data to first draw {ready:.2f} s in a refit: {compiling / max(ready, 1e-3):.0f} times cheaper"
    )
    print(
        f"refit of 400 draws with Laplace start and checks {refit:.1f} CPU s: {fresh / refit:.1f} times",
        flush=True,
    )
    if python:
        total, after = bambi_rates(python, first)
        print(
            f"worst effective size per CPU second, ours and bambi's: {size / fresh:.2f} and {total:.3f} with "
            f"compiling, {size / fresh / total:.0f} times; {size / sampling:.2f} and {after:.3f} without, "
            f"{size / sampling / after:.0f} times",
            flush=True,
        )
    if more:
        wide = gradient_microseconds(700, 13)
        print(f"one gradient with 9,100 counts {wide:.0f} microseconds: {wide / cost:.1f} times for 4 times")


def compare_refits() -> None:
    """Print what a first NUTS fit costs, Laplace start and checks included, beside fits of other counts."""
    import nutpie  # noqa: F401 - imported before the clock starts
    import pymc  # noqa: F401

    one_year = RateModel(factors=["need"], noise=0.06, time="none", area_time="none")
    print("areas x years   draws   first fit   refit, CPU s   times cheaper")
    for areas, years, model in ((22, 1, one_year), (175, 1, one_year), (22, 7, STRAIGHT), (175, 7, STRAIGHT)):
        seconds = []
        for seed, draws in enumerate((None, None, None, 400, 400)):
            rates = panel(areas, years, seed)
            start = time.process_time()
            cr.fit(model, rates, engine="nuts", seed=seed, draws=draws)
            seconds.append(time.process_time() - start)
        for draws, again in ((4000, np.mean(seconds[1:3])), (400, np.mean(seconds[3:]))):
            costs = f"{seconds[0]:11.1f} {again:14.2f} {seconds[0] / again:15.0f}"
            print(f"{areas:5d} x {years:<5d} {draws:7d} {costs}", flush=True)


def main() -> None:
    print("areas x years   Laplace CPU s   microseconds per count")
    sizes = ((22, 7), (175, 7), (175, 13), (550, 15), (2000, 20))
    for areas, years in sizes if "--only-nuts" not in sys.argv else ():
        seconds = laplace_seconds(areas, years)
        print(f"{areas:5d} x {years:<5d} {seconds:12.2f} {1e6 * seconds / areas / years:16.0f}", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GiB", flush=True)
    if "--nuts" in sys.argv:
        bambi = sys.argv[sys.argv.index("--bambi") + 1] if "--bambi" in sys.argv else None
        compare_engines(bambi, more="--gradients" in sys.argv)
    if "--refits" in sys.argv:
        compare_refits()


if __name__ == "__main__":
    main()
