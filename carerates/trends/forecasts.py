"""What range may next years' rates fall in?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.intervals import WELSH_SURVIVAL, Floats, normal_quantile
from carerates.trends.panels import Panel, RateKind, cut_panel
from carerates.trends.predictions import METHODS, predict_logs

Method = Literal["pooled", "last_value", "linear_trend"]


@dataclass(frozen=True, slots=True)
class ForecastSettings:
    """What :func:`forecast` was asked."""

    upto: int
    years_ahead: int
    method: Method = "pooled"
    rate: RateKind = "computed"
    interval: float = 0.95
    survival: float = WELSH_SURVIVAL


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Predictive medians and intervals of the years ahead.

    Attributes
    ----------
    settings : ForecastSettings
    frame : DataFrame
        One row per area and year ahead: ``area_code, area_name, nation, region, year, years_ahead,
        rate_last, rate_forecast`` (median)``, rate_lower, rate_upper``.
    provenance : Provenance
    interval_kind : str

    Examples
    --------
    >>> import carerates as cr
    >>> found = cr.trends.forecast(cr.load_rates("wales", years=range(2010, 2019)), years_ahead=1)
    >>> found.interval_kind, found.interval_probability
    ('predictive interval of the figure to be published', 0.95)
    """

    settings: ForecastSettings
    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE
    interval_kind: str = "predictive interval of the figure to be published"

    @property
    def interval_probability(self) -> float:
        """Probability of the intervals."""
        return self.settings.interval

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area and year ahead."""
        return self.frame.copy()

    def summary(self) -> str:
        """Describe the forecast in a paragraph."""
        chosen, frame = self.settings, self.frame
        width = 50 * (frame["rate_upper"] - frame["rate_lower"]) / frame["rate_forecast"]
        first = width[frame["years_ahead"] == 1].median()
        last = width[frame["years_ahead"] == chosen.years_ahead].median()
        return (
            f"Forecast of {frame['area_code'].nunique()} areas for {chosen.years_ahead} years after "
            f"{chosen.upto} ({chosen.method.replace('_', ' ')}). The {100 * chosen.interval:g}% predictive "
            f"interval is about +-{first:.0f}% wide one year ahead and +-{last:.0f}% at the last year. "
            "It supposes that years to come are like the years seen; no policy or event is in it."
        )


def forecast(
    rates: RatesTable | pd.DataFrame,
    years_ahead: int = 3,
    *,
    upto: int | None = None,
    method: Method = "pooled",
    rate: RateKind = "computed",
    interval: float = 0.95,
    survival: float = WELSH_SURVIVAL,
) -> Forecast:
    """Answer what range the next years' rates may fall in.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Several years; ten or more serve well.
    years_ahead : int
    upto : int, optional
        Last year to use; the last of the table unless given.
    method : {"pooled", "last_value", "linear_trend"}
        See :func:`carerates.trends.predictions.predict_logs`; the last two are baselines.
    rate : {"computed", "children"}
    interval : float
    survival : float
        Share of children still looked after a year later.

    Returns
    -------
    Forecast

    Notes
    -----
    For forecasts from a hierarchical model fit that model to the years up to ``upto`` with the years ahead in
    it, and judge it beside these with :func:`carerates.trends.score_forecasts`.

    Examples
    --------
    >>> import carerates as cr
    >>> rates = cr.load_rates("wales", years=range(2010, 2019))
    >>> found = cr.trends.forecast(rates, years_ahead=2).to_frame().query("area_name == 'Cardiff'")
    >>> found[["year", "rate_lower", "rate_forecast", "rate_upper"]].round().astype(int).values.tolist()
    [[2019, 100, 115, 133], [2020, 92, 116, 146]]
    """
    check_options(method, rate, years_ahead)
    normal_quantile(interval)
    table = as_rates(rates)
    end = table.years[-1] if upto is None else upto
    panel = cut_history(table, end, rate)
    logs = take_logs(panel)
    from scipy.special import stdtrit

    parts = []
    for ahead in range(1, years_ahead + 1):
        found = predict_logs(logs, panel.children, ahead, method, survival)
        half = stdtrit(found.freedom, 0.5 + interval / 2) * found.scale
        parts.append(
            panel.labels.assign(
                year=end + ahead,
                years_ahead=ahead,
                rate_last=panel.rates[:, -1],
                rate_forecast=np.exp(found.location),
                rate_lower=np.exp(found.location - half),
                rate_upper=np.exp(found.location + half),
            )
        )
    frame = pd.concat(parts, ignore_index=True).sort_values(["area_code", "year"], ignore_index=True)
    if frame["rate_forecast"].isna().all():
        raise TableError(f"There is too little history up to {end} to forecast {years_ahead} years ahead.")
    settings = ForecastSettings(end, years_ahead, method, rate, interval, survival)
    gaps = int(frame.groupby("area_code")["rate_forecast"].apply(lambda one: one.isna().any()).sum())
    step = f"forecast {years_ahead} years after {end} ({method})" + (
        f"; {gaps} areas have no figure to start from" if gaps else ""
    )
    return Forecast(settings, frame, table.provenance.then(step))


def check_options(method: str, rate: str, years_ahead: int) -> None:
    """Refuse a method, figure or horizon that does not exist."""
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not one of {', '.join(get_args(Method))}.")
    if rate not in ("computed", "children"):
        raise ValueError(f"rate={rate!r} is not 'computed' or 'children'.")
    if isinstance(years_ahead, bool) or not isinstance(years_ahead, (int, np.integer)) or years_ahead < 1:
        raise ValueError(f"years_ahead must be a whole number of 1 or more; this is {years_ahead!r}.")


def cut_history(table: RatesTable, upto: int, rate: RateKind) -> Panel:
    """Return the years up to one, in an unbroken row."""
    if upto not in table.years:
        raise TableError(f"The table has no year {upto}; it holds {', '.join(map(str, table.years))}.")
    return cut_panel(table, range(table.years[0], upto + 1), rate)


def take_logs(panel: Panel) -> Floats:
    """Return log rates, NaN where there is none or it is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(panel.rates > 0, np.log(panel.rates), np.nan)
