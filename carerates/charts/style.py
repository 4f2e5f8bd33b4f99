"""How every chart looks: palette, marks that do not need colour, titles, source note.

The conventions are those of UK government statistics: a statement as headline where one is given, a
statistical title below it, direct labels instead of a legend, light gridlines, the unit above the
vertical axis, a source line, and at least 3:1 contrast for every mark that a reader needs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#0B0C0C"
BLUE = "#12436D"
TEAL = "#1F7F76"
ORANGE = "#C8500E"
GREY = "#6B7276"
PALE = "#BFC5C9"  # context only: gridlines, areas behind; never a mark that must be read
PAPER = "#FFFFFF"

# light to dark; each step differs in lightness, so the order survives grey print and colour blindness
SEQUENCE = ("#E3EEF6", "#B4D0E4", "#7FAACB", "#47799F", "#12436D")

RC: dict[str, object] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica", "Liberation Sans", "sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#E1E4E6",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "figure.dpi": 100,
    "svg.fonttype": "none",  # text stays text: it can be selected, searched and read aloud
    "svg.hashsalt": "carerates",  # the same chart is the same bytes
    "path.simplify": False,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a group of points is told apart without colour: by shape, and by being filled or hollow."""

    marker: str
    colour: str
    filled: bool
    size: float
    label: str


_SMALL_LINE = 0.155  # inches from one line of notes to the next
_AXIS_WORDS = 0.52  # inches for the horizontal axis' numbers and title

POSITION_MARKS: dict[str, Mark] = {
    "above 99.8%": Mark("^", BLUE, True, 52, "Above the upper 99.8% limit"),
    "above 95%": Mark("^", BLUE, False, 46, "Above the upper 95% limit"),
    "within": Mark("o", GREY, True, 22, "Within the limits"),
    "below 95%": Mark("v", ORANGE, False, 46, "Below the lower 95% limit"),
    "below 99.8%": Mark("v", ORANGE, True, 52, "Below the lower 99.8% limit"),
}

# nation -> marker and colour; the shape alone tells them apart
NATION_MARKS = {"Wales": ("D", ORANGE), "England": ("o", BLUE)}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw what stands inside in the house style, leaving the user's own settings as they were."""
    import matplotlib as mpl

    with mpl.rc_context(RC):  # type: ignore[arg-type]
        yield


def new_axes(ax: Axes | None, size: tuple[float, float] = (8.0, 5.6)) -> Axes:
    """Return ``ax``, or the axes of a new figure that no interactive window will show by itself."""
    if ax is not None:
        return ax
    from carerates.charts.canvas import new_figure

    return new_figure(size).add_subplot()


@dataclass(frozen=True, slots=True)
class Furniture:
    """The words around a chart.

    Attributes
    ----------
    headline : str
        What the chart shows, as a statement; empty where none was given.
    title : str
        Statistical title: measure, places, period.
    unit : str
        Unit of the vertical axis, written horizontally above it.
    source : str
        Source line below the chart.
    notes : tuple of str
        Lines between chart and source.
    """

    headline: str
    title: str
    unit: str
    source: str
    notes: tuple[str, ...] = ()


def dress(ax: Axes, words: Furniture, *, own_figure: bool, right: float = 0.985, below: float = 0.0) -> None:
    """Put the words around a chart.

    A figure of our own grows by the height of the words, so that the chart itself keeps its shape; on a
    user's axes only the titles and the unit are set.  ``below``: inches that words along the horizontal axis
    need beyond a line of numbers.
    """
    if not own_figure:
        lines = [line for line in (words.headline, words.title, words.unit) if line]
        ax.set_title("\n".join(lines), loc="left", fontsize=10)
        return
    figure = ax.figure
    wide, high = (float(one) for one in figure.get_size_inches())  # type: ignore[union-attr]
    columns = wide * 13.0  # characters of 10 points that fit on a line
    above: list[tuple[float, str, float, str, str]] = []
    top = 0.10
    for line, size, weight in ((words.headline, 13.0, "bold"), (words.title, 10.5, "normal")):
        for part in textwrap.wrap(line, int(columns * 10.0 / size)):
            above.append((top, part, size, weight, INK))
            top += size * 1.4 / 72
        top += 0.04
    above.append((top + 0.04, words.unit, 9.0, "normal", GREY))
    top += 0.34
    small = [
        part for line in (*words.notes, words.source) for part in textwrap.wrap(line, int(columns * 1.2))
    ]
    bottom = 0.06 + _SMALL_LINE * len(small)
    under = _AXIS_WORDS + below
    high = 0.70 * high + top + bottom + under
    figure.set_size_inches(wide, high)  # type: ignore[union-attr]
    for down, part, size, weight, colour in above:
        figure.text(0.012, 1 - down / high, part, fontsize=size, fontweight=weight, color=colour, va="top")
    for number, part in enumerate(small):
        up = bottom - _SMALL_LINE * number - 0.02
        figure.text(0.012, up / high, part, fontsize=8, color=GREY, va="top")
    figure.subplots_adjust(left=0.62 / wide, right=right, top=1 - top / high, bottom=(bottom + under) / high)


def save_svg(figure: Figure, path: str, *, title: str, description: str) -> None:
    """Write a figure as an SVG that says what it is; the same figure gives the same bytes."""
    import io
    from pathlib import Path

    with house_style():
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    Path(path).write_text(describe_svg(buffer.getvalue(), title, description), encoding="utf-8")


def describe_svg(svg: str, title: str, description: str) -> str:
    """Give an SVG a title, a description and a role, so that a screen reader can say what it shows."""
    from html import escape

    start = svg.index("<svg")
    end = svg.index(">", start)
    attributes = ' role="img" aria-labelledby="chart-title chart-description"'
    words = (
        f'\n <title id="chart-title">{escape(title)}</title>\n'
        f' <desc id="chart-description">{escape(description)}</desc>'
    )
    return svg[:end] + attributes + svg[end] + words + svg[end + 1 :]
