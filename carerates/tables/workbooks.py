"""Workbooks, XLSX and ODS, read as text with the standard library alone.

Publishers' summaries and filled-in forms come as workbooks whose cells are plain; formulas, styles and charts
do not matter here.  Numbers keep the digits that the file holds.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

_MOST_BYTES = 600_000_000
_MOST_CELLS = 30_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_REFERENCE = re.compile(r"([A-Z]{1,3})\d+")

Rows = list[list[str]]


class UnreadableWorkbookError(ValueError):
    """It is no such file, is damaged, or declares XML entities."""


class OversizedWorkbookError(ValueError):
    """It unpacks to more than a workbook of figures can hold."""


def read_sheets(content: bytes) -> dict[str, Rows]:
    """Read every sheet of an XLSX or ODS file.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    dict of str to list of list of str
        Rows of each sheet by its name, empty cells as empty text, trailing empty cells and rows left out.

    Raises
    ------
    UnreadableWorkbookError
        If it is no such file, is damaged, or declares XML entities.
    OversizedWorkbookError
        If it unpacks to more than a workbook of figures can hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {one.filename: one.file_size for one in archive.infolist()}
            if sum(names.values()) > _MOST_BYTES:
                raise OversizedWorkbookError(f"it unpacks to {sum(names.values()):,} bytes")
            if "xl/workbook.xml" in names:
                return _read_xlsx(archive)
            if "content.xml" in names:
                return _read_ods(archive)
    except OversizedWorkbookError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,  # encrypted, or compressed in a way the standard library does not know
        ET.ParseError,
        KeyError,
        ValueError,
        IndexError,
    ) as error:
        raise UnreadableWorkbookError(f"it is no readable workbook: {error}; it may be damaged") from error
    raise UnreadableWorkbookError("it is neither an XLSX nor an ODS workbook")


def _parse(archive: zipfile.ZipFile, name: str) -> ET.Element:
    """Parse a part; entities could grow without end and no statistics office writes any."""
    content = archive.read(name)
    if b"<!DOCTYPE" in content[:2000] or b"<!ENTITY" in content:
        raise ValueError(f"{name} declares XML entities")
    return ET.fromstring(content)  # noqa: S314 - entities are refused above


def _read_xlsx(archive: zipfile.ZipFile) -> dict[str, Rows]:
    """Read the sheets of an XLSX file."""
    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        items = _parse(archive, "xl/sharedStrings.xml")
        shared = ["".join(part.text or "" for part in item.iter(f"{_MAIN}t")) for item in items]
    targets = {
        one.get("Id", ""): one.get("Target", "") for one in _parse(archive, "xl/_rels/workbook.xml.rels")
    }
    sheets: dict[str, Rows] = {}
    for sheet in _parse(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = targets[sheet.get(_REL, "")]
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets" in path:
            root = _parse(archive, path)
            sheets[sheet.get("name", "")] = _trimmed(_xlsx_rows(root, shared))
    return sheets


def _xlsx_rows(root: ET.Element, shared: list[str]) -> Iterator[list[str]]:
    """Give the rows of a sheet; rows and cells that are empty need not stand in the file."""
    expected = 1
    for row in root.iter(f"{_MAIN}row"):
        number = int(row.get("r", expected))
        for _ in range(number - expected):
            yield []
        expected = number + 1
        cells: list[str] = []
        for cell in row.iter(f"{_MAIN}c"):
            place = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column_number(place[1]) if place else len(cells)
            cells += [""] * (column - len(cells))
            cells.append(_xlsx_cell(cell, shared))
        yield cells


def _xlsx_cell(cell: ET.Element, shared: list[str]) -> str:
    """Return the text of a cell."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
    value = cell.find(f"{_MAIN}v")
    text = (value.text or "") if value is not None else ""
    return shared[int(text)] if kind == "s" and text else text


def _column_number(letters: str) -> int:
    """Return the place of a column, A being 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _read_ods(archive: zipfile.ZipFile) -> dict[str, Rows]:
    """Read the sheets of an ODS file."""
    root = _parse(archive, "content.xml")
    return {
        table.get(f"{_TABLE}name", ""): _trimmed(_ods_rows(table)) for table in root.iter(f"{_TABLE}table")
    }


def _ods_rows(table: ET.Element) -> Iterator[list[str]]:
    """Give the rows of a sheet; runs of equal cells and rows stand once with a count."""
    for row in table.iter(f"{_TABLE}table-row"):
        cells: list[str] = []
        for cell in row:
            if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                continue
            text = _ods_cell(cell)
            count = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            # the empty tail of a row is repeated to the edge of the sheet
            cells += [text] * (count if text else min(count, 1000))
        while cells and not cells[-1]:
            cells.pop()
        repeated = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        for _ in range(repeated if cells else min(repeated, 1000)):
            yield cells


def _ods_cell(cell: ET.Element) -> str:
    """Return the text of a cell; a number as it is stored, not as it is shown."""
    value = cell.get(f"{_OFFICE}value")
    if value is not None and cell.get(f"{_OFFICE}value-type") in {"float", "percentage", "currency"}:
        return value
    return "\n".join("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p"))


def _trimmed(rows: Iterator[list[str]]) -> Rows:
    """Collect rows without their empty tails."""
    kept: Rows = []
    cells = 0
    for row in rows:
        cells += len(row)
        if cells > _MOST_CELLS:
            raise OversizedWorkbookError(f"it has more than {_MOST_CELLS:,} cells in a sheet")
        end = len(row)
        while end and not row[end - 1].strip():
            end -= 1
        kept.append(row[:end])
    while kept and not kept[-1]:
        kept.pop()
    return kept
