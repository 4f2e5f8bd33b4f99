"""The analysis behind a report: every result it shows, computed once, from the bundled edition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from carerates import areas
from carerates.errors import ModelError, TableError
from carerates.funnels import Funnel, funnel
from carerates.models import Adjustment, adjust
from carerates.provenance import Provenance
from carerates.sources import load_factors, load_rates
from carerates.tables import Factor, FactorsTable, RatesTable
from carerates.trends import Change, Classification, change, classify, rules

Nation = Literal["wales", "england", "both"]
NATIONS: dict[str, list[str]] = {"wales": ["wales"], "england": ["england"], "both": ["wales", "england"]}
PLACES = {"wales": "Wales", "england": "England", "both": "Wales and England"}
WINDOW = 5  # years over which the report shows change

# too few children for most statistics, and mostly suppressed: their gaps do not hold back a whole year
_TINY = {"E09000001", "E06000053"}
_COUNTED = {"exact", "provisional", "revised", "rounded_to_5", "rounded_to_10", "rounded_to_100"}


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Every result of a report.

    Attributes
    ----------
    nation, year : str, int
        What the report is about.
    panel : RatesTable
        All years that the edition holds for the areas.
    rates : RatesTable
        The year.
    totals : RatesTable
        The nations themselves in every year, as published.
    funnel, funnel_allowing : Funnel
        With limits for chance alone, and with limits that allow for over-dispersion.
    measure : Factor
        What stands for deprivation.
    adjustment : Adjustment
        Expected rates given that factor.
    adjusted_funnel : Funnel
        Areas against what their own deprivation leads one to expect.
    measures : DataFrame
        How much of the variation each measure of need accounts for.
    change : Change or None
        Over the five years before; None where the edition does not reach back.
    classes, classes_on_start : Classification or None
        The published Welsh rule on its own (end) base, and on the start base; Wales only.
    coverage : DataFrame
        Years by kind of figure.
    """

    nation: Nation
    year: int
    panel: RatesTable
    rates: RatesTable
    totals: RatesTable
    funnel: Funnel
    funnel_allowing: Funnel
    measure: Factor
    adjustment: Adjustment
    adjusted_funnel: Funnel
    measures: pd.DataFrame
    change: Change | None
    classes: Classification | None
    classes_on_start: Classification | None
    coverage: pd.DataFrame

    @property
    def provenance(self) -> Provenance:
        """Sources and steps of everything shown."""
        return self.panel.provenance.merged(
            self.totals.provenance, self.rates.provenance, self.adjustment.provenance
        )


def analyse(
    nation: Nation = "wales", year: int | None = None, *, progress: Callable[[str], None] | None = None
) -> Analysis:
    """Compute everything that a report shows.

    Parameters
    ----------
    nation : {"wales", "england", "both"}
        Whose areas are compared.
    year : int, optional
        Year of the 31 March; the latest in which every area has a count when not given.
    progress : callable, optional
        Told, in a few words, what is being done.

    Returns
    -------
    Analysis

    Raises
    ------
    TableError
        If the edition has no such year; the message says which there are.
    """
    if nation not in NATIONS:
        raise ValueError(f"nation={nation!r} is not one of {', '.join(NATIONS)}.")
    tell = progress or (lambda _: None)
    tell("reading the bundled edition")
    panel = load_rates(NATIONS[nation])
    totals = load_rates(NATIONS[nation], level="nation")
    coverage = _coverage(panel)
    chosen = year if year is not None else latest_complete_year(panel)
    _require_year(chosen, coverage)
    tell("drawing funnels")
    measure, alternatives = deprivation_measures(nation, chosen)
    factors = load_factors([measure, *alternatives], nations=NATIONS[nation])
    rates = panel.select(year=chosen)
    counted = _with_population(rates)
    plain = funnel(counted)
    allowing = funnel(counted, dispersion="additive")
    tell("adjusting for deprivation")
    in_need = counted.join(load_factors([measure], nations=NATIONS[nation]))
    adjustment = adjust(in_need, [measure])
    adjusted = funnel(_with_expectation(in_need, adjustment), expected=adjustment, dispersion="additive")
    tell("measuring change")
    changed, classes, on_start = _changes(nation, panel, totals, chosen)
    return Analysis(
        nation,
        chosen,
        panel,
        rates,
        totals,
        plain,
        allowing,
        factors[measure],
        adjustment,
        adjusted,
        _measures(counted.join(factors), factors),
        changed,
        classes,
        on_start,
        coverage,
    )


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


def deprivation_measures(nation: Nation, year: int) -> tuple[str, list[str]]:
    """Return the factor that stands for deprivation in a report, and the others it is compared with.

    The main one is the official index of the nation whose edition is nearest to the year; for both nations
    together it is the composite index, the only one on one scale.
    """
    if nation == "both":
        return "deprivation", ["lone_parents", "children_low_income"]
    if nation == "wales":
        edition = 2011 if year < 2016 else 2019
        shares = [f"wimd_{edition}_most_deprived_{share}" for share in (10, 20, 50)]
        income = f"wimd_{edition}_income_most_deprived_30"
        parents = "lone_parents_2011" if year < 2016 else "lone_parents"
        return f"wimd_{edition}_most_deprived_30", [
            *shares,
            income,
            "deprivation",
            parents,
            "children_low_income",
        ]
    edition = 2015 if year < 2018 else 2019 if year < 2023 else 2025
    idaci = "idaci_2015_score" if year < 2018 else "idaci_2019_score"
    parents = "lone_parents_2011" if year < 2017 else "lone_parents"
    return f"imd_{edition}_score", [idaci, "deprivation", parents, "children_low_income"]


def _coverage(panel: RatesTable) -> pd.DataFrame:
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


def _require_year(year: int, coverage: pd.DataFrame) -> None:
    """Raise if a year has too few figures for a comparison."""
    usable = coverage[coverage["published"] + coverage["derived"] >= 3]
    if year not in set(usable["year"]):
        there = ", ".join(str(one) for one in sorted(usable["year"]))
        raise TableError(
            f"The bundled edition has no comparison for 31 March {year}: too few areas have a count and a "
            f"population. Choose one of: {there}."
        )


def _with_population(rates: RatesTable) -> RatesTable:
    """Keep the areas that have a population; without one there is no rate and no limit."""
    frame = rates.to_frame()
    known = frame["population"].notna()
    if known.all():
        return rates
    left_out = ", ".join(frame.loc[~known, "area_name"])
    return RatesTable(
        frame[known],
        rates.provenance.then(f"left out for want of a population: {left_out}"),
        rates.factors,
        rates.measure,
    )


def _with_expectation(rates: RatesTable, adjustment: Adjustment) -> RatesTable:
    """Keep the areas that have an expected rate."""
    expected = adjustment.to_frame()["expected_rate_per_10000"].notna().to_numpy()
    frame = rates.to_frame()
    if expected.all():
        return rates
    left_out = ", ".join(frame.loc[~expected, "area_name"])
    step = f"left out of the adjusted funnel for want of an expected rate: {left_out}"
    return RatesTable(frame[expected], rates.provenance.then(step), rates.factors, rates.measure)


def _measures(rates: RatesTable, factors: FactorsTable) -> pd.DataFrame:
    """Fit each measure of need on its own and return how much of the variation each accounts for."""
    rows = []
    for one in factors.factors:
        try:
            fitted = adjust(rates, [one.name])
        except ModelError as error:
            rows.append({"factor": one.name, "label": one.label, "areas": 0, "remark": str(error)})
            continue
        whole = fitted.r_squared.iloc[0]
        rows.append(
            {
                "factor": one.name,
                "label": one.label,
                "areas": int(fitted.used.sum()),
                "ordinary": 100 * float(whole["ordinary"]),
                "population_weighted": 100 * float(whole["population_weighted"]),
                "log_rate": 100 * float(whole["log_rate"]),
                "deviance": 100 * float(whole["deviance"]),
            }
        )
    return pd.DataFrame(rows)


def _changes(
    nation: Nation, panel: RatesTable, totals: RatesTable, year: int
) -> tuple[Change | None, Classification | None, Classification | None]:
    """Return the change over the window, and for Wales the published rule on both bases."""
    start = year - WINDOW
    frame = panel.to_frame()
    reaches_back = frame.loc[frame["year"] == start, "rate_per_10000"].notna().any()
    changed = None
    if reaches_back:
        # areas that merged or split inside the window are compared as the unit that did not change
        window = panel.select(year=[one for one in panel.years if start <= one <= year])
        changed = change(areas.harmonise(window), start, year)
    if nation != "wales":
        return changed, None, None
    rule, on_start = rules.wcpp(shortfall=None), rules.wcpp(relative_to="start", shortfall=None)
    return changed, classify(panel, rule, national=totals), classify(panel, on_start, national=totals)
