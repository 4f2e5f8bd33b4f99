"""Do labels and counts survive another choice? One column for each rule, one bar for each window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.classes import label_in, mark_of, shape_in
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.rows import chosen_rows, lay_rows
from carerates.charts.style import BLUE, INK, ORANGE, PALE, PAPER

if TYPE_CHECKING:
    from carerates.trends import Sensitivity, Windows

_QUESTIONS = {
    "en": {"published figures": "Published figures", "underlying rates": "Underlying rates"},
    "cy": {"published figures": "Ffigurau cyhoeddedig", "underlying rates": "Cyfraddau gwaelodol"},
}
_VARIED_CY = {
    "as given": "fel y'i rhoddwyd",
    "window": "cyfnod",
    "base": "sail",
    "figure": "ffigur",
    "threshold": "trothwy",
    "start rate": "cyfradd ddechreuol",
    "shrunk": "wedi'i thynnu tua'r canol",
    "earlier": "blynyddoedd cynharach",
    "measure of need": "mesur angen",
    "rounding": "talgrynnu",
    "probability": "tebygolrwydd",
    "prior": "rhagddosbarthiad",
    "children who stay": "plant sy'n aros",
    "start": "dechrau",
    "end": "diwedd",
    "computed": "wedi'i chyfrifo",
    "published": "cyhoeddedig",
    "children": "plant",
    "lowest possible change": "newid lleiaf posibl",
    "highest possible change": "newid mwyaf posibl",
}
_WORDS: dict[str, Phrases] = {
    "en": {
        "title": "Label of each area by the rule as given and with one choice changed, {start} to {end}",
        "unit": "{question}: area (change rises upwards), and choice changed",
        "marks": "Marks: {marks}. Shaded: another label than by the rule as given.",
        "robust": "Bold names keep an increasing or decreasing label whatever is changed: {count} of {all}.",
        "windows": "Areas down by {fall}% or more, and up by {rise}% or more, by window of {length} years",
        "windows_unit": "Window (31 March to 31 March), and number of areas",
        "sides": (
            "To the left, hatched: areas down by {fall}% or more. To the right: up by {rise}% or more. "
            "In brackets: areas with both figures."
        ),
        "range": "Down: from {fell_low} to {fell_high} areas. Up: from {rose_low} to {rose_high}.",
    },
    "cy": {
        "title": (
            "Label pob ardal yn ôl y rheol fel y'i rhoddwyd a chydag un dewis wedi'i newid, {start} i {end}"
        ),
        "unit": "{question}: ardal (newid yn codi tuag i fyny), a'r dewis a newidiwyd",
        "marks": "Marciau: {marks}. Wedi'i lliwio: label gwahanol i'r rheol fel y'i rhoddwyd.",
        "robust": ("Mae enwau trwm yn cadw label cynyddu neu ostwng beth bynnag a newidir: {count} o {all}."),
        "windows": (
            "Ardaloedd i lawr {fall}% neu fwy, ac i fyny {rise}% neu fwy, fesul cyfnod o {length} mlynedd"
        ),
        "windows_unit": "Cyfnod (31 Mawrth i 31 Mawrth), a nifer yr ardaloedd",
        "sides": (
            "I'r chwith, llinellog: ardaloedd i lawr {fall}% neu fwy. I'r dde: i fyny {rise}% neu fwy. "
            "Mewn cromfachau: ardaloedd â'r ddau ffigur."
        ),
        "range": "I lawr: o {fell_low} i {fell_high} ardal. I fyny: o {rose_low} i {rose_high}.",
    },
}


@chart(_WORDS)
def draw_sensitivity(
    page: Page, result: Sensitivity, *, question: str | None = None, areas: Sequence[str] | None = None
) -> Told:
    """Draw the label of every area under every variation of the rule, and which labels are robust.

    Parameters
    ----------
    result : Sensitivity
        What :func:`carerates.trends.sensitivity` gave.
    question : {"published figures", "underlying rates"}, optional
        Which labels; those of underlying rates where there are any.
    areas : sequence of str, optional
        Names or codes of areas to show; all by default.
    """
    held = list(dict.fromkeys(result.labels["question"]))
    asked = question or held[-1]
    if asked not in held:
        raise ValueError(f"question={question!r} is not among those asked: {', '.join(held)}.")
    labels = result.labels[result.labels["question"] == asked]
    labels = labels.assign(choice=labels["varied"] + ": " + labels["setting"])
    if areas is not None:
        labels = labels[chosen_rows(labels, areas)]
    given = labels[labels["varied"] == "as given"].sort_values("percent_change", kind="stable")
    codes, choices = list(given["area_code"]), list(dict.fromkeys(labels["choice"]))
    table = labels.pivot_table(index="area_code", columns="choice", values="label", aggfunc="first")
    table = table.reindex(index=codes, columns=choices)
    rows = lay_rows(page, page.names(given))
    own = given["label"].to_numpy()
    used: dict[str, None] = {}
    for at, choice in enumerate(choices):
        column = table[choice].to_numpy(dtype=object)
        other = np.flatnonzero((column != own) & pd.notna(column))
        rows.ax.barh(rows.place[other], 0.94, left=at - 0.47, height=0.94, color=PALE, alpha=0.5, zorder=1.5)
        for label in sorted({str(one) for one in column if pd.notna(one)}):
            used[label] = None
            mark = mark_of(label)
            rows.dots(
                np.full(len(codes), float(at)),
                choice,
                marker=mark.marker,
                colour=mark.colour,
                hollow=not mark.filled,
                size=mark.size,
                rows=np.flatnonzero(column == label),
            )
    frame = result.to_frame()
    frame = frame[(frame["question"] == asked) & frame["area_code"].isin(codes)].set_index("area_code")
    kept = frame["robust"] & frame["label"].isin(["increasing", "decreasing"])
    for code, text in zip(codes, rows.ax.get_yticklabels(), strict=True):
        text.set_fontweight("bold" if kept[code] else "normal")
    heads = [_head(choice, page.lang) for choice in choices]
    rows.ax.set_xticks(range(len(choices)), heads, rotation=90, fontsize=7.5, va="top")
    rows.ax.set_xlim(-0.6, len(choices) - 0.4)
    rows.ax.grid(visible=False)
    page.below = 0.062 * max(len(line) for head in heads for line in head.split("\n"))
    rule = result.settings.rule
    marks = "; ".join(f"{shape_in(label, page.lang)}: {label_in(label, page.lang)}" for label in used)
    return Told(
        page.say("title", start=rule.start, end=rule.end),
        page.say("unit", question=_QUESTIONS[page.lang][asked]),
        (page.say("marks", marks=marks), page.say("robust", count=int(kept.sum()), all=len(codes))),
    )


def _head(choice: str, lang: str) -> str:
    """Return the head of a column: what was varied, and how."""
    varied, setting = choice.split(": ", 1)
    if varied == "as given":  # the name of the rule stands in the title already
        return varied if lang == "en" else _VARIED_CY[varied]
    if lang == "cy":
        varied, setting = _VARIED_CY.get(varied, varied), _VARIED_CY.get(setting, setting)
    return f"{varied}:\n{setting}"


@chart(_WORDS)
def draw_windows(page: Page, result: Windows, *, length: int | None = None) -> Told:
    """Draw how many areas fell and rose in every window of one length.

    Parameters
    ----------
    result : Windows
        What :func:`carerates.trends.windows` gave.
    length : int, optional
        Length of the windows in years; the first one asked for by default.

    Returns
    -------
    Axes
        One row for each window, the earliest at the top.
    """
    chosen, counts = result.settings, result.counts()
    wanted = chosen.lengths[0] if length is None else length
    if wanted not in chosen.lengths:
        there = ", ".join(map(str, chosen.lengths))
        raise ValueError(f"The windows are {there} years long; there are none of {length}.")
    counts = counts[counts["length"] == wanted].iloc[::-1].reset_index(drop=True)
    names = [
        f"{start} - {end} ({areas})"
        for start, end, areas in zip(counts["start"], counts["end"], counts["areas"], strict=True)
    ]
    rows = lay_rows(page, names)
    fell, rose = (counts[name].to_numpy(dtype=float) for name in ("fell", "rose"))
    rows.ax.barh(
        rows.place, -fell, height=0.7, color=ORANGE, hatch="///", edgecolor=PAPER, label="fell", zorder=2
    )
    rows.ax.barh(rows.place, rose, height=0.7, color=BLUE, label="rose", zorder=2)
    rows.line(0)
    rows.write(rose, [f"{value:.0f}" for value in rose], away=4, colour=INK)
    for at, value in zip(rows.place, fell, strict=True):
        rows.ax.annotate(
            f"{value:.0f}",
            (-value, at),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=7.5,
        )
    reach = 1.12 * max(float(fell.max()), float(rose.max()), 1.0)
    rows.ax.set_xlim(-reach if fell.any() else -0.15 * reach, reach)
    rows.ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    bounds = {"fall": f"{-chosen.fall:g}", "rise": f"{chosen.rise:g}"}
    ranges = {
        f"{name}_{end}": int(getattr(values, how)())
        for name, values in (("fell", fell), ("rose", rose))
        for end, how in (("low", "min"), ("high", "max"))
    }
    return Told(
        page.say("windows", length=wanted, **bounds),
        page.say("windows_unit"),
        (page.say("sides", **bounds), page.say("range", **ranges)),
    )
