"""What lies behind a change: where it started from, when it turned, who came and who left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.rows import lay_rows, pick_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE, PAPER, TEAL

if TYPE_CHECKING:
    from carerates.trends import Reversion, StockFlow, TurningPoints

_WORDS: dict[str, Phrases] = {
    "en": {
        "reversion": "Change in the rate of children looked after to 31 March {end}, from three bases",
        "reversion_unit": "Area (lowest rate in {start} at the bottom), and change in per cent",
        "reversion_marks": (
            "Hollow circles: since {start}. Diamonds: since {start} with its rate drawn to the middle as far "
            "as counting error justifies. Triangles: since the mean of the {years} years before."
        ),
        "reversion_why": (
            "Where circle and diamond differ, counting error at the start is part of the change; triangles "
            "hold what changed before {start} too. Rate in {start} and change correlate {own}; with the "
            "earlier base {earlier}."
        ),
        "turning": "Year in which each area's yearly change turned most, children looked after",
        "turning_unit": "Area, and 31 March after which the yearly change differs most",
        "turning_marks": (
            "Filled: a turn at a false discovery rate of {rate} ({count} of {all} areas tested). Hollow: the "
            "likeliest year where there is no evidence of a turn. Triangles point the way of the turn."
        ),
        "turning_numbers": "Beside each: change per year before and after, in per cent.",
        "flows": "Children starting and ceasing to be looked after in the year to 31 March",
        "flows_unit": "Area and year, and children",
        "flows_marks": (
            "To the right: children who started. To the left, hatched: who ceased. Diamonds: change in the "
            "number looked after; bar through it: what rounding leaves possible."
        ),
        "flows_gap": "Change beyond starts less ceases: {low} to {high} children.",
    },
    "cy": {
        "reversion": "Newid yng nghyfradd y plant sy'n derbyn gofal hyd 31 Mawrth {end}, o dair sail",
        "reversion_unit": "Ardal (y gyfradd isaf yn {start} ar y gwaelod), a newid y cant",
        "reversion_marks": (
            "Cylchoedd gwag: ers {start}. Diemwntau: ers {start} a'i chyfradd wedi'i thynnu tua'r canol "
            "i'r graddau y mae gwall cyfrif yn cyfiawnhau. Trionglau: ers cymedr y {years} blynedd cyn "
            "hynny."
        ),
        "reversion_why": (
            "Lle mae'r cylch a'r diemwnt yn wahanol, mae gwall cyfrif ar y dechrau yn rhan o'r newid; mae'r "
            "trionglau'n cynnwys hefyd yr hyn a newidiodd cyn {start}. Cydberthynas cyfradd {start} a'r "
            "newid: {own}; gyda'r sail gynharach: {earlier}."
        ),
        "turning": "Y flwyddyn y trodd newid blynyddol pob ardal fwyaf, plant sy'n derbyn gofal",
        "turning_unit": "Ardal, a'r 31 Mawrth y mae'r newid blynyddol yn fwyaf gwahanol ar ei ôl",
        "turning_marks": (
            "Llawn: tro ar gyfradd darganfod anghywir o {rate} ({count} o {all} ardal a brofwyd). Gwag: y "
            "flwyddyn fwyaf tebygol lle nad oes tystiolaeth o dro. Mae trionglau'n pwyntio i gyfeiriad y tro."
        ),
        "turning_numbers": "Wrth ymyl pob un: newid y flwyddyn cyn ac ar ôl, y cant.",
        "flows": "Plant a ddechreuodd ac a beidiodd â derbyn gofal yn y flwyddyn hyd 31 Mawrth",
        "flows_unit": "Ardal a blwyddyn, a phlant",
        "flows_marks": (
            "I'r dde: plant a ddechreuodd. I'r chwith, llinellog: a beidiodd. Diemwntau: newid yn y nifer "
            "sy'n derbyn gofal; y bar drwyddo: yr hyn y mae talgrynnu'n ei adael yn bosibl."
        ),
        "flows_gap": "Newid y tu hwnt i ddechrau llai peidio: {low} i {high} o blant.",
    },
}


@chart(_WORDS)
def draw_reversion(page: Page, result: Reversion, *, areas: Sequence[str] | None = None) -> Told:
    """Draw each area's change from the start year, from a shrunk start and from earlier years.

    Parameters
    ----------
    result : Reversion
        What :func:`carerates.trends.regression_to_mean` gave.

    Returns
    -------
    Axes
        Areas in the order of their rate at the start, since it is high and low starts that come back.
    """
    settings, every = result.settings, result.to_frame()
    known = every["percent_change"].notna()
    frame, notes = pick_rows(every.assign(order=every["rate_start"].where(known)), "order", areas, page.lang)
    rows = lay_rows(page, frame["area_name"].tolist())
    bases = ["percent_change", "percent_change_shrunk_base", "percent_change_earlier_base"]
    values = frame[bases].to_numpy(dtype=float)
    rows.line(0)
    rows.bars(np.nanmin(values, axis=1), np.nanmax(values, axis=1))
    rows.dots(values[:, 0], "start", colour=GREY, hollow=True, size=34)
    rows.dots(values[:, 1], "shrunk", marker="D", size=30, above=4)
    rows.dots(values[:, 2], "earlier", marker="^", colour=TEAL, size=34, above=4)
    rows.in_per_cent()
    told = page.say(
        "reversion_why",
        start=settings.start,
        own=f"{result.correlation:+.2f}",
        earlier=f"{result.correlation_earlier:+.2f}" if np.isfinite(result.correlation_earlier) else "-",
    )
    return Told(
        page.say("reversion", end=settings.end),
        page.say("reversion_unit", start=settings.start),
        (page.say("reversion_marks", start=settings.start, years=settings.base_years), told, *notes),
    )


@chart(_WORDS)
def draw_turning_points(page: Page, result: TurningPoints, *, areas: Sequence[str] | None = None) -> Told:
    """Draw when each area's yearly change turned most, and whether there is evidence that it did.

    Parameters
    ----------
    result : TurningPoints
        What :func:`carerates.trends.turning_points` gave.
    """
    every = result.to_frame()
    tested = every["p_value"].notna()
    years = every["turning_year"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    # the surest turns at the top; an area that was not tested has no row
    every = every.assign(order=(-every["p_value"]).where(tested), at=years)
    frame, notes = pick_rows(every, "order", areas, page.lang)
    rows = lay_rows(page, frame["area_name"].tolist())
    before, after = (frame[f"percent_per_year_{name}"].to_numpy(dtype=float) for name in ("before", "after"))
    turned = frame["turned"].to_numpy(dtype=bool)
    for label, marker, colour, way in (
        ("up", "^", BLUE, after >= before),
        ("down", "v", ORANGE, after < before),
    ):
        for sure in (True, False):
            rows.dots(
                frame["at"],
                f"{label}, turned" if sure else label,
                marker=marker,
                colour=colour,
                hollow=not sure,
                size=44,
                rows=np.flatnonzero(way & (turned == sure)),
            )
    texts = [f"{first:+.1f} / {then:+.1f}" for first, then in zip(before, after, strict=True)]
    rows.write(frame["at"], texts, away=9, colour=INK)
    low, high = int(np.nanmin(years)), int(np.nanmax(years))
    step = max(1, -(-(high - low) // 8))
    rows.ax.set_xticks(range(low, high + 1, step), [str(one) for one in range(low, high + 1, step)])
    rows.ax.set_xlim(low - 0.6, high + max(2.0, 0.25 * (high - low)))
    marks = page.say(
        "turning_marks",
        rate=f"{result.settings.false_discovery_rate:g}",
        count=int(every["turned"].sum()),
        all=int(tested.sum()),
    )
    return Told(page.say("turning"), page.say("turning_unit"), (marks, page.say("turning_numbers"), *notes))


@chart(_WORDS)
def draw_flows(
    page: Page, result: StockFlow, *, year: int | None = None, areas: Sequence[str] | None = None
) -> Told:
    """Draw children who started and ceased to be looked after beside the change in their number.

    Parameters
    ----------
    result : StockFlow
        What :func:`carerates.trends.account_flows` gave.
    year : int, optional
        Year to 31 March; every year of the areas shown by default.
    """
    every = result.to_frame()
    years = sorted(int(one) for one in every["year"].unique())
    if year is not None and year not in years:
        raise ValueError(f"There are flows for {', '.join(map(str, years))}; there are none for {year}.")
    shown = every if year is None else every[every["year"] == year]
    frame, notes = pick_rows(shown.assign(order=-shown["year"].astype(float)), "order", areas, page.lang)
    frame = frame.sort_values(["area_name", "year"], ascending=False, kind="stable").reset_index(drop=True)
    rows = lay_rows(
        page, [f"{name} {at}" for name, at in zip(frame["area_name"], frame["year"], strict=True)]
    )
    rows.ax.barh(rows.place, frame["starts"], height=0.7, color=BLUE, label="starts", zorder=2)
    rows.ax.barh(
        rows.place,
        -frame["ceases"],
        height=0.7,
        color=ORANGE,
        hatch="///",
        edgecolor=PAPER,
        label="ceases",
        zorder=2,
    )
    rows.line(0)
    net = (frame["starts"] - frame["ceases"]).to_numpy(dtype=float)
    low, high = (net + frame[name].to_numpy(dtype=float) for name in ("gap_low", "gap_high"))
    rows.ax.hlines(rows.place, low, high, color=INK, linewidth=2.4, zorder=3)
    known = np.flatnonzero(frame["change"].notna())
    rows.dots(frame["change"], "change", marker="D", colour=INK, hollow=True, size=34, above=4, rows=known)
    rows.ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
    gaps = frame["gap"].dropna()
    if len(gaps):
        notes.insert(0, page.say("flows_gap", low=f"{gaps.min():+.0f}", high=f"{gaps.max():+.0f}"))
    return Told(page.say("flows"), page.say("flows_unit"), (page.say("flows_marks"), *notes))
