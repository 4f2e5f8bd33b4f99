"""The page that says what holds the models up names tests; they must exist."""

from __future__ import annotations

import re
from pathlib import Path

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
