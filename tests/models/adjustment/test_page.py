"""The page on adjusting for deprivation: its code runs, and its figures are those that it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import carerates as cr

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "adjusting-for-deprivation.md"


def test_the_code_runs_and_prints_the_figures_of_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    printed = capsys.readouterr().out
    shares = re.findall(r"(?:deprivation|most_deprived_\d\d): (\d\.\d\d)", printed)
    assert len(shares) == 4
    first, *others = shares
    last = others.pop()
    assert f"It prints {first} for a score" in text
    assert f"and {', '.join(others)} and {last} for the share" in text
    adjusted = names["adjusted"]
    assert isinstance(adjusted, cr.Adjustment)
    assert f"about {round(adjusted.dispersion, -1):.0f} times the Poisson variance" in text
