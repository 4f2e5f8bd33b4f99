"""A cumulative sum or a moving average of one series: the companion of a funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.style import BLUE, GREY, INK, ORANGE, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.funnels.surveillance import SeriesChart

_WORDS: dict[str, Phrases] = {
    "en": {
        "cusum": "Cumulative sum",
        "ewma": "Moving average of z",
        "title": "{method} of observed against expected counts, {first} to {last}",
        "axis": "Period",
        "shapes": (
            "Triangles up: evidence of counts above expected; triangles down (drawn downwards): below. "
            "Filled beyond the threshold (dashed)."
        ),
        "chance": "A series in control signals anywhere in {periods} periods with probability {chance}.",
    },
    "cy": {
        "cusum": "Swm cronnus",
        "ewma": "Cyfartaledd symudol z",
        "title": "{method} y cyfrifon a gafwyd yn erbyn y rhai disgwyliedig, {first} i {last}",
        "axis": "Cyfnod",
        "shapes": (
            "Trionglau i fyny: tystiolaeth o gyfrifon uwchlaw'r disgwyl; trionglau i lawr: islaw. "
            "Llawn y tu hwnt i'r trothwy (llinell doredig)."
        ),
        "chance": (
            "Mae cyfres dan reolaeth yn rhoi arwydd rywle mewn {periods} cyfnod gyda thebygolrwydd {chance}."
        ),
    },
}


@chart(_WORDS)
def draw_series(page: Page, result: SeriesChart) -> Told:
    """Draw the evidence that a series has drifted up or down, with its thresholds.

    Parameters
    ----------
    result : SeriesChart
        What :func:`carerates.funnels.surveillance.chart_series` gave.

    Returns
    -------
    Axes
        The upper statistic above the axis, the lower one mirrored below it.
    """
    frame = result.to_frame()
    method = page.say(result.settings.method)
    place = np.arange(len(frame), dtype=float)
    ax = page.axes()
    ax.axhline(0, color=INK, linewidth=0.8, zorder=1.5)
    _draw_side(ax, place, frame, "above")
    _draw_side(ax, place, frame, "below")
    ax.set_xticks(place, [str(one) for one in frame["period"]], fontsize=9)
    ax.set_xlabel(page.say("axis"), fontsize=9)
    reach = 1.15 * frame[["above", "below", "threshold_above", "threshold_below"]].abs().max().max()
    ax.set(xlim=(-0.5, len(frame) - 0.5), ylim=(-reach, reach))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):,.10g}")
    first, last = frame["period"].iloc[0], frame["period"].iloc[-1]
    chance = f"{result.settings.false_alarm:g}"
    return Told(
        page.say("title", method=method, first=first, last=last),
        method,
        (page.say("shapes"), page.say("chance", periods=len(frame), chance=chance)),
    )


def _draw_side(ax: Axes, place: np.ndarray, frame: pd.DataFrame, side: str) -> None:
    """Draw the statistic of one side and its threshold; the lower side is mirrored."""
    up = side == "above"
    sign, colour, marker = (1.0, BLUE, "^") if up else (-1.0, ORANGE, "v")
    values = sign * frame[side].to_numpy(dtype=float)
    ax.plot(place, sign * frame[f"threshold_{side}"], color=GREY, linewidth=1.1, linestyle="--", zorder=2)
    ax.plot(place, values, color=colour, linewidth=1.2, zorder=2.5, label=side)
    for signalled, face in ((False, PAPER), (True, colour)):
        rows = (frame["signal"] == side).to_numpy() == signalled
        ax.scatter(
            place[rows],
            values[rows],
            s=40,
            marker=marker,
            facecolors=face,
            edgecolors=colour,
            linewidths=1.2,
            zorder=3,
            label=f"{side}, signal" if signalled else side,
        )
