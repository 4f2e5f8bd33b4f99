"""Self-evaluations: how far each theme is said to be in place, area beside area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words
from carerates.charts.rows import lay_rows
from carerates.charts.style import BLUE, GREY, INK

if TYPE_CHECKING:
    from carerates.survey import SelfEvaluation

_WORDS: dict[str, Phrases] = {
    "en": {
        "title": "Self-evaluation by theme",
        "unit": "Theme, and mean score from 1 (not in place) to 5 (fully in place)",
        "one": "Square: {area}. Bar: {level} confidence interval of its respondents' mean.",
        "many": "Circles: {others} areas.",
        "mean": "Diamond: mean of {others} areas.",
        "hidden": "{hidden} of {all} areas have too few respondents to be shown.",
        "say": "Scores say what respondents think is in place.",
    },
    "cy": {
        "title": "Hunanwerthuso fesul thema",
        "unit": "Thema, a sgôr cymedrig o 1 (ddim ar waith) i 5 (yn llawn ar waith)",
        "one": "Sgwâr: {area}. Bar: cyfwng hyder {level} cymedr ei hymatebwyr.",
        "many": "Cylchoedd: {others} ardal.",
        "mean": "Diemwnt: cymedr {others} ardal.",
        "hidden": "Mae gan {hidden} o {all} ardal rhy ychydig o ymatebwyr i'w dangos.",
        "say": "Mae sgorau'n dweud beth y mae ymatebwyr yn credu sydd ar waith.",
    },
}


@chart(_WORDS)
def draw_evaluation(page: Page, result: SelfEvaluation, *, area: str | None = None) -> Told:
    """Draw the profile of self-evaluated themes: one area before the others.

    Parameters
    ----------
    result : SelfEvaluation
        What :func:`carerates.survey.evaluate_areas` gave; labels of themes are in its language.
    area : str, optional
        Name or code of the area to mark; the only one where there is one, else none.

    Raises
    ------
    ValueError
        If the area has no score, or no area has.
    """
    every = result.to_frame()
    scores = every.pivot_table(index="area_code", columns="label", values="score", aggfunc="first")
    if scores.empty:
        raise ValueError("No area has enough respondents; there is nothing to draw.")
    labels = list(dict.fromkeys(every["label"]))[::-1]
    scores = scores.reindex(columns=labels)
    names = dict(zip(every["area_code"], every["area_name"], strict=True))
    mine = _area_to_mark(area, [str(code) for code in scores.index], names)
    others = scores.drop(index=[mine] if mine else [])
    rows = lay_rows(page, labels)
    notes: list[str] = []
    if mine:
        own = every[every["area_code"] == mine].set_index("label").reindex(labels)
        rows.ax.hlines(rows.place, own["lower_95"], own["upper_95"], color=BLUE, linewidth=2.2, zorder=3.5)
        rows.dots(own["score"], "area", marker="s", size=52, above=4)
        level = level_words(result.interval_probability)
        notes.append(page.say("one", area=names[mine], level=level))
    if len(others):
        for code, values in others.iterrows():
            rows.dots(values, names[str(code)], colour=GREY, hollow=True, size=34, above=2)
        notes.append(page.say("many", others=len(others)))
    if len(others) > 1:
        rows.dots(others.mean(), "mean", marker="D", colour=INK, hollow=True, size=46)
        notes.append(page.say("mean", others=len(others)))
    if hidden := len(names) - len(scores):
        notes.append(page.say("hidden", hidden=hidden, all=len(names)))
    rows.ax.set_xlim(0.9, 5.1)
    rows.ax.set_xticks([1, 2, 3, 4, 5])
    return Told(page.say("title"), page.say("unit"), (" ".join(notes), page.say("say")))


def _area_to_mark(area: str | None, codes: list[str], names: dict[str, str]) -> str | None:
    """Return the code of the area to mark, if any."""
    if area is None:
        return codes[0] if len(codes) == 1 else None
    found = [code for code in codes if area in (code, names[code])]
    if not found:
        there = ", ".join(names[code] for code in codes)
        raise ValueError(f"There is no score of {area!r}; there are: {there}.")
    return found[0]
