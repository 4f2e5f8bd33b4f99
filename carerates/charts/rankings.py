"""Areas in order, with how unsure that order is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.labels import label_points
from carerates.charts.phrases import Phrases, names_in, phrases_in, source_in
from carerates.charts.rows import MOST, dress_rows, new_rows, pick_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE, Furniture, dress, house_style, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from carerates.models import FittedRates
    from carerates.trends import Classification

_WORDS: dict[str, Phrases] = {
    "en": {
        "rank_unit": "Area, and rank by change (1: largest)",
        "rank_title": "Rank of each area's change, 31 March {start} to {end}",
        "rank_notes": "Dots: expected rank. Bars: {level} interval. Where bars overlap, the order is open.",
        "rate_unit": "Rate per 10,000 aged 0-17",
        "row_unit": "Area, and rate per 10,000 aged 0-17",
        "rate_title": "Underlying rate of children looked after at 31 March {year}: {areas} areas",
        "rate_notes": (
            "Dots: underlying rate. Bars: {level} credible interval. "
            "Hollow diamonds: rate expected from circumstances."
        ),
        "order": "Areas in order of underlying rate",
    },
    "cy": {
        "rank_unit": "Ardal, a safle yn ôl newid (1: mwyaf)",
        "rank_title": "Safle newid pob ardal, 31 Mawrth {start} i {end}",
        "rank_notes": (
            "Dotiau: safle disgwyliedig. Barrau: cyfwng {level}. "
            "Lle mae barrau'n gorgyffwrdd, mae'r drefn yn agored."
        ),
        "rate_unit": "Cyfradd fesul 10,000 o blant 0-17 oed",
        "row_unit": "Ardal, a chyfradd fesul 10,000 o blant 0-17 oed",
        "rate_title": "Cyfradd waelodol plant sy'n derbyn gofal ar 31 Mawrth {year}: {areas} ardal",
        "rate_notes": (
            "Dotiau: cyfradd waelodol. Barrau: cyfwng credadwy {level}. "
            "Diemwntau gwag: y gyfradd a ddisgwylir o'r amgylchiadau."
        ),
        "order": "Ardaloedd yn nhrefn y gyfradd waelodol",
    },
}


def draw_ranking(
    result: Classification,
    ax: Axes | None = None,
    *,
    headline: str = "",
    title: str = "",
    areas: Sequence[str] | None = None,
    lang: str = "en",
) -> Axes:
    """Draw the rank of each area's change with its interval.

    Parameters
    ----------
    result : Classification
        With probabilities and ranks (``k`` not None).
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
    words, rule, frame = phrases_in(_WORDS, lang), result.settings.rule, result.to_frame()
    if "rank_expected" not in frame:
        raise ValueError("This classification has no ranks: classify with probability=0.8 or a fit, and k=5.")
    rows, notes = pick_rows(frame.assign(rank_down=-frame["rank_expected"]), "rank_down", areas, lang)
    with house_style():
        own = ax is None
        names = rows["area_name"].tolist()
        ax, place = new_rows(ax, names)
        ax.hlines(place, rows["rank_lower"], rows["rank_upper"], color=GREY, linewidth=1.8, zorder=2)
        ax.scatter(rows["rank_expected"], place, s=30, color=BLUE, zorder=3)
        ax.set_xlim(0, float(frame["rank_upper"].max()) + 1)
        furniture = Furniture(
            headline,
            title or words["rank_title"].format(start=rule.start, end=rule.end),
            words["rank_unit"],
            source_in(result.provenance, lang),
            (words["rank_notes"].format(level=f"{100 * result.settings.interval:g}%"), *notes),
        )
        dress_rows(ax, names, furniture, own=own)
    return ax


def draw_caterpillar(
    fit: FittedRates,
    ax: Axes | None = None,
    *,
    year: int | None = None,
    headline: str = "",
    title: str = "",
    areas: Sequence[str] | None = None,
    lang: str = "en",
) -> Axes:
    """Draw every area's underlying rate with its interval, in order, beside the rate expected.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    ax : Axes, optional
        Where to draw; a new figure when not given.
    year : int, optional
        Year of the 31 March; the last by default.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    areas : sequence of str, optional
        Names or codes of areas, as rows; by default all: as rows up to forty, else along the horizontal
        axis with the names of the two ends.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    Axes
    """
    words, frame = phrases_in(_WORDS, lang), year_of(fit, year)
    shown = int(frame["year"].iloc[0])
    level = f"{100 * fit.interval_probability:g}%"
    with house_style():
        own = ax is None
        if areas is None and len(frame) > MOST:
            rows = frame.sort_values("underlying_rate_per_10000", kind="stable").reset_index(drop=True)
            rows["area_name"] = names_in(rows["area_code"].tolist(), rows["area_name"].tolist(), lang)
            ax, place = new_axes(ax, (8.0, 5.6)), np.arange(len(rows), dtype=float)
            notes: list[str] = []
            ax.vlines(place, rows["lower_95"], rows["upper_95"], color=GREY, linewidth=1.1, zorder=2)
            across, size = True, 9
        else:
            rows, notes = pick_rows(frame, "underlying_rate_per_10000", areas, lang)
            ax, place = new_rows(ax, rows["area_name"].tolist())
            ax.hlines(place, rows["lower_95"], rows["upper_95"], color=GREY, linewidth=1.8, zorder=2)
            across, size = False, 30
        for column, marker, face, edge in (
            ("expected_rate_per_10000", "D", "none", ORANGE),
            ("underlying_rate_per_10000", "o", BLUE, BLUE),
        ):
            x, y = (place, rows[column]) if across else (rows[column], place)
            ax.scatter(
                x,
                y,
                s=size,
                marker=marker,
                facecolors=face,
                edgecolors=edge,
                linewidths=0.9,
                zorder=3,
                label=column,
            )
        furniture = Furniture(
            headline,
            title or words["rate_title"].format(year=shown, areas=len(frame)),
            words["rate_unit" if across else "row_unit"],
            source_in(fit.provenance, lang),
            (words["rate_notes"].format(level=level), *notes),
        )
        if across:
            _finish_across(ax, rows, furniture, words, own=own)
        else:
            dress_rows(ax, rows["area_name"].tolist(), furniture, own=own)
    return ax


def _finish_across(ax: Axes, rows: pd.DataFrame, furniture: Furniture, words: Phrases, *, own: bool) -> None:
    """Name the two ends of a chart that has its areas along the horizontal axis."""
    ax.set_xticks([])
    ax.set_xlabel(words["order"], fontsize=9)
    ax.set(xlim=(-2, len(rows) + 1), ylim=(0, 1.06 * float(rows["upper_95"].max())))
    dress(ax, furniture, own_figure=own)
    ends = [*range(len(rows) - 1, len(rows) - 9, -1), *range(6)]
    label_points(
        ax,
        np.arange(len(rows), dtype=float),
        rows["underlying_rate_per_10000"].to_numpy(dtype=float),
        rows["area_name"].tolist(),
        label=ends,
        fontsize=8,
        clear_of=np.column_stack(
            [np.repeat(np.arange(len(rows)), 2), rows[["lower_95", "upper_95"]].to_numpy().ravel()]
        ),
    )
    ax.axhline(0, color=INK, linewidth=0.8)


def year_of(fit: FittedRates, year: int | None) -> pd.DataFrame:
    """Return the rows of one year of a fit, the last when none is given."""
    frame = fit.to_frame()
    years = sorted(int(one) for one in frame["year"].unique())
    wanted = years[-1] if year is None else year
    if wanted not in years:
        raise ValueError(f"The fit holds {years[0]} to {years[-1]}; there is no {year}.")
    return frame[frame["year"] == wanted].reset_index(drop=True)
