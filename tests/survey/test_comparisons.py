from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carerates.errors import ModelError
from carerates.survey import (
    Scores,
    area_factors,
    compare_gaps,
    compare_groups,
    compare_shares,
    explain_group,
    leave_out_areas,
    score,
    synthetic,
)


@pytest.fixture(scope="module")
def sample() -> Scores:
    return score(synthetic.sample_responses(respondents=360, areas=12, icc=0.1, difference=0.5, seed=3))


def _scores(frame: pd.DataFrame) -> Scores:
    full = frame.assign(respondent=range(len(frame)), weight=frame.get("weight", 1.0))
    return Scores(full, ("y",), ("group",))


def test_areas_are_the_units_by_default(sample) -> None:
    result = compare_groups(sample, "trend", groups=("increasing", "decreasing"))
    row = result.to_frame().iloc[0]
    means = sample.frame.groupby(["trend", "area_code"])["trust"].mean()
    theirs = stats.ttest_ind(means["decreasing"], means["increasing"])
    assert result.settings["method"] == "area_means"
    assert (row["t"], row["df"], row["p_value"]) == pytest.approx((theirs.statistic, 10, theirs.pvalue))
    assert row["permutation_floor"] == pytest.approx(1 / 66)
    assert row["permutation_p"] >= 1 / 66
    assert (row["areas_1"], row["areas_2"]) == (10, 2)


def test_naive_tests_need_to_be_asked_for_and_say_what_they_ignore(sample) -> None:
    with pytest.raises(ValueError, match="replicate=True"):
        compare_groups(sample, "trend", method="student")
    result = compare_groups(sample, "trend", groups=("increasing", "decreasing"), replicate=True)
    values = [sample.frame.loc[sample.frame["trend"] == one, "trust"] for one in ("decreasing", "increasing")]
    assert result.frame.iloc[0]["p_value"] == pytest.approx(stats.ttest_ind(*values).pvalue)
    assert "ignores that respondents of one area resemble" in result.summary()
    welch = compare_groups(
        sample, "trend", groups=("increasing", "decreasing"), method="welch", replicate=True
    )
    assert welch.frame.iloc[0]["p_value"] == pytest.approx(stats.ttest_ind(*values, equal_var=False).pvalue)


def test_groups_inside_areas_get_cluster_robust_errors() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"area_code": np.repeat(list("abcdef"), 20), "group": ["x", "y"] * 60})
    result = compare_groups(_scores(frame.assign(y=rng.standard_normal(120))), "group")
    assert result.settings["method"] == "cluster_robust"
    with pytest.raises(ValueError, match="whole areas"):
        compare_groups(_scores(frame.assign(y=1.0)), "group", method="permutation")


def test_permutation_reports_its_own_p(sample) -> None:
    row = compare_groups(sample, "trend", method="permutation").frame.iloc[0]
    assert row["p_value"] == row["permutation_p"]


def test_one_area_per_group_cannot_be_compared() -> None:
    frame = pd.DataFrame({"area_code": ["a"] * 10 + ["b"] * 10, "group": ["x"] * 10 + ["y"] * 10})
    scores = _scores(frame.assign(y=np.arange(20.0)))
    with pytest.raises(ModelError, match="one area"):
        compare_groups(scores, "group")
    assert compare_groups(scores, "group", replicate=True).frame.iloc[0]["p_value"] < 0.001


def test_one_respondent_per_area_is_an_ordinary_t_test() -> None:
    rng = np.random.default_rng(2)
    y = rng.standard_normal(14)
    frame = pd.DataFrame({"area_code": [f"a{i}" for i in range(14)], "group": ["x"] * 9 + ["z"] * 5, "y": y})
    row = compare_groups(_scores(frame), "group").frame.iloc[0]
    assert row["p_value"] == pytest.approx(stats.ttest_ind(y[:9], y[9:]).pvalue)


def test_constant_scores_show_no_difference() -> None:
    frame = pd.DataFrame({"area_code": list("aabbccdd"), "group": ["x"] * 4 + ["z"] * 4, "y": 3.0})
    row = compare_groups(_scores(frame), "group").frame.iloc[0]
    assert (row["difference"], row["p_value"]) == (0.0, 1.0)


def test_groups_that_are_not_there(sample) -> None:
    with pytest.raises(ModelError, match="No respondent is in group stable"):
        compare_groups(sample, "trend", groups=("stable", "decreasing"))
    with pytest.raises(ValueError, match="no column 'role'"):
        compare_groups(sample, "role")


def test_labels_and_row_order_do_not_matter(sample) -> None:
    shuffled = Scores(sample.frame.sample(frac=1, random_state=1), sample.names, sample.groups, sample.scales)
    one, other = (compare_groups(each, "trend").frame for each in (sample, shuffled))
    numbers = one.select_dtypes("number").columns
    np.testing.assert_allclose(one[numbers].astype(float), other[numbers].astype(float), rtol=1e-9)


def test_weights_move_the_mean_of_an_area() -> None:
    frame = pd.DataFrame(
        {"area_code": list("aabbcc"), "group": ["x"] * 4 + ["z"] * 2, "y": [1.0, 2, 1, 3, 2, 5],
         "weight": [3.0, 1, 1, 1, 1, 2]}
    )  # fmt: skip
    row = compare_groups(_scores(frame), "group").frame.iloc[0]
    assert row["difference"] == pytest.approx(4.0 - (1.25 + 2.0) / 2)


def test_leaving_out_the_area_that_makes_the_difference() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"area_code": np.repeat(list("abcdefgh"), 15), "group": ["x"] * 90 + ["z"] * 30})
    y = rng.standard_normal(120) * 0.3
    y[90:105] += 3.0  # only area g is different
    table = leave_out_areas(_scores(frame.assign(y=y)), "group", "y").set_index("left_out")
    assert abs(table.loc["g", "difference"]) < 0.3
    assert table.drop(index="g")["difference"].min() > 1.0
    few = frame.assign(y=y)[frame["area_code"].isin(["a", "b", "g"])]
    alone = leave_out_areas(_scores(few), "group", "y")
    assert alone.set_index("left_out").loc["g"].isna().all()


def test_gaps_are_compared_by_their_interaction() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "area_code": np.repeat([f"a{i}" for i in range(12)], 40),
            "group": np.repeat(["up", "down"], [400, 80]),
            "role": np.tile(["leader", "worker"], 240),
        }
    )
    lead = (frame["role"] == "leader").to_numpy(dtype=float)
    frame["y"] = 3 + 0.5 * lead + 0.6 * lead * (frame["group"] == "down") + rng.standard_normal(480) * 0.5
    scores = Scores(frame.assign(respondent=range(480), weight=1.0), ("y",), ("group", "role"))
    ask = {"gap_groups": ("worker", "leader"), "groups": ("up", "down")}
    result = compare_gaps(scores, "role", "group", **ask)
    row = result.to_frame().iloc[0]
    assert row["difference"] == pytest.approx(row["gap_2"] - row["gap_1"])
    assert row["difference"] == pytest.approx(0.6, abs=0.4)  # three standard errors are about .37
    assert "allow any resemblance within areas" in result.summary() and "Gaps of leader" in result.summary()
    ignoring = compare_gaps(scores, "role", "group", **ask, replicate=True)
    assert "ignores that respondents of one area resemble each other" in ignoring.summary()
    assert "ignores" in ignoring.provenance.steps[-1]
    naive = ignoring.to_frame().iloc[0]
    assert naive["difference"] == pytest.approx(row["difference"])
    assert naive["df"] == 476


def test_shares_by_area_first(sample) -> None:
    frame = sample.frame.assign(uses=(sample.frame["trust"] > 3.5).astype(float))
    scores = Scores(frame, ("trust",), ("trend",), sample.scales)
    result = compare_shares(scores, "trend", "uses")
    assert result.tests["test"].tolist()[0] == "area_means"
    assert "chi_squared" not in set(result.tests["test"])
    replicated = compare_shares(scores, "trend", "uses", replicate=True)
    assert {"chi_squared", "yates", "fisher", "mid_p"} < set(replicated.tests["test"])
    assert int(result.areas["yes"].sum()) == int(frame["uses"].sum())
    with pytest.raises(ModelError, match="other than 1"):
        compare_shares(scores, "trend", "trust")


def test_odds_ratios_that_know_about_areas(sample) -> None:
    robust = explain_group(
        sample, "trend", ["trust"], groups=("increasing", "decreasing"), method="cluster_robust"
    ).frame.iloc[0]
    plain = explain_group(
        sample, "trend", ["trust"], groups=("increasing", "decreasing"), method="plain", replicate=True
    ).frame.iloc[0]
    assert robust["odds_ratio"] == pytest.approx(plain["odds_ratio"])
    assert robust["standard_error"] != plain["standard_error"]
    assert np.isfinite(robust["df"])
    shuffled = explain_group(sample, "trend", ["trust"])
    assert shuffled.settings["method"] == "permutation"  # whole areas form the groups
    assert shuffled.frame[["lower_95", "upper_95"]].isna().all(axis=None)
    assert "nan" not in shuffled.summary()
    assert shuffled.settings["permutation_floor"] == pytest.approx(1 / 66)
    assert shuffled.frame.iloc[0]["p_value"] >= 1 / 66
    with pytest.raises(ValueError, match="replicate=True"):
        explain_group(sample, "trend", ["trust"], method="firth")


def test_separation_in_a_comparison() -> None:
    frame = pd.DataFrame(
        {"area_code": list("aabbccdd"), "group": ["x"] * 4 + ["z"] * 4, "y": [1.0, 2] * 2 + [4, 5] * 2}
    )
    with pytest.raises(ModelError, match="separated"):
        explain_group(_scores(frame), "group", ["y"], method="cluster_robust")
    firth = explain_group(_scores(frame), "group", ["y"], method="firth", replicate=True).frame.iloc[0]
    assert np.isfinite(firth["odds_ratio"])
    with pytest.raises(ModelError, match="same score"):
        explain_group(_scores(frame.assign(y=2.0)), "group", ["y"])


@pytest.mark.parametrize("method", ["area_means", "permutation", "cluster_robust", "student", "welch"])
def test_difference_is_that_of_the_estimates(method: str) -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "area_code": np.repeat([f"a{i}" for i in range(8)], [5, 9, 12, 4, 7, 11, 6, 10]),
            "group": np.repeat(["up", "down"], [37, 27]),
            "weight": rng.uniform(0.5, 2, 64),
            "y": rng.normal(3, 1, 64),
        }
    )
    scores = Scores(frame.assign(respondent=range(64)), ("y",), ("group",))
    naive = method in ("student", "welch")
    row = compare_groups(scores, "group", groups=("up", "down"), method=method, replicate=naive).frame.iloc[0]
    assert row["difference"] == pytest.approx(row["estimate_2"] - row["estimate_1"])
    assert row["lower_95_1"] < row["estimate_1"] < row["upper_95_1"]
    up = frame.loc[frame["group"] == "up"]
    if method == "welch":  # each group's own spread: the one-sample interval of any textbook
        expected = stats.t.interval(0.95, 36, up["y"].mean(), stats.sem(up["y"]))
    elif method == "student":
        other = frame.loc[frame["group"] == "down", "y"]
        pooled = np.sqrt((36 * up["y"].var() + 26 * other.var()) / 62)
        expected = stats.t.interval(0.95, 62, up["y"].mean(), pooled / np.sqrt(37))
    elif method == "cluster_robust":
        expected = None  # weighted mean; its standard error is that of fit_cr2, tested on its own
        assert row["estimate_1"] == pytest.approx(np.average(up["y"], weights=up["weight"]))
    else:
        means = frame.groupby("area_code", sort=False).apply(
            lambda one: np.average(one["y"], weights=one["weight"])
        )
        pooled = np.sqrt((4 * means[:5].var() + 2 * means[5:].var()) / 6)
        assert list(frame.groupby("area_code")["group"].first()[:5]) == ["up"] * 5
        expected = stats.t.interval(0.95, 6, means[:5].mean(), pooled / np.sqrt(5))
    if expected is not None:
        assert (row["lower_95_1"], row["upper_95_1"]) == pytest.approx(expected)


def test_what_is_asked_for_must_be_there() -> None:
    scores = score(synthetic.sample_responses(respondents=120, areas=6, seed=1))
    for ask in (
        lambda: compare_groups(scores, "trend", outcomes=["rain"]),
        lambda: compare_gaps(scores, "trend", "trend", outcomes=["rain"]),
        lambda: leave_out_areas(scores, "trend", "rain"),
        lambda: explain_group(scores, "trend", ["rain"]),
        lambda: area_factors(scores, outcomes=["rain"]),
    ):
        with pytest.raises(ValueError, match="no score rain; there are: trust"):
            ask()
    with pytest.raises(ValueError, match=r"such as \['trust'\]"):
        explain_group(scores, "trend", "trust")


def test_gap_needs_all_four_groups_and_heeds_weights() -> None:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {
            "area_code": np.repeat([f"a{i}" for i in range(6)], 10),
            "group": np.repeat(["up", "down"], 30),
            "role": np.tile(["leader", "worker"], 30),
            "y": rng.normal(3, 1, 60),
            "weight": 1.0,
        }
    )
    twice = frame.assign(weight=np.where(frame["role"] == "leader", 2.0, 1.0))

    def found(table: pd.DataFrame) -> pd.Series:
        scores = Scores(table.assign(respondent=range(len(table))), ("y",), ("group", "role"))
        return compare_gaps(scores, "role", "group").to_frame().iloc[0]

    # a weight of two within one cell of the design leaves means of the cells, and so gaps, as they were
    assert found(twice)["difference"] == pytest.approx(found(frame)["difference"])
    uneven = frame.assign(weight=rng.uniform(0.5, 2, 60))
    cells = uneven.groupby(["group", "role"]).apply(lambda one: np.average(one["y"], weights=one["weight"]))
    gap = {group: cells[group, "worker"] - cells[group, "leader"] for group in ("up", "down")}
    assert found(uneven)["difference"] == pytest.approx(gap["up"] - gap["down"])
    with pytest.raises(ModelError, match="no gap to compare"):
        found(frame[(frame["group"] == "up") | (frame["role"] == "leader")])
