"""Areas that resemble their neighbours: the directions in which a map of effects can vary, and how much.

References
----------
doi:10.1177/0962280216660421 (the parametrisation), doi:10.1016/j.spasta.2013.08.002 (scaling),
doi:10.1016/j.spasta.2018.04.001 (islands and several components)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from carerates.errors import AreaError, ModelError
from carerates.models.design.terms import Array

LARGEST = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """The map of areas, turned into directions of known variance.

    Attributes
    ----------
    vectors : array of float, shape (areas, areas)
        Orthonormal directions, one a column.
    variances : array of float, shape (areas,)
        Variance of the structured effect along each, scaled so that the geometric mean of areas' variances is
        1 in every component; 0 for the level of a component, which is no part of the structured effect; 1 for
        an island, whose structured effect is as good as an unstructured one.
    components : int
        Groups of areas joined by neighbours, islands not counted.
    islands : tuple of str
        Codes of areas without a neighbour among these areas.
    """

    vectors: Array = field(repr=False)
    variances: Array = field(repr=False)
    components: int
    islands: tuple[str, ...]


def bundled_neighbours(codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the neighbours among authorities of Wales and England, former ones too, islands with themselves.

    Raises
    ------
    ModelError
        Areas that are no authorities, or that cover the same ground twice.
    """
    from carerates.areas import neighbours

    try:
        frame = neighbours(codes)
    except AreaError as error:
        raise ModelError(
            f"The bundled map does not hold these areas. {error}\nBring the figures to areas that do not "
            "change (carerates.areas.harmonise), or give neighbours=..."
        ) from error
    islands = sorted(set(codes) - set(frame["area_code"]))
    return (
        *zip(frame["area_code"], frame["neighbour_code"], strict=True),
        *((code, code) for code in islands),
    )


def adjacency_of(codes: tuple[str, ...], pairs: tuple[tuple[str, str], ...]) -> Adjacency:
    """Turn a list of neighbours into directions and variances.

    Parameters
    ----------
    codes : tuple of str
        Areas of the model, in order.
    pairs : tuple of (str, str)
        Neighbouring areas, in either order, repeats allowed; a pair of an area with itself says that it is an
        island.  Pairs with areas that are not in ``codes`` are passed over.

    Raises
    ------
    ModelError
        Areas that no pair names, or too many areas for a dense map.
    """
    if len(codes) > LARGEST:
        raise ModelError(
            f"spatial='bym2' handles at most {LARGEST} areas; the table has {len(codes)}. "
            "Use groups='region'."
        )
    named = {code for pair in pairs for code in pair}
    if unnamed := [code for code in codes if code not in named]:
        shown = ", ".join(unnamed[:8]) + (f" and {len(unnamed) - 8} more" if len(unnamed) > 8 else "")
        raise ModelError(
            f"The list of neighbours does not name {shown}. Bring the figures to today's areas "
            "(carerates.areas.harmonise), or give neighbours=...; a pair of an area with itself makes it "
            "an island."
        )
    at = {code: row for row, code in enumerate(codes)}
    joined = {(at[a], at[b]) for a, b in pairs if a in at and b in at and a != b}
    weights = np.zeros((len(codes), len(codes)))
    for one, other in joined:
        weights[one, other] = weights[other, one] = 1.0
    return _directions(codes, weights)


def _directions(codes: tuple[str, ...], weights: Array) -> Adjacency:
    """Find directions and variances component by component."""
    size = len(codes)
    count, label = connected_components(coo_array(weights), directed=False)
    vectors, variances = np.zeros((size, size)), np.zeros(size)
    islands, column, joined = [], 0, 0
    for number in range(count):
        rows = np.flatnonzero(label == number)
        if len(rows) == 1:
            islands.append(codes[rows[0]])
            vectors[rows[0], column], variances[column] = 1.0, 1.0
            column += 1
            continue
        joined += 1
        here = weights[np.ix_(rows, rows)]
        directions, relative = scaled_directions(here)
        vectors[rows, column : column + len(rows)] = directions
        variances[column : column + len(rows)] = relative
        column += len(rows)
    return Adjacency(vectors, variances, joined, tuple(islands))


def scaled_directions(weights: NDArray[np.float64]) -> tuple[Array, Array]:
    """Return eigenvectors and scaled variances of one connected component.

    The first direction is the component's level, of variance 0.

    Notes
    -----
    The rank of the structure matrix of a connected component is known to be its size less one, so the level
    is taken out by its place and not by a tolerance: a generalised inverse that lets it through has variances
    of 1e11.
    """
    values, vectors = np.linalg.eigh(np.diag(weights.sum(axis=1)) - weights)
    return vectors, np.concatenate([[0.0], 1 / (values[1:] * _geometric_mean(values, vectors))])


def scale_factor(weights: NDArray[np.float64]) -> float:
    """Return the geometric mean of areas' variances under one connected component's unscaled structure."""
    return _geometric_mean(*np.linalg.eigh(np.diag(weights.sum(axis=1)) - weights))


def _geometric_mean(values: Array, vectors: Array) -> float:
    """Return the geometric mean of the diagonal of the generalised inverse, the first direction left out."""
    return float(np.exp(np.log((vectors[:, 1:] ** 2 / values[1:]).sum(axis=1)).mean()))
