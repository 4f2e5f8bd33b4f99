"""Every relative link of the documents leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documents.pages import DOCS, ROOT, pages

LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
DOCUMENTS = [*pages(), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        place = (path.parent / target.split("#")[0]).resolve()
        made = {"_build", "generated"} & set(place.relative_to(ROOT).parts)
        # pages that a build makes: the build itself, with -n -W, fails when one is missing
        assert made or place.exists(), f"{path.relative_to(ROOT)} links to {target}"


@pytest.mark.parametrize("path", sorted(DOCS.rglob("index.md")), ids=lambda path: path.parent.name)
def test_every_page_is_reached_from_its_index(path: Path) -> None:
    if "generated" in path.parts or "_build" in path.parts:
        return
    text = path.read_text(encoding="utf-8")
    if path.parent == DOCS or ":glob:" in text:
        return
    trees = " ".join(re.findall(r"^```\{toctree\}.*?^```", text, re.DOTALL | re.MULTILINE))
    for page in path.parent.glob("*.md"):
        assert page.stem == "index" or re.search(rf"\b{re.escape(page.stem)}\b", trees), page.name
