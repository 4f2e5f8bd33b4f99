"""The page that compares tools for publishing claims only what a test holds up."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "publishing-comparison.md"


def test_every_yes_of_ours_names_a_test_that_exists() -> None:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "---" not in line
    ][1:]
    assert len(rows) >= 15
    for row in rows:
        assert len(row) == 7, row[0]
        if row[5] == "yes":
            path, test = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", row[6]).groups()  # type: ignore[union-attr]
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), row[0]
