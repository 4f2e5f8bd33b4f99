"""Where starts and ceases lead: numbers of children in years to come, and steady rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from carerates.charts.courses import panel_codes
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words, names_in, phrases_in, source_in
from carerates.charts.rows import lay_rows, pick_rows
from carerates.charts.style import BLUE, GREY, INK, Furniture, dress, house_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from carerates.models import FittedFlows, StockForecast

_WORDS: dict[str, Phrases] = {
    "en": {
        "title": "Children looked after at 31 March: published to {upto}, forecast to {last}",
        "unit": "Children looked after",
        "scales": "Each panel has a scale of its own, from 0.",
        "marks": (
            "Points: published numbers; bars: what rounding leaves possible. Diamonds: median forecast from "
            "starts and ceases; band: {level} predictive interval."
        ),
        "supposes": "It supposes that years to come are like the years fitted; no policy or event is in it.",
        "ends": "The {half} highest and {half} lowest of {all} areas in {last}; the file holds all.",
        "left_out": (
            "Not forecast, without starts and ceases that could be used in {upto}: {count} of {all} areas."
        ),
        "flows": "Starts and ceases: figures supplied by the user.",
        "failed": "DO NOT RELY ON THESE FIGURES: the fit did not pass its checks.",
        "steady": "Rate of children looked after at 31 March {year}, and where starts and ceases would lead",
        "steady_marks": (
            "Hollow circles: rate at 31 March {year}. Diamonds: steady rate, at which as many would cease as "
            "start; bars: its {level} credible interval. A direction, not a date or a target."
        ),
    },
    "cy": {
        "title": "Plant sy'n derbyn gofal ar 31 Mawrth: cyhoeddwyd hyd {upto}, rhagolwg hyd {last}",
        "unit": "Plant sy'n derbyn gofal",
        "scales": "Mae gan bob panel ei raddfa ei hun, o 0.",
        "marks": (
            "Pwyntiau: niferoedd cyhoeddedig; barrau: yr hyn y mae talgrynnu'n ei adael yn bosibl. "
            "Diemwntau: rhagolwg canolrifol o ddechrau a pheidio; band: cyfwng rhagfynegol {level}."
        ),
        "supposes": (
            "Mae'n tybio bod y blynyddoedd i ddod yn debyg i'r rhai a ffitiwyd; nid oes polisi na digwyddiad "
            "ynddo."
        ),
        "ends": "Y {half} uchaf a'r {half} isaf o {all} ardal yn {last}; mae'r ffeil yn cynnwys pob un.",
        "left_out": (
            "Heb ragolwg, am nad oes dechrau a pheidio y gellid eu defnyddio yn {upto}: {count} o {all} "
            "ardal."
        ),
        "flows": "Dechrau a pheidio: ffigurau a ddarparwyd gan y defnyddiwr.",
        "failed": "PEIDIWCH Â DIBYNNU AR Y FFIGURAU HYN: ni phasiodd y ffit ei wiriadau.",
        "steady": (
            "Cyfradd plant sy'n derbyn gofal ar 31 Mawrth {year}, a lle byddai dechrau a pheidio yn arwain"
        ),
        "steady_marks": (
            "Cylchoedd gwag: y gyfradd ar 31 Mawrth {year}. Diemwntau: y gyfradd sefydlog, lle byddai "
            "cynifer yn peidio ag yn dechrau; barrau: ei chyfwng credadwy {level}. Cyfeiriad, nid dyddiad na "
            "tharged."
        ),
    },
}


def draw_stock_forecast(
    result: StockForecast,
    *,
    areas: Sequence[str] | None = None,
    columns: int = 4,
    headline: str = "",
    title: str = "",
    lang: str = "en",
) -> Sequence[Axes]:
    """Draw each area's published numbers and their forecast, in a panel of its own.

    Parameters
    ----------
    result : StockForecast
        What :meth:`carerates.models.FittedFlows.forecast` gave.
    areas : sequence of str, optional
        Names or codes; all up to 24, else the twelve highest and twelve lowest in the last published year.
    columns : int
        Panels side by side.
    headline, title : str
        What the panels show together, as a statement; measure, places and period.
    lang : {"en", "cy"}
        Language of words and names.

    Returns
    -------
    list of Axes
        One for each area, in the order asked for; else highest first.
    """
    from carerates.charts.canvas import new_panels, space_panels

    words = phrases_in(_WORDS, lang)
    observed, ahead = result.observed, result.to_frame()
    codes, notes = panel_codes(observed, areas, words["ends"], by="children")
    years = (int(observed["year"].min()), result.years[-1])
    with house_style():
        panels = new_panels(len(codes), columns, size=(2.2, 1.75), width=6.0, sharey=False)
        for ax, code in zip(panels, codes, strict=True):
            past = observed[observed["area_code"] == code]
            _draw_area(ax, past, ahead[ahead["area_code"] == code])
            (name,) = names_in([code], [str(past["area_name"].iloc[-1])], lang)
            ax.set_title(name, loc="left", fontsize=8.5, fontweight="bold")
            ax.tick_params(labelsize=7.5)
        step = max(1, -(-(years[1] - years[0] + 1) // 4))
        ticks = list(range(years[1], years[0] - 1, -step))[::-1]
        panels[0].set_xlim(years[0] - 0.6, years[1] + 0.6)
        panels[0].set_xticks(ticks, [str(one) for one in ticks])
        upto = result.years[0] - 1
        furniture = Furniture(
            headline,
            title or words["title"].format(upto=upto, last=years[1]),
            words["unit"],
            source_in(result.provenance, lang),
            (*_told(result, words), *[words["scales"]] * (len(codes) > 1), *notes, words["flows"]),
        )
        dress(panels[0], furniture, own_figure=True)
        space_panels(panels[0], across=0.3, down=0.38, above=0.2)
    return panels


def _draw_area(ax: Axes, past: pd.DataFrame, ahead: pd.DataFrame) -> None:
    """Draw one area; the band opens from what the last published number may be."""
    last = past.iloc[-1]
    years = [last["year"], *ahead["year"]]
    low, high = [last["children_low"], *ahead["lower_95"]], [last["children_high"], *ahead["upper_95"]]
    ax.fill_between(years, low, high, color=BLUE, alpha=0.2, linewidth=0, zorder=1.5, label="interval")
    ax.plot(years, [last["children"], *ahead["children"]], color=BLUE, linewidth=1.2, zorder=2)
    ax.scatter(
        ahead["year"],
        ahead["children"],
        s=16,
        marker="D",
        color=BLUE,
        linewidths=0,
        zorder=3,
        label="forecast",
    )
    ax.plot(past["year"], past["children"], color=GREY, linewidth=1.0, zorder=2)
    ax.vlines(
        past["year"],
        past["children_low"],
        past["children_high"],
        color=INK,
        linewidth=2.2,
        alpha=0.55,
        zorder=2.5,
    )
    ax.scatter(past["year"], past["children"], s=9, color=INK, linewidths=0, zorder=3, label="published")
    ax.set_ylim(0, 1.08 * max(max(high), float(past["children_high"].max())))
    ax.locator_params(axis="y", nbins=5, integer=True)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _told(result: StockForecast, words: Phrases) -> list[str]:
    """Return the notes under the panels."""
    said = [words["failed"]] if result.checks != "passed" else []
    said += [words["marks"].format(level=level_words(result.interval_probability)), words["supposes"]]
    if count := len(result.left_out):
        every = count + len(result.area_codes)
        said.append(words["left_out"].format(upto=result.years[0] - 1, count=count, all=every))
    return said


@chart(_WORDS)
def draw_steady(
    page: Page, result: FittedFlows, *, year: int | None = None, areas: Sequence[str] | None = None
) -> Told:
    """Draw each area's rate, and the steady rate to which its starts and ceases would lead.

    Parameters
    ----------
    result : FittedFlows
        What :func:`carerates.models.fit_flows` gave.
    """
    every = result.to_frame()
    years = sorted(int(one) for one in every["year"].unique())
    shown = years[-1] if year is None else year
    if shown not in years:
        raise ValueError(f"The fit holds flows of {years[0]} to {years[-1]}; there are none of {year}.")
    # areas without flows in that year have no row, which the notes say
    names = every[["area_code", "area_name"]].drop_duplicates("area_code")
    of_year = every[every["year"] == shown].drop(columns="area_name")
    frame = names.merge(of_year, on="area_code", how="left")
    frame, notes = pick_rows(frame, "steady_rate_per_10000", areas, page.lang)
    rows = lay_rows(page, frame["area_name"].tolist())
    rows.bars(frame["steady_lower_95"], frame["steady_upper_95"])
    rows.dots(frame["rate_per_10000"], "now", colour=GREY, hollow=True, size=34)
    rows.dots(frame["steady_rate_per_10000"], "steady", marker="D", above=4)
    failed = [page.say("failed")] * (result.checks != "passed")
    marks = page.say("steady_marks", year=shown, level=level_words(result.interval_probability))
    return Told(
        page.say("steady", year=shown), page.say("row_rate"), (*failed, marks, *notes, page.say("flows"))
    )
