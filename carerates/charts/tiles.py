"""A map with one equal tile for each area, so that small areas are as easy to see as large ones."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates import areas
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words
from carerates.charts.rankings import year_of
from carerates.charts.style import GREY, INK, PAPER, SEQUENCE, Furniture, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.models import FittedRates

OPEN = "//////"  # the hatching of an area whose interval holds the value that all are compared with
_FEW = 30  # up to this many tiles there is room for whole names
# below and above what is expected: each half gets darker outwards, and every tile prints its number too
_SIDES = ("#C8500E", "#EBAF86", "#E6E9EA", "#7FAACB", "#12436D")
_RATIOS = (0.8, 0.95, 1.05, 1.25)
_WORDS: dict[str, Phrases] = {
    "en": {
        "title": "Underlying over expected rate of children looked after, 31 March {year}: {areas} areas",
        "unit": "Ratio to expected (1: as expected of an area with these circumstances)",
        "shades": "Shades: {classes}. Tiles are not to scale.",
        "under": "under {limit}",
        "over": "{limit} and over",
        "between": "{low} to under {high}",
        "unsure": (
            "Hatched border: the {level} credible interval holds 1, so that the area may be as expected "
            "({count} of {all}). Whole tile: it does not."
        ),
        "cause": "A ratio is neither good nor bad; it is what the factors leave unexplained.",
    },
    "cy": {
        "title": (
            "Cyfradd waelodol plant sy'n derbyn gofal dros y gyfradd ddisgwyliedig, 31 Mawrth {year}: "
            "{areas} ardal"
        ),
        "unit": "Cymhareb i'r disgwyl (1: fel y disgwylid gan ardal â'r amgylchiadau hyn)",
        "shades": "Lliwiau: {classes}. Nid yw'r teils wrth raddfa.",
        "under": "o dan {limit}",
        "over": "{limit} a throsodd",
        "between": "{low} i lai na {high}",
        "unsure": (
            "Ymyl linellog: mae'r cyfwng credadwy {level} yn cynnwys 1, felly gall yr ardal fod fel y "
            "disgwylid ({count} o {all}). Teil gyfan: nid yw'n ei gynnwys."
        ),
        "cause": (
            "Nid yw cymhareb uwchlaw neu islaw 1 yn dda nac yn ddrwg; dyma'r hyn nad yw'r "
            "ffactorau'n ei esbonio."
        ),
    },
}


def draw_tiles(
    frame: pd.DataFrame,
    column: str,
    *,
    words: Furniture,
    breaks: Sequence[float] | None = None,
    decimals: int = 0,
    lower: str | None = None,
    upper: str | None = None,
    reference: float | None = None,
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
    lower, upper : str, optional
        Columns of an interval, printed on the tile where there is room.  The border of an area whose
        interval holds ``reference`` is hatched.
    reference : float, optional
        Value that every area is compared with, such as the rate of all areas together.
    ax : Axes, optional
        Where to draw; a new figure when not given.

    Returns
    -------
    Axes
    """
    limits = [one for one in (lower, upper) if one is not None]
    grid = _on_grid(frame[["area_code", "area_name", column, *limits]])
    few, hatched = len(grid) <= _FEW, find_open(grid, lower, upper, reference)
    values = grid[column].to_numpy(dtype=float)
    inner = list(breaks) if breaks is not None else find_fifths(values, decimals)
    with house_style():
        own = ax is None
        ax = new_axes(ax, _size(grid))
        for (_, area), value, open_ in zip(grid.iterrows(), values, hatched, strict=True):
            number = f"{value:,.{decimals}f}" if np.isfinite(value) else "[x]"
            rank = _class_of(value, inner)
            _draw_tile(ax, area, SEQUENCE, rank, number, few=few, hatched=bool(open_))
            if few and len(limits) == 2 and np.isfinite(value):
                low, high = (f"{float(area[one]):,.{decimals}f}" for one in limits)
                x, y = float(area["column"]) + 0.5, -float(area["row"]) + 0.42
                ink = PAPER if rank >= 3 else INK
                ax.text(x, y, f"{low} to {high}", ha="center", va="center", fontsize=6, color=ink)
        _frame_tiles(ax, grid)
        classes = class_words(inner, decimals)
        if hatched.any():
            words = replace(words, notes=(*words.notes, open_words(reference, decimals)))
        note = "Shades, light to dark: " + "; ".join(classes) + ". [x] no figure. Tiles are not to scale."
        dress(
            ax,
            Furniture(words.headline, words.title, words.unit, words.source, (*words.notes, note)),
            own_figure=own,
        )
    return ax


@chart(_WORDS)
def draw_ratios(page: Page, fit: FittedRates, *, year: int | None = None) -> Told:
    """Draw how far each area is from the rate expected as a tile map, unsure areas with a hatched border.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    """
    frame = year_of(fit, year)
    grid = _on_grid(frame)
    grid = grid.assign(area_name=page.names(grid))
    ratios = grid["ratio_to_expected"].to_numpy(dtype=float)
    unsure = ((grid["ratio_lower_95"] <= 1) & (grid["ratio_upper_95"] >= 1)).to_numpy(dtype=bool)
    ax = page.axes(_size(grid))
    few = len(grid) <= _FEW
    for (_, area), ratio, open_ in zip(grid.iterrows(), ratios, unsure, strict=True):
        _draw_tile(
            ax,
            area,
            _SIDES,
            _class_of(ratio, _RATIOS),
            f"{ratio:.2f}",
            few=few,
            hatched=bool(open_),
            lang=page.lang,
        )
    _frame_tiles(ax, grid)
    between = itertools.pairwise(_RATIOS)
    classes = [
        page.say("under", limit=_RATIOS[0]),
        *(page.say("between", low=low, high=high) for low, high in between),
        page.say("over", limit=_RATIOS[-1]),
    ]
    level = level_words(fit.interval_probability)
    return Told(
        page.say("title", year=int(frame["year"].iloc[0]), areas=len(grid)),
        page.say("unit"),
        (
            page.say("shades", classes="; ".join(classes)),
            page.say("unsure", level=level, count=int(unsure.sum()), all=len(grid)),
            page.say("cause"),
        ),
    )


def _on_grid(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of areas that have a tile, with its column and row."""
    return areas.tile_grid().merge(frame, on="area_code", how="inner")


def _size(grid: pd.DataFrame) -> tuple[float, float]:
    """Return the size in inches that gives every tile room for its words."""
    cell = 1.0 if len(grid) <= _FEW else 0.56
    columns = int(grid["column"].max() - grid["column"].min()) + 1
    rows = int(grid["row"].max() - grid["row"].min()) + 1
    return max(7.0, columns * cell + 0.6), max(4.0, rows * cell * 0.94) + 2.2


def _draw_tile(
    ax: Axes,
    area: pd.Series,
    shades: Sequence[str],
    rank: int,
    number: str,
    *,
    few: bool,
    hatched: bool = False,
    lang: str = "en",
) -> None:
    """Draw one tile with its name and number."""
    from matplotlib.patches import Rectangle

    colour = shades[rank] if rank >= 0 else PAPER
    dark = rank == len(shades) - 1 or (rank == 0 and shades is _SIDES) or (shades is SEQUENCE and rank >= 3)
    ink = PAPER if dark else INK
    x, y = float(area["column"]), -float(area["row"])
    tile = Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, facecolor=colour, edgecolor=GREY, linewidth=0.6)
    if hatched:
        tile.set(facecolor=PAPER, hatch="//////" if few else "////", label="unsure")
        ax.add_patch(
            Rectangle((x + 0.13, y + 0.13), 0.74, 0.74, facecolor=colour, edgecolor="none", zorder=1.5)
        )
    ax.add_patch(tile)
    name = _tile_name(str(area["area_code"]), str(area["area_name"]), few, lang)
    ax.text(x + 0.5, y + 0.64, name, ha="center", va="center", fontsize=6.6 if few else 5.6, color=ink)
    ax.text(x + 0.5, y + 0.24, number, ha="center", va="center", fontsize=9 if few else 7, color=ink)


def _frame_tiles(ax: Axes, grid: pd.DataFrame) -> None:
    """Fit the axes to the tiles."""
    ax.set_xlim(float(grid["column"].min()) - 0.05, float(grid["column"].max()) + 1.05)
    ax.set_ylim(-float(grid["row"].max()) - 0.05, -float(grid["row"].min()) + 1.05)
    ax.set_aspect("equal", anchor="W")
    ax.axis("off")


def _class_of(value: float, inner: Sequence[float]) -> int:
    """Return the class of a value, -1 where there is none."""
    return int(np.searchsorted(inner, value, side="right")) if np.isfinite(value) else -1


def find_open(
    frame: pd.DataFrame, lower: str | None, upper: str | None, reference: float | None
) -> NDArray[np.bool_]:
    """Say of which areas the interval holds the reference, so that the figures leave the side open."""
    if lower is None or upper is None or reference is None:
        return np.zeros(len(frame), dtype=bool)
    low, high = (frame[name].to_numpy(dtype=float) for name in (lower, upper))
    return np.asarray((low <= reference) & (reference <= high))


def open_words(reference: float | None, decimals: int) -> str:
    """Explain the hatching."""
    assert reference is not None
    return (
        f"Hatched: the 95% interval holds {reference:,.{decimals}f}, the value of all areas together; "
        "the figures do not tell on which side the area lies."
    )


def find_fifths(values: np.ndarray, decimals: int) -> list[float]:
    """Return the four limits between fifths of the areas, rounded as they will be printed."""
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    return sorted({float(np.round(limit, decimals)) for limit in np.quantile(known, [0.2, 0.4, 0.6, 0.8])})


def class_words(inner: Sequence[float], decimals: int) -> list[str]:
    """Say in words what each shade stands for."""
    if not inner:
        return ["no values"]
    shown = [f"{limit:,.{decimals}f}" for limit in inner]
    middle = [f"{low} to under {high}" for low, high in itertools.pairwise(shown)]
    return [f"under {shown[0]}", *middle, f"{shown[-1]} and over"]


def _tile_name(code: str, name: str, few: bool, lang: str = "en") -> str:
    """Return what fits on a tile: the whole name on several lines, or its first letters."""
    if few:
        return textwrap.fill(name, 12, break_long_words=False)
    short = areas.short_name(code, "cy" if lang == "cy" else "en")
    letters = "".join(letter for letter in short if letter.isalpha())
    return letters[:4]
