"""One area's figures with what happened when, each event named without covering another."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.courses import draw_breaks
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.style import BLUE, GREY, INK, ORANGE, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.trends import AreaEvents

_WIDEST = 44  # characters of an event's words on one line
_LINE = 12.5  # points from one line of words to the next
_GAP = 5.0  # points between a line and the words beside it
_WORDS: dict[str, Phrases] = {
    "en": {
        "title": "{name}: children looked after at 31 March {first} to {last}, and events",
        "children": "Number of children looked after",
        "lines": "Thick line: {name}; bars: what rounding or suppression leaves possible. Dashed: {nation}.",
        "line": "Thick line: {name}; bars: what rounding or suppression leaves possible.",
        "events": (
            "Dotted lines: events at their dates. What stands together in time need not be cause and effect."
        ),
        "breaks": "Break in the series, grey: {breaks}.",
        "room": (
            "There is no room for {count} events on these axes; make them taller, or pass fewer events."
        ),
    },
    "cy": {
        "title": "{name}: plant sy'n derbyn gofal ar 31 Mawrth {first} i {last}, a digwyddiadau",
        "children": "Nifer y plant sy'n derbyn gofal",
        "lines": (
            "Llinell drwchus: {name}; barrau: yr hyn y mae talgrynnu neu atal yn ei adael yn bosibl. "
            "Toredig: {nation}."
        ),
        "line": "Llinell drwchus: {name}; barrau: yr hyn y mae talgrynnu neu atal yn ei adael yn bosibl.",
        "events": (
            "Llinellau dotiog: digwyddiadau ar eu dyddiadau. Nid yw cyd-ddigwydd mewn amser o reidrwydd yn "
            "achos ac effaith."
        ),
        "breaks": "Toriad yn y gyfres, llwyd: {breaks}.",
        "room": (
            "Nid oes lle i {count} digwyddiad ar yr echelinau hyn; gwnewch nhw'n dalach, neu rhowch lai."
        ),
    },
}


@chart(_WORDS)
def draw_events(page: Page, result: AreaEvents) -> Told:
    """Draw one area's figures beside its nation's, with dated events named above them.

    Parameters
    ----------
    result : AreaEvents
        What :func:`carerates.trends.follow_area` gave.

    Returns
    -------
    Axes
        Each event's words stand in a place of their own above the figures.
    """
    frame, events = result.to_frame(), result.events
    (name,) = page.names(frame.tail(1))
    years = [int(one) for one in frame["year"]]
    lines = sum(one.count("\n") + 1 for one in _wrapped(events))
    ax = page.axes((8.0, 5.2 + _LINE / 72 * lines))
    year = frame["year"].to_numpy(dtype=float)
    ax.vlines(year, frame["rate_low"], frame["rate_high"], color=INK, linewidth=2.4, alpha=0.5, zorder=2.5)
    ax.plot(
        year, frame["rate"], color=BLUE, linewidth=2.2, marker="o", markersize=4.5, zorder=3, label="area"
    )
    national = frame["national_rate"].notna().any()
    if national:
        ax.plot(
            year, frame["national_rate"], color=GREY, linewidth=1.6, linestyle="--", label="nation", zorder=2
        )
    nation = str(frame["nation"].iloc[-1])
    breaks = draw_breaks(ax, nation, years, page.lang)
    most = float(np.nanmax(frame[["rate", "rate_high", "national_rate"]].to_numpy(dtype=float)))
    step = max(1, -(-len(years) // 9))
    ticks = list(range(years[-1], years[0] - 1, -step))[::-1]
    ax.set_xticks(ticks, [str(one) for one in ticks])
    room = 0.17 * (years[-1] - years[0] + 1)  # for the names at the ends of the lines
    earliest = min([years[0] - 0.4, *(events["at"] - 0.2)])
    ax.set(xlim=(earliest, years[-1] + room), ylim=(0, 1.08 * most))
    shown = page.nation(nation)
    notes = [page.say("lines", name=name, nation=shown) if national else page.say("line", name=name)]
    if len(events):
        notes.append(page.say("events"))
    if breaks:
        notes.append(page.say("breaks", breaks="; ".join(breaks)))
    return Told(
        page.say("title", name=name, first=years[0], last=years[-1]),
        page.say("children" if result.settings.rate == "children" else "rate"),
        notes,
        lambda: _finish(page, ax, frame, events, (name, shown if national else "")),
    )


def _wrapped(events: pd.DataFrame) -> list[str]:
    """Return the words of each event, its date first, on as many lines as they take."""
    texts = zip(events["when"], events["text"], strict=True)
    return [textwrap.fill(f"{when} {text}", _WIDEST) for when, text in texts]


def _finish(page: Page, ax: Axes, frame: pd.DataFrame, events: pd.DataFrame, names: tuple[str, str]) -> None:
    """Make room for the events, name them, and name the lines at their ends."""
    scale = float(ax.get_figure(root=True).dpi) / 72  # type: ignore[union-attr]
    box, (left, right) = ax.get_window_extent(), ax.get_xlim()
    across = box.x0 + (events["at"].to_numpy(dtype=float) - left) / (right - left) * box.width
    labels, sizes = [], []
    for words in _wrapped(events):
        text = ax.text(0, 0, words, fontsize=8, color=INK, linespacing=1.15, zorder=5)
        extent = text.get_window_extent()
        labels.append(text)
        sizes.append((extent.width, words.count("\n") + 1))
    places = stack(across, np.array(sizes).reshape(-1, 2), (box.x0, box.x1), _GAP * scale)
    heights = [
        max((sizes[at][1] for at, one in enumerate(places) if one.shelf == shelf), default=0)
        for shelf in range(1 + max((one.shelf for one in places), default=-1))
    ]
    taken = (sum(heights) + 0.6 * bool(heights)) * _LINE * scale
    if taken > 0.7 * box.height:
        raise ValueError(page.say("room", count=len(events)))
    top = ax.get_ylim()[1] / (1 - taken / box.height)
    ax.set_ylim(0, top)
    per_point = top / box.height * _LINE * scale
    known = frame[frame["rate"].notna()]
    for label, place, at in zip(labels, places, events["at"], strict=True):
        # shelf 0 is the lowest, just above the figures
        low = top - per_point * (sum(heights[place.shelf :]))
        year, rate = (known[name].to_numpy(dtype=float) for name in ("year", "rate"))
        value = float(np.interp(at, year, rate, left=0.0))  # before the first figure the line meets the axis
        ends = [value, low + 0.9 * per_point]
        ax.plot([at, at], ends, color=ORANGE, linewidth=1.0, linestyle=":", zorder=2.2, label="event")
        if at >= year[0]:
            ax.plot([at], [value], marker="D", markersize=5, color=ORANGE, markeredgecolor=PAPER, zorder=4)
        offset = (_GAP if place.right else -_GAP) * scale * (right - left) / box.width
        label.set(x=at + offset, y=low + 0.1 * per_point, ha="left" if place.right else "right", va="bottom")
        label.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 0.6})
        label.set_label("event words")
    _name_lines(ax, frame, names, 11 * scale)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the words of an event stand: on which shelf, and to the right of its line or to the left."""

    shelf: int
    right: bool


def stack(across: np.ndarray, sizes: np.ndarray, bounds: tuple[float, float], gap: float) -> list[Place]:
    """Find a shelf and a side for the words of each event, so that no words cover others.

    Parameters
    ----------
    across : array of float, shape (events,)
        Where each event's line stands, in pixels, ascending.
    sizes : array of float, shape (events, 2)
        Width in pixels of each event's words, and their number of lines.
    bounds : (left, right)
        Words stay inside where they can.
    gap : float
        Pixels between a line and its words, and between words on a shelf.

    Returns
    -------
    list of Place
        Shelf 0 is the lowest.  A line runs from its words down through the shelves below; it crosses words
        only where no shelf and side avoids that.
    """
    placed: list[tuple[int, float, float, float, bool]] = []  # shelf, left and right end, line, right side
    # a shelf is added above or below those there are, so shelves are counted from 0 both ways
    low, high = 0, -1
    for line, (width, _) in zip(across, sizes, strict=True):
        best: tuple[float, int, float, float, bool] | None = None
        for right in (True, False):
            start = line + gap if right else line - gap - width
            outside = start < bounds[0] or start + width > bounds[1]
            for shelf in range(low - 1, high + 2):
                if any(
                    one == shelf and start - gap < end and start + width + gap > begin
                    for one, begin, end, _, _ in placed
                ):
                    continue
                crossed = sum(one < shelf and begin - 1 < line < end + 1 for one, begin, end, _, _ in placed)
                crossed += sum(
                    one > shelf and start - 1 < at < start + width + 1 for one, _, _, at, _ in placed
                )
                new = shelf < low or shelf > high
                cost = 100.0 * outside + 10.0 * crossed + 3.0 * new + 1.0 * (not right)
                if best is None or cost < best[0]:
                    best = (cost, shelf, start, start + width, right)
        assert best is not None  # a new shelf is always free
        _, shelf, start, end, right = best
        placed.append((shelf, start, end, float(line), right))
        low, high = min(low, shelf), max(high, shelf)
    lowest = min((one[0] for one in placed), default=0)
    return [Place(shelf - lowest, right) for shelf, _, _, _, right in placed]


def _name_lines(ax: Axes, frame: pd.DataFrame, names: tuple[str, str], apart: float) -> None:
    """Name the area and the nation at the ends of their lines."""
    ends = []
    for column, name, colour in (("rate", names[0], BLUE), ("national_rate", names[1], GREY)):
        known = frame[frame[column].notna()]
        if name and len(known):
            ends.append((float(known[column].iloc[-1]), float(known["year"].iloc[-1]), name, colour))
    ends.sort()
    unit = (ax.get_ylim()[1] - ax.get_ylim()[0]) / ax.get_window_extent().height
    heights = [one[0] for one in ends]
    if len(heights) == 2 and heights[1] - heights[0] < apart * unit:
        middle = sum(heights) / 2
        heights = [middle - apart * unit / 2, middle + apart * unit / 2]
    last = max(one[1] for one in ends)
    for height, (_, _, name, colour) in zip(heights, ends, strict=True):
        ax.annotate(
            name,
            (last, height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=colour,
        )
