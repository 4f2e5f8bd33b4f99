"""Which areas can an adjustment be fitted to, and why not the others?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError, TableError
from carerates.models.adjustment.design import nation_labels
from carerates.models.adjustment.settings import AdjustmentSettings
from carerates.models.factor_columns import rates_with_factors
from carerates.tables import RatesTable

Mask = NDArray[np.bool_]


def join_factors(rates: RatesTable | pd.DataFrame, names: tuple[str, ...]) -> RatesTable:
    """Return a rates table that holds the factors, also from a plain DataFrame with such columns."""
    table = rates_with_factors(rates, names)
    absent = [name for name in names if name not in table.factor_names]
    if clash := [name for name in absent if name in table.frame]:
        raise TableError(
            f"{', '.join(clash)} is a column of every rates table, not a factor. "
            "For the number of children use population='log' or 'spline'."
        )
    if absent:
        given: list[object] = list(rates.columns) if isinstance(rates, pd.DataFrame) else []
        there = sorted({*table.factor_names, *(str(one) for one in given if one not in table.frame)})
        raise TableError(
            f"There is no factor {', '.join(map(repr, absent))} in this table; "
            + (f"there are: {', '.join(there)}." if there else "it holds none.")
            + " Put factors beside the rates with rates.join(cr.load_factors([...]))."
        )
    frame = table.frame
    if text := [name for name in names if frame[name].dtype.kind not in "fiub"]:
        raise TableError(f"{', '.join(text)} does not hold numbers, as a factor must.")
    return table


def rows_to_fit(frame: pd.DataFrame, settings: AdjustmentSettings) -> tuple[Mask, NDArray[np.object_]]:
    """Return which rows can be fitted, and why the others cannot."""
    lacking: list[tuple[str, Mask]] = [
        (f"no value of {factor}", frame[factor].isna().to_numpy()) for factor in settings.factors
    ]
    nation = nation_labels(frame)
    some = nation != ""
    if some.any() and (settings.nation != "none" or settings.standardise == "within_nation"):
        lacking.append(("no nation", np.asarray(~some, dtype=bool)))
    lacking.append(("no population", frame["population"].isna().to_numpy()))
    for status in sorted(frame.loc[frame["children"].isna(), "status"].unique()):
        words = f"no count ({status.replace('_', ' ')})"
        lacking.append((words, (frame["children"].isna() & (frame["status"] == status)).to_numpy()))
    reasons = np.array(
        ["; ".join(words for words, mask in lacking if mask[row]) for row in range(len(frame))], dtype=object
    )
    return np.asarray(reasons == "", dtype=bool), reasons


def require_children(frame: pd.DataFrame, fitted: Mask, settings: AdjustmentSettings) -> None:
    """Raise if nothing can be fitted, or nobody is looked after anywhere."""
    if not fitted.any():
        raise ModelError(
            "No area has a count, a population and every factor; there is nothing to fit. "
            f"The table has {len(frame)} rows; factors asked for: {', '.join(settings.factors) or 'none'}."
        )
    nation = nation_labels(frame)
    groups = {"any area": fitted}
    if settings.nation != "none" and not settings.linear:
        groups |= {one: fitted & (nation == one) for one in sorted(set(nation[fitted])) if one}
    for where, mask in groups.items():
        if frame.loc[mask, "children"].sum() == 0:
            raise ModelError(
                f"No child is looked after in {where} of this table ({int(mask.sum())} areas with a "
                "count of 0), so no rate can be expected. Check the counts; leave those areas out if they "
                "are right."
            )
