"""Rows of the bundled edition: its counts with a status and bounds, beside the populations of a series."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.sources.edition import read_table

TABLES = {"wales": "looked_after_wales", "england": "looked_after_england"}
NATION_NAMES = {"wales": "Wales", "england": "England"}
_STATUS_BY_ROUNDING = {1: "exact", 5: "rounded_to_5", 10: "rounded_to_10"}

# England's published rates rest on rebased populations from this year on
_ENGLAND_REBASED_FROM = 2019
# Populations whose age 17 is estimated differ from the published ones by up to 0.21% (Wales, 2019 and 2020)
_ESTIMATED_POPULATION_MARGIN = 0.0025


def read_level(nation: str, level: str) -> pd.DataFrame:
    """Read the rows of one nation at one level."""
    table = read_table(TABLES[nation])
    table["nation"] = NATION_NAMES[nation]
    for name in ("rate_low", "rate_high"):
        if name not in table:
            table[name] = np.nan
    if nation == "wales" and level == "region":
        rows = table[table["level"] == "nation"].assign(level="region", region="Wales")
    else:
        rows = table[table["level"] == level]
    return rows.astype({"year": "int64"})


def add_population(rows: pd.DataFrame, population: str) -> pd.DataFrame:
    """Set the population of the mid-year before beside each row, from the series asked for."""
    table = read_table("child_population")
    table["year"] = table["mid_year"].astype("int64") + 1
    english = table["area_code"].str.startswith("E")
    rebased = table["vintage"] != "original"
    prefer_rebased = (~english | (table["year"] >= _ENGLAND_REBASED_FROM)) | (population == "rebased")
    # the other series is only taken where the preferred one has no such area and year
    table["rank"] = (rebased != prefer_rebased).astype(int)
    table = table.sort_values("rank", kind="stable").drop_duplicates(["area_code", "year"])
    table = table.rename(
        columns={
            "mid_year": "population_year",
            "vintage": "population_vintage",
            "status": "population_status",
        }
    )
    columns = ["population", "population_year", "population_vintage", "population_status"]
    return rows.merge(
        table[["area_code", "year", *columns]], on=["area_code", "year"], how="left", validate="one_to_one"
    )


def add_counts(rows: pd.DataFrame, published: pd.DataFrame, include_inferred: bool) -> pd.DataFrame:
    """Turn the edition's counts, roundings and rates into counts with a status and bounds."""
    frame = rows.rename(columns={"rate_per_10000": "edition_rate"})
    frame["status"] = frame["children_rounded_to"].map(_STATUS_BY_ROUNDING).fillna("not_available")
    for name in ("children", "population"):
        frame[name] = frame[name].astype("float64")
    inferred = frame["rate_status"] == "inferred"
    derived = (frame["children_status"] == "derived") & (~inferred | include_inferred)
    # what a published rate says about a count depends on the population it was published with
    per_rate = published["population"].astype("float64") / 10_000
    margin = np.where(published["population_status"] == "age_17_estimated", _ESTIMATED_POPULATION_MARGIN, 0.0)
    count = (frame["edition_rate"] * per_rate).round()
    low = np.ceil(frame["rate_low"] * per_rate * (1 - margin))
    high = np.ceil(frame["rate_high"] * per_rate * (1 + margin)) - 1  # the rate lies below its upper end
    frame["children_low"] = low.where(derived)
    frame["children_high"] = high.where(derived)
    frame.loc[derived, "children"] = count[derived]
    frame.loc[derived, "status"] = np.where(inferred[derived], "estimated", "derived")
    left_out = inferred & ~derived
    frame.loc[left_out, "children"] = np.nan
    frame.loc[left_out, "status"] = "not_available"
    frame["published_rate_per_10000"] = frame["edition_rate"].where(frame["rate_status"] == "published")
    return frame
