"""A chart shows itself in a notebook, in its own words."""

from __future__ import annotations

import carerates as cr
from carerates.charts.canvas import ChartFigure


def test_a_notebook_gets_the_picture_and_its_words() -> None:
    funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
    figure = cr.plot(funnel, lang="cy").figure
    assert isinstance(figure, ChartFigure)
    shown, about = figure._repr_mimebundle_()
    assert shown["image/png"].startswith(b"\x89PNG")
    assert about["image/png"]["alt"] == " ".join(funnel.text_alternative("cy").split())
    assert about["image/png"]["alt"] != funnel.text_alternative()


def test_a_chart_without_an_alternative_says_what_is_written_on_it() -> None:
    rates = cr.load_rates("wales", years=[2014, 2018])
    figure = cr.plot(cr.change(rates, 2014, 2018)).figure
    assert isinstance(figure, ChartFigure)
    assert figure.words().startswith("Chart. ")
    assert "2014" in figure.words()
    assert "Source:" in figure.words()
