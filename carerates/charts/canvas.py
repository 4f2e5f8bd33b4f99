"""The figure that charts are drawn on: it shows itself in a notebook, and knows its own words."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class ChartFigure(Figure):
    """A figure that no interactive window shows by itself, and that a notebook shows as a picture.

    Attributes
    ----------
    alternative : str
        The chart in words, for those who do not see it; empty where its result has none.
    """

    alternative: str = ""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, bytes], dict[str, dict[str, str]]]:  # noqa: ANN401
        """Return the picture and its words as notebooks ask for them."""
        picture = BytesIO()
        self.savefig(picture, format="png", dpi=110)
        return {"image/png": picture.getvalue()}, {"image/png": {"alt": self.alternative}}


def new_figure(size: tuple[float, float]) -> ChartFigure:
    """Return an empty figure of that size in inches, outside any window manager."""
    figure = ChartFigure(figsize=size)
    FigureCanvasAgg(figure)
    return figure
