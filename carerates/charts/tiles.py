"""A map with one equal tile for each area, so that small areas are as easy to see as large ones."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates import areas
from carerates.charts.style import GREY, INK, PAPER, SEQUENCE, Furniture, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEW = 30  # up to this many tiles there is room for whole names


def draw_tiles(
    frame: pd.DataFrame,
    column: str,
    *,
    words: Furniture,
    breaks: Sequence[float] | None = None,
    decimals: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw one value per area as a tile map.

    Parameters
    ----------
    frame : DataFrame
        ``area_code``, ``area_name`` and the column to show; an area without a value keeps an empty tile.
    column : str
        Column to show.
    words : Furniture
        Titles, unit, source.
    breaks : sequence of float, optional
        Four inner limits of the five classes; fifths of the areas when not given.
    decimals : int
        Decimals of the printed values.
    ax : Axes, optional
        Where to draw; a new figure when not given.

    Returns
    -------
    Axes
    """
    from matplotlib.patches import Rectangle

    grid = areas.tile_grid().merge(frame[["area_code", "area_name", column]], on="area_code", how="inner")
    values = grid[column].to_numpy(dtype=float)
    inner = list(breaks) if breaks is not None else _fifths(values, decimals)
    few = len(grid) <= _FEW
    with house_style():
        own = ax is None
        columns = int(grid["column"].max() - grid["column"].min()) + 1
        rows = int(grid["row"].max() - grid["row"].min()) + 1
        cell = 1.0 if few else 0.56
        ax = new_axes(ax, (max(7.0, columns * cell + 0.6), max(4.0, rows * cell * 0.94) + 2.2))
        for _, area in grid.iterrows():
            value = float(area[column])
            rank = int(np.searchsorted(inner, value, side="right")) if np.isfinite(value) else -1
            colour = SEQUENCE[rank] if rank >= 0 else PAPER
            ink = PAPER if rank >= 3 else INK
            x, y = float(area["column"]), -float(area["row"])
            ax.add_patch(
                Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, facecolor=colour, edgecolor=GREY, linewidth=0.6)
            )
            name = _tile_name(str(area["area_code"]), str(area["area_name"]), few)
            ax.text(
                x + 0.5, y + 0.64, name, ha="center", va="center", fontsize=6.6 if few else 5.6, color=ink
            )
            number = f"{value:,.{decimals}f}" if np.isfinite(value) else "[x]"
            ax.text(x + 0.5, y + 0.24, number, ha="center", va="center", fontsize=9 if few else 7, color=ink)
        ax.set_xlim(float(grid["column"].min()) - 0.05, float(grid["column"].max()) + 1.05)
        ax.set_ylim(-float(grid["row"].max()) - 0.05, -float(grid["row"].min()) + 1.05)
        ax.set_aspect("equal", anchor="W")
        ax.axis("off")
        classes = _class_words(inner, decimals)
        note = "Shades, light to dark: " + "; ".join(classes) + ". [x] no figure. Tiles are not to scale."
        dress(
            ax,
            Furniture(words.headline, words.title, words.unit, words.source, (*words.notes, note)),
            own_figure=own,
        )
    return ax


def _fifths(values: np.ndarray, decimals: int) -> list[float]:
    """Return the four limits between fifths of the areas, rounded as they will be printed."""
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    return sorted({float(np.round(limit, decimals)) for limit in np.quantile(known, [0.2, 0.4, 0.6, 0.8])})


def _class_words(inner: Sequence[float], decimals: int) -> list[str]:
    """Say in words what each shade stands for."""
    if not inner:
        return ["no values"]
    shown = [f"{limit:,.{decimals}f}" for limit in inner]
    middle = [f"{low} to under {high}" for low, high in itertools.pairwise(shown)]
    return [f"under {shown[0]}", *middle, f"{shown[-1]} and over"]


def _tile_name(code: str, name: str, few: bool) -> str:
    """Return what fits on a tile: the whole name on several lines, or its first letters."""
    if few:
        return textwrap.fill(name, 12, break_long_words=False)
    letters = "".join(letter for letter in areas.find(code).short_name() if letter.isalpha())
    return letters[:4]
