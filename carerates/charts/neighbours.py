"""An area beside the areas whose need is most like its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, names_in
from carerates.charts.rows import lay_rows
from carerates.charts.style import GREY, INK, ORANGE, PALE

if TYPE_CHECKING:
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


@chart(_WORDS)
def draw_neighbours(page: Page, result: SimilarAreas, *, area: str) -> Told:
    """Draw one area's rate beside its neighbours', nearest in need at the top.

    Parameters
    ----------
    result : SimilarAreas
        What :func:`carerates.similar_areas` gave.
    area : str
        Name or code.
    """
    near = result.of(area).sort_values("rank", kind="stable")
    code = str(near["area_code"].iloc[0])
    rates = result.pool.frame.set_index("area_code")["rate_per_10000"]
    bands = result.bands()
    band = bands[bands["area_code"] == code].iloc[0]
    low, middle, high = band[
        ["neighbour_lower_quartile", "neighbour_median", "neighbour_upper_quartile"]
    ].astype(float)
    codes = [code, *near["neighbour_code"]]
    names = names_in(codes, [near["area_name"].iloc[0], *near["neighbour_name"]], page.lang)
    values = rates.reindex(codes).to_numpy(dtype=float)
    rows = lay_rows(page, names)
    rows.ax.invert_yaxis()
    rows.ax.axvspan(low, high, color=PALE, alpha=0.45, linewidth=0, zorder=1, label="middle half")
    rows.line(middle, color=GREY, linewidth=1.2, label="median")
    rows.dots(values, "neighbours", hollow=True, size=34, rows=np.arange(1, len(values)))
    rows.dots(values, "area", marker="D", colour=ORANGE, size=52, rows=[0])
    rows.write(values, ["", *(f"{distance:.2f}" for distance in near["distance"])], colour=INK)
    position, name = str(band["position"]).split()[0], names[0]
    factors = "; ".join(result.pool.labels)
    return Told(
        page.say("title", name=name, count=len(near), year=result.settings.year),
        page.say("unit"),
        (
            page.say("marks", name=name),
            page.say("band", name=name, position=page.phrases.get(position, position)),
            page.say("need", factors=factors),
        ),
    )
