"""A release as an OpenDocument spreadsheet that a screen reader can walk through.

One table per sheet, starting with its headings marked as headings; a cover, a list of contents with links
and a sheet of notes; title, language and creator in the document's properties.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import carerates
from carerates.reports.cells import neutral_text, one_line
from carerates.reports.packages import seal_zip
from carerates.reports.release import Release, ReleaseColumn, ReleaseTable
from carerates.reports.sheets import Sheet, sheets_of
from carerates.reports.wording import TAGS

_STYLES = """
<style:style style:name="cr-title" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="no-wrap"/>
 <style:text-properties fo:font-size="15pt" fo:font-weight="bold"/></style:style>
<style:style style:name="cr-title-wrapped" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap"/>
 <style:text-properties fo:font-size="15pt" fo:font-weight="bold"/></style:style>
<style:style style:name="cr-subtitle" style:family="table-cell" style:parent-style-name="Default">
 <style:text-properties fo:font-size="13pt" fo:font-weight="bold"/></style:style>
<style:style style:name="cr-text" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="no-wrap" style:vertical-align="top"/></style:style>
<style:style style:name="cr-prose" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/></style:style>
<style:style style:name="cr-heading" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="bottom"
  fo:border-bottom="1pt solid #0b0c0c"/>
 <style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="cr-heading-number" style:family="table-cell" style:parent-style-name="Default">
 <style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="bottom"
  fo:border-bottom="1pt solid #0b0c0c"/>
 <style:paragraph-properties fo:text-align="end"/><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="cr-mark" style:family="table-cell" style:parent-style-name="Default">
 <style:paragraph-properties fo:text-align="end"/></style:style>
<style:style style:name="cr-prose-column" style:family="table-column">
 <style:table-column-properties style:column-width="18cm"/></style:style>
<style:style style:name="cr-name-column" style:family="table-column">
 <style:table-column-properties style:column-width="6.5cm"/></style:style>
<style:style style:name="cr-column" style:family="table-column">
 <style:table-column-properties style:column-width="3.6cm"/></style:style>
"""


def write_ods(release: Release) -> bytes:
    """Return the release as the bytes of an ``.ods`` file; the same release gives the same bytes."""
    from odfdo import Document, Element

    document = Document("spreadsheet")
    document.body.clear()
    _add_styles(document, release)
    ranges = Element.from_tag("table:database-ranges")
    for sheet in sheets_of(release):
        document.body.append(_make_sheet(sheet, release))
        if sheet.table is not None:
            ranges.append(_marked_range(sheet))
    document.body.append(ranges)
    _set_language(document, release.lang)
    _set_paper(document)
    meta = document.meta
    meta.title, meta.subject = one_line(release.title)[:255], one_line(release.subtitle)[:255]
    meta.language = TAGS[release.lang]
    meta.creator = meta.initial_creator = _creator(release)
    meta.generator = f"carerates {carerates.__version__}"
    meta.keyword = "children looked after; rates; local authorities"
    meta.description = release.alternative[:2000]
    for moment in meta.get_elements("//meta:creation-date") + meta.get_elements("//dc:date"):
        moment.delete()  # no time of day: the same figures give the same file
    target = io.BytesIO()
    document.save(target)
    return seal_zip(target.getvalue(), drop=("Thumbnails/thumbnail.png",))


def _creator(release: Release) -> str:
    """Return who is behind the figures; the program where nobody is named."""
    publishers = dict.fromkeys(one_line(one.publisher) for one in release.provenance.sources if one.publisher)
    return f"carerates, {', '.join(publishers)}"[:255] if publishers else "carerates"


def _add_styles(document: Any, release: Release) -> None:  # noqa: ANN401 - odfdo ships no types
    """Add the styles of sheets, and one format for each kind of number."""
    from odfdo import Element

    content = document.get_part("content.xml")
    place = content.get_element("//office:automatic-styles")
    formats = {column for table in release.tables for column in table.columns if column.numeric}
    text = _STYLES + "".join(
        _number_style(*key) for key in sorted({(one.decimals, one.grouped) for one in formats})
    )
    wrapper = Element.from_tag(f"<office:automatic-styles>{text}</office:automatic-styles>")
    for style in wrapper.children:
        place.append(style.clone)


def _number_style(decimals: int, grouped: bool) -> str:
    """Return the style of a column of numbers."""
    name = _number_name(decimals, grouped)
    return (
        f'<number:number-style style:name="f-{name}"><number:number number:decimal-places="{decimals}" '
        f'number:min-decimal-places="{decimals}" number:min-integer-digits="1" '
        f'number:grouping="{str(grouped).lower()}"/></number:number-style>'
        f'<style:style style:name="cr-{name}" style:family="table-cell" style:parent-style-name="Default" '
        f'style:data-style-name="f-{name}"/>'
    )


def _number_name(decimals: int, grouped: bool) -> str:
    return f"number-{decimals}{'' if grouped else '-plain'}"


def _set_language(document: Any, lang: str) -> None:  # noqa: ANN401 - odfdo ships no types
    """Give the document's default styles its language; the library's own template is in French."""
    language, country = TAGS[lang].split("-")
    for part in ("styles.xml", "content.xml"):
        for properties in document.get_part(part).get_elements("//style:text-properties"):
            if properties.get_attribute("fo:language") is not None:
                properties.set_attribute("fo:language", language)
                properties.set_attribute("fo:country", country)


def _set_paper(document: Any) -> None:  # noqa: ANN401 - odfdo ships no types
    """Have every sheet printed across A4, its columns side by side on one page."""
    layout = {
        "fo:page-width": "29.7cm",
        "fo:page-height": "21.001cm",
        "style:print-orientation": "landscape",
        "style:scale-to-X": "1",
        "style:scale-to-Y": "0",
    }
    for properties in document.get_part("styles.xml").get_elements("//style:page-layout-properties"):
        for name, value in layout.items():
            properties.set_attribute(name, value)


def _make_sheet(sheet: Sheet, release: Release) -> Any:  # noqa: ANN401 - odfdo ships no types
    """Return one sheet: a title, lines of text, and at most one table with its headings marked."""
    from odfdo import Element, Table

    made = Table(sheet.name)
    for column in _column_styles(sheet):
        made.append(Element.from_tag(f'<table:table-column table:style-name="{column}"/>'))
    prose = sheet.table is None
    made.append(_row([(sheet.title, "cr-title-wrapped" if prose else "cr-title")]))
    for line in sheet.lines:
        made.append(_row([(line, "cr-prose" if prose else "cr-text")]))
    for heading, texts in sheet.parts:
        made.append(_row([(heading, "cr-subtitle")]))
        for text in texts:
            made.append(_row([(text, "cr-prose")]))
    if sheet.table is not None:
        header = Element.from_tag("table:table-header-rows")
        header.append(
            _row(
                (column.heading, "cr-heading-number" if column.numeric else "cr-heading")
                for column in sheet.table.columns
            )
        )
        made.append(header)
        for row in _body(sheet.table, sheet.links):
            made.append(row)
    return made


def _column_styles(sheet: Sheet) -> list[str]:
    """Return a width for each column."""
    if sheet.table is None:
        return ["cr-prose-column"]
    if sheet.prose_column is not None:
        return [
            "cr-prose-column" if at == sheet.prose_column else "cr-name-column"
            for at in range(len(sheet.table.columns))
        ]
    return [
        "cr-column" if column.numeric or column.name == "area_code" else "cr-name-column"
        for column in sheet.table.columns
    ]


def _body(table: ReleaseTable, links: dict[str, str]) -> Iterable[Any]:
    """Give the rows of a table."""
    from odfdo import Element

    for row in table.rows:
        made = Element.from_tag("table:table-row")
        for cell, column in zip(row, table.columns, strict=True):
            made.append(_cell(cell, column, links))
        yield made


def _cell(value: float | str, column: ReleaseColumn, links: dict[str, str]) -> Any:  # noqa: ANN401 - odfdo ships no types
    """Return one cell: a number, a mark, a text or a link to a sheet."""
    from odfdo import Element

    if isinstance(value, str):
        if value in links:
            return _link(value, links[value])
        return _text(value, "cr-mark" if column.numeric else "cr-prose")
    cell = Element.from_tag("table:table-cell")
    cell.set_attribute("table:style-name", f"cr-{_number_name(column.decimals, column.grouped)}")
    cell.set_attribute("office:value-type", "float")
    cell.set_attribute("office:value", f"{value:.17g}")
    paragraph = Element.from_tag("text:p")
    paragraph.text = f"{value:,.{column.decimals}f}" if column.grouped else f"{value:.{column.decimals}f}"
    cell.append(paragraph)
    return cell


def _row(cells: Iterable[tuple[str, str]]) -> Any:  # noqa: ANN401 - odfdo ships no types
    """Return a row of texts with their styles."""
    from odfdo import Element

    row = Element.from_tag("table:table-row")
    for text, style in cells:
        row.append(_text(text, style))
    return row


def _text(text: str, style: str) -> Any:  # noqa: ANN401 - odfdo ships no types
    """Return a cell of text; each line of it is a paragraph of its own."""
    from odfdo import Element

    cell = Element.from_tag("table:table-cell")
    cell.set_attribute("table:style-name", style)
    cell.set_attribute("office:value-type", "string")
    for line in neutral_text(text).replace("\t", " ").split("\n"):
        paragraph = Element.from_tag("text:p")
        paragraph.text = line
        cell.append(paragraph)
    return cell


def _link(text: str, sheet: str) -> Any:  # noqa: ANN401 - odfdo ships no types
    """Return a cell that leads to another sheet."""
    from odfdo import Element

    cell, paragraph, link = (Element.from_tag(tag) for tag in ("table:table-cell", "text:p", "text:a"))
    cell.set_attribute("office:value-type", "string")
    link.set_attribute("xlink:href", f"#'{sheet}'.A1")
    link.set_attribute("xlink:type", "simple")
    link.text = text
    paragraph.append(link)
    cell.append(paragraph)
    return cell


def _marked_range(sheet: Sheet) -> Any:  # noqa: ANN401 - odfdo ships no types
    """Mark a table as a named range whose first row holds headings."""
    from odfdo import Element

    assert sheet.table is not None
    first = sheet.first_row
    last = first + len(sheet.table.rows)
    address = f"'{sheet.name}'.A{first}:'{sheet.name}'.{column_letter(len(sheet.table.columns))}{last}"
    found = Element.from_tag("table:database-range")
    found.set_attribute("table:name", sheet.range_name)
    found.set_attribute("table:target-range-address", address)
    found.set_attribute("table:contains-header", "true")
    return found


def column_letter(number: int) -> str:
    """Return the letters of a column, counted from 1.

    Examples
    --------
    >>> column_letter(1), column_letter(26), column_letter(27)
    ('A', 'Z', 'AA')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
