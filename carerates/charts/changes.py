"""Change of each area between two years, on both bases, with what rounding and chance leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.phrases import Phrases, names_in, phrases_in, source_in
from carerates.charts.rows import ROWS
from carerates.charts.style import BLUE, GREY, INK, ORANGE, Furniture, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.trends import Change

_MOST = 40  # areas that fit on one page; of more, the two ends are drawn
_WORDS: dict[str, Phrases] = {
    "en": {
        "marks": (
            "Filled circles: change as a share of the {base} rate, with {level} interval of the "
            "underlying change. Hollow diamonds: the same change as a share of the {other} rate."
        ),
        "title": "Change in the rate of children looked after, 31 March {start} to {end}",
        "unit": "Area, and change in per cent",
        "missing": "{count} of {all} areas have no figure at one of the dates.",
    },
    "cy": {
        "marks": (
            "Cylchoedd llawn: newid fel cyfran o gyfradd {base}, gyda chyfwng {level} y newid "
            "gwaelodol. Diemwntau gwag: yr un newid fel cyfran o gyfradd {other}."
        ),
        "title": "Newid yng nghyfradd y plant sy'n derbyn gofal, 31 Mawrth {start} i {end}",
        "unit": "Ardal, a newid y cant",
        "missing": "Nid oes ffigur ar un o'r dyddiadau ar gyfer {count} o {all} ardal.",
    },
}


def draw_change(
    result: Change, ax: Axes | None = None, *, headline: str = "", title: str = "", lang: str = "en"
) -> Axes:
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
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    words, every = phrases_in(_WORDS, lang), result.to_frame()
    known = every[every["percent_change"].notna()].sort_values("percent_change", kind="stable")
    notes = []
    frame = known
    if len(known) > _MOST:
        frame = pd.concat([known.head(_MOST // 2), known.tail(_MOST // 2)])
        notes.append(ROWS[lang]["ends"].format(half=_MOST // 2, all=len(known)))
    if missing := len(every) - len(known):
        notes.append(words["missing"].format(count=missing, all=len(every)))
    frame = frame.assign(area_name=names_in(frame["area_code"].tolist(), frame["area_name"].tolist(), lang))
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
            words["marks"].format(base=years[base], level=level, other=years[other]),
        )
        furniture = Furniture(
            headline,
            title or words["title"].format(start=settings.start, end=settings.end),
            words["unit"],
            source_in(result.provenance, lang),
            tuple(notes),
        )
        dress(ax, furniture, own_figure=own)
        if own:
            widest = max((len(name) for name in frame["area_name"]), default=10)
            ax.figure.subplots_adjust(left=min(0.42, (0.3 + 0.075 * widest) / 8.0))
    return ax
