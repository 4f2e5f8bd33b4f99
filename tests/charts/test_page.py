"""What charts share: arguments, docstrings, languages, rows."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

import carerates as cr
from carerates import charts
from carerates.charts.page import Page
from carerates.charts.rows import lay_rows
from carerates.charts.style import house_style

DRAWN = sorted({place for drawn in charts._DRAWN_BY.values() for place in drawn.values()})


@pytest.mark.parametrize(("module", "function"), DRAWN)
def test_every_argument_of_a_chart_is_described(module: str, function: str) -> None:
    draw = getattr(import_module(module), function)
    text = inspect.getdoc(draw)
    for name in inspect.signature(draw).parameters:
        described = [
            line for line in text.splitlines() if " : " in line or line.isidentifier() or "," in line
        ]
        assert any(name in line.split(" : ")[0].split(", ") for line in described), name
    assert "page :" not in text


@pytest.mark.parametrize("module", sorted({module for module, _ in DRAWN}))
def test_phrases_stand_in_both_languages_with_the_same_gaps(module: str) -> None:
    from string import Formatter

    def gaps(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}

    words = getattr(import_module(module), "_WORDS", None)
    if words is None:  # funnels take theirs from the table of phrases, which has a test of its own
        return
    assert words["en"].keys() == words["cy"].keys()
    for key, phrase in words["en"].items():
        assert gaps(phrase) == gaps(words["cy"][key]), key


def test_an_excluded_area_is_a_cross() -> None:
    rates = cr.load_rates("wales", years=[2014, 2018])
    rule = cr.rules.Rule("test", 2014, 2018, -10, 10, shortfall=0)
    expected = rates.select(year=2018).to_frame()[["area_code"]].assign(expected_rate_per_10000=500.0)
    ax = cr.plot(cr.classify(rates, rule, expected=expected))
    (crosses,) = [one for one in ax.collections if one.get_label() == "excluded"]
    assert len(crosses.get_offsets()) > 5
    assert any("cross: excluded" in one.get_text() for one in ax.figure.texts)


def test_an_argument_no_chart_has_is_refused_by_the_charts_name() -> None:
    change = cr.change(cr.load_rates("wales", years=[2014, 2018]), 2014, 2018)
    with pytest.raises(TypeError, match=r"draw_change.*colour"):
        cr.plot(change, colour="red")
    with pytest.raises(ValueError, match="'fr' is not one of en, cy"):
        cr.plot(change, lang="fr")


def test_rows_grow_with_the_lines_of_a_name() -> None:
    with house_style():
        heights = [
            lay_rows(Page({}, "en", None), [name] * 20).ax.figure.get_figheight() for name in ("A", "A\nB")
        ]
    assert heights == pytest.approx([2.4 + 20 * 0.2, 2.4 + 20 * 0.5])
