"""Making a result again from what a receipt holds; nothing is fetched."""

# ruff: noqa: ANN401 - results of many methods pass through here, each with members of its own

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from carerates.errors import OutputError
from carerates.reports.release import Result
from carerates.tables import Factor, RatesTable
from carerates.tables.schema import RATES_COLUMNS

_WHOLE = {column.name for column in RATES_COLUMNS if column.kind == "whole"}


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


def _rates_output(tables: dict[str, pd.DataFrame], name: str, about: dict[str, Any]) -> RatesTable:
    """Read a rates table from among the inputs."""
    said = about.get(name, {})
    factors = tuple(Factor(**one) for one in said.get("factors", ()))
    frame = tables[name]
    year = frame["year"]
    frame = frame.assign(year=year.astype("int64")) if not year.isna().any() else frame
    return RatesTable(frame, factors=factors, measure=str(said.get("measure", "")))


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


def _follow_similar(arguments: dict[str, Any], tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> Any:
    from carerates.peers import similar_areas

    asked = _weighted(arguments["settings"])
    asked.pop("official")
    return similar_areas(_rates_output(tables, "rates", about), **asked)


def _follow_pairs(arguments: dict[str, Any], tables: dict[str, pd.DataFrame], about: dict[str, Any]) -> Any:
    from carerates.peers import contrasting_pairs

    asked = _weighted(arguments["settings"])
    asked.pop("joint_draws")
    return contrasting_pairs(_rates_output(tables, "rates", about), **asked)


def _weighted(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings of a comparison by need as its arguments: weights by the names of their factors."""
    rest = {name: value for name, value in settings.items() if name not in {"year", "weights"}}
    return {**rest, "weights": dict(zip(settings["on"], settings["weights"], strict=True))}


VERBS: dict[str, Callable[[dict[str, Any], dict[str, pd.DataFrame], dict[str, Any]], Any]] = {
    "funnel": _follow_funnel,
    "adjust": _follow_adjust,
    "change": _follow_change,
    "classify": _follow_classify,
    "fit": _follow_fit,
    "similar_areas": _follow_similar,
    "contrasting_pairs": _follow_pairs,
}
