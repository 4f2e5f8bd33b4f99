"""The modelled part of a report: underlying rates, classes with probabilities, and peers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from carerates.models import FittedRates, RateModel, fit
from carerates.peers import ContrastingPairs, SimilarAreas, contrasting_pairs, similar_areas
from carerates.sources import load_factors
from carerates.tables import RatesTable
from carerates.trends import Classification, classify, rules
from carerates.trends.robustness import Sensitivity, sensitivity
from carerates.trends.rules import Rule

SEED = 1
PROBABILITY = 0.8  # a class is given from this probability on
MODEL_YEARS = 8  # years up to the one shown that the model sees
NEIGHBOURS = 10


@dataclass(frozen=True, eq=False)
class Estimates:
    """Underlying rates and what follows from them.

    Attributes
    ----------
    year : int
        The year shown; the last that the model sees.
    fitted : FittedRates
    classes : Classification or None
        Classes of underlying change; None where the figures do not reach back.
    robustness : Sensitivity or None
        Those classes under other windows, bases, thresholds and probabilities.
    similar : SimilarAreas
    pairs : ContrastingPairs
    """

    year: int
    fitted: FittedRates
    classes: Classification | None
    robustness: Sensitivity | None
    similar: SimilarAreas
    pairs: ContrastingPairs

    @cached_property
    def course(self) -> pd.DataFrame:
        """One row for each area and year: underlying and expected rate, shrinkage, rank."""
        return self.fitted.to_frame()

    @cached_property
    def areas(self) -> pd.DataFrame:
        """The rows of the year shown."""
        frame = self.course
        return frame[frame["year"] == self.year].reset_index(drop=True)

    @cached_property
    def variations(self) -> pd.DataFrame | None:
        """One row for each area and question: how many variations keep its class."""
        return None if self.robustness is None else self.robustness.to_frame()

    @cached_property
    def bands(self) -> pd.DataFrame:
        """One row for each area: its rate among its neighbours' rates."""
        return self.similar.bands(draws=2000, seed=SEED)


def estimate(panel: RatesTable, year: int, factor: str, peers: list[str], *, window: int) -> Estimates:
    """Fit the model of a report and draw from it what a report shows.

    Parameters
    ----------
    panel : RatesTable
        All years; areas as they were in each.
    year : int
        The year shown.
    factor : str
        The measure of deprivation in the model.
    peers : list of str
        Factors by which areas are alike; population among them.
    window : int
        Years over which change is classed.
    """
    nations = sorted({str(one).lower() for one in panel.to_frame()["nation"].dropna()})
    seen = panel.select(year=_model_years(panel, year))
    needed = [factor, *(one for one in peers if one not in {factor, "population"})]
    table = seen.join(load_factors(needed, nations=nations))
    model = RateModel(factors=(factor,))
    fitted = fit(model if len(table.years) > 1 else model.for_one_year(), table, seed=SEED)
    classes, robust = None, None
    if year - window in table.years:
        rule = rules.wcpp_corrected(year - window, year, shortfall=None)
        classes = classify(fitted, rule, probability=PROBABILITY)
        robust = _vary(table, rule)
    now = table.select(year=year)
    similar = similar_areas(now, peers, neighbours=min(NEIGHBOURS, len(now.to_frame()) - 1))
    return Estimates(year, fitted, classes, robust, similar, contrasting_pairs(now, peers, fit=fitted))


def _model_years(panel: RatesTable, year: int) -> list[int]:
    """Return the years before and up to the one shown in which most areas have a rate."""
    frame = panel.to_frame()
    share = frame["rate_per_10000"].notna().groupby(frame["year"]).mean()
    window = [int(one) for one in share.index if year - MODEL_YEARS < one < year]
    return [*(one for one in window if share[one] > 0.5), year]


def _vary(table: RatesTable, rule: Rule) -> Sensitivity:
    """Return the classes under other choices, as far as the table reaches."""
    reach = (rule.start - 1, rule.start + 1)
    windows = [(start, rule.end) for start in reach if start in table.years and start < rule.end]
    return sensitivity(table, rule, windows=windows, probability=PROBABILITY)
