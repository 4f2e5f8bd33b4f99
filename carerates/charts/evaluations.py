"""Self-evaluations: how far each theme is said to be in place, area beside area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carerates.charts.phrases import Phrases, phrases_in, source_in
from carerates.charts.rows import dress_rows, new_rows
from carerates.charts.style import BLUE, GREY, INK, PAPER, Furniture, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


def draw_evaluation(
    result: SelfEvaluation,
    ax: Axes | None = None,
    *,
    area: str | None = None,
    headline: str = "",
    title: str = "",
    lang: str = "en",
) -> Axes:
    """Draw the profile of self-evaluated themes: one area before the others.

    Parameters
    ----------
    result : SelfEvaluation
        What :func:`carerates.survey.self_evaluation.evaluate_areas` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    area : str, optional
        Name or code of the area to mark; the only one where there is one, else none.
    headline, title : str
        What the chart shows, as a statement; what was asked of whom.
    lang : {"en", "cy"}
        Language of the chart's own words; labels of themes are those of the result.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the area has no score, or no area has.
    """
    words = phrases_in(_WORDS, lang)
    every = result.to_frame()
    frame = every.dropna(subset=["score"])
    if frame.empty:
        raise ValueError("No area has enough respondents; there is nothing to draw.")
    names = frame[["area_code", "area_name"]].drop_duplicates()
    if area is None and len(names) == 1:
        area = str(names["area_code"].iloc[0])
    mine = frame[(frame["area_code"] == area) | (frame["area_name"] == area)]
    if area is not None and mine.empty:
        raise ValueError(f"There is no score of {area!r}; there are: {', '.join(names['area_name'])}.")
    others = frame.drop(mine.index)
    labels = list(dict.fromkeys(every["label"]))[::-1]
    with house_style():
        own = ax is None
        ax, place = new_rows(ax, labels)
        at = dict(zip(labels, (float(one) for one in place), strict=True))
        notes = []
        if not others.empty:
            count = others["area_code"].nunique()
            ax.scatter(
                others["score"], others["label"].map(at), s=34, facecolors="none", edgecolors=GREY,
                linewidths=1.0, zorder=2, label="others",
            )  # fmt: skip
            notes.append(words["many"].format(others=count))
        if len(names) > 1 and not others.empty:
            mean = others.groupby("label")["score"].mean()
            ax.scatter(
                mean, mean.index.map(at), s=46, marker="D", facecolors=PAPER, edgecolors=INK, linewidths=1.4,
                zorder=3, label="mean",
            )  # fmt: skip
            notes.append(words["mean"].format(others=count))
        if not mine.empty:
            rows = mine["label"].map(at)
            ax.hlines(rows, mine["lower_95"], mine["upper_95"], color=BLUE, linewidth=2.2, zorder=3.5)
            ax.scatter(mine["score"], rows, s=52, marker="s", color=BLUE, zorder=4, label="area")
            level = f"{100 * result.interval_probability:g}%"
            notes.insert(0, words["one"].format(area=mine["area_name"].iloc[0], level=level))
        hidden = every["area_code"].nunique() - len(names)
        if hidden:
            notes.append(words["hidden"].format(hidden=hidden, all=every["area_code"].nunique()))
        ax.set_xlim(0.9, 5.1)
        ax.set_xticks([1, 2, 3, 4, 5])
        furniture = Furniture(
            headline,
            title or words["title"],
            words["unit"],
            source_in(result.provenance, lang),
            (" ".join(notes), words["say"]),
        )
        dress_rows(ax, labels, furniture, own=own)
    return ax
