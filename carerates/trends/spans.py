"""Does the answer depend on the window? Every window at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.breaks import describe_breaks
from carerates.trends.changes import log_ratio_between
from carerates.trends.intervals import (
    WELSH_SURVIVAL,
    Base,
    normal_quantile,
    percent_between,
    percent_from_log,
)
from carerates.trends.panels import RateKind, cut_panel


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """What :func:`windows` was asked."""

    lengths: tuple[int, ...]
    relative_to: Base = "start"
    rate: RateKind = "computed"
    fall: float = -10.0
    rise: float = 10.0
    interval: float = 0.95
    survival: float = WELSH_SURVIVAL


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The change of every area in every window.

    Attributes
    ----------
    settings : WindowSettings
    frame : DataFrame
        One row per area and window: ``area_code, area_name, nation, region, start, end, length,
        percent_change``; ``percent_lower`` and ``percent_upper``, the interval of the underlying change as in
        :func:`carerates.trends.change`; ``breaks``.
    provenance : Provenance
    interval_kind : str

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2013, 2018] * 2,
    ...                       "children": [100, 130, 200, 160], "population": 20_000})
    >>> cr.trends.windows(rates, 5).counts()[["start", "end", "fell", "rose"]].values.tolist()
    [[2013, 2018, 1, 1]]
    """

    settings: WindowSettings
    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE
    interval_kind: str = "log ratio of Poisson counts that share children (delta method)"

    @property
    def interval_probability(self) -> float:
        """Probability of the intervals."""
        return self.settings.interval

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area and window."""
        return self.frame.copy()

    def counts(self) -> pd.DataFrame:
        """Count, window by window, the areas that fell or rose by the thresholds or more.

        Columns: ``start, end, length, areas`` (with both figures)``, fell, rose``, those of them whose
        interval leaves out zero (``fell_clearly, rose_clearly``)``, median_percent, lowest_percent,
        highest_percent``.
        """
        rows = []
        for _, part in self.frame.groupby(["start", "end"], sort=True):
            start, end = int(part["start"].iloc[0]), int(part["end"].iloc[0])
            known = part["percent_change"].dropna()
            fell, rose = known <= self.settings.fall, known >= self.settings.rise
            rows.append(
                {
                    "start": start,
                    "end": end,
                    "length": end - start,
                    "areas": len(known),
                    "fell": int(fell.sum()),
                    "rose": int(rose.sum()),
                    "fell_clearly": int((fell & (part.loc[known.index, "percent_upper"] < 0)).sum()),
                    "rose_clearly": int((rose & (part.loc[known.index, "percent_lower"] > 0)).sum()),
                    "median_percent": known.median() if len(known) else np.nan,
                    "lowest_percent": known.min() if len(known) else np.nan,
                    "highest_percent": known.max() if len(known) else np.nan,
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Describe how far the counts depend on the window."""
        counts, chosen = self.counts(), self.settings
        text = ""
        for length, part in counts.groupby("length", sort=True):
            most = int(part["areas"].max())
            if not most:
                continue
            # a window of fewer areas has fewer to count, so its count says nothing about the window
            full = part[part["areas"] == most]
            text += (
                f"Over the {len(full)} windows of {length} years from {full['start'].min()} to "
                f"{full['end'].max()} with figures for {most} areas, the number down by {-chosen.fall:g}% or "
                f"more ranges from {full['fell'].min()} to {full['fell'].max()}, and up by {chosen.rise:g}% "
                f"or more from {full['rose'].min()} to {full['rose'].max()}. "
            )
            fewer = part[part["areas"].between(1, most - 1)]
            if len(fewer):
                told = [f"{one.start}-{one.end} ({one.areas})" for one in fewer.itertuples()]
                text += f"Left out, for fewer areas have figures: {', '.join(told)}. "
        return text + f"Percentages are of the {chosen.relative_to} value."


def windows(
    rates: RatesTable | pd.DataFrame,
    lengths: int | Iterable[int] = 5,
    *,
    relative_to: Base = "start",
    rate: RateKind = "computed",
    fall: float = -10.0,
    rise: float = 10.0,
    interval: float = 0.95,
    survival: float = WELSH_SURVIVAL,
) -> Windows:
    """Answer how much a count of falling or rising areas depends on the window chosen.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Several years.
    lengths : int or iterable of int
        Lengths of window in years.
    relative_to, rate
        As in :func:`carerates.trends.change`; ``rate="children"`` needs no populations.
    fall, rise : float
        Per cent, at or beyond which an area is counted.
    interval, survival : float
        Probability of the intervals of the underlying changes, and share of children still looked after a
        year later, as in :func:`carerates.trends.change`.

    Returns
    -------
    Windows

    Raises
    ------
    TableError
        If no two years of the table are that far apart.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.trends import windows
    >>> rates = pd.DataFrame({"area_code": "A", "year": [2010, 2011, 2012], "children": [100, 88, 110],
    ...                       "population": 10_000})
    >>> windows(rates, 1).counts()[["start", "fell", "rose"]].to_numpy().tolist()
    [[2010, 1, 0], [2011, 0, 1]]
    """
    if not fall < rise:
        raise ValueError(f"fall must be below rise; these are fall={fall:g} and rise={rise:g}.")
    wanted = (lengths,) if isinstance(lengths, (int, np.integer)) else tuple(lengths)
    if not wanted or any(isinstance(one, bool) or one < 1 for one in wanted):
        raise ValueError(f"lengths must be whole years of 1 or more; this is {lengths!r}.")
    z = normal_quantile(interval)
    table = as_rates(rates)
    years = table.years
    pairs = [(start, start + length) for length in wanted for start in years if start + length in years]
    if not pairs:
        raise TableError(
            f"No two of the years {', '.join(map(str, years))} are "
            f"{' or '.join(map(str, wanted))} years apart."
        )
    panel = cut_panel(table, years, rate, published_decimals=None)
    parts = []
    for start, end in pairs:
        ends = (panel.at(start), panel.at(end))
        log_ratio, error, _ = log_ratio_between(panel, ends, survival)
        percent = percent_between(panel.rates[:, ends[0]], panel.rates[:, ends[1]], relative_to)
        parts.append(
            panel.labels.assign(
                start=start,
                end=end,
                length=end - start,
                percent_change=percent,
                percent_lower=percent_from_log(log_ratio - z * error, relative_to),
                percent_upper=percent_from_log(log_ratio + z * error, relative_to),
                breaks=describe_breaks(
                    panel.labels["nation"], start, end, rate, panel.vintage[:, list(ends)]
                ),
            )
        )
    lasting = tuple(int(one) for one in wanted)
    settings = WindowSettings(lasting, relative_to, rate, fall, rise, interval, survival)
    step = f"changes over {len(pairs)} windows of {', '.join(map(str, wanted))} years"
    return Windows(settings, pd.concat(parts, ignore_index=True), table.provenance.then(step))
