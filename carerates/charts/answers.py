"""Survey results: answers to each question, group profiles, odds ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words
from carerates.charts.rows import lay_rows
from carerates.charts.style import BLUE, INK, ORANGE, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.survey import Comparison, OddsRatios, Responses

# from the lowest code to the highest; each half gets darker outwards, so that print without colour reads too
_LOW, _MIDDLE, _HIGH = ("#C8500E", "#EBAF86"), "#D9DDDF", ("#7FAACB", "#12436D")
_WORDS: dict[str, Phrases] = {
    "en": {
        "likert": "Answers to the questions of {scale}",
        "likert_unit": "Question, and per cent of those who answered it",
        "codes": "From left to right: answers {low} to {high}; the middle of the scale is at zero.",
        "answered": "Beside each bar: number of answers, and in brackets of respondents without one.",
        "odds": "Odds of {second} rather than {first}, for one point more on each score",
        "odds_unit": "Score, and odds ratio (log scale)",
        "odds_bars": "Bars: {level} confidence interval.",
        "odds_bars_credible": "Bars: {level} credible interval.",
        "no_bars": "The method gives no interval: {method}.",
        "held": "Each score given the others. Associations are not causes.",
        "profile": "Mean scores of {first} and {second}",
        "profile_unit": "Score, and mean",
        "profile_marks": "Circles: {first}. Diamonds: {second}. Beside each: adjusted p value.",
        "profile_bars": "Bars: {level} confidence interval of each mean.",
        "profile_areas": "Means of areas' means: areas are the units.",
        "profile_respondents": "Means of respondents; the intervals allow for resemblance within areas.",
        "profile_naive": "Means of respondents, taken as if those of one area did not resemble each other: "
        "the intervals are too narrow.",
    },
    "cy": {
        "likert": "Atebion i gwestiynau {scale}",
        "likert_unit": "Cwestiwn, a'r cant o'r rhai a'i hatebodd",
        "codes": "O'r chwith i'r dde: atebion {low} i {high}; mae canol y raddfa ar y llinell sero.",
        "answered": "Wrth ymyl pob bar: nifer yr atebion, ac mewn cromfachau'r ymatebwyr heb ateb.",
        "odds": "Ods {second} yn hytrach na {first}, am un pwynt yn fwy ar bob sgôr",
        "odds_unit": "Sgôr, a chymhareb ods (graddfa log)",
        "odds_bars": "Barrau: cyfwng hyder {level}.",
        "odds_bars_credible": "Barrau: cyfwng credadwy {level}.",
        "no_bars": "Nid yw'r dull yn rhoi cyfwng: {method}.",
        "held": "Pob sgôr o ystyried y lleill. Nid achosion yw cysylltiadau.",
        "profile": "Sgorau cymedrig {first} a {second}",
        "profile_unit": "Sgôr, a chymedr",
        "profile_marks": "Cylchoedd: {first}. Diemwntau: {second}. Wrth ymyl pob un: gwerth p wedi'i addasu.",
        "profile_bars": "Barrau: cyfwng hyder {level} pob cymedr.",
        "profile_areas": "Cymedrau cymedrau'r ardaloedd: ardaloedd yw'r unedau.",
        "profile_respondents": "Cymedrau ymatebwyr; mae'r cyfyngau'n caniatáu tebygrwydd o fewn ardaloedd.",
        "profile_naive": "Cymedrau ymatebwyr, fel pe na bai rhai o'r un ardal yn debyg i'w gilydd: mae'r "
        "cyfyngau'n rhy gul.",
    },
}


@chart(_WORDS)
def draw_likert(page: Page, responses: Responses, *, scale: str | None = None) -> Told:
    """Draw the answers to each question of a scale, as bars that diverge from the middle answer.

    Parameters
    ----------
    responses : Responses
        What :func:`carerates.survey.as_responses` gave.
    scale : str, optional
        Name of the scale; the first by default.
    """
    name = scale or responses.scales.names[0]
    tally = responses.tally(name)
    items = list(dict.fromkeys(tally["item"]))[::-1]
    table = tally.pivot_table(index="item", columns="code", values="percent").reindex(items).fillna(0.0)
    asked = tally.groupby("item")["answers"].sum()
    codes = [int(one) for one in table.columns]
    shown = next(one for one in responses.scales.scales if one.name == name)
    rows = lay_rows(page, items)
    values = table.to_numpy(dtype=float)
    half, middle = len(codes) // 2, len(codes) % 2 == 1
    left = -values[:, :half].sum(axis=1) - (values[:, half] / 2 if middle else 0.0)
    start = left.copy()
    for at, (code, colour) in enumerate(zip(codes, _colours(len(codes)), strict=True)):
        rows.ax.barh(
            rows.place,
            values[:, at],
            left=left,
            height=0.74,
            color=colour,
            edgecolor=PAPER,
            linewidth=0.6,
            label=str(code),
            zorder=2,
        )
        _print_shares(rows.ax, rows.place, left, values[:, at], dark=colour in (_LOW[0], _HIGH[1]))
        left = left + values[:, at]
    without = tally.groupby("item")["no_answer"].first()
    rows.write(left, [f"{int(asked[item]):,} ({int(without[item]):,})" for item in items], away=5)
    rows.line(0, linewidth=0.9, zorder=1.9)
    rows.ax.set_xlim(1.08 * min(float(start.min()), -10), 1.18 * max(float(left.max()), 10))
    rows.ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}%")
    return Told(
        page.say("likert", scale=shown.label),
        page.say("likert_unit"),
        (page.say("codes", low=codes[0], high=codes[-1]), page.say("answered")),
    )


def _colours(count: int) -> list[str]:
    """Return a colour for each code: one hue below the middle, one above, paler inwards."""
    half = count // 2
    low = [_LOW[0]] * max(half - 1, 1) + [_LOW[1]] if half > 1 else [_LOW[0]] * half
    high = [_HIGH[0], *[_HIGH[1]] * max(half - 1, 1)] if half > 1 else [_HIGH[1]] * half
    return [*low[:half], *([_MIDDLE] if count % 2 else []), *high[:half]]


def _print_shares(ax: Axes, place: np.ndarray, left: np.ndarray, width: np.ndarray, *, dark: bool) -> None:
    """Print a share on its bar where there is room."""
    for at, begin, wide in zip(place, left, width, strict=True):
        if wide >= 7:
            ax.text(
                begin + wide / 2,
                at,
                f"{wide:.0f}",
                ha="center",
                va="center",
                fontsize=7.5,
                color=PAPER if dark else INK,
                zorder=4,
            )


@chart(_WORDS)
def draw_odds(page: Page, result: OddsRatios) -> Told:
    """Draw odds ratios with their intervals around 1, on a log scale.

    Parameters
    ----------
    result : OddsRatios
        What :func:`carerates.survey.explain_group` gave.

    Returns
    -------
    Axes
        Without bars where the method gives no interval, which a note says.
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    frame = result.to_frame().iloc[::-1].reset_index(drop=True)
    first, second = result.settings["groups"]
    rows = lay_rows(page, frame["label"].astype(str).tolist())
    rows.ax.set_xscale("log")
    rows.line(1)
    rows.bars(frame["lower_95"], frame["upper_95"])
    rows.dots(frame["odds_ratio"], "odds ratio", marker="s", size=44)
    every = frame[["odds_ratio", "lower_95", "upper_95"]].to_numpy(dtype=float)
    low, high = min(0.5, 0.9 * np.nanmin(every)), max(2.0, 1.1 * np.nanmax(every))
    rows.ax.set_xlim(low, high)
    ticks = [one for one in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if low <= one <= high]
    rows.ax.xaxis.set_major_locator(FixedLocator(ticks))
    rows.ax.xaxis.set_minor_locator(NullLocator())
    rows.ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    method = str(result.settings["method"]).replace("_", " ")
    bars = (
        page.say(
            "odds_bars_credible" if result.interval_kind == "credible" else "odds_bars",
            level=level_words(result.interval_probability),
        )
        if frame["lower_95"].notna().any()
        else page.say("no_bars", method=method)
    )
    return Told(page.say("odds", first=first, second=second), page.say("odds_unit"), (bars, page.say("held")))


@chart(_WORDS)
def draw_profile(page: Page, result: Comparison, *, outcomes: Sequence[str] | None = None) -> Told:
    """Draw the mean scores of two groups side by side, score by score.

    Parameters
    ----------
    result : Comparison
        What :func:`carerates.survey.compare_groups` gave.
    outcomes : sequence of str, optional
        Labels of the scores to show, in order; all by default.
    """
    frame = result.to_frame()
    if outcomes is not None:
        unknown = [one for one in outcomes if one not in set(frame["label"])]
        if unknown:
            there = ", ".join(frame["label"])
            raise ValueError(f"There is no score {', '.join(map(repr, unknown))}; there are: {there}.")
        frame = frame.set_index("label").loc[list(outcomes)].reset_index()
    frame = frame.iloc[::-1].reset_index(drop=True)
    first, second = (str(one) for one in result.settings["groups"])
    rows = lay_rows(page, frame["label"].astype(str).tolist())
    for number, name, up, looks in (
        (1, first, 0.18, {"colour": BLUE}),
        (2, second, -0.18, {"colour": ORANGE, "marker": "D", "hollow": True}),
    ):
        half = rows.moved(up)
        half.bars(frame[f"lower_95_{number}"], frame[f"upper_95_{number}"])
        half.dots(frame[f"estimate_{number}"], name, size=34, **looks)
    chances = [f"p = {p:.2f}" if p >= 0.01 else "p < 0.01" for p in frame["p_adjusted"]]
    rows.write(frame[["upper_95_1", "upper_95_2"]].max(axis=1), chances, away=9)
    low, high = rows.ax.get_xlim()
    rows.ax.set_xlim(low, high + 0.12 * (high - low))
    names = {"first": first, "second": second}
    units = "areas" if result.settings["method"] in ("area_means", "permutation") else "respondents"
    notes = (
        page.say("profile_marks", **names),
        page.say("profile_bars", level=level_words(result.interval_probability)),
        page.say(f"profile_{'naive' if result.settings['method'] in ('student', 'welch') else units}"),
    )
    return Told(page.say("profile", **names), page.say("profile_unit"), notes)
