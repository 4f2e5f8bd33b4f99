"""Areas by years: the arrays behind a change, cut from a checked table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import TableError
from carerates.tables import RatesTable

Floats = NDArray[np.float64]
RateKind = Literal["computed", "published", "children"]
LABEL_COLUMNS = ["area_code", "area_name", "nation", "region"]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Rates and what they are made of, shape (areas, years); NaN where there is no figure.

    Attributes
    ----------
    labels : DataFrame
        ``area_code, area_name, nation, region``, one row per area.
    years : tuple of int
        Years of the 31 March.
    rates, rates_low, rates_high : array of float, shape (areas, years)
        The rate, and the smallest and largest rate that rounding and suppression leave possible.
        Children where ``kind`` is ``"children"``, else per 10,000.
    children, population : array of float, shape (areas, years)
        Children looked after and children aged 0-17.
    status, vintage : array of object, shape (areas, years)
        Status of the count and series of the population; empty text where unknown.
    """

    labels: pd.DataFrame
    years: tuple[int, ...]
    kind: RateKind
    rates: Floats
    rates_low: Floats
    rates_high: Floats
    children: Floats
    population: Floats
    status: NDArray[np.object_]
    vintage: NDArray[np.object_]

    def at(self, year: int) -> int:
        """Return the position of a year."""
        return self.years.index(year)


def require_kind(kind: str) -> None:
    """Refuse a kind of rate that does not exist."""
    if kind not in get_args(RateKind):
        raise ValueError(f"rate={kind!r} is not one of {', '.join(map(repr, get_args(RateKind)))}.")


def require_years(table: RatesTable, start: int, end: int) -> None:
    """Refuse a window that is not a window, or that the table does not reach."""
    for name, year in (("start", start), ("end", end)):
        if isinstance(year, bool) or not isinstance(year, (int, np.integer)):
            raise TypeError(f"{name} must be a whole year, such as 2016; this is {year!r}.")
    if start >= end:
        raise ValueError(f"start must come before end; these are start={start}, end={end}.")
    absent = [year for year in (start, end) if year not in table.years]
    if absent:
        there = ", ".join(str(year) for year in table.years)
        only = " A change needs two years." if len(table.years) == 1 else ""
        raise TableError(
            f"No row has year {' or '.join(str(year) for year in absent)}; the table holds {there}.{only} "
            "Choose start and end among them, or load more years."
        )


def cut_panel(
    table: RatesTable,
    years: Iterable[int],
    kind: RateKind = "computed",
    *,
    published_decimals: int | None = 0,
) -> Panel:
    """Lay a table out as areas by years.

    Parameters
    ----------
    table : RatesTable
    years : iterable of int
        Years to keep, in this order; a year without any row is an all-NaN column.
    kind : {"computed", "published", "children"}
        Children / population; the rate as printed; or the counts themselves.
    published_decimals : int or None
        Decimals the publisher prints: sets the rounding bounds of a published rate; None takes the
        printed rates as exact.

    Returns
    -------
    Panel
    """
    require_kind(kind)
    wanted = tuple(int(year) for year in years)
    frame = table.to_frame()
    labels = frame.drop_duplicates("area_code", keep="last")[LABEL_COLUMNS].reset_index(drop=True)
    frame = frame[frame["year"].isin(wanted)]
    rows = pd.Index(labels["area_code"]).get_indexer(pd.Index(frame["area_code"]))
    columns = pd.Index(wanted).get_indexer(pd.Index(frame["year"]))

    def numbers(name: str) -> Floats:
        grid = np.full((len(labels), len(wanted)), np.nan)
        grid[rows, columns] = frame[name].to_numpy(dtype=float, na_value=np.nan)
        return grid

    def words(name: str) -> NDArray[np.object_]:
        grid = np.full((len(labels), len(wanted)), "", dtype=object)
        grid[rows, columns] = frame[name].fillna("").astype(str).to_numpy()
        return grid

    children, population = numbers("children"), numbers("population")
    low, high = numbers("children_low"), numbers("children_high")
    if kind == "published":
        rates = numbers("published_rate_per_10000")
        half = _published_half_unit(rates, published_decimals)
        rates_low, rates_high = np.maximum(rates - half, 0.0), rates + half
    elif kind == "computed":
        rates, rates_low, rates_high = (1e4 * one / population for one in (children, low, high))
    else:
        rates, rates_low, rates_high = children, low, high
    return Panel(
        labels,
        wanted,
        kind,
        rates,
        rates_low,
        rates_high,
        children,
        population,
        words("status"),
        words("population_vintage"),
    )


def _published_half_unit(rates: Floats, decimals: int | None) -> float:
    """Return half a unit of the last printed digit, having checked that nothing is printed finer."""
    if decimals is None:
        return 0.0
    if not isinstance(decimals, (int, np.integer)) or decimals < 0:
        raise ValueError(f"published_decimals must be 0, 1, 2, ...; this is {decimals!r}.")
    finer = np.isfinite(rates) & (np.abs(rates - np.round(rates, decimals)) > 1e-9)
    if finer.any():
        example = float(rates[finer][0])
        raise ValueError(
            f"{int(finer.sum())} published rates (such as {example:g}) have more than {decimals} decimals. "
            "Say how many the publisher prints with published_decimals=..."
        )
    return 0.5 * 10.0**-decimals
