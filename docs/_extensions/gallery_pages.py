"""The gallery: each script of docs/gallery, run, with its pictures, its words and its code."""

from __future__ import annotations

import contextlib
import os
import runpy
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Shown:
    """What running one script left behind."""

    title: str
    code: str
    pictures: dict[str, str] = field(default_factory=dict)  # file -> the picture in words
    files: list[str] = field(default_factory=list)  # other files


def make_pages(scripts: Path, output: Path) -> dict[str, str]:
    """Run every script in the output folder; return the pages by file name, one for each and an index."""
    output.mkdir(parents=True, exist_ok=True)
    found = {path.stem: run_script(path, output) for path in sorted(scripts.glob("*.py"))}
    pages = {f"{name}.md": _page(shown, f"{name}.py") for name, shown in found.items()}
    return {"gallery.md": _index(found), **pages}


def run_script(path: Path, output: Path) -> Shown:
    """Run one script in the output folder, noting which result each picture shows."""
    source = path.read_text(encoding="utf-8")
    _, words, code = source.split('"""', 2)
    shown = Shown(" ".join(words.split()), code.strip())
    before = {one.name: one.stat().st_mtime_ns for one in output.iterdir()}
    with _inside(output), _noting(shown), warnings.catch_warnings():
        warnings.simplefilter("error")
        runpy.run_path(str(path), run_name="__main__")
    for one in sorted(output.iterdir()):
        new = one.stat().st_mtime_ns != before.get(one.name)
        if new and one.is_file() and one.name not in shown.pictures and one.suffix != ".md":
            shown.files.append(one.name)
    return shown


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder and come back."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


@contextlib.contextmanager
def _noting(shown: Shown) -> Iterator[None]:
    """Note the result behind each figure when it is drawn, and the file when it is saved."""
    from matplotlib.figure import Figure

    import carerates as cr

    plot, save = cr.plot, Figure.savefig
    words: dict[int, str] = {}

    def noted_plot(result: Any, *args: Any, **looks: Any) -> Any:
        ax = plot(result, *args, **looks)
        words[id(ax.figure)] = describe(result, looks.get("lang", "en"))
        return ax

    def noted_save(self: Figure, name: Any, **options: Any) -> None:
        save(self, name, **options)
        shown.pictures[Path(name).name] = words[id(self)]

    cr.plot, Figure.savefig = noted_plot, noted_save  # type: ignore[method-assign]
    try:
        yield
    finally:
        cr.plot, Figure.savefig = plot, save  # type: ignore[method-assign]


def describe(result: Any, lang: str = "en") -> str:
    """Return a chart in words: those that a release of the same result would carry."""
    from carerates.reports.drafting import SHOWN, draft_release
    from carerates.reports.release import Wishes

    if hasattr(result, "text_alternative"):
        return " ".join(str(result.text_alternative(lang)).split())
    if type(result).__name__ in SHOWN:
        return draft_release(result, Wishes(lang=lang), chart=False).alternative
    return " ".join(str(result.summary()).split()) if hasattr(result, "summary") else str(result)


def _page(shown: Shown, script: str) -> str:
    """Return the page of one script: pictures first, then the code that made them."""
    lines = [
        f"# {_heading(shown.title)}\n",
        f"{shown.title}\n" if _heading(shown.title) != shown.title else "",
    ]
    for picture, words in shown.pictures.items():
        lines += [f"```{{image}} {picture}", f":alt: {words}", "```\n"]
        lines += [f":::{{dropdown}} The chart in words\n{words}\n:::\n"]
    lines += [f"- {{download}}`{name} <{name}>`" for name in shown.files]
    lines += [f"\nThe whole of `docs/gallery/{script}`:\n", f"```python\n{shown.code}\n```\n"]
    return "\n".join(lines)


def _heading(title: str) -> str:
    """Return the first sentence, which is the question that the chart answers."""
    for end in ("?", ". ", ";"):
        if end in title:
            return title.split(end)[0] + ("?" if end == "?" else "")
    return title.rstrip(".")


def _index(found: dict[str, Shown]) -> str:
    """Return the page of small pictures."""
    lines = [
        "# Gallery\n",
        "One small script per chart. Each answers the question that is its title, runs on the bundled edition, and is run "
        "when this site is built.\n",
        "::::{grid} 1 2 3 3\n:gutter: 3\n",
    ]
    for name, shown in found.items():
        picture = next(iter(shown.pictures), None)
        lines.append(f":::{{grid-item-card}} {_heading(shown.title)}\n:link: {name}\n:link-type: doc")
        if picture:
            # the words of the picture stand on its own page; here its title says what it is
            lines.append(f":img-top: {picture}\n:img-alt: {_heading(shown.title)}")
        lines.append(":::\n")
    lines += ["::::\n", "```{toctree}\n:hidden:\n", *found, "```"]
    return "\n".join(lines) + "\n"
