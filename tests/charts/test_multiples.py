"""Small multiples share their scales; an area is followed through the years."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.charts import draw_course, draw_funnels, draw_path
from tests.charts.made_rates import is_points


@pytest.fixture(scope="module")
def years() -> cr.Funnel:
    return cr.funnel(cr.load_rates("wales", years=range(2014, 2019)), by="year")


def points(ax):
    return np.vstack([np.asarray(one.get_offsets()) for one in ax.collections if is_points(one)])


def test_a_panel_for_each_year_on_common_scales(years) -> None:
    panels = draw_funnels(years, columns=3, highlight=["Torfaen"])
    assert [ax.get_title(loc="left") for ax in panels] == ["2014", "2015", "2016", "2017", "2018"]
    assert len({ax.get_ylim() for ax in panels}) == 1
    assert len({ax.get_xlim() for ax in panels}) == 1
    frame = years.to_frame()
    for ax, year in zip(panels, years.groups, strict=True):
        assert len(points(ax)) == 22
        assert [one.get_text() for one in ax.texts] == ["Torfaen"]
        (ring,) = [one for one in ax.collections if one.get_label() == "rings"]
        row = frame[(frame["year"] == year) & (frame["area_name"] == "Torfaen")]
        assert np.allclose(ring.get_offsets(), row[["denominator", "rate"]])


def test_regions_and_plot_of_several_groups() -> None:
    rates = cr.load_rates(["wales", "england"], years=[2018])
    funnel = cr.funnel(rates, by="region")
    first = cr.plot(funnel, per=1000, columns=4)
    shown = [ax for ax in first.figure.axes if ax.get_visible()]
    assert len(shown) == len(funnel.groups) == 10
    assert sum(len(points(ax)) for ax in shown) == funnel.to_frame()["rate"].notna().sum()


def test_an_unknown_area_is_an_error_in_multiples_too(years) -> None:
    with pytest.raises(ValueError, match="Atlantis"):
        draw_funnels(years, highlight=["Atlantis"])


def test_one_group_can_be_drawn_alone(years) -> None:
    ax = cr.plot(years, group=2016)
    assert len([one for one in ax.figure.axes if one.get_visible()]) == 1
    with pytest.raises(ValueError, match="5 groups"):
        cr.plot(years, chart="funnel")


@pytest.mark.parametrize("area", ["Torfaen", "W06000020"])
def test_path_joins_the_years_in_order(years, area) -> None:
    ax = draw_path(years, area)
    (path,) = [one for one in ax.lines if one.get_label() == "path"]
    rows = years.path(area)
    assert np.allclose(path.get_xydata(), rows[["denominator", "rate"]])
    names = {one.get_text() for one in ax.texts if str(one.get_label()).startswith("label-")}
    assert names == {"2014", "2015", "2016", "2017", "2018"}


def test_course_shows_each_years_limits(years) -> None:
    ax = draw_course(years, "Torfaen", lang="cy")
    (course,) = [one for one in ax.lines if one.get_label() == "course"]
    rows = years.path("Torfaen")
    assert np.allclose(course.get_ydata(), rows["rate"])
    assert [one.get_text() for one in ax.get_xticklabels()] == ["2014", "2015", "2016", "2017", "2018"]
    bands = [one for one in ax.collections if type(one).__name__ == "FillBetweenPolyCollection"]
    tops = sorted(one.get_paths()[0].vertices[:, 1].max() for one in bands)
    assert tops == pytest.approx(sorted([rows["upper_95"].max(), rows["upper_99_8"].max()]))
    assert ax.get_xlabel() == "31 Mawrth"


def test_following_needs_several_funnels() -> None:
    funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
    with pytest.raises(ValueError, match="by='year'"):
        draw_path(funnel, "Torfaen")
