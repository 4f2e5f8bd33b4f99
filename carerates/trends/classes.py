"""Which areas are increasing, decreasing or neither, by a stated rule, and why?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.breaks import describe_breaks
from carerates.trends.decisions import Decision, decide_all
from carerates.trends.expectations import expected_differences
from carerates.trends.intervals import Floats
from carerates.trends.measures import measure_bounds, measure_changes
from carerates.trends.nations import NationalChange, find_national_change
from carerates.trends.panels import Panel, cut_panel, require_years
from carerates.trends.rules import Rule

PUBLISHED_QUESTION = "Did the published figure change by this much?"
UNCLASSIFIED = ("not classified", "excluded", "not available", "uncertain")


@dataclass(frozen=True, slots=True)
class ClassificationSettings:
    """The rule, and the probability asked of a class (None for published figures)."""

    rule: Rule
    probability: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """Every area's class with the reason for it, the unclassified areas included.

    Attributes
    ----------
    settings : ClassificationSettings
    frame : DataFrame
        One row per area; :meth:`to_frame` lists the columns.
    question : str
        The question that the labels answer: about published figures, or about underlying rates.
    national : dict of str to float
        The national change on the rule's measure.
    provenance : Provenance
    """

    settings: ClassificationSettings
    frame: pd.DataFrame = field(repr=False)
    question: str
    national: dict[str, float]
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area.

        Columns: ``area_code, area_name, nation, region, rate_start, rate_end, percent_change`` (the rule's
        measure), ``percent_rounding_low, percent_rounding_high`` (what rounding leaves possible),
        ``national_percent``, ``percent_from_expected``, ``label``, ``reason``, ``depends_on_rounding``
        (another label is possible within the rounding bounds) and ``breaks``.
        """
        return self.frame.copy()

    def counts(self) -> dict[str, int]:
        """Return the number of areas with each label."""
        found = self.frame["label"].value_counts()
        return {str(label): int(count) for label, count in found.items()}

    def areas(self, label: str) -> list[str]:
        """Return the names of the areas with a label, as the table orders them."""
        return self.frame.loc[self.frame["label"] == label, "area_name"].tolist()

    def unclassified(self) -> pd.DataFrame:
        """Return the areas that are in no class, with the reason."""
        rows = self.frame["label"].isin(UNCLASSIFIED)
        return self.frame.loc[rows, ["area_code", "area_name", "percent_change", "label", "reason"]].copy()

    def summary(self) -> str:
        """Describe the classes in a paragraph."""
        counts = self.counts()
        told = ", ".join(f"{count} {label}" for label, count in counts.items())
        text = f"{self.question} By the rule {self.settings.rule.describe()} {len(self.frame)} areas: {told}."
        shaky = self.frame.loc[self.frame["depends_on_rounding"], "area_name"].tolist()
        if shaky:
            text += f" The label could differ before rounding for: {', '.join(shaky)}."
        if self.settings.rule.needs_national:
            text += (
                " The bar for an increase is the national change, which about half of all areas pass "
                "whatever happens: the number called increasing says nothing about how much change there was."
            )
        return text


def classify(
    rates: RatesTable | pd.DataFrame,
    rules: Rule,
    *,
    expected: object | None = None,
    national: float | RatesTable | pd.DataFrame | None = None,
    published_decimals: int = 0,
) -> Classification:
    """Answer which areas are increasing or decreasing by a rule, with the reason for every decision.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        Figures over the rule's window.
    rules : Rule
        A preset of :mod:`carerates.trends.rules`, or a rule of your own.
    expected : result with ``to_frame()`` or DataFrame, optional
        Expected rates (an ``Adjustment``), for rules that exclude areas by them.
    national : float, RatesTable or DataFrame, optional
        The national change in the rule's measure, or national figures to work it out from; by default the
        areas of each nation are pooled.
    published_decimals : int
        Decimals in which published rates are printed; sets their rounding bounds.

    Returns
    -------
    Classification

    Raises
    ------
    TableError
        If a year of the rule is not in the table.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2012, 2017] * 2,
    ...                       "children": [100, 130, 100, 101], "population": [10_000] * 4})
    >>> cr.classify(rates, cr.rules.wwcsc(dead_band=5)).to_frame()["label"].tolist()
    ['increasing', 'little change']
    """
    table = as_rates(rates)
    rule = rules
    require_years(table, rule.start, rule.end)
    years = [year for year in table.years if rule.start <= year <= rule.end]
    panel = cut_panel(table, years, rule.rate, published_decimals=published_decimals)
    found = find_national_change(panel, rule, national)
    differences, told = expected_differences(expected, panel, rule)
    frame = _published_frame(panel, rule, found, differences)
    steps = [f"classified by {rule.describe()}", *told]
    if rule.needs_national:
        steps.append(found.origin)
    return Classification(
        ClassificationSettings(rule), frame, PUBLISHED_QUESTION, found.percent, table.provenance.then(*steps)
    )


def _published_frame(panel: Panel, rule: Rule, national: NationalChange, differences: Floats) -> pd.DataFrame:
    """Return the table of decisions on published figures."""
    changes = measure_changes(panel.rates, panel.years, rule)
    low, high = measure_bounds(panel.rates_low, panel.rates_high, panel.years, rule)
    bars = national.for_areas(panel.labels["nation"])
    decisions = decide_all(changes, bars, differences, rule)
    extremes = [decide_all(bound, bars, differences, rule) for bound in (low, high)]
    shaky = [
        bool(np.isfinite(change)) and any(one[row].label != decision.label for one in extremes)
        for row, (change, decision) in enumerate(zip(changes, decisions, strict=True))
    ]
    ends = [panel.at(rule.start), panel.at(rule.end)]
    return panel.labels.assign(
        start=rule.start,
        end=rule.end,
        rate_start=panel.rates[:, ends[0]],
        rate_end=panel.rates[:, ends[1]],
        percent_change=changes,
        percent_rounding_low=low,
        percent_rounding_high=high,
        national_percent=bars if rule.needs_national else np.nan,
        percent_from_expected=differences,
        label=[one.label for one in decisions],
        reason=[_with_gap(one, panel, row) for row, one in enumerate(decisions)],
        depends_on_rounding=shaky,
        breaks=describe_breaks(
            panel.labels["nation"], rule.start, rule.end, rule.rate, panel.vintage[:, ends]
        ),
    )


def _with_gap(decision: Decision, panel: Panel, row: int) -> str:
    """Add to a missing change which years have no figure."""
    if decision.label != "not available":
        return decision.reason
    gaps = [str(year) for at, year in enumerate(panel.years) if not np.isfinite(panel.rates[row, at])]
    return decision.reason + (f": no figure for {', '.join(gaps)}" if gaps else ": a rate of zero is no base")
