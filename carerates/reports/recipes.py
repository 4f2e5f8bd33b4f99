"""How a result was made, for a receipt: a method, its settings and its tables."""

# ruff: noqa: ANN401 - results of five methods pass through here, each with members of its own

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from carerates.reports.cells import neutral_text
from carerates.reports.release import Result
from carerates.reports.values import plain_settings
from carerates.tables import Factor, RatesTable

INPUTS = "inputs"
# an adjustment is read by others through these
_EXPECTED = (
    "area_code", "year", "expected_children", "expected_log_standard_error", "expected_rate_per_10000",
    "expected_rate_per_10000_left_out", "percent_difference", "percent_difference_left_out",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """A method, its arguments, and the tables that it was given.

    Attributes
    ----------
    verb : str
        One of :data:`carerates.reports.repetition.VERBS`.
    arguments : dict
        Plain values.
    tables : dict of str to DataFrame
        Written into the folder ``inputs``.
    about : dict
        For a rates table: what is counted, and what the factors are.
    """

    verb: str
    arguments: dict[str, Any]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold; the tables by the names of their files."""
        return {
            "verb": self.verb,
            "arguments": self.arguments,
            "tables": {name: f"{INPUTS}/{name}.csv" for name in self.tables},
            "about": self.about,
        }


def write_recipe(result: Result) -> Recipe | None:
    """Return how to make a result again; None where what it was made from is not to be published with it."""
    writer = _WRITERS.get(type(result).__name__)
    return None if writer is None else writer(result)


def write_inputs(folder: Path, recipe: Recipe | None) -> None:
    """Write the tables that a result was made from into a folder of their own."""
    if recipe is None or not recipe.tables:
        return
    (folder / INPUTS).mkdir()
    for name, frame in recipe.tables.items():
        (folder / INPUTS / f"{name}.csv").write_bytes(input_bytes(frame))


def input_bytes(frame: pd.DataFrame) -> bytes:
    """Return an input table as CSV that reads back to the same numbers, bit for bit."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([str(name) for name in frame.columns])
    for row in frame.itertuples(index=False):
        writer.writerow([_printed(value) for value in row])
    return target.getvalue().encode("utf-8")


def _printed(value: object) -> str:
    """Return the shortest text that reads back to the same value."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return ""
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return neutral_text(value) if isinstance(value, str) else str(value)


def _rates_input(
    table: RatesTable, name: str, tables: dict[str, pd.DataFrame], about: dict[str, Any]
) -> None:
    """Put a rates table among the inputs."""
    tables[name] = table.to_frame()
    about[name] = {"measure": table.measure, "factors": [asdict(one) for one in table.factors]}


def _write_funnel(result: Any) -> Recipe | None:
    """Return the counts and exposures that a funnel holds."""
    settings = plain_settings(result.settings)
    if settings["target"] in {"chosen areas", "a comparison set for each area"}:
        return None
    parts = []
    for one in result.assessments:
        units = one.units
        parts.append(
            pd.DataFrame(
                {
                    "area_code": list(units.codes),
                    "area_name": list(units.names),
                    "group": [str(one) for one in units.group],
                    "observed": units.observed,
                    "observed_low": units.low,
                    "observed_high": units.high,
                    "denominator": units.denominator,
                    "exposure": units.exposure,
                    "log_error": units.log_error,
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return Recipe("funnel", settings, {"units": frame})


def _write_adjustment(result: Any) -> Recipe | None:
    return _with_rates("adjust", result, result.inputs)


def _write_change(result: Any) -> Recipe | None:
    return _with_rates("change", result, result.inputs)


def _write_classification(result: Any) -> Recipe | None:
    inputs = result.inputs
    recipe = _with_rates("classify", result, inputs)
    if recipe is None:
        return None
    if isinstance(national := inputs.get("national"), RatesTable):
        _rates_input(national, "national", recipe.tables, recipe.about)
    elif national is not None:
        recipe.arguments["national"] = float(national)
    if (expected := inputs.get("expected")) is not None:
        frame = expected if isinstance(expected, pd.DataFrame) else expected.to_frame()
        recipe.tables["expected"] = frame[[name for name in _EXPECTED if name in frame]]
    return recipe


def _write_fit(result: Any) -> Recipe | None:
    if result.engine != "laplace":
        return None  # hours of sampling are not repeated to check a page
    draws = int(result.posterior.draws)
    return _with_rates("fit", result, {"rates": result.rates}, seed=int(result.seed), draws=draws)


def _write_similar(result: Any) -> Recipe | None:
    if result.settings.official:
        return None  # a list that somebody else drew up is not among the inputs
    return _with_need("similar_areas", result)


def _write_pairs(result: Any) -> Recipe | None:
    if result.settings.joint_draws:
        return None  # the fit behind the pairs is not among the inputs
    return _with_need("contrasting_pairs", result)


def _with_need(verb: str, result: Any) -> Recipe | None:
    """Return a recipe for a method that compares areas by need; the areas that it compared are its input."""
    pool = result.pool
    named = zip(pool.factors, pool.labels, strict=True)
    factors = tuple(Factor(name, label) for name, label in named if name != "population")
    rates = RatesTable(pool.frame, factors=factors)
    return _with_rates(verb, result, {"rates": rates})


def _with_rates(verb: str, result: Any, inputs: Mapping[str, Any], **more: Any) -> Recipe | None:
    """Return a recipe for a method whose first argument is a rates table."""
    rates = inputs.get("rates")
    if not isinstance(rates, RatesTable):
        return None
    recipe = Recipe(verb, {"settings": plain_settings(result.settings), **more})
    _rates_input(rates, "rates", recipe.tables, recipe.about)
    return recipe


_WRITERS: dict[str, Callable[[Any], Recipe | None]] = {
    "Funnel": _write_funnel,
    "Adjustment": _write_adjustment,
    "Change": _write_change,
    "Classification": _write_classification,
    "FittedRates": _write_fit,
    "SimilarAreas": _write_similar,
    "ContrastingPairs": _write_pairs,
}
