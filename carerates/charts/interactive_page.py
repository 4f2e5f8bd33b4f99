"""The page around an interactive funnel: its words, its table, and a policy that lets no request out."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from carerates.charts.funnel_view import FunnelView
from carerates.charts.interactive_chart import tabulate_areas
from carerates.charts.phrases import INTERACTIVE, Phrases, phrases_in
from carerates.charts.style import GREY, INK

# no request may leave the page, whatever a browser or a later version of a script would like to fetch
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:"
)


def write_page(
    view: FunnelView, spec: dict[str, Any], scripts: str, headline: str, title: str, notes: list[str]
) -> str:
    """Return the page."""
    words = phrases_in(INTERACTIVE, view.lang)
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
    rows = tabulate_areas(view)
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
