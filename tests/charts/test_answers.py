"""Charts of survey results show the shares, odds and means of their results."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

import carerates as cr
from carerates.survey import (
    Responses,
    Scores,
    analyse_factors,
    compare_groups,
    explain_group,
    score,
    synthetic,
)

GROUPS = ("decreasing", "increasing")


@pytest.fixture(scope="module")
def responses() -> Responses:
    return synthetic.wcpp2020_responses()


@pytest.fixture(scope="module")
def scores(responses) -> Scores:
    return score(responses)


def names_of(ax):
    return [one.get_text() for one in ax.get_yticklabels()]


def all_text(ax):
    found = " ".join(one.get_text() for one in ax.figure.findobj(Text))
    return " ".join(found.split())


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_loadings_stand_at_their_values_under_the_number_of_their_factor(responses, lang) -> None:
    items = [item for scale in responses.scales.scales[1:4] for item in scale.item_names]
    result = analyse_factors(responses, 3, items=items, cut_off=0.4)
    ax, names = cr.plot(result, lang=lang), {}
    for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True):
        names[round(place)] = label.get_text()
    assert sorted(names.values()) == sorted(items)
    found = {}
    for one in ax.texts:
        x, y = one.get_position()
        found[names[round(y)], f"factor_{one.get_text()}"] = x
    long = result.loadings.stack()
    assert found == pytest.approx(long[long.abs() >= 0.4].to_dict())
    dots = sum(len(one.get_offsets()) for one in ax.collections)
    assert dots == len(long)  # the small ones are drawn, too
    # the questions of one factor stand together
    order = [result.members()[names[place]] for place in sorted(names)]
    assert sum(one != other for one, other in pairwise(order)) == 2
    assert ("Maximum likelihood" if lang == "en" else "Tebygolrwydd mwyaf") in all_text(ax)


def test_a_tally_counts_every_answer_once(responses) -> None:
    name = responses.scales.names[0]
    tally, frame = responses.tally(name), responses.to_frame()
    for item, rows in tally.groupby("item"):
        assert rows["answers"].sum() == frame[item].notna().sum()
        assert set(rows["no_answer"]) == {frame[item].isna().sum()}
        assert rows["percent"].sum() == pytest.approx(100)
        for code, answers in zip(rows["code"], rows["answers"], strict=True):
            assert answers == (frame[item] == code).sum()
    with pytest.raises(ValueError, match="no scale 'rain'"):
        responses.tally("rain")


def test_likert_bars_are_the_shares_about_the_middle(responses) -> None:
    ax = cr.plot(responses, headline="A statement")
    tally = responses.tally(responses.scales.names[0]).set_index(["item", "code"])["percent"]
    names = names_of(ax)
    for container in ax.containers:
        for bar, item in zip(container, names, strict=True):
            assert bar.get_width() == pytest.approx(tally[item, int(container.get_label())])
    middle = ax.containers[len(ax.containers) // 2]
    for bar in middle:  # an odd number of codes: the zero line halves the middle one
        assert bar.get_x() + bar.get_width() / 2 == pytest.approx(0, abs=1e-9)


def test_forest_has_intervals_about_one_on_a_log_scale(scores) -> None:
    names = list(scores.scales.names)[:3]
    result = explain_group(scores, "trend", names, groups=GROUPS, method="plain", replicate=True)
    ax, frame = cr.plot(result, lang="cy"), result.to_frame().iloc[::-1]
    assert ax.get_xscale() == "log"
    assert names_of(ax) == frame["label"].tolist()
    (points,) = [one for one in ax.collections if one.get_label() == "odds ratio"]
    assert np.asarray(points.get_offsets())[:, 0] == pytest.approx(frame["odds_ratio"].to_numpy())
    (bars,) = [one for one in ax.collections if type(one).__name__ == "LineCollection"]
    drawn = np.array([np.asarray(one)[:, 0] for one in bars.get_segments()])
    assert drawn == pytest.approx(frame[["lower_95", "upper_95"]].to_numpy())
    low, high = ax.get_xlim()
    assert low < frame["lower_95"].min()
    assert high > frame["upper_95"].max()


def test_profile_shows_both_groups(scores) -> None:
    result = compare_groups(scores, "trend", groups=GROUPS, method="welch", replicate=True)
    ax, frame = cr.plot(result), result.to_frame().iloc[::-1]
    for number, group in enumerate(result.settings["groups"], start=1):
        (points,) = [one for one in ax.collections if one.get_label() == str(group)]
        assert np.asarray(points.get_offsets())[:, 0] == pytest.approx(frame[f"mean_{number}"].to_numpy())
        bars = [one for one in ax.collections if type(one).__name__ == "LineCollection"][number - 1]
        drawn = np.array([np.asarray(one)[:, 0] for one in bars.get_segments()])
        assert drawn == pytest.approx(frame[[f"lower_95_{number}", f"upper_95_{number}"]].to_numpy())
    assert "the intervals are too narrow" in all_text(ax)
    honest = cr.plot(compare_groups(scores, "trend", groups=GROUPS, outcomes=["courts"]))
    assert "areas are the units" in all_text(honest)
    with pytest.raises(ValueError, match="no score 'rain'"):
        cr.plot(result, outcomes=["rain"])
