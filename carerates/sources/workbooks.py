"""Publishers' workbooks, XLSX and ODS: what arrived, or the source error that says why not."""

from __future__ import annotations

import re

from carerates.sources.failures import LayoutError, TooLargeError, WrongContentError
from carerates.tables.workbooks import OversizedWorkbookError, Rows, UnreadableWorkbookError, read_sheets

__all__ = ["Rows", "read_workbook", "table_of"]


def read_workbook(content: bytes, what: str) -> dict[str, Rows]:
    """Read every sheet of an XLSX or ODS file.

    Parameters
    ----------
    content : bytes
        As downloaded.
    what : str
        For messages.

    Returns
    -------
    dict of str to list of list of str
        See :func:`carerates.tables.workbooks.read_sheets`.

    Raises
    ------
    WrongContentError
        If it is no such file, is damaged, or declares XML entities.
    TooLargeError
        If it unpacks to more than a workbook of statistics can hold.
    """
    try:
        return read_sheets(content)
    except OversizedWorkbookError as error:
        raise TooLargeError(f"{what} cannot be read: {error}.") from error
    except UnreadableWorkbookError as error:
        raise WrongContentError(f"{what} cannot be read: {error}.") from error


def table_of(rows: Rows, first_column: str, what: str) -> tuple[list[str], Rows]:
    """Find the header of a sheet by its first column, below any title; return it and the rows.

    Raises
    ------
    LayoutError
        If no row begins so, or a row is longer than the header.
    """
    for number, row in enumerate(rows[:30]):
        if row and re.fullmatch(first_column, " ".join(row[0].split()), re.IGNORECASE):
            header = [" ".join(name.split()) for name in row]
            body = [one for one in rows[number + 1 :] if any(cell.strip() for cell in one)]
            if any(len(one) > len(header) for one in body):
                raise LayoutError(f"{what} has rows longer than its header.")
            return header, [one + [""] * (len(header) - len(one)) for one in body]
    raise LayoutError(f"No row of {what} begins with a column like '{first_column}'.")
