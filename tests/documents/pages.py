"""The pages of the site, and the code that stands in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_CELL = re.compile(r"^```(?:\{code-cell\} (?:python|ipython3)|python)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[\w-]+:.*\n)+)", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """Return every written page, leaving out what a build makes."""
    return [
        path
        for path in sorted(DOCS.rglob("*.md"))
        if not {"_build", "generated", "jupyter_execute"} & set(path.relative_to(DOCS).parts)
    ]


def run_cell(block: str, where: str, names: dict[str, object]) -> object:
    """Run a block as a notebook would, and return the value of its last line."""
    tree = ast.parse(block, where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, where, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    shown = eval(compile(ast.Expression(last.value), where, "eval"), names)
    # a method without its brackets shows its address where the reader expects a result
    assert not callable(shown), f"{where} shows {shown!r}"
    return shown


def code_of(path: Path) -> list[str]:
    """Return the Python blocks of a page in order, without the options of their cells."""
    return [_OPTIONS.sub("", block) for block in _CELL.findall(path.read_text(encoding="utf-8"))]
