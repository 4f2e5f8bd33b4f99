"""A user's own CSV file as a checked rates table."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd

from carerates import areas
from carerates.errors import AreaError, SourceError, TableError
from carerates.provenance import Provenance, Source
from carerates.tables import RatesTable, as_rates
from carerates.tables.schema import row_list

# what spreadsheets and releases put in place of a count
_SHORTHAND = {
    "*": "suppressed",
    "c": "suppressed",
    "[c]": "suppressed",
    "(c)": "suppressed",
    "x": "not_available",
    "[x]": "not_available",
    "..": "not_available",
    ":": "not_available",
    "": "not_available",
    "z": "not_applicable",
    "[z]": "not_applicable",
    "low": "low",
    "[low]": "low",
    "u": "unreliable",
    "[u]": "unreliable",
}


def read_rates(
    path: str | Path,
    *,
    area: str = "area_code",
    year: str | int = "year",
    children: str = "children",
    population: str = "population",
    status: str | None = None,
    published_rate: str | None = None,
    own_areas: bool = False,
) -> RatesTable:
    r"""Read a CSV file of counts and populations.

    Parameters
    ----------
    path : path
        A CSV file with a header line; comma, semicolon or tab between the cells; UTF-8 with or without a
        byte-order mark, UTF-16 with one, or Windows-1252 (Latin-1).
    area : str
        Column with any code or name of a local authority, in English or Welsh.
    year : str or int
        Column with the year of the 31 March, or one year for all rows.
    children, population : str
        Columns with the count and the number of children aged 0-17.  ``*``, ``c``, ``x``, ``z`` and the like
        in place of a count become its status.
    status, published_rate : str, optional
        Columns with a status of carerates' own vocabulary, and with a published rate.
    own_areas : bool
        Take the areas as they stand, without looking them up in the register.

    Returns
    -------
    RatesTable

    Raises
    ------
    SourceError
        If the file cannot be read, is empty, or is not a table.
    TableError
        All problems of the table together, with row numbers (1 is the first row below the header).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import carerates as cr
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = file.write_text("LA,children,population\nYnys Môn,145,13438\n", encoding="utf-8")
    >>> cr.read_rates(file, area="LA", year=2018).areas
    ('W06000001',)
    """
    path = Path(path)
    raw = _bytes_of(path)
    text, encoding = _decoded(raw, path)
    frame = _cells(text, path)
    source = Source(
        publisher="the user",
        dataset="own_file",
        title=path.name,
        sha256=hashlib.sha256(raw).hexdigest(),
        rows=len(frame),
    )
    steps = [f"read {len(frame)} rows from {path.name} ({encoding})"]
    wanted = [area, children, population, *([year] if isinstance(year, str) else [])]
    wanted += [one for one in (status, published_rate) if one]
    if absent := [one for one in wanted if one not in frame.columns]:
        raise TableError(
            f"{path.name} does not have the columns it was said to have.",
            [f"there is no column {one!r}; there are: {', '.join(frame.columns[:20])}" for one in absent],
        )
    table = frame[wanted].copy()
    if not own_areas:
        table = _with_register(table, area, year, path)
    if status is None:
        table, told = _with_statuses(table, children)
        steps += told
    made = as_rates(
        table.replace("", np.nan),
        area=area if own_areas else "area_code",
        year=year,
        children=children,
        population=population,
        name=None if own_areas else "area_name",
        status=status or "status",
        published_rate=published_rate,
    )
    return RatesTable(made.frame, Provenance((source,), tuple(steps)), measure=made.measure)


def _bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, or raise an error of our own."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"There is no file {path}.") from error
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    if not raw.strip():
        raise SourceError(f"{path} is empty.")
    return raw


def _decoded(raw: bytes, path: Path) -> tuple[str, str]:
    """Return the text of a file and the name of the encoding it was read in."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise SourceError(f"{path} begins like UTF-16 but is not. Save it as CSV UTF-8.") from error
    if b"\x00" in raw:
        raise SourceError(
            f"{path} is not a text file; it looks like a workbook or an archive. Save it as CSV UTF-8."
        )
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), "Windows-1252, since it is not UTF-8"


def _cells(text: str, path: Path) -> pd.DataFrame:
    """Return every cell as text."""
    header = text.lstrip().splitlines()[0]
    separator = max(",;\t", key=header.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    rows = [row for row in rows if row]
    names = [name.strip() for name in rows[0]]
    if len(names) < 2:
        raise SourceError(
            f"{path} has one column ({names[0]!r}); a table needs several, separated by commas."
        )
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise TableError(
            f"{path.name} is not a table.", [f"column {name!r} stands twice" for name in repeated]
        )
    uneven = np.array([len(row) != len(names) for row in rows[1:]], dtype=bool)
    if uneven.any():
        raise TableError(
            f"{path.name} is not a table.",
            [f"{row_list(uneven)} do not have the {len(names)} cells of the header"],
        )
    return pd.DataFrame([[cell.strip() for cell in row] for row in rows[1:]], columns=names, dtype="str")


def _with_register(table: pd.DataFrame, area: str, year: str | int, path: Path) -> pd.DataFrame:
    """Put the code and name of each area beside it, or report every unknown one."""
    # the year decides what a name stands for where one area followed another of the same name
    years = (
        pd.to_numeric(table[year], errors="coerce") if isinstance(year, str) else pd.Series(year, table.index)
    )
    keys = list(zip(table[area], years.where(years.notna(), -1).astype(int), strict=True))
    found: dict[tuple[str, int], areas.Area] = {}
    problems: dict[str, str] = {}
    for text, when in dict.fromkeys(keys):
        try:
            found[text, when] = areas.find(text, year=when if when > 0 else None)
        except AreaError as error:
            problems[text] = f"{row_list(table[area] == text)}: {error}"
    if problems:
        told = list(problems.values())
        raise AreaError(
            f"{path.name} names areas that are not in the register "
            "(own_areas=True, or --own-areas, takes them as they stand).",
            told[:20] + ([f"and {len(told) - 20} more"] if len(told) > 20 else []),
        )
    matched = [found[key] for key in keys]
    return table.drop(columns=[area]).assign(
        area_code=[one.code for one in matched],
        area_name=[one.name_en for one in matched],
        nation=[one.nation for one in matched],
        region=[one.region for one in matched],
    )


def _with_statuses(table: pd.DataFrame, children: str) -> tuple[pd.DataFrame, list[str]]:
    """Turn shorthand in place of a count into its status."""
    marks = table[children].str.casefold().map(_SHORTHAND)
    counts = marks.value_counts()
    steps = [f"{count} counts are {str(name).replace('_', ' ')}" for name, count in counts.items()]
    cells = table[children].mask(marks.notna(), "")
    return table.assign(**{children: cells, "status": marks.fillna("exact")}), steps
