"""How many children may be looked after in years to come, from starts and ceases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from carerates.errors import ModelError
from carerates.models.design.terms import Array
from carerates.models.results.area_tables import PER
from carerates.models.results.estimates import central_interval
from carerates.models.stock_flow.counts import MONTHS
from carerates.models.stock_flow.recursion import draw_stock
from carerates.models.stock_flow.specification import StockFlowModel
from carerates.provenance import Provenance
from carerates.tables import RateDraws

if TYPE_CHECKING:
    from carerates.models.stock_flow.result import FittedFlows

LEVEL = 0.95
_NAMED = 5  # areas left out that a summary names


@dataclass(frozen=True, slots=True, eq=False)
class StockForecast:
    """Numbers of children looked after in years to come.

    Attributes
    ----------
    settings : StockFlowModel
        The model.
    children : array of float, shape (draws, areas, years)
        Joint draws of the number at 31 March.
    area_codes, area_names, years : tuple
        What its axes are.
    population : array of float, shape (areas, years)
        Children aged 0-17.
    observed : DataFrame
        Published numbers that the flows lead from and to: ``area_code, area_name, year, children,
        children_low, children_high``.
    left_out : DataFrame
        Areas of the fit that are not forecast: ``area_code, area_name, reason``.
    checks : str
        Whether the fits passed their checks.
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
    >>> found.forecast(1).to_frame()["year"].unique().tolist()
    [2019]
    """

    settings: StockFlowModel
    children: Array = field(repr=False)
    area_codes: tuple[str, ...]
    area_names: tuple[str, ...]
    years: tuple[int, ...]
    population: Array = field(repr=False)
    observed: pd.DataFrame = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    checks: str
    provenance: Provenance = field(repr=False)

    interval_kind: ClassVar[str] = "predictive, equal tails"
    interval_probability: ClassVar[float] = LEVEL

    def rate_draws(self) -> RateDraws:
        """Return draws of the rates at 31 March, for :func:`carerates.trends.score_forecasts`."""
        return RateDraws(
            rates=PER * self.children / self.population,
            area_codes=self.area_codes,
            years=self.years,
            population=self.population.copy(),
        )

    def to_frame(self, *, probability: float = LEVEL) -> pd.DataFrame:
        """Return one row for each area and year to come: the number and the rate, with intervals."""
        if not 0 < probability < 1:
            raise ValueError(f"probability is between 0 and 1, such as 0.95; this is {probability!r}.")
        tail = f"{100 * probability:.4g}".replace(".", "_")
        lower, upper = central_interval(self.children, probability)
        areas, years = self.population.shape
        table = pd.DataFrame(
            {
                "area_code": np.repeat(self.area_codes, years),
                "area_name": np.repeat(self.area_names, years),
                "year": np.tile(self.years, areas),
                "population": self.population.ravel(),
                "children": np.median(self.children, axis=0).ravel(),
                f"lower_{tail}": lower.ravel(),
                f"upper_{tail}": upper.ravel(),
            }
        )
        table["rate_per_10000"] = PER * table["children"] / table["population"]
        return table.assign(checks=self.checks)

    def summary(self) -> str:
        """Return a paragraph that a statistician could print."""
        totals = self.children.sum(axis=1)
        said = "; ".join(
            f"{year}: {np.median(totals[:, at]):,.0f} ({low:,.0f} to {high:,.0f})"
            for at, (year, low, high) in enumerate(
                zip(self.years, *central_interval(totals, LEVEL), strict=True)
            )
        )
        text = (
            f"Children looked after in {len(self.area_codes)} areas together, from starts and ceases, with "
            f"95% predictive intervals: {said}. No policy or event to come is in them."
        )
        if len(self.left_out):
            text += f" {_left_out_in_words(self.left_out)}."
        return text if self.checks == "passed" else f"DO NOT RELY ON THESE FIGURES. {text}"

    def __str__(self) -> str:
        return self.summary()


def forecast_stocks(
    fit: FittedFlows, years: int, population: pd.DataFrame | None, seed: int
) -> StockForecast:
    """Forecast from a fit of flows; see ``FittedFlows.forecast``."""
    starts = fit.starts.forecast(years, population=population, seed=seed).rate_draws(single_year=True)
    ceases = fit.ceases.forecast(years, seed=seed + 1).rate_draws(single_year=True)
    if starts.years != ceases.years:
        raise ModelError(
            f"The last year of starts is {starts.years[0] - 1}, that of ceases {ceases.years[0] - 1}; a "
            "forecast needs both in one last year. left_out says which rows a model could not use."
        )
    codes = tuple(one for one in starts.area_codes if one in set(ceases.area_codes))
    if not codes:
        raise ModelError(
            f"No area has both starts and ceases of {starts.years[0] - 1}, the last year of flows."
        )
    left_out = _left_out(fit, starts, ceases)
    starts, ceases = select_draws(starts, codes, starts.years), select_draws(ceases, codes, starts.years)
    rng = np.random.default_rng([seed, 8])
    last = fit.stocks[fit.stocks["year"] == starts.years[0] - 1].set_index("area_code").loc[list(codes)]
    low, high = (last[name].to_numpy(dtype=np.int64) for name in ("stock_low", "stock_high"))
    stock = rng.integers(low, high + 1, (len(starts.rates), len(codes))).astype(float)
    children = np.empty(starts.rates.shape)
    for at in range(len(starts.years)):
        expected = starts.rates[:, :, at] * starts.population[:, at] / PER
        stock = draw_stock(stock, expected, MONTHS * ceases.rates[:, :, at] / PER, rng)
        children[:, :, at] = stock
    steps = [f"forecast stocks of {years} years from starts and ceases, seed {seed}"]
    if len(left_out):
        steps.append(_left_out_in_words(left_out, most=len(left_out)))
    return StockForecast(
        fit.settings,
        children,
        codes,
        tuple(last["area_name"]),
        starts.years,
        starts.population,
        _observed(fit.stocks, codes),
        left_out,
        fit.checks,
        fit.provenance.then(*steps),
    )


def select_draws(draws: RateDraws, codes: tuple[str, ...], years: tuple[int, ...]) -> RateDraws:
    """Return the draws of some areas and years."""
    rows = np.ix_([draws.area_codes.index(one) for one in codes], [draws.years.index(one) for one in years])
    return RateDraws(
        rates=draws.rates[:, *rows],
        area_codes=codes,
        years=years,
        population=draws.population[rows],
        expected=None if draws.expected is None else draws.expected[:, *rows],
    )


def _left_out(fit: FittedFlows, starts: RateDraws, ceases: RateDraws) -> pd.DataFrame:
    """Return the areas with flows in some year that have no forecast, with the reason."""
    last = starts.years[0] - 1
    ends = fit.stocks.sort_values("year").groupby("area_code").tail(1).sort_values("area_code")
    rows = []
    for code, name, year in zip(ends["area_code"], ends["area_name"], ends["year"], strict=True):
        without = [
            flow for flow, draws in (("starts", starts), ("ceases", ceases)) if code not in draws.area_codes
        ]
        if not without:
            continue
        # flows that end early are missing in both parts; otherwise a part could not use the area's last year
        reason = (
            f"the last starts and ceases are of {year}, not of {last}"
            if year < last
            else f"the model of {' and of '.join(without)} could not use {last}"
        )
        rows.append((code, name, reason))
    return pd.DataFrame(rows, columns=["area_code", "area_name", "reason"])


def _left_out_in_words(left_out: pd.DataFrame, most: int = _NAMED) -> str:
    """Say which areas are not forecast and why, the first few for each reason by name."""
    said = []
    for reason, rows in left_out.groupby("reason", sort=False):
        names = ", ".join(rows["area_name"].head(most)) + " and others" * (len(rows) > most)
        said.append(f"{len(rows)}: {reason} ({names})")
    return f"Left out of the forecast: {len(left_out)} area{'s' * (len(left_out) > 1)} ({'; '.join(said)})"


def _observed(stocks: pd.DataFrame, codes: tuple[str, ...]) -> pd.DataFrame:
    """Return the published numbers at both ends of every year of flows, each once."""
    mine = stocks[stocks["area_code"].isin(codes)]
    ends = []
    for children, low, high, back in (
        ("children_before", "before_low", "before_high", 1),
        ("children", "stock_low", "stock_high", 0),
    ):
        one = mine[["area_code", "area_name", "year", children, low, high]].set_axis(
            ["area_code", "area_name", "year", "children", "children_low", "children_high"], axis=1
        )
        ends.append(one.assign(year=one["year"] - back))
    table = pd.concat(ends).drop_duplicates(["area_code", "year"], keep="last")
    return table.sort_values(["area_code", "year"]).reset_index(drop=True)
