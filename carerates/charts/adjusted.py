"""Observed rates against the rates expected from circumstances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.labels import label_points
from carerates.charts.phrases import NATIONS_CY, Phrases, names_in, phrases_in, source_in
from carerates.charts.style import BLUE, GREY, ORANGE, Furniture, dress, house_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.models import Adjustment

# nation -> marker and colour; the shape alone tells them apart
_NATIONS = {"Wales": ("D", ORANGE), "England": ("o", BLUE)}
_WORDS: dict[str, Phrases] = {
    "en": {
        "axis": "Rate expected from circumstances, per 10,000 aged 0-17",
        "title": "Children looked after at 31 March {year}: observed rate against the rate expected",
        "unit": "Observed rate per 10,000 aged 0-17",
        "line": "On the line, the rate is as expected. Each area has no say in its own expectation.",
        "shapes": "Shapes: {shapes}.",
        "D": "diamonds",
        "o": "circles",
        "s": "squares",
    },
    "cy": {
        "axis": "Y gyfradd a ddisgwylir o'r amgylchiadau, fesul 10,000 o blant 0-17 oed",
        "title": "Plant sy'n derbyn gofal ar 31 Mawrth {year}: y gyfradd a gafwyd a'r un ddisgwyliedig",
        "unit": "Y gyfradd a gafwyd fesul 10,000 o blant 0-17 oed",
        "line": (
            "Ar y llinell, mae'r gyfradd fel y disgwylid. Nid oes gan ardal lais yn ei disgwyliad ei hun."
        ),
        "shapes": "Siapiau: {shapes}.",
        "D": "diemwntau",
        "o": "cylchoedd",
        "s": "sgwariau",
    },
}


def draw_adjustment(
    result: Adjustment,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    label: int | None = None,
    lang: str = "en",
) -> Axes:
    """Draw each area's rate against the rate expected from its circumstances, itself left out.

    Parameters
    ----------
    result : Adjustment
        What :func:`carerates.adjust` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline : str
        What the chart shows, as a statement.
    title : str
        Measure, places and period, in place of the chart's own.
    label : int, optional
        How many areas to name, furthest from their expected rate first; all of up to 30 areas, else 24.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    words, frame = phrases_in(_WORDS, lang), result.to_frame()
    frame = frame[frame["rate_per_10000"].notna() & frame["expected_rate_per_10000_left_out"].notna()]
    expected = frame["expected_rate_per_10000_left_out"].to_numpy(dtype=float)
    observed = frame["rate_per_10000"].to_numpy(dtype=float)
    with house_style():
        own = ax is None
        ax = new_axes(ax, (8.0, 6.4))
        left, right = 0.9 * expected.min(), 1.12 * expected.max()
        ax.plot([left, right], [left, right], color=GREY, linewidth=1.2, zorder=1.5)
        nations = [str(one) for one in frame["nation"].fillna("").tolist()]
        for nation in dict.fromkeys(nations):
            marker, colour = _NATIONS.get(nation, ("s", BLUE))
            rows = np.array([one == nation for one in nations])
            ax.scatter(
                expected[rows],
                observed[rows],
                s=26,
                marker=marker,
                color=colour,
                linewidths=0,
                zorder=3,
                label=nation,
            )
        ax.set(xlim=(left, right), ylim=(0, 1.08 * observed.max()))
        ax.set_xlabel(words["axis"], fontsize=9)
        shapes = "; ".join(
            f"{NATIONS_CY.get(nation, nation) if lang == 'cy' else nation} {words[marker]}"
            for nation, (marker, _) in _NATIONS.items()
            if nation in nations
        )
        notes = [words["line"]]
        if len(set(nations)) > 1:
            notes.append(words["shapes"].format(shapes=shapes))
        furniture = Furniture(
            headline,
            title or words["title"].format(year=result.year),
            words["unit"],
            source_in(result.provenance, lang),
            tuple(notes),
        )
        dress(ax, furniture, own_figure=own)
        count = label if label is not None else (len(frame) if len(frame) <= 30 else 24)
        furthest = np.argsort(-np.abs(np.log(np.maximum(observed, 1e-9) / expected)), kind="stable")[:count]
        diagonal = np.linspace(left, right, 80)
        label_points(
            ax,
            expected,
            observed,
            names_in(frame["area_code"].tolist(), frame["area_name"].tolist(), lang),
            label=[int(one) for one in furthest],
            fontsize=8,
            clear_of=np.column_stack([diagonal, diagonal]),
        )
    return ax
