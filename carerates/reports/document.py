"""What a report says, as plain data: sections of paragraphs, lists, tables and pictures.

The content is put together here without any thought of HTML, so that it can be tested as data and
rendered to more than one form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from carerates.reports.wording import mark_meanings
from carerates.tables.status import STATUSES


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of text; ``lang`` where it is not the document's own language."""

    text: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short statements; ``lang`` where it is not the document's own language."""

    items: tuple[str, ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Files that stand beside the page."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader must know before relying on what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its SVG, its words for those who do not see it, and the files behind it."""

    name: str
    svg: str
    title: str
    description: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to print: every cell is text, and numeric columns are known.

    Attributes
    ----------
    name, caption : str
        Name for files and links; caption above the table.
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str
        Cells as they are printed.
    numeric : tuple of bool
        Which columns are aligned to the right.
    note : str
        Shorthand explained, below the table.
    folded : bool
        Whether the table starts folded away on a page.
    row_heading : int
        Which column names the rows.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""
    folded: bool = False
    row_heading: int = 0


Block = Paragraph | Subheading | Bullets | Links | Notice | Picture | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: str
    subtitle: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...] = ()
    lang: str = "en"
    lead_heading: str = ""

    def pictures(self) -> list[Picture]:
        """Return every picture in reading order."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, Picture)]


def make_table(
    frame: pd.DataFrame,
    name: str,
    caption: str,
    headings: Mapping[str, str],
    *,
    decimals: Mapping[str, int] | None = None,
    missing: str = "[x]",
    note: str = "",
    folded: bool = False,
) -> Table:
    """Turn columns of a DataFrame into a printable table.

    Parameters
    ----------
    frame : DataFrame
        Rows in the order in which they are printed.
    name, caption : str
        As in :class:`Table`.
    headings : mapping
        Column name to heading, in order; other columns are left out.
    decimals : mapping, optional
        Decimals of numeric columns; 1 when not given, 0 for whole numbers.
    missing : str
        Shorthand for a cell without a value, where no column ``status`` says more.  What the marks in the
        table mean is put before the note.
    note, folded
        As in :class:`Table`.
    """
    places = dict(decimals or {})
    numeric = tuple(
        pd.api.types.is_numeric_dtype(frame[column]) and not pd.api.types.is_bool_dtype(frame[column])
        for column in headings
    )
    gaps = _gap_marks(frame, missing)
    cells: list[list[str]] = []
    for column, is_number in zip(headings, numeric, strict=True):
        if is_number:
            whole = pd.api.types.is_integer_dtype(frame[column])
            digits = places.get(column, 0 if whole else 1)
            grouped = column != "year"
            show = format_probability if column.startswith("probability") else format_number
            told = zip(frame[column], gaps, strict=True)
            cells.append([show(value, digits, gap, grouped=grouped) for value, gap in told])
        else:
            cells.append([missing if pd.isna(value) else str(value) for value in frame[column]])
    rows = tuple(zip(*cells, strict=True))
    used = {cell for row in rows for cell in row if cell in {missing, *gaps} and cell not in note}
    meanings = "; ".join(mark_meanings(used, "en"))
    note = " ".join(part for part in (f"{meanings}." if meanings else "", note) if part)
    return Table(name, caption, tuple(headings.values()), rows, numeric, note, folded)


def _gap_marks(frame: pd.DataFrame, missing: str) -> list[str]:
    """Return the mark of a gap in each row: what its status says, where the row has one without a count."""
    if "status" not in frame:
        return [missing] * len(frame)
    known = [STATUSES.get(str(one)) for one in frame["status"]]
    return [missing if one is None or one.has_count else one.shorthand or missing for one in known]


def format_probability(value: float, decimals: int, missing: str = "[x]", *, grouped: bool = True) -> str:
    """Print a probability; one that rounds to 0 or 1 without being it says so, since nothing is certain.

    Examples
    --------
    >>> format_probability(0.9996, 2), format_probability(0.0004, 2), format_probability(0.5, 2)
    ('>0.99', '<0.01', '0.50')
    """
    smallest = 10.0**-decimals
    if value < smallest / 2:
        return f"<{smallest:.{decimals}f}"
    if value > 1 - smallest / 2:
        return f">{1 - smallest:.{decimals}f}"
    return format_number(value, decimals, missing, grouped=grouped)


def format_number(value: float, decimals: int, missing: str = "[x]", *, grouped: bool = True) -> str:
    """Print a number with thousands separators and a true minus sign; ``missing`` where there is none."""
    if not np.isfinite(value):
        return missing
    text = f"{float(value):,.{decimals}f}" if grouped else f"{float(value):.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")
