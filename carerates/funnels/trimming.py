"""How large would phi be by chance alone, once its extremes are pulled in or left out?

Winsorised or truncated z-scores have a smaller mean square than 1 even when nothing but chance is at
work: 0.679 when 10% at each end are pulled in, 0.438 when they are left out.  Dividing by that makes phi
unbiased.  For few areas the ends fall between areas and the constant differs a little, so it is worked
out for the number of areas at hand from the distribution of normal order statistics.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special

from carerates.funnels.settings import Floats, Trimming

_MANY = 2_000  # beyond this many areas the limit is within 0.1% of the exact constant
_NODES = 200


def trim_scores(z: Floats, share: float, trimming: Trimming) -> Floats:
    """Pull in (or leave out) the most extreme z-scores at each end.

    Parameters
    ----------
    z : array of float, shape (areas,)
    share : float
        Share at each end.
    trimming : {"winsorise", "truncate", "none"}
        ``winsorise`` moves them to the quantile; ``truncate`` drops floor(share x areas) at each end.

    Returns
    -------
    array of float
        As long as ``z``, or shorter when truncated.
    """
    if trimming == "none" or share == 0:
        return z
    if trimming == "winsorise":
        low, high = np.quantile(z, [share, 1 - share])
        return np.clip(z, low, high)
    cut = int(share * z.size)
    return np.sort(z)[cut : z.size - cut]


def null_mean_square(share: float, trimming: Trimming, areas: int | None = None) -> float:
    """Find the mean square that trimmed z-scores have when only chance is at work.

    Parameters
    ----------
    share : float
        Share at each end.
    trimming : {"winsorise", "truncate", "none"}
    areas : int, optional
        Number of areas; without it, the limit for many.

    Returns
    -------
    float

    Notes
    -----
    For many areas, with a the normal quantile of 1 - q and f its density:
    winsorised (1 - 2q) - 2 a f(a) + 2 q a^2; truncated 1 - 2 a f(a) / (1 - 2q).

    Examples
    --------
    >>> round(null_mean_square(0.1, "winsorise"), 3), round(null_mean_square(0.05, "winsorise"), 3)
    (0.679, 0.831)
    >>> round(null_mean_square(0.1, "truncate"), 3)
    0.438
    """
    if trimming == "none" or share == 0:
        return 1.0
    if areas is not None and areas <= _MANY:
        return _null_mean_square_of_few(share, trimming, areas)
    edge = -float(special.ndtri(share))
    density = float(np.exp(-edge * edge / 2) / np.sqrt(2 * np.pi))
    if trimming == "winsorise":
        return (1 - 2 * share) - 2 * edge * density + 2 * share * edge * edge
    return 1 - 2 * edge * density / (1 - 2 * share)


@lru_cache(maxsize=256)
def _null_mean_square_of_few(share: float, trimming: Trimming, areas: int) -> float:
    """Work out the constant from second moments of normal order statistics."""
    squares = _order_squares(areas)
    if trimming == "truncate":
        cut = int(share * areas)
        return float(squares[cut : areas - cut].mean())
    place = share * (areas - 1)  # the quantile lies between two ordered areas
    below = int(np.floor(place))
    part = place - below
    if below + 1 >= areas:
        return float(squares.mean())
    product = _neighbour_product(areas, below + 1)
    edge = (1 - part) ** 2 * squares[below] + part**2 * squares[below + 1] + 2 * part * (1 - part) * product
    inside = squares[below + 1 : areas - below - 1].sum()
    return float((inside + 2 * (below + 1) * edge) / areas)


def _order_squares(areas: int) -> Floats:
    """Return E[Z^2] of each ordered standard normal, by quadrature over the normal scale."""
    step = 0.02
    z = np.arange(-9.0, 9.0 + step / 2, step)
    rank = np.arange(1, areas + 1)[:, None]
    logs = (
        special.gammaln(areas + 1.0)
        - special.gammaln(rank)
        - special.gammaln(areas - rank + 1.0)
        + (rank - 1) * special.log_ndtr(z)
        + (areas - rank) * special.log_ndtr(-z)
        - z * z / 2
        - np.log(2 * np.pi) / 2
    )
    squares: Floats = (np.exp(logs) * z * z).sum(axis=1) * step
    return squares


def _neighbour_product(areas: int, rank: int) -> float:
    """Return E[Z(rank) Z(rank + 1)]: given the upper one, the lower is the largest of ``rank`` below it."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    share, weight = (nodes + 1) / 2, weights / 2
    step = 0.02
    z = np.arange(-9.0, 9.0 + step / 2, step)
    logs = (
        special.gammaln(areas + 1.0)
        - special.gammaln(rank + 1.0)
        - special.gammaln(float(areas - rank))
        + rank * special.log_ndtr(z)
        + (areas - rank - 1) * special.log_ndtr(-z)
        - z * z / 2
        - np.log(2 * np.pi) / 2
    )
    # the largest of `rank` uniforms on (0, Phi(z)) is Phi(z) v^(1/rank)
    lower = special.ndtri(special.ndtr(z)[:, None] * share[None, :] ** (1 / rank))
    mean_lower = (lower * weight).sum(axis=1)
    return float((np.exp(logs) * z * mean_lower).sum() * step)
