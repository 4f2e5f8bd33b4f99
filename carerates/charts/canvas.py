"""The figure that charts are drawn on: it shows itself in a notebook, and knows its own words."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ChartFigure(Figure):
    """A figure that no interactive window shows by itself, and that a notebook shows as a picture.

    Attributes
    ----------
    alternative : str
        The chart in words, for those who do not see it; empty where its result has none.
    """

    alternative: str = ""

    def words(self) -> str:
        """Return the chart in words: its alternative, or else what is written on and around it."""
        if self.alternative:
            return " ".join(self.alternative.split())
        written = [text.get_text() for text in self.texts]
        for ax in self.axes:
            written += [ax.get_title(loc="left"), ax.get_title(), ax.get_xlabel(), ax.get_ylabel()]
        said = dict.fromkeys(" ".join(one.split()) for one in written if one.strip())
        return "Chart. " + " ".join(one if one.endswith((".", "?", "!")) else f"{one}." for one in said)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, bytes], dict[str, dict[str, str]]]:  # noqa: ANN401
        """Return the picture and its words as notebooks ask for them."""
        picture = BytesIO()
        self.savefig(picture, format="png", dpi=110)
        return {"image/png": picture.getvalue()}, {"image/png": {"alt": self.words()}}


def new_figure(size: tuple[float, float]) -> ChartFigure:
    """Return an empty figure of that size in inches, outside any window manager."""
    figure = ChartFigure(figsize=size)
    FigureCanvasAgg(figure)
    return figure


def new_panels(
    count: int, columns: int, *, size: tuple[float, float], width: float = 0.0, sharey: bool = True
) -> list[Axes]:
    """Return panels side by side on a new figure, ticks named below the lowest panel of each column.

    Parameters
    ----------
    count, columns : int
        Panels in all, and at the most in a row.
    size : (float, float)
        Inches that a panel takes across and down.
    width : float
        Inches that the figure is wide at the least, for the words around one or two panels.
    sharey : bool
        Whether the panels share the vertical scale as they share the horizontal.
    """
    if columns < 1:
        raise ValueError(f"columns={columns!r} must be 1 or more.")
    across = min(columns, count)
    down = -(-count // across)
    figure = new_figure((max(size[0] * across + 0.4, width), size[1] * down + 1.2))
    grid = figure.subplots(down, across, sharex=True, sharey=sharey, squeeze=False).ravel()
    for number, ax in enumerate(grid):
        ax.set_visible(number < count)
        ax.tick_params(labelbottom=number + across >= count)
    return list(grid[:count])


def space_panels(ax: Axes, *, across: float, down: float, above: float) -> Figure:
    """Leave room between panels, in shares of one, and inches above the first row; return their figure."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    top = figure.subplotpars.top - above / figure.get_figheight()
    figure.subplots_adjust(wspace=across, hspace=down, top=top)
    return figure


def set_log_ticks(ax: Axes) -> None:
    """Mark 1, 2 and 5 times each power of ten along a logarithmic scale, as whole numbers."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_minor_formatter(NullFormatter())
