"""How the expected rate of a nation changes along one factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.models.design.arrays import NEED
from carerates.models.results.area_tables import PER
from carerates.models.results.estimates import central_interval, check_probability, suffix

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates


def gradient_table(
    fit: FittedRates, factor: str | None, at: int, points: int, probability: float
) -> pd.DataFrame:
    """Return expected rates along one factor, by nation; see ``FittedRates.gradient``."""
    check_probability(probability)
    design, shared = fit.design, fit.posterior.shared
    columns = {one.name: one for one in design.columns if one.part == "level"}
    wanted = factor or next(iter(columns), None)
    if not columns:
        raise ValueError("This model has no factors, so that no rate is expected along one.")
    if wanted not in columns:
        raise ValueError(f"The model has the factors {', '.join(columns)}; {wanted!r} is not one.")
    if isinstance(points, bool) or not isinstance(points, (int, np.integer)) or points < 2:
        raise ValueError(f"points is a whole number of 2 or more; this is {points!r}.")
    column, names = columns[wanted], list(design.shared_names)
    need, place = design.shared_columns(NEED), names.index(wanted)
    nation = np.array(design.panel.nation_of_area)
    tables = []
    for one in design.panel.nations:
        mine = nation == one
        typical = design.shared[mine, at].mean(axis=0)
        value = np.linspace(column.raw[mine, at].min(), column.raw[mine, at].max(), points)
        away = (value - column.mean[one]) / column.sd[one] - typical[place]
        slope = shared[:, place].copy()
        if (extra := f"{wanted} x {one}") in names:
            slope += shared[:, names.index(extra)]
        level = shared[:, need] @ typical[need]
        draws = PER * np.exp(level[:, None] + slope[:, None] * away)
        lower, upper = central_interval(draws, probability)
        tables.append(
            pd.DataFrame(
                {
                    "nation": one,
                    "year": design.panel.years[at],
                    "factor": wanted,
                    "value": value,
                    "expected_rate_per_10000": np.median(draws, axis=0),
                    f"expected_lower_{suffix(probability)}": lower,
                    f"expected_upper_{suffix(probability)}": upper,
                    "checks": fit.checks,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
