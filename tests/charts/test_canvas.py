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
    assert about["image/png"]["alt"] == funnel.text_alternative("cy") != funnel.text_alternative()
