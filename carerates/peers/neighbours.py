"""Which areas have similar need, and how does an area compare with them?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.areas import find
from carerates.errors import AreaError, TableError
from carerates.peers.bands import compare_with_neighbours
from carerates.peers.pools import LABELS, NeedPool, gather_need
from carerates.provenance import Provenance
from carerates.tables import RatesTable

Ints = NDArray[np.int64]
Within = Literal["all", "nation", "region"]


@dataclass(frozen=True, slots=True)
class NeighbourSettings:
    """What :func:`similar_areas` was asked."""

    on: tuple[str, ...]
    year: int
    neighbours: int = 10
    within: Within = "all"
    weights: tuple[float, ...] = ()
    official: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SimilarAreas:
    """Neighbours by need, with every distance explained.

    Attributes
    ----------
    settings : NeighbourSettings
    frame : DataFrame
        One row per area and neighbour; see :meth:`to_frame`.
    pool : NeedPool
        The areas and their standardised need.
    provenance : Provenance

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> need = pd.DataFrame({"area_code": list("ABCD"), "year": 2018, "children": [90, 100, 200, 60],
    ...                      "population": 20_000, "deprivation": [20.0, 21.0, 40.0, 39.0]})
    >>> found = cr.similar_areas(need, on="deprivation", neighbours=1)
    >>> found.bands()[["area_code", "position", "rank"]].values.tolist()
    [['A', 'below', 2], ['B', 'above', 1], ['C', 'above', 1], ['D', 'below', 2]]
    """

    settings: NeighbourSettings
    frame: pd.DataFrame = field(repr=False)
    pool: NeedPool = field(repr=False)
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area and neighbour.

        Columns: ``area_code, area_name, neighbour_code, neighbour_name, neighbour_nation, rank, distance``
        (root of the weighted mean squared difference, in standard deviations) and, for each factor,
        ``difference_<factor>`` (neighbour minus area, in standard deviations) and ``share_<factor>`` (its
        share of the squared distance; the shares of a row sum to 1).
        """
        return self.frame.copy()

    def of(self, area: str) -> pd.DataFrame:
        """Return the neighbours of one area, by its code or by its name in the table."""
        rows = (self.frame["area_code"] == area) | (self.frame["area_name"].str.casefold() == area.casefold())
        if not rows.any():
            there = ", ".join(self.pool.frame["area_name"].head(8))
            raise AreaError(f"No area {area!r} among those compared, such as {there}.")
        return self.frame[rows].reset_index(drop=True)

    def bands(self, *, interval: float = 0.95, draws: int = 4000, seed: int = 1) -> pd.DataFrame:
        """Compare every area's rate with its neighbours'.

        Parameters
        ----------
        interval : float
            Probability of the rank interval.
        draws, seed : int
            Simulated underlying rates behind the rank interval, each area's own (Jeffreys) posterior.

        Returns
        -------
        DataFrame
            One row per area: ``rate_per_10000, neighbours, neighbour_lower_quartile, neighbour_median,
            neighbour_upper_quartile, percent_from_median, position`` (below, within or above the
            quartiles)``, rank`` (1 is the highest rate among the area and its neighbours)``, rank_lower,
            rank_upper`` and ``probability_above_median``.
        """
        return compare_with_neighbours(self.pool.frame, self.frame, interval=interval, draws=draws, seed=seed)

    def summary(self) -> str:
        """Describe the neighbours in a paragraph."""
        chosen = self.settings
        how = "an official list" if chosen.official else f"distance on {'; '.join(self.pool.labels)}"
        text = (
            f"Areas of similar need among {len(self.pool.frame)} areas in {chosen.year}, by {how}"
            f"{'' if chosen.within == 'all' else ' within the same ' + chosen.within}. "
            f"The distance to the nearest neighbour has median {self._nearest().median():.2f} standard "
            f"deviations; farthest from everyone is {self._nearest().idxmax()}."
        )
        if self.pool.left_out:
            text += f" Left out for want of a factor: {', '.join(self.pool.left_out)}."
        return text + " Similar need on these factors is not the same need, and says nothing about causes."

    def _nearest(self) -> pd.Series:
        """Return the distance to the nearest neighbour by area name."""
        return self.frame.groupby("area_name")["distance"].min()


def similar_areas(
    rates: RatesTable | pd.DataFrame,
    on: str | Iterable[str],
    *,
    neighbours: int = 10,
    within: Within = "all",
    weights: Mapping[str, float] | None = None,
    official: pd.DataFrame | None = None,
) -> SimilarAreas:
    """Answer which areas have need most like each area's, and which factor sets each pair apart.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        One year, with factors joined.
    on : str or iterable of str
        Factors of need, such as ``["deprivation", "lone_parents", "population"]``.
    neighbours : int
        Neighbours for each area; fewer where there are not so many.
    within : {"all", "nation", "region"}
        Where neighbours are looked for.
    weights : mapping of str to float, optional
        Relative weights of the factors; equal unless given.
    official : DataFrame, optional
        A list to use instead, such as a ministry's statistical neighbours: ``area_code, neighbour_code``
        (any code or name) and, optionally, ``rank``.  Distances are still worked out, so that the list can
        be judged.

    Returns
    -------
    SimilarAreas

    Raises
    ------
    TableError
        Fewer than two areas, several years, constant or duplicate factors, or a list that names areas the
        table does not hold.

    Notes
    -----
    ``distance = sqrt(sum of weight x difference squared)`` on factors with mean 0 and standard deviation 1
    over the areas given, population as its logarithm.  Correlated factors count for what they share more than
    once; the explanation by factor shows it.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": list("ABC"), "year": 2018, "children": [90, 100, 200],
    ...                       "population": [10_000, 11_000, 30_000], "deprivation": [20.0, 21.0, 40.0]})
    >>> cr.similar_areas(rates, on="deprivation", neighbours=1).of("A")["neighbour_code"].item()
    'B'
    """
    if isinstance(neighbours, bool) or not isinstance(neighbours, (int, np.integer)) or neighbours < 1:
        raise ValueError(f"neighbours must be 1 or more; this is {neighbours!r}.")
    if within not in get_args(Within):
        raise ValueError(f"within={within!r} is not one of {', '.join(get_args(Within))}.")
    pool = gather_need(rates, on, weights, "Finding similar areas")
    pairs = _listed(pool, official) if official is not None else _nearest(pool, int(neighbours), within)
    frame = _explained(pool, pairs)
    settings = NeighbourSettings(
        pool.factors, pool.year, int(neighbours), within, tuple(pool.weights.tolist()), official is not None
    )
    how = "from the list given" if official is not None else f"the {neighbours} nearest within {within}"
    return SimilarAreas(settings, frame, pool, pool.provenance.then(f"neighbours: {how}"))


def _nearest(pool: NeedPool, neighbours: int, within: Within) -> list[tuple[int, int, int]]:
    """Return (area, neighbour, rank), the nearest first; ties by code, so that the order is settled."""
    distances = pool.distances
    groups = None if within == "all" else pool.frame[within].fillna("").to_numpy()
    pairs = []
    for area in range(len(distances)):
        allowed = np.arange(len(distances)) != area
        if groups is not None:
            allowed &= groups == groups[area]
        others = np.flatnonzero(allowed)
        order = others[np.argsort(distances[area, others], kind="stable")][:neighbours]
        pairs += [(area, int(other), rank) for rank, other in enumerate(order, start=1)]
    if not pairs:
        raise TableError(f"No area has another in the same {within}; use within='all'.")
    return pairs


def _listed(pool: NeedPool, official: pd.DataFrame) -> list[tuple[int, int, int]]:
    """Return (area, neighbour, rank) from a list given."""
    missing = [name for name in ("area_code", "neighbour_code") if name not in official]
    if missing:
        raise TableError(f"The list of neighbours needs the columns {', '.join(missing)}.")
    area, other = (_positions(pool.frame, official[name]) for name in ("area_code", "neighbour_code"))
    problems = []
    for name, found in (("area_code", area), ("neighbour_code", other)):
        unknown = sorted(set(official.loc[found < 0, name].astype(str)))
        if unknown:
            problems.append(f"{name} not among the areas with every factor: {', '.join(unknown[:8])}")
    if ((area == other) & (area >= 0)).any():
        problems.append("an area is listed as its own neighbour")
    known = (area >= 0) & (other >= 0)
    repeated = pd.DataFrame({"area": area, "other": other})[known].duplicated().any()
    if repeated or official.duplicated(["area_code", "neighbour_code"]).any():
        problems.append("a pair is listed twice")
    if problems:
        raise TableError("This list of neighbours cannot be used.", problems)
    ranks = official["rank"] if "rank" in official else official.groupby("area_code").cumcount() + 1
    return [(int(a), int(b), int(rank)) for a, b, rank in zip(area, other, ranks, strict=True)]


def _positions(areas: pd.DataFrame, given: pd.Series) -> Ints:
    """Return where each area of a list stands among those compared, -1 for one that is not there."""
    place = {str(name).casefold(): at for at, name in enumerate(areas["area_name"])}
    place |= {str(code).casefold(): at for at, code in enumerate(areas["area_code"])}
    for text in dict.fromkeys(given.astype(str)):
        if text.casefold() in place:
            continue
        try:
            place[text.casefold()] = place.get(find(text).code.casefold(), -1)
        except AreaError:
            place[text.casefold()] = -1
    return np.array([place[text.casefold()] for text in given.astype(str)], dtype=np.int64)


def _explained(pool: NeedPool, pairs: list[tuple[int, int, int]]) -> pd.DataFrame:
    """Return the rows with distances and what makes them."""
    area, other, rank = (np.array(column) for column in zip(*pairs, strict=True))
    labels = pool.frame[LABELS]
    parts = pool.parts[area, other]
    squared = parts.sum(axis=1)
    frame = pd.DataFrame(
        {
            "area_code": labels["area_code"].to_numpy()[area],
            "area_name": labels["area_name"].to_numpy()[area],
            "neighbour_code": labels["area_code"].to_numpy()[other],
            "neighbour_name": labels["area_name"].to_numpy()[other],
            "neighbour_nation": labels["nation"].to_numpy()[other],
            "rank": rank,
            "distance": np.sqrt(squared),
        }
    )
    for at, name in enumerate(pool.factors):
        frame[f"difference_{name}"] = pool.scores[other, at] - pool.scores[area, at]
    # two areas alike in everything have no distance to share out
    safe = np.where(squared > 0, squared, np.nan)
    for at, name in enumerate(pool.factors):
        frame[f"share_{name}"] = parts[:, at] / safe
    return frame.sort_values(["area_code", "rank"], kind="stable").reset_index(drop=True)
