"""Funnel plots: areas by size and rate, the limits around the target, and who lies outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from carerates.charts.labels import label_points
from carerates.charts.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAPER,
    POSITION_MARKS,
    Furniture,
    Mark,
    dress,
    house_style,
    new_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.funnels import Funnel

Labels = Literal["outside", "all", "none"] | Sequence[str]
_MOST_LABELS = 30
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
) -> Axes:
    """Draw one funnel.

    Parameters
    ----------
    funnel : Funnel
        A funnel of one group; pick one with ``funnel.select(group)``.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline : str
        What the chart shows, as a statement.
    title : str
        Measure, places and period; the funnel's own measure when not given.
    label : {"outside", "all", "none"} or sequence of str
        Which areas to name: those outside the limits, furthest first and thirty at most; all; none; or
        a choice by name or code.
    highlight : sequence of str
        Names or codes of areas to ring and to name whatever ``label`` says.
    log_size : bool
        Draw the horizontal axis on a log scale.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For a funnel of several groups, or an area that is not in it.
    """
    if len(funnel.groups) != 1:
        raise ValueError(
            f"This funnel has {len(funnel.groups)} groups: {', '.join(map(str, funnel.groups))}. "
            "Draw one with funnel.select(group), or all with carerates.charts.draw_funnels."
        )
    frame, lines = _sized(funnel), funnel.limits_frame()
    shown = frame[frame["rate"].notna()].reset_index(drop=True)
    with house_style():
        own = ax is None
        ax = new_axes(ax)
        _set_scales(ax, frame, lines, log_size)
        _draw_lines(ax, lines, funnel)
        _draw_possible(ax, frame)
        _draw_points(ax, shown)
        ax.set_xlabel(_size_words(funnel), fontsize=9)
        dress(ax, _words(funnel, headline, title, frame), own_figure=own, right=0.84)
        _label_lines(ax, lines, funnel)
        rings = _rows_of(shown, highlight)
        ax.scatter(
            shown.loc[rings, "size"],
            shown.loc[rings, "rate"],
            s=150,
            facecolors="none",
            edgecolors=INK,
            linewidths=1.4,
            zorder=3.5,
        )
        chosen = list(dict.fromkeys([*rings, *_rows_to_name(shown, label)]))
        label_points(
            ax,
            shown["size"].to_numpy(dtype=float),
            shown["rate"].to_numpy(dtype=float),
            shown["area_name"].tolist(),
            label=chosen,
            fontsize=8,
            clear_of=_line_vertices(lines),
        )
    return ax


def draw_funnels(funnel: Funnel, *, columns: int = 3, headline: str = "", title: str = "") -> Sequence[Axes]:
    """Draw the funnels of a ``by=`` as small multiples with common scales.

    Parameters
    ----------
    funnel : Funnel
        With any number of groups.
    columns : int
        Panels side by side.
    headline, title : str
        What the panels show together, as a statement; measure, places and period.

    Returns
    -------
    list of Axes
        One for each group, in the funnel's order.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    frame, lines = _sized(funnel), funnel.limits_frame()
    count = len(funnel.groups)
    across = min(columns, count)
    down = -(-count // across)
    with house_style():
        figure = Figure(figsize=(2.9 * across + 0.4, 2.4 * down + 1.6))
        FigureCanvasAgg(figure)
        grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
        for ax, group in zip(grid, funnel.groups, strict=False):
            one = funnel.select(group)
            own_frame = _sized(one)
            _draw_lines(ax, one.limits_frame(), one)
            _draw_possible(ax, own_frame)
            _draw_points(ax, own_frame[own_frame["rate"].notna()], scale=0.5)
            ax.set_title(str(group), loc="left", fontsize=9.5, fontweight="bold")
        for ax in grid[count:]:
            ax.set_visible(False)
        _set_scales(grid[0], frame, lines, log_size=False)
        words = _words(funnel, headline, title, frame)
        dress(grid[0], words, own_figure=True)
        figure.supxlabel(
            _size_words(funnel), fontsize=9, y=figure.subplotpars.bottom - 0.42 / figure.get_figheight()
        )
        figure.subplots_adjust(
            wspace=0.12, hspace=0.32, top=figure.subplotpars.top - 0.22 / figure.get_figheight()
        )
    return list(grid[:count])


def _sized(funnel: Funnel) -> pd.DataFrame:
    """Return the areas with ``size``, the column that the horizontal axis shows."""
    frame = funnel.to_frame()
    return frame.assign(size=frame["expected" if funnel.settings.kind == "ratio" else "denominator"])


def _set_scales(ax: Axes, frame: pd.DataFrame, lines: pd.DataFrame, log_size: bool) -> None:
    """Fix both scales so that every area is inside and the limits of the smallest do not dwarf the rest."""
    size = frame["size"].to_numpy(dtype=float)
    rates = frame[["rate", "rate_high"]].to_numpy(dtype=float)
    top = 1.1 * np.nanmax(rates)
    uppers = [name for name in lines if str(name).startswith("upper_")]
    if uppers:
        at_typical = lines.loc[lines["denominator"] >= np.nanquantile(size, 0.1), uppers].to_numpy(
            dtype=float
        )
        top = max(top, min(1.05 * np.nanmax(at_typical, initial=0.0), 1.6 * top))
    low = 0.7 * np.nanmin(size) if log_size else 0.0
    ax.set(xlim=(low, 1.04 * np.nanmax(size)), ylim=(0.0, top))
    if log_size:
        ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _draw_lines(ax: Axes, lines: pd.DataFrame, funnel: Funnel) -> None:
    """Draw the target and the limits."""
    if lines.empty:
        return
    ax.plot(lines["denominator"], lines["target"], color=INK, linewidth=1.2, zorder=2)
    for number, name in enumerate(_level_names(funnel)):
        for side in ("lower", "upper"):
            ax.plot(
                lines["denominator"],
                lines[f"{side}_{name}"],
                color=GREY,
                linewidth=1.1,
                linestyle=_LINE_STYLES[min(number, len(_LINE_STYLES) - 1)],
                zorder=2,
            )


def _draw_possible(ax: Axes, frame: pd.DataFrame) -> None:
    """Draw a bar of possible rates where a count is suppressed."""
    hidden = frame[frame["rate"].isna() & frame["rate_low"].notna() & frame["rate_high"].notna()]
    ax.vlines(hidden["size"], hidden["rate_low"], hidden["rate_high"], color=BLUE, linewidth=3, zorder=3)


def _draw_points(ax: Axes, shown: pd.DataFrame, scale: float = 1.0) -> None:
    """Draw every area with the mark of its position."""
    for position, rows in shown.groupby("position", sort=False):
        mark = _mark(str(position))
        ax.scatter(
            rows["size"],
            rows["rate"],
            s=scale * mark.size,
            marker=mark.marker,
            facecolors=mark.colour if mark.filled else PAPER,
            edgecolors=mark.colour,
            linewidths=1.2,
            zorder=3 if position != "within" else 2.6,
        )


def _mark(position: str) -> Mark:
    """Return the mark of a position; levels other than 95% and 99.8% are filled beyond the widest."""
    if position in POSITION_MARKS:
        return POSITION_MARKS[position]
    if position.startswith("above"):
        return Mark("^", BLUE, True, 46, position)
    if position.startswith("below"):
        return Mark("v", ORANGE, True, 46, position)
    return POSITION_MARKS["within"]


def _level_names(funnel: Funnel) -> list[str]:
    """Return the levels as they stand in column names, narrowest first."""
    return [f"{100 * one:.10g}".replace(".", "_") for one in funnel.settings.probabilities]


def _label_lines(ax: Axes, lines: pd.DataFrame, funnel: Funnel) -> None:
    """Write beside the right-hand end of each line what it is, spread so that no two words meet."""
    if lines.empty:
        return
    right = ax.get_xlim()[1]
    ends: list[tuple[float, str]] = []
    named = [("target", _target_words(funnel))]
    for probability, name in zip(funnel.settings.probabilities, _level_names(funnel), strict=True):
        named += [
            (f"{side}_{name}", f"{side.capitalize()} {100 * probability:.10g}%")
            for side in ("lower", "upper")
        ]
    for column, words in named:
        ends.append((float(np.interp(right, lines["denominator"], lines[column])), words))
    ends.sort()
    low, high = ax.get_ylim()
    gap = 11.0 * (high - low) / ax.get_window_extent().height  # pixels of one line of words
    heights = [value for value, _ in ends]
    for number in range(1, len(heights)):
        heights[number] = max(heights[number], heights[number - 1] + gap)
    shift = (sum(heights) - sum(value for value, _ in ends)) / len(ends)
    for height, (_, words) in zip(heights, ends, strict=True):
        ax.annotate(
            words,
            (right, height - shift),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=7.5,
            va="center",
            color=INK,
        )


def _target_words(funnel: Funnel) -> str:
    """Name the centre line with its value."""
    target = funnel.target
    if target is None:
        return "Target"
    return f"Target {target:,.3g}" if target < 10 else f"Target {target:,.1f}"


def _line_vertices(lines: pd.DataFrame) -> np.ndarray:
    """Return vertices of all lines, for names to keep clear of."""
    columns = [name for name in lines if str(name).startswith(("lower_", "upper_", "target"))]
    return np.concatenate(
        [lines[["denominator", name]].to_numpy(dtype=float)[::3] for name in columns] or [np.empty((0, 2))]
    )


def _rows_of(shown: pd.DataFrame, wanted: Sequence[str]) -> list[int]:
    """Return the rows of areas given by name or code, or raise and name the unknown."""
    rows = []
    names = shown["area_name"].str.casefold()
    for one in wanted:
        found = shown.index[(shown["area_code"] == one) | (names == str(one).casefold())]
        if not len(found):
            raise ValueError(f"There is no area {one!r} with a rate in this funnel.")
        rows.append(int(found[0]))
    return rows


def _rows_to_name(shown: pd.DataFrame, label: Labels) -> list[int]:
    """Return the rows to name, most important first."""
    if isinstance(label, str):
        if label not in ("outside", "all", "none"):
            raise ValueError(f"label={label!r} is not 'outside', 'all', 'none' or a list of areas.")
        by_distance = [int(row) for row in np.argsort(-np.abs(shown["z_adjusted"].to_numpy()), kind="stable")]
        if label == "none":
            return []
        if label == "all":
            return by_distance
        return [row for row in by_distance if shown.loc[row, "position"] != "within"][:_MOST_LABELS]
    return _rows_of(shown, label)


def _size_words(funnel: Funnel) -> str:
    """Name the horizontal axis."""
    return {
        "rate": "Children aged 0-17 (population)",
        "proportion": "Denominator",
        "ratio": "Expected count",
    }[funnel.settings.kind]


def _words(funnel: Funnel, headline: str, title: str, frame: pd.DataFrame) -> Furniture:
    """Put the words around a funnel together."""
    settings = funnel.settings
    unit = {
        "rate": f"Rate per {settings.per:,.0f}",
        "proportion": f"Per {settings.per:,.0f}",
        "ratio": "Observed over expected",
    }[settings.kind]
    marks = "; ".join(
        f"{_SHAPES[position]}: {mark.label.lower()}"
        for position, mark in POSITION_MARKS.items()
        if position in set(frame["position"])
    )
    notes = [
        f"Limits: {_METHODS.get(settings.limits, settings.limits)}; over-dispersion allowed for: "
        f"{settings.dispersion.replace('_', ' ')}."
    ]
    if marks:
        notes.append(f"Marks: {marks}.")
    if (frame["rate"].isna() & frame["rate_high"].notna()).any():
        notes.append("Bars: rates that a suppressed count may stand for.")
    return Furniture(headline, title or funnel.measure, unit, funnel.provenance.caption(), tuple(notes))


_SHAPES = {
    "above 99.8%": "filled triangle up",
    "above 95%": "hollow triangle up",
    "within": "grey circle",
    "below 95%": "hollow triangle down",
    "below 99.8%": "filled triangle down",
}
_METHODS = {
    "exact": "exact Poisson or binomial",
    "mid_p": "exact, mid-p",
    "interpolated": "interpolated (Spiegelhalter 2005)",
    "byar": "Byar",
    "gamma": "gamma",
    "wilson": "Wilson",
    "normal": "normal approximation",
    "ci_expected": "interval of the expected count (replication only)",
}
