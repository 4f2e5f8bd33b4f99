"""Linear algebra of a precision matrix shaped like an arrow.

Areas' own effects meet each other only through the effects that areas share, so the precision matrix is
block diagonal (one small block for each area) with a border.  Eliminating the areas leaves a small
matrix, and the cost grows in proportion to the number of areas.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from carerates.models.design.terms import Array


@dataclass(frozen=True, slots=True, eq=False)
class Curvature:
    """A factorised precision ``[[S, C'], [C, blocks]]`` of (shared, areas' own) effects.

    Attributes
    ----------
    local_inverse : array of float, shape (areas, k, k)
        Inverse of every area's block.
    carry : array of float, shape (areas, k, p)
        ``inverse(block) @ C``: how an area's effects answer to the shared ones.
    factor : array of float, shape (p, p)
        Lower Cholesky factor of what is left of S once areas are eliminated.
    log_determinant : float
        Of the whole precision.
    """

    local_inverse: Array = field(repr=False)
    carry: Array = field(repr=False)
    factor: Array = field(repr=False)
    log_determinant: float

    @classmethod
    def factorised(
        cls, weights: Array, shared: Array, local: Array, shared_precision: Array, local_precision: Array
    ) -> Curvature:
        """Factorise prior precision plus ``design' weights design``.

        Parameters
        ----------
        weights : array of float, shape (areas, years)
            Curvature of the likelihood; 0 where there is no count.
        shared, local : arrays of float, shapes (areas, years, p) and (years, k)
            Design matrices.
        shared_precision, local_precision : arrays of float, shapes (p, p) and (k, k)
            Prior precisions.

        Raises
        ------
        numpy.linalg.LinAlgError
            If the precision is not positive definite.
        """
        areas, years, width = shared.shape
        own = local.shape[1]
        weighted = weights[:, :, None] * shared
        border = weighted.reshape(-1, width).T @ shared.reshape(-1, width) + shared_precision
        if own == 0:
            factor = np.linalg.cholesky(border)
            log_determinant = 2 * float(np.log(np.diag(factor)).sum())
            return cls(np.zeros((areas, 0, 0)), np.zeros((areas, 0, width)), factor, log_determinant)
        products = (local[:, :, None] * local[:, None, :]).reshape(years, own * own)
        blocks = (weights @ products).reshape(areas, own, own) + local_precision
        local_factor = np.linalg.cholesky(blocks)
        local_inverse = np.linalg.inv(blocks)
        cross = np.matmul(local.T, weighted)
        carry = np.matmul(local_inverse, cross)
        left = border - carry.reshape(-1, width).T @ cross.reshape(-1, width)
        factor = np.linalg.cholesky((left + left.T) / 2)
        diagonal = np.diagonal(local_factor, axis1=1, axis2=2)
        log_determinant = 2 * float(np.log(diagonal).sum() + np.log(np.diag(factor)).sum())
        return cls(local_inverse, carry, factor, log_determinant)

    def solve(self, shared: Array, local: Array) -> tuple[Array, Array]:
        """Solve the system for one right-hand side, shapes (p,) and (areas, k)."""
        reduced = shared - np.einsum("ikp,ik->p", self.carry, local, optimize=True)
        top: Array = cho_solve((self.factor, True), reduced)
        bottom = np.matmul(self.local_inverse, local[:, :, None])[:, :, 0] - self.carry @ top
        return top, bottom

    def covariances(self) -> tuple[Array, Array]:
        """Return the covariance of the shared effects, and that of each area's own."""
        shared = cho_solve((self.factor, True), np.eye(len(self.factor)))
        return shared, self.local_inverse + np.matmul(
            np.matmul(self.carry, shared), np.swapaxes(self.carry, 1, 2)
        )

    def predictor_variance(self, shared: Array, local: Array) -> Array:
        """Return the variance of the linear predictor of every area and year, shape (areas, years)."""
        areas, years, width = shared.shape
        answer = shared - np.matmul(local, self.carry) if local.shape[1] else shared
        half = solve_triangular(self.factor, answer.reshape(-1, width).T, lower=True)
        variance: Array = (half**2).sum(axis=0).reshape(areas, years)
        if local.shape[1]:
            own = local.shape[1]
            products = (local[:, :, None] * local[:, None, :]).reshape(years, own * own)
            variance = variance + self.local_inverse.reshape(areas, own * own) @ products.T
        return variance

    def draw(self, rng: np.random.Generator, size: int) -> tuple[Array, Array]:
        """Draw deviations from the mode, shapes (size, p) and (size, areas, k)."""
        width = len(self.factor)
        noise = rng.standard_normal((width, size))
        shared = solve_triangular(self.factor, noise, lower=True, trans="T").T
        areas, own = self.local_inverse.shape[:2]
        if own == 0:
            return shared, np.zeros((size, areas, 0))
        root = np.linalg.cholesky(self.local_inverse)
        own_noise = np.einsum("ikl,sil->sik", root, rng.standard_normal((size, areas, own)), optimize=True)
        answered = np.einsum("ikp,sp->sik", self.carry, shared, optimize=True)
        return shared, own_noise - answered
