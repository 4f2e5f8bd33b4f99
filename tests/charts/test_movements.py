"""Charts of robustness, bases, turning points and flows show the numbers of their results."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.trends import account_flows, regression_to_mean, sensitivity, turning_points, windows
from tests.charts.test_results import collection, rows_by_name, segments

RULE = cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed", shortfall=None)


@pytest.fixture(scope="module")
def rates() -> cr.RatesTable:
    return cr.load_rates("wales", years=range(2009, 2019))


@pytest.fixture(scope="module")
def labels(rates) -> cr.trends.Sensitivity:
    return sensitivity(
        rates,
        RULE,
        windows=[(2012, 2017)],
        thresholds=[-5.0],
        probabilities=[0.95],
        prior_scales=[],
        survivals=[],
    )


@pytest.mark.parametrize("question", ["published figures", "underlying rates"])
@pytest.mark.parametrize("lang", ["en", "cy"])
def test_every_label_of_every_variation_is_drawn_once(labels, question: str, lang: str) -> None:
    ax = cr.plot(labels, question=question, lang=lang)
    asked = labels.labels[labels.labels["question"] == question]
    points = [one for one in ax.collections if len(one.get_offsets())]
    assert sum(len(one.get_offsets()) for one in points) == len(asked)
    shapes = {"increasing": "^", "decreasing": "v"}
    choices = list(dict.fromkeys(asked["varied"] + ": " + asked["setting"]))
    for label, marker in shapes.items():
        from matplotlib.markers import MarkerStyle

        shape = MarkerStyle(marker)
        path = shape.get_transform().transform_path(shape.get_path()).vertices
        drawn = [one for one in points if np.array_equal(one.get_paths()[0].vertices, path)]
        counted = pd.Series(dict.fromkeys(choices, 0))
        for one in drawn:
            for x, _ in one.get_offsets():
                counted.iloc[round(x)] += 1
        wanted = asked[asked["label"] == label].groupby(asked["varied"] + ": " + asked["setting"]).size()
        assert counted.to_dict() == wanted.reindex(choices, fill_value=0).to_dict()


def test_robust_names_are_bold_and_shading_marks_other_labels(labels) -> None:
    ax = cr.plot(labels, question="published figures")
    frame = labels.to_frame().query("question == 'published figures'").set_index("area_name")
    for text in ax.get_yticklabels():
        row = frame.loc[text.get_text()]
        bold = bool(row["robust"]) and row["label"] in ("increasing", "decreasing")
        assert (text.get_fontweight() == "bold") == bold
    other = int((frame["variations"] - frame["same_label"]).sum())
    assert len(ax.patches) == other > 0
    with pytest.raises(ValueError, match="not among those asked"):
        cr.plot(labels, question="another")


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_words_under_the_axis_stand_clear_of_the_notes(labels, lang: str) -> None:
    figure = cr.plot(labels, lang=lang).figure
    figure.draw_without_rendering()
    heads = min(one.get_window_extent().y0 for one in figure.axes[0].get_xticklabels())
    notes = [one.get_window_extent().y1 for one in figure.texts if one.get_fontsize() == 8]
    assert heads > max(notes)


def test_windows_count_down_and_up(rates) -> None:
    result = windows(rates, (5, 3), rate="children")
    for length in (5, 3):
        ax = cr.plot(result, length=length, lang="cy")
        counts = result.counts().query("length == @length")
        drawn = {one.get_label(): [bar.get_width() for bar in one] for one in ax.containers}
        assert drawn["fell"][::-1] == [-value for value in counts["fell"]]
        assert drawn["rose"][::-1] == list(counts["rose"])
        assert next(iter(rows_by_name(ax).values())).startswith(str(counts["start"].iloc[-1]))
    with pytest.raises(ValueError, match="5, 3 years long; there are none of 4"):
        cr.plot(result, length=4)


def test_three_bases_stand_in_one_row(rates) -> None:
    result = regression_to_mean(rates, 2013, 2018)
    ax, frame = cr.plot(result), result.to_frame().sort_values("rate_start")
    assert list(rows_by_name(ax).values()) == frame["area_name"].tolist()
    for label, column in (("start", ""), ("shrunk", "_shrunk_base"), ("earlier", "_earlier_base")):
        assert collection(ax, label)[:, 0] == pytest.approx(frame[f"percent_change{column}"].to_numpy())
    assert f"{result.correlation:+.2f}" in " ".join(one.get_text() for one in ax.figure.texts)


def test_turns_with_evidence_are_filled_and_point_their_way() -> None:
    rng = np.random.default_rng(3)
    growth = np.tile(np.repeat([0.08, -0.08], 8), (6, 1))
    growth[1:] = 0.0
    counts = 300 * np.exp(np.cumsum(growth + rng.normal(0, 0.01, growth.shape), axis=1))
    frame = pd.DataFrame(
        {
            "area_code": np.repeat([f"A{one}" for one in range(6)], 16),
            "year": np.tile(range(2003, 2019), 6),
            "children": np.round(counts).ravel(),
            "population": 30_000,
        }
    )
    result = turning_points(frame)
    ax = cr.plot(result)
    names = rows_by_name(ax)
    (turned,) = collection(ax, "down, turned")
    assert names[round(turned[1])] == "A0"
    assert turned[0] == result.to_frame().set_index("area_code").loc["A0", "turning_year"] == 2011 - 1
    others = [collection(ax, label) for label in ("up", "down", "up, turned")]
    assert sum(map(len, others)) == 5
    assert "1 of 6 areas tested" in " ".join(" ".join(one.get_text() for one in ax.figure.texts).split())


def test_numbers_along_the_years_do_not_meet(rates) -> None:
    ax = cr.plot(turning_points(cr.load_rates("wales", years=range(2003, 2019)), rate="children"), lang="cy")
    ax.figure.draw_without_rendering()
    boxes = [one.get_window_extent() for one in ax.get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_flows_are_mirrored_about_the_change() -> None:
    stock = pd.DataFrame({"area_code": "Wales", "year": [2018, 2019], "children": [6407, 6846]})
    flows = pd.DataFrame({"area_code": ["Wales"], "year": [2019], "starts": [2125], "ceases": [1678]})
    result = account_flows(stock.assign(population=628_100), flows)
    ax = cr.plot(result, lang="cy")
    widths = {one.get_label(): [bar.get_width() for bar in one] for one in ax.containers}
    assert widths == {"starts": [2125], "ceases": [-1678]}
    assert collection(ax, "change")[:, 0] == [439]
    assert segments(ax)[0][:, 0] == pytest.approx([439, 439])
    assert list(rows_by_name(ax).values()) == ["Cymru 2019"]
    with pytest.raises(ValueError, match="there are none for 2030"):
        cr.plot(result, year=2030)
