"""Which areas are increasing or decreasing: the change behind each label, or its probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words
from carerates.charts.rows import Rows, lay_rows, pick_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE, PALE, PAPER, Mark

if TYPE_CHECKING:
    from carerates.trends import Classification

_MARKS = {
    "increasing": Mark("^", BLUE, True, 46, "increasing"),
    "decreasing": Mark("v", ORANGE, True, 46, "decreasing"),
    "excluded": Mark("x", INK, True, 34, "excluded"),
    "uncertain": Mark("o", GREY, False, 30, "uncertain"),
}
_MIDDLE = Mark("o", GREY, True, 26, "middle")
_LABELS_CY = {
    "increasing": "yn cynyddu",
    "decreasing": "yn gostwng",
    "excluded": "wedi'i hepgor",
    "uncertain": "ansicr",
    "not classified": "heb ei dosbarthu",
    "little change": "ychydig o newid",
    "stable": "sefydlog",
    "not available": "ddim ar gael",
}
_SHAPES = {
    "en": {
        "^": "triangle up",
        "v": "triangle down",
        "x": "cross",
        "o": "filled circle",
        "hollow": "hollow circle",
    },
    "cy": {
        "^": "triongl i fyny",
        "v": "triongl i lawr",
        "x": "croes",
        "o": "cylch llawn",
        "hollow": "cylch gwag",
    },
}
_WORDS: dict[str, Phrases] = {
    "en": {
        "unit": "Area, and change in {unit}, {start} to {end}",
        "title": "Change in the rate of children looked after and class, 31 March {start} to {end}",
        "marks": "Marks: {marks}.",
        "rounding": "Bars: changes that rounding of the published counts leaves possible.",
        "interval": "Bars: {level} interval of the underlying change.",
        "national": "Dashed line: national change ({changes}).",
        "chance_unit": "Area, and probability of each class",
        "chance_title": "Probability of each class, change from 31 March {start} to {end}",
        "asked": "A class is given where its probability is {asked} or more (dotted line).",
        "shades": "From left to right: {classes}.",
    },
    "cy": {
        "unit": "Ardal, a newid mewn {unit}, {start} i {end}",
        "title": "Newid yng nghyfradd y plant sy'n derbyn gofal a dosbarth, 31 Mawrth {start} i {end}",
        "marks": "Marciau: {marks}.",
        "rounding": "Barrau: newidiadau y mae talgrynnu'r cyfrifon cyhoeddedig yn eu gadael yn bosibl.",
        "interval": "Barrau: cyfwng {level} y newid gwaelodol.",
        "national": "Llinell doredig: newid cenedlaethol ({changes}).",
        "chance_unit": "Ardal, a thebygolrwydd pob dosbarth",
        "chance_title": "Tebygolrwydd pob dosbarth, newid o 31 Mawrth {start} i {end}",
        "asked": "Rhoddir dosbarth lle mae ei debygolrwydd yn {asked} neu fwy (llinell ddotiog).",
        "shades": "O'r chwith i'r dde: {classes}.",
    },
}


@chart(_WORDS)
def draw_classes(page: Page, result: Classification, *, areas: Sequence[str] | None = None) -> Told:
    """Draw each area's change with the mark of its class.

    Parameters
    ----------
    result : Classification
        What :func:`carerates.classify` gave.

    Returns
    -------
    Axes
        Bars show what rounding leaves possible (published figures) or the interval of the underlying change.
    """
    rule, underlying = result.settings.rule, result.settings.probability is not None
    frame, notes = pick_rows(result.to_frame(), "percent_change", areas, page.lang)
    low, high = (
        ("percent_lower", "percent_upper")
        if underlying
        else ("percent_rounding_low", "percent_rounding_high")
    )
    rows = lay_rows(page, frame["area_name"].tolist())
    rows.line(0)
    rows.bars(frame[low], frame[high], width=1.6)
    told = [page.say("marks", marks="; ".join(_draw_marks(page, rows, frame)))]
    told.append(
        page.say("interval", level=level_words(result.settings.interval))
        if underlying
        else page.say("rounding")
    )
    if rule.needs_national:
        told.append(_draw_national(page, rows, result, frame))
    rows.in_per_cent()
    unit = rule.unit if page.lang == "en" else rule.unit.replace("per year", "y flwyddyn")
    ends = {"start": rule.start, "end": rule.end}
    return Told(page.say("title", **ends), page.say("unit", unit=unit, **ends), (*told, *notes))


def _draw_marks(page: Page, rows: Rows, frame: pd.DataFrame) -> list[str]:
    """Draw each area with the mark of its label; return what the marks stand for."""
    said = []
    for label in sorted(set(frame["label"]), key=lambda one: ([*_MARKS, one].index(one), one)):
        mark = mark_of(label)
        rows.dots(
            frame["percent_change"],
            label,
            marker=mark.marker,
            colour=mark.colour,
            hollow=not mark.filled,
            size=mark.size,
            above=4,
            rows=np.flatnonzero(frame["label"] == label),
        )
        said.append(f"{shape_in(label, page.lang)}: {label_in(label, page.lang)}")
    return said


def mark_of(label: str) -> Mark:
    """Return the mark that stands for a label; labels of the middle share one."""
    return _MARKS.get(label, _MIDDLE)


def shape_in(label: str, lang: str) -> str:
    """Say in the language which shape stands for a label."""
    mark = mark_of(label)
    return _SHAPES[lang][mark.marker if mark.filled else "hollow"]


def label_in(label: str, lang: str) -> str:
    """Return the label of a class in the language; a label of the user's own as it stands."""
    return label if lang == "en" else _LABELS_CY.get(label, label)


def _draw_national(page: Page, rows: Rows, result: Classification, frame: pd.DataFrame) -> str:
    """Mark the national change that each area is compared with; return the words for it."""
    nations = [one for one in result.national if np.isfinite(result.national[one])]
    for nation in nations:
        own = frame.index[frame["nation"].fillna("all areas") == nation].to_numpy(dtype=float)
        if not len(own):
            continue
        value = result.national[nation]
        if len(nations) == 1:
            rows.line(value, linestyle="--", zorder=1.6)
        else:
            at = np.full(len(own), value)
            rows.ax.vlines(at, own - 0.4, own + 0.4, color=INK, linewidth=1.2, zorder=1.6)
    changes = ", ".join(f"{page.nation(nation)} {result.national[nation]:+.1f}%" for nation in nations)
    return page.say("national", changes=changes)


@chart(_WORDS)
def draw_class_chances(page: Page, result: Classification, *, areas: Sequence[str] | None = None) -> Told:
    """Draw how probable each class is for every area, as bars that add up to one.

    Parameters
    ----------
    result : Classification
        With probabilities, of underlying rates.
    """
    asked = result.settings.probability
    if asked is None:
        raise ValueError(
            "Published figures have a class but no probability: classify with probability=0.8, or a fit."
        )
    rule = result.settings.rule
    frame, notes = pick_rows(result.to_frame(), "percent_change", areas, page.lang)
    parts = (
        ("probability_decreasing", "decreasing", ORANGE, "\\\\\\"),
        ("probability_stable", rule.middle, PALE, ""),
        ("probability_excluded", "excluded", PAPER, "xx"),
        ("probability_increasing", "increasing", BLUE, ""),
    )
    rows = lay_rows(page, frame["area_name"].tolist())
    done = np.zeros(len(frame))
    shown = []
    for column, label, colour, hatch in parts:
        width = frame[column].to_numpy(dtype=float)
        if not np.nansum(width) > 0:
            continue
        rows.ax.barh(
            rows.place,
            width,
            left=done,
            height=0.78,
            color=colour,
            hatch=hatch,
            edgecolor=PAPER if colour != PAPER else GREY,
            linewidth=0.4,
            zorder=2,
            label=label,
        )
        done = done + np.nan_to_num(width)
        shown.append(label_in(label, page.lang))
    for bound in (1 - asked, asked):
        rows.line(bound, linestyle=":", zorder=3)
    rows.ax.set_xlim(0, 1)
    return Told(
        page.say("chance_title", start=rule.start, end=rule.end),
        page.say("chance_unit"),
        (
            page.say("shades", classes="; ".join(shown)),
            page.say("asked", asked=f"{asked:g}"),
            *notes,
        ),
    )
