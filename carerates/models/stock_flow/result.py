"""What a fitted model of starts and ceases says about the number of children looked after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from carerates.errors import ModelError, TableError
from carerates.models.design.terms import Array
from carerates.models.results.area_tables import PER
from carerates.models.results.estimates import central_interval
from carerates.models.results.fitted import FittedRates
from carerates.models.stock_flow.counts import MONTHS, FlowCounts
from carerates.models.stock_flow.forecast import LEVEL, StockForecast, forecast_stocks, select_draws
from carerates.models.stock_flow.recursion import leaving_probability, steady_stock
from carerates.models.stock_flow.specification import StockFlowModel
from carerates.provenance import Provenance
from carerates.tables import RateDraws


@dataclass(frozen=True, slots=True, eq=False)
class FittedFlows:
    """Starts, ceases and the number to which they lead, with joint uncertainty.

    Attributes
    ----------
    settings : StockFlowModel
        The model.
    starts, ceases : FittedRates
        The two fits, each with its own checks and ``save``.  Rates of the first are starts per 10,000
        children; of the second, ceases per 10,000 months looked after.
    stocks : DataFrame
        Stocks at both ends of every year of flows, and the flows.
    left_out : DataFrame
        Area-years of flows that could not be used, with the reason.
    provenance : Provenance
        Sources and steps.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.models import StockFlowModel, fit_flows
    >>> stock = pd.DataFrame([(area, year, 300, 50_000) for area in "ABCDEF" for year in (2016, 2017, 2018)],
    ...                      columns=["area_code", "year", "children", "population"])
    >>> flows = stock[stock["year"] > 2016].assign(starts=90, ceases=90)
    >>> model = StockFlowModel().replace(area_time="none", time="none")
    >>> found = fit_flows(model, stock, flows, draws=200)
    >>> found.to_frame()["year"].unique().tolist()
    [2017, 2018]
    """

    settings: StockFlowModel
    starts: FittedRates
    ceases: FittedRates
    stocks: pd.DataFrame = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    provenance: Provenance = field(repr=False)

    interval_kind: ClassVar[str] = "credible, equal tails"
    interval_probability: ClassVar[float] = LEVEL

    @classmethod
    def of(cls, starts: FittedRates, ceases: FittedRates, counts: FlowCounts) -> FittedFlows:
        """Put two fits of the same areas and years together."""
        left_out = [counts.left_out]
        for name, part in (("starts", starts), ("ceases", ceases)):
            if len(part.left_out):
                rows = part.left_out[["area_code", "year", "reason"]]
                left_out.append(rows.assign(reason=name + ": " + rows["reason"]))
        return cls(
            StockFlowModel(starts.settings, ceases.settings),
            starts,
            ceases,
            counts.frame,
            pd.concat(left_out, ignore_index=True),
            starts.provenance.merged(ceases.provenance),
        )

    @property
    def checks(self) -> str:
        """``"passed"`` if both fits passed every check, else ``"not passed"``; a column of every table."""
        return "passed" if self.starts.checks == self.ceases.checks == "passed" else "not passed"

    # -- draws -------------------------------------------------------------------------------------

    def steady_draws(self) -> RateDraws:
        """Return draws of each area's steady rate: where starts and hazard of each year would lead.

        Notes
        -----
        Per 10,000 children aged 0-17, from underlying starts and hazard: the noise of single years, about
        whose mean (median, where it is log-normal) these are, is not in it; a forecast has it.  ``expected``
        is the steady rate of a typical area of the same nation and factors.
        """
        starts, ceases = self._both()
        return RateDraws(
            rates=steady_stock(starts.rates, MONTHS * ceases.rates / PER),
            area_codes=starts.area_codes,
            years=starts.years,
            population=starts.population,
            expected=steady_stock(_expected(starts), MONTHS * _expected(ceases) / PER),
        )

    def _both(self) -> tuple[RateDraws, RateDraws]:
        """Return the draws of both fits over the areas and years that both have."""
        starts, ceases = self.starts.rate_draws(), self.ceases.rate_draws()
        codes = tuple(one for one in starts.area_codes if one in set(ceases.area_codes))
        years = tuple(one for one in starts.years if one in ceases.years)
        if not codes or not years:
            raise ModelError("The fits of starts and ceases have no area and year in common.")
        return select_draws(starts, codes, years), select_draws(ceases, codes, years)

    # -- tables ------------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each area and year of flows.

        Returns
        -------
        DataFrame
            ``children_before, starts, ceases, children`` as published, ``gap`` (the number less what stock
            and flows lead to); ``starts_per_10000`` (underlying), ``leaving_probability`` (of a child looked
            after, to have left within a year), ``mean_stay_years`` and ``steady_rate_per_10000`` as posterior
            medians with 95% intervals; ``steady_children``; ``probability_steady_above``, that the steady
            rate lies above the rate now; ``checks``.
        """
        starts, ceases = self._both()
        hazard = MONTHS * ceases.rates / PER
        stocks = self.stocks.set_index(["area_code", "year"])
        rows = pd.MultiIndex.from_product([starts.area_codes, starts.years], names=["area_code", "year"])
        there = rows.isin(stocks.index)
        frame = stocks.loc[rows[there]].reset_index()
        names = ["area_code", "area_name", "nation", "region", "year", "population"]
        table = frame[[*names, "children_before", "starts", "ceases", "children"]].copy()
        table["gap"] = table["children"] - (table["children_before"] + table["starts"] - table["ceases"])
        steady = steady_stock(starts.rates, hazard)
        for name, stem, draws in (
            ("starts_per_10000", "starts_", starts.rates),
            ("leaving_probability", "leaving_", leaving_probability(hazard)),
            ("mean_stay_years", "stay_", 1 / hazard),
            ("steady_rate_per_10000", "steady_", steady),
        ):
            flat = draws.reshape(len(draws), -1)[:, there]
            table[name] = np.median(flat, axis=0)
            table[f"{stem}lower_95"], table[f"{stem}upper_95"] = central_interval(flat, LEVEL)
        table["steady_children"] = table["steady_rate_per_10000"] * table["population"] / PER
        now = (PER * table["children"] / table["population"]).to_numpy()
        table.insert(names.index("population") + 1, "rate_per_10000", now)
        table["probability_steady_above"] = (steady.reshape(len(steady), -1)[:, there] > now).mean(axis=0)
        table["checks"] = self.checks
        return table

    def summary(self) -> str:
        """Return a paragraph that a statistician could print."""
        table = self.to_frame()
        last = table[table["year"] == table["year"].max()]
        up = int((last["probability_steady_above"] > 0.975).sum())
        down = int((last["probability_steady_above"] < 0.025).sum())
        said = (
            f"Starts and ceases of {table['area_code'].nunique()} areas, {table['year'].min()} to "
            f"{table['year'].max()}, {len(table)} area-years. In {table['year'].max()} the median area had "
            f"{last['starts_per_10000'].median():.1f} starts per 10,000 children a year, and "
            f"{100 * last['leaving_probability'].median():.0f}% of children looked after would leave within "
            f"one. If starts and ceases stayed as they were, the rate would rise in {up} area(s) and fall in "
            f"{down} (probability above 97.5%), and end at {last['steady_rate_per_10000'].median():.0f} per "
            f"10,000 in the median area, from {last['rate_per_10000'].median():.0f}. Published stocks and "
            f"flows disagree by {table['gap'].abs().median():.0f} children at the median. A hazard that is "
            "the same however long a child has stayed is assumed: read steady numbers as a direction, "
            "not a date."
        )
        return said if self.checks == "passed" else f"{self._banner()} {said}"

    def _banner(self) -> str:
        """Return the warnings of the fits that failed a check."""
        parts = (("Starts", self.starts), ("Ceases", self.ceases))
        return " ".join(
            f"{name}: {one.diagnostics.banner()}" for name, one in parts if not one.diagnostics.passed
        )

    def __str__(self) -> str:
        return self.summary()

    # -- years to come -----------------------------------------------------------------------------

    def forecast(
        self, years: int = 1, *, population: pd.DataFrame | None = None, seed: int = 1
    ) -> StockForecast:
        """Ask what the number of children looked after may be in the next years.

        Parameters
        ----------
        years : int
            Years after the last one with flows.
        population : DataFrame, optional
            ``area_code``, ``year``, ``population`` of the years to come; the last year's by default.
        seed : int
            Seed of what is to come.

        Notes
        -----
        From the last published number (any of those it may be, where it was rounded): each draw takes its own
        starts and hazard, with the noise of a single year, and lets children stay or leave one by one.  Areas
        without starts and ceases in the last year are not forecast; they stand in ``left_out`` of the result.
        """
        return forecast_stocks(self, years, population, seed)


def _expected(draws: RateDraws) -> Array:
    """Return expected rates, which every fit has."""
    if draws.expected is None:
        raise TableError("These draws hold no expected rates.")
    return draws.expected
