"""Which areas are increasing, decreasing or neither, by a stated rule, and why?"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RateDraws, RatesTable, as_rates
from carerates.trends.breaks import describe_breaks
from carerates.trends.chances import Chances, chances_from_counts
from carerates.trends.classification import CLASS_COLUMNS, Classification, ClassificationSettings, surest
from carerates.trends.criteria import Rule, require_rule
from carerates.trends.decisions import Decision, decide_all
from carerates.trends.expectations import Expectation, expected_differences, read_expectation, read_expected
from carerates.trends.frequencies import chances_from_draws
from carerates.trends.intervals import WELSH_SURVIVAL, Floats
from carerates.trends.labels import label_areas
from carerates.trends.levels import with_shrunk_start
from carerates.trends.measures import measure_bounds, measure_changes
from carerates.trends.nations import (
    NationalChange,
    find_national_change,
    nation_keys,
    national_of,
    tell_national,
)
from carerates.trends.panels import Panel, cut_panel, require_years

PUBLISHED_QUESTION = "Did the published figure change by this much?"
UNDERLYING_QUESTION = "Did the underlying rate change by this much?"


@runtime_checkable
class HasRateDraws(Protocol):
    """Any fitted model that can hand out joint draws of underlying rates."""

    def rate_draws(self) -> RateDraws:
        """Return the draws."""
        ...


def classify(
    rates: RatesTable | pd.DataFrame | HasRateDraws | RateDraws,
    rules: Rule,
    *,
    expected: object | None = None,
    probability: float | None = None,
    national: float | RatesTable | pd.DataFrame | None = None,
    published_decimals: int = 0,
    interval: float = 0.95,
    survival: float = WELSH_SURVIVAL,
    prior_scale: float = 0.05,
    k: int | None = 5,
) -> Classification:
    """Answer which areas are increasing or decreasing by a rule, with the reason for every decision.

    Two questions are kept apart.  Rates without ``probability`` ask *did the published figure change by this
    much?*  A ``probability``, or a fitted model, asks *did the underlying rate?*

    Parameters
    ----------
    rates : RatesTable, DataFrame, fitted model or RateDraws
        Figures over the rule's window; or anything with ``rate_draws()``.
    rules : Rule
        A preset of :mod:`carerates.trends.rules`, or a rule of your own.
    expected : result with ``to_frame()`` or DataFrame, optional
        Expected rates (an ``Adjustment``), for rules that exclude areas by them.
    probability : float, optional
        Probability a class must reach, else the area is "uncertain".  For a fitted model 0.8 unless given.
    national : float, RatesTable or DataFrame, optional
        The national change in the rule's measure, or national figures to work it out from; by default the
        areas of each nation are pooled.
    published_decimals : int
        Decimals in which published rates are printed; sets their rounding bounds.
    interval : float
        Probability of intervals of the underlying change and of ranks.
    survival : float
        Share of children still looked after a year later (delta method only).
    prior_scale : float
        Scale, per year, of the half-normal prior of how much underlying log changes differ between areas
        (delta method only).
    k : int or None
        Size of the top and bottom groups of the ranking; None ranks nobody.

    Returns
    -------
    Classification

    Raises
    ------
    TableError
        If a year of the rule is not in the table.

    Notes
    -----
    ``probability_increasing`` is the probability that the underlying change passes the bar *and*, where the
    rule excludes by expected rates, that the underlying rate is not on the excluded side;
    ``probability_stable`` that neither threshold is passed.  The national change is recomputed in the same
    draw, or moves with the areas that make it up.  The sum of one minus the probability over the areas
    labelled is the expected number of false labels.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": ["A", "A", "B", "B"], "year": [2012, 2017] * 2,
    ...                       "children": [100, 130, 100, 101], "population": [10_000] * 4})
    >>> cr.classify(rates, cr.rules.wwcsc(dead_band=5)).to_frame()["label"].tolist()
    ['increasing', 'little change']
    """
    rule = require_rule(rules)
    if probability is not None or isinstance(rates, (RateDraws, HasRateDraws)):
        _refuse_twice_shrunk(rule)
    if isinstance(rates, (RateDraws, HasRateDraws)):
        asked = 0.8 if probability is None else probability
        settings = ClassificationSettings(rule, asked, interval, survival, prior_scale, k)
        return _classify_draws(rates, settings, expected, national)
    settings = ClassificationSettings(
        rule, probability, interval, survival, prior_scale, k, published_decimals
    )
    table = as_rates(rates)
    require_years(table, rule.start, rule.end)
    first = _first_year(table, rule)
    years = [year for year in table.years if first <= year <= rule.end]
    panel = cut_panel(table, years, rule.rate, published_decimals=published_decimals)
    if isinstance(national, pd.DataFrame):
        national = as_rates(national)
    inputs = {"rates": table, "national": national, "expected": expected}
    steps = [f"classified by {rule.describe()}"]
    found = find_national_change(panel, rule, national)
    origin = found.origin if rule.needs_national else ""
    if origin:
        steps.append(origin)
    if probability is None:
        if rule.start_rate == "shrunk":
            panel = with_shrunk_start(panel, rule)
        differences, told = expected_differences(expected, panel, rule)
        frame = _published_frame(panel, rule, found, differences)
        provenance = table.provenance.then(*steps, *told)
        return Classification(
            settings,
            frame,
            PUBLISHED_QUESTION,
            found.percent,
            provenance,
            national_origin=origin,
            inputs=inputs,
        )
    if rule.rate == "published":
        panel = cut_panel(table, years, "computed")
        steps.append("underlying rates are inferred from counts and populations, not from printed rates")
    expectation = _expectation(expected, panel.labels, rule, steps)
    chances = chances_from_counts(
        panel,
        rule,
        expectation,
        national=None if national is None else found.percent,
        survival=survival,
        prior_scale=prior_scale,
        interval=interval,
        k=k,
    )
    ends = [panel.at(min(rule.years_needed)), panel.at(rule.end)]
    breaks = describe_breaks(
        panel.labels["nation"], min(rule.years_needed), rule.end, panel.kind, panel.vintage[:, ends]
    )
    made = _underlying(chances, panel.labels, settings, breaks, table.provenance.then(*steps), origin)
    return replace(made, inputs=inputs)


def _first_year(table: RatesTable, rule: Rule) -> int:
    """Return the first year that a rule needs, or raise if the table lacks one of them."""
    if absent := sorted(set(rule.years_needed) - set(table.years)):
        there = ", ".join(map(str, table.years))
        raise TableError(
            f"The rule starts from the mean of {rule.base_years[0]} to {rule.base_years[-1]}; the table has "
            f"no {', '.join(map(str, absent))}: it holds {there}. Load more years or take fewer."
        )
    return min(rule.years_needed)


def _refuse_twice_shrunk(rule: Rule) -> None:
    """Refuse to draw rates to the middle that probabilities draw there already."""
    if rule.start_rate == "shrunk":
        raise ValueError(
            "start_rate='shrunk' is for published figures; probabilities of underlying rates draw every area "
            "to the middle already. Use start_rate='as_found', or 'earlier'."
        )


def _expectation(expected: object | None, labels: pd.DataFrame, rule: Rule, steps: list[str]) -> Expectation:
    """Read expected rates for probabilities, noting where there are none."""
    if expected is None and rule.needs_expected:
        steps.append("no expected rates were given, so the exclusion by them was not applied")
    rows = None if expected is None or not rule.needs_expected else read_expected(expected, rule.end)
    return read_expectation(rows, labels, rule)


def _classify_draws(
    source: HasRateDraws | RateDraws,
    settings: ClassificationSettings,
    expected: object | None,
    national: float | RatesTable | pd.DataFrame | None,
) -> Classification:
    """Classify by the draws of a fitted model."""
    rule = settings.rule
    draws = source if isinstance(source, RateDraws) else source.rate_draws()
    labels = label_areas(source, draws.area_codes)
    steps = [f"classified by {rule.describe()}"]
    if draws.expected is not None and expected is not None:
        raise ValueError("The draws carry expected rates of their own; leave expected=None to use them.")
    expectation = (
        Expectation(np.full(len(labels), np.nan), np.full(len(labels), np.nan))
        if draws.expected is not None
        else _expectation(expected, labels, rule, steps)
    )
    known = None if national is None or not rule.needs_national else national_of(labels, rule, national)
    chances = chances_from_draws(
        draws, labels, rule, expectation, national=known, interval=settings.interval, k=settings.k
    )
    provenance = getattr(source, "provenance", NO_PROVENANCE)
    breaks = describe_breaks(labels["nation"], min(rule.years_needed), rule.end, "computed")
    how = "as given" if known is not None else "of the same areas in each draw, on average"
    origin = tell_national(chances.national, rule, how) if rule.needs_national else ""
    return _underlying(chances, labels, settings, breaks, provenance.then(*steps), origin)


def _underlying(
    chances: Chances,
    labels: pd.DataFrame,
    settings: ClassificationSettings,
    breaks: list[str],
    provenance: Provenance,
    origin: str,
) -> Classification:
    """Make the classification of underlying rates from the probabilities."""
    rule, asked = settings.rule, settings.probability
    assert asked is not None
    columns = dict(
        zip(
            CLASS_COLUMNS,
            (chances.increasing, chances.decreasing, chances.middle, chances.excluded),
            strict=True,
        )
    )
    lines = np.column_stack(list(columns.values()))
    decided = [surest(line, rule, asked) for line in lines]
    bars = [chances.national.get(key, np.nan) for key in nation_keys(labels["nation"])]
    frame = labels.assign(
        start=rule.start,
        end=rule.end,
        percent_change=chances.change,
        percent_lower=chances.lower,
        percent_upper=chances.upper,
        national_percent=bars,
        **{f"probability_{name}": values for name, values in columns.items()},
        label=[label for label, _ in decided],
        reason=[reason for _, reason in decided],
        breaks=breaks,
    )
    if chances.ranks is not None:
        frame = frame.join(chances.ranks.to_frame().set_axis(np.flatnonzero(chances.known), axis=0))
    step = f"class where its probability is {asked:g} or more, from {chances.method}"
    return Classification(
        settings, frame, UNDERLYING_QUESTION, chances.national, provenance.then(step), chances.method, origin
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
    ends = [panel.at(min(rule.years_needed)), panel.at(rule.end)]
    return panel.labels.assign(
        start=rule.start,
        end=rule.end,
        rate_start=_start_rates(panel, rule),
        rate_end=panel.rates[:, ends[1]],
        percent_change=changes,
        percent_rounding_low=low,
        percent_rounding_high=high,
        national_percent=bars if rule.needs_national else np.nan,
        percent_from_expected=differences,
        label=[one.label for one in decisions],
        reason=[_with_gap(one, panel, row, rule) for row, one in enumerate(decisions)],
        depends_on_rounding=shaky,
        breaks=describe_breaks(
            panel.labels["nation"], min(rule.years_needed), rule.end, rule.rate, panel.vintage[:, ends]
        ),
    )


def _start_rates(panel: Panel, rule: Rule) -> Floats:
    """Return the rates that the change starts from."""
    columns = [panel.at(year) for year in rule.base_years]
    if len(columns) == 1:
        return panel.rates[:, columns[0]]
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(panel.rates[:, columns]).mean(axis=1)))


def _with_gap(decision: Decision, panel: Panel, row: int, rule: Rule) -> str:
    """Add to a missing change which years have no figure."""
    if decision.label != "not available":
        return decision.reason
    needed = panel.years if rule.measure == "mean_annual" else rule.years_needed
    gaps = [str(year) for year in needed if not np.isfinite(panel.rates[row, panel.at(year)])]
    return decision.reason + (f": no figure for {', '.join(gaps)}" if gaps else ": a rate of zero is no base")
