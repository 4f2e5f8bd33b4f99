"""Our values for the figures of Cordis Bright's report of 2013, one function for each kind of figure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from associations import rank_correlation
from printed import Association, Ranking, Value
from scipy import stats

import carerates as cr
from carerates.sources.edition import read_table

CASE_STUDIES = ("Bridgend", "Denbighshire", "Newport", "Rhondda Cynon Taf", "Torfaen")


@cache
def panel(nation: str, level: str = "local_authority") -> pd.DataFrame:
    """Return the bundled rates of one nation (or ``both``), all years."""
    nations = ["wales", "england"] if nation == "both" else nation
    return cr.load_rates(nations, level=level).to_frame()


@cache
def frame(nation: str = "wales", year: int = 2012) -> pd.DataFrame:
    """Return the local authorities of one nation (or ``both``) and year by area name, lowest rate first."""
    table = panel(nation)
    table = table[(table["year"] == year) & table[["children", "population"]].notna().any(axis=1)]
    return table.set_index("area_name").sort_values("rate_per_10000")


@cache
def factor_of(name: str) -> pd.Series:
    """Return one factor without years by area code."""
    return cr.load_factors([name]).to_frame().set_index("area_code")[name]


def _rate(area: pd.Series, per: int = 10_000) -> Value:
    """Return a computed rate with what rounding of the count leaves possible."""
    return Value(
        *(
            per * float(area[column] / area["population"])
            for column in ("children", "children_low", "children_high")
        )
    )


def children(area: str, year: int) -> int:
    """Return the published number of children looked after at 31 March."""
    return int(frame(year=year).loc[area, "children"])


def rate(area: str, year: int, per: int = 10_000) -> Value:
    """Return children / population of the mid-year before, with the bounds that rounding to 5 leaves."""
    nation = "wales" if cr.areas.find(area).nation == "Wales" else "england"
    return _rate(frame(nation, year).loc[area], per)


@cache
def national_rate(nation: str, year: int) -> Value:
    """Return the nation's children / population of the mid-year before."""
    table = panel(nation, "nation").set_index("year")
    return _rate(table.loc[year])


def areas_above_count(children: int, year: int) -> frozenset[str]:
    """Return the Welsh areas that look after more children than a number."""
    table = frame(year=year)
    return frozenset(table.index[table["children"] > children])


def areas_above_rate(rate: int, year: int) -> frozenset[str]:
    """Return the Welsh areas whose rate is above a number per 10,000."""
    table = frame(year=year)
    return frozenset(table.index[table["rate_per_10000"] > rate])


def _averages(year: int) -> tuple[float, float]:
    return national_rate("england", year).value, national_rate("wales", year).value


def areas_below_england(year: int) -> frozenset[str]:
    """Return the Welsh areas whose rate is below that of England."""
    table = frame(year=year)
    return frozenset(table.index[table["rate_per_10000"] < _averages(year)[0]])


def case_studies_below_wales(year: int) -> frozenset[str]:
    """Return the five case-study areas whose rate is below that of Wales."""
    table = frame(year=year).loc[list(CASE_STUDIES)]
    return frozenset(table.index[table["rate_per_10000"] < _averages(year)[1]])


def _ranking(table: pd.DataFrame) -> Ranking:
    each = [_rate(row) for _, row in table.iterrows()]
    return Ranking(
        tuple(str(name) for name in table.index),
        tuple(one.low for one in each),
        tuple(one.high for one in each),
    )


def order_between_averages(year: int) -> Ranking:
    """Return the Welsh areas between the rates of England and Wales, lowest first."""
    england, wales = _averages(year)
    table = frame(year=year)
    return _ranking(table[table["rate_per_10000"].between(england, wales)])


def order_above_wales(year: int) -> Ranking:
    """Return the Welsh areas above the rate of Wales, lowest first."""
    table = frame(year=year)
    return _ranking(table[table["rate_per_10000"] > _averages(year)[1]])


def highest_rates(areas: int, year: int) -> Ranking:
    """Return the areas of Wales and England with the highest rates, highest first."""
    return _ranking(frame("both", year).dropna(subset="rate_per_10000").iloc[: -areas - 1 : -1])


def highest_rates_in_wales(areas: int, year: int) -> int:
    """Return how many of the areas with the highest rates of Wales and England are Welsh."""
    return sum(name in frame(year=year).index for name in highest_rates(areas, year).names)


def published_change_of_wales(start: int, end: int) -> Value:
    """Return the difference of two published national rates, each printed as a whole number."""
    wales = cr.load_rates("wales", years=[start, end], level="nation")
    change = float(cr.change(wales, start, end, rate="published").to_frame()["absolute_change"].iloc[0])
    return Value(change, change - 1, change + 1)


@cache
def funnel(nation: str, year: int = 2012) -> cr.Funnel:
    """Return the funnel of exact Poisson limits about the pooled rate."""
    return cr.funnel(cr.load_rates(["wales", "england"] if nation == "both" else nation, years=[year]))


def positions(year: int) -> str:
    """Say whether the Welsh funnel of exact 95% Poisson limits has areas inside and outside."""
    inside = funnel("wales", year).to_frame()["position"].eq("within")
    return "some inside, some outside" if inside.any() and not inside.all() else "all on one side"


def welsh_areas_inside_joint_funnel(year: int) -> frozenset[str]:
    """Return the Welsh areas inside exact 95% Poisson limits about the pooled rate of Wales and England."""
    table = funnel("both", year).to_frame()
    table = table[(table["nation"] == "Wales") & (table["position"] == "within")]
    return frozenset(table["area_name"])


def welsh_areas_above_joint_funnel(year: int) -> int:
    """Return how many Welsh areas are above the joint funnel's exact 95% Poisson limit."""
    table = funnel("both", year).to_frame()
    return int(((table["nation"] == "Wales") & table["position"].str.startswith("above")).sum())


def welsh_areas_surely_below_joint_funnel(year: int) -> str:
    """Return the Welsh areas below the joint funnel's 95% limit for every count that rounding allows."""
    table = funnel("both", year).to_frame()
    table = table[(table["nation"] == "Wales") & table["position_high"].str.startswith("below")]
    return "; ".join(table["area_name"]) or "none"


def chance_of_double(children: int, expected: int) -> str:
    """Say whether so many children are ordinary chance (Poisson, 1 in 1,000) where fewer are expected."""
    return "ordinary" if stats.poisson.sf(children - 1, expected) > 1e-3 else "not ordinary"


def with_factor(factor: str, year: int, nation: str = "wales") -> Association:
    """Return the rank correlation of the rate with a factor of the bundled edition."""
    table = frame(nation, year).set_index("area_code")
    return rank_correlation(factor_of(factor).reindex(table.index), table["rate_per_10000"])


def spread_with_factor(factor: str, year: int, scale: str = "rate") -> Association:
    """Return the rank correlation of the distance from the fitted line with the factor (Welsh areas)."""
    rates = cr.load_rates("wales", years=[year]).join(cr.load_factors([factor], nations="wales"))
    table = rates.to_frame()
    method = "ols" if scale == "rate" else "quasi_poisson"
    fitted = cr.adjust(rates, [factor], method=method).to_frame()
    distance = (
        (fitted["rate_per_10000"] - fitted["expected_rate_per_10000"]).abs()
        if scale == "rate"
        else np.log(fitted["ratio"]).abs()
    )
    distance.index = pd.Index(fitted["area_code"])
    return rank_correlation(distance, table.set_index("area_code")[factor])


def other_children_in_need(year: int) -> Association:
    """Return the rank correlation of the rate with that of other children receiving care and support."""
    need = cr.load_factors(["care_and_support_by_year"], nations="wales")
    table = cr.load_rates("wales", years=[year]).join(need).to_frame()
    others = table["care_and_support_by_year"] - table["rate_per_10000"]
    return rank_correlation(others, table["rate_per_10000"])


def changes(start: int, end: int) -> Association:
    """Return the rank correlation of changes: in rate, and in income deprivation (WIMD 2011 to 2019)."""
    older, newer = (factor_of(f"wimd_{year}_income_most_deprived_30") for year in (2011, 2019))
    rates = cr.load_rates("wales", years=[start, end])
    found = cr.change(rates, start, end).to_frame().set_index("area_code")["absolute_change"]
    return rank_correlation((newer - older).reindex(found.index), found)


def household_size(year: int) -> Association:
    """Return the rank correlation of the rate with residents per household at the Census of 2021."""
    homes = edition_table("lone_parent_households").query(
        "census_year == 2021 and level == 'local_authority'"
    )
    adults = edition_table("economic_activity").set_index("area_code")["residents_16_plus"]
    young = edition_table("children_low_income").query("financial_year_ending == 2022")
    young = young.set_index("area_code")["population_0_15"]
    size = (adults + young) / homes.set_index("area_code")["households"]
    return rank_correlation(size, frame(year=year).reset_index().set_index("area_code")["rate_per_10000"])


@cache
def edition_table(name: str) -> pd.DataFrame:
    """Return a table of the bundled edition as it stands in its file."""
    return read_table(name)


def direction_since(area: str, start: int, end: int) -> str:
    """Say in which direction the number of children moved between two years."""
    first, last = children(area, start), children(area, end)
    return "rise" if last > first else "fall" if last < first else "no change"


def steepest_case_study(start: int, end: int) -> frozenset[str]:
    """Return the case-study area whose number of children rose most, in per cent."""
    table = cr.load_rates("wales", years=[start, end])
    found = cr.change(table, start, end, rate="children").to_frame().set_index("area_name")
    return frozenset([str(found.loc[list(CASE_STUDIES), "percent_change"].idxmax())])


@cache
def child_index() -> pd.Series:
    """Return the share of small areas among the 30% most deprived on the WIMD Child Index, by area name.

    Notes
    -----
    Carried over from the publisher's page, whose title says 2008 and whose metadata say 2011.
    """
    table = pd.read_csv(Path(__file__).parent / "data" / "wimd_child_index.csv")
    names = [cr.areas.find(name).name_en for name in table["Local authority"]]
    return table["% of LSOAs in most deprived 30%"].set_axis(names)


def with_child_index(year: int) -> Association:
    """Return the rank correlation of the rate with the WIMD Child Index (30% most deprived)."""
    return rank_correlation(child_index(), frame(year=year)["rate_per_10000"])
