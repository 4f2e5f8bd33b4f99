"""Pages that are made from what they describe before each build, so that they cannot go stale."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import api_pages
import command_line
import dataset_pages
import gallery_pages
import method_index
from docutils.utils import get_source_line
from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)
# page below docs/ -> what makes its text
PAGES = {
    "reference/generated/api.md": api_pages.make_page,
    "reference/generated/command-line.md": command_line.make_page,
    "reference/generated/datasets.md": dataset_pages.make_page,
    "reference/generated/methods.md": method_index.make_page,
}


def write_pages(app: Sphinx, config: Any) -> None:
    """Write every made page below the source folder, leaving those that have not changed."""
    docs = Path(app.srcdir)
    for name, make in PAGES.items():
        write_if_changed(docs / name, make())
    if config.gallery_run == "missing" and (docs / "gallery" / "generated" / "gallery.md").exists():
        return
    for name, page in gallery_pages.make_pages(docs / "gallery", docs / "gallery" / "generated").items():
        write_if_changed(docs / "gallery" / "generated" / name, page)


def write_if_changed(path: Path, text: str) -> None:
    """Write a page unless it is already there, so that a second build reads only what changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def keep_real_names(app: Sphinx, env: object, node: Any, content: Any) -> Any:
    """Leave a reference to something real but without a page of its own as plain code; others stay errors."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    module, owner = node.get("py:module") or "", node.get("py:class") or ""
    # a docstring means its own module's names, under whatever public name it is shown
    written_in = (get_source_line(node)[0] or "").partition("docstring of ")[2].rpartition(".")[0]
    places = [
        target,
        f"{module}.{target}",
        f"{module}.{owner}.{target}",
        f"carerates.{target}",
        f"{written_in}.{target}",
    ]
    return content if any(_exists(place) for place in places) else None


def _exists(dotted: str) -> bool:
    """Whether a dotted name is a module, or can be reached from one."""
    parts = dotted.strip(".").split(".")
    if parts[0] != "carerates":
        return False
    for cut in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for name in parts[cut:]:
            if not hasattr(found, name) and name not in getattr(found, "__annotations__", {}):
                return False
            found = getattr(found, name, None)
        return True
    return False


def describe_pictures() -> None:
    """Give each picture of a page the words that the chart itself carries."""
    from myst_nb.core.render import NbElementRenderer

    plain = NbElementRenderer.render_image

    def with_words(self: Any, data: Any) -> Any:
        made = plain(self, data)
        words = data.output_metadata.get(data.mime_type, {}).get("alt")
        for image in made:
            if words and not image.get("alt"):
                image["alt"] = words
            if not image.get("alt"):
                LOG.warning("a picture has no words for those who do not see it", location=self.source)
        return made

    NbElementRenderer.render_image = with_words  # type: ignore[method-assign]


def setup(app: Sphinx) -> dict[str, object]:
    """Make the pages when Sphinx starts, before it looks for sources."""
    # "missing" leaves a gallery that is there as it is, to look at other pages quickly
    app.add_config_value("gallery_run", "always", "")
    app.connect("config-inited", write_pages)
    app.connect("missing-reference", keep_real_names)
    describe_pictures()
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
