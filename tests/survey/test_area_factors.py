from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carerates.errors import ModelError
from carerates.survey import Scores, area_factors, synthetic
from carerates.survey.area_factors import between_variance, estimate_means


def _scores(frame: pd.DataFrame) -> Scores:
    full = frame.assign(respondent=range(len(frame)), weight=frame.get("weight", 1.0))
    return Scores(full, ("y",))


FRAME = pd.DataFrame(
    {"area_code": ["a"] * 6 + ["b"] * 5 + ["c"] * 2, "y": [1.0, 2, 3, 4, 5, 3, 2, 2, 3, 3, 4, 1, 5]}
)  # fmt: skip


def test_mean_and_standard_error_by_hand() -> None:
    table = area_factors(_scores(FRAME)).to_frame().set_index("area_code")
    a = FRAME["y"][:6]
    assert table.loc["a", "y"] == pytest.approx(a.mean())
    assert table.loc["a", "y_standard_error"] == pytest.approx(a.std(ddof=1) / np.sqrt(6))
    assert table.loc["b", "y_respondents"] == 5


def test_small_areas_are_hidden_and_said_to_be() -> None:
    result = area_factors(_scores(FRAME))
    hidden = result.to_frame().set_index("area_code").loc["c"]
    assert hidden.isna().all()
    assert any("1 areas with fewer than 5" in step for step in result.provenance.steps)
    assert not area_factors(_scores(FRAME), minimum=2).to_frame()["y"].isna().any()
    with pytest.raises(ModelError, match="No area has 50"):
        area_factors(_scores(FRAME), minimum=50)


def test_a_census_has_no_sampling_error() -> None:
    workforce = {"a": 6, "b": 10, "c": 40}
    table = area_factors(_scores(FRAME), workforce=workforce).to_frame().set_index("area_code")
    assert table.loc["a", "y_standard_error"] == 0.0
    assert table.loc["a", "response_rate"] == 100.0
    assert np.isnan(table.loc["c", "response_rate"])
    full = area_factors(_scores(FRAME)).to_frame().set_index("area_code")
    assert table.loc["b", "y_standard_error"] == pytest.approx(
        full.loc["b", "y_standard_error"] * np.sqrt(0.5)
    )
    with pytest.raises(ModelError, match="More respondents than workforce in a"):
        area_factors(_scores(FRAME), workforce={"a": 5})


def test_weights() -> None:
    mean, variance, _ = estimate_means(
        np.array([1.0, 2, 4]), np.array([1.0, 1, 2]), np.array([0, 0, 0], dtype=np.intp), 1
    )
    assert mean[0] == pytest.approx(11 / 4)
    # ratio estimator by hand: 3/2 * ((1*1.75)^2 + 0.75^2 + (2*1.25)^2) / 16
    assert variance[0] == pytest.approx(1.5 * (1.75**2 + 0.75**2 + 2.5**2) / 16)


def test_a_single_respondent_borrows_the_pooled_variance() -> None:
    mean, variance, _ = estimate_means(
        np.array([1.0, 3, 2, 5]), np.ones(4), np.array([0, 0, 0, 1], dtype=np.intp), 2
    )
    assert mean[1] == 5.0
    assert variance[1] == pytest.approx(np.var([1, 3, 2], ddof=1))


def test_shrinkage_recovers_simulated_area_means_better() -> None:
    rng = np.random.default_rng(1)
    true = 3 + 0.2 * rng.standard_normal(60)
    sizes = rng.integers(5, 30, 60)
    codes = np.repeat(np.arange(60), sizes)
    frame = pd.DataFrame(
        {"area_code": [f"a{i:02d}" for i in codes], "y": true[codes] + rng.standard_normal(len(codes))}
    )
    table = area_factors(_scores(frame), shrink=True).to_frame()
    plain, pulled = table["y"] - true, table["y_shrunk"] - true
    assert (pulled**2).mean() < 0.7 * (plain**2).mean()
    # standard errors say how large the errors are: standardised errors have variance near 1
    assert (plain / table["y_standard_error"]).std() == pytest.approx(1, abs=0.3)
    assert (pulled / table["y_shrunk_standard_error"]).std() == pytest.approx(1, abs=0.35)
    assert table["y_reliability"].between(0, 1).all()


def test_between_variance_is_never_negative() -> None:
    assert between_variance(np.array([1.0, 1.0, 1.0]), np.array([0.5, 0.5, 0.5])) == 0.0
    # equal variances: sample variance of the means less the sampling variance
    means = np.array([1.0, 2.0, 4.0])
    assert between_variance(means, np.full(3, 0.1)) == pytest.approx(means.var(ddof=1) - 0.1)


def test_from_responses_to_a_factor_table() -> None:
    made = synthetic.sample_responses(respondents=240, areas=12, seed=1)
    table = area_factors(made)
    assert table["trust"].standard_error == "trust_standard_error"
    assert len(table) == 12
    with pytest.raises(ValueError, match="no score"):
        area_factors(made, outcomes=["nothing"])
    with pytest.raises(ValueError, match="at least 1"):
        area_factors(made, minimum=0)
