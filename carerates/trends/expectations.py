"""Expected rates, read from an adjustment's result without knowing how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.trends.criteria import Rule
from carerates.trends.intervals import Floats
from carerates.trends.panels import Panel


@runtime_checkable
class HasFrame(Protocol):
    """Any result with one row per area (and year)."""

    def to_frame(self) -> pd.DataFrame:
        """Return the rows."""
        ...


def read_expected(expected: object, year: int) -> pd.DataFrame:
    """Return the rows of expected rates for one year, one per area.

    Parameters
    ----------
    expected : result with ``to_frame()`` or DataFrame
        ``area_code`` and either ``percent_difference`` (``percent_difference_left_out``) or
        ``expected_rate_per_10000``; ``year`` where it holds several.
    year : int
        Year of the 31 March to take where there are several.
    """
    if isinstance(expected, pd.DataFrame):
        frame = expected
    elif isinstance(expected, HasFrame):
        frame = expected.to_frame()
    else:
        raise TypeError(
            f"expected must be an adjustment or a DataFrame; this is a {type(expected).__name__}."
        )
    wanted = {"percent_difference", "percent_difference_left_out", "expected_rate_per_10000"}
    if "area_code" not in frame or not wanted & set(frame.columns):
        raise TableError(
            "These are not expected rates: area_code and percent_difference (or expected_rate_per_10000) are "
            f"needed; there are {', '.join(map(str, frame.columns))}."
        )
    if "year" in frame and len(frame["year"].unique()) > 1:
        if year not in set(frame["year"]):
            there = ", ".join(str(one) for one in sorted(frame["year"].unique()))
            raise TableError(f"The expected rates hold no year {year}; they hold {there}.")
        frame = frame[frame["year"] == year]
    repeated = frame["area_code"][frame["area_code"].duplicated()].unique()
    if len(repeated):
        raise TableError(f"Expected rates repeat for {', '.join(map(str, repeated[:5]))}; one row per area.")
    return frame


def expected_differences(expected: object | None, panel: Panel, rule: Rule) -> tuple[Floats, list[str]]:
    """Find how far each area's rate at the end is from its expected rate, in per cent.

    Returns
    -------
    differences : array of float, shape (areas,)
        NaN where unknown.
    steps : list of str
        What was done, for the provenance.
    """
    unknown = np.full(len(panel.labels), np.nan)
    if expected is None:
        told = ["no expected rates were given, so the exclusion by them was not applied"]
        return unknown, told if rule.needs_expected else []
    frame = read_expected(expected, rule.end)
    rows = frame.set_index("area_code").reindex(panel.labels["area_code"])
    name = "percent_difference" + ("_left_out" if rule.expected_left_out else "")
    if name in rows:
        differences = rows[name].to_numpy(dtype=float)
    else:
        rate = "expected_rate_per_10000" + ("_left_out" if rule.expected_left_out else "")
        if rate not in rows:
            raise TableError(f"The rule needs '{name}' or '{rate}', and the expected rates hold neither.")
        at_end = panel.rates[:, panel.at(rule.end)]
        differences = 100 * (at_end / rows[rate].to_numpy(dtype=float) - 1)
    steps = []
    if "year" in frame and (year := int(frame["year"].iloc[0])) != rule.end:
        steps.append(f"expected rates are those of {year}, not of {rule.end}")
    if missing := int(np.isnan(differences).sum()):
        steps.append(f"{missing} of {len(differences)} areas have no expected rate")
    return differences, steps


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """Log of the expected rate at the end of each area and its standard error; NaN where unknown."""

    log_rate: Floats
    standard_error: Floats


def read_expectation(rows: pd.DataFrame | None, labels: pd.DataFrame, rule: Rule) -> Expectation:
    """Take expected rates and their standard errors from the rows of an adjustment."""
    nothing = np.full(len(labels), np.nan)
    if rows is None:
        return Expectation(nothing, nothing)
    rate = "expected_rate_per_10000" + ("_left_out" if rule.expected_left_out else "")
    if rate not in rows:
        raise TableError(
            f"For probabilities the expected rates need the column '{rate}'; "
            f"there are {', '.join(map(str, rows.columns))}."
        )
    aligned = rows.set_index("area_code").reindex(labels["area_code"])
    error = (
        aligned["expected_log_standard_error"].to_numpy(dtype=float)
        if "expected_log_standard_error" in aligned
        else np.zeros(len(labels))
    )
    return Expectation(np.log(aligned[rate].to_numpy(dtype=float)), np.nan_to_num(error))
