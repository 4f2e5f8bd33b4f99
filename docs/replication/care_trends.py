"""Our values for two shorter papers on trends: the Senedd evidence, and the interviews in England."""

from __future__ import annotations

from functools import cache

import pandas as pd
from associations import rank_correlation
from cordis_bright import factor_of, with_factor
from printed import Association

import carerates as cr

START, END = 2016, 2020


@cache
def welsh_changes(relative_to: str = "end") -> pd.Series:
    """Return published percentage changes 2016 to 2020, with four rates inferred from print, by area."""
    rates = cr.load_rates("wales", include_inferred=True)
    published = cr.change(rates, START, END, rate="published").to_frame().set_index("area_name")
    computed = cr.change(rates, START, END).to_frame().set_index("area_name")
    column = f"percent_of_{relative_to}"
    return published[column].fillna(computed[column]).dropna()


def welsh_areas_up_by(percent: int, relative_to: str) -> int:
    """Return how many Welsh areas rose by a percentage or more, 2016 to 2020."""
    return int((welsh_changes(relative_to) >= percent).sum())


def welsh_areas_down_by(percent: int, relative_to: str) -> int:
    """Return how many Welsh areas fell by more than a percentage, 2016 to 2020."""
    return int((welsh_changes(relative_to) < -percent).sum())


def change_with(factor: str, since: str = "") -> Association:
    """Return the rank correlation of the change in rate, 2016 to 2020, with a factor or its change."""
    changes = welsh_changes("start")
    codes = [cr.areas.find(name).code for name in changes.index]
    measure = factor_of(factor) - factor_of(since) if since else factor_of(factor)
    return rank_correlation(measure.reindex(codes), changes.set_axis(codes))


def level_with(factor: str, year: int) -> Association:
    """Return the rank correlation of the rate with a factor, Welsh areas."""
    return with_factor(factor, year)


@cache
def english_classes(
    dead_band: float = 0.0, *, start: int = 2012, population: str = "published"
) -> cr.trends.Classification:
    """Return English areas as increasing, little change or decreasing to 31 March 2017."""
    rule = cr.rules.wwcsc(dead_band, start, 2017, whole_number_rates=True)
    return cr.classify(cr.load_rates("england", population=population), rule)  # type: ignore[arg-type]


def groups(dead_band: int) -> frozenset[str]:
    """Return the trend groups of English areas 2012 to 2017 (whole-number rates, dead band in per cent)."""
    found = english_classes(float(dead_band)).counts()
    return frozenset(label for label in ("increasing", "little change", "decreasing") if found.get(label))


def design(cases: int, dead_band: int, seed: int) -> cr.peers.CaseSelection:
    """Return a selection of areas at random within trend and region."""
    return cr.select_cases(english_classes(float(dead_band)), cases, seed=seed)


def areas_in_design(cases: int, dead_band: int, seed: int) -> int:
    """Return how many areas a selection by trend and region holds."""
    return len(design(cases, dead_band, seed).selected())


def regions_in_design(cases: int, dead_band: int, seed: int) -> str:
    """Say whether a selection of areas by trend and region reaches every English region."""
    return "all" if design(cases, dead_band, seed).selected()["region"].nunique() == 9 else "not all"


def share(label: str, start: int, population: str) -> float:
    """Return the percentage of English areas in a class: sign of the change in whole-number rates to 2017."""
    found = english_classes(0.0, start=start, population=population).counts()
    known = sum(found[one] for one in ("increasing", "little change", "decreasing"))
    return 100 * found[label] / known
