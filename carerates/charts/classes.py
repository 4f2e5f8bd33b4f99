"""Which areas are increasing or decreasing: the change behind each label, or its probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.phrases import NATIONS_CY, Phrases, phrases_in, source_in
from carerates.charts.rows import dress_rows, new_rows, pick_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE, PALE, PAPER, Furniture, Mark, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


def draw_classes(
    result: Classification,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    areas: Sequence[str] | None = None,
    lang: str = "en",
) -> Axes:
    """Draw each area's change with the mark of its class.

    Parameters
    ----------
    result : Classification
        What :func:`carerates.classify` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    areas : sequence of str, optional
        Names or codes of areas to show; all up to forty, else the two ends.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
        Bars show what rounding leaves possible (published figures) or the interval of the underlying change.
    """
    words = phrases_in(_WORDS, lang)
    rule, underlying = result.settings.rule, result.settings.probability is not None
    frame, notes = pick_rows(result.to_frame(), "percent_change", areas, lang)
    low, high = (
        ("percent_lower", "percent_upper")
        if underlying
        else ("percent_rounding_low", "percent_rounding_high")
    )
    with house_style():
        own = ax is None
        names = frame["area_name"].tolist()
        ax, place = new_rows(ax, names)
        ax.axvline(0, color=INK, linewidth=1.0, zorder=1.5)
        ax.hlines(place, frame[low], frame[high], color=GREY, linewidth=1.6, zorder=2)
        said = _draw_marks(ax, frame, lang)
        told = [words["marks"].format(marks="; ".join(said))]
        told.append(
            words["interval"].format(level=f"{100 * result.settings.interval:g}%")
            if underlying
            else words["rounding"]
        )
        if rule.needs_national:
            told.append(_draw_national(ax, result, frame, lang))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:+.0f}%" if value else "0")
        unit = rule.unit if lang == "en" else rule.unit.replace("per year", "y flwyddyn")
        ends = {"start": rule.start, "end": rule.end}
        furniture = Furniture(
            headline,
            title or words["title"].format(**ends),
            words["unit"].format(unit=unit, **ends),
            source_in(result.provenance, lang),
            (*told, *notes),
        )
        dress_rows(ax, names, furniture, own=own)
    return ax


def _draw_marks(ax: Axes, frame: pd.DataFrame, lang: str) -> list[str]:
    """Draw each area with the mark of its label; return what the marks stand for."""
    said = []
    for label in sorted(set(frame["label"]), key=lambda one: ([*_MARKS, one].index(one), one)):
        mark = _MARKS.get(label, _MIDDLE)
        rows = frame.index[frame["label"] == label]
        crossed = mark.marker == "x"
        ax.scatter(
            frame.loc[rows, "percent_change"],
            rows.to_numpy(dtype=float),
            s=mark.size,
            marker=mark.marker,
            facecolors=mark.colour if mark.filled else PAPER,
            edgecolors=None if crossed else mark.colour,
            linewidths=1.3,
            zorder=4,
            label=label,
        )
        shape = _SHAPES[lang][mark.marker if mark.filled else "hollow"]
        said.append(f"{shape}: {label if lang == 'en' else _LABELS_CY.get(label, label)}")
    return said


def _draw_national(ax: Axes, result: Classification, frame: pd.DataFrame, lang: str) -> str:
    """Mark the national change that each area is compared with; return the words for it."""
    nations = [one for one in result.national if np.isfinite(result.national[one])]
    for nation in nations:
        own = frame.index[frame["nation"].fillna("all areas") == nation].to_numpy(dtype=float)
        if not len(own):
            continue
        value = result.national[nation]
        if len(nations) == 1:
            ax.axvline(value, color=INK, linewidth=1.0, linestyle="--", zorder=1.6)
        else:
            ax.vlines(np.full(len(own), value), own - 0.4, own + 0.4, color=INK, linewidth=1.2, zorder=1.6)
    shown = {one: NATIONS_CY.get(one, one) if lang == "cy" else one for one in nations}
    changes = ", ".join(f"{shown[nation]} {result.national[nation]:+.1f}%" for nation in nations)
    return _WORDS[lang]["national"].format(changes=changes)


def draw_class_chances(
    result: Classification,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    areas: Sequence[str] | None = None,
    lang: str = "en",
) -> Axes:
    """Draw how probable each class is for every area, as bars that add up to one.

    Parameters
    ----------
    result : Classification
        With probabilities, of underlying rates.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    areas : sequence of str, optional
        Names or codes of areas to show; all up to forty, else the two ends by change.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    if result.settings.probability is None:
        raise ValueError(
            "Published figures have a class but no probability: classify with probability=0.8, or a fit."
        )
    words, rule = phrases_in(_WORDS, lang), result.settings.rule
    frame, notes = pick_rows(result.to_frame(), "percent_change", areas, lang)
    parts = (
        ("probability_decreasing", "decreasing", ORANGE, "\\\\\\"),
        ("probability_stable", rule.middle, PALE, ""),
        ("probability_excluded", "excluded", PAPER, "xx"),
        ("probability_increasing", "increasing", BLUE, ""),
    )
    with house_style():
        own = ax is None
        names = frame["area_name"].tolist()
        ax, place = new_rows(ax, names)
        done = np.zeros(len(frame))
        shown = []
        for column, label, colour, hatch in parts:
            width = frame[column].to_numpy(dtype=float)
            if not np.nansum(width) > 0:
                continue
            ax.barh(
                place,
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
            shown.append(label if lang == "en" else _LABELS_CY.get(label, label))
        asked = result.settings.probability
        ax.axvline(1 - asked, color=INK, linewidth=1.0, linestyle=":", zorder=3)
        ax.axvline(asked, color=INK, linewidth=1.0, linestyle=":", zorder=3)
        ax.set_xlim(0, 1)
        furniture = Furniture(
            headline,
            title or words["chance_title"].format(start=rule.start, end=rule.end),
            words["chance_unit"],
            source_in(result.provenance, lang),
            (
                words["shades"].format(classes="; ".join(shown)),
                words["asked"].format(asked=f"{asked:g}"),
                *notes,
            ),
        )
        dress_rows(ax, names, furniture, own=own)
    return ax
