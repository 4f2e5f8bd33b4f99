"""A funnel as one HTML file with tooltips; it holds everything it needs and asks nobody for anything."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from carerates.charts.funnel_view import FunnelView, view_funnel
from carerates.charts.funnels import top_of
from carerates.charts.phrases import Phrases, phrases_in
from carerates.charts.style import GREY, INK, PAPER
from carerates.errors import MissingExtraError, OutputError

if TYPE_CHECKING:
    from carerates.funnels import Funnel

_SHAPES = {"^": "triangle-up", "v": "triangle-down", "o": "circle", "2": "cross", "1": "cross"}
_DASHES: tuple[list[int], ...] = ([6, 3], [1, 0], [2, 2], [6, 2, 2, 2])  # as on the printed chart
_WIDTH, _HEIGHT = 760, 430

_PAGE: dict[str, Phrases] = {
    "en": {
        "area": "Area",
        "observed": "Observed",
        "observed_range": "Possible counts",
        "size": "Size",
        "rate": "Value",
        "position": "Position",
        "lower": "Lower {level}",
        "upper": "Upper {level}",
        "find": "Find an area: ",
        "table": "The figures behind the chart",
        "script": "The chart needs JavaScript; the text and the table below hold all of it.",
    },
    "cy": {
        "area": "Ardal",
        "observed": "Nifer a gafwyd",
        "observed_range": "Cyfrifon posibl",
        "size": "Maint",
        "rate": "Gwerth",
        "position": "Safle",
        "lower": "{level} isaf",
        "upper": "{level} uchaf",
        "find": "Dod o hyd i ardal: ",
        "table": "Y ffigurau y tu ôl i'r siart",
        "script": "Mae angen JavaScript ar y siart; mae'r testun a'r tabl isod yn cynnwys y cyfan.",
    },
}
# no request may leave the page, whatever a browser or a later version of a script would like to fetch
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:"
)


def interactive_funnel(
    funnel: Funnel,
    path: str | Path,
    *,
    headline: str = "",
    title: str = "",
    log_size: bool = False,
    per: float | None = None,
    lang: str = "en",
) -> Path:
    """Write a funnel as one HTML file with tooltips, a search box, the text alternative and the table.

    Parameters
    ----------
    funnel : Funnel
        Of one group; pick one with ``funnel.select(group)``.
    path : str or Path
        File to write; an existing one is replaced.
    headline, title : str
        What the chart shows, as a statement; measure, places and period.
    log_size, per, lang
        As for :func:`carerates.charts.draw_funnel`.

    Returns
    -------
    Path
        The file.  It opens without a network: its scripts are inside and its policy forbids requests.

    Raises
    ------
    MissingExtraError
        Without the extra ``interactive`` (altair, vl-convert).

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> cr.charts.interactive_funnel(funnel, "funnel.html").name
    'funnel.html'
    """
    try:
        import altair as alt
        import vl_convert
    except ImportError:
        raise MissingExtraError("interactive", "An interactive funnel") from None
    if len(funnel.groups) != 1:
        raise ValueError(
            f"This funnel has {len(funnel.groups)} groups: {', '.join(map(str, funnel.groups))}. "
            "Pick one with funnel.select(group)."
        )
    view = view_funnel(funnel, per=per, lang=lang)
    words = view.furniture(headline, title)
    spec = _chart(alt, view, log_size).to_dict()
    scripts = _scripts(vl_convert)
    page = _page(view, spec, scripts, words.headline, words.title, [*words.notes, words.source])
    target = Path(path)
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}. Choose another place.") from error
    return target


@cache
def _scripts(vl_convert: Any) -> str:  # noqa: ANN401 - a module
    """Return vega, vega-lite and vega-embed as one script; bundled once, as it takes seconds."""
    scripts: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return scripts


def _rows(view: FunnelView) -> pd.DataFrame:
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


def _chart(altair: Any, view: FunnelView, log_size: bool) -> Any:  # noqa: ANN401 - altair has no types
    """Return the chart: limits, bars of possible values, points with tooltips, names searched for."""
    rows, words = _rows(view), phrases_in(_PAGE, view.lang)
    ratio = view.per == 1
    number = ",.2f" if ratio else ",.1f"
    size = view.frame["size"]
    scale = altair.Scale(type="log", nice=False) if log_size else altair.Scale(domainMin=0)
    if log_size:
        scale = altair.Scale(type="log", domain=[0.7 * float(size.min()), 1.04 * float(size.max())])
    x = altair.X(
        "size:Q", title=view.size_words, scale=scale, axis=altair.Axis(format=",.0f", grid=False, tickCount=8)
    )
    tips = [
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
    names = (
        # hidden, not left out: a layer without rows has no scale, and the points say their names already
        base.mark_text(align="left", dx=8, color=INK, fontSize=12, aria=False).encode(
            x=x, y=y, text="area_name:N", opacity=altair.condition(found, altair.value(1), altair.value(0))
        )
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


def _page(
    view: FunnelView, spec: dict[str, Any], scripts: str, headline: str, title: str, notes: list[str]
) -> str:
    """Return the page."""
    words = phrases_in(_PAGE, view.lang)
    told = view.funnel.text_alternative(view.lang)
    # "</" would end the script element in the middle of a value
    data = json.dumps(spec, ensure_ascii=False, allow_nan=False).replace("</", "<\\/")
    bundle = scripts.replace("</script", "<\\/script")
    heading = (
        f"<h1>{escape(headline)}</h1>\n<p class='title'>{escape(title)}</p>"
        if headline
        else (f"<h1>{escape(title)}</h1>")
    )
    heading_text = headline or title
    small = "\n".join(f"<p class='note'>{escape(note)}</p>" for note in notes)
    return f"""<!DOCTYPE html>
<html lang="{view.lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(headline or title)}</title>
<style>
body {{ font-family: Arial, Helvetica, sans-serif; color: {INK}; max-width: 62rem; }}
body {{ margin: 1.5rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.4rem; margin: 0 0 .3rem; }}
.note {{ color: {GREY}; font-size: .85rem; margin: .2rem 0; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .85rem; }}
th, td {{ padding: .25rem .6rem; border-bottom: 1px solid #E1E4E6; text-align: right; }}
th:first-child, td:first-child, td:last-child, th:last-child {{ text-align: left; }}
.vega-bind input {{ font-size: 1rem; }}
</style>
</head>
<body>
<main>
{heading}
<section class="scroll" tabindex="0" aria-label="{escape(heading_text)}">
<figure id="chart" aria-label="{escape(told)}"></figure></section>
<noscript><p>{escape(words["script"])}</p></noscript>
{small}
<p>{escape(told)}</p>
<details><summary>{escape(words["table"])}</summary>
<section class="scroll" tabindex="0" aria-label="{escape(words["table"])}">
{_table(view, words)}
</section></details>
</main>
<script>{bundle}</script>
<script>
vegaEmbed("#chart", {data}, {{mode: "vega-lite", actions: false, renderer: "svg"}});
</script>
</body>
</html>
"""


def _table(view: FunnelView, words: Phrases) -> str:
    """Return every area's figures as a table."""
    rows = _rows(view)
    decimals = 2 if view.per == 1 else 1
    columns = [("rate", view.unit), *((c, name) for c, name in view.line_words() if c != "target")]
    heads = [
        words["area"],
        words["observed"],
        view.size_words,
        *(name for _, name in columns),
        words["position"],
    ]
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = []
    for row in rows.to_dict(orient="records"):
        cells = [
            _number(row["observed"], 0),
            _number(row["size"], 0),
            *(_number(row[column], decimals) for column, _ in columns),
            str(row["position"]),
        ]
        body.append(
            f'<tr><th scope="row">{escape(str(row["area_name"]))}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
        )
    lines = "\n".join(body)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table>"


def _number(value: Any, decimals: int) -> str:  # noqa: ANN401 - a cell of a table
    """Print a number, or the mark for one that is not available."""
    return "[x]" if value is None or value != value else f"{float(value):,.{decimals}f}"
