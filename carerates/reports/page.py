"""A release as one page, for browsers (HTML) and for editors (Markdown)."""

from __future__ import annotations

import re

import carerates
from carerates.reports.cells import one_line
from carerates.reports.document import (
    Block,
    Bullets,
    Document,
    Links,
    Notice,
    Paragraph,
    Section,
    Table,
    format_number,
    format_probability,
)
from carerates.reports.release import Release, ReleaseColumn, ReleaseTable
from carerates.reports.wording import TAGS, mark_meanings, say

_MOST_OPEN_ROWS = 30  # a longer table starts folded away
_P_VALUES = frozenset({"p_value", "mid_p", "q_value", "p_adjusted"})
_TOLD = frozenset({"nation", "year", "start", "end", "status", "used"})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def write_page(release: Release, files: tuple[str, ...] = (), remark: str = "") -> Document:
    """Put the page together, with the names of the files beside it and a remark on one that is not."""
    lang = release.lang
    first, *others = release.tables
    sections = [Section("findings", say("findings", lang), _findings(release))]
    if release.drawing is not None:
        drawing = release.drawing
        picture = drawing.picture("chart")
        sections.append(Section("chart", say("chart", lang), (picture,)))
    tables = tuple(print_table(table, release.lang) for table in (first, *others))
    sections.append(Section("tables", say("tables", lang), tables))
    sections.append(
        Section("quality", say("quality", lang), (Bullets((*release.quality, release.revision)),))
    )
    sections.append(Section("method", say("method", lang), _method(release)))
    sources = (*release.sources, say("made_with", lang, version=carerates.__version__))
    sections.append(
        Section("sources", say("source", lang, sources="").strip().rstrip(":"), (Bullets(sources),))
    )
    if files:
        remarks = (Paragraph(remark),) if remark else ()
        sections.append(Section("files", say("files", lang), (Links(files), *remarks)))
    return Document(
        title=release.title,
        subtitle=release.subtitle if release.subtitle != release.title else "",
        lead=(Notice(say("caution", lang)),),
        sections=tuple(sections),
        footer=release.attributions,
        lang=TAGS[lang],
    )


def _findings(release: Release) -> tuple[Block, ...]:
    """Return what was found; in a Welsh page the full English paragraphs follow, marked as English."""
    blocks: list[Block] = [Paragraph(text) for text in release.findings]
    if release.lang != "en":
        blocks.append(Paragraph(say("findings_english", release.lang) + ":"))
        blocks += [Paragraph(text, lang="en-GB") for text in release.english_findings]
    return tuple(blocks)


def _method(release: Release) -> tuple[Block, ...]:
    """Return settings and steps; the steps are English in every language and marked so."""
    lang = "" if release.lang == "en" else "en-GB"
    return (
        *(Paragraph(text) for text in release.method),
        Paragraph(say("steps_english", release.lang) + ":"),
        Bullets(release.steps, lang=lang),
    )


def print_table(table: ReleaseTable, lang: str) -> Table:
    """Return a table as it is printed on a page, numbers rounded as their columns say."""
    kept = [at for at, column in enumerate(table.columns) if not _told_already(table, at, column.name)]
    columns = [table.columns[at] for at in kept]
    rows = tuple(
        tuple(
            cell if isinstance(cell, str) else _printed(cell, column)
            for cell, column in zip((row[at] for at in kept), columns, strict=True)
        )
        for row in table.rows
    )
    names = [column.name for column in columns]
    meanings = mark_meanings(table.marks, lang)
    note = say("shorthand_used", lang, marks="; ".join(meanings) + ".") if meanings else ""
    return Table(
        table.name,
        table.caption,
        tuple(column.heading for column in columns),
        rows,
        tuple(column.numeric for column in columns),
        note,
        len(rows) > _MOST_OPEN_ROWS,
        names.index("area_name") if "area_name" in names else 0,
    )


def _told_already(table: ReleaseTable, at: int, name: str) -> bool:
    """Say whether a column holds one place, date or status, which the title or the quality notes say."""
    return name in _TOLD and len(table.rows) > 1 and len({row[at] for row in table.rows}) == 1


def _printed(number: float, column: ReleaseColumn) -> str:
    """Print a number; a p-value too small for its decimals is printed as smaller than the smallest."""
    if column.name.startswith("probability_"):
        return format_probability(number, column.decimals)
    smallest = 10.0**-column.decimals
    if column.name in _P_VALUES and 0 <= number < smallest:
        return f"<{smallest:.{column.decimals}f}"
    return format_number(number, column.decimals, grouped=column.grouped)


def write_markdown(release: Release) -> str:
    """Return the page as Markdown; no text from the data can become markup."""
    lang = release.lang
    lines = [f"# {_plain(release.title)}", ""]
    if release.subtitle != release.title:
        lines += [_plain(release.subtitle), ""]
    lines += [f"> {_plain(say('caution', lang))}", "", f"## {say('findings', lang)}", ""]
    for text in release.findings:
        lines += [_plain(text), ""]
    if release.drawing is not None:
        lines += [f"## {say('chart', lang)}", "", f"![{_plain(release.alternative)}](chart.svg)", ""]
    lines += [f"## {say('tables', lang)}", ""]
    for table in release.tables:
        lines += [*_markdown_table(print_table(table, lang)), ""]
    for word, items in (
        ("quality", (*release.quality, release.revision)),
        ("method", (*release.method, *release.steps)),
        ("licences", (*release.sources, *release.attributions)),
    ):
        heading = (
            say("source", lang, sources="").strip().rstrip(":") if word == "licences" else say(word, lang)
        )
        lines += [f"## {heading}", "", *(f"- {_plain(item)}" for item in items), ""]
    return "\n".join(lines)


def _markdown_table(table: Table) -> list[str]:
    """Return a table in Markdown's own form, its caption in bold above it."""
    rule = ["---:" if number else "---" for number in table.numeric]
    return [
        f"**{_plain(table.caption)}**",
        "",
        "| " + " | ".join(_plain(one) for one in table.columns) + " |",
        "| " + " | ".join(rule) + " |",
        *("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in table.rows),
        *(["", _plain(table.note)] if table.note else []),
    ]


def _plain(text: str) -> str:
    """Return a text on one line in which nothing is markup."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))
