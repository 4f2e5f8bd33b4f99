"""Joint draws of underlying rates: what a fitted model hands to a classification or a ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carerates.errors import TableError


@dataclass(frozen=True, slots=True, eq=False)
class RateDraws:
    """Draws of every area's underlying rate in every year, from one joint distribution.

    Attributes
    ----------
    rates : array of float, shape (draws, areas, years)
        Underlying rates per 10,000 children aged 0-17.
    area_codes : tuple of str
        Codes along the second axis.
    years : tuple of int
        Years of the 31 March along the third axis.
    population : array of float, shape (areas, years)
        Children aged 0-17, for regional and national totals.
    expected : array of float, shape (draws, areas, years), optional
        Rates expected from the factors alone, the area's own effect left out, in the same draws.

    Examples
    --------
    >>> import numpy as np
    >>> from carerates.tables import RateDraws
    >>> draws = RateDraws(np.full((500, 1, 2), 90.0), ("A",), (2017, 2018), np.full((1, 2), 20_000.0))
    >>> draws.year(2018).shape
    (500, 1)
    """

    rates: NDArray[np.float64]
    area_codes: tuple[str, ...]
    years: tuple[int, ...]
    population: NDArray[np.float64]
    expected: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        shape = (len(self.area_codes), len(self.years))
        problems = []
        if self.rates.ndim != 3 or self.rates.shape[1:] != shape:
            problems.append(f"rates have shape {self.rates.shape}, not (draws, {shape[0]}, {shape[1]})")
        if self.population.shape != shape:
            problems.append(f"population has shape {self.population.shape}, not {shape}")
        if self.expected is not None and self.expected.shape != self.rates.shape:
            problems.append(f"expected rates have shape {self.expected.shape}, not {self.rates.shape}")
        if not np.isfinite(self.rates).all() or (self.rates < 0).any():
            problems.append("rates hold values that are negative or not finite")
        if problems:
            raise TableError("These are not draws of rates.", problems)

    def year(self, year: int) -> NDArray[np.float64]:
        """Return the rates of one year, shape (draws, areas)."""
        if year not in self.years:
            there = ", ".join(str(one) for one in self.years)
            raise TableError(f"The draws hold no year {year}; they hold {there}.")
        return self.rates[:, :, self.years.index(year)]
