"""Fit the panel of benchmarks/models.py with bambi, as its users would, in an environment of its own.

Called by ``python benchmarks/models.py --nuts --bambi PYTHON`` with the Python of an environment that has
bambi and nutpie (``uv venv bambi && uv pip install --python bambi/bin/python bambi nutpie``); carerates is
not needed there.  Reads a CSV file, writes draws as ``.npz``.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

FORMULA = (
    "children ~ need * nation + year * nation + offset(log_population) "
    "+ (1 | region) + (1 + year | area_code)"
)


def main() -> None:
    table, target = Path(sys.argv[1]), Path(sys.argv[2])
    import bambi
    import numpy as np
    import nutpie
    import pandas as pd

    frame = pd.read_csv(table)
    start = time.process_time()
    model = bambi.Model(FORMULA, frame, family="negativebinomial")
    model.build()
    graph = model.backend.model
    # what bambi does itself for inference_method="nutpie", in two steps to time them apart
    compiled = nutpie.compile_pymc_model(graph)
    compiling = time.process_time() - start
    start = time.process_time()
    draws = nutpie.sample(compiled, draws=500, tune=500, chains=4, cores=2, seed=1, progress_bar=False)
    sampling = time.process_time() - start
    posterior = draws["posterior"]
    learned = [one.name for one in graph.free_RVs]
    arrays = {
        name: np.asarray(posterior[name]).reshape(*np.asarray(posterior[name]).shape[:2], -1)
        for name in posterior.data_vars
        if name in learned or "|" in str(name)
    }
    np.savez(target, **arrays)
    versions = {name: version(name) for name in ("bambi", "pymc", "nutpie")}
    print(json.dumps({"compiling": compiling, "sampling": sampling} | versions))


if __name__ == "__main__":
    main()
