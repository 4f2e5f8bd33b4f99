"""What a hierarchical model of rates assumes, written down before anything is fitted."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from carerates.errors import ModelError
from carerates.models.priors import Priors

Likelihood = Literal["negative_binomial", "poisson_lognormal", "poisson", "binomial"]
NOISELESS = ("poisson", "binomial")
Time = Literal["none", "linear", "random_walk", "random_walk_2", "autoregressive"]
AreaTime = Literal["none", "random_walk", "random_walk_2", "autoregressive"]
FORMAT = 1


@dataclass(frozen=True, slots=True)
class RateModel:
    """A hierarchical model of the underlying rates, before it meets any data.

    Parameters
    ----------
    factors : iterable of str
        Factor columns of the rates table (:meth:`RatesTable.join <carerates.RatesTable.join>` puts them
        there).  Each is standardised inside its nation; mean and standard deviation are kept.
    time : {"random_walk", "linear", "random_walk_2", "autoregressive", "none"}
        Trend that areas share.
    time_by : {"nation", "all"}
        Whether each nation has a trend of its own.
    groups : "region" or None
        Random effect of region inside a nation that has several.
    area_effects, area_slopes : bool
        Random level of each area, and a random straight line in time (with their correlation).
    area_time : {"random_walk", "random_walk_2", "autoregressive", "none"}
        A wandering path of each area's own; a second-order walk bends the area's straight line and needs
        ``area_slopes``.  Random walks without straight lines are the default because they
        predict best: with 2018 left out of the bundled figures of 2012 to 2018, their 95% intervals hold 95%
        of that year's counts, those of straight lines 88%.
    nation_terms : bool
        Let each factor's coefficient differ between nations.  Nation itself is always a fixed effect:
        two nations say nothing about how nations vary.
    population_term : bool
        Let the rate depend on the log of the area's child population.
    within_between : iterable of str
        Time-varying factors to split into the area's mean (between) and its deviation (within).
    measured_with_error : iterable of str
        Factors known only up to a standard error, which the joined factor names
        (:attr:`Factor.standard_error <carerates.tables.Factor>`; :func:`carerates.survey.area_factors` gives
        one).  Their true values are unknowns of the model.  One value for each area; one coefficient for all
        nations.
    spatial : {"none", "bym2"}
        Whether neighbouring areas are alike: ``"bym2"`` lets a share of the variance between areas follow the
        map.
    neighbours : iterable of (str, str)
        Codes of neighbouring areas, for ``spatial``; by default those of the authorities of Wales and
        England, former ones among them (:func:`carerates.areas.neighbours`).  A pair of an area with itself
        says that it is an island.
    likelihood : {"negative_binomial", "poisson_lognormal", "poisson", "binomial"}
        How counts vary about the rate of an area and year.  Noise of a single year beyond chance is gamma,
        the rate its mean, or log-normal, the rate its median; ``"poisson"`` and ``"binomial"`` (so many of
        the area's children) have none.
    noise : float, optional
        Coefficient of variation of one year's rate beyond Poisson, held fixed; for one year of data it
        must be borrowed from a panel, because one year cannot tell it from lasting differences.
    priors : Priors
        See :class:`~carerates.models.Priors`; every one can be replaced.

    Examples
    --------
    >>> from carerates.models import RateModel
    >>> model = RateModel(factors=["deprivation"], time="linear")
    >>> RateModel.from_json(model.to_json()) == model
    True
    """

    factors: tuple[str, ...] = ()
    time: Time = "random_walk"
    time_by: Literal["nation", "all"] = "nation"
    groups: Literal["region"] | None = "region"
    area_effects: bool = True
    area_slopes: bool = False
    area_time: AreaTime = "random_walk"
    nation_terms: bool = True
    population_term: bool = False
    within_between: tuple[str, ...] = ()
    measured_with_error: tuple[str, ...] = ()
    spatial: Literal["none", "bym2"] = "none"
    neighbours: tuple[tuple[str, str], ...] = ()
    likelihood: Likelihood = "negative_binomial"
    noise: float | None = None
    priors: Priors = field(default_factory=Priors)

    def __post_init__(self) -> None:
        for name in ("factors", "within_between", "measured_with_error"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        object.__setattr__(self, "neighbours", _pairs(self.neighbours))
        _check_choices(self)
        for name in ("within_between", "measured_with_error"):
            if strangers := sorted(set(getattr(self, name)) - set(self.factors)):
                raise ValueError(f"{name} names {', '.join(strangers)}, which factors does not.")
        _check_combinations(self)
        if not isinstance(self.priors, Priors):
            raise TypeError(f"priors is a Priors, not a {type(self.priors).__name__}.")
        if self.noise is not None:
            if self.likelihood in NOISELESS:
                raise ValueError(
                    f"A {self.likelihood} likelihood has no noise; leave noise out or change likelihood."
                )
            number = isinstance(self.noise, (int, float)) and not isinstance(self.noise, bool)
            if not (number and math.isfinite(self.noise) and 0 < self.noise < 2):
                raise ValueError(
                    f"noise is a coefficient of variation, such as 0.06; this is {self.noise!r}."
                )
        if (self.area_slopes or self.area_time != "none") and not self.area_effects:
            raise ValueError(
                "area_slopes and area_time need area_effects; without them set area_slopes=False and "
                "area_time='none'."
            )

    # -- changing ----------------------------------------------------------------------------------

    def replace(self, **changes: Any) -> RateModel:  # noqa: ANN401 - any field
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    def for_one_year(self, noise: float | None = None) -> RateModel:
        """Return the same model without anything that needs several years.

        Parameters
        ----------
        noise : float, optional
            Noise of a single year, borrowed from a panel (``fit.noise()``).  Without it the
            likelihood becomes Poisson and intervals are about this one year's rate.
        """
        return replace(
            self,
            time="none",
            area_slopes=False,
            area_time="none",
            within_between=(),
            likelihood=self.likelihood if noise is not None or self.likelihood in NOISELESS else "poisson",
            noise=noise,
        )

    # -- reading and writing -----------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        plain = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "priors"}
        plain = {name: list(one) if isinstance(one, tuple) else one for name, one in plain.items()}
        plain["neighbours"] = [list(pair) for pair in self.neighbours]
        return {"format": FORMAT, **plain, "priors": self.priors.to_dict()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RateModel:
        """Rebuild what :meth:`to_dict` gave; unknown fields are refused."""
        if not isinstance(values, dict):
            raise ModelError(f"A specification gives fields by name (a JSON object); this is {values!r}.")
        plain = dict(values)
        found = plain.pop("format", FORMAT)
        if found != FORMAT:
            raise ModelError(
                f"This specification is of format {found}; this version of carerates reads format {FORMAT}."
            )
        known = [one.name for one in fields(cls)]
        if unknown := sorted(set(plain) - set(known)):
            raise ModelError(f"A RateModel has no field {', '.join(unknown)}; it has: {', '.join(known)}.")
        if "priors" in plain:
            plain["priors"] = Priors.from_dict(plain["priors"])
        return cls(**plain)

    def to_json(self) -> str:
        """Return the whole specification, priors included, as JSON text."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> RateModel:
        """Rebuild a specification from :meth:`to_json`."""
        return cls.from_dict(json.loads(text))

    # -- printing ----------------------------------------------------------------------------------

    def describe(self) -> str:
        """Say in words what the model assumes, priors included."""
        from carerates.models.wording import model_in_words

        return model_in_words(self)

    def as_mathematics(self) -> str:
        """Write the model as mathematics, one line for each level."""
        from carerates.models.wording import model_as_mathematics

        return model_as_mathematics(self)

    def __str__(self) -> str:
        return self.describe()

    def prior_check(self, rates: Any, *, draws: int = 1000, seed: int = 1) -> Any:  # noqa: ANN401
        """Ask what rates the priors alone would expect; see :mod:`carerates.models.checks.prior`."""
        from carerates.models.checks.prior import check_prior

        return check_prior(self, rates, draws=draws, seed=seed)


def _names(field_name: str, values: Iterable[str] | str) -> tuple[str, ...]:
    """Return names as a tuple, each once."""
    if not isinstance(values, Iterable):
        raise TypeError(f"{field_name} is a list of column names; this is {values!r}.")
    names = (values,) if isinstance(values, str) else tuple(values)
    if not all(isinstance(one, str) and one for one in names):
        raise TypeError(f"{field_name} is a list of column names; this is {names!r}.")
    if repeated := sorted({one for one in names if names.count(one) > 1}):
        raise ValueError(f"{field_name} names {', '.join(repeated)} more than once.")
    return names


def _pairs(values: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    """Return neighbours as pairs of codes."""
    pairs = tuple(tuple(one) if not isinstance(one, str) else (one,) for one in values)
    wrong = [one for one in pairs if len(one) != 2 or not all(isinstance(code, str) and code for code in one)]
    if wrong:
        raise TypeError(f"neighbours is a list of pairs of area codes; this is no pair: {wrong[0]!r}.")
    return tuple((one[0], one[1]) for one in pairs)


def _check_combinations(model: RateModel) -> None:
    """Refuse terms that do not go together, with every reason."""
    problems = []
    if model.spatial != "none" and not model.area_effects:
        problems.append("spatial shares out the variance between areas, so it needs area_effects=True")
    if model.spatial != "none" and model.area_slopes:
        problems.append("spatial is not offered with area_slopes; use area_time for areas' own courses")
    if model.area_time == "random_walk_2" and not model.area_slopes:
        problems.append(
            "area_time='random_walk_2' bends an area's straight line, so it needs area_slopes=True"
        )
    if model.neighbours and model.spatial == "none":
        problems.append("neighbours are for spatial='bym2'")
    if both := sorted(set(model.measured_with_error) & set(model.within_between)):
        problems.append(f"{', '.join(both)} cannot be both measured_with_error and within_between")
    if problems:
        raise ValueError("This is not a model: " + "; ".join(problems) + ".")


def _check_choices(model: RateModel) -> None:
    """Refuse words that are not among a field's choices, and switches that are not True or False."""
    choices: dict[str, tuple[object, ...]] = {
        "time": get_args(Time),
        "time_by": ("nation", "all"),
        "groups": ("region", None),
        "area_time": get_args(AreaTime),
        "spatial": ("none", "bym2"),
        "likelihood": get_args(Likelihood),
    }
    problems = [
        f"{name} is {getattr(model, name)!r}; allowed: {', '.join(repr(one) for one in allowed)}"
        for name, allowed in choices.items()
        if getattr(model, name) not in allowed
    ]
    problems += [
        f"{name} is {getattr(model, name)!r}; allowed: True, False"
        for name in ("area_effects", "area_slopes", "nation_terms", "population_term")
        if not isinstance(getattr(model, name), bool)
    ]
    if problems:
        raise ValueError("This is not a model: " + "; ".join(problems) + ".")
