"""What Nomis' answers mean: ages, households and areas, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.failures import ContentError, IncompleteError, LayoutError, NotFoundError
from carerates.sources.marks import read_number

AGES = range(101, 119)
"""Codes of ages 0 to 17: the code of age a is 101 + a."""

_NATIONS = ("E0", "E1", "W06")


@dataclass(frozen=True, slots=True)
class Census:
    """How one census table codes lone-parent households with dependent children."""

    dataset: str
    geography: str
    cell: str
    title: str
    fixed: Mapping[str, str]
    lone_parents: str = "10"
    all_households: str = "0"


CENSUSES: Mapping[int, Census] = {
    2021: Census("NM_2023_1", "TYPE424", "c2021_hhcomp_15", "Census 2021, TS003 Household composition", {}),
    2011: Census(
        "NM_605_1", "TYPE463", "cell", "Census 2011, KS105EW Household composition", {"rural_urban": "0"}
    ),
}
"""The two censuses; districts are asked for in 2021 and summed, as counties are not confirmed to be there."""


def read_population(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Sum single years of age 0 to 17 for the upper-tier authorities of Wales and England.

    Raises
    ------
    ContentError
        If a population is blank or zero (as those of abolished areas are), or an area is unknown.
    IncompleteError
        If an area lacks one of the 18 ages.
    """
    _need(table, ("DATE_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "C_AGE", "OBS_VALUE"), what)
    ours = table[table["GEOGRAPHY_CODE"].str.startswith(_NATIONS)].reset_index(drop=True)
    if ours.empty:
        raise NotFoundError(f"{what} has no authority in Wales or England.")
    ages = ours["C_AGE"].str.lstrip("_")
    if set(ages) - {str(code) for code in AGES}:
        raise LayoutError(f"{what} has the age codes {', '.join(sorted(set(ages)))}; 101 to 118 are meant.")
    values = [read_number(cell) for cell in ours["OBS_VALUE"]]
    empty = [name for name, value in zip(ours["GEOGRAPHY_NAME"], values, strict=True) if not value]
    if empty:
        raise ContentError(
            f"{what} has a blank or zero population for {', '.join(dict.fromkeys(empty))}. That is what "
            "Nomis gives for abolished areas and for years not out yet; it is not a population."
        )
    ours = ours.assign(population=pd.Series(values, dtype="float64"))
    key = ["DATE_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_NAME"]
    grouped = ours.groupby(key, sort=False)["C_AGE"].agg(["nunique", "size"])
    short = grouped[(grouped["nunique"] != len(AGES)) | (grouped["size"] != len(AGES))]
    if len(short):
        names = ", ".join(name for _, _, name in short.index[:5])
        raise IncompleteError(f"{what} lacks or repeats some of the 18 ages of: {names}.")
    totals = ours.groupby(key, sort=False)["population"].sum().reset_index()
    return pd.DataFrame(
        {
            "mid_year": totals["DATE_NAME"].astype("int64"),
            "area_code": _codes(totals["GEOGRAPHY_CODE"], what),
            "published_code": totals["GEOGRAPHY_CODE"],
            "area_name": totals["GEOGRAPHY_NAME"],
            "population": totals["population"].astype("float64"),
        }
    )


def read_lone_parents(table: pd.DataFrame, census: int) -> pd.DataFrame:
    """Read households and lone-parent households with dependent children; values, not percentages."""
    how = CENSUSES[census]
    cell = how.cell.upper()
    what = how.title
    _need(table, ("GEOGRAPHY_CODE", "GEOGRAPHY_NAME", cell, "OBS_VALUE"), what)
    if "MEASURES_NAME" in table:
        table = table[table["MEASURES_NAME"].str.casefold() == "value"]
    # codes of lower levels may come with an underscore in front
    codes = table[cell].str.lstrip("_")
    parts = {}
    for name, code in (("households", how.all_households), ("lone_parent_households", how.lone_parents)):
        rows = table[codes == code]
        if rows["GEOGRAPHY_CODE"].duplicated().any():
            raise LayoutError(f"{what} has an area twice for {name}.")
        values = [read_number(text) for text in rows["OBS_VALUE"]]
        if any(value is None for value in values):
            empty = [
                area for area, value in zip(rows["GEOGRAPHY_NAME"], values, strict=True) if value is None
            ]
            raise ContentError(f"{what} has no number of {name} for {', '.join(empty[:5])}.")
        parts[name] = pd.Series(values, index=rows["GEOGRAPHY_CODE"], dtype="float64")
    named = table.drop_duplicates("GEOGRAPHY_CODE").set_index("GEOGRAPHY_CODE")["GEOGRAPHY_NAME"]
    frame = pd.DataFrame({"area_name": named, **parts})
    if frame.isna().any(axis=None):
        lacking = ", ".join(frame[frame.isna().any(axis=1)]["area_name"].astype(str)[:5])
        raise IncompleteError(f"{what} lacks one of the two numbers of: {lacking}.")
    if (frame["lone_parent_households"] > frame["households"]).any():
        raise ContentError(f"{what} has more lone-parent households than households somewhere.")
    return frame.rename_axis("published_code").reset_index()


def to_upper_tier(frame: pd.DataFrame, lookup: pd.DataFrame) -> pd.DataFrame:
    """Sum districts to upper-tier authorities.

    Parameters
    ----------
    frame : DataFrame
        From :func:`read_lone_parents`.
    lookup : DataFrame
        ``district_code`` and ``upper_tier_code``.

    Returns
    -------
    DataFrame
        ``area_code``, ``households``, ``lone_parent_households``, ``lone_parents`` (% of households).

    Raises
    ------
    ContentError
        If a district is not in the lookup, or a county would lack one of its districts.
    """
    upper = lookup.set_index("district_code")["upper_tier_code"]
    absent = sorted(set(frame["published_code"]) - set(upper.index))
    if absent:
        raise ContentError(
            f"The lookup lacks the districts {', '.join(absent[:8])}; use one of the same year."
        )
    chosen = frame.assign(upper=frame["published_code"].map(upper))
    touched = set(chosen["upper"])
    lacking = upper[upper.isin(touched)].index.difference(chosen["published_code"].tolist())
    if len(lacking):
        raise ContentError(
            f"The districts {', '.join(lacking[:8])} are missing, so their county would be too small."
        )
    sums = chosen.groupby("upper")[["households", "lone_parent_households"]].sum().reset_index()
    return with_share(sums.rename(columns={"upper": "published_code"}))


def with_share(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the code in use now and the percentage to upper-tier households."""
    return pd.DataFrame(
        {
            "area_code": _codes(frame["published_code"], "The census table"),
            "households": frame["households"],
            "lone_parent_households": frame["lone_parent_households"],
            "lone_parents": 100 * frame["lone_parent_households"] / frame["households"],
        }
    )


def read_codelist(answer: object) -> dict[str, str]:
    """Read a code list of the service."""
    try:
        lists = answer["structure"]["codelists"]["codelist"]  # type: ignore[index]
        return {str(one["value"]): str(one["description"]["value"]) for each in lists for one in each["code"]}
    except (KeyError, TypeError) as error:
        raise LayoutError(f"Nomis' code list is not as documented ({error!r}).") from error


def read_datasets(answer: object, words: str = "") -> dict[str, str]:
    """Read the answer to a search; no dataset at all is an error."""
    try:
        families = answer["structure"]["keyfamilies"]  # type: ignore[index]
        if families is None:
            raise NotFoundError(f"Nomis has no dataset like {words!r}.")
        return {str(one["id"]): str(one["name"]["value"]) for one in families["keyfamily"]}
    except (KeyError, TypeError) as error:
        raise LayoutError(f"Nomis' list of datasets is not as documented ({error!r}).") from error


def _need(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Refuse a table that lacks columns."""
    if lacking := [name for name in columns if name not in table]:
        raise LayoutError(f"{what} lacks {', '.join(lacking)}; it has: {', '.join(map(str, table.columns))}.")


def _codes(published: pd.Series, what: str) -> list[str]:
    """Return the codes in use now."""
    found: dict[str, str] = {}
    unknown: list[str] = []
    for code in published.unique():
        try:
            found[code] = areas.find(code).code
        except AreaError:
            unknown.append(code)
    if unknown:
        raise ContentError(f"{what} has areas that carerates does not know: {', '.join(unknown)}.")
    return [found[code] for code in published]
