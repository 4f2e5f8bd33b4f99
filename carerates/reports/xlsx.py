"""A release as an Excel workbook by the rules of the Analysis Function (gptables).

gptables lays out the sheets; what it leaves open is filled in here: document properties and language, a
cover in the release's language, and cells that it would take for links, references or formulas.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from carerates.reports.cells import neutral_text, one_line
from carerates.reports.packages import seal_zip
from carerates.reports.release import Release, ReleaseColumn, ReleaseTable
from carerates.reports.sheets import Sheet, sheets_of
from carerates.reports.wording import TAGS

# gptables reads [text](address) as a link and $$text$$ as a note; it refuses cells without a Latin letter
# or digit.  Such texts go into the sheet past it.
_MISREAD = re.compile(r"\[.*\]\(|\$\$|^[^a-zA-Z0-9]*$|^\s|\s$", re.DOTALL)
_STAND_IN = "text"
_TALLEST = 400.0  # points; a row cannot be taller than 409


def write_xlsx(release: Release) -> bytes:
    """Return the release as the bytes of an ``.xlsx`` file; the same release gives the same bytes."""
    with warnings.catch_warnings():
        # gptables leaves a file of its own open, and changes frames in ways that pandas will give up
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        return _written(release)


def _written(release: Release) -> bytes:
    """Return the workbook."""
    from gptables import GPWorkbook

    target = io.BytesIO()
    # what begins with "=" or looks like an address is text here, whatever it looks like
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    book = GPWorkbook(target, options=options)
    sheets = sheets_of(release)
    for sheet in sheets:
        made = book.add_worksheet(sheet.name)
        made.set_landscape()
        made.set_paper(9)  # A4
        made.fit_to_pages(1, 0)
        if sheet.table is None:
            _write_cover(book, made, sheet)
        else:
            _write_table(book, made, sheet)
    book.set_properties(
        {
            "title": one_line(release.title)[:255],
            "subject": one_line(release.subtitle)[:255],
            "author": _creator(release),
            "keywords": "children looked after; rates; local authorities",
            "comments": release.alternative[:255],
        }
    )
    book.close()
    package = target.getvalue()
    return seal_zip(package, replace={"docProps/core.xml": _core(package, release)})


def _creator(release: Release) -> str:
    """Return who is behind the figures; the program where nobody is named."""
    publishers = dict.fromkeys(one_line(one.publisher) for one in release.provenance.sources if one.publisher)
    return f"carerates, {', '.join(publishers)}"[:255] if publishers else "carerates"


def _write_cover(book: Any, made: Any, sheet: Sheet) -> None:  # noqa: ANN401 - gptables ships no types
    """Write a sheet of text: a title, and headings with paragraphs."""
    theme = book.theme
    lines = [(sheet.title, theme.cover_title_format)]
    lines += [(line, theme.cover_text_format) for line in sheet.lines]
    for heading, texts in sheet.parts:
        lines.append((heading, theme.cover_subtitle_format))
        lines += [(text, theme.cover_text_format) for text in texts]
    for row, (text, style) in enumerate(lines):
        made.set_row(row, _height(text, 95, float(style.get("font_size", 11))))
        made.write_string(
            row, 0, neutral_text(text), book.add_format({**style, "text_wrap": True, "valign": "top"})
        )
    made.set_column(0, 0, 95)


def _write_table(book: Any, made: Any, sheet: Sheet) -> None:  # noqa: ANN401 - gptables ships no types
    """Let gptables write one table, then put in what it would have misread."""
    from gptables import GPTable

    table = sheet.table
    assert table is not None
    written = GPTable(
        table=_frame(table),
        table_name=sheet.range_name,
        title=_readable(sheet.title),
        instructions=sheet.lines[0],
        legend=[_readable(line) for line in sheet.lines[1:]],
        index_columns={2: _name_column(table)} if sheet.prose_column is None else {},
        additional_formatting=[
            {"column": {"columns": [column.heading], "format": {"num_format": column.number_format}}}
            for column in table.columns
            if column.numeric
        ],
    )
    # widths are set below: gptables would make a column as wide as its longest text
    made.write_gptable(written, False, [])
    top = made.dim_rowmax - len(table.rows)
    made.repeat_rows(top)
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    for down, row in enumerate(table.rows, start=1):
        for across, cell in enumerate(row):
            if not isinstance(cell, str):
                continue
            if cell in sheet.links:
                link = f"internal:'{sheet.links[cell]}'!A1"
                made.write_url(
                    top + down, across, link, book.add_format({"font_color": "#0000FF", "underline": 1}), cell
                )
            elif _MISREAD.search(cell):
                made.write_string(top + down, across, cell, plain)
    widths = [_width(column, across == sheet.prose_column) for across, column in enumerate(table.columns)]
    for across, wide in enumerate(widths):
        made.set_column(across, across, wide)
    headings = [column.heading for column in table.columns]
    for down, texts in enumerate([headings, *table.rows]):
        words = [cell if isinstance(cell, str) else "" for cell in texts]
        tallest = max(_height(text, wide) for text, wide in zip(words, widths, strict=True))
        made.set_row(top + down, tallest)


def _width(column: ReleaseColumn, prose: bool) -> int:
    """Return the width of a column in characters."""
    if prose:
        return 90
    return 16 if column.numeric or column.name == "area_code" else 30


def _height(text: str, wide: int, size: float = 12.0) -> float:
    """Return the height of a row in points; not every program works it out from wrapped text itself."""
    fit = max(1, int(wide * 12.5 / size))
    lines = sum(max(1, -(-len(line) // fit)) for line in text.split("\n"))
    return min(_TALLEST, 1.4 * size * lines)


def _name_column(table: ReleaseTable) -> int:
    """Return the column that names a row."""
    names = [column.name for column in table.columns]
    return names.index("area_name") if "area_name" in names else 0


def _frame(table: ReleaseTable) -> pd.DataFrame:
    """Return the cells under their headings, with stand-ins for texts that gptables would misread."""
    rows = [
        [_STAND_IN if isinstance(cell, str) and _MISREAD.search(cell) else cell for cell in row]
        for row in table.rows
    ]
    return pd.DataFrame(rows, columns=_distinct([column.heading for column in table.columns]), dtype="object")


def _distinct(headings: list[str]) -> list[str]:
    """Return headings of which no two are the same, as a marked-up table needs them."""
    seen: dict[str, int] = {}
    made = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        made.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return made


def _readable(text: str) -> str:
    """Return a line above a table that gptables reads as text and nothing else."""
    return neutral_text(text).replace("](", "] (").replace("$$", "$ $")


def _core(package: bytes, release: Release) -> bytes:
    """Return the document's core properties with its language and without a time of day."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        core = opened.read("docProps/core.xml").decode("utf-8")
    core = re.sub(r"<dcterms:(created|modified)[^>]*>.*?</dcterms:\1>", "", core)
    language = f"<dc:language>{escape(TAGS[release.lang])}</dc:language></cp:coreProperties>"
    return core.replace("</cp:coreProperties>", language).encode("utf-8")
