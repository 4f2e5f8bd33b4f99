"""How much do the answers rest on the priors, or on one area?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from carerates.models.design.arrays import Design
from carerates.models.design.building import build_design
from carerates.models.design.completeness import usable_rates
from carerates.models.factor_columns import rates_with_factors
from carerates.models.fitting import fit
from carerates.models.priors import Beta, HalfNormal, LogNormal, Normal, Prior, Priors
from carerates.models.results.fitted import FittedRates
from carerates.models.spec import RateModel
from carerates.tables import RatesTable

# prior -> hyperparameter, kind of effect or part of a factor that it governs
_GOVERNED = {
    "intercept": "intercept",
    "nation": "nation",
    "factor": "level",
    "nation_factor": "factor x nation",
    "log_population": "population",
    "within": "within",
    "drift": "drift",
    "area": "sd_area",
    "spatial_share": "spatial_share",
    "region": "sd_region",
    "slope": "sd_slope",
    "correlation": "correlation",
    "trend": "sd_trend",
    "trend_correlation": "trend_correlation",
    "area_trend": "sd_area_trend",
    "area_trend_correlation": "area_trend_correlation",
    "noise": "noise",
}


def prior_sensitivity(
    model: RateModel,
    rates: RatesTable | pd.DataFrame,
    *,
    scales: Sequence[float] = (0.5, 2.0),
    seed: int = 1,
) -> pd.DataFrame:
    """Ask how far the answers move when each prior is made narrower or wider.

    Parameters
    ----------
    model : RateModel
        The model.
    rates : RatesTable or DataFrame
        The figures.
    scales : sequence of float
        Factors by which the scale of one prior at a time is multiplied; for a share or a correlation
        the concentration of its prior, which is divided by the square.
    seed : int
        Seed of every refit, so that differences are not chance.

    Returns
    -------
    DataFrame
        One row for each prior, scale and quantity (fixed effects and hyperparameters): ``shift`` is how far
        the posterior mean moved, in posterior standard deviations of the fit with the model's own priors;
        ``checks`` says whether the refit passed them.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import prior_sensitivity
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).select(area=["Cardiff", "Powys", "Conwy"])
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> prior_sensitivity(model, rates, scales=[2.0]).columns.tolist()[:3]
    ['prior', 'scale', 'quantity']
    """
    table = rates_with_factors(rates, model.factors)
    base = fit(model, table, seed=seed)
    quantities = _quantities(base)
    rows = []
    for name in _used_priors(base.design):
        for scale in scales:
            refit = fit(model.replace(priors=scaled_priors(model.priors, name, scale)), table, seed=seed)
            changed = _quantities(refit)
            rows += [
                {
                    "prior": name,
                    "scale": scale,
                    "quantity": quantity,
                    "shift": (changed[quantity].mean() - values.mean()) / values.std(),
                    "checks": refit.checks,
                }
                for quantity, values in quantities.items()
            ]
    return pd.DataFrame(rows)


def without_each_area(
    model: RateModel, rates: RatesTable | pd.DataFrame, areas: Sequence[str], *, seed: int = 1
) -> pd.DataFrame:
    """Ask how far the coefficients move when one area is left out.

    Parameters
    ----------
    model : RateModel
        The model.
    rates : RatesTable or DataFrame
        The figures.
    areas : sequence of str
        Codes of the areas to leave out, one at a time.
    seed : int
        Seed of every refit.

    Returns
    -------
    DataFrame
        One row for each area and quantity, ``shift`` in posterior standard deviations, and its ``checks``.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import without_each_area
    >>> areas = ["Cardiff", "Powys", "Conwy", "Swansea"]
    >>> panel = cr.load_rates("wales", years=[2017, 2018]).select(area=areas)
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> without_each_area(model, panel, ["W06000015"]).columns.tolist()[:2]
    ['area_code', 'quantity']
    """
    areas = [areas] if isinstance(areas, str) else areas
    table = rates_with_factors(rates, model.factors)
    base = _quantities(fit(model, table, seed=seed))
    frame, rows = table.to_frame(), []
    if strangers := sorted(set(areas) - set(table.areas)):
        raise ValueError(f"The table has no area {', '.join(strangers)}.")
    for area in areas:
        kept = RatesTable(
            frame[frame["area_code"] != area],
            table.provenance.then(f"left out {area}"),
            table.factors,
            table.measure,
        )
        refit = fit(model, kept, seed=seed)
        changed = _quantities(refit)
        rows += [
            {
                "area_code": area,
                "quantity": quantity,
                "shift": (changed[quantity].mean() - values.mean()) / values.std(),
                "checks": refit.checks,
            }
            for quantity, values in base.items()
            if quantity in changed
        ]
    return pd.DataFrame(rows)


def top_priors(model: RateModel, rates: RatesTable) -> list[str]:
    """Return the priors at the top of a model on a table: those that no other unknown governs."""
    return _used_priors(build_design(model, usable_rates(model, rates).rates))


def _used_priors(design: Design) -> list[str]:
    """Return the priors of spreads and effects that a design has."""
    used = {one.name for one in design.spreads if one.fixed is None}
    used |= {term.name for term in design.shared_terms} | {column.part for column in design.columns}
    crossed = {f"{column.name} x {nation}" for column in design.columns for nation in design.panel.nations}
    if crossed & set(design.shared_names):
        used.add("factor x nation")
    return [name for name, governed in _GOVERNED.items() if governed in used]


def _quantities(fitted: FittedRates) -> dict[str, np.ndarray]:
    """Return draws of fixed effects and hyperparameters by name."""
    design, posterior = fitted.design, fitted.posterior
    fixed = design.shared_columns(("intercept", "nation", "factor", "population", "drift"))
    result = {
        name: posterior.shared[:, column]
        for column, (name, keep) in enumerate(zip(design.shared_names, fixed, strict=True))
        if keep
    }
    return result | {one.name: posterior.spreads[one.name] for one in design.free_spreads}


def scaled_priors(priors: Priors, name: str, scale: float) -> Priors:
    """Return priors with the scale of one multiplied; all factors' priors count as one."""
    changed: dict[str, Any] = {name: _widened(getattr(priors, name), scale)}
    if name == "factor":
        changed["by_factor"] = {key: _widened(one, scale) for key, one in priors.by_factor.items()}
    return replace(priors, **changed)


def _widened(prior: Prior, scale: float) -> Prior:
    """Return a prior with its scale multiplied."""
    if isinstance(prior, (Normal, HalfNormal)):
        return replace(prior, sd=prior.sd * scale)
    if isinstance(prior, LogNormal):
        return replace(prior, sd_log=prior.sd_log * scale)
    if isinstance(prior, Beta):
        return replace(prior, a=prior.a / scale**2, b=prior.b / scale**2)
    return replace(prior, shape=prior.shape / scale**2)
