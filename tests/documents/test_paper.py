"""The paper's citations, the citation file and the review checklists hold together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPER = (ROOT / "paper" / "paper.md").read_text(encoding="utf-8")
BIB = (ROOT / "paper" / "paper.bib").read_text(encoding="utf-8")
CHECKLISTS = (ROOT / "docs" / "reference" / "review-checklists.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"@\w+\{(\w+),\n(.*?)\n\}", BIB, re.DOTALL))


def test_every_citation_has_an_entry_and_every_entry_is_cited() -> None:
    cited = set(re.findall(r"@(\w+)", PAPER.split("---", 2)[2]))
    assert cited == set(ENTRIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_entry_says_who_what_and_where(name: str) -> None:
    entry = ENTRIES[name]
    for field in ("author", "title"):
        assert re.search(rf"^\s*{field}\s*=", entry, re.MULTILINE)
    assert re.search(r"^\s*(doi\s*=\s*\{10\.\d{4,}/\S+\}|url\s*=\s*\{https://)", entry, re.MULTILINE)


def test_the_paper_has_the_parts_that_the_journal_asks_for() -> None:
    for heading in ("Summary", "Statement of need", "State of the field", "References"):
        assert f"\n# {heading}\n" in PAPER
    body = PAPER.split("---", 2)[2]
    # the journal asks for 250 to 1,000 words or a little more
    assert 250 <= len(body.split()) <= 1100


def test_the_evidence_of_the_checklists_exists() -> None:
    rows = [line for line in CHECKLISTS.splitlines() if line.startswith("| ") and "| state |" not in line]
    states = [row.split("|")[2].strip() for row in rows]
    assert set(states) == {"met", "part", "open"}
    paths = set(re.findall(r"`([\w./-]+)`", CHECKLISTS)) - {"docs/_build"}
    missing = [path for path in sorted(paths) if not (ROOT / path).exists()]
    assert not missing
    for row, state in zip(rows, states, strict=True):
        assert state == "open" or "`" in row or "docstrings" in row, row


def test_the_citation_file_agrees_with_the_paper() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r'^title: "carerates: comparisons', citation, re.MULTILINE)
    assert 'title: "carerates: comparisons of looked-after-children rates that hold up"' in PAPER
    for field in ("cff-version", "message", "authors", "version", "date-released", "license", "abstract"):
        assert re.search(rf"^{field}:", citation, re.MULTILINE)
