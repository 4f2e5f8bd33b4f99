"""What is believed before the data are seen, said in the language of rates.

Effects are on the log-rate scale, so a standard deviation of 0.26 means that areas one standard
deviation apart differ by a factor of ``exp(0.26)``, 1.3.  Every prior can be replaced::

    RateModel(priors=Priors(area=spread(1.3)))      # areas differ by a factor of 1.3 either way
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

HALF_NORMAL_MEDIAN = 0.6744897501960817  # of a half-normal of scale 1


def _is_number(value: object) -> bool:
    """Return whether a value is a finite number; others would only come to light in the middle of a fit."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _require_positive(name: str, value: float) -> None:
    """Refuse a scale that is not a positive number."""
    if not (_is_number(value) and value > 0):
        raise ValueError(f"A prior's {name} is a positive number; this is {value!r}.")


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal prior for an effect on the log rate.

    Examples
    --------
    >>> from carerates.models import Normal
    >>> Normal(mean=0.3, sd=0.15).sd
    0.15
    """

    mean: float
    sd: float
    kind: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        if not _is_number(self.mean):
            raise ValueError(f"A prior's mean is a finite number; this is {self.mean!r}.")
        _require_positive("sd", self.sd)

    def describe(self) -> str:
        """Say the prior as rate ratios."""
        low, high = math.exp(self.mean - 1.96 * self.sd), math.exp(self.mean + 1.96 * self.sd)
        return (
            f"Normal({self.mean:g}, {self.sd:g}): a rate ratio of {math.exp(self.mean):.2f}, "
            f"95% {low:.2f} to {high:.2f}"
        )

    def log_density(self, value: float) -> float:
        """Return the log density at ``value``."""
        return -0.5 * ((value - self.mean) / self.sd) ** 2 - math.log(self.sd * math.sqrt(2 * math.pi))

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw ``size`` values."""
        return rng.normal(self.mean, self.sd, size)


@dataclass(frozen=True, slots=True)
class HalfNormal:
    """A half-normal prior for a standard deviation on the log rate.

    Examples
    --------
    >>> from carerates.models import HalfNormal, Priors
    >>> Priors(area=HalfNormal(sd=0.3)).area
    HalfNormal(sd=0.3)
    """

    sd: float
    kind: ClassVar[str] = "half_normal"

    def __post_init__(self) -> None:
        _require_positive("sd", self.sd)

    def describe(self) -> str:
        """Say the prior as factors between rates."""
        return (
            f"half-normal({self.sd:g}): one standard deviation is a factor of "
            f"{math.exp(HALF_NORMAL_MEDIAN * self.sd):.2f} (prior median), 95% below "
            f"{math.exp(1.96 * self.sd):.2f}"
        )

    def log_density(self, value: float) -> float:
        """Return the log density at ``value`` (minus infinity below zero)."""
        if value < 0:
            return -math.inf
        return 0.5 * math.log(2 / math.pi) - math.log(self.sd) - 0.5 * (value / self.sd) ** 2

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw ``size`` values."""
        return np.abs(rng.normal(0.0, self.sd, size))


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A log-normal prior for a standard deviation, such as one learned from a longer panel.

    Examples
    --------
    >>> from carerates.models import LogNormal, Priors
    >>> Priors(noise=LogNormal(median=0.05, sd_log=0.3)).noise
    LogNormal(median=0.05, sd_log=0.3)
    """

    median: float
    sd_log: float
    kind: ClassVar[str] = "log_normal"

    def __post_init__(self) -> None:
        _require_positive("median", self.median)
        _require_positive("sd_log", self.sd_log)

    def describe(self) -> str:
        """Say the prior as its median and range."""
        low, high = (self.median * math.exp(z * self.sd_log) for z in (-1.96, 1.96))
        return (
            f"log-normal(median {self.median:.4g}, {self.sd_log:.3g} on the log scale): "
            f"95% {low:.4g} to {high:.4g}"
        )

    def log_density(self, value: float) -> float:
        """Return the log density at ``value`` (minus infinity at or below zero)."""
        if value <= 0:
            return -math.inf
        z = (math.log(value) - math.log(self.median)) / self.sd_log
        return -0.5 * z * z - math.log(value * self.sd_log * math.sqrt(2 * math.pi))

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw ``size`` values."""
        return self.median * np.exp(rng.normal(0.0, self.sd_log, size))


@dataclass(frozen=True, slots=True)
class Beta:
    """A beta prior for a share or an autocorrelation between 0 and 1.

    Examples
    --------
    >>> from carerates.models import Beta, Priors
    >>> Priors(spatial_share=Beta(1.0, 1.0)).spatial_share
    Beta(a=1.0, b=1.0)
    """

    a: float
    b: float
    kind: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        _require_positive("a", self.a)
        _require_positive("b", self.b)

    def describe(self) -> str:
        """Say the prior with its mean."""
        return f"Beta({self.a:g}, {self.b:g}): mean {self.a / (self.a + self.b):.2f}"

    def log_density(self, value: float) -> float:
        """Return the log density at ``value`` (minus infinity outside 0 to 1)."""
        if not 0 < value < 1:
            return -math.inf
        constant = math.lgamma(self.a + self.b) - math.lgamma(self.a) - math.lgamma(self.b)
        return constant + (self.a - 1) * math.log(value) + (self.b - 1) * math.log1p(-value)

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw ``size`` values."""
        return rng.beta(self.a, self.b, size)


@dataclass(frozen=True, slots=True)
class LKJ:
    """An LKJ prior for the correlation of an area's level and slope: density like (1 - r^2)^(shape - 1).

    Examples
    --------
    >>> from carerates.models import LKJ, Priors
    >>> Priors(correlation=LKJ(shape=4.0)).correlation
    LKJ(shape=4.0)
    """

    shape: float
    kind: ClassVar[str] = "lkj"

    def __post_init__(self) -> None:
        _require_positive("shape", self.shape)

    def describe(self) -> str:
        """Say the prior with its standard deviation."""
        sd = 1 / math.sqrt(2 * self.shape + 1)
        return f"LKJ({self.shape:g}): correlation 0, give or take {sd:.2f}"

    def log_density(self, value: float) -> float:
        """Return the log density at ``value`` (minus infinity outside -1 to 1)."""
        if not -1 < value < 1:
            return -math.inf
        constant = math.lgamma(2 * self.shape) - 2 * math.lgamma(self.shape)
        return constant - (2 * self.shape - 1) * math.log(2) + (self.shape - 1) * math.log1p(-value * value)

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw ``size`` values: r = 2 x - 1 with x ~ Beta(shape, shape)."""
        return 2 * rng.beta(self.shape, self.shape, size) - 1


Prior = Normal | HalfNormal | LogNormal | Beta | LKJ
_KINDS: dict[str, type[Prior]] = {one.kind: one for one in (Normal, HalfNormal, LogNormal, Beta, LKJ)}


def spread(factor: float) -> HalfNormal:
    """Make the prior that says units differ by a factor either way.

    Parameters
    ----------
    factor : float
        Ratio between two units one standard deviation apart, above 1: ``spread(1.3)`` puts the
        prior median of the standard deviation at ``ln 1.3``.

    Examples
    --------
    >>> from carerates.models import spread
    >>> round(spread(1.3).sd, 3)
    0.389
    """
    if not (math.isfinite(factor) and factor > 1):
        raise ValueError(f"A spread is a ratio of rates above 1, such as 1.3; this is {factor!r}.")
    return HalfNormal(math.log(factor) / HALF_NORMAL_MEDIAN)


@dataclass(frozen=True, slots=True)
class Priors:
    """Every prior of a :class:`~carerates.models.RateModel`; each can be replaced.

    Attributes
    ----------
    intercept : Normal
        Log of the typical rate per child.  The default puts one authority's rate at 75 per 10,000,
        90% between 24 and 231 once areas differ.
    nation : Normal
        Difference of a further nation from the reference nation.
    factor : Normal
        Change in log rate for one standard deviation of a factor.
    by_factor : mapping of str to Normal
        Priors of single factors; the default says more deprivation goes with higher rates.
    nation_factor : Normal
        How much a factor's coefficient differs in a further nation.
    log_population : Normal
        Change in log rate for one standard deviation of log child population.
    within : Normal
        Change in log rate when a factor is one standard deviation above the area's own mean.
    drift : Normal
        Change in log rate per year common to a nation.
    area, region, slope : half-normal or log-normal
        Standard deviations of area effects, region effects and area slopes per year.
    correlation : LKJ
        Between an area's level and its slope.
    spatial_share : Beta
        Share of the variance between areas that follows the map of neighbours (``spatial="bym2"``).
    trend, area_trend : half-normal or log-normal
        Standard deviation of a year's change in the national and in an area's own trend.
    trend_correlation, area_trend_correlation : Beta
        Autocorrelation from one year to the next where a trend is autoregressive.
    noise : half-normal or log-normal
        Coefficient of variation of an area's single year beyond chance.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import Normal
    >>> model = cr.RateModel(priors=cr.Priors(factor=Normal(0.0, 0.5)))
    >>> model.priors.factor.sd
    0.5
    """

    intercept: Normal = Normal(math.log(0.0075), 0.5)
    nation: Normal = Normal(0.0, 0.5)
    factor: Normal = Normal(0.0, 0.3)
    by_factor: Mapping[str, Normal] = field(default_factory=lambda: {"deprivation": Normal(0.3, 0.3)})
    nation_factor: Normal = Normal(0.0, 0.15)
    log_population: Normal = Normal(0.0, 0.3)
    within: Normal = Normal(0.0, 0.3)
    drift: Normal = Normal(0.0, 0.05)
    area: HalfNormal | LogNormal = HalfNormal(0.5)
    region: HalfNormal | LogNormal = HalfNormal(0.3)
    slope: HalfNormal | LogNormal = HalfNormal(0.05)
    correlation: LKJ = LKJ(2.0)
    spatial_share: Beta = Beta(0.5, 0.5)
    trend: HalfNormal | LogNormal = HalfNormal(0.1)
    trend_correlation: Beta = Beta(8.0, 1.5)
    area_trend: HalfNormal | LogNormal = HalfNormal(0.1)
    area_trend_correlation: Beta = Beta(8.0, 1.5)
    noise: HalfNormal | LogNormal = HalfNormal(0.1)

    def __post_init__(self) -> None:
        allowed = {one.name: _allowed_kinds(str(one.type)) for one in fields(self)}
        wrong = [
            f"{name} is a {type(getattr(self, name)).__name__}, "
            f"not {' or '.join(one.__name__ for one in kinds)}"
            for name, kinds in allowed.items()
            if kinds and not isinstance(getattr(self, name), kinds)
        ]
        if not isinstance(self.by_factor, Mapping):
            raise TypeError(f"by_factor gives a Normal for each factor's name; this is {self.by_factor!r}.")
        wrong += [
            f"by_factor[{name!r}] is a {type(one).__name__}, not Normal"
            for name, one in self.by_factor.items()
            if not isinstance(one, Normal)
        ]
        if wrong:
            raise TypeError("Priors of the wrong kind: " + "; ".join(wrong) + ".")
        object.__setattr__(self, "by_factor", dict(self.by_factor))

    def of_factor(self, name: str) -> Normal:
        """Return the prior of one factor's coefficient."""
        return self.by_factor.get(name, self.factor)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        plain: dict[str, Any] = {
            one.name: prior_to_dict(getattr(self, one.name))
            for one in fields(self)
            if one.name != "by_factor"
        }
        return plain | {"by_factor": {name: prior_to_dict(one) for name, one in self.by_factor.items()}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Priors:
        """Rebuild what :meth:`to_dict` gave; unknown names are refused."""
        _require_named("Priors", values)
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ValueError(
                f"No prior is called {', '.join(unknown)}; there are: {', '.join(sorted(known))}."
            )
        made: dict[str, Any] = {
            name: prior_from_dict(one) for name, one in values.items() if name != "by_factor"
        }
        if "by_factor" in values:
            _require_named("by_factor", values["by_factor"])
            made["by_factor"] = {name: prior_from_dict(one) for name, one in values["by_factor"].items()}
        return cls(**made)


def prior_to_dict(prior: Prior) -> dict[str, Any]:
    """Return a prior as plain values."""
    return {"kind": prior.kind} | {one.name: getattr(prior, one.name) for one in fields(prior)}


def prior_from_dict(values: Mapping[str, Any]) -> Prior:
    """Rebuild a prior from plain values."""
    _require_named("The values of a prior", values)
    plain = dict(values)
    kind = plain.pop("kind", None)
    if kind not in _KINDS:
        raise ValueError(f"No prior is of kind {kind!r}; there are: {', '.join(_KINDS)}.")
    wanted = [one.name for one in fields(_KINDS[kind])]
    if set(plain) != set(wanted):
        raise ValueError(f"A prior of kind {kind} has {' and '.join(wanted)}; this has: {', '.join(plain)}.")
    return _KINDS[kind](**plain)


def _require_named(what: str, values: object) -> None:
    """Refuse what does not give values by name."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{what} are values by name (a JSON object); this is {values!r}.")


def _allowed_kinds(annotation: str) -> tuple[type[Prior], ...]:
    """Return the kinds of prior that a field's annotation names."""
    return tuple(one for one in _KINDS.values() if one.__name__ in annotation.replace(" ", "").split("|"))
