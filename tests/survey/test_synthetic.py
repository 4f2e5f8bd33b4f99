"""The invented survey returns the printed tables: Forrester et al. (2021), Wood and Forrester (2023)."""

from __future__ import annotations

import numpy as np
import pytest

from carerates.audit import check_odds_ratio
from carerates.survey import compare_groups, compare_shares, explain_group, printed, score, synthetic
from carerates.survey.clusters import intraclass_correlation
from carerates.survey.responses import Responses
from carerates.survey.scoring import Scores


@pytest.fixture(scope="module")
def responses() -> Responses:
    return synthetic.wcpp2020_responses()


@pytest.fixture(scope="module")
def scores(responses) -> Scores:
    return score(responses)


def test_respondents(responses) -> None:
    frame = responses.to_frame()
    assert len(frame) == 792
    assert frame["role"].value_counts().to_dict() == {"workers": 718, "leaders": 74}
    assert frame["trend"].value_counts().to_dict() == {"increasing": 413, "other": 309, "decreasing": 70}
    assert frame["area_code"].nunique() == 22
    assert ((frame["trend"] == "decreasing") & (frame["role"] == "leaders")).sum() == 8


def test_tables_1_2_and_6_exactly(responses) -> None:
    frame = responses.to_frame()
    for column, counts in (
        ("rate_in_wales", printed.RATE_IN_WALES),
        ("rate_in_own_la", printed.RATE_IN_OWN_LA),
    ):
        assert [int((frame[column] == code).sum()) for code in range(1, 6)] == list(counts)
    for column, counts in printed.CASES.items():
        assert [int((frame[column] == code).sum()) for code in range(1, len(counts) + 1)] == list(counts)
        assert frame[column].notna().sum() == sum(counts)
    for column, counts in printed.FRAMEWORKS.items():
        users = frame[frame[column] == 1].groupby("trend").size()
        assert (users["increasing"], users["decreasing"]) == counts
    # most decreasing users of the Outcomes Framework are in one authority, as the report says
    users = frame[(frame["outcomes_framework"] == 1) & (frame["trend"] == "decreasing")]
    assert users["area_code"].value_counts(normalize=True).iloc[0] > 0.7


@pytest.mark.parametrize(
    ("by", "groups", "comparison"),
    [("role", ("leaders", "workers"), "leaders_vs_workers"),
     ("trend", ("increasing", "decreasing"), "increasing_vs_decreasing")],
)  # fmt: skip
def test_tables_3_and_5(scores, by, groups, comparison) -> None:
    expected = printed.printed_tests(comparison)
    table = compare_groups(scores, by, groups=groups, outcomes=list(expected), replicate=True).frame
    for row in table.itertuples():
        wanted = expected[row.outcome]
        assert row.t == pytest.approx(wanted.t, abs=0.05), row.outcome
        assert row.df == wanted.df
        for found, figure in zip(
            (row.mean_1, row.mean_2, row.sd_1, row.sd_2), (*wanted.means, *wanted.sds), strict=True
        ):
            assert found == pytest.approx(figure, abs=0.05), row.outcome  # half a unit of the printed decimal


@pytest.mark.parametrize("scale", list(printed.GAPS))
def test_footnote_18(scores, scale) -> None:
    for trend, t in zip(("increasing", "decreasing"), printed.GAPS[scale], strict=True):
        part = Scores(
            scores.frame[scores.frame["trend"] == trend], scores.names, scores.groups, scores.scales
        )
        row = compare_groups(part, "role", groups=("leaders", "workers"), outcomes=[scale], replicate=True)
        assert row.frame.iloc[0]["t"] == pytest.approx(t, abs=0.05)


def test_footnotes_16_and_17(scores) -> None:
    for outcome, statistic in (("outcomes_framework", 72.36), ("signs_of_safety", 0.10)):
        result = compare_shares(scores, "trend", outcome, groups=("increasing", "decreasing"), replicate=True)
        tests = result.tests.set_index("test")
        assert round(tests.loc["chi_squared", "statistic"], 2) == statistic
        assert result.frame["n"].tolist() == [403, 70]
    assert tests.loc["chi_squared", "p_value"] == pytest.approx(0.750, abs=5e-4)


def test_odds_ratios_of_the_abstract(scores) -> None:
    table = explain_group(
        scores, "trend", list(printed.ODDS_RATIOS), groups=("decreasing", "increasing"), method="plain",
        replicate=True,
    ).frame  # fmt: skip
    for row, (ratio, lower, upper) in zip(table.itertuples(), printed.ODDS_RATIOS.values(), strict=True):
        assert round(row.odds_ratio, 2) == ratio
        assert (round(row.lower_95, 2), round(row.upper_95, 2)) == (lower, upper)
        assert check_odds_ratio(
            f"{row.odds_ratio:.2f}", f"{row.lower_95:.2f}", f"{row.upper_95:.2f}"
        ).consistent


def test_what_the_printed_differences_are_worth_with_areas_as_units(scores) -> None:
    naive = compare_groups(scores, "trend", groups=("increasing", "decreasing"), replicate=True).frame
    honest = compare_groups(scores, "trend", groups=("increasing", "decreasing")).frame
    assert (naive["p_value"] < 0.05).sum() >= 4
    assert (honest["permutation_p"] >= 1 / 66 - 1e-12).all()


def test_same_seed_same_survey_and_the_seed_is_recorded(responses) -> None:
    assert responses.provenance.sources[0].edition == "seed 2020"
    assert "invented" in responses.provenance.steps[-1]


def test_icc_is_a_parameter() -> None:
    found = []
    for seed in range(12):
        frame = score(
            synthetic.sample_responses(respondents=1200, areas=40, icc=0.3, seed=seed, items=8)
        ).frame
        codes = frame["area_code"].astype("category").cat.codes.to_numpy(dtype=np.intp)
        found.append(intraclass_correlation(frame["trust"].to_numpy(), codes))
    # eight items: the common part is 0.49 / (0.49 + 0.49 / 8) of the score's variance, a little less
    # after rounding
    assert np.mean(found) == pytest.approx(0.3 * 0.87, abs=0.04)
    with pytest.raises(ValueError, match="between 0"):
        synthetic.wcpp2020_responses(icc=0.9)
    with pytest.raises(ValueError, match="do not go together"):
        synthetic.sample_responses(respondents=5, areas=12, seed=1)
