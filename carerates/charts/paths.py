"""One area followed through the years: its path in the funnel, and its course against the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.funnel_layers import draw_lines, draw_points, set_scales
from carerates.charts.funnel_view import FunnelView, view_funnel
from carerates.charts.labels import label_points
from carerates.charts.phrases import names_in
from carerates.charts.style import BLUE, GREY, INK, PALE, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.funnels import Funnel


def draw_path(
    funnel: Funnel,
    area: str,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    log_size: bool = False,
    per: float | None = None,
    lang: str = "en",
) -> Axes:
    """Draw how one area moved through the funnel from group to group, such as year to year.

    Parameters
    ----------
    funnel : Funnel
        With ``by="year"``.
    area : str
        Name or code.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline, title : str
        What the chart shows, as a statement; measure, place and period.
    log_size, per, lang
        As for :func:`carerates.charts.draw_funnel`.

    Returns
    -------
    Axes
        The area's path over the target and limits of the last year, other areas of that year in pale grey;
        each mark shows the position in the funnel of its own year.

    Examples
    --------
    >>> import carerates as cr
    >>> funnels = cr.funnel(cr.load_rates("wales", years=[2017, 2018]), by="year")
    >>> cr.charts.draw_path(funnels, "Torfaen").figure.savefig("path.png")
    """
    rows, last = _rows(funnel, area, per, lang)
    name, by = rows["area_name"].iloc[-1], str(funnel.settings.by)
    known = rows[rows["rate"].notna()].reset_index(drop=True)
    with house_style():
        own = ax is None
        ax = new_axes(ax)
        set_scales(ax, pd.concat([rows, last.frame], ignore_index=True), last.lines, log_size)
        draw_lines(ax, last)
        others = last.shown[last.shown["area_code"] != rows["area_code"].iloc[0]]
        ax.scatter(others["size"], others["rate"], s=10, color=PALE, linewidths=0, zorder=1.8)
        ax.plot(known["size"], known["rate"], color=INK, linewidth=1.0, zorder=2.4).pop().set_label("path")
        radii = draw_points(ax, last, known, 0.8)
        ax.set_xlabel(last.size_words, fontsize=9)
        notes = (
            last.phrases["path"].format(name=name),
            last.phrases["path_lines"].format(year=last.funnel.groups[0]),
        )
        words = view_funnel(funnel, per=per, lang=lang)
        dress(ax, words.furniture(headline, title or f"{name}: {words.title_of_one}", *notes), own_figure=own)
        label_points(
            ax,
            known["size"].to_numpy(dtype=float),
            known["rate"].to_numpy(dtype=float),
            [str(one) for one in known[by]],
            radii=radii,
            fontsize=8,
            clear_of=known[["size", "rate"]].to_numpy(dtype=float),
        )
    return ax


def draw_course(
    funnel: Funnel,
    area: str,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    per: float | None = None,
    lang: str = "en",
) -> Axes:
    """Draw one area's values over the years against each year's target and limits for its size.

    Parameters
    ----------
    funnel : Funnel
        With ``by="year"``.
    area : str
        Name or code.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline, title : str
        What the chart shows, as a statement; measure, place and period.
    per, lang
        As for :func:`carerates.charts.draw_funnel`.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import carerates as cr
    >>> funnels = cr.funnel(cr.load_rates("wales", years=[2017, 2018]), by="year")
    >>> cr.charts.draw_course(funnels, "Torfaen").figure.savefig("course.png")
    """
    rows, last = _rows(funnel, area, per, lang)
    name, by = rows["area_name"].iloc[-1], str(funnel.settings.by)
    at = np.arange(len(rows), dtype=float)
    rows = rows.assign(size=at)
    with house_style():
        own = ax is None
        ax = new_axes(ax)
        shades = np.linspace(0.55, 0.28, len(last.level_names))
        for number, level in reversed(list(enumerate(last.level_names))):
            ax.fill_between(
                at,
                rows[f"lower_{level}"].to_numpy(dtype=float),
                rows[f"upper_{level}"].to_numpy(dtype=float),
                color=PALE,
                alpha=float(shades[number]),
                linewidth=0,
                zorder=1.5,
            )
        ax.plot(at, rows["target"], color=GREY, linewidth=1.2, zorder=2)
        ax.plot(at, rows["rate"], color=INK, linewidth=1.0, zorder=2.4).pop().set_label("course")
        hidden = rows[rows["rate"].isna() & rows["rate_high"].notna()]
        ax.vlines(hidden["size"], hidden["rate_low"], hidden["rate_high"], color=BLUE, linewidth=3, zorder=3)
        draw_points(ax, last, rows[rows["rate"].notna()].reset_index(drop=True), 1.0)
        ax.set_xticks(at, [str(one) for one in rows[by]], fontsize=9)
        highest = rows[["rate", "rate_high", *(f"upper_{one}" for one in last.level_names)]].max().max()
        ax.set(ylim=(0.0, 1.08 * float(highest)), xlim=(-0.4, len(rows) - 0.6))
        ax.set_xlabel(last.phrases["year"] if by == "year" else by, fontsize=9)
        words = view_funnel(funnel, per=per, lang=lang)
        dress(
            ax,
            words.furniture(headline, title or f"{name}: {words.title_of_one}", last.phrases["course"]),
            own_figure=own,
        )
    return ax


def _rows(funnel: Funnel, area: str, per: float | None, lang: str) -> tuple[pd.DataFrame, FunnelView]:
    """Return one area's rows, one for each group, and the view of the last group."""
    if funnel.settings.by is None or len(funnel.groups) < 2:
        raise ValueError("An area is followed through several funnels; make them with by='year'.")
    codes = set(funnel.path(area)["area_code"])
    view = view_funnel(funnel, per=per, lang=lang)
    rows = view.frame[view.frame["area_code"].isin(codes)].reset_index(drop=True)
    rows["area_name"] = names_in(rows["area_code"].tolist(), rows["area_name"].tolist(), lang)
    return rows, view_funnel(funnel.select(rows[funnel.settings.by].iloc[-1]), per=per, lang=lang)
