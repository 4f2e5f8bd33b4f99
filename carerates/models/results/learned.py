"""What the figures taught: each prior beside its posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.models.design.terms import Array
from carerates.models.priors import LKJ, Beta, Normal, Prior

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates

REPORTED = ("intercept", "nation", "factor", "population", "drift")


def prior_and_posterior(fit: FittedRates, points: int) -> pd.DataFrame:
    """Return densities of every learned quantity before and after the figures were seen.

    Notes
    -----
    The posterior density is a kernel estimate (Silverman's bandwidth), reflected where a quantity ends.
    """
    if isinstance(points, bool) or not isinstance(points, (int, np.integer)) or points < 11:
        raise ValueError(f"points is a whole number of 11 or more; this is {points!r}.")
    design, posterior = fit.design, fit.posterior
    rows: list[tuple[str, str, str, Prior, Array]] = []
    for term in design.shared_terms:
        if term.name in REPORTED:
            for column in range(term.start, term.stop):
                name = design.shared_names[column]
                before = Normal(float(design.shared_mean[column]), float(design.shared_sd[column]))
                meaning = (
                    f"effect of {name} on the log rate" if term.name != "intercept" else "log rate per child"
                )
                rows.append((name, "effect", meaning, before, posterior.shared[:, column]))
    rows += [
        (one.name, "spread", one.label, one.prior, posterior.spreads[one.name])
        for one in design.free_spreads
        if one.transform != "identity"
    ]
    frames = []
    for name, kind, meaning, prior, draws in rows:
        values = _grid(prior, draws, points)
        frames.append(
            pd.DataFrame(
                {
                    "name": name,
                    "kind": kind,
                    "meaning": meaning,
                    "value": values,
                    "prior_density": [np.exp(prior.log_density(float(one))) for one in values],
                    "posterior_density": kernel_density(draws, values, *_ends(prior)),
                    "prior": prior.describe().split(": ")[0],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _ends(prior: Prior) -> tuple[float, float]:
    """Return where a quantity ends."""
    if isinstance(prior, Normal):
        return -np.inf, np.inf
    if isinstance(prior, LKJ):
        return -1.0, 1.0
    return (0.0, 1.0) if isinstance(prior, Beta) else (0.0, np.inf)


def _grid(prior: Prior, draws: Array, points: int) -> Array:
    """Return values that cover nearly all of prior and posterior, half of them where the draws lie."""
    before = np.quantile(prior.draw(np.random.default_rng(1), 4000), [0.005, 0.995])
    low, high = min(before[0], draws.min()), max(before[1], draws.max())
    end_low, end_high = _ends(prior)
    # a density may be infinite exactly at an end
    inside = 1e-3 * (high - low)
    low, high = max(low, end_low + inside), min(high, end_high - inside)
    first, last = (min(max(float(one), low), high) for one in (draws.min(), draws.max()))
    near = np.linspace(first, last, points // 2)
    return np.sort(np.concatenate([np.linspace(low, high, points - len(near)), near]))


def kernel_density(draws: Array, at: Array, low: float = -np.inf, high: float = np.inf) -> Array:
    """Return a kernel estimate of a density, reflected at its ends.

    Parameters
    ----------
    draws : array of float, shape (draws,)
    at : array of float, shape (points,)
    low, high : float
        Where the quantity ends.
    """
    spread = min(draws.std(ddof=1), float(np.subtract(*np.quantile(draws, [0.75, 0.25]))) / 1.349)
    width = 0.9 * max(spread, 1e-12) * len(draws) ** -0.2
    mirrored = [draws]
    if np.isfinite(low):
        mirrored.append(2 * low - draws)
    if np.isfinite(high):
        mirrored.append(2 * high - draws)
    z = (at[:, None] - np.concatenate(mirrored)[None, :]) / width
    result: Array = np.exp(-0.5 * z**2).sum(axis=1) / (len(draws) * width * np.sqrt(2 * np.pi))
    return np.where((at >= low) & (at <= high), result, 0.0)
