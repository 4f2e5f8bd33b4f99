"""Data flows one way: each folder imports only what stands below it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "carerates"

BASE = {"errors", "provenance"}
METHODS = {"funnels", "models", "trends", "peers", "survey", "audit"}
# folder -> what it may import besides itself
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "provenance": set(),
    "areas": BASE | {"tables"},  # harmonise sums the rows of a rates table
    "tables": BASE,
    "sources": BASE | {"areas", "tables"},
    **{folder: BASE | {"areas", "tables"} for folder in METHODS},
    "charts": BASE | {"areas", "tables"} | METHODS,
    "reports": BASE | {"areas", "tables", "sources", "charts"} | METHODS,
}
SEES_EVERYTHING = {"__init__", "__main__", "cli"}


def _top(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "carerates"
                else [node.module]
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {tuple(name.split(".")[1:]) for name in names if name.split(".")[0] == "carerates"}
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    top = _top(path)
    if top in SEES_EVERYTHING:
        return
    for target in _imports(path):
        if target and target[0] != top:
            assert target[0] in ALLOWED[top], (
                f"{path.name} ({top}) must not import carerates.{'.'.join(target)}"
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_relative_imports(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    assert not [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level]


def test_import_is_light() -> None:
    heavy = [
        "pymc",
        "arviz",
        "matplotlib",
        "geopandas",
        "statsmodels",
        "scipy.stats",
        "requests",
        "jinja2",
        "nutpie",
    ]
    code = f"import sys, carerates; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_resolves() -> None:
    import carerates

    for name in dir(carerates):
        assert getattr(carerates, name) is not None
