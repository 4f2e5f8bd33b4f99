"""What rates would the priors alone expect? Asked before any fit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.models.design.building import build_design
from carerates.models.design.completeness import usable_rates
from carerates.models.design.terms import Array
from carerates.models.factor_columns import rates_with_factors
from carerates.models.results.estimates import weighted_rate
from carerates.models.results.simulation import draw_prior
from carerates.models.spec import RateModel
from carerates.provenance import Provenance
from carerates.tables import RatesTable

PER = 10_000
LOW, HIGH = 5.0, 500.0
"""Rates per 10,000 that no national figure has come near; a prior should nearly rule out what lies beyond."""


@dataclass(frozen=True, slots=True, eq=False)
class PriorCheck:
    """Rates that a model expects before seeing counts.

    Attributes
    ----------
    settings : RateModel
        The model.
    national, area : array of float, shape (draws,)
        Rate of all areas together, and of one area picked at random, in the last year, per 10,000.
    ratio : array of float, shape (draws,)
        Ratio of the second-highest to the second-lowest area.
    change : array of float, shape (draws,)
        Ratio of the last to the first year's rate of an area picked at random.
    provenance : Provenance
        Sources and steps.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import check_prior
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).select(area=["Cardiff", "Powys", "Conwy"])
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> check_prior(model, rates, draws=200).to_frame().columns.tolist()[:2]
    ['quantity', 'quantile_1']
    """

    settings: RateModel
    national: Array = field(repr=False)
    area: Array = field(repr=False)
    ratio: Array = field(repr=False)
    change: Array = field(repr=False)
    provenance: Provenance = field(repr=False)

    @property
    def plausible(self) -> float:
        """Prior probability of a rate of all areas between 5 and 500 per 10,000."""
        return float(((self.national >= LOW) & (self.national <= HIGH)).mean())

    def to_frame(self) -> pd.DataFrame:
        """Return quantiles of each quantity."""
        levels = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
        rows = {
            "rate of all areas per 10,000": self.national,
            "rate of one area per 10,000": self.area,
            "second-highest area over second-lowest": self.ratio,
            "one area's last year over its first": self.change,
        }
        return pd.DataFrame(
            [
                {"quantity": name}
                | {f"quantile_{100 * level:g}": float(np.quantile(one, level)) for level in levels}
                for name, one in rows.items()
            ]
        )

    def summary(self) -> str:
        """Say what the priors expect."""
        low, middle, high = np.quantile(self.area, [0.05, 0.5, 0.95])
        return (
            f"Before any count is seen, the model expects one area's rate to be {middle:.0f} per 10,000, 90% "
            f"{low:.0f} to {high:.0f}; it gives probability {self.plausible:.3f} to a rate of all areas "
            f"between {LOW:g} and {HIGH:g}, and expects the second-highest area to be "
            f"{np.median(self.ratio):.1f} times the second-lowest."
        )


def check_prior(
    model: RateModel, rates: RatesTable | pd.DataFrame, *, draws: int = 1000, seed: int = 1
) -> PriorCheck:
    """Ask what rates the priors alone would expect for these areas and years.

    Parameters
    ----------
    model : RateModel
        The model.
    rates : RatesTable or DataFrame
        Areas, years, populations and factors; the counts are not used.
    draws : int
        Draws from the prior.
    seed : int
        Seed of the draws.

    Returns
    -------
    PriorCheck

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import check_prior
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).select(area=["Cardiff", "Powys", "Conwy"])
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> check_prior(model, rates, draws=200).area.shape[0]
    200
    """
    usable = usable_rates(model, rates_with_factors(rates, model.factors))
    design = build_design(model, usable.rates)
    rng = np.random.default_rng(seed)
    prior = draw_prior(design, draws=draws, rng=rng)
    last = PER * np.exp(prior.log_rates(design)[:, :, -1])
    first = PER * np.exp(prior.log_rates(design)[:, :, 0])
    weight = design.panel.population[:, -1]
    pick = rng.integers(design.shape[0], size=draws)
    ordered = np.sort(last, axis=1)
    at = np.arange(draws)
    return PriorCheck(
        model,
        weighted_rate(last, weight),
        last[at, pick],
        ordered[:, -2] / ordered[:, 1],
        last[at, pick] / first[at, pick],
        design.provenance.then(f"{draws} draws from the prior, seed {seed}; counts not used"),
    )
