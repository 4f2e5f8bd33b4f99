"""The department's CSV files, whichever names their columns had in a vintage.

Every row is kept with the marks of its cells.  Counts of local authorities are exact; national and regional
counts are rounded to 10.  A published rate is a whole number and stays beside the count it came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.delimited import read_table, rename_columns, tidy_names
from carerates.sources.failures import ContentError, LayoutError
from carerates.sources.marks import DFE, DFE_BEFORE_2019, Dialect, read_cell
from carerates.sources.years import year_ending

# our name -> names it has had; the department renames columns by its standard from time to time
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time_period": ("time_period",),
    "time_identifier": ("time_identifier",),
    "geographic_level": ("geographic_level",),
    "country_code": ("country_code",),
    "region_code": ("region_code",),
    "region_name": ("region_name",),
    "old_la_code": ("old_la_code",),
    "la_name": ("la_name",),
    "new_la_code": ("new_la_code",),
    "measure": ("population_type", "population_count", "cla_group"),
    "population": ("population_estimate",),
    "children": ("children_count", "number"),
    "published_rate": ("rate_per_10000", "rate_per_10k"),
}
_OPTIONAL = ("time_identifier", "geographic_level", "country_code", "measure")
_LEVELS = {"local authority": "local_authority", "regional": "region", "national": "nation"}
_NUMBERS = ("children", "population", "published_rate")
ON_31_MARCH = re.compile(r"children looked after (?:on|at) 31 march", re.IGNORECASE)
STARTING = re.compile(r"children starting to be looked after", re.IGNORECASE)
CEASING = re.compile(r"children ceasing to be looked after", re.IGNORECASE)
_EMPTY_CODES = {"", "z", "x", ":"}


def read_looked_after(content: bytes, what: str = "The file") -> pd.DataFrame:
    """Read the file of numbers and rates per 10,000 of any release.

    Parameters
    ----------
    content : bytes
        As published, with or without a byte order mark.
    what : str
        Title and release, for messages.

    Returns
    -------
    DataFrame
        ``year``, ``level``, ``area_code``, ``published_code``, ``dfe_code``, ``area_name``, ``region``,
        ``measure``, ``children``, ``status``, ``children_codes``, ``population``, ``population_codes``,
        ``published_rate_per_10000``, ``rate_codes``: one row per published row, in its order.
        ``area_code`` is the code in use now; ``*_codes`` are the publisher's symbols.

    Raises
    ------
    LayoutError
        If a column is unknown, or a row repeats.
    ContentError
        If a cell or an area cannot be read; each is named.
    """
    return looked_after_table(read_table(content, what), what)


def looked_after_table(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Read a table of text with the columns of such a file; see :func:`read_looked_after`."""
    table = rename_columns(tidy_names(table, what), COLUMNS, what, _OPTIONAL)
    if "measure" not in table:
        table["measure"] = "Children looked after on 31 March each year"
    if "geographic_level" not in table:
        table["geographic_level"] = "Local authority"
    found = pd.DataFrame({"year": _years(table["time_period"], what)})
    found["level"] = _levels(table["geographic_level"], what)
    found = found.join(_places(table, found["level"], what))
    found["measure"] = table["measure"]
    found = found.join(_figures(table, found["level"], DFE, what))
    repeated = found.duplicated(["year", "published_code", "area_name", "measure"], keep=False)
    if repeated.any():
        row = found[repeated].iloc[0]
        raise LayoutError(f"{what} has two rows for {row['area_name']}, {row['year']}, {row['measure']}.")
    return found


def _years(values: pd.Series, what: str) -> pd.Series:
    """Read the time periods."""
    try:
        known = {one: year_ending(one) for one in values.unique()}
    except ContentError as error:
        raise ContentError(f"{what}: {error}") from error
    return values.map(known).astype("int64")


def _levels(values: pd.Series, what: str) -> pd.Series:
    """Read the geographic levels."""
    levels = values.str.casefold().map(_LEVELS)
    if levels.isna().any():
        raise ContentError(f"{what} has the geographic level {values[levels.isna()].iloc[0]!r}.")
    return levels.astype("str")


def _places(table: pd.DataFrame, level: pd.Series, what: str) -> pd.DataFrame:
    """Find code, name and region of every row's area."""
    local, regional = level == "local_authority", level == "region"
    published = table["new_la_code"].where(local, table["region_code"].where(regional, "E92000001"))
    names = table["la_name"].where(local, table["region_name"].where(regional, "England"))
    known: dict[tuple[str, str, str], str] = {}
    problems: list[str] = []
    keys = list(zip(published, table["old_la_code"], level, strict=True))
    for key in dict.fromkeys(keys):
        try:
            known[key] = area_code(*key)
        except AreaError:
            problems.append(" / ".join(part for part in key[:2] if part) or "(empty)")
    if problems:
        raise ContentError(f"{what} has areas that carerates does not know: {', '.join(problems)}.")
    return pd.DataFrame(
        {
            "area_code": [known[key] for key in keys],
            "published_code": published,
            "dfe_code": table["old_la_code"].where(local, ""),
            "area_name": names,
            "region": table["region_name"].where(local | regional, ""),
        }
    )


def area_code(published: str, dfe_code: str, level: str = "local_authority") -> str:
    """Return the code in use now of an area by its published code, or by its three-digit code.

    The three-digit code survives recodes and changes only when areas split or merge.  Rows that stand for two
    authorities together (``E06000061 / E06000062``) keep their published code, as no single area fits.
    """
    if level == "nation":
        return "E92000001"
    if level == "region" or "/" in published:
        return published
    if published.casefold() in _EMPTY_CODES:
        return areas.find(dfe_code).code
    try:
        return areas.find(published).code
    except AreaError:
        return areas.find(dfe_code).code


def _figures(table: pd.DataFrame, level: pd.Series, dialect: Dialect, what: str) -> pd.DataFrame:
    """Read counts, populations and rates, each with its symbols."""
    columns: dict[str, Sequence[object]] = {}
    for name in _NUMBERS:
        values: list[float | None] = []
        statuses: list[str] = []
        codes: list[str] = []
        for number, (cell, of) in enumerate(zip(table[name], level, strict=True), 2):
            counted = "exact" if of == "local_authority" else "rounded_to_10"
            try:
                value, mark = read_cell(cell, dialect, counted=counted)
            except ContentError as error:
                raise ContentError(f"{what}, line {number}, {name}: {error}") from error
            values.append(value)
            statuses.append(mark.status)
            codes.append(" ".join(mark.codes))
        label = "published_rate_per_10000" if name == "published_rate" else name
        columns[label] = values
        columns[f"{'rate' if name == 'published_rate' else name}_codes"] = codes
        if name == "children":
            columns["status"] = statuses
    frame = pd.DataFrame(columns, index=table.index)
    for name in ("children", "population", "published_rate_per_10000"):
        frame[name] = frame[name].astype("float64")
    order = ["children", "status", "children_codes", "population", "population_codes"]
    return frame[[*order, "published_rate_per_10000", "rate_codes"]]


def only_measure(found: pd.DataFrame, pattern: re.Pattern[str], what: str = "The file") -> pd.DataFrame:
    """Keep the rows of one measure, whatever its wording in a vintage."""
    fitting = [one for one in found["measure"].unique() if pattern.match(one)]
    if len(fitting) != 1:
        raise LayoutError(
            f"{what} has {len(fitting)} measures like '{pattern.pattern}'; it has: "
            f"{', '.join(found['measure'].unique())}."
        )
    kept: pd.DataFrame = found[found["measure"] == fitting[0]].reset_index(drop=True)
    return kept


def read_mid_year(content: bytes, what: str = "The file") -> pd.DataFrame:
    """Read the department's copy of the ONS mid-year estimates of children aged 0 to 17.

    Returns
    -------
    DataFrame
        ``mid_year``, ``area_code``, ``published_code``, ``dfe_code``, ``area_name``, ``population``,
        ``population_codes``.  Here ``time_period`` is the mid-year itself, not the 31 March after it.
    """
    wanted = {
        name: COLUMNS[name]
        for name in ("time_period", "geographic_level", "old_la_code", "new_la_code", "la_name", "population")
    }
    table = rename_columns(
        tidy_names(read_table(content, what), what), {**wanted, "age_group": ("age_group",)}, what
    )
    wrong = table["age_group"][table["age_group"] != "Children aged 0 to 17 years"]
    if len(wrong):
        raise ContentError(f"{what} has the age group {wrong.iloc[0]!r}; only 0 to 17 years is meant.")
    local = table[_levels(table["geographic_level"], what) == "local_authority"].reset_index(drop=True)
    values, codes = [], []
    for number, cell in enumerate(local["population"], 2):
        try:
            value, mark = read_cell(cell, DFE)
        except ContentError as error:
            raise ContentError(f"{what}, row {number}: {error}") from error
        values.append(value)
        codes.append(" ".join(mark.codes))
    return pd.DataFrame(
        {
            "mid_year": _years(local["time_period"], what),
            "area_code": [
                area_code(new, old)
                for new, old in zip(local["new_la_code"], local["old_la_code"], strict=True)
            ],
            "published_code": local["new_la_code"],
            "dfe_code": local["old_la_code"],
            "area_name": local["la_name"],
            "population": pd.Series(values, dtype="float64"),
            "population_codes": pd.Series(codes, dtype="str"),
        }
    )


def read_underlying(content: bytes, what: str = "The file") -> pd.DataFrame:
    """Read the underlying data of a release before 2018 (``SFR..._CLA....csv``).

    Returns
    -------
    DataFrame
        ``year``, ``level``, ``area_code``, ``published_code``, ``dfe_code``, ``area_name``, ``children``,
        ``status``, ``children_codes``: one row per area and year.  These files have no rate.
    """
    table = tidy_names(read_table(content, what), what)
    table = table.rename(columns={name: str(name).casefold() for name in table.columns})
    counts = {name: int(name[-4:]) for name in table.columns if re.fullmatch(r"cla_mar\d{4}", str(name))}
    needed = ("geog_l", "geog_c", "geog_n")
    if not counts or any(name not in table for name in needed):
        raise LayoutError(
            f"{what} is no underlying data file: it needs geog_l, geog_c, geog_n and CLA_Mar<year>, and has "
            f"{', '.join(table.columns)}."
        )
    levels = {"la": "local_authority", "region": "region", "national": "nation"}
    level = table["geog_l"].str.casefold().map(levels)
    if level.isna().any():
        raise ContentError(f"{what} has the level {table['geog_l'][level.isna()].iloc[0]!r}.")
    code = table["new_geog_code"] if "new_geog_code" in table else pd.Series("", index=table.index)
    parts = []
    for name, year in counts.items():
        cells = [read_cell(cell, DFE_BEFORE_2019) for cell in table[name]]
        parts.append(
            pd.DataFrame(
                {
                    "year": year,
                    "level": level,
                    "area_code": [
                        area_code(new, old, of)
                        for new, old, of in zip(code, table["geog_c"], level, strict=True)
                    ],
                    "published_code": code,
                    "dfe_code": table["geog_c"],
                    "area_name": table["geog_n"],
                    "children": pd.Series([value for value, _ in cells], dtype="float64"),
                    "status": [mark.status for _, mark in cells],
                    "children_codes": [" ".join(mark.codes) for _, mark in cells],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
