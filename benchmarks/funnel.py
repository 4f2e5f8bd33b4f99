"""How fast are funnel numerics?  Every line is a ratio taken in one run, so that the machine cancels out.

Run with ``python benchmarks/funnel.py`` (about three minutes); ``--quick`` leaves out a million areas.
Rivals: scipy's own inversion of the same curve (``pdtrik``), its cheapest inversion of any Poisson limit
(``gammaincinv``, the interval of an expected count), and one area at a time.
"""

from __future__ import annotations

import argparse
import tracemalloc
from collections.abc import Callable
from time import perf_counter

import numpy as np
from scipy import special

from carerates.funnels.limit_table import exact_limits, limit_table
from carerates.funnels.limits import poisson_limits
from carerates.funnels.tails import flag_counts

LEVELS = (0.95, 0.998)
SIDES = tuple((1 - level) / 2 for level in LEVELS)
METHODS = ("exact", "mid_p", "interpolated", "byar", "normal", "ci_expected")


def seconds(call: Callable[[], object], rounds: int) -> float:
    """Return the median of some rounds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return float(np.median(times))


def peak_bytes(call: Callable[[], object]) -> int:
    """Return the most memory a call held at once."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def scipy_same_curve(expected: np.ndarray) -> list[np.ndarray]:
    """Invert the exact curve with scipy, four limits an area."""
    upper = [special.pdtrik(1 - side, expected) + 1 for side in SIDES]
    lower = [special.pdtrik(side, expected) for side in SIDES]
    return lower + upper


def scipy_cheapest(expected: np.ndarray) -> list[np.ndarray]:
    """Invert the gamma distribution of the expected count with scipy, four limits an area."""
    lower = [special.gammaincinv(expected, side) for side in SIDES]
    return lower + [special.gammainccinv(expected + 1, side) for side in SIDES]


def one_at_a_time(expected: np.ndarray, observed: np.ndarray) -> None:
    """Find limits and flags with a loop over areas, as spreadsheet-minded code does."""
    for mean, count in zip(expected, observed, strict=True):
        scipy_cheapest(mean)
        special.gammainc(count, mean)


def measure(areas: int, spread: str) -> None:
    """Print one block."""
    rng = np.random.default_rng(1)
    wide = spread == "0.4 to 160,000"
    expected = np.exp(rng.uniform(-1, 12, areas)) if wide else rng.gamma(4, 450 / 4, areas)
    observed = rng.poisson(expected).astype(float)
    rounds = 3 if areas > 100_000 else 15
    for side in SIDES:
        limit_table((side,))
    limit_table(SIDES)
    table = seconds(lambda: exact_limits(expected, LEVELS), rounds)
    flags = seconds(lambda: flag_counts(observed, expected, LEVELS), rounds)
    same = seconds(lambda: scipy_same_curve(expected), 1 if areas > 100_000 else 3)
    cheap = seconds(lambda: scipy_cheapest(expected), 1 if areas > 100_000 else 3)
    print(f"\n{areas:,} areas, expectations {spread}")
    print(
        f"  four exact limits   {1e3 * table:10.3f} ms   {1e9 * table / areas:9.1f} ns an area"
        f"   {same / table:7.1f}x scipy pdtrik   {cheap / table:6.1f}x scipy gammaincinv"
    )
    print(
        f"  flags, two levels   {1e3 * flags:10.3f} ms   {1e9 * flags / areas:9.1f} ns an area"
        f"   {same / flags:7.1f}x scipy pdtrik   {cheap / flags:6.1f}x scipy gammaincinv"
    )
    if areas <= 10_000:
        slow = seconds(lambda: one_at_a_time(expected, observed), 1)
        print(
            f"  one area at a time  {1e3 * slow:10.3f} ms   "
            f"{slow / (table + flags):7.1f}x slower than limits and flags"
        )
    memory = peak_bytes(lambda: exact_limits(expected, LEVELS))
    print(f"  memory for four limits {memory / areas:8.1f} bytes an area (32 are the answer)")
    for method in METHODS:
        taken = seconds(
            lambda method=method: [poisson_limits(expected, level, method) for level in LEVELS], 1
        )
        print(
            f"    limits='{method}'".ljust(28)
            + f"{1e3 * taken:10.3f} ms   {1e9 * taken / areas:9.1f} ns an area"
        )


def main() -> None:
    """Run all blocks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out a million areas")
    sizes = [174, 10_000] + ([] if parser.parse_args().quick else [1_000_000])
    limit_table.cache_clear()
    start = perf_counter()
    limit_table(SIDES)
    print(f"fitting the table, once a process: {1e3 * (perf_counter() - start):.0f} ms")
    for areas in sizes:
        for spread in ("near 450", "0.4 to 160,000"):
            measure(areas, spread)


if __name__ == "__main__":
    main()
