"""What a model of starts and ceases assumes, written down before anything is fitted."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import Any

from carerates.errors import ModelError
from carerates.models.priors import Normal, Priors
from carerates.models.spec import RateModel

FORMAT = 1
# 34 children in 10,000 a year: Wales in 2018-19
_STARTS = RateModel(priors=Priors(intercept=Normal(math.log(0.0034), 0.5)))
# 2.1 in 100 children a month, a little under a quarter in a year; deprivation may go either way
_CEASES = RateModel(priors=Priors(intercept=Normal(math.log(0.021), 0.5), by_factor={}))


@dataclass(frozen=True, slots=True)
class StockFlowModel:
    """A model of the children who start and cease to be looked after, and of the number that results.

    Parameters
    ----------
    starts : RateModel
        How starts in the year to 31 March come about, per child aged 0-17.
    ceases : RateModel
        How children cease to be looked after, per month that a child is looked after.

    Notes
    -----
    A count at 31 March is mostly made of the same children as the count a year before, which a
    :class:`~carerates.RateModel` of the counts does not know.  Here the two things that move the count have a
    model each, and the count follows:

    - starts are counts with the children of the area as denominator;
    - ceases are counts with the months that children were looked after in the year as denominator (twelve
      times the mean of the numbers at its two ends), so that their rate is a hazard;
    - each child stays on, independently of the others, with the hazard of the area and year.

    Both parts are fitted by either engine and are independent given the counts: the likelihood is a product,
    and no prior is shared.  The hazard is the same for children who have just started and for those who
    have stayed for years.  In truth the longer a child has stayed, the longer it stays on; a forecast for a
    year or two is little moved by that, the steady number more.

    Examples
    --------
    >>> from carerates.models import StockFlowModel
    >>> model = StockFlowModel()
    >>> StockFlowModel.from_json(model.to_json()) == model
    True
    """

    starts: RateModel = field(default=_STARTS)
    ceases: RateModel = field(default=_CEASES)

    def __post_init__(self) -> None:
        for name in ("starts", "ceases"):
            if not isinstance(one := getattr(self, name), RateModel):
                raise TypeError(f"{name} is a RateModel, not a {type(one).__name__}.")
        if self.ceases.likelihood == "binomial":
            raise ValueError(
                "ceases cannot have likelihood='binomial': their denominator is months looked after, not a "
                "number of children, and a child may cease more than once. Use 'poisson' or "
                "'negative_binomial'."
            )

    def replace(self, **changes: Any) -> StockFlowModel:  # noqa: ANN401 - any field of both parts
        """Return a copy in which both parts have some fields of :class:`~carerates.RateModel` changed.

        Examples
        --------
        >>> from carerates.models import StockFlowModel
        >>> StockFlowModel().replace(area_time="none").ceases.area_time
        'none'
        """
        return StockFlowModel(replace(self.starts, **changes), replace(self.ceases, **changes))

    def for_one_year(
        self, noise_of_starts: float | None = None, noise_of_ceases: float | None = None
    ) -> StockFlowModel:
        """Return the same model without anything that needs several years of flows."""
        return StockFlowModel(
            self.starts.for_one_year(noise_of_starts), self.ceases.for_one_year(noise_of_ceases)
        )

    def to_json(self) -> str:
        """Return the whole specification, priors included, as JSON text."""
        return json.dumps(
            {"format": FORMAT, "starts": self.starts.to_dict(), "ceases": self.ceases.to_dict()}, indent=2
        )

    @classmethod
    def from_json(cls, text: str) -> StockFlowModel:
        """Rebuild a specification from :meth:`to_json`."""
        values = json.loads(text)
        if set(values) != {"format", "starts", "ceases"} or values["format"] != FORMAT:
            raise ModelError(
                "This is not a StockFlowModel of this version of carerates: it has format, starts and "
                f"ceases, and format is {FORMAT}."
            )
        return cls(RateModel.from_dict(values["starts"]), RateModel.from_dict(values["ceases"]))

    def describe(self) -> str:
        """Say in words what the model assumes, priors included."""
        return "\n".join(
            [
                "STARTS in the year to 31 March, per child aged 0-17 ('rate' below).",
                self.starts.describe(),
                "",
                "CEASES in the year to 31 March, per month that a child is looked after ('rate' below; "
                "'child population' below is the months that children were looked after, rates per 10,000 "
                "are per 10,000 such months).",
                self.ceases.describe(),
                "",
                "THE NUMBER at 31 March: who was there a year before and did not cease, and who started in "
                "the year and stayed. Children start at a steady pace through the year and cease "
                "independently.",
            ]
        )

    def as_mathematics(self) -> str:
        """Write the model as mathematics."""
        return "\n".join(
            [
                "starts: y = S[i,t], N = children aged 0-17",
                self.starts.as_mathematics(),
                "",
                "ceases: y = C[i,t], N = M[i,t] = 12 (Y[i,t-1] + Y[i,t]) / 2",
                self.ceases.as_mathematics(),
                "",
                "h[i,t] = 12 lambda_C[i,t],  a[i,t] = N[i,t] lambda_S[i,t]",
                "Y[i,t] = Binomial(Y[i,t-1], exp(-h[i,t])) + Poisson(a[i,t] (1 - exp(-h[i,t])) / h[i,t])",
                "steady rate = 10,000 lambda_S / h",
            ]
        )

    def __str__(self) -> str:
        return self.describe()
