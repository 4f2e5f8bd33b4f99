"""Figures as an open-data file pair in the layout of the Department for Education.

The layout: one tidy CSV whose first columns say time and place in fixed words, names in lower case with
underscores, one row for each time, place and filter, gaps marked by letters; and a second CSV, with
``.meta`` before its ending, that has a row for every filter and every indicator.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from carerates import areas
from carerates.errors import AreaError, OutputError
from carerates.reports.release import Release
from carerates.reports.wording import say

TIME_AND_PLACE = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code",
    "region_name", "old_la_code", "new_la_code", "la_name",
)  # fmt: skip
META = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
_COUNTRIES = {"Wales": "W92000004", "England": "E92000001"}
_GAPS = {"[c]": "c", "[x]": "x", "[z]": "z", "[low]": "low", "[u]": "u"}
_LETTERS = frozenset(_GAPS.values())
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACE_COLUMNS = {"area_code", "area_name", "nation", "region", "level", "year", "start", "end"}


@dataclass(frozen=True, slots=True)
class OpenData:
    """The two files, as text in rows; the first row of each is its header."""

    data: tuple[tuple[str, ...], ...]
    meta: tuple[tuple[str, ...], ...]

    def data_bytes(self) -> bytes:
        """Return the data file: UTF-8 without a mark, as the platform asks."""
        return _bytes(self.data)

    def meta_bytes(self) -> bytes:
        """Return the metadata file."""
        return _bytes(self.meta)


def make_open_data(release: Release, years: Sequence[int] = ()) -> OpenData:
    """Put a release's figures into the layout.

    Parameters
    ----------
    release : Release
    years : sequence of int, optional
        The one year of the 31 March, for a result whose rows do not carry it.

    Raises
    ------
    OutputError
        If the rows cannot say of which time they are, or the pair breaks a rule of :func:`check_open_data`.
    """
    if gap := open_data_gap(release, years):
        raise OutputError(say(gap, "en"))
    table = release.tables[0]
    frame = table.to_frame()
    indicators = [column for column in table.columns if column.numeric and column.name not in _PLACE_COLUMNS]
    filters = [column for column in table.columns if not column.numeric and column.name not in _PLACE_COLUMNS]
    # a change ends in the time of its row; what it started from is one more thing that tells rows apart
    filters += [column for column in table.columns if column.name == "start"]
    period = _periods(frame, years)
    rows: list[tuple[str, ...]] = [(*TIME_AND_PLACE, *(one.name for one in (*filters, *indicators)))]
    for at, (_, row) in enumerate(frame.iterrows()):
        place = _place(str(row["area_code"]), str(row.get("area_name", "")))
        words = [str(row[one.name]) if one.name != "start" else f"{row['start']:.0f}" for one in filters]
        numbers = [_number(row[one.name], one.decimals) for one in indicators]
        rows.append((period[at], "Reporting year", *place, *words, *numbers))
    meta: list[tuple[str, ...]] = [META]
    meta += [(one.name, "Filter", one.heading, "", "", "", "", "") for one in filters]
    meta += [
        (
            one.name,
            "Indicator",
            one.heading,
            "",
            "%" if "percent" in one.name else "",
            str(one.decimals),
            "",
            "",
        )
        for one in indicators
    ]
    made = OpenData(tuple(rows), tuple(meta))
    if problems := check_open_data(made):
        listed = "\n".join(f"  - {one}" for one in problems)
        raise OutputError(f"These figures do not fit the open-data layout:\n{listed}")
    return made


def open_data_gap(release: Release, years: Sequence[int] = ()) -> str:
    """Return why a release has no place in the layout, as a key of the translations; empty where it has."""
    names = {column.name for column in release.tables[0].columns}
    if "area_code" not in names:
        return "open_data_no_area"
    return "" if "year" in names or {"start", "end"} <= names or len(years) == 1 else "open_data_no_time"


def check_open_data(pair: OpenData) -> list[str]:
    """Say which rules of the layout a pair breaks; an empty list is a sound pair.

    Examples
    --------
    >>> check_open_data(OpenData((("Time",),), (META,)))[0]
    "the data have no column 'time_period'"
    """
    header, *rows = pair.data
    problems = [f"the data have no column {name!r}" for name in TIME_AND_PLACE[:5] if name not in header]
    if problems:
        return problems
    problems += [
        f"column {name!r} is not in lower case with underscores"
        for name in header
        if not _NAME.fullmatch(name)
    ]
    problems += [
        f"column {name!r} stands twice" for name in sorted({one for one in header if header.count(one) > 1})
    ]
    if pair.meta[0] != META:
        problems.append(f"the metadata's columns are not {', '.join(META)}")
    described = [row[0] for row in pair.meta[1:]]
    own = [name for name in header if name not in TIME_AND_PLACE]
    problems += [f"column {name!r} has no row in the metadata" for name in own if name not in described]
    problems += [
        f"the metadata describe {name!r}, which is not in the data" for name in described if name not in own
    ]
    kinds = {row[0]: row[1] for row in pair.meta[1:]}
    problems += [
        f"{name!r} is neither Filter nor Indicator"
        for name, kind in kinds.items()
        if kind not in {"Filter", "Indicator"}
    ]
    if "Indicator" not in kinds.values():
        problems.append("there is no indicator")
    problems += [f"{row[0]!r} has no label" for row in pair.meta[1:] if not row[2].strip()]
    problems += _check_rows(header, rows, kinds)
    return problems


def _check_rows(header: tuple[str, ...], rows: list[tuple[str, ...]], kinds: dict[str, str]) -> list[str]:
    """Say which rows break a rule."""
    problems = []
    if not rows:
        problems.append("there are no rows")
    if any(len(row) != len(header) for row in rows):
        return [*problems, "a row has more or fewer cells than the header"]
    frame = pd.DataFrame(rows, columns=list(header))
    keys = [name for name in header if name in TIME_AND_PLACE or kinds.get(name) == "Filter"]
    if repeated := int(frame.duplicated(keys).sum()):
        problems.append(f"{repeated} rows repeat the time, place and filters of another")
    times = frame["time_period"].unique()
    bad = [one for one in times if not re.fullmatch(r"\d{4}|\d{6}", one)]
    problems += [f"time_period {one!r} is not of four or six digits" for one in bad]
    # six digits are one year that begins in a calendar year and ends in the next
    problems += [
        f"time_period {one!r} does not name two years that follow each other"
        for one in times
        if re.fullmatch(r"\d{6}", one) and int(one[4:]) != (int(one[:4]) + 1) % 100
    ]
    identifiers = frame["time_identifier"].nunique()
    if identifiers > 1:
        problems.append("time_identifier has more than one value")
    for name, kind in kinds.items():
        if kind == "Indicator" and name in frame:
            wrong = [
                one for one in frame[name] if one not in _LETTERS and not re.fullmatch(r"-?\d+(\.\d+)?", one)
            ]
            problems += [
                f"{name!r} holds {one!r}, which is neither a number nor one of {', '.join(sorted(_LETTERS))}"
                for one in wrong[:3]
            ]
        elif kind == "Filter" and name in frame and frame[name].str.strip().eq("").any():
            problems.append(f"filter {name!r} has empty cells")
    return problems


def _periods(frame: pd.DataFrame, years: Sequence[int]) -> list[str]:
    """Return the time of each row: the year of its 31 March, for a change that of its end."""
    for name in ("year", "end"):
        if name in frame:
            return [str(int(one)) for one in frame[name]]
    return [str(int(years[0]))] * len(frame)


def _place(code: str, name: str) -> tuple[str, ...]:
    """Return the columns of place for one area; one that is not in the register keeps code and name."""
    try:
        area = areas.find(code)
    except AreaError:
        return ("Local authority", "z", "z", "z", "z", "z", code, name)
    country = (_COUNTRIES[area.nation], area.nation)
    if area.level == "nation":
        return ("National", *country, "", "", "", "", "")
    region = (area.region_code, area.region) if area.nation == "England" else ("z", "z")
    if area.level == "region":
        return ("Regional", *country, *region, "", "", "")
    return ("Local authority", *country, *region, area.dfe_code or "z", area.code, name)


def _number(value: object, decimals: int) -> str:
    """Print a number with its decimals, or the letter of a gap."""
    if isinstance(value, str):
        return _GAPS.get(value, "x")
    text = f"{float(value):.{decimals}f}"  # type: ignore[arg-type]
    return text.lstrip("-") if float(text) == 0 else text


def _bytes(rows: tuple[tuple[str, ...], ...]) -> bytes:
    """Return rows as CSV."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue().encode("utf-8")
