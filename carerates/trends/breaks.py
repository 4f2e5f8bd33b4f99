"""Does a window cross a date at which the figures changed, rather than the children?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """A date after which a nation's figures are not quite comparable with those before.

    Attributes
    ----------
    nation : str
        Wales or England.
    year : int
        First year (of the 31 March) on the new footing.
    affects : str
        ``"counts"`` for every figure, ``"published rates"`` where only the rates printed at the time change.
    description : str
        What changed, with the size where it is known.

    Examples
    --------
    >>> from carerates.trends import KNOWN_BREAKS
    >>> [(one.nation, one.year) for one in KNOWN_BREAKS][:2]
    [('Wales', 2017), ('Wales', 2022)]
    """

    nation: str
    year: int
    affects: str
    description: str

    def within(self, start: int, end: int) -> bool:
        """Say whether a window from ``start`` to ``end`` crosses this break."""
        return start < self.year <= end


KNOWN_BREAKS: tuple[SeriesBreak, ...] = (
    SeriesBreak(
        "Wales",
        2017,
        "counts",
        "Wales moved from the SSDA903 return to the looked after children census from 2016-17",
    ),
    SeriesBreak(
        "Wales",
        2022,
        "published rates",
        "Welsh rates use populations from the 2021 Census from 2022 (about +2.2% on the rate)",
    ),
    SeriesBreak(
        "England",
        2019,
        "published rates",
        "English published rates use populations before the 2021 Census to 2018 and rebased ones from 2019",
    ),
)
"""Breaks that the publishers' own notes state."""


def describe_breaks(
    nations: pd.Series, start: int, end: int, kind: str, vintages: NDArray[np.object_] | None = None
) -> list[str]:
    """Name, for each area, what broke between two years; empty text where nothing did.

    Parameters
    ----------
    nations : Series of str
        Nation of each area; may be missing.
    start, end : int
        Years of the 31 March.
    kind : str
        ``"computed"``, ``"published"`` or ``"children"``: a break in published rates does not touch others.
    vintages : array of str, shape (areas, 2), optional
        Population series at each date; a change between them is a break for computed rates.
    """
    told: list[str] = []
    for position, nation in enumerate(nations.fillna("").astype(str)):
        found = [
            one.description
            for one in KNOWN_BREAKS
            if one.nation.casefold() == nation.casefold()
            and one.within(start, end)
            and (one.affects == "counts" or kind == "published")
        ]
        if vintages is not None and kind == "computed":
            first, last = vintages[position]
            if first and last and first != last:
                found.append(f"population series changes from {first} to {last}")
        told.append("; ".join(found))
    return told
