"""What stands on each sheet of a workbook, whatever the file format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from carerates.reports.cells import neutral_text
from carerates.reports.release import Release, ReleaseColumn, ReleaseTable
from carerates.reports.wording import mark_meanings, say


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title, lines or parts of text, and at most one table.

    Attributes
    ----------
    name, title : str
        On the tab, and in cell A1.
    lines : tuple of str
        Below the title, one row each.
    parts : tuple of (str, tuple of str)
        Headings with paragraphs; the cover has them.
    table : ReleaseTable or None
    links : dict
        Text of a cell to the sheet it leads to.
    prose_column : int or None
        A column of whole sentences.
    """

    name: str
    title: str
    lines: tuple[str, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    table: ReleaseTable | None = None
    links: dict[str, str] = field(default_factory=dict)
    prose_column: int | None = None

    @property
    def first_row(self) -> int:
        """Row of the table's headings, counted from 1."""
        return 2 + len(self.lines) + sum(1 + len(texts) for _, texts in self.parts)

    @property
    def range_name(self) -> str:
        """Name under which a program lists the table."""
        assert self.table is not None
        return "table_" + self.table.name.replace("-", "_")


def sheets_of(release: Release) -> tuple[Sheet, ...]:
    """Return every sheet: cover, contents, notes, then one for each table."""
    lang = release.lang
    tables = []
    for number, table in enumerate(release.tables, start=1):
        lines = [say("one_table", lang)]
        if table.marks:
            meanings = mark_meanings(table.marks, lang)
            lines.append(say("shorthand_used", lang, marks="; ".join(meanings) + "."))
        tables.append(
            Sheet(
                say("sheet_number", lang, number=number),
                f"{say('table_number', lang, number=number)}: {neutral_text(table.caption)}",
                (*lines, *release.sources),
                table=table,
            )
        )
    notes = _listing(
        "notes", (say("note_number", lang), say("note_text", lang)),
        [(float(number), neutral_text(text)) for number, text in enumerate(release.notes, start=1)],
    )  # fmt: skip
    notes_sheet = Sheet(
        say("notes", lang), say("notes", lang), (say("one_table", lang),), table=notes, prose_column=1
    )
    listed = [(notes_sheet.name, notes_sheet.title), *((sheet.name, sheet.title) for sheet in tables)]
    contents = Sheet(
        say("contents", lang),
        say("table_of_contents", lang),
        (say("one_table", lang),),
        table=_listing("contents", (say("sheet_name", lang), say("table_description", lang)), listed),
        links={name: name for name, _ in listed},
        prose_column=1,
    )
    return (_cover(release), contents, notes_sheet, *tables)


def _cover(release: Release) -> Sheet:
    """Return the cover: what this is, what it shows, where it comes from."""
    lang = release.lang
    return Sheet(
        say("cover", lang),
        release.title,
        (release.subtitle,) if release.subtitle != release.title else (),
        (
            (say("introduction", lang), release.findings),
            (say("about_data", lang), (*release.quality, release.revision)),
            (say("method", lang), release.method),
            (
                say("source", lang, sources="").strip().rstrip(":"),
                (*release.sources, *release.attributions),
            ),
        ),
    )


def _listing(name: str, headings: tuple[str, str], rows: Sequence[tuple[float | str, str]]) -> ReleaseTable:
    """Return a table of two columns: a name or a number, and a text."""
    numeric = bool(rows) and not isinstance(rows[0][0], str)
    columns = (ReleaseColumn("item", headings[0], numeric, 0), ReleaseColumn("text", headings[1], False))
    return ReleaseTable(name, "", columns, tuple(rows))
