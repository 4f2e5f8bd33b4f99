"""Poisson limits for a million areas: at fixed levels each limit is a smooth function of 1 / sqrt(E).

Inverting a tail for every area and every limit is slow, and needless: with x = 1 / sqrt(E), the distance
(limit - E) / sqrt(E) is a smooth curve in x for each tail probability.  A few polynomial pieces, fitted
once per set of levels to the limits found by inversion, hold it to the last digits of a double.  Each fit is
checked between its nodes when it is made, and split until it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import special

from carerates.funnels.inversion import invert_tail
from carerates.funnels.settings import Floats
from carerates.funnels.tails import poisson_tails

type Curve = Literal["exact", "mid_p", "byar"]

LOWEST = 0.25
"""Below this expectation limits are found by inversion: few areas are there."""
_SPLITS = (1.0, 4.0, 12.0, 50.0)
_TOLERANCE = 2e-13  # of the larger of the limit and one child; inversion itself holds about 1e-14
_BLOCK = 4_096  # rows of powers of x for this many areas stay in the processor's nearest memory


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Polynomials of all limits over one stretch of expectations."""

    coefficients: Floats  # (limits, degree + 2): of E, then of sqrt(E) t^0, sqrt(E) t^1, ...
    offset: float
    scale: float  # t = offset + scale / sqrt(E), from -1 to 1


@dataclass(frozen=True, slots=True, eq=False)
class LimitTable:
    """Polynomial pieces for the limits at a set of tail probabilities."""

    edges: Floats
    pieces: tuple[_Piece, ...]

    def limits(self, expected: Floats) -> Floats:
        """Find all limits of all areas.

        Parameters
        ----------
        expected : array of float, shape (areas,)
            At least :data:`LOWEST`.

        Returns
        -------
        array of float, shape (2 x levels, areas)
            Lower limits of every level, then upper ones.
        """
        rows = self.pieces[0].coefficients.shape[0]
        out = np.empty((rows, expected.size))
        length = max(piece.coefficients.shape[1] for piece in self.pieces)
        powers = np.empty((length, min(_BLOCK, max(expected.size, 1))))
        for start in range(0, expected.size, _BLOCK):
            block = expected[start : start + _BLOCK]
            here = out[:, start : start + _BLOCK]
            first, last = np.searchsorted(self.edges, (block.min(), block.max()), side="right")
            if first == last:
                _evaluate(self.pieces[first], block, powers, here)
                continue
            which = np.searchsorted(self.edges, block, side="right")
            for number in range(first, min(last, len(self.pieces) - 1) + 1):
                chosen = np.flatnonzero(which == number)
                if chosen.size:
                    part = np.empty((rows, chosen.size))
                    _evaluate(self.pieces[number], block[chosen], powers, part)
                    here[:, chosen] = part
        lower = out[: rows // 2]
        np.maximum(lower, 0.0, out=lower)
        return out


def _evaluate(piece: _Piece, expected: Floats, powers: Floats, out: Floats) -> None:
    """Put the limits of one stretch into ``out``, one matrix product for all of them."""
    length = piece.coefficients.shape[1]
    rows = powers[:length, : expected.size]
    rows[0] = expected
    np.sqrt(expected, out=rows[1])
    t = piece.scale / rows[1]
    t += piece.offset
    for power in range(2, length):
        np.multiply(rows[power - 1], t, out=rows[power])
    np.matmul(piece.coefficients, rows, out=out)


def exact_limits(
    expected: Floats, probabilities: tuple[float, ...], method: Curve = "exact"
) -> dict[float, tuple[Floats, Floats]]:
    """Find the Poisson limits of any number of areas at fixed levels.

    Parameters
    ----------
    expected : array of float, shape (areas,)
        Counts expected at the target.
    probabilities : tuple of float
    method : {"exact", "mid_p", "byar"}
        The three definitions whose curves are smooth.

    Returns
    -------
    dict of float to (lower, upper)
        Counts, as :func:`carerates.funnels.limits.poisson_limits` gives them.

    Examples
    --------
    >>> import numpy as np
    >>> lower, upper = exact_limits(np.array([180.0]), (0.95, 0.998))[0.998]
    >>> round(float(lower[0]), 2), round(float(upper[0]), 2)
    (139.5, 223.35)
    """
    expected = np.asarray(expected, dtype=float)
    flat = expected.ravel()
    sides = tuple((1 - probability) / 2 for probability in probabilities)
    small = flat < LOWEST
    any_small = bool(small.any())
    found = limit_table(sides, method).limits(np.maximum(flat, LOWEST) if any_small else flat)
    if any_small:
        found[:, small] = _small_limits(flat[small], sides, method)
    levels = len(sides)
    return {
        probability: (found[at].reshape(expected.shape), found[levels + at].reshape(expected.shape))
        for at, probability in enumerate(probabilities)
    }


@lru_cache(maxsize=64)
def limit_table(sides: tuple[float, ...], method: Curve = "exact") -> LimitTable:
    """Fit the pieces for a set of tail probabilities; kept for the next call.

    Parameters
    ----------
    sides : tuple of float
        Tail probability of each level, half of what its limits leave outside.
    method : {"exact", "mid_p", "byar"}
    """
    # a lower limit begins where no children at all would be remarkable; pieces must not straddle that
    begins = [_where_lower_begins(side, method) for side in sides]
    cuts = sorted({*_SPLITS, *(one for one in begins if one > LOWEST)})
    stretches = [*zip((LOWEST, *cuts[:-1]), cuts, strict=True), (cuts[-1], np.inf)]
    pieces: list[_Piece] = []
    edges: list[float] = []
    while stretches:
        low, high = stretches.pop(0)
        piece = _fit(low, high, sides, method)
        # no split helps where inversion itself has fewer digits, as at levels of one in a million
        divisible = low < 1_000 if np.isinf(high) else high / low > 1.3
        if divisible and _worst_error(piece, low, high, sides, method) > _TOLERANCE:
            middle = 4 * low if np.isinf(high) else float(np.sqrt(low * high))
            stretches[:0] = [(low, middle), (middle, high)]
            continue
        pieces.append(piece)
        edges.append(high)
    return LimitTable(np.array(edges[:-1]), tuple(pieces))


def _where_lower_begins(side: float, method: Curve) -> float:
    """Return the expectation at which the tail of no children at all equals ``side``."""
    if method == "byar":
        return float((8 / 9 - float(special.ndtri(side)) / 3) ** 3)
    return float(-np.log(side if method == "exact" else 2 * side))


def _fit(low: float, high: float, sides: tuple[float, ...], method: Curve) -> _Piece:
    """Interpolate the limits at Chebyshev points of 1 / sqrt(E)."""
    degree = 12 if low >= _SPLITS[-1] else 16 if low >= _SPLITS[-2] else 20
    first, last = (0.0 if np.isinf(high) else high**-0.5), low**-0.5
    t = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
    x = (first + last) / 2 + (last - first) / 2 * t
    expected = x**-2
    limits = inverted_limits(expected, sides, method)
    chebyshev = np.polynomial.chebyshev
    rows = np.zeros((len(limits), degree + 2))
    for at, row in enumerate(limits):
        if not row.any():
            continue  # below where lower limits begin
        plain = chebyshev.cheb2poly(chebyshev.chebfit(t, (row - expected) * x, degree))
        rows[at, 0] = 1.0
        rows[at, 1 : 1 + plain.size] = plain
    return _Piece(rows, -(first + last) / (last - first), 2 / (last - first))


def _worst_error(piece: _Piece, low: float, high: float, sides: tuple[float, ...], method: Curve) -> float:
    """Compare a piece with inversion between its nodes."""
    top = 1e4 * low if np.isinf(high) else high
    expected = np.geomspace(low, top, 63)[1:-1]
    out = np.empty((2 * len(sides), expected.size))
    _evaluate(piece, expected, np.empty((piece.coefficients.shape[1], expected.size)), out)
    truth = inverted_limits(expected, sides, method)
    error = np.abs(np.maximum(out, 0.0) - truth) / np.maximum(truth, 1.0)
    return float(error.max())


def inverted_limits(expected: Floats, sides: tuple[float, ...], method: Curve = "exact") -> Floats:
    """Find lower and upper limits by inversion, 0 where no count is low enough to be remarkable.

    Parameters
    ----------
    expected : array of float, shape (areas,)
        Above 0.
    sides : tuple of float
    method : {"exact", "mid_p", "byar"}

    Returns
    -------
    array of float, shape (2 x levels, areas)
    """
    root = np.sqrt(expected)
    lower, upper = [], []
    for side in sides:
        step = -float(special.ndtri(side)) / 2
        lower.append(
            invert_tail(
                lambda count: poisson_tails(count, expected, method)[0],
                side,
                np.maximum(root - step, 0.0) ** 2,
                rising=True,
            )
        )
        upper.append(
            invert_tail(
                lambda count: poisson_tails(count, expected, method)[1],
                side,
                (root + step) ** 2,
                rising=False,
            )
        )
    return np.array(lower + upper)


def _small_limits(expected: Floats, sides: tuple[float, ...], method: Curve) -> Floats:
    """Find limits below the table by inversion; nothing expected has no width."""
    found = inverted_limits(np.where(expected > 0, expected, 1.0), sides, method)
    zeroed: Floats = np.where(expected > 0, found, 0.0)
    return zeroed
