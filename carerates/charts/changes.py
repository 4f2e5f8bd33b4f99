"""Change of each area between two years, on both bases, with what rounding and chance leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.style import BLUE, GREY, INK, ORANGE, Furniture, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.trends import Change

_MOST = 40  # areas that fit on one page; of more, the two ends are drawn


def draw_change(result: Change, ax: Axes | None = None, *, headline: str = "", title: str = "") -> Axes:
    """Draw the change of every area on the chosen base with its interval, and on the other base.

    Parameters
    ----------
    result : Change
        What :func:`carerates.change` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline : str
        What the chart shows, as a statement.
    title : str
        Measure, places and period, in place of the chart's own.

    Returns
    -------
    Axes
    """
    every = result.to_frame()
    known = every[every["percent_change"].notna()].sort_values("percent_change", kind="stable")
    notes = []
    frame = known
    if len(known) > _MOST:
        frame = pd.concat([known.head(_MOST // 2), known.tail(_MOST // 2)])
        notes.append(
            f"The {_MOST // 2} lowest and {_MOST // 2} highest of {len(known)} areas; the file holds all."
        )
    if missing := len(every) - len(known):
        notes.append(f"{missing} of {len(every)} areas have no figure at one of the dates.")
    settings = result.settings
    base, other = ("start", "end") if settings.relative_to == "start" else ("end", "start")
    years = {"start": settings.start, "end": settings.end}
    place = np.arange(len(frame), dtype=float)
    with house_style():
        own = ax is None
        ax = new_axes(ax, (8.0, 2.4 + 0.2 * max(len(frame), 6)))
        ax.grid(axis="x")
        ax.grid(visible=False, axis="y")
        ax.axvline(0, color=INK, linewidth=1.0, zorder=1.5)
        ax.hlines(place, frame["percent_lower"], frame["percent_upper"], color=GREY, linewidth=1.6, zorder=2)
        ax.scatter(frame["percent_change"], place, s=34, marker="o", color=BLUE, zorder=4)
        ax.scatter(
            frame[f"percent_of_{other}"],
            place,
            s=30,
            marker="D",
            facecolors="none",
            edgecolors=ORANGE,
            linewidths=1.3,
            zorder=3,
        )
        ax.set_yticks(place, frame["area_name"].tolist(), fontsize=8.5)
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.8, len(frame) - 0.2)
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:+.0f}%" if value else "0")
        level = f"{100 * result.interval_probability:g}%"
        notes.insert(
            0,
            f"Filled circles: change as a share of the {years[base]} rate, with {level} interval of the "
            f"underlying change. Hollow diamonds: the same change as a share of the {years[other]} rate.",
        )
        words = Furniture(
            headline,
            title
            or f"Change in the rate of children looked after, 31 March {settings.start} to {settings.end}",
            "Area, and change in per cent",
            result.provenance.caption(),
            tuple(notes),
        )
        dress(ax, words, own_figure=own)
        if own:
            widest = max((len(name) for name in frame["area_name"]), default=10)
            ax.figure.subplots_adjust(left=min(0.42, (0.3 + 0.075 * widest) / 8.0))
    return ax
