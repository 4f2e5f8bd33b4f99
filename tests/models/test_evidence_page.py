"""The page that says what holds the models up names tests; they must exist."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "model-evidence.md"


def test_every_named_test_and_script_exists():
    text = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) >= 15
    for path, test in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {test}(" in source or not test, (path, test)
    for path in re.findall(r"`python (benchmarks/\w+\.py)", text):
        assert (ROOT / path).exists(), path


def test_the_table_of_calibration_is_the_stored_one():
    text = PAGE.read_text(encoding="utf-8")
    stored = pd.read_csv(ROOT / "tests" / "simulation" / "calibration.csv", dtype=str)
    for one in stored.itertuples():
        worst = f"{one.smallest_p} ({one.quantity}, of {one.quantities})"
        cells = [
            one.engine,
            one.case,
            one.panels,
            worst,
            one.rates_50,
            one.rates_80,
            one.rates_95,
            one.ranks_95,
        ]
        assert f"| {' | '.join(cells)} |" in text
    families = stored[stored["engine"] == "nuts"]
    assert (families["panels"].astype(int) >= 50).all()


def test_every_fault_that_users_meet_elsewhere_has_a_test():
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("## Faults that users of other packages keep meeting") :]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) >= 7
    assert all("::test_" in row for row in rows)
