"""Funnel plots: areas by size and rate, the limits around the target, and who lies outside."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.canvas import set_log_ticks
from carerates.charts.funnel_view import MOST_LABELS, FunnelView, Labels, view_funnel
from carerates.charts.labels import label_points
from carerates.charts.style import BLUE, GREY, INK, PAPER, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.funnels import Funnel

_LINE_STYLES = ("--", "-", ":", "-.")  # from the narrowest limits outwards, so that levels differ in print


def draw_funnel(
    funnel: Funnel,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    label: Labels = "outside",
    highlight: Sequence[str] = (),
    log_size: bool = False,
    per: float | None = None,
    lang: str = "en",
    size: tuple[float, float] = (8.0, 5.6),
    group: Hashable = None,
) -> Axes:
    """Draw one funnel.

    Parameters
    ----------
    funnel : Funnel
        A funnel of one group, or of several with ``group=``.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline : str
        What the chart shows, as a statement.
    title : str
        Measure, places and period; the funnel's own when not given.
    label : {"outside", "all", "none"} or sequence of str
        Which areas to name: those outside the limits, furthest first and thirty at most; all; none; or
        a choice by name or code.
    highlight : sequence of str
        Names or codes of areas to ring and to name whatever ``label`` says.
    log_size : bool
        Draw the horizontal axis on a log scale.
    per : float, optional
        Show values per this many, such as 10,000, 1,000 or 100; as the funnel has them when not given.
    lang : {"en", "cy"}
        Language of every word; names of places too, where the register has them.
    size : (float, float)
        Width and height in inches of a new figure, before the words are added.
    group : optional
        Which group to draw of a funnel with ``by=``.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For a funnel of several groups without ``group=``, or an area that is not in it.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> cr.charts.draw_funnel(funnel, headline="One area lies above the limits").figure.savefig("funnel.png")
    """
    if group is not None:
        funnel = funnel.select(group)
    if len(funnel.groups) != 1:
        raise ValueError(
            f"This funnel has {len(funnel.groups)} groups: {', '.join(map(str, funnel.groups))}. "
            "Draw one with group=..., or all with carerates.charts.draw_funnels."
        )
    view = view_funnel(funnel, per=per, lang=lang)
    rings = view.rows_of(highlight)
    chosen = list(dict.fromkeys([*rings, *view.rows_to_name(label)]))
    with house_style():
        own = ax is None
        ax = new_axes(ax, size)
        set_scales(ax, view.frame, view.lines, log_size)
        scale = point_scale(len(view.frame))
        draw_lines(ax, view)
        draw_possible(ax, view.frame)
        radii = draw_points(ax, view, view.shown, scale)
        ax.set_xlabel(view.size_words, fontsize=9)
        radii[rings] = ring_radius(ax, scale)
        ringed = (
            view.phrases["rings"].format(names=", ".join(view.shown.loc[rings, "area_name"])) if rings else ""
        )
        dress(ax, view.furniture(headline, title, ringed), own_figure=own, right=_right(view, own, size))
        _label_lines(ax, view)
        draw_rings(ax, view.shown.loc[rings], scale)
        unplaced = label_points(
            ax,
            view.shown["size"].to_numpy(dtype=float),
            view.shown["rate"].to_numpy(dtype=float),
            view.shown["area_name"].tolist(),
            radii=radii,
            label=chosen,
            fontsize=8,
            clear_of=_line_vertices(view.lines),
        )
        _say_who_is_named(ax, view, label, len(unplaced))
    return ax


def _right(view: FunnelView, own: bool, size: tuple[float, float]) -> float:
    """Leave room on the right for the names of the lines, which are about an inch long."""
    if not own or view.lines.empty:
        return 0.985
    longest = max(len(words) for _, words in view.line_words())
    return 1.0 - (0.15 + 0.073 * longest) / size[0]


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


def _label_lines(ax: Axes, view: FunnelView) -> None:
    """Write beside the right-hand end of each line what it is, spread so that no two words meet."""
    lines = view.lines
    if lines.empty:
        return
    right = ax.get_xlim()[1]
    ends = sorted(
        (float(np.interp(right, lines["denominator"], lines[column])), words)
        for column, words in view.line_words()
    )
    low, high = ax.get_ylim()
    gap = 0.165 * ax.figure.dpi * (high - low) / ax.get_window_extent().height  # a line of words
    heights = spread_out([value for value, _ in ends], gap, low, high)
    for height, (_, words) in zip(heights, ends, strict=True):
        ax.annotate(
            words,
            (right, height),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=7.5,
            va="center",
            color=INK,
        ).set_label("line-name")


def spread_out(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move ascending places apart by at least ``gap``, as little as possible, inside ``low`` to ``high``."""
    groups: list[list[float]] = []  # each: places in it, moved together about their mean
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _first(groups[-1], gap) < _last(groups[-2], gap) + gap:
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = [_first(one, gap) + gap * number for one in groups for number in range(len(one))]
    for number in range(len(moved)):
        moved[number] = max(moved[number], low + gap * number)
    for number in range(len(moved)):
        at = len(moved) - 1 - number
        moved[at] = min(moved[at], high - gap * number)
    return moved


def _first(group: Sequence[float], gap: float) -> float:
    """Return where a group of names begins when spread about its mean."""
    return sum(group) / len(group) - gap * (len(group) - 1) / 2


def _last(group: Sequence[float], gap: float) -> float:
    """Return where a group of names ends."""
    return _first(group, gap) + gap * (len(group) - 1)


def _line_vertices(lines: pd.DataFrame) -> np.ndarray:
    """Return vertices of all lines, for names to keep clear of."""
    columns = [name for name in lines if str(name).startswith(("lower_", "upper_", "target"))]
    return np.concatenate(
        [lines[["denominator", name]].to_numpy(dtype=float)[::3] for name in columns] or [np.empty((0, 2))]
    )


def _say_who_is_named(ax: Axes, view: FunnelView, label: Labels, unplaced: int) -> None:
    """Say above the chart, on the right, where not every area that might be named is."""
    said = []
    outside = int((~view.shown["position"].isin(["within"])).sum())
    if label == "outside" and outside > MOST_LABELS:
        said.append(view.phrases["some"].format(named=MOST_LABELS - unplaced, of=outside))
    elif unplaced:
        said.append(view.phrases["unplaced"].format(count=unplaced))
    if said:
        ax.annotate(
            " ".join(said),
            (1.0, 1.0),
            xycoords="axes fraction",
            xytext=(0, 5),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=7.5,
            color=GREY,
        ).set_label("named-note")
