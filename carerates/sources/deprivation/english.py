"""English Indices of Deprivation 2010 to 2025: Files 7 (small areas), 10 and 11 (summaries of authorities).

Editions must not be pooled: each ranks the small areas of its own year, and from 2025 income deprivation is
counted after housing costs.  Every table therefore names its edition.
"""

from __future__ import annotations

import re

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.delimited import read_rows, text_table, tidy_name
from carerates.sources.failures import ContentError, LayoutError
from carerates.sources.marks import read_number
from carerates.sources.workbooks import read_workbook, table_of

EDITIONS = (2010, 2015, 2019, 2025)
SMALL_AREAS = {2010: 32_482, 2015: 32_844, 2019: 32_844, 2025: 33_755}
"""Small areas (LSOAs) of England in each edition."""

# short names of the indices, and how their columns begin in File 7 and in the summaries
_INDICES = {
    "imd": ("Index of Multiple Deprivation (IMD)", "IMD"),
    "income": ("Income", "Income"),
    "employment": ("Employment", "Employment"),
    "education": ("Education, Skills and Training", "Education, Skills and Training"),
    "health": ("Health Deprivation and Disability", "Health Deprivation and Disability"),
    "crime": ("Crime", "Crime"),
    "barriers": ("Barriers to Housing and Services", "Barriers to Housing and Services"),
    "living": ("Living Environment", "Living Environment"),
    "idaci": ("Income Deprivation Affecting Children Index (IDACI)", "IDACI"),
    "idaopi": ("Income Deprivation Affecting Older People (IDAOPI)", "IDAOPI"),
}
_NAMES_OF_2010 = {
    "imd": "imd",
    "income": "income",
    "employment": "employment",
    "education": "education,? skills and training",
    "health": "health deprivation and disability",
    "crime": "crime(?: and disorder)?",
    "barriers": "barriers to housing and services",
    "living": "living environment",
    "idaci": "idaci",
    "idaopi": "idaopi",
}
_POPULATIONS = {
    "population": r"total population: mid.*",
    "children": r"dependent children aged 0-15: mid.*",
    "older_people": r"(?:older )?population aged 60 and over: mid.*",
}
# measure of a summary column -> our name; "higher" tells which way it counts
_MEASURES = {
    "average rank": "average_rank",
    "rank of average rank": "rank_of_average_rank",
    "average score": "average_score",
    "rank of average score": "rank_of_average_score",
    "proportion of lsoas in most deprived 10% nationally": "share_most_deprived_10",
    "rank of proportion of lsoas in most deprived 10% nationally": "rank_of_share_most_deprived_10",
    "extent": "extent",
    "rank of extent": "rank_of_extent",
    "local concentration": "local_concentration",
    "rank of local concentration": "rank_of_local_concentration",
    "rank of loc": "rank_of_local_concentration",
    "scale": "scale",
    "rank of scale": "rank_of_scale",
}


def read_file_7(content: bytes, edition: int, *, indices: tuple[str, ...] = ("imd", "idaci")) -> pd.DataFrame:
    """Read scores, ranks and denominators of every small area.

    Parameters
    ----------
    content : bytes
        The CSV.
    edition : int
        2010, 2015, 2019 or 2025; the file's own column names must agree.
    indices : tuple of str
        Which to take: ``imd``, ``income``, ``employment``, ``education``, ``health``, ``crime``,
        ``barriers``, ``living``, ``idaci``, ``idaopi``.

    Returns
    -------
    DataFrame
        ``edition``, ``lsoa_code``, ``district_code``, ``district_name``, ``population``, ``children`` (aged
        0-15), ``older_people`` (60 and over; the file of 2010 has no populations) and for each index
        ``<index>_score`` and ``<index>_rank`` (1 is most deprived).

    Raises
    ------
    LayoutError, ContentError
        If columns are unknown or do not fit the edition, or a rank is outside 1 to the number of areas.
    """
    what = f"File 7 of the Indices of Deprivation {edition}"
    _check_edition(edition)
    header, rows = read_rows(content, what)
    table = text_table([tidy_name(name) for name in header], rows)
    picked = _pick_file_7(table, edition, indices, what)
    frame = pd.DataFrame({"edition": edition, "lsoa_code": picked["lsoa_code"]}, index=table.index)
    frame["district_code"], frame["district_name"] = picked["district_code"], picked["district_name"]
    for name, cells in picked.items():
        if name not in frame:
            frame[name] = _numbers(cells, f"{what}, {name}")
    repeated = frame["lsoa_code"].duplicated()
    if repeated.any():
        raise LayoutError(f"{what} has {frame.loc[repeated, 'lsoa_code'].iloc[0]} twice.")
    for one in indices:
        ranks = frame[f"{one}_rank"]
        if ((ranks < 1) | (ranks > SMALL_AREAS[edition])).any():
            raise ContentError(
                f"{what} has ranks outside 1 to {SMALL_AREAS[edition]:,}; it is of another edition or "
                "damaged."
            )
    return frame


def _pick_file_7(
    table: pd.DataFrame, edition: int, indices: tuple[str, ...], what: str
) -> dict[str, pd.Series]:
    """Find the columns of File 7 by what they say, not where they stand."""
    lsoa_year = {2010: "2001", 2015: "2011", 2019: "2011", 2025: "2021"}[edition]
    patterns = {
        "lsoa_code": rf"lsoa code \({lsoa_year}\)",
        "district_code": r"local authority district code \(\d{4}\)",
        "district_name": r"local authority district name \(\d{4}\)",
        **_POPULATIONS,
    }
    if unknown := [one for one in indices if one not in _INDICES]:
        raise ValueError(f"There is no index {unknown[0]!r}; there are: {', '.join(_INDICES)}.")
    if edition == 2010:
        return {
            name: table[_only(table, pattern, what)] for name, pattern in _patterns_of_2010(indices).items()
        }
    for one in indices:
        start = re.escape(_INDICES[one][0].casefold())
        patterns[f"{one}_score"] = rf"{start} score(?: \(rate\))?"
        patterns[f"{one}_rank"] = rf"{start} rank(?: \(where 1 is most deprived\))?"
    return {name: table[_only(table, pattern, what)] for name, pattern in patterns.items()}


def _patterns_of_2010(indices: tuple[str, ...]) -> dict[str, str]:
    """Return the column patterns of the file of 2010, which names districts before and after April 2009."""
    patterns = {
        "lsoa_code": r"lsoa code",
        "district_code": r"(?:post 2009 )?la code",
        "district_name": r"(?:post 2009 )?la name",
    }
    for one in indices:
        start = _NAMES_OF_2010[one]
        patterns[f"{one}_score"] = rf"{start} score"
        patterns[f"{one}_rank"] = rf"rank of {start}(?: score)? \(where 1 is most deprived\)"
    return patterns


def read_file_11(content: bytes, edition: int, *, index: str = "idaci", level: str = "upper") -> pd.DataFrame:
    """Read the summary of one index for upper-tier authorities.

    Parameters
    ----------
    content : bytes
        The workbook, or one of its sheets saved as CSV.
    edition : int
        2015, 2019 or 2025.
    index : str
        As in :func:`read_file_7`.
    level : {"upper", "lower"}
        ``lower`` reads File 10, of districts.

    Returns
    -------
    DataFrame
        ``edition``, ``area_code`` (in use now; former codes of areas that split stay), ``published_code``,
        ``area_name`` and, as far as the sheet has them, ``average_score``, ``average_rank``,
        ``share_most_deprived_10``, ``extent``, ``local_concentration``, ``scale`` and their ranks.  Average
        ranks count upwards to the most deprived; every ``rank_of_...`` has 1 for the most deprived.
        ``remark`` says where a misprinted code was settled by the area's name.
    """
    _check_edition(edition)
    number = 11 if level == "upper" else 10
    what = f"File {number} of the Indices of Deprivation {edition}, {index}"
    if index not in _INDICES:
        raise ValueError(f"There is no index {index!r}; there are: {', '.join(_INDICES)}.")
    tier = "upper tier " if level == "upper" else ""
    code = rf"{tier}local authority district code \(\d{{4}}\)"
    if content[:2] == b"PK":
        sheets = read_workbook(content, what)
        header, rows = table_of(_sheet(sheets, index, what), code, what)
    else:
        header, rows = read_rows(content, what)
        header = [tidy_name(name) for name in header]
    table = text_table(header, rows)
    published = table[_only(table, code, what)]
    names = table[_only(table, rf"{tier}local authority district name \(\d{{4}}\)", what)]
    frame = pd.DataFrame({"edition": edition, "area_code": _current(published, names, what)})
    frame["published_code"] = published
    frame["area_name"] = names
    misprinted = ~published.str.fullmatch(r"[EW]\d{8}")
    frame["remark"] = misprinted.map({True: "code misprinted; found by name", False: ""}).astype("str")
    found = _measures(table, index)
    if "average_score" not in found:
        raise LayoutError(f"{what} has no average score; its columns are: {', '.join(header)}.")
    for name, column in found.items():
        frame[name] = _numbers(table[column], f"{what}, {column}")
    return frame


def read_file_10(content: bytes, edition: int, *, index: str = "idaci") -> pd.DataFrame:
    """Read the summary of one index for districts; see :func:`read_file_11`."""
    return read_file_11(content, edition, index=index, level="lower")


def _measures(table: pd.DataFrame, index: str) -> dict[str, str]:
    """Map our measure names to the columns of a summary, in the short and the long form of the index."""
    found: dict[str, str] = {}
    starts = [start.casefold() for start in _INDICES[index]]
    for column in table.columns:
        text = str(column).casefold()
        prefix, _, measure = text.partition(" - ")
        prefix = re.sub(r" 20\d\d$", "", prefix).removesuffix(" domain")
        name = _MEASURES.get(measure.strip())
        if name is not None and prefix in starts:
            found[name] = str(column)
    return found


def _sheet(sheets: dict[str, list[list[str]]], index: str, what: str) -> list[list[str]]:
    """Find the sheet of an index."""
    wanted = {index, *(one.casefold() for one in _INDICES[index])}
    for name, rows in sheets.items():
        if name.strip().casefold() in wanted:
            return rows
    raise LayoutError(f"{what}: there is no sheet of that index; there are: {', '.join(sheets)}.")


def _only(table: pd.DataFrame, pattern: str, what: str) -> str:
    """Return the only column that a pattern fits."""
    fitting = [str(name) for name in table.columns if re.fullmatch(pattern, str(name), re.IGNORECASE)]
    if len(fitting) != 1:
        raise LayoutError(
            f"{what} has {len(fitting)} columns like '{pattern}'; it may be of another edition. Its columns "
            f"are: {', '.join(map(str, table.columns[:12]))}..."
        )
    return fitting[0]


def _numbers(cells: pd.Series, what: str) -> pd.Series:
    """Read a column of numbers that may not be empty."""
    values = [read_number(cell) for cell in cells]
    wrong = [cell for cell, value in zip(cells, values, strict=True) if value is None]
    if wrong:
        raise ContentError(f"{what} has {len(wrong)} cells that are no numbers, such as {wrong[0]!r}.")
    return pd.Series(values, index=cells.index, dtype="float64")


def _current(published: pd.Series, names: pd.Series, what: str) -> list[str]:
    """Return the codes in use now; districts have none in a register of upper-tier areas and stay.

    A code that is no GSS code at all is a misprint (the sheet of 2019 has one); the name beside it decides.
    """
    found: list[str] = []
    unknown: list[str] = []
    for code, name in zip(published, names, strict=True):
        if re.fullmatch(r"E07\d{6}", code):
            found.append(code)
            continue
        try:
            found.append(areas.find(code if re.fullmatch(r"[EW]\d{8}", code) else name).code)
        except AreaError:
            unknown.append(f"{name} ({code})")
    if unknown:
        raise ContentError(f"{what} has areas that carerates does not know: {', '.join(unknown[:8])}.")
    return found


def _check_edition(edition: int) -> None:
    """Refuse an edition that was not published."""
    if edition not in EDITIONS:
        raise ValueError(f"edition is {edition}; there are {', '.join(map(str, EDITIONS))}.")
