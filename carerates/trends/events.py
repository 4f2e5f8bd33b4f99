"""What happened in one area, and when, beside its figures and its nation's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from carerates.areas import find
from carerates.errors import AreaError, TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.breaks import describe_breaks
from carerates.trends.nations import nation_keys
from carerates.trends.panels import LABEL_COLUMNS, RateKind, cut_panel, require_kind

Events = pd.DataFrame | Iterable[tuple[int | str | date, str]]


@dataclass(frozen=True, slots=True)
class EventSettings:
    """What :func:`follow_area` was asked."""

    area_code: str
    rate: RateKind = "computed"


@dataclass(frozen=True, slots=True, eq=False)
class AreaEvents:
    """One area's figures year by year beside its nation's, with dated events.

    Attributes
    ----------
    settings : EventSettings
    frame : DataFrame
        One row per year; see :meth:`to_frame`.
    events : DataFrame
        One row per event, earliest first: ``when`` (as given)``, at`` (in years; 31 March of a year is that
        year) and ``text``.
    provenance : Provenance

    Examples
    --------
    >>> import carerates as cr
    >>> wales = cr.load_rates("wales", years=range(2010, 2019))
    >>> found = cr.trends.follow_area(wales, "Torfaen", [("2014-04-22", "Limit of 26 weeks for proceedings")])
    >>> found.area_name, found.events["text"].tolist()
    ('Torfaen', ['Limit of 26 weeks for proceedings'])
    """

    settings: EventSettings
    frame: pd.DataFrame = field(repr=False)
    events: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE

    @property
    def area_name(self) -> str:
        """Name of the area."""
        return str(self.frame["area_name"].iloc[-1])

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per year.

        Columns: ``area_code, area_name, nation, region, year, rate, rate_low, rate_high`` (what rounding and
        suppression leave possible)``, national_rate`` and ``percent_from_national``.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Describe the course and the events in a paragraph."""
        frame = self.frame[self.frame["rate"].notna()]
        first, last = frame.iloc[0], frame.iloc[-1]
        unit = "children" if self.settings.rate == "children" else "per 10,000"
        text = (
            f"{self.area_name}: {first['rate']:.0f} {unit} at 31 March {first['year']}, "
            f"{last['rate']:.0f} at 31 March {last['year']}. "
        )
        beside = frame[frame["percent_from_national"].notna()]
        if len(beside):
            now = beside.iloc[-1]
            text += f"In {now['year']} {now['percent_from_national']:+.0f}% from the national rate. "
        told = "; ".join(
            f"{when}: {words}" for when, words in zip(self.events["when"], self.events["text"], strict=True)
        )
        if told:
            text += f"{len(self.events)} events: {told}. "
        return text + "What stands together in time need not be cause and effect."


def follow_area(
    rates: RatesTable | pd.DataFrame,
    area: str,
    events: Events = (),
    *,
    national: RatesTable | pd.DataFrame | None = None,
    rate: RateKind = "computed",
) -> AreaEvents:
    """Set one area's figures beside its nation's and beside what happened when.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Several years of the area; with the other areas of its nation, unless ``national`` is given.
    area : str
        Any name or code.
    events : DataFrame or iterable of (when, text), optional
        A DataFrame has the columns ``when`` and ``text``.  ``when`` is a date (``"2008-11-11"`` or a
        ``date``), placed at its day, or a whole year, placed at its 31 March.
    national : RatesTable or DataFrame, optional
        National figures.  By default the areas of the nation are pooled, in the years in which all of those
        in the table have a figure.
    rate : {"computed", "published", "children"}
        Children per 10,000, the rate as printed, or the number of children (which has no national line).

    Returns
    -------
    AreaEvents

    Raises
    ------
    TableError
        No such area or no figures; or every problem of the events at once: not a date, no text, outside the
        years of the table.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.trends import follow_area
    >>> wales = cr.load_rates("wales", years=range(2010, 2019))
    >>> found = follow_area(wales, "Torfaen", [("2016-04-06", "Social Services and Well-being Act in force")])
    >>> found.events["at"].round(2).tolist()
    [2016.02]
    """
    require_kind(rate)
    table = as_rates(rates)
    panel = cut_panel(table, table.years, rate, published_decimals=None)
    row = _row_of(panel.labels, area)
    figures = panel.rates[row]
    if not np.isfinite(figures).any():
        raise TableError(f"{panel.labels['area_name'].iloc[row]} has no figure of that kind in any year.")
    own, steps = panel.labels.iloc[row], []
    line = np.full(len(panel.years), np.nan)
    if rate != "children":
        if national is not None:
            line = _national_line(as_rates(national), str(own["nation"]), panel.years, rate)
        else:
            same = (
                nation_keys(panel.labels["nation"]) == nation_keys(panel.labels["nation"])[row]
            ).to_numpy()
            whole = np.isfinite(panel.children[same]) & np.isfinite(panel.population[same])
            complete = whole.all(axis=0) & (same.sum() > 1)
            sums = panel.children[same].sum(axis=0), panel.population[same].sum(axis=0)
            line[complete] = 1e4 * sums[0][complete] / sums[1][complete]
            steps.append(
                f"national rate pooled over {int(same.sum())} areas in the {int(complete.sum())} years in "
                "which all of them have a figure"
            )
    frame = pd.DataFrame({name: own[name] for name in LABEL_COLUMNS}, index=range(len(panel.years)))
    frame = frame.assign(
        year=panel.years,
        rate=figures,
        rate_low=panel.rates_low[row],
        rate_high=panel.rates_high[row],
        national_rate=line,
        percent_from_national=100 * (figures / line - 1),
    )
    # years before the first figure and after the last say nothing
    shown = np.flatnonzero(frame[["rate", "national_rate"]].notna().any(axis=1))
    frame = frame.iloc[shown[0] : shown[-1] + 1].reset_index(drop=True)
    first, last = int(frame["year"].iloc[0]), int(frame["year"].iloc[-1])
    told = read_events(events, first - 1, last)
    broken = describe_breaks(panel.labels["nation"].iloc[[row]], first, last, rate)[0]
    steps.append(f"{own['area_name']} followed with {len(told)} events" + (f"; {broken}" if broken else ""))
    return AreaEvents(EventSettings(str(own["area_code"]), rate), frame, told, table.provenance.then(*steps))


def read_events(events: Events, first: int, last: int) -> pd.DataFrame:
    """Check events and place them on the scale of years, or raise with every problem.

    Parameters
    ----------
    events : DataFrame or iterable of (when, text)
    first, last : int
        Events lie after 31 March of the first year and not after 31 March of the last.
    """
    if isinstance(events, pd.DataFrame):
        if absent := [name for name in ("when", "text") if name not in events]:
            raise TableError("These are not events.", [f"column '{name}' is missing" for name in absent])
        pairs = list(zip(events["when"], events["text"], strict=True))
    else:
        pairs = []
        for one in events:
            if not isinstance(one, tuple) or len(one) != 2:
                raise TypeError(
                    f"An event is a pair (when, text), such as (2008, 'Inspection'); this is {one!r}."
                )
            pairs.append(one)
    problems, rows = [], []
    for number, (when, text) in enumerate(pairs, 1):
        at = _place(when)
        if at is None:
            problems.append(f"event {number}: {when!r} is neither a year nor a date such as 2008-11-11")
        elif not first < at <= last:
            problems.append(f"event {number}: {when} is not within 1 April {first} to 31 March {last}")
        if not isinstance(text, str) or not text.strip():
            problems.append(f"event {number} has no text")
        if at is not None and isinstance(text, str):
            rows.append({"when": str(when)[:10], "at": at, "text": " ".join(text.split())})
    if problems:
        raise TableError("These events cannot be shown.", problems)
    frame = pd.DataFrame(rows, columns=["when", "at", "text"])
    return frame.sort_values("at", kind="stable").reset_index(drop=True)


def _place(when: object) -> float | None:
    """Return a date as years, 31 March of a year being that year; None where it is not one."""
    if isinstance(when, bool):
        return None
    if isinstance(when, (int, np.integer)):
        return float(when)
    if isinstance(when, str):
        if when.isdigit() and len(when) == 4:
            return float(when)
        try:
            when = date.fromisoformat(when)
        except ValueError:
            return None
    if not isinstance(when, date) or pd.isna(when):  # a pandas timestamp is a date too
        return None
    day = date(when.year, when.month, when.day)
    year = day.year if (day.month, day.day) <= (3, 31) else day.year + 1
    before, after = date(year - 1, 3, 31), date(year, 3, 31)
    return year - (after - day).days / (after - before).days


def _row_of(labels: pd.DataFrame, area: str) -> int:
    """Return the row of an area, by what the table calls it or by the register."""
    wanted = str(area).strip().casefold()
    for name in ("area_code", "area_name"):
        rows = np.flatnonzero(labels[name].astype(str).str.casefold() == wanted)
        if len(rows):
            return int(rows[0])
    try:
        rows = np.flatnonzero(labels["area_code"] == find(area).code)
    except AreaError:
        rows = np.empty(0, dtype=int)
    if len(rows):
        return int(rows[0])
    there = ", ".join(labels["area_name"].head(5))
    raise TableError(f"The table has no area {area!r}; it holds, for example, {there}.")


def _national_line(table: RatesTable, nation: str, years: tuple[int, ...], rate: RateKind) -> np.ndarray:
    """Return the national rates of the years, NaN where the figures given have none."""
    panel = cut_panel(table, years, rate, published_decimals=None)
    rows = np.arange(len(panel.labels))
    if len(rows) > 1:
        named = panel.labels["nation"].fillna(panel.labels["area_name"]).astype(str)
        rows = np.flatnonzero(named == nation)
    if len(rows) != 1:
        raise TableError(
            f"The national figures hold {len(panel.labels)} areas, {len(rows)} of them for {nation}; give a "
            "table with one row for each year of the nation."
        )
    return np.asarray(panel.rates[rows[0]])
