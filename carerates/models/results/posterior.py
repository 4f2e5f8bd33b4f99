"""Joint draws of everything a model does not know, whichever engine made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of effects and hyperparameters.

    Attributes
    ----------
    shared : array of float, shape (draws, p)
        Effects that areas share, columns as ``design.shared_names``.
    local : array of float, shape (draws, areas, k)
        Areas' own effects.
    spreads : dict of str to array of float, shape (draws,)
        Hyperparameters by name, fixed ones included.
    chains : int
        Chains that the draws came from, in order; 1 for independent draws.
    """

    shared: Array = field(repr=False)
    local: Array = field(repr=False)
    spreads: Mapping[str, Array] = field(repr=False)
    chains: int = 1

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.shared)

    def thinned(self, most: int) -> Posterior:
        """Return at most ``most`` draws, evenly spaced."""
        if isinstance(most, bool) or not isinstance(most, (int, np.integer)) or most < 1:
            raise ValueError(f"draws is a whole number of 1 or more; this is {most!r}.")
        if self.draws <= most:
            return self
        keep = np.linspace(0, self.draws - 1, most).astype(int)
        return Posterior(
            self.shared[keep], self.local[keep], {name: one[keep] for name, one in self.spreads.items()}, 1
        )

    def log_rates(self, design: Design, *, noise: bool = False) -> Array:
        """Return log rates per child, shape (draws, areas, years).

        Parameters
        ----------
        design : Design
            Arrays of the model.
        noise : bool
            Keep the single year's log-normal deviation, where the model has one as an effect.
        """
        areas, years = design.shape
        flat = self.shared @ design.shared.reshape(areas * years, -1).T
        result = flat.reshape(-1, areas, years)
        if self.local.shape[2]:
            keep = np.ones(self.local.shape[2], dtype=bool)
            if not noise:
                keep &= ~design.local_columns(("noise",))
            result += self.local[:, :, keep] @ design.local[:, keep].T
        return result

    def expected_log_rates(self, design: Design, terms: tuple[str, ...]) -> Array:
        """Return log rates from some shared terms alone, shape (draws, areas, years)."""
        areas, years = design.shape
        keep = design.shared_columns(terms)
        flat = self.shared[:, keep] @ design.shared[:, :, keep].reshape(areas * years, -1).T
        return flat.reshape(-1, areas, years)
