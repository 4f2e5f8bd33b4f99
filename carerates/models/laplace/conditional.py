"""The most probable effects given the hyperparameters, by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from carerates.errors import ModelError
from carerates.models.counts import log_likelihood
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.laplace.curvature import Curvature

MOST_STEPS = 100
DECREMENT = 1e-9  # of the log density: far below what changes any weight or interval


@dataclass(frozen=True, slots=True, eq=False)
class Mode:
    """The mode of all effects given hyperparameters, and what is around it.

    Attributes
    ----------
    shared, local : arrays of float, shapes (p,) and (areas, k)
        Effects at the mode.
    eta : array of float, shape (areas, years)
        Log of the expected counts.
    log_joint : float
        Log likelihood plus log prior of the effects, without the prior's constant.
    weights : array of float, shape (areas, years)
        Curvature of the likelihood, 0 where there is no count.
    curvature : Curvature
        Factorised precision at the mode.
    steps : int
        Newton steps taken.
    """

    shared: Array = field(repr=False)
    local: Array = field(repr=False)
    eta: Array = field(repr=False)
    log_joint: float
    weights: Array = field(repr=False)
    curvature: Curvature = field(repr=False)
    steps: int


def linear_predictor(design: Design, shared: Array, local: Array) -> Array:
    """Return the log of the expected counts, shape (areas, years)."""
    return np.log(design.panel.population) + design.shared @ shared + local @ design.local.T


def find_mode(
    design: Design,
    values: dict[str, float],
    precisions: tuple[Array, float, Array, float],
    start: tuple[Array, Array] | None = None,
) -> Mode:
    """Find the effects with the highest density given the hyperparameters.

    Parameters
    ----------
    design : Design
        Arrays of the model.
    values : dict of str to float
        Hyperparameters.
    precisions : tuple
        What :meth:`Design.precisions` gives at these hyperparameters.
    start : pair of arrays, optional
        Effects to start from; by default prior means and zeros.

    Raises
    ------
    ModelError
        If the mode is not found.
    """
    shared_precision, _, local_precision, _ = precisions
    noise = design.count_noise(values)
    mean = design.mean_of(values)
    shape = design.shape
    shared, local = start or (mean.copy(), np.zeros((shape[0], design.local.shape[1])))

    def at(shared: Array, local: Array) -> tuple[float, Array, Array, Array]:
        eta = linear_predictor(design, shared, local)
        value, first, second = log_likelihood(eta.ravel()[design.observed], design.counts, noise)
        away = shared - mean
        quadratic = away @ shared_precision @ away + float(((local @ local_precision) * local).sum())
        return float(value.sum()) - 0.5 * float(quadratic), eta, first, second

    joint, eta, first, second = at(shared, local)
    # sums over millions of children lose their last digits; below this no gain can be told from rounding
    size_of_sum = float((design.counts.high * (1 + np.abs(eta.ravel()[design.observed]))).sum())
    slack = 1e-9 + 1e-14 * size_of_sum
    for step in range(1, MOST_STEPS + 1):
        score, weights = np.zeros(shape), np.zeros(shape)
        score.ravel()[design.observed] = first
        # an interval of counts can curve the wrong way far from the mode; a step needs a positive weight
        weights.ravel()[design.observed] = np.maximum(-second, 1e-10)
        curvature = Curvature.factorised(
            weights, design.shared, design.local, shared_precision, local_precision
        )
        slope_shared = design.shared.reshape(-1, len(shared)).T @ score.ravel() - shared_precision @ (
            shared - mean
        )
        slope_local = score @ design.local - local @ local_precision
        move_shared, move_local = curvature.solve(slope_shared, slope_local)
        decrement = float(slope_shared @ move_shared + (slope_local * move_local).sum())
        if decrement < max(DECREMENT, slack):
            return Mode(shared, local, eta, joint, weights, curvature, step)
        size = 1.0
        while True:
            new = at(shared + size * move_shared, local + size * move_local)
            if np.isfinite(new[0]) and new[0] >= joint + 1e-4 * size * decrement - slack:
                break
            size /= 2
            if size < 1e-8:
                raise ModelError(
                    "The most probable effects were not found: no step improves the fit. "
                    "Check populations and counts for slips of the decimal point."
                )
        shared, local = shared + size * move_shared, local + size * move_local
        joint, eta, first, second = new
    raise ModelError(
        f"The most probable effects were not found in {MOST_STEPS} steps. Check populations and counts for "
        "slips of the decimal point, and priors that contradict the data."
    )
