"""Funnels of several years, regions or indicators side by side, with common scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

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
from carerates.charts.funnel_view import FunnelView, view_funnel
from carerates.charts.style import dress, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.funnels import Funnel


def draw_funnels(
    funnel: Funnel,
    *,
    columns: int = 3,
    headline: str = "",
    title: str = "",
    highlight: Sequence[str] = (),
    log_size: bool = False,
    per: float | None = None,
    lang: str = "en",
) -> Sequence[Axes]:
    """Draw the funnels of a ``by=`` as small multiples with common scales.

    Parameters
    ----------
    funnel : Funnel
        With any number of groups.
    columns : int
        Panels side by side.
    headline, title : str
        What the panels show together, as a statement; measure, places and period.
    highlight : sequence of str
        Names or codes of areas to ring and to name in each panel that holds them.
    log_size, per, lang
        As for :func:`carerates.charts.draw_funnel`.

    Returns
    -------
    list of Axes
        One for each group, in the funnel's order.

    Examples
    --------
    >>> import carerates as cr
    >>> funnels = cr.funnel(cr.load_rates("wales", years=[2017, 2018]), by="year")
    >>> len(cr.charts.draw_funnels(funnels, columns=2))
    2
    """
    from carerates.charts.canvas import new_figure

    if columns < 1:
        raise ValueError(f"columns={columns!r} must be 1 or more.")
    whole = view_funnel(funnel, per=per, lang=lang)
    whole.rows_of(highlight)  # an unknown name is an error even where no panel would show it
    count = len(funnel.groups)
    across = min(columns, count)
    down = -(-count // across)
    with house_style():
        figure = new_figure((2.9 * across + 0.4, 2.6 * down + 1.2))
        grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
        views = [view_funnel(funnel.select(group), per=per, lang=lang) for group in funnel.groups]
        for ax in grid[count:]:
            ax.set_visible(False)
        set_scales(grid[0], whole.frame, whole.lines, log_size)
        for number, (ax, view, group) in enumerate(zip(grid, views, funnel.groups, strict=False)):
            draw_lines(ax, view)
            draw_possible(ax, view.frame)
            draw_points(ax, view, view.shown, 0.6 * point_scale(len(view.frame)))
            ax.set_title(str(group), loc="left", fontsize=9.5, fontweight="bold")
            ax.tick_params(labelsize=8, labelbottom=number + across >= count)
            ax.locator_params(axis="y", nbins=6)
            if not log_size:
                ax.locator_params(axis="x", nbins=4)
        dress(grid[0], whole.furniture(headline, title), own_figure=True)
        _make_room(grid[0])
        for ax, view in zip(grid, views, strict=False):
            _name_rings(ax, view, highlight)
        figure.supxlabel(
            whole.size_words, fontsize=9, y=figure.subplotpars.bottom - 0.42 / figure.get_figheight()
        )
    return list(grid[:count])


def _make_room(ax: Axes) -> None:
    """Leave room between the panels for their names, and above the first row."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    high = float(figure.get_figheight())
    figure.subplots_adjust(wspace=0.12, hspace=0.3, top=figure.subplotpars.top - 0.22 / high)


def _name_rings(ax: Axes, view: FunnelView, highlight: Sequence[str]) -> None:
    """Ring and name the chosen areas that a panel holds."""
    here = []
    for one in highlight:
        try:
            here += view.rows_of([one])
        except ValueError:
            continue
    draw_rings(ax, view.shown.loc[here], 0.2)
    radii = np.full(len(view.shown), 4.0)
    radii[here] = ring_radius(ax, 0.2)
    name_areas(ax, view, here, radii, fontsize=7.5)
