"""From one figure to another: rates at two dates, and pairs of areas with like need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.phrases import Phrases, names_in, phrases_in, source_in
from carerates.charts.rows import dress_rows, new_rows, pick_rows
from carerates.charts.style import BLUE, GREY, ORANGE, PAPER, Furniture, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from carerates.peers import ContrastingPairs
    from carerates.trends import Change
    from carerates.trends.forecasts import Forecast

_WORDS: dict[str, Phrases] = {
    "en": {
        "rate": "Area, and rate per 10,000 aged 0-17",
        "children": "Area, and number of children looked after",
        "title": "Children looked after at 31 March {start} and {end}",
        "ends": "Hollow circles: {start}. Filled triangles: {end}, pointing the way of the change.",
        "pairs": "Pairs of areas with similar need and different rates, 31 March {year}",
        "pair_ends": (
            "Filled circles: the area with the higher rate (first named). Hollow diamonds: its pair. "
            "Beside each: the ratio of underlying rates."
        ),
        "need": "Similar need on: {factors}. What explains a contrast is not in these figures.",
        "none": "No pair of areas is a convincing contrast.",
        "forecast": "Rate of children looked after: forecast for 31 March {year} from figures to {upto}",
        "forecast_marks": (
            "Hollow circles: {upto}. Diamonds: median forecast for {year}; "
            "bars: {level} predictive interval. It supposes that years to come are like the years seen."
        ),
    },
    "cy": {
        "rate": "Ardal, a chyfradd fesul 10,000 o blant 0-17 oed",
        "children": "Ardal, a nifer y plant sy'n derbyn gofal",
        "title": "Plant sy'n derbyn gofal ar 31 Mawrth {start} a {end}",
        "ends": "Cylchoedd gwag: {start}. Trionglau llawn: {end}, yn pwyntio i gyfeiriad y newid.",
        "pairs": "Parau o ardaloedd ag angen tebyg a chyfraddau gwahanol, 31 Mawrth {year}",
        "pair_ends": (
            "Cylchoedd llawn: yr ardal â'r gyfradd uwch (a enwir gyntaf). Diemwntau gwag: ei phâr. "
            "Wrth ymyl pob un: cymhareb y cyfraddau gwaelodol."
        ),
        "need": "Angen tebyg o ran: {factors}. Nid yw'r hyn sy'n esbonio'r gwahaniaeth yn y ffigurau hyn.",
        "forecast": "Cyfradd plant sy'n derbyn gofal: rhagolwg 31 Mawrth {year} o ffigurau hyd {upto}",
        "forecast_marks": (
            "Cylchoedd gwag: {upto}. Diemwntau: rhagolwg canolrifol ar gyfer {year}; "
            "barrau: cyfwng rhagfynegol {level}. "
            "Mae'n tybio bod y blynyddoedd i ddod yn debyg i'r rhai a welwyd."
        ),
        "none": "Nid oes pâr o ardaloedd sy'n gyferbyniad argyhoeddiadol.",
    },
}


def draw_dumbbells(
    result: Change,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    areas: Sequence[str] | None = None,
    lang: str = "en",
) -> Axes:
    """Draw each area's figure at both dates, joined, in order of the later one.

    Parameters
    ----------
    result : Change
        What :func:`carerates.change` gave.
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
    """
    words, settings = phrases_in(_WORDS, lang), result.settings
    every = result.to_frame()
    both = every["rate_start"].notna() & every["rate_end"].notna()
    frame, notes = pick_rows(every.assign(order=every["rate_end"].where(both)), "order", areas, lang)
    start, end = (frame[name].to_numpy(dtype=float) for name in ("rate_start", "rate_end"))
    with house_style():
        own = ax is None
        names = frame["area_name"].tolist()
        ax, place = new_rows(ax, names)
        ax.hlines(place, start, end, color=GREY, linewidth=1.8, zorder=2)
        ax.scatter(
            start, place, s=30, facecolors=PAPER, edgecolors=GREY, linewidths=1.3, zorder=3, label="start"
        )
        for rows, marker, colour, label in (
            (end >= start, ">", BLUE, "rose"),
            (end < start, "<", ORANGE, "fell"),
        ):
            ax.scatter(end[rows], place[rows], s=42, marker=marker, color=colour, zorder=4, label=label)
        dates = {"start": settings.start, "end": settings.end}
        furniture = Furniture(
            headline,
            title or words["title"].format(**dates),
            words["children" if settings.rate == "children" else "rate"],
            source_in(result.provenance, lang),
            (words["ends"].format(**dates), *notes),
        )
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        dress_rows(ax, names, furniture, own=own)
    return ax


def draw_forecast(
    result: Forecast,
    ax: Axes | None = None,
    *,
    year: int | None = None,
    headline: str = "",
    title: str = "",
    areas: Sequence[str] | None = None,
    lang: str = "en",
) -> Axes:
    """Draw each area's last rate and the forecast of a later year with its predictive interval.

    Parameters
    ----------
    result : Forecast
        What :func:`carerates.trends.forecasts.forecast` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    year : int, optional
        Year of the forecast shown; the last by default.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    areas : sequence of str, optional
        Names or codes of areas to show; all up to forty, else the two ends.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    words, every = phrases_in(_WORDS, lang), result.to_frame()
    years = sorted(int(one) for one in every["year"].unique())
    shown = years[-1] if year is None else year
    if shown not in years:
        raise ValueError(f"The forecast is for {years[0]} to {years[-1]}; there is no {year}.")
    frame, notes = pick_rows(every[every["year"] == shown], "rate_forecast", areas, lang)
    with house_style():
        own = ax is None
        names = frame["area_name"].tolist()
        ax, place = new_rows(ax, names)
        ax.hlines(place, frame["rate_lower"], frame["rate_upper"], color=GREY, linewidth=1.8, zorder=2)
        ax.scatter(
            frame["rate_last"],
            place,
            s=30,
            facecolors=PAPER,
            edgecolors=GREY,
            linewidths=1.3,
            zorder=3,
            label="last",
        )
        ax.scatter(frame["rate_forecast"], place, s=34, marker="D", color=BLUE, zorder=4, label="forecast")
        told = {"upto": result.settings.upto, "year": shown}
        level = f"{100 * result.interval_probability:g}%"
        furniture = Furniture(
            headline,
            title or words["forecast"].format(**told),
            words["children" if result.settings.rate == "children" else "rate"],
            source_in(result.provenance, lang),
            (words["forecast_marks"].format(level=level, **told), *notes),
        )
        dress_rows(ax, names, furniture, own=own)
    return ax


def draw_pairs(
    result: ContrastingPairs,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    lang: str = "en",
) -> Axes:
    """Draw pairs of areas with similar need by their rates, the strongest contrast at the top.

    Parameters
    ----------
    result : ContrastingPairs
        What :func:`carerates.contrasting_pairs` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    words, frame = phrases_in(_WORDS, lang), result.to_frame().iloc[::-1].reset_index(drop=True)
    if frame.empty:
        raise ValueError(words["none"])
    high = names_in(frame["high_code"].tolist(), frame["high_name"].tolist(), lang)
    low = names_in(frame["low_code"].tolist(), frame["low_name"].tolist(), lang)
    names = [f"{one}\n{other}" for one, other in zip(high, low, strict=True)]
    rates = frame[["low_rate_per_10000", "high_rate_per_10000"]].to_numpy(dtype=float)
    with house_style():
        own = ax is None
        ax, place = new_rows(ax, names)
        ax.hlines(place, rates[:, 0], rates[:, 1], color=GREY, linewidth=1.8, zorder=2)
        ax.scatter(rates[:, 1], place, s=36, color=BLUE, zorder=3, label="higher")
        ax.scatter(
            rates[:, 0],
            place,
            s=36,
            marker="D",
            facecolors=PAPER,
            edgecolors=ORANGE,
            linewidths=1.3,
            zorder=3,
            label="lower",
        )
        for at, ratio in zip(place, frame["underlying_ratio"], strict=True):
            ax.annotate(
                f"{ratio:.2f}",
                (rates[int(at), 1], at),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        ax.set_xlim(0, 1.12 * float(np.max(rates)))
        chosen = result.settings
        furniture = Furniture(
            headline,
            title or words["pairs"].format(year=chosen.year),
            words["rate"],
            source_in(result.provenance, lang),
            (
                words["pair_ends"],
                words["need"].format(factors=", ".join(one.replace("_", " ") for one in chosen.on)),
            ),
        )
        if own:
            figure = ax.get_figure(root=True)
            assert figure is not None
            figure.set_size_inches(8.0, 2.4 + 0.5 * max(len(names), 3))
        dress_rows(ax, [*high, *low], furniture, own=own)
    return ax
