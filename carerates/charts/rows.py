"""Charts with one row for each area: names on the left, values along the horizontal axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.phrases import names_in
from carerates.charts.style import Furniture, dress, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    frame: pd.DataFrame, column: str, chosen: Sequence[str] | None, lang: str
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
    if missing := len(frame) - len(known):
        notes.append(words["missing"].format(count=missing, all=len(frame)))
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


def new_rows(ax: Axes | None, names: Sequence[str]) -> tuple[Axes, np.ndarray]:
    """Return axes with one place for each name, and the places."""
    count = len(names)
    ax = new_axes(ax, (8.0, 2.4 + 0.2 * max(count, 6)))
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    places = np.arange(count, dtype=float)
    ax.set_yticks(places, list(names), fontsize=8.5)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.8, count - 0.2)
    ax.spines["left"].set_visible(False)
    return ax, places


def dress_rows(ax: Axes, names: Sequence[str], words: Furniture, *, own: bool) -> None:
    """Put the words around a chart of rows, and leave room for the longest name."""
    dress(ax, words, own_figure=own)
    if own:
        longest = max((len(name) for name in names), default=10)
        figure = ax.get_figure(root=True)
        assert figure is not None
        figure.subplots_adjust(left=min(0.45, (0.3 + 0.075 * longest) / 8.0))
