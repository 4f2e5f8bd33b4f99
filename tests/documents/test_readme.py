"""What the README and the project's own papers say is true."""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path

import pytest

import carerates

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_readme_has_examples() -> None:
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_readme_examples_run(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(BLOCKS[number], f"README example {number + 1}", "exec"), {})


def test_the_two_commands_are_there() -> None:
    assert "uv run carerates report" in README
    assert "uv run pytest" in README


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    cited = re.findall(r"^version: (.+)$", citation, re.MULTILINE)
    assert cited == [project["version"]] == [carerates.__version__]
    assert f"## {project['version']}" in changelog


def test_the_changelog_begins_with_figures_that_change() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Figures that change"


def test_the_picture_is_that_of_the_bundled_figures() -> None:
    svg = (ROOT / "docs" / "_static" / "funnel-wales-2018.svg").read_text(encoding="utf-8")
    told = carerates.funnel(carerates.load_rates("wales", years=[2018])).text_alternative()
    assert " ".join(told.split()) in " ".join(html.unescape(svg).split())
