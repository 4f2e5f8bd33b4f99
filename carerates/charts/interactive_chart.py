"""A funnel as Vega-Lite draws it in a browser: limits, points with tooltips, names searched for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carerates.charts.funnel_layers import top_of
from carerates.charts.funnel_view import FunnelView
from carerates.charts.phrases import INTERACTIVE, Phrases, phrases_in
from carerates.charts.style import GREY, INK, PAPER

_SHAPES = {"^": "triangle-up", "v": "triangle-down", "o": "circle", "2": "cross", "1": "cross"}
_DASHES: tuple[list[int], ...] = ([6, 3], [1, 0], [2, 2], [6, 2, 2, 2])  # as on the printed chart
_WIDTH, _HEIGHT = 760, 430


def draw_chart(altair: Any, view: FunnelView, log_size: bool) -> Any:  # noqa: ANN401 - altair has no types
    """Return the chart: limits, bars of possible values, points with tooltips, names searched for."""
    rows, words = tabulate_areas(view), phrases_in(INTERACTIVE, view.lang)
    size = view.frame["size"]
    ends = [0.7 * float(size.min()), 1.04 * float(size.max())]
    scale = altair.Scale(type="log", domain=ends) if log_size else altair.Scale(domainMin=0)
    x = altair.X(
        "size:Q", title=view.size_words, scale=scale, axis=altair.Axis(format=",.0f", grid=False, tickCount=8)
    )
    tips = _tooltips(altair, view, words)
    find = altair.param(name="find", bind=altair.binding(input="search", name=words["find"]), value="")
    base = altair.Chart(altair.Data(values=_records(rows)))
    y = _vertical(altair, view, "rate:Q")
    found = "find != '' && indexof(lower(datum.area_name), lower(find)) >= 0"
    points = base.mark_point(strokeWidth=1.3, opacity=1).encode(
        x=x,
        y=y,
        shape=altair.Shape("shape:N", scale=None),
        stroke=altair.Stroke("colour:N", scale=None),
        fill=altair.Fill("fill:N", scale=None),
        size=altair.Size("area:Q", scale=None),
        opacity=altair.condition(f"find == '' || {found}", altair.value(1), altair.value(0.25)),
        tooltip=tips,
    )
    # hidden, not left out: a layer without rows has no scale, and the points say their names already
    names = base.mark_text(align="left", dx=8, color=INK, fontSize=12, aria=False).encode(
        x=x, y=y, text="area_name:N", opacity=altair.condition(found, altair.value(1), altair.value(0))
    )
    layers = _lines(altair, view, x)
    if (rows["rate"].isna() & rows["high"].notna()).any():
        # a layer without a mark is announced as a picture without words
        layers.append(
            base.transform_filter("!isValid(datum.rate) && isValid(datum.high)")
            .mark_rule(strokeWidth=3)
            .encode(x=x, y=_vertical(altair, view, "low:Q"), y2="high:Q", tooltip=tips)
        )
    layers += [points.add_params(find), names]
    return (
        altair.layer(*layers)
        .properties(width=_WIDTH, height=_HEIGHT)
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor="#E1E4E6", titleFontWeight="normal")
    )


def tabulate_areas(view: FunnelView) -> pd.DataFrame:
    """Return what the points and their tooltips need, in the language and as it is to be read."""
    from carerates.funnels.alternative import translate_position

    frame = view.frame
    levels = [f"{side}_{name}" for name in view.level_names for side in ("lower", "upper")]
    rows = frame[["area_name", "observed", "observed_low", "observed_high", "size", "rate", *levels]].copy()
    rows["position"] = [translate_position(str(one), view.lang) for one in frame["position"]]
    marks = [view.mark(str(one)) for one in frame["position"]]
    rows["shape"] = [_SHAPES[one.marker] for one in marks]
    rows["colour"] = [one.colour for one in marks]
    rows["fill"] = [one.colour if one.filled else PAPER for one in marks]
    rows["area"] = [2.2 * one.size for one in marks]
    return rows.drop(columns=["observed_low", "observed_high"]).assign(
        possible=_ranges(frame), low=frame["rate_low"], high=frame["rate_high"]
    )


def _ranges(frame: pd.DataFrame) -> list[str]:
    """Return the counts that the publication leaves possible, as text."""
    return [
        "" if pd.isna(low) or pd.isna(high) else f"{low:,.0f}" if low == high else f"{low:,.0f} - {high:,.0f}"
        for low, high in zip(frame["observed_low"], frame["observed_high"], strict=True)
    ]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values; what is missing becomes null, which JSON knows and NaN it does not."""
    return [
        {
            str(key): None if isinstance(value, float) and value != value else value
            for key, value in row.items()
        }
        for row in frame.to_dict(orient="records")
    ]


def _tooltips(altair: Any, view: FunnelView, words: Phrases) -> list[Any]:  # noqa: ANN401 - altair has no types
    """Return what is said of an area that is pointed at."""
    number = ",.2f" if view.per == 1 else ",.1f"
    return [
        altair.Tooltip("area_name:N", title=words["area"]),
        altair.Tooltip("position:N", title=words["position"]),
        altair.Tooltip("rate:Q", title=view.unit, format=number),
        altair.Tooltip("observed:Q", title=words["observed"], format=",.0f"),
        altair.Tooltip("possible:N", title=words["observed_range"]),
        altair.Tooltip("size:Q", title=view.size_words, format=",.0f"),
        *(
            altair.Tooltip(f"{column}:Q", title=name, format=number)
            for column, name in view.line_words()
            if column != "target"
        ),
    ]


def _vertical(altair: Any, view: FunnelView, column: str) -> Any:  # noqa: ANN401 - altair has no types
    """Return the vertical axis, which ends where the printed chart's does, its unit written above it."""
    axis = altair.Axis(titleAngle=0, titleAlign="left", titleX=0, titleY=-12, titleBaseline="bottom")
    scale = altair.Scale(domain=[0, top_of(view.frame, view.lines)], nice=False)
    return altair.Y(column, title=view.unit, scale=scale, axis=axis)


def _lines(altair: Any, view: FunnelView, x: Any) -> list[Any]:  # noqa: ANN401 - altair has no types
    """Return target and limits, each with its name in a tooltip."""
    if view.lines.empty:
        return []
    layers = []
    for number, (column, name) in enumerate(view.line_words()):
        line = pd.DataFrame(
            {"size": view.lines["denominator"], "rate": view.lines[column], "line": name}
        ).dropna()
        dash = [1, 0] if column == "target" else _DASHES[min((number - 1) // 2, len(_DASHES) - 1)]
        layers.append(
            altair.Chart(altair.Data(values=_records(line)))
            .mark_line(clip=True, color=INK if column == "target" else GREY, strokeWidth=1.4, strokeDash=dash)
            .encode(x=x, y=_vertical(altair, view, "rate:Q"), tooltip=altair.Tooltip("line:N", title=" "))
        )
    return layers
