"""From one figure to another: rates at two dates, and pairs of areas with like need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.rows import lay_rows, pick_rows
from carerates.charts.style import GREY, INK, ORANGE

if TYPE_CHECKING:
    from carerates.peers import ContrastingPairs
    from carerates.trends import Change

_WORDS: dict[str, Phrases] = {
    "en": {
        "children": "Area, and number of children looked after",
        "title": "Children looked after at 31 March {start} and {end}",
        "ends": "Hollow circles: {start}. Filled triangles: {end}, pointing the way of the change.",
        "pairs": "Pairs of areas with similar need and different rates, 31 March {year}",
        "pair_ends": (
            "Filled circles: the area with the higher rate (first named). Hollow diamonds: its pair. "
            "Beside each: the ratio of underlying rates."
        ),
        "need": "Similar need on: {factors}. What explains a contrast is not in these figures.",
        "none": "No pair of areas is a convincing contrast.",
    },
    "cy": {
        "children": "Ardal, a nifer y plant sy'n derbyn gofal",
        "title": "Plant sy'n derbyn gofal ar 31 Mawrth {start} a {end}",
        "ends": "Cylchoedd gwag: {start}. Trionglau llawn: {end}, yn pwyntio i gyfeiriad y newid.",
        "pairs": "Parau o ardaloedd ag angen tebyg a chyfraddau gwahanol, 31 Mawrth {year}",
        "pair_ends": (
            "Cylchoedd llawn: yr ardal â'r gyfradd uwch (a enwir gyntaf). Diemwntau gwag: ei phâr. "
            "Wrth ymyl pob un: cymhareb y cyfraddau gwaelodol."
        ),
        "need": "Angen tebyg o ran: {factors}. Nid yw'r hyn sy'n esbonio'r gwahaniaeth yn y ffigurau hyn.",
        "none": "Nid oes pâr o ardaloedd sy'n gyferbyniad argyhoeddiadol.",
    },
}


@chart(_WORDS)
def draw_dumbbells(page: Page, result: Change, *, areas: Sequence[str] | None = None) -> Told:
    """Draw each area's figure at both dates, joined, in order of the later one.

    Parameters
    ----------
    result : Change
        What :func:`carerates.change` gave.
    """
    settings, every = result.settings, result.to_frame()
    both = every["rate_start"].notna() & every["rate_end"].notna()
    frame, notes = pick_rows(every.assign(order=every["rate_end"].where(both)), "order", areas, page.lang)
    start, end = (frame[name].to_numpy(dtype=float) for name in ("rate_start", "rate_end"))
    rows = lay_rows(page, frame["area_name"].tolist())
    rows.bars(start, end)
    rows.dots(start, "start", colour=GREY, hollow=True)
    rows.dots(end, "rose", marker=">", size=42, above=4, rows=np.flatnonzero(end >= start))
    rows.dots(end, "fell", marker="<", colour=ORANGE, size=42, above=4, rows=np.flatnonzero(end < start))
    rows.ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    dates = {"start": settings.start, "end": settings.end}
    unit = page.say("children" if settings.rate == "children" else "row_rate")
    return Told(page.say("title", **dates), unit, (page.say("ends", **dates), *notes))


@chart(_WORDS)
def draw_pairs(page: Page, result: ContrastingPairs) -> Told:
    """Draw pairs of areas with similar need by their rates, the strongest contrast at the top.

    Parameters
    ----------
    result : ContrastingPairs
        What :func:`carerates.contrasting_pairs` gave.
    """
    frame = result.to_frame().iloc[::-1].reset_index(drop=True)
    if frame.empty:
        raise ValueError(page.say("none"))
    high = page.names(frame, "high_code", "high_name")
    low = page.names(frame, "low_code", "low_name")
    rates = frame[["low_rate_per_10000", "high_rate_per_10000"]].to_numpy(dtype=float)
    rows = lay_rows(page, [f"{one}\n{other}" for one, other in zip(high, low, strict=True)])
    rows.bars(rates[:, 0], rates[:, 1])
    rows.dots(rates[:, 1], "higher", size=36)
    rows.dots(rates[:, 0], "lower", marker="D", colour=ORANGE, hollow=True, size=36)
    ratios = [f"{ratio:.2f}" for ratio in frame["underlying_ratio"]]
    rows.write(rates[:, 1], ratios, size=8, colour=INK)
    rows.ax.set_xlim(0, 1.12 * float(np.max(rates)))
    factors = "; ".join(result.pool.labels)
    return Told(
        page.say("pairs", year=result.settings.year),
        page.say("row_rate"),
        (page.say("pair_ends"), page.say("need", factors=factors)),
    )
