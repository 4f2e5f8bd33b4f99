"""The data dictionary in the docs is the schema's own."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "write_data_dictionary.py"))["page"]()
    assert (ROOT / "docs" / "reference" / "data-dictionary.md").read_text(encoding="utf-8") == made
