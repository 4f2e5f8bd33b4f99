"""How long ``import carerates`` takes, beside ``import numpy`` and ``import pandas`` in the same run.

Run with ``python benchmarks/import_time.py``.  Medians of fresh processes, and ratios between them; the aim
is under 0.5 s and lighter than pandas, since a script that prints a version should not load a chart library.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 9


def seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    statements = ["pass", "import numpy", "import pandas", "import carerates"]
    times: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(ROUNDS):
        for statement in statements:
            times[statement].append(seconds(statement))
    medians = {statement: statistics.median(values) for statement, values in times.items()}
    for statement, median in medians.items():
        print(f"{statement:<18} {median:6.3f} s")
    own, pandas = (medians[name] - medians["pass"] for name in ("import carerates", "import pandas"))
    print(f"carerates over an empty start: {own:.3f} s, {own / pandas:.2f} of pandas")


if __name__ == "__main__":
    main()
