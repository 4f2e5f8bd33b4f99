"""The Welsh Index of Multiple Deprivation: profiles of authorities from StatsWales, and files of ranks.

The index ranks small areas within Wales and within one edition; nothing in it can be compared with England or
between editions as if it were one scale.
"""

from __future__ import annotations

import re

import pandas as pd

from carerates.errors import AreaError
from carerates.sources.delimited import read_rows, text_table, tidy_name
from carerates.sources.failures import ContentError, LayoutError
from carerates.sources.marks import read_number
from carerates.sources.statswales.cubes import Cube, area_code
from carerates.sources.workbooks import Rows, read_workbook, table_of

SMALL_AREAS: dict[int, int] = {2008: 1_896, 2011: 1_896, 2014: 1_909, 2019: 1_909, 2025: 1_917}
"""Small areas (LSOAs) of Wales in each edition."""

BOUNDS: dict[int, dict[int, int]] = {
    2019: {10: 191, 20: 382, 30: 573, 50: 955},
    2025: {10: 191, 20: 382, 30: 574, 50: 958},
}
"""Last rank of each deprivation group, as the publisher says it."""

DOMAINS = {
    "wimd": "WIMD",
    "income": "Income",
    "employment": "Employment",
    "health": "Health",
    "education": "Education",
    "access": "Access to services",
    "housing": "Housing",
    "crime": "Community safety",
    "environment": "Physical environment",
}
"""Publisher's name of each domain, by ours."""

_AUTHORITY = re.compile(r"local authority (?:name|code)(?: \(eng\))?", re.IGNORECASE)

_GROUP = re.compile(r"most deprived (\d+)% lsoas in wales.*", re.IGNORECASE)


def read_wimd_profiles(cube: Cube) -> pd.DataFrame:
    """Read how many of an authority's small areas are among the most deprived of Wales.

    Parameters
    ----------
    cube : Cube
        The deprivation profiles of StatsWales, of authorities or of public services boards.

    Returns
    -------
    DataFrame
        ``area_code`` (the published code where it is of no authority), ``area_name``, ``domain``, ``lsoas``
        and ``share_most_deprived_10`` and so on (proportions, computed from the numbers).

    Notes
    -----
    The labels hold the ranks that bound a group, which change with the edition; only the percentage is read.
    """
    frame = cube.frame
    needed = ("Area code", "Area name", "Domain", "Deprivation group")
    if lacking := [name for name in needed if name not in frame]:
        raise LayoutError(f"The deprivation profiles lack {', '.join(lacking)}.")
    numbers = frame[frame["measure"].str.casefold() == "number"]
    if numbers.empty:
        raise LayoutError(f"The profiles have no numbers; they have: {', '.join(frame['measure'].unique())}.")
    group = numbers["Deprivation group"].map(_group)
    key = ["Area code", "Area name", "Domain"]
    if numbers.assign(group=group).duplicated([*key, "group"]).any():
        raise LayoutError("The deprivation profiles give a group of an area twice.")
    wide = numbers.assign(group=group).set_index([*key, "group"])["value"].unstack()  # noqa: PD010
    if "total" not in wide or wide.isna().any(axis=None):
        raise ContentError(
            "The deprivation profiles lack the number of small areas, or of a group, somewhere."
        )
    found = pd.DataFrame({"lsoas": wide["total"].astype("int64")})
    for name in sorted(set(wide.columns) - {"total"}, key=int):
        if (wide[name] > wide["total"]).any():
            raise ContentError("A group of the deprivation profiles has more small areas than there are.")
        found[f"share_most_deprived_{name}"] = wide[name] / wide["total"]
    found = found.reset_index().rename(columns={"Area name": "area_name", "Domain": "domain"})
    codes = [area_code(code) if code.startswith("W") else code for code in found.pop("Area code")]
    found.insert(0, "area_code", codes)
    return found


def _group(label: str) -> str:
    """Return the percentage of a deprivation group, or ``total``."""
    if label.strip().casefold().startswith("total"):
        return "total"
    match = _GROUP.fullmatch(label.strip())
    if match is None:
        raise ContentError(f"{label!r} is no deprivation group that carerates knows.")
    return match[1]


def read_wimd_ranks(content: bytes, edition: int) -> pd.DataFrame:
    """Read the ranks of small areas from the file on gov.wales (ODS) or a CSV saved from it.

    Parameters
    ----------
    content : bytes
        The workbook or CSV.
    edition : int
        2011, 2014, 2019 or 2025.

    Returns
    -------
    DataFrame
        ``edition``, ``lsoa_code``, ``wimd_rank`` and a rank for each domain the file has (``income_rank``
        ...); 1 is most deprived, and half ranks are ties.  ``area_code`` where the file names the local
        authority of each small area.
    """
    if edition not in SMALL_AREAS:
        raise ValueError(f"edition is {edition}; there are {', '.join(map(str, SMALL_AREAS))}.")
    what = f"The ranks of the Welsh Index of Multiple Deprivation {edition}"
    header, rows = _ranks_table(content, edition, what)
    table = text_table(header, rows)
    codes = table[header[0]].str.strip()
    if not codes.str.fullmatch(r"W01\d{6}").all():
        wrong = codes[~codes.str.fullmatch(r"W01\d{6}")].iloc[0]
        raise ContentError(f"{what} has {wrong!r} where the code of a small area is meant.")
    if codes.duplicated().any() or len(codes) != SMALL_AREAS[edition]:
        raise ContentError(
            f"{what} has {codes.nunique():,} small areas in {len(codes):,} rows; the edition has "
            f"{SMALL_AREAS[edition]:,}."
        )
    frame = pd.DataFrame({"edition": edition, "lsoa_code": codes})
    if named := [name for name in header if _AUTHORITY.fullmatch(name)]:
        known = {one: _authority(one, what) for one in table[named[0]].unique()}
        frame["area_code"] = table[named[0]].map(known).astype("str")
    for name in header[1:]:
        if not _is_rank(name, edition):
            continue
        values = [read_number(cell) for cell in table[name]]
        if any(value is None or not 1 <= value <= SMALL_AREAS[edition] for value in values):
            raise ContentError(f"{what} has a rank in '{name}' that is missing or out of range.")
        frame[_rank_name(name, edition)] = values
    if "wimd_rank" not in frame:
        raise LayoutError(f"{what} has no column 'WIMD {edition}'; it has: {', '.join(header)}.")
    return frame


def _authority(name: str, what: str) -> str:
    """Return the code of a named local authority."""
    try:
        found = area_code(name.strip())
    except AreaError:
        found = ""
    if not found.startswith("W06"):
        raise ContentError(f"{what} has {name!r} where the name of a local authority is meant.")
    return found


def _ranks_table(content: bytes, edition: int, what: str) -> tuple[list[str], Rows]:
    """Find the table of ranks in the workbook or the CSV."""
    if content[:2] != b"PK":
        header, rows = read_rows(content, what)
        return [tidy_name(name) for name in header], rows
    sheets = read_workbook(content, what)
    for name, rows in sheets.items():
        if name.strip().casefold() == f"wimd_{edition}_ranks":
            return table_of(rows, r"lsoa code.*", what)
    raise LayoutError(f"{what}: there is no sheet WIMD_{edition}_ranks; there are: {', '.join(sheets)}.")


_STEMS = {label.casefold(): stem for stem, label in DOMAINS.items() if stem != "wimd"}


def _is_rank(name: str, edition: int) -> bool:
    """Say whether a column is the rank of the index or a domain."""
    plain = name.casefold()
    return plain in (f"wimd {edition}", "wimd") or plain in _STEMS


def _rank_name(name: str, edition: int) -> str:
    """Return our name of a rank."""
    plain = name.casefold()
    return "wimd_rank" if plain.startswith("wimd") else f"{_STEMS[plain]}_rank"


def read_child_index(content: bytes) -> pd.DataFrame:
    """Read the Child Index of 2008 and 2011 by authority, as the old site gave it (CSV).

    Returns
    -------
    DataFrame
        ``area_code``, ``area_name``, ``lsoas``, ``share_most_deprived_10`` ... (proportions of small areas,
        as published, in whole percent).
    """
    what = "The Child Index by local authority"
    header, rows = read_rows(content, what)
    table = text_table([tidy_name(name) for name in header], rows)
    if list(table.columns[:2]) != ["Local authority", "Number of LSOAs"]:
        raise LayoutError(f"{what} has the columns {', '.join(map(str, table.columns))}.")
    frame = pd.DataFrame({"area_code": [area_code(one) for one in table["Local authority"]]})
    frame["area_name"] = table["Local authority"]
    if frame["area_code"].duplicated().any():
        twice = table.loc[frame["area_code"].duplicated(), "Local authority"].iloc[0]
        raise LayoutError(f"{what} has {twice} twice.")
    counts = [read_number(cell) for cell in table["Number of LSOAs"]]
    if any(value is None or value < 1 or value % 1 for value in counts):
        raise ContentError(f"{what} has a number of small areas that is missing or no whole number.")
    frame["lsoas"] = pd.Series(counts, dtype="float64").astype("int64")
    for name in table.columns[2:]:
        match = re.fullmatch(r"% of LSOAs in most deprived (\d+)%", str(name))
        if match is None:
            raise LayoutError(f"{what} has the unknown column {name!r}.")
        values = [read_number(cell) for cell in table[name]]
        if any(value is None or not 0 <= value <= 100 for value in values):
            raise ContentError(f"{what} has a share that is missing or no percentage.")
        frame[f"share_most_deprived_{match[1]}"] = pd.Series(values, dtype="float64") / 100
    return frame
