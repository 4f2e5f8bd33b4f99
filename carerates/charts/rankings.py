"""Areas in order, with how unsure that order is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.labels import label_points
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words
from carerates.charts.rows import MOST, lay_rows, pick_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE

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
        "rate_title": "Cyfradd waelodol plant sy'n derbyn gofal ar 31 Mawrth {year}: {areas} ardal",
        "rate_notes": (
            "Dotiau: cyfradd waelodol. Barrau: cyfwng credadwy {level}. "
            "Diemwntau gwag: y gyfradd a ddisgwylir o'r amgylchiadau."
        ),
        "order": "Ardaloedd yn nhrefn y gyfradd waelodol",
    },
}


@chart(_WORDS)
def draw_ranking(page: Page, result: Classification, *, areas: Sequence[str] | None = None) -> Told:
    """Draw the rank of each area's change with its interval.

    Parameters
    ----------
    result : Classification
        With probabilities and ranks (``k`` not None).
    """
    rule, frame = result.settings.rule, result.to_frame()
    if "rank_expected" not in frame:
        raise ValueError("This classification has no ranks: classify with probability=0.8 or a fit, and k=5.")
    shown, notes = pick_rows(frame.assign(down=-frame["rank_expected"]), "down", areas, page.lang)
    rows = lay_rows(page, shown["area_name"].tolist())
    rows.bars(shown["rank_lower"], shown["rank_upper"])
    rows.dots(shown["rank_expected"], "rank")
    rows.ax.set_xlim(0, float(frame["rank_upper"].max()) + 1)
    return Told(
        page.say("rank_title", start=rule.start, end=rule.end),
        page.say("rank_unit"),
        (page.say("rank_notes", level=level_words(result.settings.interval)), *notes),
    )


@chart(_WORDS)
def draw_caterpillar(
    page: Page, fit: FittedRates, *, year: int | None = None, areas: Sequence[str] | None = None
) -> Told:
    """Draw every area's underlying rate with its interval, in order, beside the rate expected.

    Parameters
    ----------
    fit : FittedRates
        What :func:`carerates.fit` gave.
    areas : sequence of str, optional
        Names or codes of areas, as rows; by default all: as rows up to forty, else along the horizontal
        axis with the names of the two ends.
    """
    frame = year_of(fit, year)
    across = areas is None and len(frame) > MOST
    if across:
        shown = frame.sort_values("underlying_rate_per_10000", kind="stable").reset_index(drop=True)
        shown["area_name"] = page.names(shown)
        ax, place = page.axes(), np.arange(len(shown), dtype=float)
        notes: list[str] = []
        ax.vlines(place, shown["lower_95"], shown["upper_95"], color=GREY, linewidth=1.1, zorder=2)
    else:
        shown, notes = pick_rows(frame, "underlying_rate_per_10000", areas, page.lang)
        rows = lay_rows(page, shown["area_name"].tolist())
        rows.bars(shown["lower_95"], shown["upper_95"])
        ax, place = rows.ax, rows.place
    for column, marker, face, edge in (
        ("expected_rate_per_10000", "D", "none", ORANGE),
        ("underlying_rate_per_10000", "o", BLUE, BLUE),
    ):
        x, y = (place, shown[column]) if across else (shown[column], place)
        ax.scatter(
            x,
            y,
            s=9 if across else 30,
            marker=marker,
            facecolors=face,
            edgecolors=edge,
            linewidths=0.9,
            zorder=3,
            label=column,
        )
    if across:
        ax.set_xticks([])
        ax.set_xlabel(page.say("order"), fontsize=9)
        ax.set(xlim=(-2, len(shown) + 1), ylim=(0, 1.06 * float(shown["upper_95"].max())))
    return Told(
        page.say("rate_title", year=int(frame["year"].iloc[0]), areas=len(frame)),
        page.say("rate" if across else "row_rate"),
        (page.say("rate_notes", level=level_words(fit.interval_probability)), *notes),
        (lambda: _name_ends(ax, shown)) if across else None,
    )


def _name_ends(ax: Axes, rows: pd.DataFrame) -> None:
    """Name the two ends of a chart that has its areas along the horizontal axis."""
    label_points(
        ax,
        np.arange(len(rows), dtype=float),
        rows["underlying_rate_per_10000"].to_numpy(dtype=float),
        rows["area_name"].tolist(),
        label=[*range(len(rows) - 1, len(rows) - 9, -1), *range(6)],
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
