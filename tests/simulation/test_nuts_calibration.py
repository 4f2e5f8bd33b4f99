"""Simulation-based calibration of the NUTS engine, one likelihood at a time.

Run with ``pytest -m slow tests/simulation/test_nuts_calibration.py``: three to five minutes for each
likelihood on one quiet core, of which one to compile.  Every panel has the same shape, so that the model is
compiled once and data are swapped.
``PYTHONPATH=. python tests/simulation/test_nuts_calibration.py`` writes their rows of ``calibration.csv``.
"""

from __future__ import annotations

import os

import pytest

from carerates.models.nuts import engine
from tests.simulation.test_model_calibration import (
    BASE,
    DRAWS,
    Case,
    Outcome,
    calibrate,
    hold,
    store,
    summarise,
)

REPLICATES = 50
# of eight draws one is kept: as good as independent
THINNING = 8
CASES = {
    "negative binomial": Case(BASE),
    "Poisson with log-normal noise": Case(BASE.replace(likelihood="poisson_lognormal")),
    "binomial": Case(BASE.replace(likelihood="binomial")),
}


def calibrate_nuts(case: Case, replicates: int) -> Outcome:
    """Sample simulated panels, compiling once, and find where their truths lie."""
    compiled = 0

    def sample(design, number):
        nonlocal compiled
        posterior, _, details = engine.sample_posterior(
            design, draws=THINNING * DRAWS, seed=number, warm_up=400, chains=2
        )
        compiled += "reused" not in details["compile seconds"]
        return posterior.thinned(DRAWS)

    outcome = calibrate(case, replicates, sample)
    assert compiled == 1
    return outcome


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # compilers and samplers warn of their own affairs
@pytest.mark.parametrize("name", list(CASES))
def test_ranks_of_truths_are_uniform_in_nuts(name):
    replicates = int(os.environ.get("CARERATES_REPLICATES", REPLICATES))
    hold(calibrate_nuts(CASES[name], replicates), DRAWS, spreads_too=True)


if __name__ == "__main__":
    for one, case in CASES.items():
        store(summarise(one, "nuts", calibrate_nuts(case, REPLICATES)))
