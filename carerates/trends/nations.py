"""The national change that areas are compared with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.tables import RatesTable, as_rates
from carerates.trends.criteria import Rule
from carerates.trends.intervals import Floats
from carerates.trends.measures import measure_changes
from carerates.trends.panels import Panel, cut_panel


@dataclass(frozen=True, slots=True)
class NationalChange:
    """The national change by nation, and where it came from.

    Attributes
    ----------
    percent : dict of str to float
        Measure of the rule for each nation.
    origin : str
        In words, for the steps.
    """

    percent: dict[str, float] = field(default_factory=dict)
    origin: str = ""

    def for_areas(self, nations: pd.Series) -> Floats:
        """Return the national change that each area is compared with."""
        return np.array([self.percent.get(key, np.nan) for key in nation_keys(nations)], dtype=float)


def nation_keys(nations: pd.Series) -> pd.Series:
    """Return each area's nation; areas without one are compared together."""
    return nations.fillna("all areas").astype(str)


def find_national_change(
    panel: Panel, rule: Rule, national: float | RatesTable | pd.DataFrame | None
) -> NationalChange:
    """Find the change of each nation on the rule's own measure.

    Parameters
    ----------
    panel : Panel
        The areas, over the window.
    rule : Rule
    national : float, RatesTable, DataFrame or None
        The percentage itself; a table of national figures (one row per nation and year); or None for the
        pooled areas: all their children over all their population, the areas with every figure it takes.
    """
    keys = nation_keys(panel.labels["nation"])
    if national is None:
        return _pooled(panel, rule, keys)
    if isinstance(national, (RatesTable, pd.DataFrame)):
        return _from_table(as_rates(national), panel.years, rule, keys)
    return _from_number(national, rule, keys)


def _from_number(national: object, rule: Rule, keys: pd.Series) -> NationalChange:
    """Take a percentage as the change of every nation."""
    if not isinstance(national, (int, float, np.number)) or not np.isfinite(national):
        raise TypeError(f"national must be a percentage, a table or None; this is {national!r}.")
    percent = float(national)
    return NationalChange(
        dict.fromkeys(sorted(set(keys)), percent), f"national change of {percent:+.1f}{rule.unit} as given"
    )


def national_of(
    labels: pd.DataFrame, rule: Rule, national: float | RatesTable | pd.DataFrame
) -> dict[str, float]:
    """Return the national changes that were given, for areas known by their labels only."""
    keys = nation_keys(labels["nation"])
    if isinstance(national, (RatesTable, pd.DataFrame)):
        table = as_rates(national)
        first = min(rule.years_needed)
        years = tuple(year for year in table.years if first <= year <= rule.end)
        return _from_table(table, years, rule, keys).percent
    return _from_number(national, rule, keys).percent


def _from_table(table: RatesTable, years: tuple[int, ...], rule: Rule, keys: pd.Series) -> NationalChange:
    """Measure the change of national rows."""
    own = cut_panel(table, years, rule.rate, published_decimals=None)
    changes = measure_changes(own.rates, own.years, rule)
    names = own.labels["nation"].fillna(own.labels["area_name"]).astype(str)
    if len(names) == 1:
        found = dict.fromkeys(sorted(set(keys)), float(changes[0]))
    else:
        found = {name: float(value) for name, value in zip(names, changes, strict=True)}
    unknown = sorted(key for key in set(keys) if not np.isfinite(found.get(key, np.nan)))
    if unknown:
        raise TableError(
            f"The national figures give no change from {rule.start} to {rule.end} for {', '.join(unknown)}. "
            "Give a table with both years, a percentage, or national=None for the pooled areas."
        )
    return NationalChange(found, tell_national(found, rule, "from the national figures given"))


def _pooled(panel: Panel, rule: Rule, keys: pd.Series) -> NationalChange:
    """Pool the areas of each nation that have figures throughout."""
    weight = panel.children if rule.rate == "children" else panel.population
    complete = np.isfinite(panel.children) & np.isfinite(weight)
    ends = [panel.at(year) for year in rule.years_needed]
    needed = complete[:, ends].all(axis=1) if rule.measure == "net" else complete.all(axis=1)
    found: dict[str, float] = {}
    used: list[str] = []
    for key in sorted(set(keys)):
        rows = needed & (keys == key).to_numpy()
        used.append(f"{int(rows.sum())} of {int((keys == key).sum())} areas of {key}")
        children = np.where(rows[:, None], panel.children, 0).sum(axis=0)
        people = np.where(rows[:, None], panel.population, 0).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            line = children if rule.rate == "children" else 1e4 * children / people
        found[key] = float(measure_changes(line[None, :], panel.years, rule)[0])
    how = "pooled computed rates of" if rule.rate == "published" else "pooled over"
    return NationalChange(found, tell_national(found, rule, f"{how} {' and '.join(used)}"))


def tell_national(found: dict[str, float], rule: Rule, origin: str) -> str:
    """Say the national changes in words."""
    values = ", ".join(f"{name} {value:+.1f}{rule.unit}" for name, value in found.items())
    return f"national change {values}, {origin}"
