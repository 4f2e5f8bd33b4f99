"""What an adjustment was asked to do: plain values, checked once, kept on the result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Method = Literal["poisson", "quasi_poisson", "negative_binomial", "ols", "weighted"]
Standardise = Literal["within_nation", "overall", "none"]
NationTerm = Literal["intercept", "interaction", "none"]
PopulationTerm = Literal["log", "spline"]

METHODS: dict[str, str] = {
    "poisson": "Poisson regression of counts (log link, population as offset)",
    "quasi_poisson": "quasi-Poisson regression of counts (log link, population as offset)",
    "negative_binomial": "negative binomial regression of counts (log link, population as offset)",
    "ols": "linear regression of rates, each area counting the same",
    "weighted": "linear regression of rates, weighted by population",
}
"""Each method in words."""

LINEAR = frozenset({"ols", "weighted"})
"""Methods whose expected rate is a sum of terms; the others multiply."""


@dataclass(frozen=True, slots=True)
class AdjustmentSettings:
    """Options of :func:`carerates.models.adjust`, as they were asked for.

    Attributes
    ----------
    factors : tuple of str
        Factor columns; empty for no adjustment but the terms below.
    method : str
        One of ``METHODS``.
    standardise : {"within_nation", "overall", "none"}
        Over which areas each factor is put in standard deviations from its mean.
    nation : {"intercept", "interaction", "none"}
        Whether nations have levels, or levels and slopes, of their own.
    population : {"log", "spline"} or None
        Whether the expected rate depends on the number of children, and how.
    robust : bool
        Whether standard errors hold when the method's variance does not (HC3).

    Examples
    --------
    >>> import carerates as cr
    >>> need = cr.load_factors(["deprivation"], nations="wales")
    >>> rates = cr.load_rates("wales", years=[2018]).join(need)
    >>> found = cr.adjust(rates, factors=["deprivation"], method="ols")
    >>> found.settings.method, found.settings.factors
    ('ols', ('deprivation',))
    """

    factors: tuple[str, ...] = ()
    method: Method = "poisson"
    standardise: Standardise = "within_nation"
    nation: NationTerm = "intercept"
    population: PopulationTerm | None = None
    robust: bool = True

    def __post_init__(self) -> None:
        problems = [
            f"{name}={value!r} is not known; it is one of {', '.join(map(repr, allowed))}"
            for name, value, allowed in (
                ("method", self.method, get_args(Method)),
                ("standardise", self.standardise, get_args(Standardise)),
                ("nation", self.nation, get_args(NationTerm)),
                ("population", self.population, (None, *get_args(PopulationTerm))),
                ("robust", self.robust, (True, False)),
            )
            if value not in allowed
        ]
        repeated = sorted({name for name in self.factors if self.factors.count(name) > 1})
        if repeated:
            problems.append(f"factors name {', '.join(repeated)} more than once")
        if problems:
            raise ValueError("; ".join(problems) + ".")

    @property
    def linear(self) -> bool:
        """Whether the expected rate is a sum of terms."""
        return self.method in LINEAR

    def to_dict(self) -> dict[str, object]:
        """Return plain values that JSON can hold."""
        return {
            "factors": list(self.factors),
            "method": self.method,
            "standardise": self.standardise,
            "nation": self.nation,
            "population": self.population,
            "robust": self.robust,
        }


def as_factor_names(factors: Sequence[object]) -> tuple[str, ...]:
    """Return the factors as a tuple of names, refusing one name given as bare text."""
    given: object = factors
    if isinstance(given, str):
        raise TypeError(f"factors is a list of names; write factors=[{given!r}].")
    if not isinstance(given, Iterable):
        raise TypeError(f"factors is a list of names, empty for none; this is {given!r}.")
    names = tuple(name for name in factors if isinstance(name, str))
    if wrong := [name for name in factors if not isinstance(name, str)]:
        raise TypeError(f"factors is a list of names of columns; {wrong[0]!r} is not a name.")
    return names
