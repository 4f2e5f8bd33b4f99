"""Every page of docs/replication runs from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib as mpl
import pytest

from tests.documents.pages import DOCS, code_of, run_cell

PAGES = sorted((DOCS / "replication").glob("*.md"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the notebook tools that glue() loads
@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    code = code_of(page)
    assert code
    names: dict[str, object] = {}
    for number, cell in enumerate(code, start=1):
        run_cell(cell, f"{page.name}, cell {number}", names)


def test_every_page_is_in_the_contents() -> None:
    index = (DOCS / "replication" / "index.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert page.stem == "index" or page.stem in index or page.stem.startswith("wcpp-")


def test_numbers_in_the_prose_of_pages_are_not_results() -> None:
    # verdict counts come from cells; prose that repeats one would go stale
    index = (DOCS / "replication" / "index.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", index, flags=re.DOTALL)
    prose = re.sub(r"\A---.*?---", "", prose, flags=re.DOTALL)
    assert not re.findall(r"\b\d{2,}\b(?! ?%)", prose)
