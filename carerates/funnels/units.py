"""What a funnel is drawn from: counts and exposures of areas, checked, as arrays."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.funnels.columns import (
    problems_of_areas,
    problems_of_columns,
    problems_of_counts,
    read_numbers,
)
from carerates.funnels.settings import Floats, Kind
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.tables.schema import row_list


class HasFrame(Protocol):
    """Anything with rows per area, such as an adjustment of rates."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per area, or area and year."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Areas of one or many funnels.

    Attributes
    ----------
    kind : {"rate", "proportion", "ratio"}
    codes, names, status : tuples of str
    observed, low, high : arrays of float
        Counts as published (NaN where none was), and the smallest and largest true counts possible.
    exposure : array of float
        What the target multiplies: population, trials, or the expected count of a ratio.
    denominator : array of float
        Population or trials; for a ratio without one, the expected count.
    log_error : array of float
        Standard error of the log of the exposure; 0 where it is known.
    group : tuple
        Value of the ``by`` column; one constant without it.
    labels : dict of str to tuple
        Nation and region, where known.
    measure : str
        What is counted.
    """

    kind: Kind
    codes: tuple[str, ...]
    names: tuple[str, ...]
    status: tuple[str, ...]
    observed: Floats
    low: Floats
    high: Floats
    exposure: Floats
    denominator: Floats
    log_error: Floats
    group: tuple[Hashable, ...]
    labels: dict[str, tuple[Any, ...]]
    measure: str

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def groups(self) -> tuple[Hashable, ...]:
        """Values of the ``by`` column, in order of first appearance."""
        return tuple(dict.fromkeys(self.group))

    def take(self, rows: np.ndarray) -> Units:
        """Return some rows."""
        index = np.flatnonzero(rows)

        def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(values[row] for row in index)

        changes: dict[str, Any] = {name: some(getattr(self, name)) for name in _TUPLES}
        changes |= {name: getattr(self, name)[index] for name in _ARRAYS}
        changes["labels"] = {name: some(values) for name, values in self.labels.items()}
        return replace(self, **changes)

    def of_group(self, group: Hashable) -> Units:
        """Return the rows of one funnel."""
        return self.take(np.array([one == group for one in self.group]))


_TUPLES = ("codes", "names", "status", "group")
_ARRAYS = ("observed", "low", "high", "exposure", "denominator", "log_error")


def units_from_rates(
    data: RatesTable | pd.DataFrame,
    *,
    kind: Kind,
    expected: HasFrame | pd.DataFrame | None,
    by: str | None,
    left_out: bool,
) -> tuple[Units, Provenance]:
    """Read a rates table, with or without an adjustment's expected counts."""
    table = as_rates(data)
    frame = table.to_frame()
    if by != "year" and len(table.years) > 1:
        raise TableError(
            f"A funnel compares areas in one year; this table has {len(table.years)}. "
            "Choose one with rates.select(year=...), or draw one funnel a year with by='year'."
        )
    if by is not None and by not in frame:
        raise TableError(
            f"There is no column {by!r} to draw funnels by; there are: {', '.join(map(str, frame.columns))}."
        )
    frame, provenance = _with_population(frame, table.provenance)
    error = np.zeros(len(frame))
    exposure = frame["population"].to_numpy(dtype=float)
    if expected is not None:
        frame, exposure, error = _joined_expected(frame, expected, left_out)
        provenance = provenance.then(
            "expected counts taken from an adjustment"
            + (", each area left out of its own" if left_out else "")
        )
    return (
        Units(
            kind=kind,
            codes=tuple(frame["area_code"]),
            names=tuple(frame["area_name"]),
            status=tuple(frame["status"]),
            observed=frame["children"].to_numpy(dtype=float, na_value=np.nan),
            low=frame["children_low"].to_numpy(dtype=float, na_value=np.nan),
            high=frame["children_high"].to_numpy(dtype=float, na_value=np.nan),
            exposure=exposure,
            denominator=frame["population"].to_numpy(dtype=float),
            log_error=error,
            group=tuple(frame[by]) if by else (None,) * len(frame),
            labels={
                name: tuple(None if pd.isna(value) else value for value in frame[name])
                for name in ("nation", "region", "year")
            },
            measure=table.measure,
        ),
        provenance,
    )


def _with_population(frame: pd.DataFrame, provenance: Provenance) -> tuple[pd.DataFrame, Provenance]:
    """Leave out areas that have no population, which no funnel can place, and say so."""
    without = frame["population"].isna()
    if not without.any():
        return frame, provenance
    if without.all():
        raise TableError("No area has a population, so there is nothing to draw a funnel of.")
    named = frame.loc[without, ["area_name", "year"]].astype("str").agg(" ".join, axis=1)
    step = f"left out, because no population was published: {', '.join(named)}"
    return frame[~without].reset_index(drop=True), provenance.then(step)


def _joined_expected(
    frame: pd.DataFrame, expected: HasFrame | pd.DataFrame, left_out: bool
) -> tuple[pd.DataFrame, Floats, Floats]:
    """Put an adjustment's expected counts and their errors beside the rates."""
    given = expected if isinstance(expected, pd.DataFrame) else expected.to_frame()
    source = "expected_rate_per_10000_left_out" if left_out else "expected_children"
    absent = [name for name in ("area_code", source) if name not in given]
    if absent:
        raise TableError(
            "The expected counts need one row per area from an adjustment.",
            [f"column '{name}' is missing" for name in absent],
        )
    key = ["area_code", "year"] if "year" in given else ["area_code"]
    if given.duplicated(key).any():
        raise TableError(
            f"The expected counts repeat {' and '.join(key)} in {row_list(given.duplicated(key))}."
        )
    error = "expected_log_standard_error"
    columns = [*key, source, *([error] if error in given else [])]
    joined = frame.merge(given[columns], on=key, how="left", validate="one_to_one" if len(key) == 2 else None)
    exposure = joined[source].to_numpy(dtype=float)
    if left_out:
        exposure = exposure * joined["population"].to_numpy(dtype=float) / 10_000
    missing = ~(exposure > 0)
    if missing.any():
        raise TableError(
            "Every area needs an expected count above 0.",
            [f"{row['area_name']} ({row['area_code']}) has none" for _, row in joined[missing].iterrows()],
        )
    errors = joined[error].fillna(0.0).to_numpy(dtype=float) if error in joined else np.zeros(len(joined))
    return joined, exposure, errors


def units_from_columns(
    data: pd.DataFrame,
    *,
    kind: Kind,
    events: str,
    denominator: str | None,
    area: str | None,
    name: str | None,
    expected: str | None,
    log_error: str | None,
    low: str | None,
    high: str | None,
    by: str | None,
) -> tuple[Units, Provenance]:
    """Read any DataFrame by the names of its columns; every problem is reported together."""
    roles = {
        "events": events,
        "denominator": denominator,
        "area": area,
        "name": name,
        "expected": expected,
        "expected_log_standard_error": log_error,
        "events_low": low,
        "events_high": high,
        "by": by,
    }
    if problems := problems_of_columns(data, kind, roles):
        raise TableError("A funnel cannot be drawn from this table.", problems)

    rows = len(data)
    bounded = low is not None and high is not None
    observed = read_numbers(data, events, "events", problems, whole=True, may_be_empty=bounded)
    lows = read_numbers(data, low, "events_low", problems, whole=True) if low else observed
    highs = read_numbers(data, high, "events_high", problems, whole=True) if high else observed
    size = read_numbers(data, denominator, "denominator", problems, above=True) if denominator else None
    mean = read_numbers(data, expected, "expected", problems, above=True) if expected else None
    errors = (
        read_numbers(data, log_error, "expected_log_standard_error", problems)
        if log_error
        else np.zeros(rows)
    )
    codes = (
        data[area].astype("str")
        if area
        else pd.Series([str(row + 1) for row in range(rows)], index=data.index)
    )
    problems += problems_of_areas(data, area, by, codes)
    problems += problems_of_counts(observed, lows, highs, size if kind == "proportion" else None)
    if problems:
        raise TableError("A funnel cannot be drawn from this table.", problems)

    exposure = mean if kind == "ratio" else size
    assert exposure is not None
    missing = np.isnan(observed)
    return (
        Units(
            kind=kind,
            codes=tuple(codes),
            names=tuple(data[name].astype("str")) if name else tuple(codes),
            status=tuple("suppressed" if one else "exact" for one in missing),
            observed=observed,
            low=lows,
            high=highs,
            exposure=exposure,
            denominator=exposure if size is None else size,
            log_error=errors,
            group=tuple(data[by]) if by else (None,) * rows,
            labels={
                label: tuple(None if pd.isna(value) else value for value in data[label])
                for label in ("nation", "region")
                if label in data
            },
            measure=events,
        ),
        Provenance(steps=(f"{rows} rows supplied by the user",)) if rows else NO_PROVENANCE,
    )
