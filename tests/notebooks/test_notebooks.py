"""The notebooks are clean files that run from top to bottom on the bundled figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from tests.documents.pages import run_cell

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [one.stem for one in NOTEBOOKS]


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def run(path: Path) -> dict[str, object]:
    """Run the code cells in one namespace."""
    names: dict[str, object] = {}
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "code":
            run_cell("".join(cell["source"]), f"{path.stem}, cell {cell['id']}", names)
    return names


def test_there_are_five() -> None:
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_file_is_clean(path: Path) -> None:
    book = read(path)
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in book["cells"]:
        assert all(line.endswith("\n") for line in cell["source"][:-1])
        assert cell["cell_type"] == "markdown" or (cell["outputs"] == [] and cell["execution_count"] is None)
    # one space of indentation, one line of source per line: a changed line is a changed line
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(book, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_reader_is_told_what_to_conclude_and_what_not(path: Path) -> None:
    last = "".join(read(path)["cells"][-1]["source"])
    assert last.startswith("## What to conclude, and what not to")
    assert "**Conclude**" in last
    assert "**Do not conclude**" in last


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mpl.use("Agg")
    monkeypatch.chdir(FOLDER)
    names = run(path)
    assert "cr" in names
