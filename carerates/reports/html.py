"""A document as one self-contained HTML page: no script, no outside request, readable by a screen reader."""

from __future__ import annotations

import re
from importlib import resources

from carerates.reports.document import Bullets, Document, Links, Notice, Paragraph, Picture, Subheading, Table
from carerates.reports.wording import translations

_KINDS = {
    Paragraph: "paragraph",
    Subheading: "subheading",
    Bullets: "bullets",
    Links: "links",
    Notice: "notice",
    Picture: "picture",
    Table: "table",
}


def render_page(document: Document) -> str:
    """Render a document as an HTML page; every text is escaped, pictures are inlined as SVG."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["kind"] = lambda block: _KINDS[type(block)]
    environment.filters["inline_svg"] = inline_svg
    environment.filters["lang_attribute"] = _lang_attribute
    folder = resources.files("carerates.reports") / "templates"
    template = environment.from_string((folder / "page.html.j2").read_text(encoding="utf-8"))
    style = (folder / "page.css").read_text(encoding="utf-8")
    lang = document.lang.split("-")[0]
    words = {key: texts[lang] for (kind, key), texts in translations().items() if kind == "phrase"}
    return template.render(document=document, style=style, words=words)


def _lang_attribute(lang: str) -> str:
    """Return the attribute that names a language other than the page's."""
    import markupsafe

    return markupsafe.Markup(' lang="{}"').format(lang) if lang else ""


def inline_svg(picture: Picture) -> str:
    """Return a picture's SVG fit to stand in a page among others.

    Its ids get the picture's name in front, since two pictures may use the same ones, and its size
    gives way to the page's width.
    """
    import markupsafe

    svg = picture.svg[picture.svg.index("<svg") :]
    name = re.sub(r"[^a-z0-9]+", "-", picture.name.lower())
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = re.sub(r'href="#', f'href="#{name}-', svg)
    svg = re.sub(
        r'aria-labelledby="([^"]+)"',
        lambda match: 'aria-labelledby="' + " ".join(f"{name}-{one}" for one in match[1].split()) + '"',
        svg,
    )
    head_end = svg.index(">")
    head = re.sub(r'\s(width|height)="[^"]*"', "", svg[:head_end])
    return markupsafe.Markup(head + svg[head_end:])  # noqa: S704 - made by our own charts, whose texts are escaped
