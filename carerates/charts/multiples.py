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
    from carerates.charts.canvas import new_panels, space_panels

    whole = view_funnel(funnel, per=per, lang=lang)
    whole.rows_of(highlight)  # an unknown name is an error even where no panel would show it
    with house_style():
        panels = new_panels(len(funnel.groups), columns, size=(2.9, 2.6))
        views = [view_funnel(funnel.select(group), per=per, lang=lang) for group in funnel.groups]
        set_scales(panels[0], whole.frame, whole.lines, log_size)
        for ax, view, group in zip(panels, views, funnel.groups, strict=True):
            draw_lines(ax, view)
            draw_possible(ax, view.frame)
            draw_points(ax, view, view.shown, 0.6 * point_scale(len(view.frame)))
            ax.set_title(str(group), loc="left", fontsize=9.5, fontweight="bold")
            ax.tick_params(labelsize=8)
            ax.locator_params(axis="y", nbins=6)
            if not log_size:
                ax.locator_params(axis="x", nbins=4)
        dress(panels[0], whole.furniture(headline, title), own_figure=True)
        figure = space_panels(panels[0], across=0.12, down=0.3, above=0.22)
        for ax, view in zip(panels, views, strict=True):
            _name_rings(ax, view, highlight)
        figure.supxlabel(
            whole.size_words, fontsize=9, y=figure.subplotpars.bottom - 0.42 / figure.get_figheight()
        )
    return panels


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
