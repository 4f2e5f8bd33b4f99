"""Children in low-income families: a table saved from Stat-Xplore, of the Department for Work and Pensions.

Stat-Xplore needs an account, so nothing is fetched.  A saved CSV begins with title lines, ends with notes,
and has years across; only the rows of local authorities are read.
"""

from __future__ import annotations

import csv
import io
import re

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.failures import ContentError, LayoutError, WrongContentError
from carerates.sources.marks import read_number
from carerates.sources.years import year_ending

_MARK = re.compile(r"\s*\((?:p|r)\)\s*$", re.IGNORECASE)
_NO_AUTHORITIES = (
    "total",
    "unknown",
    "great britain",
    "united kingdom",
    "scotland",
    "northern ireland",
    "abroad",
)
_MISSING = {"..", "-", "*", ""}


def read_low_income(content: bytes, what: str = "The Stat-Xplore table") -> pd.DataFrame:
    """Read children in low-income families by local authority and year.

    Parameters
    ----------
    content : bytes
        CSV saved from Stat-Xplore: a row for each local authority (name, code or both) and a column for each
        financial year.
    what : str
        For messages.

    Returns
    -------
    DataFrame
        ``area_code``, ``area_name``, ``year`` (in which the financial year ends), ``children``, ``codes``
        (``p`` where the year is marked provisional, ``..`` and the like where there is no figure).  Nations,
        regions, totals and "Unknown" are no local authorities and have no row.

    Raises
    ------
    LayoutError, ContentError
        If no row of years is found, a cell is not a figure, or a row is of no known area.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise WrongContentError(f"{what} is no CSV in UTF-8: {error}.") from error
    start, years = _header(rows, what)
    found: list[tuple[str, str, int, float | None, str]] = []
    unknown: list[str] = []
    for row in rows[start + 1 :]:
        texts = [cell.strip() for cell in row]
        labels = [text for text in texts[: min(years)] if text]
        area = _area(labels)
        if area is None:
            # notes, and the headings of regions, have no figures
            if any(texts[place] for place in years if place < len(texts)):
                unknown.append(" ".join(labels) or "(empty)")
            continue
        for place, (year, mark) in years.items():
            cell = texts[place] if place < len(texts) else ""
            value = read_number(cell)
            if value is None and cell not in _MISSING:
                raise ContentError(f"{what}, {labels[0]}, {year}: {cell!r} is not a number of children.")
            codes = " ".join(code for code in (mark, cell if value is None else "") if code)
            found.append((area.code, area.name_en, year, value, codes))
    if not found:
        raise LayoutError(
            f"{what} has no row of a local authority; its rows are of: {', '.join(unknown[:8])}."
        )
    stray = [name for name in unknown if not _is_total(name)]
    if stray:
        raise ContentError(f"{what} has areas that carerates does not know: {', '.join(stray[:8])}.")
    frame = pd.DataFrame(found, columns=["area_code", "area_name", "year", "children", "codes"])
    if frame.duplicated(["area_code", "year"]).any():
        raise LayoutError(f"{what} has an area and year twice; save it with one figure for each.")
    return frame.astype({"children": "float64"})


def _header(rows: list[list[str]], what: str) -> tuple[int, dict[int, tuple[int, str]]]:
    """Find the row of years; return its place and the year and mark of each column."""
    for number, row in enumerate(rows[:60]):
        years: dict[int, tuple[int, str]] = {}
        for place, cell in enumerate(row):
            text = cell.strip()
            mark = _MARK.search(text)
            try:
                year = year_ending(_MARK.sub("", text))
            except ContentError:
                continue
            years[place] = (year, mark[0].strip(" ()").lower() if mark else "")
        if years and min(years) > 0:
            return number, years
    raise LayoutError(f"{what} has no row of years; save it with years across and local authorities down.")


def _area(labels: list[str]) -> areas.Area | None:
    """Return the area that a row's labels name, by code first."""
    for label in sorted(labels, key=lambda text: not re.fullmatch(r"[EW]\d{8}", text)):
        try:
            area = areas.find(label)
        except AreaError:
            continue
        if area.level == "local_authority":
            return area
    return None


def _is_total(name: str) -> bool:
    """Say whether a label is a nation, a region, a total or unknown, which are no local authorities."""
    plain = name.casefold()
    if plain.startswith(_NO_AUTHORITIES):
        return True
    try:
        return areas.find(name).level != "local_authority"
    except AreaError:
        return False
