"""What counts as increasing, decreasing or little changed: settings, not code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from carerates.trends.intervals import Base
from carerates.trends.panels import RateKind, require_kind

Measure = Literal["net", "mean_annual", "slope"]
StartRate = Literal["as_found", "shrunk", "earlier"]


@dataclass(frozen=True, slots=True)
class Rule:
    """When an area is called increasing or decreasing.

    Parameters
    ----------
    name : str
        For tables and captions.
    start, end : int
        Years of the 31 March.
    decreasing : float
        Percent.  A change at or below it is decreasing (below it where ``inclusive`` is False).
    increasing : float or None
        Percent.  A change above it is increasing; None takes the national change plus ``margin``.
    margin : float
        Percentage points that an increase must exceed the national change by.
    measure : {"net", "mean_annual", "slope"}
        Net change over the window; mean of the year-on-year percentage changes; or least-squares slope of
        the log rate.  The last two are per cent per year, and so are then the thresholds.
    relative_to : {"start", "end"}
        Base of a net change.
    rate : {"computed", "published", "children"}
        Which figure changes.
    whole_number_rates : bool
        Round the rates to whole numbers, halves up, before comparing, as studies from published tables did.
    middle : str
        Label of an area between the thresholds.
    inclusive : bool
        Whether a change equal to ``decreasing`` is decreasing.
    shortfall : float or None
        Exclude an increasing area whose rate at the end is below its expected rate by this many per cent or
        more (0: by anything at all); None excludes nobody.
    excess : float or None
        The same for the other arm: exclude a decreasing area at least this far above expectation.
    expected_left_out : bool
        Compare with the expected rate that was made without the area itself.
    start_rate : {"as_found", "shrunk", "earlier"}
        What a net change starts from: the start year's rate; that rate drawn towards its nation's middle as
        far as its counting error justifies (published figures only: probabilities do so anyway); or the
        geometric mean of the years before the start, which no luck of the start year enters.  The last two
        correct for regression to the mean.
    earlier_years : int
        How many years before the start ``"earlier"`` takes.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rule = cr.rules.Rule("mine", 2013, 2018, decreasing=-5, increasing=5, middle="little change")
    >>> rule.needs_national, rule.unit
    (False, '%')
    """

    name: str
    start: int
    end: int
    decreasing: float
    increasing: float | None = None
    margin: float = 0.0
    measure: Measure = "net"
    relative_to: Base = "start"
    rate: RateKind = "computed"
    whole_number_rates: bool = False
    middle: str = "not classified"
    inclusive: bool = True
    shortfall: float | None = None
    excess: float | None = None
    expected_left_out: bool = False
    start_rate: StartRate = "as_found"
    earlier_years: int = 3

    def __post_init__(self) -> None:
        require_kind(self.rate)
        problems = [*self._wrong_words(), *(self._wrong_kinds() or self._wrong_numbers())]
        if problems:
            raise ValueError(f"The rule {self.name!r} is not a rule: " + "; ".join(problems) + ".")

    def _wrong_words(self) -> list[str]:
        """List options that are not among those allowed."""
        problems = []
        if self.measure not in get_args(Measure):
            problems.append(f"measure={self.measure!r} is not one of {', '.join(get_args(Measure))}")
        if self.relative_to not in get_args(Base):
            problems.append(f"relative_to={self.relative_to!r} is not 'start' or 'end'")
        if self.middle in ("increasing", "decreasing"):
            problems.append(f"middle={self.middle!r} is the label of another class")
        if self.measure != "net" and self.relative_to == "end":
            problems.append(f"measure={self.measure!r} has no end base; leave relative_to='start'")
        if self.start_rate not in get_args(StartRate):
            problems.append(f"start_rate={self.start_rate!r} is not one of {', '.join(get_args(StartRate))}")
        elif self.start_rate != "as_found" and self.measure != "net":
            problems.append(f"measure={self.measure!r} uses every year; start_rate is for measure='net'")
        if self.start_rate == "shrunk" and self.rate != "computed":
            problems.append(
                f"start_rate='shrunk' needs rates with their counts, rate='computed'; this is {self.rate!r}"
            )
        if self.start_rate != "as_found" and self.whole_number_rates:
            problems.append("whole_number_rates goes with the start year's own rate, start_rate='as_found'")
        return problems

    def _wrong_kinds(self) -> list[str]:
        """List years that are no whole numbers and thresholds that are no numbers."""
        problems = [
            f"{name}={value!r} is not a whole number, such as {such}"
            for name, value, such in (
                ("start", self.start, 2016),
                ("end", self.end, 2020),
                ("earlier_years", self.earlier_years, 3),
            )
            if isinstance(value, bool) or not isinstance(value, (int, np.integer))
        ]
        return problems + [
            f"{name}={value!r} is not a number"
            for name in ("decreasing", "increasing", "margin", "shortfall", "excess")
            if (value := getattr(self, name)) is not None and not isinstance(value, (int, float, np.number))
        ]

    def _wrong_numbers(self) -> list[str]:
        """List thresholds and years that contradict each other."""
        problems = []
        if self.start >= self.end:
            problems.append(f"start must come before end (start={self.start}, end={self.end})")
        if self.earlier_years < 1:
            problems.append(f"earlier_years={self.earlier_years!r} must be 1 or more")
        if not np.isfinite(self.decreasing):
            problems.append(f"decreasing={self.decreasing!r} is not a finite percentage")
        if self.decreasing > 0:
            problems.append(f"decreasing={self.decreasing:g} is a rise; a fall of 10% is decreasing=-10")
        if self.increasing is not None and not self.increasing >= self.decreasing:
            problems.append(
                f"increasing={self.increasing:g} is below decreasing={self.decreasing:g}: "
                "the thresholds are the wrong way round"
            )
        if self.increasing is not None and self.inclusive and self.increasing < 0:
            problems.append(f"increasing={self.increasing:g} would call a fall an increase")
        if self.increasing is not None and self.margin:
            problems.append(
                "margin goes with the national change; with a fixed increasing=... it means nothing"
            )
        problems += [
            f"{name}={value:g} must be 0 or more: how far, in per cent, from the expected rate"
            for name, value in (("shortfall", self.shortfall), ("excess", self.excess))
            if value is not None and not value >= 0
        ]
        return problems

    @property
    def base_years(self) -> tuple[int, ...]:
        """Years that the change starts from."""
        if self.start_rate != "earlier":
            return (self.start,)
        return tuple(range(self.start - self.earlier_years, self.start))

    @property
    def years_needed(self) -> tuple[int, ...]:
        """Years without which there is no change, ascending."""
        return (*self.base_years, self.end)

    @property
    def needs_national(self) -> bool:
        """Whether the rule compares with the national change."""
        return self.increasing is None

    @property
    def needs_expected(self) -> bool:
        """Whether the rule compares with expected rates."""
        return self.shortfall is not None or self.excess is not None

    @property
    def unit(self) -> str:
        """Unit of the measure, for axes and sentences."""
        return "%" if self.measure == "net" else "% per year"

    def _start_words(self) -> str:
        """Say what a net change starts from."""
        if self.start_rate == "earlier":
            first, last = self.base_years[0], self.base_years[-1]
            return f"the mean of {first} to {last}" if last > first else str(first)
        drawn = " (each rate drawn to the middle as far as counting error justifies)"
        return f"{self.start}{drawn if self.start_rate == 'shrunk' else ''}"

    def describe(self, *, underlying: bool = False) -> str:
        """Say the rule in words; of underlying rates it does not matter which figure was printed."""
        what = {
            "net": f"the change from {self._start_words()} to {self.end} "
            f"in per cent of the {self.relative_to} rate",
            "mean_annual": f"the mean of the yearly percentage changes from {self.start} to {self.end}",
            "slope": f"the slope of the log rate from {self.start} to {self.end}, in per cent per year",
        }[self.measure]
        low = (
            f"{self.decreasing:g}{self.unit} or below"
            if self.inclusive
            else f"below {self.decreasing:g}{self.unit}"
        )
        high = (
            f"above {self.increasing:g}{self.unit}"
            if self.increasing is not None
            else "above the national change"
            + (f" by more than {self.margin:g} points" if self.margin else "")
        )
        text = f"{self.name}: {what}; decreasing if {low}, increasing if {high}, else {self.middle}"
        for name, distance, side in (
            ("increasing", self.shortfall, "below"),
            ("decreasing", self.excess, "above"),
        ):
            if distance is not None:
                far = f"{distance:g}% or more {side}" if distance else side
                text += f"; {name} areas {far} their expected rate are excluded"
        if underlying:
            return text + "."
        figure = {"computed": "computed", "published": "published", "children": "numbers, not"}[self.rate]
        rounding = " rounded to whole numbers" if self.whole_number_rates else ""
        return text + f" ({figure} rates{rounding})."


def require_rule(rule: object) -> Rule:
    """Refuse what is not one rule."""
    if isinstance(rule, Rule):
        return rule
    raise TypeError(
        "rules must be one Rule, such as carerates.rules.wcpp(), carerates.rules.slope(2013, 2018) or a Rule "
        f"of your own; this is {rule!r}."
    )
