"""Probabilities of classes against histories with known truth."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.errors import TableError
from carerates.trends import calibrate_classes
from carerates.trends.calibration import simulate_counts

RULE = cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed", shortfall=None)
WALES = cr.load_rates("wales", years=[2013, 2018])


def test_counts_of_the_two_dates_share_the_children_who_stayed() -> None:
    rng = np.random.default_rng(4)
    base = np.full(40_000, 200.0)
    counts = simulate_counts(rng, base, np.full(40_000, np.log(1.2)), 5, 0.74)
    assert counts.mean(axis=0) == pytest.approx([200, 240], rel=0.002)
    # the covariance of the counts is the number shared, 200 x 0.74^5 = 44.4; its standard error is about 1.1
    assert np.cov(counts.T)[0, 1] == pytest.approx(200 * 0.74**5, abs=4)


def test_the_same_seed_gives_the_same_histories() -> None:
    one, two = (calibrate_classes(WALES, RULE, replicates=5, seed=3) for _ in range(2))
    assert np.array_equal(one.said, two.said)
    assert one.said.shape == one.true.shape == (5, 22, 2)


def test_bands_hold_every_case_once_and_shares_are_of_them() -> None:
    found = calibrate_classes(WALES, RULE, replicates=20)
    frame = found.to_frame()
    assert frame.groupby("label")["areas"].sum().tolist() == [440, 440]
    inside = frame["mean_probability"].between(frame["probability_from"], frame["probability_to"])
    assert inside.all()
    rose = frame[frame["label"] == "increasing"]
    assert (rose["areas"] * rose["share_true"]).sum() == pytest.approx(found.true[..., 0].sum())
    labels = found.labels().set_index("label")
    assert labels.loc["increasing", "labels_per_history"] == (found.said[..., 0] >= 0.8).sum() / 20
    assert "20 histories of 22 areas" in found.summary()


def test_if_all_rise_alike_hardly_any_area_is_labelled() -> None:
    found = calibrate_classes(WALES, RULE, rise=21, spread=0.0, replicates=40, rounded=True)
    # the rule on published figures calls half of the 22 increasing
    assert found.labels()["labels_per_history"].sum() < 1.0


def test_what_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(ValueError, match="without expected rates"):
        calibrate_classes(WALES, cr.rules.wcpp(2013, 2018, relative_to="start", rate="computed"))
    with pytest.raises(ValueError, match="2 or more histories"):
        calibrate_classes(WALES, RULE, replicates=1)
    with pytest.raises(TableError, match="in 2013"):
        calibrate_classes(WALES.select(year=2018), RULE)


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_the_chart_shows_the_bands_about_the_diagonal(lang: str) -> None:
    found = calibrate_classes(WALES, RULE, replicates=20)
    ax = cr.plot(found, lang=lang)
    for label, rows in found.to_frame().groupby("label"):
        (points,) = [one for one in ax.collections if one.get_label() == label]
        drawn = np.asarray(points.get_offsets())
        assert drawn == pytest.approx(rows[["mean_probability", "share_true"]].to_numpy())
    (line,) = [one for one in ax.lines if one.get_label() == "as stated"]
    assert list(line.get_xdata()) == list(line.get_ydata()) == [0, 1]
