"""Factors that stand as columns in a plain DataFrame, put beside the rates."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from carerates.tables import Factor, FactorsTable, RatesTable, as_rates


def rates_with_factors(rates: RatesTable | pd.DataFrame, names: Iterable[str]) -> RatesTable:
    """Return a rates table that holds the named factors as far as ``rates`` has them.

    A RatesTable comes back as it is.  Columns of a DataFrame that every rates table has, such as the
    population, are never factors.
    """
    table = as_rates(rates)
    if not isinstance(rates, pd.DataFrame):
        return table
    beside = [name for name in dict.fromkeys(names) if name in rates and name not in table.frame]
    if not beside:
        return table
    keyed = rates[["area_code", "year", *beside]]
    return table.join(FactorsTable(keyed, tuple(Factor(name) for name in beside)))
