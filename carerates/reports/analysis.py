"""The analysis behind a report: every result it shows, computed once, from the bundled edition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from carerates import areas
from carerates.funnels import Funnel, funnel
from carerates.funnels.sensitivity import Sensitivity, vary_choices
from carerates.models import Adjustment, adjust
from carerates.provenance import Provenance
from carerates.reports.coverage import count_coverage, keep_populated, latest_complete_year, require_year
from carerates.reports.estimates import Estimates, estimate
from carerates.reports.need import compare_measures, deprivation_measures, keep_expected, peer_factors
from carerates.sources import load_factors, load_rates
from carerates.tables import Factor, RatesTable
from carerates.trends import Change, Classification, change, classify, rules

Nation = Literal["wales", "england", "both"]
NATIONS: dict[str, list[str]] = {"wales": ["wales"], "england": ["england"], "both": ["wales", "england"]}
PLACES = {"wales": "Wales", "england": "England", "both": "Wales and England"}
WINDOW = 5  # years over which the report shows change


@dataclass(frozen=True, eq=False)
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
    choices : Sensitivity
        Positions in the plain funnel under other limits, allowances, targets and roundings.
    differences : DataFrame
        Each area's difference from expectation over the measures of need.
    estimates : Estimates
        The hierarchical model and what follows from it.
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
    choices: Sensitivity
    differences: pd.DataFrame
    estimates: Estimates

    @cached_property
    def positions(self) -> pd.DataFrame:
        """One row for each area: its positions under all choices."""
        return self.choices.to_frame()

    @property
    def provenance(self) -> Provenance:
        """Sources and steps of everything shown."""
        return self.panel.provenance.merged(
            self.totals.provenance,
            self.rates.provenance,
            self.adjustment.provenance,
            self.estimates.fitted.provenance,
            self.estimates.similar.provenance,
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
    coverage = count_coverage(panel)
    chosen = year if year is not None else latest_complete_year(panel)
    require_year(chosen, coverage)
    tell("drawing funnels")
    rates = panel.select(year=chosen)
    counted = keep_populated(rates)
    plain = funnel(counted)
    tell("adjusting for deprivation")
    measure, alternatives = deprivation_measures(nation, chosen)
    factors = load_factors([measure, *alternatives], nations=NATIONS[nation])
    in_need = counted.join(load_factors([measure], nations=NATIONS[nation]))
    adjustment = adjust(in_need, [measure])
    measures, differences = compare_measures(counted.join(factors), factors)
    tell("measuring change")
    changed, classes, on_start = _changes(nation, panel, totals, chosen)
    tell("fitting the hierarchical model")
    return Analysis(
        nation=nation,
        year=chosen,
        panel=panel,
        rates=rates,
        totals=totals,
        funnel=plain,
        funnel_allowing=funnel(counted, dispersion="additive"),
        measure=factors[measure],
        adjustment=adjustment,
        adjusted_funnel=funnel(
            keep_expected(in_need, adjustment), expected=adjustment, dispersion="additive"
        ),
        measures=measures,
        change=changed,
        classes=classes,
        classes_on_start=on_start,
        coverage=coverage,
        choices=vary_choices(plain),
        differences=differences,
        estimates=estimate(
            keep_populated(panel), chosen, measure, peer_factors(nation, chosen), window=WINDOW
        ),
    )


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
