"""The page of faults names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "reference" / "faults.md"


def test_each_row_names_a_test_that_exists() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [line for line in rows if not line.startswith(("| ---", "| fault", "| quirk"))]
    assert len(rows) > 100
    for row in rows:
        found = re.search(r"`(test_\w+\.py)::(test_\w+)` \|$", row)
        assert found, f"no test is named in: {row}"
        assert f"def {found[2]}(" in (HERE / found[1]).read_text(encoding="utf-8"), row
