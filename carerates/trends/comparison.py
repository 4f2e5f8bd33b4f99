"""A comparison of two years: its settings, and every area's change with the limits of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.trends.intervals import WELSH_SURVIVAL, Base, normal_quantile, surviving_children
from carerates.trends.panels import RateKind, require_kind

KIND_WORDS = {
    "computed": "rate per 10,000 children (computed from counts and populations)",
    "published": "published rate per 10,000 children",
    "children": "number of children looked after",
}


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """What a change was asked to be; see :func:`change`."""

    start: int
    end: int
    relative_to: Base = "start"
    rate: RateKind = "computed"
    interval: float = 0.95
    survival: float = WELSH_SURVIVAL
    published_decimals: int = 0

    def __post_init__(self) -> None:
        if self.relative_to not in ("start", "end"):
            raise ValueError(f"relative_to must be 'start' or 'end'; this is {self.relative_to!r}.")
        require_kind(self.rate)
        normal_quantile(self.interval)
        surviving_children(1.0, 1.0, self.survival)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """The change of every area between two years.

    Attributes
    ----------
    settings : ChangeSettings
    frame : DataFrame
        One row per area; :meth:`to_frame` hands out a copy and lists the columns.
    interval_kind, interval_probability : str, float
        How the intervals were made and what they hold.
    provenance : Provenance
    inputs : mapping
        ``rates``: the table that it was made from, so that a receipt can make it again.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2013, 2018] * 2,
    ...                       "children": [100, 130, 200, 160], "population": 20_000})
    >>> found = cr.change(rates, 2013, 2018)
    >>> found.to_frame()["percent_of_end"].round(1).tolist()
    [23.1, -25.0]
    >>> found.interval_probability
    0.95
    """

    settings: ChangeSettings
    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE
    interval_kind: str = "log ratio of Poisson counts that share children (delta method)"
    inputs: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def interval_probability(self) -> float:
        """Probability of the intervals."""
        return self.settings.interval

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area.

        Columns: ``area_code, area_name, nation, region, start, end``; ``rate_start, rate_end`` and the
        ``children_`` and ``population_`` behind them; ``absolute_change`` with ``absolute_lower`` and
        ``absolute_upper``; ``percent_change`` on the chosen base with ``percent_lower`` and
        ``percent_upper`` (sampling uncertainty of the underlying rates) and, apart from those,
        ``percent_rounding_low`` and ``percent_rounding_high`` (what rounding and suppression leave possible
        for the published change); ``percent_of_start`` and ``percent_of_end``; ``log_ratio`` with
        ``log_ratio_standard_error``; ``shared_children`` assumed present at both dates; ``annual_percent``
        (compound) and ``slope_percent_per_year`` (least squares on the log of every year between) with
        limits; ``breaks``; ``reason`` where there is no change to give.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Describe the changes in a paragraph."""
        frame, chosen = self.frame, self.settings
        known = frame["percent_change"].dropna()
        text = (
            f"Change in the {KIND_WORDS[chosen.rate]} of {len(frame)} areas from 31 March {chosen.start} to "
            f"31 March {chosen.end}, as a percentage of the {chosen.relative_to} value. "
        )
        if known.empty:
            return text + "No area has a figure at both dates."
        sure = (frame["percent_lower"] > 0) | (frame["percent_upper"] < 0)
        rose, fell, same = (int(one.sum()) for one in (known > 0, known < 0, known == 0))
        text += (
            f"{len(known)} areas have both figures: {rose} rose, {fell} fell and {same} stayed the same; "
            f"the median is {known.median():+.1f}%, from {known.min():+.1f}% to {known.max():+.1f}%. "
            f"For {int(sure.sum())} of them the {100 * chosen.interval:g}% interval of the underlying change "
            "leaves out zero."
        )
        absent = frame.loc[frame["percent_change"].isna(), "area_name"].tolist()
        if absent:
            text += f" Without a percentage: {', '.join(absent)}."
        if (broken := frame["breaks"].ne("")).any():
            told = "; ".join(dict.fromkeys(frame.loc[broken, "breaks"]))
            text += f" Break in the series within the window for {int(broken.sum())} areas: {told}."
        return text
