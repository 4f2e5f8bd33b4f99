"""Which years the edition can compare: figures by year and kind, and the latest year with all of them."""

from __future__ import annotations

import pandas as pd

from carerates.errors import TableError
from carerates.tables import RatesTable

# too few children for most statistics, and mostly suppressed: their gaps do not hold back a whole year
_TINY = {"E09000001", "E06000053"}
_COUNTED = {"exact", "provisional", "revised", "rounded_to_5", "rounded_to_10", "rounded_to_100"}


def latest_complete_year(panel: RatesTable) -> int:
    """Return the latest year in which every area has a published count and a population.

    The City of London and the Isles of Scilly, whose counts are mostly suppressed, are not waited for.
    """
    frame = panel.to_frame()
    frame = frame[~frame["area_code"].isin(_TINY)]
    complete = frame.assign(complete=frame["status"].isin(_COUNTED) & frame["population"].notna())
    by_year = complete.groupby("year").agg(complete=("complete", "all"), nations=("nation", "nunique"))
    years = by_year.index[by_year["complete"] & (by_year["nations"] == frame["nation"].nunique())]
    if not len(years):
        raise TableError("No year of the edition has a count and a population for every area.")
    return int(max(years))


def count_coverage(panel: RatesTable) -> pd.DataFrame:
    """Count areas by year and kind of figure, latest year first."""
    frame = panel.to_frame()
    kind = pd.Series("missing", index=frame.index)
    kind = kind.mask(frame["status"].isin(_COUNTED), "published").mask(
        frame["status"] == "derived", "derived"
    )
    kind = kind.mask((kind == "published") & frame["population"].isna(), "without_population")
    table = pd.crosstab(frame["year"], kind).reindex(
        columns=["published", "without_population", "derived", "missing"], fill_value=0
    )
    names = frame.loc[kind == "missing"].groupby("year")["area_name"].agg(", ".join)
    return table.assign(names_missing=names).sort_index(ascending=False).reset_index()


def require_year(year: int, coverage: pd.DataFrame) -> None:
    """Raise if a year has too few figures for a comparison."""
    usable = coverage[coverage["published"] + coverage["derived"] >= 3]
    if year not in set(usable["year"]):
        there = ", ".join(str(one) for one in sorted(usable["year"]))
        raise TableError(
            f"The bundled edition has no comparison for 31 March {year}: too few areas have a count and a "
            f"population. Choose one of: {there}."
        )


def keep_populated(rates: RatesTable) -> RatesTable:
    """Keep the rows that have a population; without one there is no rate and no limit."""
    frame = rates.to_frame()
    known = frame["population"].notna()
    if known.all():
        return rates
    lost = frame[~known]
    years = sorted(lost["year"].unique())
    left_out = ", ".join(lost["area_name"]) if len(frame["year"].unique()) == 1 else _count_rows(lost, years)
    return RatesTable(
        frame[known],
        rates.provenance.then(f"left out for want of a population: {left_out}"),
        rates.factors,
        rates.measure,
    )


def _count_rows(lost: pd.DataFrame, years: list[int]) -> str:
    """Say how many rows of which years."""
    return f"{len(lost)} rows of {', '.join(str(year) for year in years)}"
