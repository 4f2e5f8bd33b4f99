"""Workbooks written by other programs are read cell for cell; anything else is refused."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from odfdo import Document, Row, Table

from carerates.errors import SourceError
from carerates.sources.failures import LayoutError, WrongContentError
from carerates.sources.workbooks import read_workbook, table_of

Sheets = dict[str, list[list[str | float | None]]]


def xlsx(sheets: Sheets) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for down, row in enumerate(rows):
            for across, cell in enumerate(row):
                if cell is not None:
                    sheet.write(down, across, cell)
    book.close()
    return out.getvalue()


def ods(sheets: Sheets) -> bytes:
    document = Document("spreadsheet")
    document.body.clear()
    for name, rows in sheets.items():
        table = Table(name)
        for values in rows:
            row = Row()
            row.set_values(values)
            table.append_row(row)
        document.body.append(table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


SHEETS: Sheets = {
    "Notes": [],
    "IDACI": [
        ["Title"],
        [],
        ["Code  (2019) ", "Score"],
        ["E06000001", 0.283],
        [None, 25026],
        ["Ynys Môn", -1.5],
    ],
}


@pytest.mark.parametrize("write", [xlsx, ods])
def test_cells_come_back_where_they_were(write) -> None:  # type: ignore[no-untyped-def]
    found = read_workbook(write(SHEETS), "x")
    assert list(found) == ["Notes", "IDACI"]
    assert found["IDACI"] == [
        ["Title"],
        [],
        ["Code  (2019) ", "Score"],
        ["E06000001", "0.283"],
        ["", "25026"],
        ["Ynys Môn", "-1.5"],
    ]
    header, rows = table_of(found["IDACI"], r"code \(2019\)", "x")
    assert header == ["Code (2019)", "Score"]
    assert rows[0] == ["E06000001", "0.283"]


@settings(max_examples=25)
@given(st.lists(st.lists(st.text("aé0 ", max_size=3), max_size=4), max_size=5))
def test_text_survives_an_xlsx_file(rows: list[list[str]]) -> None:
    def tidy(table: list[list[str]]) -> list[list[str]]:
        kept = [[cell if cell.strip() else "" for cell in row] for row in table]
        for row in kept:
            while row and not row[-1]:
                row.pop()
        while kept and not kept[-1]:
            kept.pop()
        return kept

    found = read_workbook(xlsx({"Sheet": [[f"{cell}" or None for cell in row] for row in rows]}), "x")
    # xlsxwriter writes digits as numbers, which come back as the same digits
    as_read = [[cell.strip() if cell.strip().isdigit() else cell for cell in row] for row in found["Sheet"]]
    expected = [[cell.strip() if cell.strip().isdigit() else cell for cell in row] for row in rows]
    assert tidy(as_read) == tidy(expected)


def test_what_is_no_workbook() -> None:
    for content in (b"", b"<html>", b"PK\x03\x04", xlsx(SHEETS)[:400]):
        with pytest.raises(WrongContentError):
            read_workbook(content, "x")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", '<!DOCTYPE x [<!ENTITY a "aaa">]><x>&a;</x>')
    with pytest.raises(WrongContentError, match="entities"):
        read_workbook(out.getvalue(), "x")
    with pytest.raises(LayoutError, match="No row"):
        table_of([["a"]], "b", "x")


@settings(max_examples=40)
@given(st.data())
def test_damaged_workbook_is_refused_or_read(data: st.DataObject) -> None:
    body = bytearray(BOOK)
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SourceError):
        read_workbook(bytes(body), "x")


BOOK = xlsx(SHEETS)
