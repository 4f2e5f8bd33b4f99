"""Funnel plots: areas by size and rate, the limits around the target, and who lies outside."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.funnel_layers import (
    draw_lines,
    draw_points,
    draw_possible,
    draw_rings,
    name_areas,
    point_scale,
    ring_radius,
    set_scales,
)
from carerates.charts.funnel_view import MOST_LABELS, FunnelView, Labels, view_funnel
from carerates.charts.labels import spread_out
from carerates.charts.style import GREY, INK, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.funnels import Funnel


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
        unplaced = name_areas(ax, view, chosen, radii, fontsize=8, clear_of=_line_vertices(view.lines))
        _say_who_is_named(ax, view, label, len(unplaced))
    return ax


def _right(view: FunnelView, own: bool, size: tuple[float, float]) -> float:
    """Leave room on the right for the names of the lines, which are about an inch long."""
    if not own or view.lines.empty:
        return 0.985
    longest = max(len(words) for _, words in view.line_words())
    return 1.0 - (0.15 + 0.073 * longest) / size[0]


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
