"""A drawn chart with its words, ready to be written as files and to stand in a page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carerates.charts.style import describe_svg, house_style
from carerates.reports.cells import clean_text
from carerates.reports.document import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart in both forms, with what it says for those who do not see it."""

    svg: str
    png: bytes
    title: str
    description: str

    def picture(self, name: str, *tables: str) -> Picture:
        """Return the block that shows the chart in a document, with links to its files."""
        return Picture(name, self.svg, self.title, self.description, (f"{name}.svg", f"{name}.png", *tables))


def draw(ax: Axes, title: str, description: str) -> Drawing:
    """Render a chart to SVG, and to PNG at twice the screen's resolution; always to the same bytes."""
    figure = ax.figure
    vector, bitmap = io.StringIO(), io.BytesIO()
    with house_style():
        figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})  # type: ignore[union-attr]
        words = {"Title": title, "Description": description, "Software": None}
        figure.savefig(bitmap, format="png", dpi=200, metadata=words)  # type: ignore[union-attr]
    return Drawing(
        describe_svg(clean_text(vector.getvalue()), title, description), bitmap.getvalue(), title, description
    )
