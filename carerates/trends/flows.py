"""Do stocks and flows agree, and was it entries or exits that moved the number?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.tables.flows import check_flows


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """The slack allowed for rounding of the flows, in children."""

    tolerance: float = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class StockFlow:
    """Stock at the start plus starts less ceases, beside the stock at the end.

    Attributes
    ----------
    settings : FlowSettings
    frame : DataFrame
        One row per area and year; see :meth:`to_frame`.
    provenance : Provenance

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> stock = pd.DataFrame({"area_code": "Wales", "year": [2018, 2019], "children": [6407, 6846],
    ...                       "population": [628_100, 629_554]})
    >>> flows = pd.DataFrame({"area_code": "Wales", "year": [2019], "starts": [2125], "ceases": [1678]})
    >>> cr.trends.account_flows(stock, flows).to_frame()[["children_expected", "gap"]].values.tolist()
    [[6854.0, -8.0]]
    """

    settings: FlowSettings
    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area and year with flows.

        Columns: ``area_code, area_name, year, children_before, starts, ceases, children_expected, children,
        gap`` (stock less what stock and flows lead to)``, gap_low, gap_high`` (with the rounding of both
        stocks)``, agrees`` (0 lies within those, widened by the tolerance)``, change, starts_per_10000,
        cease_share`` (ceases as a share of the stock before)``, steady_children`` (the stock at which these
        starts and this share of ceases would balance); and, against the area's previous year with flows,
        ``change_in_growth, from_starts, from_ceases`` and ``from_gap``, which add up.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Describe the agreement in a paragraph."""
        frame = self.frame
        known = frame["gap"].dropna()
        text = f"Stock and flow of {frame['area_code'].nunique()} areas, {len(frame)} area-years. "
        if known.empty:
            return text + "No area-year has both stocks."
        off = frame[frame["gap"].notna() & ~frame["agrees"]]
        text += (
            f"In {len(known)} with both stocks the gap is {known.median():+.0f} children at the median, from "
            f"{known.min():+.0f} to {known.max():+.0f}; {len(known) - len(off)} agree within rounding and "
            f"{self.settings.tolerance:g} children."
        )
        if len(off):
            named = [f"{name} {year}" for name, year in zip(off["area_name"], off["year"], strict=True)]
            text += f" Not in agreement: {', '.join(named[:8])}{' and more' if len(named) > 8 else ''}."
        return text


def account_flows(
    rates: RatesTable | pd.DataFrame, flows: pd.DataFrame, *, tolerance: float = 10.0
) -> StockFlow:
    """Answer whether stocks and flows agree, and what entries and exits contributed to a change.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Stocks at 31 March, with the year before each year of flows.
    flows : DataFrame
        ``area_code, year, starts, ceases``: children starting and ceasing to be looked after in the year
        to 31 March.
    tolerance : float
        Children of disagreement allowed beyond the rounding of the stocks: flows are rounded too, children
        are counted once however often they start, and returns are revised.

    Returns
    -------
    StockFlow

    Raises
    ------
    TableError
        Columns missing, negative or missing flows, repeated rows, or no year of flows with a stock before it.

    Notes
    -----
    ``children = children_before + starts - ceases + gap``.  The difference between this year's growth and
    last year's is ``(starts - starts before) - (ceases - ceases before) + (gap - gap before)``.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.trends import account_flows
    >>> stock = pd.DataFrame({"area_code": "Wales", "year": [2018, 2019], "children": [6407, 6846],
    ...                       "population": [628_100, 629_554]})
    >>> flows = pd.DataFrame({"area_code": ["Wales"], "year": [2019], "starts": [2125], "ceases": [1678]})
    >>> account_flows(stock, flows).to_frame()[["children_expected", "gap"]].iloc[0].tolist()
    [6854.0, -8.0]
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be 0 or more children; this is {tolerance!r}.")
    table = as_rates(rates)
    checked = check_flows(flows)
    stocks = table.to_frame()
    now = stocks[
        ["area_code", "area_name", "year", "children", "children_low", "children_high", "population"]
    ]
    before = stocks[["area_code", "year", "children", "children_low", "children_high"]].assign(
        year=lambda rows: rows["year"] + 1
    )
    before.columns = ["area_code", "year", "children_before", "before_low", "before_high"]
    key = ["area_code", "year"]
    frame = checked.merge(now, on=key, how="left").merge(before, on=key, how="left")
    frame["area_name"] = frame["area_name"].fillna(frame["area_code"])
    if frame[["children", "children_before"]].isna().any(axis=1).all():
        raise TableError(
            "No area and year of the flows has a stock at its end and one the year before; "
            f"the stocks hold {', '.join(map(str, table.years))}."
        )
    frame["children_expected"] = frame["children_before"] + frame["starts"] - frame["ceases"]
    frame["gap"] = frame["children"] - frame["children_expected"]
    net = frame["starts"] - frame["ceases"]
    frame["gap_low"] = frame["children_low"] - frame["before_high"] - net
    frame["gap_high"] = frame["children_high"] - frame["before_low"] - net
    frame["agrees"] = (frame["gap_low"] - tolerance <= 0) & (frame["gap_high"] + tolerance >= 0)
    frame["change"] = frame["children"] - frame["children_before"]
    frame["starts_per_10000"] = 1e4 * frame["starts"] / frame["population"]
    share = frame["ceases"] / frame["children_before"].where(frame["children_before"] > 0)
    frame["cease_share"] = share
    frame["steady_children"] = frame["starts"] / share.where(share > 0)
    frame = _with_contributions(frame.sort_values(key).reset_index(drop=True))
    missing = int(frame["gap"].isna().sum())
    step = f"stock and flow accounted for {len(frame)} area-years" + (
        f"; {missing} have no stock at one end" if missing else ""
    )
    return StockFlow(FlowSettings(tolerance), frame, table.provenance.then(step))


def _with_contributions(frame: pd.DataFrame) -> pd.DataFrame:
    """Add what starts, ceases and the gap contribute to growth against the year before."""
    groups = frame.groupby("area_code")
    consecutive = groups["year"].diff() == 1
    for name, source, sign in (
        ("change_in_growth", "change", 1),
        ("from_starts", "starts", 1),
        ("from_ceases", "ceases", -1),
        ("from_gap", "gap", 1),
    ):
        frame[name] = np.where(consecutive, sign * groups[source].diff(), np.nan)
    columns = [
        "area_code",
        "area_name",
        "year",
        "children_before",
        "starts",
        "ceases",
        "children_expected",
        "children",
        "gap",
        "gap_low",
        "gap_high",
        "agrees",
        "change",
        "starts_per_10000",
        "cease_share",
        "steady_children",
        "change_in_growth",
        "from_starts",
        "from_ceases",
        "from_gap",
    ]
    return frame[columns]
