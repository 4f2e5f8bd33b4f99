from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import ModelError
from carerates.survey import Scores, area_factors, as_responses, scales, synthetic
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


def _welsh_survey() -> tuple[pd.DataFrame, scales.ScaleSet]:
    """Invented answers from every Welsh authority: ten each, one of them with two only."""
    rng = np.random.default_rng(22)
    rates = cr.load_rates("wales", years=2020).to_frame()
    rows = []
    for place, (code, name) in enumerate(zip(rates["area_code"], rates["area_name"], strict=True)):
        level = rng.normal(3.2, 0.6)  # areas differ, by more than ten answers leave unsure
        for _ in range(2 if name == "Ceredigion" else 10):
            one, other = np.clip(np.rint(level + rng.normal(0, 0.8, 2)), 1, 5)
            rows.append({"authority": name if place % 2 else code, "q1": int(one), "q2": int(other)})
    own = scales.ScaleSet("own", (scales.likert_scale("trust", "Trust in early help", ("q1", "q2")),))
    return pd.DataFrame(rows), own


def test_from_answers_to_rates_of_the_bundled_welsh_panel() -> None:
    answers, own = _welsh_survey()
    responses = as_responses(answers, own, area="authority")
    rates = cr.load_rates("wales", years=[2019, 2020])
    workforce = dict.fromkeys(rates.areas, 40.0)
    factors = area_factors(responses, workforce=workforce, shrink=True)
    joined = rates.join(factors)
    frame = joined.to_frame()
    assert len(frame) == len(rates)
    assert set(joined.factor_names) >= {"trust", "trust_respondents", "trust_reliability", "response_rate"}
    cardiff = frame[frame["area_name"] == "Cardiff"]
    theirs = answers[answers["authority"].isin(["Cardiff", "W06000015"])]
    by_hand = theirs[["q1", "q2"]].mean(axis=1).mean()
    assert cardiff["trust"].tolist() == pytest.approx([by_hand, by_hand])  # both years alike
    assert cardiff["response_rate"].tolist() == [25.0, 25.0]
    assert cardiff["trust_respondents"].tolist() == [10, 10]
    hidden = frame[frame["area_name"] == "Ceredigion"]
    assert (
        hidden[["trust", "trust_standard_error", "trust_respondents", "response_rate"]].isna().all(axis=None)
    )
    # the table knows which column says how uncertain the factor is, and what was left empty
    trust = next(one for one in joined.factors if one.name == "trust")
    assert trust.standard_error == "trust_standard_error"
    assert trust.standard_error in frame
    steps = " ".join(joined.provenance.steps)
    assert "trust: 1 areas with fewer than 5 respondents were left empty." in steps
    assert "trust missing in 2 of 44 rows" in steps
    assert "q1" not in frame


def test_joined_scores_enter_an_adjustment_which_says_that_they_are_estimates() -> None:
    answers, own = _welsh_survey()
    rates = cr.load_rates("wales", years=2020)
    joined = rates.join(area_factors(as_responses(answers, own, area="authority"), minimum=2))
    adjusted = cr.adjust(joined, factors=["trust"], method="quasi_poisson")
    assert len(adjusted.to_frame()) == 22
    assert any("trust" in step and "standard error" in step for step in adjusted.provenance.steps)


def test_a_fit_takes_the_scores_as_measured_with_error() -> None:
    answers, own = _welsh_survey()
    rates = cr.load_rates("wales", years=[2019, 2020])
    joined = rates.join(area_factors(as_responses(answers, own, area="authority"), minimum=2))
    model = cr.RateModel(
        factors=["trust"], measured_with_error=["trust"], groups=None, time="none", area_time="none",
        likelihood="poisson",
    )  # fmt: skip
    fitted = cr.fit(model, joined, draws=400, seed=1)
    row = fitted.coefficients().set_index("name").loc["trust"]
    # answers were drawn without regard to rates: the interval holds nothing at all
    assert row["lower_95"] < 0 < row["upper_95"]
    assert set(fitted.to_frame()["area_code"]) <= set(joined.areas)


def test_one_respondent_in_each_area_says_nothing_of_reliability() -> None:
    few = synthetic.sample_responses(respondents=6, areas=6, seed=1)
    table = area_factors(few, minimum=1).to_frame()
    assert (table["trust_respondents"] == 1).all()
    assert table["trust"].notna().all()
    assert table[["trust_standard_error", "trust_reliability"]].isna().all(axis=None)
