"""Settings and numbers of a result as plain values, for receipts and notes."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

MEASURES = (
    "underlying_rate_per_10000",
    "percent_change",
    "rate",
    "rate_per_10000",
    "expected_rate_per_10000",
    "difference",
    "underlying_ratio",
    "distance",
)
"""The number that a kind of result is about: the first of these that its rows have."""


def plain_settings(settings: object) -> dict[str, Any]:
    """Return settings as plain values that JSON can hold."""
    values: Any
    if isinstance(settings, dict):
        values = settings
    elif hasattr(settings, "to_dict"):
        values = settings.to_dict()
    elif is_dataclass(settings) and not isinstance(settings, type):
        values = asdict(settings)
    else:
        values = dict(vars(settings)) if hasattr(settings, "__dict__") else {"settings": str(settings)}
    plain = _plain(values)
    assert isinstance(plain, dict)
    return plain


def headline_numbers(frame: pd.DataFrame) -> dict[str, float | int | str]:
    """Return the numbers of a result that a reader will quote, unrounded."""
    numbers: dict[str, float | int | str] = (
        {"areas": int(frame["area_code"].nunique())} if "area_code" in frame else {"rows": len(frame)}
    )
    for column in ("position", "label"):
        if column in frame:
            counts = frame[column].astype(str).value_counts()
            numbers |= {f"areas {word}": int(count) for word, count in sorted(counts.items())}
    for column in ("observed", "children", "denominator", "population"):
        if column in frame:
            numbers[f"sum of {column}"] = float(frame[column].sum())
    for column in (*MEASURES, "target", "national_percent"):
        if column in frame and (known := frame[column].dropna()).size:
            numbers |= {
                f"{column}, lowest": float(known.min()),
                f"{column}, median": float(known.median()),
                f"{column}, highest": float(known.max()),
            }
    return numbers


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return _plain(asdict(value)) if is_dataclass(value) and not isinstance(value, type) else str(value)
