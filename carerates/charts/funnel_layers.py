"""The layers of a funnel plot: scales, limits, points, rings and names, one beside or over the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.canvas import set_log_ticks
from carerates.charts.funnel_view import FunnelView
from carerates.charts.labels import label_points
from carerates.charts.style import BLUE, GREY, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE_STYLES = ("--", "-", ":", "-.")  # from the narrowest limits outwards, so that levels differ in print


def point_scale(areas: int) -> float:
    """Return how large marks are, so that a thousand do not hide each other."""
    return 1.0 if areas <= 60 else 0.6 if areas <= 300 else 0.3


def set_scales(ax: Axes, frame: pd.DataFrame, lines: pd.DataFrame, log_size: bool) -> None:
    """Fix both scales so that every area is inside and the limits of the smallest do not dwarf the rest."""
    size = frame["size"].to_numpy(dtype=float)
    low = 0.7 * np.nanmin(size[size > 0]) if log_size else 0.0
    if log_size:
        ax.set_xscale("log")
    ax.set(xlim=(low, 1.04 * np.nanmax(size)), ylim=(0.0, top_of(frame, lines)))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 10 else f"{value:,.10g}")
    if log_size:
        set_log_ticks(ax)
    else:
        # a number such as 300,000 is about 0.6 inches wide; ticks must not run into each other in print
        wide = ax.get_window_extent().width / ax.figure.dpi
        ax.locator_params(axis="x", nbins=max(2, min(8, int(wide / 0.8))))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")


def top_of(frame: pd.DataFrame, lines: pd.DataFrame) -> float:
    """Return where the vertical axis ends: above every area, and the limits of all but the smallest."""
    size = frame["size"].to_numpy(dtype=float)
    rates = frame[["rate", "rate_high"]].to_numpy(dtype=float)
    known = rates[np.isfinite(rates)]
    top = 1.1 * float(known.max()) if known.size and known.max() > 0 else 1.0
    uppers = [name for name in lines if str(name).startswith("upper_")]
    if uppers:
        typical = lines["denominator"] >= np.nanquantile(size, 0.1)
        at_typical = lines.loc[typical, uppers].to_numpy(dtype=float)
        top = max(top, min(1.05 * float(np.nanmax(at_typical, initial=0.0)), 1.6 * top))
    return top


def draw_lines(ax: Axes, view: FunnelView) -> None:
    """Draw the target and the limits: as lines, or at each area where targets differ."""
    lines = view.lines
    if lines.empty:
        _draw_own_limits(ax, view)
        return
    ax.plot(lines["denominator"], lines["target"], color=INK, linewidth=1.2, zorder=2)
    for number, name in enumerate(view.level_names):
        for side in ("lower", "upper"):
            ax.plot(
                lines["denominator"],
                lines[f"{side}_{name}"],
                color=GREY,
                linewidth=1.1,
                linestyle=_LINE_STYLES[min(number, len(_LINE_STYLES) - 1)],
                zorder=2,
            )


def _draw_own_limits(ax: Axes, view: FunnelView) -> None:
    """Draw target and widest limits of each area where it stands."""
    frame, widest = view.frame, view.level_names[-1]
    ax.vlines(
        frame["size"], frame[f"lower_{widest}"], frame[f"upper_{widest}"], color=GREY, linewidth=0.8, zorder=2
    )
    ax.scatter(frame["size"], frame["target"], marker="_", s=40, color=INK, linewidths=1.2, zorder=2.2)


def draw_possible(ax: Axes, frame: pd.DataFrame) -> None:
    """Draw a bar of possible rates where a count is suppressed."""
    hidden = frame[frame["rate"].isna() & frame["rate_low"].notna() & frame["rate_high"].notna()]
    if len(hidden):
        ax.vlines(hidden["size"], hidden["rate_low"], hidden["rate_high"], color=BLUE, linewidth=3, zorder=3)


def draw_points(ax: Axes, view: FunnelView, shown: pd.DataFrame, scale: float) -> np.ndarray:
    """Draw every area with the mark of its position; return the marks' radii in pixels."""
    radii = np.zeros(len(shown))
    pixels = ax.figure.dpi / 72
    for position, rows in shown.groupby("position", sort=False):
        mark = view.mark(str(position))
        armed = mark.marker in ("1", "2")  # a shape of lines only, which has no edge to colour
        ax.scatter(
            rows["size"],
            rows["rate"],
            s=scale * mark.size,
            marker=mark.marker,
            facecolors=mark.colour if mark.filled or armed else PAPER,
            edgecolors=None if armed else mark.colour,
            linewidths=1.2 if scale > 0.5 else 0.8,
            zorder=3 if position != "within" else 2.6,
            label=str(position),
        )
        at = shown.index.get_indexer(rows.index)
        radii[at] = (0.5 * np.sqrt(scale * mark.size) + 0.6) * pixels
    return radii


def draw_rings(ax: Axes, rows: pd.DataFrame, scale: float) -> None:
    """Ring chosen areas."""
    if len(rows):
        ax.scatter(
            rows["size"],
            rows["rate"],
            s=_ring_area(scale),
            facecolors="none",
            edgecolors=INK,
            linewidths=1.4,
            zorder=3.5,
        ).set_label("rings")


def _ring_area(scale: float) -> float:
    """Return the area of a ring in square points."""
    return 80 + 90 * scale


def ring_radius(ax: Axes, scale: float) -> float:
    """Return the radius of a ring in pixels."""
    return float((0.5 * np.sqrt(_ring_area(scale)) + 1.0) * ax.figure.dpi / 72)


def name_areas(
    ax: Axes,
    view: FunnelView,
    rows: Sequence[int],
    radii: np.ndarray,
    *,
    fontsize: float,
    clear_of: np.ndarray | None = None,
) -> list[str]:
    """Name the areas in some rows, most important first; return the names for which there was no room."""
    return label_points(
        ax,
        view.shown["size"].to_numpy(dtype=float),
        view.shown["rate"].to_numpy(dtype=float),
        view.shown["area_name"].tolist(),
        radii=radii,
        label=rows,
        fontsize=fontsize,
        clear_of=clear_of,
    )
