"""How to make a result again from what a receipt holds: a method, its settings and its tables."""

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

from carerates.errors import OutputError
from carerates.reports.cells import neutral_text
from carerates.reports.release import Result
from carerates.reports.values import plain_settings
from carerates.tables import Factor, RatesTable
from carerates.tables.schema import RATES_COLUMNS

INPUTS = "inputs"
_WHOLE = {column.name for column in RATES_COLUMNS if column.kind == "whole"}
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
        One of :data:`VERBS`.
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


def write_recipe(result: Result, inputs: Mapping[str, Any] | None = None) -> Recipe | None:
    """Return how to make a result again; None where that would need tables that nobody gave.

    Parameters
    ----------
    result : any result
    inputs : mapping, optional
        ``rates`` (RatesTable), ``national`` (RatesTable), ``expected`` (an adjustment): what the method was
        given.  A funnel and a fitted model carry theirs.
    """
    writer = _WRITERS.get(type(result).__name__)
    return None if writer is None else writer(result, dict(inputs or {}))


def follow_recipe(recipe: Mapping[str, Any], folder: Path) -> Result:
    """Make a result again from a recipe and the tables in a folder; nothing is fetched.

    Raises
    ------
    OutputError
        If the recipe is of another kind, or a table is missing.
    """
    verb = str(recipe.get("verb"))
    if verb not in VERBS:
        raise OutputError(f"The receipt asks for {verb!r}, which is not one of {', '.join(VERBS)}.")
    tables = {str(name): _read(folder, str(path)) for name, path in dict(recipe.get("tables", {})).items()}
    made: Result = VERBS[verb](dict(recipe.get("arguments", {})), tables, dict(recipe.get("about", {})))
    return made


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


def inside(folder: Path, name: str) -> Path:
    """Return a file of a folder, refusing a name that leads out of it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise OutputError(f"The receipt names {name!r}, which is outside its folder; it was not read.")
    return path


def _read(folder: Path, name: str) -> pd.DataFrame:
    """Read an input table, every column as text or number as it was written."""
    path = inside(folder, name)
    if not path.is_file():
        raise OutputError(f"{name}, which the result was made from, is not in {folder}.")
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    texts = {column.name for column in RATES_COLUMNS if column.kind == "text"} | {"group", "reason"}
    for column in frame:
        if column not in texts:
            frame[column] = pd.to_numeric(frame[column].replace("", np.nan))
            if column in _WHOLE:
                frame[column] = frame[column].astype("Int64")
    return frame


# -- rates tables --------------------------------------------------------------------------------------


def _rates_input(
    table: RatesTable, name: str, tables: dict[str, pd.DataFrame], about: dict[str, Any]
) -> None:
    """Put a rates table among the inputs."""
    tables[name] = table.to_frame()
    about[name] = {"measure": table.measure, "factors": [asdict(one) for one in table.factors]}


def _rates_output(tables: dict[str, pd.DataFrame], name: str, about: dict[str, Any]) -> RatesTable:
    """Read a rates table from among the inputs."""
    said = about.get(name, {})
    factors = tuple(Factor(**one) for one in said.get("factors", ()))
    frame = tables[name]
    year = frame["year"]
    frame = frame.assign(year=year.astype("int64")) if not year.isna().any() else frame
    return RatesTable(frame, factors=factors, measure=str(said.get("measure", "")))


# -- writing -------------------------------------------------------------------------------------------


def _write_funnel(result: Any, inputs: dict[str, Any]) -> Recipe | None:
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


def _write_adjustment(result: Any, inputs: dict[str, Any]) -> Recipe | None:
    return _with_rates("adjust", result, inputs)


def _write_change(result: Any, inputs: dict[str, Any]) -> Recipe | None:
    return _with_rates("change", result, inputs)


def _write_classification(result: Any, inputs: dict[str, Any]) -> Recipe | None:
    recipe = _with_rates("classify", result, inputs)
    if recipe is None:
        return None
    if isinstance(national := inputs.get("national"), RatesTable):
        _rates_input(national, "national", recipe.tables, recipe.about)
    elif national is not None:
        recipe.arguments["national"] = float(national)
    if (expected := inputs.get("expected")) is not None:
        frame = expected.to_frame()
        recipe.tables["expected"] = frame[[name for name in _EXPECTED if name in frame]]
    return recipe


def _write_fit(result: Any, inputs: dict[str, Any]) -> Recipe | None:
    if result.engine != "laplace":
        return None  # hours of sampling are not repeated to check a page
    draws = int(result.posterior.draws)
    return _with_rates("fit", result, {"rates": result.rates, **inputs}, seed=int(result.seed), draws=draws)


def _with_rates(verb: str, result: Any, inputs: dict[str, Any], **more: Any) -> Recipe | None:
    """Return a recipe for a method whose first argument is a rates table."""
    rates = inputs.get("rates")
    if not isinstance(rates, RatesTable):
        return None
    recipe = Recipe(verb, {"settings": plain_settings(result.settings), **more})
    _rates_input(rates, "rates", recipe.tables, recipe.about)
    return recipe


# -- following -----------------------------------------------------------------------------------------


def _follow_funnel(settings: dict[str, Any], tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> Any:
    from carerates.funnels import funnel

    frame, by = tables["units"], settings.pop("by", None)
    kind = settings["kind"]
    columns: dict[str, Any] = {
        "events": "observed",
        "area": "area_code",
        "name": "area_name",
        "events_low": "observed_low",
        "events_high": "observed_high",
    }
    if kind == "ratio":
        columns |= {
            "expected": "exposure",
            "expected_log_standard_error": "log_error",
            "denominator": "denominator",
        }
    else:
        columns["denominator"] = "exposure"
    if by is not None:
        frame = frame.rename(columns={"group": by})
    return funnel(frame, by=by, **columns, **settings)


def _follow_adjust(arguments: dict[str, Any], tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> Any:
    from carerates.models import adjust

    return adjust(_rates_output(tables, "rates", about), **arguments["settings"])


def _follow_change(arguments: dict[str, Any], tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> Any:
    from carerates.trends import change

    return change(_rates_output(tables, "rates", about), **arguments["settings"])


def _follow_classify(
    arguments: dict[str, Any], tables: dict[str, pd.DataFrame], about: dict[str, Any]
) -> Any:
    from carerates.trends import classify
    from carerates.trends.rules import Rule

    settings = dict(arguments["settings"])
    national = _rates_output(tables, "national", about) if "national" in tables else arguments.get("national")
    rule = Rule(**settings.pop("rule"))
    rates = _rates_output(tables, "rates", about)
    return classify(rates, rule, expected=tables.get("expected"), national=national, **settings)


def _follow_fit(arguments: dict[str, Any], tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> Any:
    from carerates.models import RateModel, fit

    model = RateModel.from_dict(arguments["settings"])
    return fit(model, _rates_output(tables, "rates", about), seed=arguments["seed"], draws=arguments["draws"])


_WRITERS: dict[str, Callable[[Any, dict[str, Any]], Recipe | None]] = {
    "Funnel": _write_funnel,
    "Adjustment": _write_adjustment,
    "Change": _write_change,
    "Classification": _write_classification,
    "FittedRates": _write_fit,
}
VERBS: dict[str, Callable[[dict[str, Any], dict[str, pd.DataFrame], dict[str, Any]], Any]] = {
    "funnel": _follow_funnel,
    "adjust": _follow_adjust,
    "change": _follow_change,
    "classify": _follow_classify,
    "fit": _follow_fit,
}
