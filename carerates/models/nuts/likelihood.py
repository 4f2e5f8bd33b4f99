"""Published counts in a PyMC graph: known exactly, or as a set of values that they may take."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaln

from carerates.errors import ModelError
from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array

WIDEST = 2000
SHORT = 12  # values of a set that are written out one by one
IMPOSSIBLE = -1e10


def count_data(design: Design) -> dict[str, Array]:
    """Return published counts as arrays of a graph.

    ``lowest`` is the lowest value of every count, with its ``trials`` where the likelihood is binomial.
    ``further_before`` and ``further_constant`` have one row for every further value of a set and one column
    for every count that is a set.  Constants are what no parameter changes, worked out once and not at every
    step.

    Raises
    ------
    ModelError
        If a count is known to more than 2,000 values only.
    """
    low, high, trials = design.counts.low, design.counts.high, design.counts.trials
    sets = np.flatnonzero(high > low)
    further = int((high - low).max()) if len(low) else 0
    if further >= WIDEST:
        raise ModelError(
            f"A count is known only to {further + 1} possible values; engine='nuts' sums over at most "
            f"{WIDEST}. Use engine='laplace'."
        )
    arrays = {"lowest": low, "lowest_constant": -gammaln(low + 1)}
    if trials is not None:
        arrays["trials"] = trials
        arrays["lowest_constant"] += gammaln(trials + 1) - gammaln(trials - low + 1)
    if len(sets):
        values = low[sets] + np.arange(1, further + 1)[:, None]
        possible = values <= high[sets]
        arrays["further_before"] = np.where(possible, values - 1, 0.0)
        arrays["further_constant"] = np.where(
            possible, gammaln(low[sets] + 1) - gammaln(values + 1), IMPOSSIBLE
        )
    return arrays


def add_likelihood(
    pm: Any,  # noqa: ANN401
    pt: Any,  # noqa: ANN401
    design: Design,
    eta: Any,  # noqa: ANN401
    arrays: dict[str, Any],
    spreads: dict[str, Any],
) -> None:
    """Add the log probability of every count's lowest value, and what further values of sets add to it."""
    trials = arrays.get("trials")
    negative_binomial = design.model.likelihood == "negative_binomial"
    # beyond any noise that figures could show the product of eight steps would leave the range of numbers
    size = pt.minimum(spreads["noise"] ** -2, 1e30) if negative_binomial else None
    y = arrays["lowest"]
    if trials is not None:
        share = pt.minimum(eta - pt.log(trials), -1e-9)
        others = pt.log1p(-pt.exp(share))
        value, step = y * share + (trials - y) * others, share + pt.log(trials) - others
    elif size is not None:
        # as ``eta - step`` this would have lost its digits by the time that a large size multiplies it
        short = pt.log1p(pt.exp(eta) / size)
        step = eta - short
        value = log_rising(pt, y, size) + y * step - size * short
    else:
        value, step = y * eta - pt.exp(eta), eta
    pm.Potential("lowest_counts", (value + arrays["lowest_constant"]).sum())
    sets = np.flatnonzero(design.counts.low < design.counts.high)
    if len(sets):
        before = arrays["further_before"]
        # one more child: probabilities of neighbouring counts differ by a simple factor
        rises = None
        if size is not None:
            rises = pt.log1p(before / size)
        elif trials is not None:
            rises = pt.log1p(-before / trials[sets])
        added = log_of_set(pt, step[sets], rises, arrays["further_constant"])
        pm.Potential("further_counts", added.sum())


def log_of_set(pt: Any, step: Any, rises: Any, constant: Any) -> Any:  # noqa: ANN401
    """Return the log of how many times as probable a set is as its lowest value.

    Parameters
    ----------
    pt : module
        PyTensor's functions.
    step : vector
        Log of the factor by which one more child is as probable, but for what follows.
    rises : matrix or None
        What each further child adds to that factor's log, one row for each.
    constant : matrix
        Log of what no parameter changes, one row for each further value.
    """
    from pytensor.gradient import disconnected_grad

    further = constant.type.shape[0]
    if further > SHORT:
        terms = step * np.arange(1.0, further + 1)[:, None] + constant
        if rises is not None:
            terms = terms + pt.cumsum(rises, axis=0)
        top = disconnected_grad(pt.maximum(pt.max(terms, axis=0), 0.0))  # type: ignore[no-untyped-call]
        return top + pt.log(pt.exp(-top) + pt.exp(terms - top).sum(axis=0))
    # written out value by value: sums along an axis take as long to compile as everything else
    written, risen = [], 0.0
    for more in range(further):
        risen = risen if rises is None else risen + rises[more]
        written.append(risen + step * (more + 1.0) + constant[more])
    top = pt.zeros_like(step)
    for one in written:
        top = pt.maximum(top, one)
    top = disconnected_grad(top)  # type: ignore[no-untyped-call]  # its slope cancels
    total = pt.exp(-top)
    for one in written:
        total = total + pt.exp(one - top)
    return top + pt.log(total)


def log_rising(pt: Any, y: Any, size: Any) -> Any:  # noqa: ANN401
    """Return log of Gamma(y + size) / (Gamma(size) size^y).

    Stirling's series, eight steps further up, where it is exact to 12 digits: a difference of two log gammas
    loses its digits as the noise vanishes, and takes several times as long.
    """
    start, end = size + 8, y + size + 8
    further = (end - 0.5) * pt.log1p(y / start) - y + y * pt.log1p(8 / size)
    correction = _stirling_correction(end) - _stirling_correction(start)
    return further + correction - pt.log(_eight_steps(y + size)) + pt.log(_eight_steps(size))


def _eight_steps(x: Any) -> Any:  # noqa: ANN401
    """Return x (x + 1) ... (x + 7)."""
    outer = x * (x + 7)
    return outer * (outer + 6) * (outer + 10) * (outer + 12)


def _stirling_correction(x: Any) -> Any:  # noqa: ANN401
    """Return log Gamma(x) less (x - 1/2) log x - x + log(2 pi) / 2, for x from 8 on."""
    inverse = 1 / x
    square = inverse * inverse
    return inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
