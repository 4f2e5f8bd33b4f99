"""Change of each area between two years, on both bases, with what rounding and chance leave open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words
from carerates.charts.rows import lay_rows, pick_rows
from carerates.charts.style import ORANGE

if TYPE_CHECKING:
    from carerates.trends import Change

_WORDS: dict[str, Phrases] = {
    "en": {
        "marks": (
            "Filled circles: change as a share of the {base} rate, with {level} interval of the "
            "underlying change. Hollow diamonds: the same change as a share of the {other} rate."
        ),
        "title": "Change in the rate of children looked after, 31 March {start} to {end}",
        "unit": "Area, and change in per cent",
        "missing": "{count} of {all} areas have no figure at one of the dates.",
    },
    "cy": {
        "marks": (
            "Cylchoedd llawn: newid fel cyfran o gyfradd {base}, gyda chyfwng {level} y newid "
            "gwaelodol. Diemwntau gwag: yr un newid fel cyfran o gyfradd {other}."
        ),
        "title": "Newid yng nghyfradd y plant sy'n derbyn gofal, 31 Mawrth {start} i {end}",
        "unit": "Ardal, a newid y cant",
        "missing": "Nid oes ffigur ar un o'r dyddiadau ar gyfer {count} o {all} ardal.",
    },
}


@chart(_WORDS)
def draw_change(page: Page, result: Change, *, areas: Sequence[str] | None = None) -> Told:
    """Draw the change of every area on the chosen base with its interval, and on the other base.

    Parameters
    ----------
    result : Change
        What :func:`carerates.change` gave.
    """
    settings = result.settings
    base, other = ("start", "end") if settings.relative_to == "start" else ("end", "start")
    years = {"start": settings.start, "end": settings.end}
    frame, notes = pick_rows(
        result.to_frame(), "percent_change", areas, page.lang, missing=page.say("missing")
    )
    rows = lay_rows(page, frame["area_name"].tolist())
    rows.line(0)
    rows.bars(frame["percent_lower"], frame["percent_upper"], width=1.6)
    rows.dots(frame["percent_change"], "change", size=34, above=4)
    rows.dots(frame[f"percent_of_{other}"], "other base", marker="D", colour=ORANGE, hollow=True)
    rows.in_per_cent()
    level = level_words(result.interval_probability)
    marks = page.say("marks", base=years[base], level=level, other=years[other])
    return Told(page.say("title", **years), page.say("unit"), (marks, *notes))
