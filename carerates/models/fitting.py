"""Fit a hierarchical model to a table of rates."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from carerates.models.checks.diagnostics import Check, Diagnostics
from carerates.models.design.building import build_design
from carerates.models.design.completeness import usable_rates
from carerates.models.design.totals import narrow_to_totals
from carerates.models.factor_columns import rates_with_factors
from carerates.models.results.fitted import FittedRates
from carerates.models.spec import RateModel
from carerates.tables import RatesTable

if TYPE_CHECKING:
    from carerates.models.laplace.exploration import Exploration

Engine = Literal["laplace", "nuts"]
_PACKAGES = ("carerates", "numpy", "scipy", "pandas")


def fit(
    model: RateModel,
    rates: RatesTable | pd.DataFrame,
    *,
    engine: Engine = "laplace",
    seed: int = 1,
    draws: int | None = None,
    strict: bool = False,
    totals: pd.DataFrame | None = None,
) -> FittedRates:
    """Estimate every area's underlying rate, and the rate expected given its circumstances.

    Parameters
    ----------
    model : RateModel
        What is assumed.
    rates : RatesTable or DataFrame
        Counts and populations by area and year, with the model's factors joined (in a DataFrame: as columns).
        Rows without a count are predicted; areas without a factor are left out and listed in ``left_out``.
    engine : {"laplace", "nuts"}
        Nested Laplace (seconds, no further packages), or Hamiltonian Monte Carlo through PyMC (extra
        ``bayes``; minutes), the engine of record for a published model.  The second also runs the first and
        says how far they differ.
    seed : int
        Seed of every random number; the same seed, versions and thread counts give the same draws.  With
        ``"nuts"`` code compiled just now and code read back from PyTensor's cache may differ in a last digit
        and so in single draws.
    draws : int, optional
        Joint draws to return: 2,000 by default, 4,000 over four chains for ``"nuts"``.
    strict : bool
        Raise if a check fails, instead of marking every output.
    totals : DataFrame, optional
        Known totals of nations or regions, which narrow what suppressed and rounded counts may be; see
        :func:`carerates.models.narrow_to_totals`.

    Returns
    -------
    FittedRates

    Raises
    ------
    TableError, ModelError
        Before any sampling starts: what is wrong with the table, or why the model cannot be fitted to it.
    MissingExtraError
        If the engine's packages are not installed.

    Examples
    --------
    >>> import carerates as cr
    >>> need = cr.load_factors(["deprivation"], nations="wales")
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).join(need)
    >>> model = cr.RateModel(factors=["deprivation"], time="linear", area_time="none")
    >>> fit = cr.fit(model, rates, seed=1)
    >>> fit.diagnostics.passed
    True
    """
    _check_arguments(model, engine, seed, draws)
    table = rates_with_factors(rates, model.factors)
    if totals is not None:
        table = narrow_to_totals(table, totals)
    usable = usable_rates(model, table)
    design = build_design(model, usable.rates)
    started = time.perf_counter()
    if engine == "nuts":
        from carerates.models.nuts.engine import sample_posterior

        posterior, diagnostics, details = sample_posterior(design, draws=draws or 4000, seed=seed)
    else:
        from carerates.models.laplace.engine import draw_posterior

        posterior, found = draw_posterior(design, draws=draws or 2000, seed=seed)
        diagnostics = _laplace_checks(found)
        details = {"hyperparameter evaluations": str(found.evaluations)}
    seconds = time.perf_counter() - started
    if strict:
        diagnostics.require()
    return FittedRates(
        settings=model,
        rates=usable.rates,
        design=design,
        posterior=posterior,
        diagnostics=diagnostics,
        engine=engine,
        seed=seed,
        record=_record(seconds, details),
        left_out=usable.left_out,
        provenance=design.provenance.then(
            f"fitted a hierarchical model with the {engine} engine: {posterior.draws} draws, seed {seed}"
        ),
    )


def _check_arguments(model: RateModel, engine: str, seed: int, draws: int | None) -> None:
    """Refuse what would only come to light in the middle of a fit."""
    if engine not in ("laplace", "nuts"):
        raise ValueError(f"engine is 'laplace' or 'nuts', not {engine!r}.")
    if not isinstance(model, RateModel):
        raise TypeError(f"The first argument is a RateModel, not a {type(model).__name__}.")
    for name, value, least, why in (
        ("seed", seed, 0, ""),
        ("draws", 100 if draws is None else draws, 100, ", so that intervals mean something"),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise ValueError(f"{name} is a whole number of at least {least}{why}; this is {value!r}.")


def _laplace_checks(found: Exploration) -> Diagnostics:
    """Return the checks of a nested Laplace fit."""
    finite = bool(np.isfinite(found.peak.log_density))
    needed = min(20.0, 0.5 * len(found.points))
    heaviest = float(found.weights.max())
    return Diagnostics(
        "laplace",
        (
            Check(
                "finite log density at the mode",
                float(finite),
                "1",
                finite,
                "Check priors and counts.",
            ),
            Check(
                "gradient at the hyperparameters' mode, in standard deviations",
                found.gradient_norm,
                "below 0.05",
                found.gradient_norm < 0.05,
                "A hyperparameter may be at its limit; fix it or give it a tighter prior.",
            ),
            Check(
                "effective number of hyperparameter points",
                found.effective,
                f"at least {needed:.0f}",
                found.effective >= needed,
                "The hyperparameters' posterior is far from its normal approximation; use engine='nuts'.",
            ),
            Check(
                "largest weight of one hyperparameter point",
                heaviest,
                "below 0.2 where there are several",
                len(found.points) == 1 or heaviest < 0.2,
                "One point decides; use engine='nuts'.",
            ),
        ),
    )


def _record(seconds: float, details: Mapping[str, str]) -> dict[str, str]:
    """Return what made the draws: versions, threads, time."""
    record = {"python": platform.python_version(), "seconds": f"{seconds:.2f}"}
    for name in _PACKAGES:
        try:
            record[name] = version(name)
        except PackageNotFoundError:
            record[name] = "not installed as a package"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        record[name] = os.environ.get(name, "not set")
    return record | dict(details)
