"""How many areas would a study need, and what does each method promise?  By simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.survey.clusters import area_means, fit_cr2, permute_labels
from carerates.survey.two_groups import t_result, t_test

Array = NDArray[np.float64]
Method = Literal["area_means", "cluster_robust", "permutation", "student", "welch"]


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """Share of simulated studies in which each method finds a difference.

    Attributes
    ----------
    frame : DataFrame
        One row per method: ``method``, ``share``, ``standard_error``, ``simulations``.
    settings : dict
        Sizes, ICC, difference, level.
    provenance : Provenance
        Steps.

    Examples
    --------
    >>> from carerates.survey import simulate_power
    >>> simulate_power([30] * 10, [30] * 2, icc=0.05, simulations=20, seed=1).to_frame()["method"].tolist()
    ['area_means', 'cluster_robust', 'permutation']
    """

    frame: pd.DataFrame = field(repr=False)
    settings: dict[str, Any]
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per method."""
        return self.frame.copy()

    def summary(self) -> str:
        """Return the shares in words."""
        parts = ", ".join(
            f"{method} {100 * share:.0f}%"
            for method, share in zip(self.frame["method"].tolist(), self.frame["share"].tolist(), strict=True)
        )
        setting = self.settings
        what = (
            "a difference is found"
            if setting["difference"]
            else "a difference is claimed though there is none"
        )
        return (
            f"{len(setting['first'])} areas against {len(setting['second'])}, ICC {setting['icc']:g}, "
            f"difference {setting['difference']:g} SD, level {setting['level']:g}: {what} in {parts}."
        )


def simulate_power(
    first: Sequence[int],
    second: Sequence[int],
    *,
    icc: float,
    difference: float = 0.0,
    methods: Sequence[Method] = ("area_means", "cluster_robust", "permutation"),
    level: float = 0.05,
    simulations: int = 1000,
    seed: int,
) -> Power:
    """How often would a study with these areas find a difference of this size?

    Parameters
    ----------
    first, second : sequences of int
        Respondents in each area of the first and the second group.
    icc : float
        Share of the variance of scores that lies between areas of one group.
    difference : float
        True difference of the groups in standard deviations; 0 gives the type-I error.
    methods : sequence of str
        Methods of :func:`carerates.survey.compare_groups`.
    level : float
        p value at which a difference counts as found.
    simulations, seed : int
        Studies to invent, and the seed.

    Returns
    -------
    Power

    Examples
    --------
    >>> study = simulate_power([30] * 10, [30] * 2, icc=0.05, simulations=50, seed=1)
    >>> study.to_frame()["method"].tolist()
    ['area_means', 'cluster_robust', 'permutation']
    """
    if not 0 <= icc < 1:
        raise ValueError(f"icc is {icc}; give a share from 0 to below 1.")
    if len(first) + len(second) < 3 or min(len(first), len(second)) < 1 or min(*first, *second) < 1:
        raise ValueError("Give at least three areas, one in each group, with at least one respondent each.")
    if simulations < 1 or not 0 < level < 1:
        raise ValueError(f"simulations is {simulations} and level {level}; at least 1, and between 0 and 1.")
    if unknown := set(methods) - {"area_means", "cluster_robust", "permutation", "student", "welch"}:
        raise ValueError(f"There is no method {', '.join(sorted(unknown))}.")
    rng = np.random.default_rng(seed)
    sizes = np.array([*first, *second])
    codes = np.repeat(np.arange(len(sizes)), sizes)
    flags = np.arange(len(sizes)) >= len(first)
    found = dict.fromkeys(methods, 0)
    for _ in range(simulations):
        values = np.sqrt(icc) * rng.standard_normal(len(sizes))[codes]
        values += np.sqrt(1 - icc) * rng.standard_normal(len(codes)) + difference * flags[codes]
        for method in methods:
            found[method] += _p_value(values, codes, flags, method) <= level
    shares = np.array([found[method] / simulations for method in methods])
    frame = pd.DataFrame(
        {
            "method": list(methods),
            "share": shares,
            "standard_error": np.sqrt(shares * (1 - shares) / simulations),
            "simulations": simulations,
        }
    )
    settings = {
        "first": tuple(first),
        "second": tuple(second),
        "icc": icc,
        "difference": difference,
        "level": level,
        "seed": seed,
    }
    return Power(frame, settings, Provenance(steps=(f"{simulations} simulated studies, seed {seed}.",)))


def _p_value(values: Array, codes: NDArray[np.intp], flags: NDArray[np.bool_], method: str) -> float:
    """Return the p value of one method on one simulated study."""
    second = flags[codes]
    if method in ("student", "welch"):
        a, b = values[~second], values[second]
        return t_test(
            a.mean(), a.std(ddof=1), len(a), b.mean(), b.std(ddof=1), len(b), welch=method == "welch"
        ).p_value
    if method == "cluster_robust":
        fit = fit_cr2(np.column_stack([np.ones(len(values)), second.astype(float)]), values, codes)
        return t_result(fit.coefficients[1], float(np.sqrt(fit.covariance[1, 1])), fit.df[1]).p_value
    means, _ = area_means(values, codes)
    if method == "permutation":
        return permute_labels(means, flags).p_value
    a, b = means[~flags], means[flags]
    spread = [one.std(ddof=1) if len(one) > 1 else 0.0 for one in (a, b)]
    return t_test(a.mean(), spread[0], len(a), b.mean(), spread[1], len(b)).p_value
