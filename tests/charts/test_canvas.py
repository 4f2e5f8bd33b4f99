"""A chart shows itself in a notebook, in its own words."""

from __future__ import annotations

import pytest

import carerates as cr
from carerates.charts.canvas import ChartFigure, new_panels


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


@pytest.mark.parametrize(
    ("count", "columns", "shape", "named"),
    [(5, 3, (2, 3), {2, 3, 4}), (2, 9, (1, 2), {0, 1}), (1, 1, (1, 1), {0})],
)
def test_only_the_lowest_panel_of_a_column_names_its_ticks(
    count: int, columns: int, shape: tuple[int, int], named: set[int]
) -> None:
    panels = new_panels(count, columns, size=(2.0, 1.5), width=3.0)
    figure = panels[0].get_figure(root=True)
    assert figure is not None
    assert len(panels) == count
    assert panels[0].get_subplotspec().get_geometry()[:2] == shape  # type: ignore[union-attr]
    assert tuple(figure.get_size_inches()) == (max(2.0 * shape[1] + 0.4, 3.0), 1.5 * shape[0] + 1.2)
    assert [ax in panels for ax in figure.axes] == [ax.get_visible() for ax in figure.axes]
    assert {at for at, ax in enumerate(panels) if ax.xaxis.get_tick_params()["labelbottom"]} == named


def test_panels_need_a_column() -> None:
    with pytest.raises(ValueError, match="columns=0 must be 1 or more"):
        new_panels(3, 0, size=(2.0, 1.5))
