"""Which question belongs to which factor: loadings, question by question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.rows import lay_rows
from carerates.charts.style import GREY, PAPER

if TYPE_CHECKING:
    from carerates.survey import FactorAnalysis

_WORDS: dict[str, Phrases] = {
    "en": {
        "loadings": "Loadings of {items} questions on {factors} factors",
        "loadings_unit": "Question, and loading",
        "numbers": "A number is a loading of at least {cut} in size, on the factor of that number.",
        "small": "Dots: smaller loadings. Dotted lines: {cut} either side of nothing.",
        "method": "{method}, {rotation} rotation, {respondents} respondents.",
        "ml": "Maximum likelihood",
        "paf": "Principal axes",
    },
    "cy": {
        "loadings": "Llwythiadau {items} cwestiwn ar {factors} ffactor",
        "loadings_unit": "Cwestiwn, a llwythiad",
        "numbers": "Llwythiad o {cut} o leiaf o ran maint yw rhif, ar y ffactor â'r rhif hwnnw.",
        "small": "Dotiau: llwythiadau llai. Llinellau dotiog: {cut} bob ochr i sero.",
        "method": "{method}, cylchdro {rotation}, {respondents} ymatebydd.",
        "ml": "Tebygolrwydd mwyaf",
        "paf": "Prif echelinau",
    },
}


@chart(_WORDS)
def draw_loadings(page: Page, result: FactorAnalysis) -> Told:
    """Draw the loadings of each question, those of one factor together.

    Parameters
    ----------
    result : FactorAnalysis
        What :func:`carerates.survey.analyse_factors` gave.
    """
    names = [str(one) for one in result.loadings.columns]
    cut = float(result.settings["cut_off"])
    frame = result.to_frame()
    # the factors from the top down, those of no factor last, the largest loading of each first
    frame["place"] = [names.index(one) if one in names else len(names) for one in frame["belongs_to"]]
    frame["size"] = result.loadings.abs().max(axis=1).to_numpy()
    frame = frame.sort_values(["place", "size"], ascending=[False, True]).reset_index(drop=True)
    rows = lay_rows(page, frame["item"].astype(str).tolist())
    rows.line(0)
    for side in (-cut, cut):
        rows.line(side, linewidth=0.9, linestyle=":", color=GREY)
    for number, name in enumerate(names, start=1):
        values = frame[name].to_numpy(dtype=float)
        large = np.abs(values) >= cut
        rows.dots(values, f"{name}, smaller", colour=GREY, hollow=True, size=16, rows=np.flatnonzero(~large))
        rows.dots(values, name, size=110, above=4, rows=np.flatnonzero(large))
        for at, value in zip(rows.place[large], values[large], strict=True):
            rows.ax.text(
                value, at, str(number), ha="center", va="center_baseline", fontsize=8, color=PAPER, zorder=5
            )
    reach = max(1.0, 1.1 * float(np.abs(result.loadings.to_numpy()).max()))
    rows.ax.set_xlim(-reach if (result.loadings.to_numpy() < -cut).any() else -max(cut, 0.5), reach)
    return Told(
        page.say("loadings", items=len(frame), factors=len(names)),
        page.say("loadings_unit"),
        (
            page.say("numbers", cut=f"{cut:g}"),
            page.say("small", cut=f"{cut:g}"),
            page.say(
                "method",
                method=page.say(str(result.settings["method"])),
                rotation=str(result.settings["rotation"]),
                respondents=f"{result.fit['respondents']:.0f}",
            ),
        ),
    )
