"""Charts with one row for each area: names on the left, values along the horizontal axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carerates.charts.phrases import names_in
from carerates.charts.style import BLUE, GREY, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.charts.page import Page

MOST = 40  # areas that fit on one page; of more, the two ends are drawn

ROWS: dict[str, dict[str, str]] = {
    "en": {
        "ends": "The {half} lowest and {half} highest of {all} areas; the file holds all.",
        "chosen": "{shown} of {all} areas.",
        "missing": "{count} of {all} areas have no figure.",
    },
    "cy": {
        "ends": "Y {half} isaf a'r {half} uchaf o {all} ardal; mae'r ffeil yn cynnwys pob un.",
        "chosen": "{shown} o {all} ardal.",
        "missing": "Nid oes ffigur ar gyfer {count} o {all} ardal.",
    },
}


def pick_rows(
    frame: pd.DataFrame, column: str, chosen: Sequence[str] | None, lang: str, *, missing: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows to draw, lowest first, names in the language, and what to say of those left out.

    Parameters
    ----------
    frame : DataFrame
        ``area_code``, ``area_name`` and the column.
    column : str
        What orders the rows; an area without a value has no row.
    chosen : sequence of str or None
        Names or codes; all areas up to forty, else the two ends, when not given.
    lang : str
        ``en`` or ``cy``.
    missing : str, optional
        What to say of areas without a value, with gaps ``{count}`` and ``{all}``.
    """
    words = ROWS[lang]
    known = frame[frame[column].notna()].sort_values(column, kind="stable")
    notes = []
    rows = known
    if chosen is not None:
        rows = known[chosen_rows(known, chosen)]
        if len(rows) < len(known):
            notes.append(words["chosen"].format(shown=len(rows), all=len(known)))
    elif len(known) > MOST:
        rows = pd.concat([known.head(MOST // 2), known.tail(MOST // 2)])
        notes.append(words["ends"].format(half=MOST // 2, all=len(known)))
    if count := len(frame) - len(known):
        notes.append((missing or words["missing"]).format(count=count, all=len(frame)))
    names = names_in(rows["area_code"].tolist(), rows["area_name"].tolist(), lang)
    return rows.assign(area_name=names).reset_index(drop=True), notes


def chosen_rows(frame: pd.DataFrame, chosen: Sequence[str]) -> pd.Series:
    """Say which rows are of the chosen areas, or raise and name every unknown one."""
    names = frame["area_name"].str.casefold()
    wanted = {str(one).casefold() for one in chosen}
    codes = frame["area_code"].str.casefold()
    unknown = wanted - set(names) - set(codes)
    if unknown:
        given = [repr(one) for one in chosen if str(one).casefold() in unknown]
        there = ", ".join(frame["area_name"].drop_duplicates().head(5))
        raise ValueError(f"No area is called {', '.join(given)}; there are, for example, {there}.")
    picked: pd.Series = names.isin(wanted) | codes.isin(wanted)
    return picked


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Axes with one place for each name.

    Attributes
    ----------
    ax : Axes
    place : array of float, shape (rows,)
        Height of each row, the first at the bottom.
    """

    ax: Axes
    place: NDArray[np.float64]

    def moved(self, up: float) -> Rows:
        """Return the same rows a part of a row higher, for two marks in one row."""
        return Rows(self.ax, self.place + up)

    def bars(self, low: ArrayLike, high: ArrayLike, *, width: float = 1.8) -> None:
        """Draw what lies between two values in each row: an interval, or one figure to another."""
        self.ax.hlines(self.place, low, high, color=GREY, linewidth=width, zorder=2)

    def dots(
        self,
        values: ArrayLike,
        label: str,
        *,
        marker: str = "o",
        colour: str = BLUE,
        hollow: bool = False,
        size: float = 30,
        above: float = 3,
        rows: ArrayLike | None = None,
    ) -> None:
        """Draw a mark at a value of each row, or of the rows given."""
        cross = marker == "x"  # which has no inside to fill, so that its one colour is the face's
        which = np.arange(len(self.place)) if rows is None else np.asarray(rows)
        self.ax.scatter(
            np.asarray(values, dtype=float)[which],
            self.place[which],
            s=size,
            marker=marker,
            facecolors=PAPER if hollow else colour,
            edgecolors=None if cross else colour,
            linewidths=1.3 if hollow or cross else None,
            zorder=above,
            label=label,
        )

    def write(
        self,
        values: ArrayLike,
        texts: Iterable[str],
        *,
        away: float = 8,
        size: float = 7.5,
        colour: str = GREY,
    ) -> None:
        """Write a short text to the right of a value of each row; nothing where the text is empty."""
        for at, value, text in zip(self.place, np.asarray(values, dtype=float), texts, strict=True):
            if text and np.isfinite(value):
                self.ax.annotate(
                    text,
                    (float(value), float(at)),
                    xytext=(away, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=size,
                    color=colour,
                )

    def line(self, value: float, **looks: Any) -> None:  # noqa: ANN401 - a line's looks
        """Draw a line through all rows at a value: zero, a mean, a bound."""
        chosen: dict[str, Any] = {"color": INK, "linewidth": 1.0, "zorder": 1.5} | looks
        self.ax.axvline(value, **chosen)

    def in_per_cent(self) -> None:
        """Print the numbers along the axis as changes in per cent."""
        self.ax.xaxis.set_major_formatter(lambda value, _: f"{value:+.0f}%" if value else "0")


def lay_rows(page: Page, names: Sequence[str]) -> Rows:
    """Lay out the axes of a page as rows, and leave room for the longest name.

    Parameters
    ----------
    page : Page
    names : sequence of str
        From the bottom up; a name of two lines makes every row taller.
    """
    count, lines = len(names), max((name.count("\n") + 1 for name in names), default=1)
    each, fewest = (0.2, 6) if lines == 1 else (0.25 * lines, 3)
    ax = page.axes((8.0, 2.4 + each * max(count, fewest)))
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    places = np.arange(count, dtype=float)
    ax.set_yticks(places, list(names), fontsize=8.5)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.8, count - 0.2)
    ax.spines["left"].set_visible(False)
    page.longest = max((len(line) for name in names for line in name.split("\n")), default=10)
    return Rows(ax, places)
