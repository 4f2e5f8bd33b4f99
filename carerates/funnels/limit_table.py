"""Exact Poisson limits for a million areas: at fixed levels each limit is a smooth function of 1 / sqrt(E).

Inverting a tail for every area and every limit is slow, and needless: with x = 1 / sqrt(E), the distance
(limit - E) / sqrt(E) is a smooth curve in x for each tail probability.  A few polynomial pieces, fitted
once per set of levels to the limits found by inversion, hold it to the last digits of a double.  Each fit is
checked between its nodes when it is made, and split until it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from carerates.funnels.inversion import invert_tail
from carerates.funnels.settings import Floats

LOWEST = 0.25
"""Below this expectation limits are found by inversion: no lower limit exists, and few areas are there."""
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
    """Polynomial pieces for the exact limits at a set of tail probabilities."""

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


def exact_limits(expected: Floats, probabilities: tuple[float, ...]) -> dict[float, tuple[Floats, Floats]]:
    """Find the exact Poisson limits of any number of areas at fixed levels.

    Parameters
    ----------
    expected : array of float, shape (areas,)
        Counts expected at the target.
    probabilities : tuple of float

    Returns
    -------
    dict of float to (lower, upper)
        Counts, as :func:`carerates.funnels.limits.poisson_limits` gives them with ``method="exact"``.

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
    found = limit_table(sides).limits(np.maximum(flat, LOWEST) if any_small else flat)
    if any_small:
        found[:, small] = _small_limits(flat[small], sides)
    levels = len(sides)
    return {
        probability: (found[at].reshape(expected.shape), found[levels + at].reshape(expected.shape))
        for at, probability in enumerate(probabilities)
    }


@lru_cache(maxsize=64)
def limit_table(sides: tuple[float, ...]) -> LimitTable:
    """Fit the pieces for a set of tail probabilities; kept for the next call.

    Parameters
    ----------
    sides : tuple of float
        Tail probability of each level, half of what its limits leave outside.
    """
    stretches = [*zip((LOWEST, *_SPLITS[:-1]), _SPLITS, strict=True), (_SPLITS[-1], np.inf)]
    pieces: list[_Piece] = []
    edges: list[float] = []
    while stretches:
        low, high = stretches.pop(0)
        piece = _fit(low, high, sides)
        if _worst_error(piece, low, high, sides) > _TOLERANCE and high / low > 1.05:
            middle = 4 * low if np.isinf(high) else float(np.sqrt(low * high))
            stretches[:0] = [(low, middle), (middle, high)]
            continue
        pieces.append(piece)
        edges.append(high)
    return LimitTable(np.array(edges[:-1]), tuple(pieces))


def _fit(low: float, high: float, sides: tuple[float, ...]) -> _Piece:
    """Interpolate the limits at Chebyshev points of 1 / sqrt(E)."""
    degree = 12 if low >= _SPLITS[-1] else 16 if low >= _SPLITS[-2] else 20
    first, last = (0.0 if np.isinf(high) else high**-0.5), low**-0.5
    t = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
    x = (first + last) / 2 + (last - first) / 2 * t
    expected = x**-2
    distance = (inverted_limits(expected, sides) - expected) * x
    chebyshev = np.polynomial.chebyshev
    plain = [chebyshev.cheb2poly(chebyshev.chebfit(t, row, degree)) for row in distance]
    rows = np.zeros((len(plain), degree + 2))
    rows[:, 0] = 1.0
    for at, row in enumerate(plain):
        rows[at, 1 : 1 + row.size] = row
    scale = 2 / (last - first)
    return _Piece(rows, -(first + last) / (last - first), scale)


def _worst_error(piece: _Piece, low: float, high: float, sides: tuple[float, ...]) -> float:
    """Compare a piece with inversion between its nodes; lower limits below 0 are never used."""
    top = 1e4 * low if np.isinf(high) else high
    expected = np.geomspace(low, top, 61)
    out = np.empty((2 * len(sides), expected.size))
    _evaluate(piece, expected, np.empty((piece.coefficients.shape[1], expected.size)), out)
    truth = inverted_limits(expected, sides)
    error = np.abs(np.maximum(out, 0.0) - np.maximum(truth, 0.0)) / np.maximum(truth, 1.0)
    return float(error.max())


def inverted_limits(expected: Floats, sides: tuple[float, ...]) -> Floats:
    """Find lower and upper limits by inversion; a lower one may lie between -1 and 0, where no count is.

    Parameters
    ----------
    expected : array of float, shape (areas,)
    sides : tuple of float

    Returns
    -------
    array of float, shape (2 x levels, areas)
    """
    root = np.sqrt(expected)
    lower, upper = [], []
    for side in sides:
        step = -float(special.ndtri(side)) / 2
        # in count + 1, which stays above 0, so that the curve passes smoothly through no children at all
        lower.append(
            invert_tail(
                lambda shifted: special.gammaincc(shifted, expected),
                side,
                np.maximum(root - step, 0.1) ** 2 + 0.5,
                rising=True,
            )
            - 1
        )
        upper.append(
            invert_tail(
                lambda count: special.gammainc(count, expected), side, (root + step) ** 2, rising=False
            )
        )
    return np.array(lower + upper)


def _small_limits(expected: Floats, sides: tuple[float, ...]) -> Floats:
    """Find limits below the table by inversion; nothing expected has no width."""
    some = np.where(expected > 0, expected, 1.0)
    found = np.maximum(inverted_limits(some, sides), 0.0)
    zeroed: Floats = np.where(expected > 0, found, 0.0)
    return zeroed
