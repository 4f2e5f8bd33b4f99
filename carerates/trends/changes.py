"""How did each area's rate change between two years, on either base, and how sure is that?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from carerates.areas import find
from carerates.errors import AreaError
from carerates.tables import RatesTable, as_rates
from carerates.trends.breaks import describe_breaks
from carerates.trends.comparison import KIND_WORDS, Change, ChangeSettings
from carerates.trends.intervals import (
    WELSH_SURVIVAL,
    Base,
    Floats,
    difference_limits,
    log_covariance,
    log_ratio_variance,
    normal_quantile,
    percent_between,
    percent_from_log,
    surviving_children,
)
from carerates.trends.panels import Panel, RateKind, cut_panel, require_years


def change(
    rates: RatesTable | pd.DataFrame,
    start: int,
    end: int,
    *,
    relative_to: Base = "start",
    rate: RateKind = "computed",
    interval: float = 0.95,
    survival: float = WELSH_SURVIVAL,
    published_decimals: int = 0,
) -> Change:
    """Answer how much each area's rate changed between two years.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        At least the two years; years between are used for the slope.
    start, end : int
        Years of the 31 March.
    relative_to : {"start", "end"}
        What the percentage is a percentage of.  A change since ``start`` is usually meant; some published
        tables divide by the end value, and a fall then looks larger and a rise smaller.
    rate : {"computed", "published", "children"}
        Children / population; the rate as its publisher printed it; or the number of children.
    interval : float
        Probability of the intervals.
    survival : float
        Share of looked-after children still looked after a year later; sets how many are counted at both
        dates.  The default is Wales in 2018-19; 0 treats the two counts as independent.
    published_decimals : int
        Decimals in which the publisher prints rates; used for rounding bounds when ``rate="published"``.

    Returns
    -------
    Change

    Raises
    ------
    TableError
        If a year is not in the table.
    ValueError
        If the window or an option is not one.

    Notes
    -----
    Three questions have three sets of columns.  *What do the published figures say?* ``percent_change``.
    *What could they say before rounding and suppression?* ``percent_rounding_low`` and ``_high``: hard
    bounds, no probability.  *How did the underlying rate change?* ``percent_lower`` and ``percent_upper``:
    an interval from the Poisson variation of two counts that share children,
    ``Var(log ratio) = 1/Y0 + 1/Y1 - 2V/(Y0 Y1)`` with ``V = Y0 survival^years``.

    An area with a missing figure, a zero base or a boundary change keeps its row; ``reason`` says why there
    is no percentage.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A"], "year": [2016, 2020],
    ...                       "children": [670, 1150], "population": [100_000, 100_000]})
    >>> both = cr.change(rates, 2016, 2020).to_frame()[["percent_of_start", "percent_of_end"]]
    >>> both.round(1).to_numpy().tolist()
    [[71.6, 41.7]]
    """
    table = as_rates(rates)
    require_years(table, start, end)
    settings = ChangeSettings(start, end, relative_to, rate, interval, survival, published_decimals)
    years = [year for year in table.years if start <= year <= end]
    panel = cut_panel(table, years, rate, published_decimals=published_decimals)
    frame = panel.labels.assign(start=start, end=end)
    frame = pd.concat([frame, _ends(panel), _sizes(panel, settings), _slopes(panel, settings)], axis=1)
    ends = [panel.at(start), panel.at(end)]
    frame["breaks"] = describe_breaks(frame["nation"], start, end, rate, panel.vintage[:, ends])
    frame["reason"] = [_reason(panel, row, settings) for row in range(len(frame))]
    step = (
        f"change from {start} to {end} in the {KIND_WORDS[rate]}, as a percentage of the {relative_to} value"
    )
    without = int(frame["percent_change"].isna().sum())
    if without:
        step += f"; {without} of {len(frame)} areas have none, each with its reason"
    return Change(settings, frame, table.provenance.then(step), inputs={"rates": table})


def _ends(panel: Panel) -> pd.DataFrame:
    """Return the figures at both dates."""
    pairs = {"rate": panel.rates, "children": panel.children, "population": panel.population}
    return pd.DataFrame(
        {
            f"{name}_{when}": grid[:, at]
            for name, grid in pairs.items()
            for when, at in (("start", 0), ("end", -1))
        }
    )


def _sizes(panel: Panel, settings: ChangeSettings) -> pd.DataFrame:
    """Return absolute, percent and log changes with their limits and rounding bounds."""
    rate0, rate1 = panel.rates[:, 0], panel.rates[:, -1]
    count0, count1 = _counts(panel, 0), _counts(panel, -1)
    log_ratio, error, shared = log_ratio_between(panel, (0, -1), settings.survival)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (rate0 / count0, rate1 / count1)
        per_child = tuple(
            np.where(count > 0, one, 1e4 / panel.population[:, at] if panel.kind != "children" else 1.0)
            for one, count, at in zip(scale, (count0, count1), (0, -1), strict=True)
        )
    z = normal_quantile(settings.interval)
    lower, upper = difference_limits(
        (count0, count1), (per_child[0], per_child[1]), shared, settings.interval
    )
    there = np.isfinite(rate0) & np.isfinite(rate1)
    low, high = _rounding_bounds(panel, settings.relative_to)
    years = settings.end - settings.start
    return pd.DataFrame(
        {
            "absolute_change": rate1 - rate0,
            "absolute_lower": np.where(there, lower, np.nan),
            "absolute_upper": np.where(there, upper, np.nan),
            "percent_change": percent_between(rate0, rate1, settings.relative_to),
            "percent_lower": percent_from_log(log_ratio - z * error, settings.relative_to),
            "percent_upper": percent_from_log(log_ratio + z * error, settings.relative_to),
            "percent_rounding_low": low,
            "percent_rounding_high": high,
            "percent_of_start": percent_between(rate0, rate1, "start"),
            "percent_of_end": percent_between(rate0, rate1, "end"),
            "log_ratio": log_ratio,
            "log_ratio_standard_error": error,
            "shared_children": shared,
            "annual_percent": percent_from_log(log_ratio / years, "start"),
            "annual_percent_lower": percent_from_log((log_ratio - z * error) / years, "start"),
            "annual_percent_upper": percent_from_log((log_ratio + z * error) / years, "start"),
        }
    )


def log_ratio_between(panel: Panel, ends: tuple[int, int], survival: float) -> tuple[Floats, Floats, Floats]:
    """Find the log ratio of the rates at two positions, its standard error and the children at both.

    Parameters
    ----------
    panel : Panel
    ends : (int, int)
        Positions of the two years among the panel's.
    survival : float
        Share of children still looked after a year later.
    """
    first, last = ends
    years = panel.years[last] - panel.years[first]
    count0, count1 = _counts(panel, first), _counts(panel, last)
    shared = np.minimum(surviving_children(count0, years, survival), np.minimum(count0, count1))
    rate0, rate1 = panel.rates[:, first], panel.rates[:, last]
    with np.errstate(divide="ignore", invalid="ignore"):
        usable = (rate0 > 0) & (rate1 > 0)
        log_ratio = np.where(usable, np.log(rate1 / rate0), np.nan)
        error = np.sqrt(log_ratio_variance(count0, count1, shared))
    return log_ratio, np.where(usable, error, np.nan), shared


def _counts(panel: Panel, at: int) -> Floats:
    """Return children at one date; where only a published rate exists, what it and the population imply."""
    implied = panel.rates[:, at] * panel.population[:, at] / 1e4
    known = panel.children[:, at]
    return known if panel.kind == "children" else np.where(np.isfinite(known), known, implied)


def _rounding_bounds(panel: Panel, relative_to: str) -> tuple[Floats, Floats]:
    """Return the smallest and largest percentages that rounding and suppression leave possible."""
    low0, high0 = panel.rates_low[:, 0], panel.rates_high[:, 0]
    low1, high1 = panel.rates_low[:, -1], panel.rates_high[:, -1]
    bounds = []
    for first, last, unbounded in ((high0, low1, -np.inf), (low0, high1, np.inf)):
        percent = percent_between(first, last, relative_to)
        base, other = (first, last) if relative_to == "start" else (last, first)
        # a base that may have been zero leaves the percentage without a bound on this side
        open_ended = (base == 0) & (other > 0)
        bounds.append(np.where(open_ended, unbounded, percent))
    return bounds[0], bounds[1]


def _slopes(panel: Panel, settings: ChangeSettings) -> pd.DataFrame:
    """Return the least-squares slope of the log rate over the years of the window that have figures."""
    z = normal_quantile(settings.interval)
    years = np.array(panel.years, dtype=float)
    slope, error = np.full(len(panel.rates), np.nan), np.full(len(panel.rates), np.nan)
    used = np.zeros(len(panel.rates), dtype=int)
    counts = np.column_stack([_counts(panel, at) for at in range(len(panel.years))])
    for row, (line, count) in enumerate(zip(panel.rates, counts, strict=True)):
        known = np.isfinite(line) & (line > 0)
        used[row] = int(known.sum())
        # a slope over part of the window would answer another question
        if not (known[0] and known[-1]):
            continue
        weight = years[known] - years[known].mean()
        weight = weight / (weight**2).sum()
        slope[row] = weight @ np.log(line[known])
        if (count[known] > 0).all():
            covariance = log_covariance(count[None, known], years[known], settings.survival)[0]
            error[row] = np.sqrt(weight @ covariance @ weight)
    return pd.DataFrame(
        {
            "slope_percent_per_year": 100 * np.expm1(slope),
            "slope_lower": 100 * np.expm1(slope - z * error),
            "slope_upper": 100 * np.expm1(slope + z * error),
            "years_used": used,
        }
    )


def _reason(panel: Panel, row: int, settings: ChangeSettings) -> str:
    """Say why an area has no percentage; empty text where it has one."""
    gaps = []
    for at, year in ((0, settings.start), (-1, settings.end)):
        if np.isfinite(panel.rates[row, at]):
            continue
        status = panel.status[row, at]
        if not status:
            gaps.append(f"no row for {year}{_lifetime(panel.labels['area_code'].iloc[row], year)}")
        elif panel.kind == "published":
            gaps.append(f"no published rate for {year}")
        elif np.isfinite(panel.children[row, at]):
            gaps.append(f"no population for {year}")
        else:
            gaps.append(f"no count for {year} ({status.replace('_', ' ')})")
    if gaps:
        return "; ".join(gaps)
    base = panel.rates[row, 0 if settings.relative_to == "start" else -1]
    if base == 0:
        return f"the {settings.relative_to} rate is zero, so a percentage of it does not exist"
    return ""


def _lifetime(code: str, year: int) -> str:
    """Say whether the register knows why an area has no row for a year."""
    try:
        area = find(code)
    except AreaError:
        return ""
    after = area.valid_to is not None and area.valid_to < date(year, 4, 1)
    before = area.valid_from is not None and area.valid_from > date(year, 3, 31)
    if not (after or before):
        return ""
    when = f"ended on {area.valid_to}" if after else f"began on {area.valid_from}"
    return f" (the area {when}; carerates.areas.harmonise puts merged and split areas on one footing)"
