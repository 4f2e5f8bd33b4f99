"""How many start, how readily do they cease, and where does that lead?"""

from __future__ import annotations

import pandas as pd

from carerates.errors import ModelError
from carerates.models.fitting import Engine, fit
from carerates.models.results.fitted import FittedRates
from carerates.models.stock_flow.counts import count_flows
from carerates.models.stock_flow.result import FittedFlows
from carerates.models.stock_flow.specification import StockFlowModel
from carerates.tables import RatesTable, as_rates


def fit_flows(
    model: StockFlowModel,
    rates: RatesTable | pd.DataFrame,
    flows: pd.DataFrame,
    *,
    engine: Engine = "laplace",
    seed: int = 1,
    draws: int | None = None,
    strict: bool = False,
) -> FittedFlows:
    """Estimate how many children start, how readily they cease, and the number to which that leads.

    Parameters
    ----------
    model : StockFlowModel
        What is assumed.
    rates : RatesTable or DataFrame
        Children looked after at 31 March, with the year before each year of flows, and the factors of both
        parts joined.
    flows : DataFrame
        ``area_code, year, starts, ceases``: children starting and ceasing to be looked after in the year to
        31 March.  Where they were rounded or suppressed also ``starts_low, starts_high, ceases_low,
        ceases_high``; a suppressed flow is empty.
    engine, draws, strict
        As in :func:`carerates.fit`.
    seed : int
        Seed of the starts; the ceases take the next.

    Returns
    -------
    FittedFlows

    Raises
    ------
    TableError, ModelError
        Before any sampling starts: what is wrong with stocks or flows, or why a part cannot be fitted.

    Notes
    -----
    The bundled edition holds no flows by authority: bring them.  Publishers give them beside the counts at
    31 March: for Wales on StatsWales, for England in the files beneath the release on children looked
    after.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.models import StockFlowModel, fit_flows
    >>> areas = [f"A{number}" for number in range(6)]
    >>> stock = pd.DataFrame([(area, year, 300 + 20 * at, 50_000) for at, area in enumerate(areas)
    ...                       for year in (2016, 2017, 2018)],
    ...                      columns=["area_code", "year", "children", "population"])
    >>> flows = stock[stock["year"] > 2016].assign(starts=90, ceases=90)[
    ...     ["area_code", "year", "starts", "ceases"]]
    >>> model = StockFlowModel().replace(area_time="none", time="none")
    >>> found = fit_flows(model, stock, flows, draws=500).to_frame()
    >>> round(float(found["leaving_probability"].median()), 2)  # 90 of about 350 a year: 1 - exp(-90 / 350)
    0.23
    """
    if not isinstance(model, StockFlowModel):
        raise TypeError(f"The first argument is a StockFlowModel, not a {type(model).__name__}.")
    counts = count_flows(as_rates(rates), flows)
    parts: dict[str, FittedRates] = {}
    for name, part, table, own_seed in (
        ("starts", model.starts, counts.starts, seed),
        # another seed, or areas' draws of both parts would go up and down together
        ("ceases", model.ceases, counts.ceases, seed + 1),
    ):
        try:
            parts[name] = fit(part, table, engine=engine, seed=own_seed, draws=draws, strict=strict)
        except ModelError as error:
            raise ModelError(f"The model of {name}: {error}") from error
    return FittedFlows.of(parts["starts"], parts["ceases"], counts)
