"""Charts of the kinds the reports print, in the house style: bars of areas, and areas over a factor."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from carerates.charts.labels import label_points
from carerates.charts.style import BLUE, GREY, INK, ORANGE, Furniture, dress, house_style, new_axes

SOURCE = "Source: bundled edition of carerates (StatsWales, Department for Education, ONS)."


def draw_bars(
    values: pd.Series,
    *,
    title: str,
    unit: str,
    average: float | None = None,
    named: tuple[str, ...] = (),
    named_are: str = "areas with a printed figure",
) -> Axes:
    """Draw one bar for each area, lowest first, with the printed areas picked out.

    Parameters
    ----------
    values : Series
        One value for each area name.
    title, unit : str
        Statistical title, and unit of the values.
    average : float, optional
        Drawn as a line.
    named : tuple of str
        Areas to draw in a second colour: those the report names.
    named_are : str
        What those have in common.
    """
    values = values.dropna().sort_values()
    with house_style():
        ax = new_axes(None, (8.0, 0.24 * len(values) + 1.0))
        colours = [ORANGE if name in named else BLUE for name in values.index]
        ax.barh(range(len(values)), values.to_numpy(), color=colours, height=0.72)
        ax.set_yticks(range(len(values)), values.index, fontsize=8)
        ax.grid(visible=False)
        ax.axvline(0, color=GREY, linewidth=0.8)
        for place, value in enumerate(values):
            ax.annotate(
                f"{value:,.0f}" if abs(value) >= 40 or value == int(value) else f"{value:+.0f}",
                (value, place),
                xytext=(3 if value >= 0 else -3, 0),
                textcoords="offset points",
                va="center",
                ha="left" if value >= 0 else "right",
                fontsize=7.5,
            )
        notes = (f"Orange: {named_are}.",) if named else ()
        if average is not None:
            ax.axvline(average, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
            notes += ("Dashed: rate of Wales.",)
        ax.margins(x=0.08, y=0.01)
        dress(ax, Furniture("", title, unit, SOURCE, notes), own_figure=True)
        ax.figure.subplots_adjust(left=0.22)
    return ax


def draw_scatter(
    across: pd.Series,
    up: pd.Series,
    *,
    title: str,
    across_label: str,
    unit: str,
    line: bool = False,
    label: int = 24,
    hollow: pd.Series | None = None,
    note: str = "",
) -> Axes:
    """Draw areas as points, as the reports do, named where there is room.

    Parameters
    ----------
    across, up : Series
        Values by area name.
    title, across_label, unit : str
        Statistical title, and what the axes hold.
    line : bool
        Draw the least-squares line of the points.
    label : int
        How many areas to name, furthest from the middle first.
    hollow : Series of bool, optional
        Areas to draw as hollow diamonds (a second nation).
    note : str
        A line below the chart.
    """
    table = pd.concat([across, up], axis=1, keys=["x", "y"]).dropna()
    x, y = table["x"].to_numpy(dtype=float), table["y"].to_numpy(dtype=float)
    second = (
        np.zeros(len(table), bool) if hollow is None else hollow.reindex(table.index).to_numpy(dtype=bool)
    )
    with house_style():
        ax = new_axes(None, (8.0, 5.6))
        ax.scatter(x[~second], y[~second], s=26, color=BLUE, linewidths=0, zorder=3)
        ax.scatter(
            x[second],
            y[second],
            s=22,
            marker="D",
            facecolors="none",
            edgecolors=GREY,
            linewidths=0.9,
            zorder=2,
        )
        if line:
            slope, level = np.polyfit(x, y, 1)
            ends = np.array([x.min(), x.max()])
            ax.plot(ends, level + slope * ends, color=ORANGE, linewidth=1.4, zorder=1.5)
        ax.margins(0.08)
        ax.set_xlabel(across_label, fontsize=9)
        dress(ax, Furniture("", title, unit, SOURCE, tuple(filter(None, (note,)))), own_figure=True)
        away = np.hypot((x - x.mean()) / x.std(), (y - y.mean()) / y.std())
        chosen = [int(one) for one in np.argsort(-away, kind="stable")[:label]]
        label_points(ax, x, y, [str(one) for one in table.index], label=chosen, fontsize=8)
    return ax
