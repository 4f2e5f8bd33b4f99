"""Which rows and areas a model can use, and which it leaves out, said aloud."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from carerates.errors import ModelError
from carerates.models.spec import RateModel
from carerates.tables import RatesTable


@dataclass(frozen=True, slots=True, eq=False)
class UsableRates:
    """A table without what the model cannot use.

    Attributes
    ----------
    rates : RatesTable
        What is left; every step is in its provenance.
    left_out : DataFrame
        One row for each area or area and year left out: ``area_code``, ``area_name``, ``year`` (empty
        for a whole area), ``reason``.
    """

    rates: RatesTable
    left_out: pd.DataFrame


def usable_rates(model: RateModel, rates: RatesTable) -> UsableRates:
    """Leave out areas without factors, and counts without a population.

    Raises
    ------
    ModelError
        If a factor is not a column of numbers of the table, or nothing is left.
    """
    frame = rates.to_frame()
    absent = [name for name in model.factors if name not in frame.columns]
    if absent:
        joined = ", ".join(rates.factor_names) or "none"
        raise ModelError(
            f"The table has no column {', '.join(absent)}; factors joined to it: {joined}. "
            "Join factors with rates.join(factors)."
        )
    text = [name for name in model.factors if frame[name].dtype.kind not in "fiu"]
    if text:
        raise ModelError(f"Factor {', '.join(text)} is not a column of numbers.")
    reasons: list[pd.DataFrame] = []
    drop = pd.Series(False, index=frame.index)
    errors = [
        one.standard_error
        for one in rates.factors
        if one.name in model.measured_with_error and one.standard_error in frame
    ]
    for name in [*model.factors, *errors]:
        never = frame.groupby("area_code")[name].transform("count") == 0
        reasons.append(_listed(frame[never & ~drop].drop_duplicates("area_code"), f"no {name}", whole=True))
        sometimes = frame[name].isna() & ~never & ~drop
        reasons.append(_listed(frame[sometimes], f"no {name} in that year", whole=False))
        drop |= never | sometimes
    unweighted = frame["population"].isna() & frame["children_low"].notna() & ~drop
    reasons.append(_listed(frame[unweighted], "a count but no population", whole=False))
    never = (frame.groupby("area_code")["population"].transform("count") == 0) & ~drop
    reasons.append(
        _listed(frame[never].drop_duplicates("area_code"), "no population in any year", whole=True)
    )
    drop |= unweighted | never
    left_out = pd.concat(reasons, ignore_index=True)
    if not drop.any():
        return UsableRates(rates, left_out)
    if drop.all():
        raise ModelError("No area has all of its factors and a population: " + _said(left_out))
    step = f"left out of the model: {_said(left_out)}"
    kept = RatesTable(frame[~drop], rates.provenance.then(step), rates.factors, rates.measure)
    return UsableRates(kept, left_out)


def _listed(rows: pd.DataFrame, reason: str, *, whole: bool) -> pd.DataFrame:
    """Return the rows of a list of what was left out."""
    return pd.DataFrame(
        {
            "area_code": rows["area_code"].astype("str"),
            "area_name": rows["area_name"].astype("str"),
            "year": pd.Series(pd.NA, index=rows.index, dtype="Int64")
            if whole
            else rows["year"].astype("Int64"),
            "reason": pd.Series(reason, index=rows.index, dtype="str"),
        }
    )


def _said(left_out: pd.DataFrame) -> str:
    """Say what was left out, reason by reason."""
    parts = []
    for reason, rows in left_out.groupby("reason", sort=False):
        names = [
            name if pd.isna(year) else f"{name} {year}"
            for name, year in zip(rows["area_name"], rows["year"], strict=True)
        ]
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        parts.append(f"{shown} ({reason})")
    return "; ".join(parts)
