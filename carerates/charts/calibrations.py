"""Do probabilities mean what they say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carerates.charts.classes import label_in, mark_of, shape_in
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.style import GREY

if TYPE_CHECKING:
    from carerates.trends import ClassCalibration

_WORDS: dict[str, Phrases] = {
    "en": {
        "title": "Probability of a class and how often it was true: {replicates} histories of {areas} areas",
        "unit": "Share of areas of which the class was true",
        "axis": "Probability given to the class",
        "marks": "{marks}. Bars: two standard errors. On the line, a probability is what it says.",
        "labels": "{label}: {given} labels per history at {asked} or more, {false} of them false.",
        "none": "{label}: no labels at {asked} or more.",
    },
    "cy": {
        "title": "Tebygolrwydd pob dosbarth a pha mor aml yr oedd yn wir: {replicates} hanes o {areas} ardal",
        "unit": "Cyfran yr ardaloedd yr oedd y dosbarth yn wir amdanynt",
        "axis": "Y tebygolrwydd a roddwyd i'r dosbarth",
        "marks": "{marks}. Barrau: dau gyfeiliornad safonol. Ar y llinell, mae'r tebygolrwydd yn gywir.",
        "labels": "{label}: {given} label yr hanes ar {asked} neu fwy, {false} ohonynt yn anghywir.",
        "none": "{label}: dim labeli ar {asked} neu fwy.",
    },
}


@chart(_WORDS)
def draw_calibration(page: Page, result: ClassCalibration) -> Told:
    """Draw how often a class was true against the probability it was given, in bands of probability.

    Parameters
    ----------
    result : ClassCalibration
        What :func:`carerates.trends.calibrate_classes` gave.
    """
    frame, chosen = result.to_frame(), result.settings
    ax = page.axes((6.4, 6.4))
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, zorder=1.5, label="as stated")
    ax.axvline(chosen.probability, color=GREY, linewidth=1.0, linestyle=":", zorder=1.4)
    marks = []
    for label, rows in frame.groupby("label", sort=False):
        mark = mark_of(str(label))
        ax.vlines(
            rows["mean_probability"],
            (rows["share_true"] - 2 * rows["standard_error"]).clip(lower=0),
            (rows["share_true"] + 2 * rows["standard_error"]).clip(upper=1),
            color=mark.colour,
            linewidth=1.4,
            alpha=0.7,
            zorder=2,
        )
        ax.scatter(
            rows["mean_probability"],
            rows["share_true"],
            s=mark.size,
            marker=mark.marker,
            color=mark.colour,
            zorder=3,
            label=str(label),
        )
        marks.append(f"{shape_in(str(label), page.lang)}: {label_in(str(label), page.lang)}")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set_xlabel(page.say("axis"), fontsize=9)
    words = "; ".join(marks)
    notes = [page.say("marks", marks=words[:1].upper() + words[1:])]
    for row in result.labels().to_dict("records"):
        name = label_in(str(row["label"]), page.lang)
        told = {"label": name[:1].upper() + name[1:], "asked": f"{chosen.probability:g}"}
        notes.append(
            page.say(
                "labels", given=f"{row['labels_per_history']:.1f}", false=f"{row['false_share']:.0%}", **told
            )
            if row["labels_per_history"] > 0
            else page.say("none", **told)
        )
    return Told(page.say("title", replicates=chosen.replicates, areas=result.areas), page.say("unit"), notes)
