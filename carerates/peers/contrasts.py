"""Which areas have similar need but different rates, and are the rates truly different?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.peers.distances import Floats
from carerates.peers.pools import NeedPool, gather_need
from carerates.peers.underlying import GammaRates, infer_rates
from carerates.provenance import Provenance
from carerates.tables import RateDraws, RatesTable


@dataclass(frozen=True, slots=True)
class ContrastSettings:
    """What :func:`contrasting_pairs` was asked; ``joint_draws`` where a fit gave the underlying rates."""

    on: tuple[str, ...]
    year: int
    pairs: int
    closest_share: float
    minimum_ratio: float
    probability: float
    distinct: bool
    weights: tuple[float, ...] = ()
    joint_draws: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ContrastingPairs:
    """Pairs with similar need and different rates.

    Attributes
    ----------
    settings : ContrastSettings
    frame : DataFrame
        One row per pair; see :meth:`to_frame`.
    considered : int
        Pairs close enough in need to be considered.
    pool : NeedPool
        The areas and their standardised need.
    provenance : Provenance

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> need = pd.DataFrame({"area_code": list("ABCD"), "year": 2018, "children": [90, 100, 200, 60],
    ...                      "population": 20_000, "deprivation": [20.0, 21.0, 40.0, 39.0]})
    >>> pairs = cr.contrasting_pairs(need, on="deprivation", closest_share=0.5)
    >>> pairs.to_frame()[["high_code", "low_code", "probability_ratio"]].round(2).values.tolist()
    [['C', 'D', 1.0]]
    """

    settings: ContrastSettings
    frame: pd.DataFrame = field(repr=False)
    considered: int
    pool: NeedPool = field(repr=False)
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per pair, the higher rate first.

        Columns: ``high_code, high_name, low_code, low_name, distance, high_rate_per_10000,
        low_rate_per_10000, ratio`` (published)``, underlying_ratio`` (posterior median or ratio of posterior
        means)``, probability_higher`` (that the underlying rate of the first is the higher),
        ``probability_ratio`` (that it is higher by the minimum ratio) and ``difference_<factor>``.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Describe the pairs in a paragraph."""
        chosen = self.settings
        text = (
            f"Of {self.considered} pairs with similar need on {'; '.join(self.pool.labels)} in {chosen.year} "
            f"(the closest {100 * chosen.closest_share:g}% of pairs), {len(self.frame)} shown here have "
            f"underlying rates that differ by a ratio of at least {chosen.minimum_ratio:g} with probability "
            f"{chosen.probability:g} or more."
        )
        if len(self.frame):
            top = self.frame.iloc[0]
            text += (
                f" First: {top['high_name']} ({top['high_rate_per_10000']:.0f} per 10,000) and "
                f"{top['low_name']} ({top['low_rate_per_10000']:.0f})."
            )
        return text + " What explains a contrast is a question for the areas, not for these figures."


def contrasting_pairs(
    rates: RatesTable | pd.DataFrame,
    on: str | Iterable[str],
    *,
    pairs: int = 10,
    closest_share: float = 0.1,
    minimum_ratio: float = 1.2,
    probability: float = 0.95,
    distinct: bool = True,
    weights: Mapping[str, float] | None = None,
    fit: object | None = None,
) -> ContrastingPairs:
    """Answer which areas of similar need have truly different rates.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        One year, with factors joined.
    on : str or iterable of str
        Factors of need.
    pairs : int
        Most pairs to return.
    closest_share : float
        Share of all pairs, the closest in need, that counts as similar.
    minimum_ratio : float
        Smallest ratio of underlying rates of interest.
    probability : float
        Probability of that ratio that a pair must reach.
    distinct : bool
        Use no area in two pairs.
    weights : mapping of str to float, optional
        Relative weights of the factors.
    fit : fitted model or RateDraws, optional
        Underlying rates from joint draws; otherwise from a gamma prior fitted to the areas, which draws the
        extremes back that a search for contrasts would pick.

    Returns
    -------
    ContrastingPairs
        Ordered by the ratio of underlying rates.  No row where no pair is convincing.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> rates = pd.DataFrame({"area_code": list("ABCDE"), "year": 2018, "children": [300, 150, 200, 210, 190],
    ...                       "population": 20_000, "deprivation": [20.0, 20.1, 30.0, 40.0, 10.0]})
    >>> cr.contrasting_pairs(rates, on="deprivation").to_frame()[["high_code", "low_code"]].iloc[0].tolist()
    ['A', 'B']
    """
    if not 0 < closest_share <= 1:
        raise ValueError(f"closest_share must be above 0 and at most 1; this is {closest_share!r}.")
    if not minimum_ratio >= 1:
        raise ValueError(f"minimum_ratio must be 1 or more; this is {minimum_ratio!r}.")
    if not 0.5 <= probability < 1:
        raise ValueError(f"probability must be at least 0.5 and below 1; this is {probability!r}.")
    if isinstance(pairs, bool) or pairs < 1:
        raise ValueError(f"pairs must be 1 or more; this is {pairs!r}.")
    pool = gather_need(rates, on, weights, "Finding contrasting pairs")
    children = pool.frame["children"].to_numpy(dtype=float)
    people = pool.frame["population"].to_numpy(dtype=float)
    known = np.isfinite(children) & np.isfinite(people)
    draws = _draws(fit, pool) if fit is not None else None
    own = infer_rates(children[known], people[known], shrink=True)
    place = np.full(len(children), -1)
    place[known] = np.arange(int(known.sum()))
    first, second = np.triu_indices(len(children), 1)
    usable = known[first] & known[second]
    first, second = first[usable], second[usable]
    if not len(first):
        raise TableError("No two areas have both a count and every factor; there is no pair to contrast.")
    distance = pool.distances[first, second]
    near = distance <= np.quantile(distance, closest_share)
    rows = [
        _pair_row(pool, int(one), int(other), own, place, draws, minimum_ratio)
        for one, other in zip(first[near], second[near], strict=True)
    ]
    frame = pd.DataFrame(rows).sort_values(["underlying_ratio", "high_code"], ascending=[False, True])
    chosen = _choose(frame[frame["probability_ratio"] >= probability], pairs, distinct)
    settings = ContrastSettings(
        pool.factors,
        pool.year,
        pairs,
        closest_share,
        minimum_ratio,
        probability,
        distinct,
        tuple(pool.weights.tolist()),
        fit is not None,
    )
    step = f"{len(chosen)} contrasting pairs of {int(near.sum())} close in need"
    return ContrastingPairs(settings, chosen, int(near.sum()), pool, pool.provenance.then(step))


def _draws(fit: object, pool: NeedPool) -> Floats:
    """Return draws of the pool's areas in its year, shape (draws, areas)."""
    found = fit if isinstance(fit, RateDraws) else getattr(fit, "rate_draws", lambda: None)()
    if not isinstance(found, RateDraws):
        raise TypeError(f"fit must have rate_draws() or be RateDraws; this is a {type(fit).__name__}.")
    absent = [code for code in pool.frame["area_code"] if code not in found.area_codes]
    if absent:
        raise TableError(f"The draws do not hold {', '.join(absent[:8])}; fit a model to the same areas.")
    order = [found.area_codes.index(code) for code in pool.frame["area_code"]]
    return np.asarray(found.year(pool.year)[:, order], dtype=float)


def _pair_row(
    pool: NeedPool,
    first: int,
    second: int,
    own: GammaRates,
    place: np.ndarray,
    draws: Floats | None,
    ratio: float,
) -> dict[str, object]:
    """Return one pair, the area with the higher underlying rate first."""

    def centre(area: int) -> float:
        if draws is not None:
            return float(np.median(draws[:, area]))
        return float(1e4 * own.shape[place[area]] / own.exposure[place[area]])

    high, low = (first, second) if centre(first) >= centre(second) else (second, first)
    if draws is not None:
        quotient = draws[:, high] / draws[:, low]
        chances = [float((quotient > 1).mean()), float((quotient > ratio).mean())]
    else:
        chances = [own.probability_ratio_above(place[high], place[low], one) for one in (1.0, ratio)]
    rates = pool.frame["rate_per_10000"].to_numpy(dtype=float)
    codes, names = pool.frame["area_code"], pool.frame["area_name"]
    return {
        "high_code": codes.iloc[high],
        "high_name": names.iloc[high],
        "low_code": codes.iloc[low],
        "low_name": names.iloc[low],
        "distance": float(np.sqrt(pool.parts[high, low].sum())),
        "high_rate_per_10000": rates[high],
        "low_rate_per_10000": rates[low],
        "ratio": rates[high] / rates[low] if rates[low] > 0 else np.inf,
        "underlying_ratio": centre(high) / centre(low),
        "probability_higher": chances[0],
        "probability_ratio": chances[1],
    } | {
        f"difference_{name}": float(pool.scores[high, at] - pool.scores[low, at])
        for at, name in enumerate(pool.factors)
    }


def _choose(frame: pd.DataFrame, pairs: int, distinct: bool) -> pd.DataFrame:
    """Keep the strongest contrasts, each area once where asked."""
    kept: list[int] = []
    used: set[str] = set()
    for row, (high, low) in enumerate(zip(frame["high_code"], frame["low_code"], strict=True)):
        if len(kept) == pairs:
            break
        if distinct and ({high, low} & used):
            continue
        used |= {high, low}
        kept.append(row)
    return frame.iloc[kept].reset_index(drop=True)
