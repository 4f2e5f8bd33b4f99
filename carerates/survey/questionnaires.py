"""Questionnaires to fill in, as workbooks with drop-down lists in which only answers can be changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from carerates.areas import register
from carerates.areas.directory import Lang
from carerates.errors import OutputError
from carerates.survey.characteristics import Wording, wording_in

_LABEL, _INPUT = "#E4E9EC", "#FFFFFF"
FIRST_ROW = 8
"""Rows above the heading of the table: title, four lines of what to do, an empty row, area and role."""


def write_questionnaire(path: str | Path, *, lang: Lang = "en") -> Path:
    """Write an empty questionnaire; see :func:`carerates.survey.self_evaluation.write_workbook`."""
    file, words = Path(path), wording_in(lang)
    writers = {".xlsx": xlsx_bytes, ".ods": ods_bytes, ".csv": csv_bytes}
    if file.suffix not in writers:
        raise OutputError(f"{file.name} has an ending that is not known here; use {', '.join(writers)}.")
    content = writers[file.suffix](words, lang)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}.") from error
    return file


def questionnaire_rows(words: Wording) -> list[list[str]]:
    """Return the cells of an empty questionnaire, row by row."""
    return [
        [words.title],
        *([line] for line in words.introduction),
        [],
        [words.area, "", "", "", ""],
        [words.role, "", "", "", ""],
        list(words.columns),
        *([code, words.themes[code[0]], text, "", ""] for code, text in words.characteristics.items()),
    ]


def area_names(lang: Lang) -> list[str]:
    """Return the names of the local authorities of Wales, then those of England, each in order."""
    table = register()
    table = table[(table["level"] == "local_authority") & (table["valid_to"] == "")]
    name = f"name_{lang}"
    welsh = table[table["nation"] == "Wales"]
    english = table[table["nation"] == "England"]
    return [*sorted(welsh[name].astype(str)), *sorted(english["name_en"].astype(str))]


def csv_bytes(words: Wording, lang: Lang) -> bytes:
    """Return the questionnaire as CSV, which has no lists and protects nothing."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(questionnaire_rows(words))
    return stream.getvalue().encode("utf-8-sig")


def xlsx_bytes(words: Wording, lang: Lang) -> bytes:
    """Return the questionnaire as an Excel workbook."""
    import datetime as dt

    import xlsxwriter  # type: ignore[import-untyped]  # comes with gptables and ships no types

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": words.title, "author": "carerates", "created": dt.datetime(2000, 1, 1)})
    sheet, lists = book.add_worksheet(words.sheet), book.add_worksheet(words.areas)
    names = area_names(lang)
    lists.write_column(0, 0, names, book.add_format({"font_size": 11}))
    lists.set_column(0, 0, 40)
    lists.protect()
    _write_cells(book, sheet, words)
    reference = f"='{words.areas}'!$A$1:$A${len(names)}"
    _add_list(sheet, FIRST_ROW - 2, 1, reference, words.area, words.choose_area, strict=False)
    _add_list(sheet, FIRST_ROW - 1, 1, list(words.roles), words.role, words.choose_role)
    for row in range(FIRST_ROW + 1, FIRST_ROW + 1 + len(words.characteristics)):
        _add_list(sheet, row, 3, list(words.answers), words.columns[3], words.choose_answer)
    sheet.protect("", {"select_locked_cells": True, "format_columns": True, "format_rows": True})
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST_ROW)
    book.close()
    return stream.getvalue()


def _write_cells(book: Any, sheet: Any, words: Wording) -> None:  # noqa: ANN401 - xlsxwriter ships no types
    """Write labels on grey, and white unlocked cells where something is to be filled in."""
    border = {"border": 1, "border_color": "#B1B4B6", "valign": "top", "text_wrap": True, "font_size": 11}
    title = book.add_format({"bold": True, "font_size": 15})
    prose = book.add_format({"font_size": 11, "valign": "top", "text_wrap": True})
    label = book.add_format(border | {"bg_color": _LABEL})
    strong = book.add_format(border | {"bg_color": _LABEL, "bold": True})
    fill = book.add_format(border | {"bg_color": _INPUT, "locked": False})
    for column, width in enumerate((17, 34, 66, 30, 40)):
        sheet.set_column(column, column, width)
    for place, row in enumerate(questionnaire_rows(words)):
        if place == 0:
            sheet.write_string(place, 0, row[0], title)
        elif place < FIRST_ROW - 3:
            sheet.merge_range(place, 0, place, 4, row[0], prose)
        elif row and place in (FIRST_ROW - 2, FIRST_ROW - 1):
            sheet.write_string(place, 0, row[0], strong)
            sheet.write_blank(place, 1, None, fill)
        elif row:
            style = strong if place == FIRST_ROW else label
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(place, column, cell, style)
                else:
                    sheet.write_blank(place, column, None, fill)


def _add_list(
    sheet: Any,  # noqa: ANN401
    row: int,
    column: int,
    source: str | Sequence[str],
    title: str,
    hint: str,
    *,
    strict: bool = True,
) -> None:
    """Offer a list at one cell; where not strict, something else may be typed too."""
    sheet.data_validation(
        row,
        column,
        row,
        column,
        {
            "validate": "list",
            "source": source,
            "input_title": title[:32],
            "input_message": hint[:255],
            "error_title": title[:32],
            "error_message": hint[:255],
            "error_type": "stop" if strict else "information",
        },
    )


_STYLES = f"""
<style:style style:name="cr-title" style:family="table-cell" style:parent-style-name="Default">
 <style:text-properties fo:font-size="15pt" fo:font-weight="bold"/></style:style>
<style:style style:name="cr-prose" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/></style:style>
<style:style style:name="cr-label" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"
  fo:background-color="{_LABEL}" fo:border="0.5pt solid #B1B4B6"/></style:style>
<style:style style:name="cr-strong" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"
  fo:background-color="{_LABEL}" fo:border="0.5pt solid #B1B4B6"/>
 <style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="cr-fill" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top" style:cell-protect="none"
  fo:background-color="{_INPUT}" fo:border="0.5pt solid #B1B4B6"/></style:style>
"""


_ONE_PAGE_WIDE = {
    "style:print-orientation": "landscape",
    "fo:page-width": "29.7cm",
    "fo:page-height": "21cm",
    "style:scale-to-X": "1",
    "style:scale-to-Y": "0",
}


def ods_bytes(words: Wording, lang: Lang) -> bytes:
    """Return the questionnaire as an OpenDocument spreadsheet."""
    from odfdo import Document, Element

    document: Any = Document("spreadsheet")
    body = document.body
    body.clear()
    for style in Element.from_tag(f"<root>{_STYLES}</root>").children:
        document.insert_style(style, automatic=True)
    for column, width in enumerate((3.4, 6.5, 12.5, 6.0, 8.0)):
        style = Element.from_tag(
            f'<style:style style:name="cr-column-{column}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
        )
        document.insert_style(style, automatic=True)
    for layout in document.get_part("styles.xml").get_elements("//style:page-layout-properties"):
        for name, value in _ONE_PAGE_WIDE.items():
            layout.set_attribute(name, value)
    names = area_names(lang)
    body.append(Element.from_tag(_ods_validations(words, len(names))))
    body.append(Element.from_tag(_ods_sheet(words)))
    body.append(Element.from_tag(_ods_list(words.areas, names)))
    document.meta.title = words.title
    document.meta.language = "cy-GB" if lang == "cy" else "en-GB"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _ods_validations(words: Wording, areas: int) -> str:
    """Return the lists offered, as OpenDocument describes them."""

    def one(name: str, condition: str, title: str, hint: str, kind: str) -> str:
        return (
            f"<table:content-validation table:name={quoteattr(name)} table:condition={quoteattr(condition)} "
            f'table:allow-empty-cell="true" table:base-cell-address={quoteattr(f"{words.sheet}.A1")}>'
            f'<table:help-message table:title={quoteattr(title)} table:display="true">'
            f"<text:p>{escape(hint)}</text:p></table:help-message>"
            f'<table:error-message table:message-type="{kind}" table:display="true">'
            f"<text:p>{escape(hint)}</text:p></table:error-message></table:content-validation>"
        )

    def listed(values: Sequence[str]) -> str:
        return "of:cell-content-is-in-list(" + ";".join(f'"{value}"' for value in values) + ")"

    return (
        "<table:content-validations>"
        + one(
            "areas",
            f"of:cell-content-is-in-list([${words.areas}.$A$1:.$A${areas}])",
            words.area,
            words.choose_area,
            "information",
        )
        + one("roles", listed(words.roles), words.role, words.choose_role, "stop")
        + one("answers", listed(words.answers), words.columns[3], words.choose_answer, "stop")
        + "</table:content-validations>"
    )


def _ods_sheet(words: Wording) -> str:
    """Return the sheet to fill in."""

    def cell(text: str, style: str, more: str = "") -> str:
        if not text:
            return f'<table:table-cell table:style-name="{style}"{more}/>'
        return (
            f'<table:table-cell table:style-name="{style}" office:value-type="string"{more}>'
            f"<text:p>{escape(text)}</text:p></table:table-cell>"
        )

    rows = []
    merged = ' table:number-columns-spanned="5" table:number-rows-spanned="1"'
    for place, row in enumerate(questionnaire_rows(words)):
        if place < FIRST_ROW - 3:
            cells = cell(row[0], "cr-title" if place == 0 else "cr-prose", merged if place else "")
        elif place in (FIRST_ROW - 2, FIRST_ROW - 1):
            name = "areas" if place == FIRST_ROW - 2 else "roles"
            offered = f' table:content-validation-name="{name}"'
            cells = cell(row[0], "cr-strong") + cell("", "cr-fill", offered)
        elif place == FIRST_ROW:
            cells = "".join(cell(one, "cr-strong") for one in row)
        else:
            cells = "".join(cell(one, "cr-label") for one in row[:3])
            if row:
                cells += cell("", "cr-fill", ' table:content-validation-name="answers"') + cell("", "cr-fill")
            else:
                cells = "<table:table-cell/>"
        rows.append(f"<table:table-row>{cells}</table:table-row>")
    columns = "".join(f'<table:table-column table:style-name="cr-column-{place}"/>' for place in range(5))
    return (
        f'<table:table table:name={quoteattr(words.sheet)} table:protected="true">'
        f"{columns}{''.join(rows)}</table:table>"
    )


def _ods_list(name: str, values: Sequence[str]) -> str:
    """Return a protected sheet that holds one list."""
    rows = "".join(
        '<table:table-row><table:table-cell office:value-type="string">'
        f"<text:p>{escape(value)}</text:p></table:table-cell></table:table-row>"
        for value in values
    )
    return (
        f'<table:table table:name={quoteattr(name)} table:protected="true">'
        f'<table:table-column table:style-name="cr-column-2"/>{rows}</table:table>'
    )
