"""The interactive funnel is one file that asks nobody for anything and holds every figure."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser

import pytest

import carerates as cr
from carerates.charts import interactive_funnel
from tests.charts.made_rates import made_funnel


class Page(HTMLParser):
    """Collects elements, and the text of scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.rows = [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
        self.rows += tag == "tr"

    def handle_data(self, data):
        if self.elements and self.elements[-1][0] == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
    path = tmp_path_factory.mktemp("page") / "funnel.html"
    assert interactive_funnel(funnel, path, headline="<b>More</b> than chance", lang="cy") == path
    return Page(path.read_text(encoding="utf-8")), funnel


def test_nothing_is_fetched(page) -> None:
    elements = page[0].elements
    fetched = [(tag, a) for tag, a in elements if {"src", "href", "srcset", "data", "action"} & a.keys()]
    assert fetched == []
    (policy,) = [a["content"] for tag, a in elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "connect-src" not in policy
    assert "http" not in policy


def test_words_are_escaped_and_in_the_language(page) -> None:
    elements = page[0].elements
    assert ("b", {}) not in elements
    assert elements[0] == ("html", {"lang": "cy"})
    (chart,) = [a for tag, a in elements if a.get("id") == "chart"]
    assert "role" not in chart  # a figure: its points and its search box can be reached
    assert chart["aria-label"].startswith("Plot twndis")


def test_the_chart_holds_every_area_with_tooltips(page) -> None:
    drawn, funnel = page
    spec = json.loads(re.search(r'vegaEmbed\("#chart", (.*), \{mode', drawn.scripts[-1], re.S).group(1))
    text = json.dumps(spec, ensure_ascii=False)
    assert "Ynys Môn" in text
    points = [layer for layer in spec["layer"] if layer["mark"].get("type") == "point"]
    (layer,) = points
    assert len(layer["encoding"]["tooltip"]) >= 8
    values = layer["data"]["values"] if "values" in layer["data"] else spec["datasets"][layer["data"]["name"]]
    frame = funnel.to_frame()
    assert sorted(round(one["rate"], 6) for one in values) == sorted(frame["rate"].round(6))


def test_the_table_has_a_row_for_each_area(page) -> None:
    assert page[0].rows == 1 + 22


def test_the_specification_renders(page) -> None:
    import vl_convert

    spec = re.search(r'vegaEmbed\("#chart", (.*), \{mode', page[0].scripts[-1], re.S).group(1)
    assert vl_convert.vegalite_to_svg(spec).count('aria-roledescription="point"') >= 22


def test_log_axis_own_targets_and_values_missing(tmp_path) -> None:
    path = interactive_funnel(made_funnel(40), tmp_path / "a.html", log_size=True)
    assert "NaN" not in Page(path.read_text(encoding="utf-8")).scripts[-1]


def test_without_the_extra_the_error_names_the_command(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(cr.MissingExtraError, match=r"pip install 'carerates\[interactive\]'"):
        interactive_funnel(made_funnel(5), tmp_path / "a.html")
    assert list(tmp_path.iterdir()) == []


def test_several_groups_and_unwritable_places_are_refused(tmp_path) -> None:
    funnel = cr.funnel(cr.load_rates("wales", years=[2017, 2018]), by="year")
    with pytest.raises(ValueError, match="2 groups"):
        interactive_funnel(funnel, tmp_path / "a.html")
    with pytest.raises(cr.OutputError, match="cannot be written"):
        interactive_funnel(made_funnel(5), tmp_path / "absent" / "a.html")
