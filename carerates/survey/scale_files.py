"""A scale set of one's own, described in a small TOML or CSV file."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carerates.errors import TableError
from carerates.survey.scales import Scale, ScaleSet, likert_scale


def read_scales(path: str | Path) -> ScaleSet:
    """Read a scale set from a TOML or a CSV file.

    Parameters
    ----------
    path : str or Path
        TOML: ``name``, and a ``[[scales]]`` table for each scale with ``name``, ``items``, and optionally
        ``label``, ``reverse`` (item names), ``low``, ``high``, ``answered``, ``kind``, ``high_means``.  CSV:
        one row per item with the columns ``scale``, ``item`` and optionally ``label``, ``reverse`` (yes
        or no), ``low``, ``high``, ``answered``, ``kind``.

    Raises
    ------
    TableError
        If the file cannot be read or does not describe scales; all problems together.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.survey import read_scales
    >>> rows = {"scale": "trust", "label": "Trust", "item": ["q1", "q2"], "low": 1, "high": 7}
    >>> pd.DataFrame(rows).to_csv("own.csv", index=False)
    >>> read_scales("own.csv").names
    ('trust',)
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"The scale set {file} cannot be read: {error}.") from error
    if file.suffix.lower() == ".csv":
        described = _scales_of_csv(text)
        name = file.stem
    else:
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise TableError(f"The scale set {file} is not TOML: {error}.") from error
        name = str(content.get("name", file.stem))
        described = content.get("scales", [])
    problems: list[str] = []
    scales: list[Scale] = []
    for place, one in enumerate(described, start=1):
        try:
            scales.append(_scale_of(one))
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"scale {place}: {error}")
    if not problems:
        try:
            return ScaleSet(name, tuple(scales))
        except ValueError as error:
            problems.append(str(error))
    raise TableError(f"{file} does not describe scales.", problems)


def _scale_of(one: Mapping[str, Any]) -> Scale:
    """Make a scale from its description."""
    known = {"name", "label", "items", "reverse", "low", "high", "answered", "kind", "high_means"}
    if unknown := set(one) - known:
        raise ValueError(f"it has {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    if not isinstance(one.get("name"), str) or not one.get("items"):
        raise ValueError("it needs a name and a list of items")
    return likert_scale(
        one["name"],
        str(one.get("label", one["name"])),
        tuple(map(str, one["items"])),
        reverse=tuple(map(str, one.get("reverse", ()))),
        low=int(one.get("low", 1)),
        high=int(one.get("high", 5)),
        answered=float(one.get("answered", 0.5)),
        kind=str(one.get("kind", "factor")),
        high_means=str(one.get("high_means", "")),
    )


def _scales_of_csv(text: str) -> list[dict[str, Any]]:
    """Gather the rows of a CSV, one per item, into descriptions of scales."""
    described: dict[str, dict[str, Any]] = {}
    for row in csv.DictReader(text.splitlines()):
        values = {key: (value or "").strip() for key, value in row.items() if key}
        one = described.setdefault(
            values.get("scale", ""), {"name": values.get("scale", ""), "items": [], "reverse": []}
        )
        item = values.get("item", "")
        if item:
            one["items"].append(item)
        if values.get("reverse", "").lower() in ("yes", "true", "1"):
            one["reverse"].append(item)
        one |= {key: values[key] for key in ("label", "low", "high", "answered", "kind") if values.get(key)}
    return list(described.values())
