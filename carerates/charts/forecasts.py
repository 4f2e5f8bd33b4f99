"""Years to come, and which way of foretelling them did best on years that came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases, level_words, names_in
from carerates.charts.rows import lay_rows, pick_rows
from carerates.charts.style import BLUE, GREY, INK, ORANGE

if TYPE_CHECKING:
    import pandas as pd

    from carerates.models.results.prediction import Prediction
    from carerates.trends import Forecast, ForecastScores

_METHODS_CY = {
    "model": "model hierarchaidd",
    "pooled": "cyfun",
    "last_value": "gwerth olaf",
    "linear_trend": "tuedd linol",
}
_WORDS: dict[str, Phrases] = {
    "en": {
        "children": "Area, and number of children looked after",
        "forecast": "Rate of children looked after: forecast for 31 March {year} from figures to {upto}",
        "forecast_marks": (
            "Hollow circles: {upto}. Diamonds: median forecast for {year}; "
            "bars: {level} predictive interval. It supposes that years to come are like the years seen."
        ),
        "prediction": "Rate of children looked after: model's prediction for 31 March {year}",
        "prediction_marks": (
            "Diamonds: underlying rate; thick bars: its {level} credible interval. Thin bars: {level} "
            "predictive interval of a published rate, chance and one year's noise included."
        ),
        "supposes": "It supposes that years to come are like the years fitted; no policy or event is in it.",
        "left_out": "Not forecast, because their rows end earlier: {names}.",
        "scores": "Log score of forecasts against the last value, {first} to {last}",
        "scores_unit": "Method and years ahead, and mean difference in log score (0: the last value)",
        "scores_marks": (
            "To the right: more probability than the last value gave to what was then published; 0.1 is 10% "
            "more. Bars: two standard errors, origins as clusters. Beside each: share in {level} intervals."
        ),
        "ahead": "{method}, {horizon} ahead",
    },
    "cy": {
        "children": "Ardal, a nifer y plant sy'n derbyn gofal",
        "forecast": "Cyfradd plant sy'n derbyn gofal: rhagolwg 31 Mawrth {year} o ffigurau hyd {upto}",
        "forecast_marks": (
            "Cylchoedd gwag: {upto}. Diemwntau: rhagolwg canolrifol ar gyfer {year}; barrau: cyfwng "
            "rhagfynegol {level}. Mae'n tybio bod y blynyddoedd i ddod yn debyg i'r rhai a welwyd."
        ),
        "prediction": "Cyfradd plant sy'n derbyn gofal: rhagfynegiad y model ar gyfer 31 Mawrth {year}",
        "prediction_marks": (
            "Diemwntau: cyfradd waelodol; barrau trwchus: ei chyfwng credadwy {level}. Barrau tenau: cyfwng "
            "rhagfynegol {level} cyfradd gyhoeddedig, gan gynnwys siawns a sŵn un flwyddyn."
        ),
        "supposes": (
            "Mae'n tybio bod y blynyddoedd i ddod yn debyg i'r rhai a ffitiwyd; nid oes polisi na digwyddiad "
            "ynddo."
        ),
        "left_out": "Heb ragolwg, am fod eu rhesi'n dod i ben yn gynharach: {names}.",
        "scores": "Sgôr log rhagolygon yn erbyn y gwerth olaf, {first} i {last}",
        "scores_unit": "Dull a blynyddoedd ymlaen, a gwahaniaeth cymedrig y sgôr log (0: y gwerth olaf)",
        "scores_marks": (
            "I'r dde: mwy o debygolrwydd nag a roddodd y gwerth olaf i'r hyn a gyhoeddwyd wedyn; mae "
            "0.1 yn 10% yn fwy. Barrau: dau gyfeiliornad safonol. Wrth bob un: y gyfran o fewn {level}."
        ),
        "ahead": "{method}, {horizon} ymlaen",
    },
}


@chart(_WORDS)
def draw_forecast(
    page: Page, result: Forecast, *, year: int | None = None, areas: Sequence[str] | None = None
) -> Told:
    """Draw each area's last rate and the forecast of a later year with its predictive interval.

    Parameters
    ----------
    result : Forecast
        What :func:`carerates.trends.forecasts.forecast` gave.
    year : int, optional
        Year of the forecast shown; the last by default.
    """
    every = result.to_frame()
    shown = _year_shown(every["year"], year)
    frame, notes = pick_rows(every[every["year"] == shown], "rate_forecast", areas, page.lang)
    rows = lay_rows(page, frame["area_name"].tolist())
    rows.bars(frame["rate_lower"], frame["rate_upper"])
    rows.dots(frame["rate_last"], "last", colour=GREY, hollow=True)
    rows.dots(frame["rate_forecast"], "forecast", marker="D", size=34, above=4)
    told = {"upto": result.settings.upto, "year": shown}
    level = level_words(result.interval_probability)
    return Told(
        page.say("forecast", **told),
        page.say("children" if result.settings.rate == "children" else "row_rate"),
        (page.say("forecast_marks", level=level, **told), *notes),
    )


@chart(_WORDS)
def draw_prediction(
    page: Page, result: Prediction, *, year: int | None = None, areas: Sequence[str] | None = None
) -> Told:
    """Draw a model's prediction of one year: underlying rate, and what a published rate may be.

    Parameters
    ----------
    result : Prediction
        What :meth:`carerates.FittedRates.forecast` or ``predict`` gave.
    year : int, optional
        Year shown; the last by default.
    """
    every = result.to_frame()
    shown = _year_shown(every["year"], year)
    frame, notes = pick_rows(every[every["year"] == shown], "underlying_rate_per_10000", areas, page.lang)
    rows = lay_rows(page, frame["area_name"].tolist())
    rows.bars(frame["rate_predicted_lower_95"], frame["rate_predicted_upper_95"], width=1.2)
    rows.ax.hlines(
        rows.place, frame["lower_95"], frame["upper_95"], color=BLUE, linewidth=3.6, alpha=0.6, zorder=2.5
    )
    rows.dots(frame["underlying_rate_per_10000"], "underlying", marker="D", size=30, above=4)
    level = level_words(result.interval_probability)
    if result.left_out:
        names = names_in(result.left_out, result.left_out, page.lang)  # the register finds names too
        notes.append(page.say("left_out", names=", ".join(names)))
    return Told(
        page.say("prediction", year=shown),
        page.say("row_rate"),
        (page.say("prediction_marks", level=level), page.say("supposes"), *notes),
    )


def _year_shown(years: pd.Series, year: int | None) -> int:
    """Return the year to show, the last by default."""
    known = sorted({int(one) for one in years})
    shown = known[-1] if year is None else year
    if shown not in known:
        raise ValueError(f"The forecast is for {known[0]} to {known[-1]}; there is no {year}.")
    return shown


@chart(_WORDS)
def draw_scores(page: Page, result: ForecastScores) -> Told:
    """Draw how much better than the last value each method foretold the figures then published.

    Parameters
    ----------
    result : ForecastScores
        What :func:`carerates.trends.score_forecasts` gave.
    """
    frame = result.to_frame()
    frame = frame[frame["method"] != "last_value"]
    frame = frame.sort_values(["horizon", "method"], ascending=[False, True]).reset_index(drop=True)
    methods = [
        _METHODS_CY.get(one, one) if page.lang == "cy" else one.replace("_", " ") for one in frame["method"]
    ]
    names = [
        page.say("ahead", method=method, horizon=horizon)
        for method, horizon in zip(methods, frame["horizon"], strict=True)
    ]
    rows = lay_rows(page, names)
    value = frame["difference_from_last_value"].to_numpy(dtype=float)
    error = np.nan_to_num(frame["standard_error"].to_numpy(dtype=float))
    rows.line(0)
    rows.bars(value - 2 * error, value + 2 * error)
    rows.dots(value, "better", marker=">", size=44, rows=np.flatnonzero(value >= 0))
    rows.dots(value, "not better", marker="<", colour=ORANGE, size=44, rows=np.flatnonzero(value < 0))
    rows.write(value + 2 * error, [f"{share:.0%}" for share in frame["coverage"]], colour=INK)
    low, high = rows.ax.get_xlim()
    rows.ax.set_xlim(low, high + 0.08 * (high - low))
    rows.ax.xaxis.set_major_formatter(lambda at, _: f"{at:+.2g}" if at else "0")
    origins = result.settings.origins
    return Told(
        page.say("scores", first=origins[0], last=origins[-1]),
        page.say("scores_unit"),
        (page.say("scores_marks", level=level_words(result.settings.interval)),),
    )
