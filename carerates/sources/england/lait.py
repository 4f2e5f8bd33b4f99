"""The Local Authority Interactive Tool's long file: ten years of counts and rates in one place.

Its ``-`` hides whether a figure is suppressed, unavailable or not applicable.  Published rates of 2016 to
2018 rest on populations from before the 2021 Census rebasing and later ones on rebased populations, so they
step between 2018 and 2019; counts do not.
"""

from __future__ import annotations

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.delimited import read_table, rename_columns, tidy_names
from carerates.sources.failures import ContentError, LayoutError
from carerates.sources.marks import LAIT, read_cell
from carerates.sources.years import year_ending

_COLUMNS = {
    "item": ("Short Desc",),
    "label": ("Data item",),
    "year": ("Years",),
    "area_name": ("LA and Regions",),
    "value": ("Values",),
    "number": ("LA Number",),
    "region": ("Region",),
}
# the tool's own numbers of regions are not documented, so their names decide
_REGIONS = {
    "england": ("nation", "E92000001"),
    "north east": ("region", "E12000001"),
    "north west": ("region", "E12000002"),
    "yorkshire and the humber": ("region", "E12000003"),
    "east midlands": ("region", "E12000004"),
    "west midlands": ("region", "E12000005"),
    "east of england": ("region", "E12000006"),
    "london": ("region", "E12000007"),
    "inner london": ("region", "E13000001"),
    "outer london": ("region", "E13000002"),
    "south east": ("region", "E12000008"),
    "south west": ("region", "E12000009"),
}
COUNT, RATE = "LACnum", "LAC"


def read_lait(content: bytes, what: str = "The LAIT file") -> pd.DataFrame:
    """Read counts and published rates from ``bds_long``.

    Parameters
    ----------
    content : bytes
        The CSV, or a part of it; other indicators are left out.
    what : str
        For messages.

    Returns
    -------
    DataFrame
        ``year``, ``level``, ``area_code``, ``dfe_code``, ``area_name``, ``region``, ``children``, ``status``,
        ``children_codes``, ``published_rate_per_10000``, ``rate_codes``: one row per area and year.
    """
    table = rename_columns(tidy_names(read_table(content, what), what), _COLUMNS, what)
    table = table[table["item"].isin([COUNT, RATE])].reset_index(drop=True)
    if table.empty:
        raise LayoutError(f"{what} has no rows of {COUNT} (number) or {RATE} (rate per 10,000).")
    key = ["year", "number"]
    if table.duplicated([*key, "item"]).any():
        row = table[table.duplicated([*key, "item"])].iloc[0]
        raise LayoutError(f"{what} has {row['item']} of {row['area_name']} in {row['year']} twice.")
    values, codes, statuses = [], [], []
    for line, cell in enumerate(table["value"]):
        try:
            value, mark = read_cell(cell, LAIT)
        except ContentError as error:
            item, place, year = (table[name].iloc[line] for name in ("item", "area_name", "year"))
            where = f"{item} of {place} in {year}"
            raise ContentError(f"{what}, {where}: {error}") from error
        values.append(value)
        codes.append(" ".join(mark.codes))
        statuses.append(mark.status)
    table = table.assign(value=pd.Series(values, dtype="float64"), codes=codes, status=statuses)
    places = table.drop_duplicates(key)[[*key, "area_name", "region"]]
    counts = table[table["item"] == COUNT][[*key, "value", "status", "codes"]].set_axis(
        [*key, "children", "status", "children_codes"], axis=1
    )
    rates = table[table["item"] == RATE][[*key, "value", "codes"]].set_axis(
        [*key, "published_rate_per_10000", "rate_codes"], axis=1
    )
    joined = places.merge(counts, on=key, how="left").merge(rates, on=key, how="left")
    # an area with a rate only is one whose count this part of the file lacks
    joined["status"] = joined["status"].fillna("not_available")
    for name in ("children_codes", "rate_codes"):
        joined[name] = joined[name].fillna("")
    return _placed(joined, what)


def _placed(joined: pd.DataFrame, what: str) -> pd.DataFrame:
    """Give every row its level and code."""
    found: list[tuple[str, str]] = []
    problems: list[str] = []
    for name, number in zip(joined["area_name"], joined["number"], strict=True):
        region = _REGIONS.get(name.casefold())
        if region is not None:
            found.append(region)
            continue
        try:
            found.append(("local_authority", areas.find(number).code))
        except AreaError:
            problems.append(f"{name} ({number})")
            found.append(("", ""))
    if problems:
        raise ContentError(
            f"{what} has areas that carerates does not know: {', '.join(dict.fromkeys(problems))}."
        )
    frame = pd.DataFrame(
        {
            "year": [year_ending(one) for one in joined["year"]],
            "level": [level for level, _ in found],
            "area_code": [code for _, code in found],
            "dfe_code": joined["number"],
        }
    )
    rest = [
        "area_name",
        "region",
        "children",
        "status",
        "children_codes",
        "published_rate_per_10000",
        "rate_codes",
    ]
    frame = frame.join(joined[rest])
    # counts above councils are rounded to 10
    rounded = (frame["level"] != "local_authority") & (frame["status"] == "exact")
    frame["status"] = frame["status"].mask(rounded, "rounded_to_10")
    return frame
