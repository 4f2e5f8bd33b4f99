"""A map with the areas' real outlines, where those are at hand; the tile map needs none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carerates.charts.style import GREY, INK, PALE, PAPER, SEQUENCE, Furniture, dress, house_style, new_axes
from carerates.charts.tiles import OPEN, class_words, find_fifths, find_open, open_words

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes


def draw_map(
    frame: pd.DataFrame,
    column: str,
    boundaries: GeoDataFrame,
    *,
    words: Furniture,
    lower: str | None = None,
    upper: str | None = None,
    reference: float | None = None,
    breaks: Sequence[float] | None = None,
    decimals: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw one value per area on real outlines, hatched where the figures leave it open.

    Parameters
    ----------
    frame : DataFrame
        ``area_code``, ``area_name`` and the columns named here; an area without a value stays white.
    column : str
        Column to show, in five shades.
    boundaries : GeoDataFrame
        ``area_code`` and ``geometry``, from :func:`carerates.sources.load_boundaries`.
    words : Furniture
        Titles, unit, source.  The attribution that the outlines carry is added to the source.
    lower, upper : str, optional
        Columns of an interval.  An area whose interval holds ``reference`` is hatched.
    reference : float, optional
        Value that every area is compared with, such as the rate of all areas together.
    breaks : sequence of float, optional
        Four inner limits of the five classes; fifths of the areas when not given.
    decimals : int
        Decimals of the printed limits.
    ax : Axes, optional
        Where to draw; a new figure when not given.

    Returns
    -------
    Axes
        With a legend of the five shades and the hatching.

    Examples
    --------
    >>> import pandas as pd, geopandas, shapely
    >>> from carerates.charts.style import Furniture
    >>> square = shapely.box(0, 0, 1, 1)
    >>> outlines = geopandas.GeoDataFrame({"area_code": ["W06000001"]}, geometry=[square], crs="EPSG:4326")
    >>> rates = pd.DataFrame({"area_code": ["W06000001"], "area_name": ["Anglesey"], "rate": [108.0]})
    >>> ax = draw_map(rates, "rate", outlines, words=Furniture("", "Rates", "per 10,000", ""))
    >>> len(ax.patches) >= 1
    True
    """
    # the metres of the National Grid, in which Britain has its usual shape
    outlines = boundaries[["area_code", "geometry"]].to_crs("EPSG:27700")
    shown = outlines.merge(frame.drop(columns="geometry", errors="ignore"), on="area_code", how="inner")
    values = shown[column].to_numpy(dtype=float)
    inner = list(breaks) if breaks is not None else find_fifths(values, decimals)
    hatched = find_open(shown, lower, upper, reference)
    with house_style():
        own = ax is None
        left, bottom, right, top = (float(one) for one in shown.total_bounds)
        wide = 7.6
        ax = new_axes(ax, (wide, max(4.0, 0.62 * wide * (top - bottom) / (right - left)) + 2.6))
        ranks = [int(np.searchsorted(inner, one, side="right")) if np.isfinite(one) else -1 for one in values]
        for geometry, rank, open_ in zip(shown.geometry, ranks, hatched, strict=True):
            _draw_area(ax, geometry, SEQUENCE[rank] if rank >= 0 else PAPER, hatch=OPEN if open_ else "")
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
        ax.set_aspect("equal", anchor="W")
        ax.axis("off")
        _add_legend(ax, inner, decimals, missing=-1 in ranks, hatched=bool(hatched.any()))
        rights = str(boundaries.attrs.get("attribution", ""))
        source = ". ".join(one.rstrip(".") for one in (words.source, rights) if one)
        notes = (*words.notes, *([open_words(reference, decimals)] if hatched.any() else []))
        dress(ax, Furniture(words.headline, words.title, words.unit, source, notes), own_figure=own)
    return ax


def _draw_area(ax: Axes, geometry: Any, colour: str, *, hatch: str) -> None:  # noqa: ANN401 - a shapely shape
    """Draw one area, each of its islands with its holes."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    parts = getattr(geometry, "geoms", [geometry])
    rings = [np.asarray(ring.coords)[:, :2] for one in parts for ring in (one.exterior, *one.interiors)]
    if not rings:
        return
    path = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
    ax.add_patch(PathPatch(path, facecolor=colour, edgecolor=GREY, linewidth=0.4, hatch=hatch or None))


def _add_legend(ax: Axes, inner: Sequence[float], decimals: int, *, missing: bool, hatched: bool) -> None:
    """Put the five shades in words beside the map, darkest first as the eye reads a map."""
    from matplotlib.patches import Patch

    words = class_words(inner, decimals)
    keys = [
        Patch(facecolor=SEQUENCE[rank], edgecolor=GREY, linewidth=0.6, label=one)
        for rank, one in enumerate(words)
        if inner
    ][::-1]
    if missing:
        keys.append(Patch(facecolor=PAPER, edgecolor=GREY, linewidth=0.6, label="[x] no figure"))
    if hatched:
        keys.append(Patch(facecolor=PALE, edgecolor=INK, linewidth=0.6, hatch=OPEN, label="side left open"))
    ax.legend(handles=keys, loc="upper right", frameon=False, fontsize=8.5, handlelength=1.6)
