"""Results to matplotlib axes; nothing is computed here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# name of a result's class -> (module, function) that draws it; modules load when first used
_DRAWN_BY = {
    "Funnel": ("carerates.charts.funnels", "draw_funnel"),
    "Adjustment": ("carerates.charts.adjusted", "draw_adjustment"),
    "Change": ("carerates.charts.changes", "draw_change"),
}

__all__ = ["plot"]


def plot(result: object, ax: Axes | None = None, **looks: Any) -> Axes:  # noqa: ANN401 - each chart has its own looks
    """Draw any result.

    Parameters
    ----------
    result : Funnel, Adjustment, Change, ...
        What a method of carerates gave.
    ax : Axes, optional
        Where to draw; a new figure of the house size when not given.
    **looks
        Options of that chart, such as ``headline=``; none of them alters a number.

    Returns
    -------
    Axes
        ``plot(result).figure.savefig("chart.png")`` writes it.

    Raises
    ------
    TypeError
        If there is no chart for that kind of result.

    Examples
    --------
    >>> import carerates as cr
    >>> funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
    >>> cr.plot(funnel, headline="Rates differ by more than chance").get_xlabel()
    'Children aged 0-17 (population)'
    """
    kind = type(result).__name__
    if kind not in _DRAWN_BY:
        raise TypeError(f"There is no chart for a {kind}; there are charts for: {', '.join(_DRAWN_BY)}.")
    module, function = _DRAWN_BY[kind]
    drawn: Axes = getattr(import_module(module), function)(result, ax, **looks)
    return drawn
