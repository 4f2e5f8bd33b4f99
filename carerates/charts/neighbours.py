"""An area beside the areas whose need is most like its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.phrases import Phrases, names_in, phrases_in, source_in
from carerates.charts.rows import dress_rows, new_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE, PALE, PAPER, Furniture, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.peers import SimilarAreas

_WORDS: dict[str, Phrases] = {
    "en": {
        "unit": "Area (nearest in need at the top), and rate per 10,000 aged 0-17",
        "title": "{name} and the {count} areas most like it in need, 31 March {year}",
        "marks": "Filled diamond: {name}. Circles: its neighbours, with their distance in need.",
        "band": "Band: the middle half of the neighbours; line: their median. {name} is {position} the band.",
        "below": "below",
        "within": "within",
        "above": "above",
        "need": "Need on: {factors}. Similar need on these is not the same need.",
    },
    "cy": {
        "unit": "Ardal (yr agosaf o ran angen ar y brig), a chyfradd fesul 10,000 o blant 0-17 oed",
        "title": "{name} a'r {count} ardal debycaf iddi o ran angen, 31 Mawrth {year}",
        "marks": "Diemwnt llawn: {name}. Cylchoedd: ei chymdogion, a'u pellter o ran angen.",
        "band": "Band: hanner canol y cymdogion; llinell: eu canolrif. Mae {name} {position} y band.",
        "below": "islaw",
        "within": "o fewn",
        "above": "uwchlaw",
        "need": "Angen o ran: {factors}. Nid yw angen tebyg ar y rhain yr un angen.",
    },
}


def draw_neighbours(
    result: SimilarAreas,
    area: str,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    lang: str = "en",
) -> Axes:
    """Draw one area's rate beside its neighbours', nearest in need at the top.

    Parameters
    ----------
    result : SimilarAreas
        What :func:`carerates.similar_areas` gave.
    area : str
        Name or code.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    words, near = phrases_in(_WORDS, lang), result.of(area).sort_values("rank", kind="stable")
    code = str(near["area_code"].iloc[0])
    rates = result.pool.frame.set_index("area_code")["rate_per_10000"]
    bands = result.bands()
    band = bands[bands["area_code"] == code].iloc[0]
    low, middle, high = band[
        ["neighbour_lower_quartile", "neighbour_median", "neighbour_upper_quartile"]
    ].astype(float)
    codes = [code, *near["neighbour_code"]]
    names = names_in(codes, [near["area_name"].iloc[0], *near["neighbour_name"]], lang)
    values = rates.reindex(codes).to_numpy(dtype=float)
    with house_style():
        own = ax is None
        ax, place = new_rows(ax, names)
        ax.invert_yaxis()
        ax.axvspan(
            low,
            high,
            color=PALE,
            alpha=0.45,
            linewidth=0,
            zorder=1,
            label="middle half",
        )
        ax.axvline(middle, color=GREY, linewidth=1.2, zorder=1.5, label="median")
        ax.scatter(
            values[1:],
            place[1:],
            s=34,
            facecolors=PAPER,
            edgecolors=BLUE,
            linewidths=1.3,
            zorder=3,
            label="neighbours",
        )
        ax.scatter(values[:1], place[:1], s=52, marker="D", color=ORANGE, zorder=3, label="area")
        for at, value, distance in zip(place[1:], values[1:], near["distance"], strict=True):
            if np.isfinite(value):
                ax.annotate(
                    f"{distance:.2f}",
                    (value, at),
                    xytext=(8, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7.5,
                    color=INK,
                )
        position = str(band["position"]).split()[0]
        chosen = result.settings
        furniture = Furniture(
            headline,
            title or words["title"].format(name=names[0], count=len(near), year=chosen.year),
            words["unit"],
            source_in(result.provenance, lang),
            (
                words["marks"].format(name=names[0]),
                words["band"].format(name=names[0], position=words.get(position, position)),
                words["need"].format(factors=", ".join(one.replace("_", " ") for one in chosen.on)),
            ),
        )
        dress_rows(ax, names, furniture, own=own)
    return ax
