"""What a funnel chart shows is what the funnel says: every area, line, name and word."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.charts.funnels import draw_funnel
from tests.charts.made_rates import is_points, made_events, made_funnel, overlapping, text_boxes


@pytest.fixture(scope="module")
def wales() -> cr.Funnel:
    return cr.funnel(cr.load_rates("wales", years=[2018]))


def offsets(ax):
    """Every drawn point."""
    return np.vstack([np.asarray(one.get_offsets()) for one in ax.collections if is_points(one)])


def named(ax):
    return [one.get_text() for one in ax.texts if str(one.get_label()).startswith("label-")]


@pytest.mark.parametrize("count", [22, 175])
@pytest.mark.parametrize("label", ["outside", "all"])
@pytest.mark.parametrize("size", [(8.0, 5.6), (4.6, 4.0)], ids=["screen", "print"])
def test_no_two_names_overlap(count, label, size) -> None:
    ax = draw_funnel(made_funnel(count), label=label, size=size)
    boxes = text_boxes(ax) + text_boxes(ax, "line-name") + text_boxes(ax, "named-note")
    assert len(boxes) > 10
    assert not overlapping(boxes)


@pytest.mark.parametrize("count", [22, 175, 1000])
def test_names_cover_no_point(count) -> None:
    ax = draw_funnel(made_funnel(count))
    points = ax.transData.transform(offsets(ax))
    for box in text_boxes(ax):
        inside = (points >= [box.x0, box.y0]) & (points <= [box.x1, box.y1])
        assert not inside.all(axis=1).any()


def test_every_area_is_drawn_once_inside_the_frame(wales) -> None:
    ax = cr.plot(wales)
    frame = wales.to_frame()
    assert sorted(map(tuple, offsets(ax).round(6))) == sorted(
        zip(frame["denominator"].round(6), frame["rate"].round(6), strict=True)
    )
    low, high = ax.get_ylim()
    assert ((frame["rate"] > low) & (frame["rate"] < high)).all()
    assert ax.get_xlim()[1] > frame["denominator"].max()


def test_marks_follow_the_position(wales) -> None:
    ax = cr.plot(wales)
    drawn = {one.get_label(): len(one.get_offsets()) for one in ax.collections if is_points(one)}
    assert drawn == wales.to_frame()["position"].value_counts().to_dict()


def test_lines_are_the_funnels_own_and_named(wales) -> None:
    ax = cr.plot(wales)
    lines = wales.limits_frame()
    drawn = [np.asarray(one.get_ydata()) for one in ax.lines]
    for column in ("target", "lower_95", "upper_95", "lower_99_8", "upper_99_8"):
        assert any(one.shape == (len(lines),) and np.allclose(one, lines[column]) for one in drawn)
    names = [one.get_text() for one in ax.texts if one.get_label() == "line-name"]
    assert sorted(names) == ["Lower 95%", "Lower 99.8%", "Target 102.0", "Upper 95%", "Upper 99.8%"]


def test_labels_outside_all_none_and_chosen(wales) -> None:
    frame = wales.to_frame()
    outside = set(frame.loc[frame["position"] != "within", "area_name"])
    assert set(named(cr.plot(wales))) == outside
    assert set(named(cr.plot(wales, label="all"))) == set(frame["area_name"])
    assert named(cr.plot(wales, label="none")) == []
    assert set(named(cr.plot(wales, label=["Powys", "w06000001"[0].upper() + "06000001"]))) == {
        "Powys",
        "Isle of Anglesey",
    }


def test_highlighted_areas_are_ringed_named_and_said(wales) -> None:
    ax = cr.plot(wales, label="none", highlight=["Swansea"])
    (rings,) = [one for one in ax.collections if one.get_label() == "rings"]
    frame = wales.to_frame().set_index("area_name")
    assert np.allclose(rings.get_offsets(), [frame.loc["Swansea", ["denominator", "rate"]].astype(float)])
    assert named(ax) == ["Swansea"]
    assert any(one.get_text() == "Ringed: Swansea." for one in ax.figure.texts)


def test_scales_per_number_only_change_the_unit(wales) -> None:
    usual, per_hundred = cr.plot(wales), cr.plot(wales, per=100)
    assert np.allclose(offsets(per_hundred)[:, 1], offsets(usual)[:, 1] / 100)
    assert per_hundred.get_ylim()[1] == pytest.approx(usual.get_ylim()[1] / 100)
    assert any(one.get_text() == "Rate per 100" for one in per_hundred.figure.texts)
    assert wales.settings.per == 10_000


def test_log_axis_has_whole_numbers(wales) -> None:
    ax = cr.plot(wales, log_size=True)
    ax.figure.draw_without_rendering()
    assert ax.get_xscale() == "log"
    ticks = [one.get_text() for one in ax.get_xticklabels() if one.get_text()]
    assert {"10,000", "20,000", "50,000"} <= set(ticks)
    assert not text_overlap_of_ticks(ax)


@pytest.mark.parametrize("size", [(8.0, 5.6), (4.6, 4.0)])
def test_numbers_along_the_axis_do_not_run_into_each_other(size) -> None:
    ax = draw_funnel(made_funnel(175), size=size)
    ax.figure.draw_without_rendering()
    assert not text_overlap_of_ticks(ax)


def text_overlap_of_ticks(ax):
    low, high = ax.get_xlim()
    shown = [one.get_window_extent() for one in ax.get_xticklabels() if low <= one.get_position()[0] <= high]
    return overlapping(shown)


def test_welsh_chart_has_no_english_words_but_titles_of_sources(wales) -> None:
    ax = cr.plot(wales, lang="cy", label="all", highlight=["Isle of Anglesey"])
    words = [one.get_text() for one in (*ax.texts, *ax.figure.texts)] + [ax.get_xlabel()]
    assert "Ynys Môn" in words
    assert "95% uchaf" in words
    assert "Cyfradd fesul 10,000" in words
    assert any(one.startswith("Ffynhonnell: ") for one in words)
    source = next(i for i, one in enumerate(words) if one.startswith("Ffynhonnell: "))
    own = " ".join(words[:source])
    for english in ("Upper", "Lower", "Target", "Rate", "Limits", "Marks", "Anglesey", "areas"):
        assert english not in own


def test_both_languages_have_every_phrase() -> None:
    from carerates.charts.phrases import FUNNEL

    assert FUNNEL["en"].keys() == FUNNEL["cy"].keys()
    for key, english in FUNNEL["en"].items():
        fields = {part.split("}")[0] for part in english.split("{")[1:]}
        assert {part.split("}")[0] for part in FUNNEL["cy"][key].split("{")[1:]} == fields


def test_suppressed_count_is_a_bar() -> None:
    table = (
        made_events(22)
        .astype({"events": float})
        .assign(low=lambda d: d["events"], high=lambda d: d["events"])
    )
    table.loc[3, ["events", "low", "high"]] = [np.nan, 1, 4]
    funnel = cr.funnel(
        table, events="events", denominator="population", area="code", events_low="low", events_high="high"
    )
    ax = cr.plot(funnel, label="none")
    (bar,) = [one for one in ax.collections if type(one).__name__ == "LineCollection"]
    size = table.loc[3, "population"]
    assert np.allclose(bar.get_segments()[0], [[size, 1e4 / size], [size, 4e4 / size]])
    assert any("suppressed" in one.get_text() for one in ax.figure.texts)


def test_targets_of_their_own_are_drawn_at_each_area() -> None:
    rates = cr.load_rates(["wales", "england"], years=[2018])
    funnel = cr.funnel(rates, target="nation")
    ax = cr.plot(funnel, label="none")
    frame = funnel.to_frame()
    (whiskers,) = [one for one in ax.collections if type(one).__name__ == "LineCollection"]
    assert np.allclose(
        [one[:, 1] for one in whiskers.get_segments()], frame[["lower_99_8", "upper_99_8"]].to_numpy()
    )


def test_many_outside_says_how_many_are_named() -> None:
    ax = cr.plot(made_funnel(175))
    (note,) = [one.get_text() for one in ax.texts if one.get_label() == "named-note"]
    outside = int((made_funnel(175).to_frame()["position"] != "within").sum())
    assert note == f"Named: the {len(named(ax))} furthest of {outside} outside the limits."


def test_three_levels_have_three_marks_each_side() -> None:
    funnel = made_funnel(175, probabilities=(0.8, 0.95, 0.998))
    ax = cr.plot(funnel)
    looks = {}
    for one in ax.collections:
        if is_points(one) and len(one.get_offsets()):
            face = tuple(one.get_facecolor()[0]) if len(one.get_facecolor()) else None
            looks[one.get_label()] = (one.get_paths()[0].vertices.tobytes(), face)
    assert len(looks) == 7
    assert len(set(looks.values())) == 7


def test_draws_on_given_axes_of_any_backend_and_leaves_settings_alone(wales) -> None:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    before = dict(mpl.rcParams)
    figure = Figure()
    FigureCanvasSVG(figure)
    ax = figure.add_subplot()
    assert cr.plot(wales, ax) is ax
    figure.savefig(io.BytesIO(), format="svg")
    assert dict(mpl.rcParams) == before
    assert "Children looked after at 31 March 2018: 22 areas" in ax.get_title(loc="left")


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ({"label": "some"}, "'outside', 'all', 'none'"),
        ({"highlight": ["Powys", "Atlantis", "Lyonesse"]}, "'Atlantis', 'Lyonesse'"),
        ({"lang": "fr"}, "en, cy"),
        ({"per": 0}, "above 0"),
        ({"chart": "pie"}, "funnel, multiples, path, course"),
        ({"group": 2011}, "no funnel for 2011"),
    ],
)
def test_wrong_looks_say_what_is_allowed(wales, looks, said) -> None:
    with pytest.raises(ValueError, match=said):
        cr.plot(wales, **looks)


def test_a_result_without_a_chart_is_named() -> None:
    with pytest.raises(TypeError, match="no chart for a DataFrame"):
        cr.plot(pd.DataFrame())


def test_tiny_funnels_draw() -> None:
    for table in (
        made_events(1),
        made_events(2).assign(events=0),
    ):
        funnel = cr.funnel(table, events="events", denominator="population", area="code", target=80)
        ax = cr.plot(funnel)
        assert len(offsets(ax)) == len(table)
