"""CSV, read strictly: every row has the header's columns, every cell stays the text it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from carerates.sources.failures import IncompleteError, LayoutError, WrongContentError


def read_rows(content: bytes, what: str) -> tuple[list[str], list[list[str]]]:
    """Split CSV into its header and its rows.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a byte order mark; a final newline may be missing.
    what : str
        What the file is, for messages.

    Returns
    -------
    header, rows
        Cells as text, unchanged.

    Raises
    ------
    WrongContentError
        If it is not text, not CSV, or a quote is left open.
    IncompleteError
        If it is empty.
    LayoutError
        If a column stands twice or a row has more or fewer cells than the header.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongContentError(f"{what} is not text in UTF-8: {error}.") from error
    if not text.strip():
        raise IncompleteError(f"{what} is empty: nothing fits the request, or the service gave nothing.")
    try:
        # newline="" leaves line ends inside quoted cells as they are
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise WrongContentError(f"{what} is not well-formed CSV: {error}.") from error
    header, rows = lines[0], lines[1:]
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise LayoutError(f"{what} has the column {', '.join(map(repr, repeated))} twice.")
    uneven = [number for number, row in enumerate(rows, 2) if len(row) != len(header)]
    if uneven:
        shown = ", ".join(str(number) for number in uneven[:5])
        raise LayoutError(
            f"{what} has rows with more or fewer cells than the {len(header)} columns of its header "
            f"({len(uneven)} of them: {shown}...). It is damaged or cut short."
        )
    return header, rows


def read_table(content: bytes, what: str) -> pd.DataFrame:
    """Read CSV into a table of text, empty cells as empty text."""
    header, rows = read_rows(content, what)
    return text_table(header, rows)


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Make a table of text."""
    return pd.DataFrame(
        {name: pd.Series([row[place] for row in rows], dtype="str") for place, name in enumerate(header)}
    )


def tidy_name(name: str) -> str:
    """Return a column name without stray, double and no-break spaces; publishers' headers have them."""
    return " ".join(name.split())


def tidy_names(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return the table under tidied column names."""
    names = [tidy_name(str(name)) for name in table.columns]
    if len(set(names)) < len(names):
        raise LayoutError(f"{what} has two columns that differ only by spaces: {', '.join(names)}.")
    return table.set_axis(names, axis=1)


def rename_columns(
    table: pd.DataFrame,
    wanted: Mapping[str, Iterable[str]],
    what: str,
    optional: Iterable[str] = (),
) -> pd.DataFrame:
    """Keep the wanted columns under our names, whichever of their known names a vintage uses.

    Parameters
    ----------
    table : DataFrame
        As published, names tidied.
    wanted : mapping of str to iterable of str
        Our name, and the names it has had.
    what : str
        What the file is, for messages.
    optional : iterable of str
        Our names of columns that may be absent.

    Raises
    ------
    LayoutError
        If a column is absent, or two names of the same column are there.
    """
    by_name = {str(name).casefold(): str(name) for name in table.columns}
    found: dict[str, str] = {}
    problems: list[str] = []
    for ours, theirs in wanted.items():
        there = [by_name[name.casefold()] for name in theirs if name.casefold() in by_name]
        if len(there) == 1:
            found[there[0]] = ours
        elif there:
            problems.append(f"both {' and '.join(there)} could be '{ours}'")
        elif ours not in set(optional):
            problems.append(f"no column for '{ours}' (known as {', '.join(theirs)})")
    if problems:
        raise LayoutError(
            f"{what} has a layout that carerates does not know: {'; '.join(problems)}. "
            f"Its columns are: {', '.join(map(str, table.columns))}."
        )
    return table[list(found)].rename(columns=found)
