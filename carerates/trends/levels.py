"""What an area's rate is when the luck of one year is taken off it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from carerates.trends.criteria import Rule
from carerates.trends.intervals import Floats
from carerates.trends.nations import nation_keys
from carerates.trends.panels import Panel
from carerates.trends.posterior import infer_changes

LEVEL_SCALE = 0.5
"""Scale of the half-normal prior of how much log rates differ between areas of a nation."""


def shrink_levels(logs: Floats, children: Floats, nations: pd.Series, scale: float = LEVEL_SCALE) -> Floats:
    """Draw log rates towards their nation's middle as far as their counting error justifies.

    Parameters
    ----------
    logs, children : array of float, shape (areas,)
        Log rates and the counts behind them; an area without either, or without children, stays NaN.
    nations : Series of str
        Nation of each area; may be missing.
    scale : float
        Scale of the half-normal prior of the standard deviation of log rates between areas.

    Returns
    -------
    array of float, shape (areas,)

    Notes
    -----
    The counting variance of a log rate is ``1 / children``; how much areas truly differ is inferred with
    them, see :func:`carerates.trends.posterior.infer_changes`.
    """
    shrunk = np.full(len(logs), np.nan)
    known = np.isfinite(logs) & (children > 0)
    if not known.any():
        return shrunk
    keys = nation_keys(nations)[known]
    names = sorted(set(keys))
    groups = keys.map({name: at for at, name in enumerate(names)}).to_numpy(dtype=np.int64)
    shrunk[known] = infer_changes(logs[known], 1 / children[known], groups, scale).expected_change()
    return shrunk


def with_shrunk_start(panel: Panel, rule: Rule) -> Panel:
    """Return the panel with the rates at the rule's start drawn to the middle, bounds moved in step."""
    at = panel.at(rule.start)
    raw = panel.rates[:, at]
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(raw > 0, np.log(raw), np.nan)
    shrunk = np.exp(shrink_levels(logs, panel.children[:, at], panel.labels["nation"]))
    share = np.where(np.isfinite(shrunk), shrunk / np.where(raw > 0, raw, 1.0), 1.0)
    moved = {}
    for name in ("rates", "rates_low", "rates_high"):
        grid = getattr(panel, name).copy()
        grid[:, at] *= share
        moved[name] = grid
    return replace(panel, **moved)
