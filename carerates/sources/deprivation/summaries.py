"""How deprived is an authority, by the deprivation of its small areas?

The measures are those of the official summaries (Files 10 and 11 of the English Indices; the deprivation
profiles of the Welsh Index), so that areas that have split or merged since an edition can be rebuilt from its
small areas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from carerates.sources.failures import ContentError

SHARES = (10, 20, 30, 50)
"""Most deprived shares of small areas, in percent, that the official profiles give."""


def summarise(
    small_areas: pd.DataFrame,
    *,
    area: str,
    rank: str,
    score: str | None = None,
    weight: str | None = "population",
    total: int | None = None,
    shares: Iterable[int] = SHARES,
    bounds: Mapping[int, int] | None = None,
) -> pd.DataFrame:
    """Summarise the deprivation of small areas by authority, as the official summaries do.

    Parameters
    ----------
    small_areas : DataFrame
        One row per small area.
    area : str
        Column with the authority's code, such as the one in use now after a split.
    rank : str
        Column with the national rank, 1 for the most deprived.
    score : str, optional
        Column with the score.
    weight : str or None
        Column with the population that weights; None weights every small area alike.
    total : int, optional
        Small areas in the nation; the number of rows by default, so give it for a part of a nation.
    shares : iterable of int
        Most deprived shares, in percent of the nation's small areas.
    bounds : mapping of int to int, optional
        Last rank of a share, where the publisher says it.

    Returns
    -------
    DataFrame
        One row per authority: ``area_code``, ``lsoas``, ``average_score`` and ``average_rank`` (weighted; the
        average rank counts upwards to the most deprived), ``rank_of_average_score``,
        ``rank_of_average_rank`` (1 is most deprived), ``extent``, ``share_most_deprived_10`` and so on
        (unweighted share of its small areas), ``weight``.

    Raises
    ------
    ContentError
        If a rank or a weight is missing, or ranks lie outside 1 to ``total``.

    Notes
    -----
    *Average score* is the population-weighted mean of scores, *average rank* that of ranks turned round so
    that the highest is most deprived.  *Share* is the proportion of small areas among the most deprived p
    percent of the nation: those of rank up to p percent of ``total``, rounded to the nearest whole rank.
    *Extent* is the share of the population living in the most deprived 30%: all of those in the most deprived
    tenth, and of those between the 10th and the 30th percentile a part that falls linearly, percentile by
    percentile, from 95% to 5%.

    References
    ----------
    The English Indices of Deprivation 2019: technical report, section 3.8 (summary measures).

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.sources.deprivation.summaries import summarise
    >>> lsoas = pd.DataFrame({"la": ["A", "A", "B", "B"], "rank": [1, 2, 3, 4], "score": [40, 20, 10, 5],
    ...                       "population": [1000, 3000, 2000, 2000]})
    >>> summarise(lsoas, area="la", rank="rank", score="score", shares=(50,))["average_score"].tolist()
    [25.0, 7.5]
    """
    count = total or len(small_areas)
    ranks = small_areas[rank].astype("float64")
    if ranks.isna().any() or (ranks < 1).any() or (ranks > count).any():
        raise ContentError(f"Ranks must lie within 1 to {count:,} and none may be missing.")
    weights = (
        pd.Series(1.0, index=small_areas.index) if weight is None else small_areas[weight].astype("float64")
    )
    if weights.isna().any() or (weights < 0).any():
        raise ContentError("Weights may not be missing or negative.")
    work = pd.DataFrame({"area_code": small_areas[area].astype("str"), "weight": weights})
    work["turned"] = (count + 1 - ranks) * weights
    work["extent"] = extent_share(ranks.to_numpy(), count) * weights
    if score is not None:
        work["score"] = small_areas[score].astype("float64") * weights
    for share in shares:
        last = (bounds or {}).get(share, int(np.floor(count * share / 100 + 0.5)))
        work[f"share_{share}"] = (ranks <= last).astype(float)
    grouped = work.groupby("area_code", sort=True)
    sums, sizes = grouped.sum(), grouped.size()
    if (sums["weight"] == 0).any():
        raise ContentError(f"Nobody is counted in {', '.join(sums.index[sums['weight'] == 0])}.")
    found = pd.DataFrame({"lsoas": sizes})
    if score is not None:
        found["average_score"] = sums["score"] / sums["weight"]
        found["rank_of_average_score"] = found["average_score"].rank(ascending=False, method="min")
    found["average_rank"] = sums["turned"] / sums["weight"]
    found["rank_of_average_rank"] = found["average_rank"].rank(ascending=False, method="min")
    found["extent"] = sums["extent"] / sums["weight"]
    for share in shares:
        found[f"share_most_deprived_{share}"] = sums[f"share_{share}"] / sizes
    found["weight"] = sums["weight"]
    return found.reset_index()


def extent_share(ranks: np.ndarray, total: int) -> np.ndarray:
    """Return the part of each small area's population that counts towards the extent.

    Parameters
    ----------
    ranks : array of float, shape (areas,)
        National ranks, 1 for the most deprived.
    total : int
        Small areas in the nation.

    Returns
    -------
    array of float, shape (areas,)
        1 in the most deprived tenth; 0.95 in the 11th percentile, falling by steps of 0.9 / 19 to 0.05 in
        the 30th; 0 beyond.
    """
    percentile = np.ceil(np.asarray(ranks, dtype=float) / total * 100 - 1e-9)
    sliding = 0.95 - (percentile - 11) * 0.9 / 19
    return np.where(percentile <= 10, 1.0, np.where(percentile <= 30, sliding, 0.0))
