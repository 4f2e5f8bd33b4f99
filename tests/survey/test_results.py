"""What all results of a survey promise, on each kind of them."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from carerates import survey
from carerates.survey.results import SurveyResult

UNUSED = "Survey weights were not used."


def _scores(*, weighted: bool = False) -> survey.Scores:
    scores = survey.score(survey.synthetic.sample_responses(respondents=240, areas=12, seed=1))
    frame = scores.frame.assign(
        role=["leader"] * 120 + ["worker"] * 120, agrees=(scores.frame["trust"] > 3).astype(float)
    )
    if weighted:
        frame["weight"] = np.tile([0.5, 1.5, 1.0], 80)
    return replace(scores, frame=frame, groups=("trend", "role"))


def _evaluation() -> survey.SelfEvaluation:
    scales = survey.self_evaluation.self_evaluation_scales()
    answers = pd.DataFrame({item.name: [2, 3, 3, 4, 5] for item in scales.items})
    return survey.evaluate_areas(survey.as_responses(answers.assign(area_code="Cardiff"), scales))


@pytest.fixture(scope="module")
def results() -> dict[str, SurveyResult]:
    scores = _scores()
    return {
        "comparison": survey.compare_groups(scores, "trend"),
        "gaps": survey.compare_gaps(scores, "role", "trend"),
        "odds": survey.explain_group(scores, "role", ["trust"]),
        "shares": survey.compare_shares(scores, "trend", "agrees"),
        "reliability": survey.assess_reliability(
            survey.synthetic.sample_responses(respondents=240, areas=12, seed=1)
        ),
        "evaluation": _evaluation(),
    }


KINDS = ["comparison", "gaps", "odds", "shares", "reliability", "evaluation"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_keeps_its_table_and_says_its_interval(kind: str, results: dict[str, SurveyResult]) -> None:
    result = results[kind]
    table = result.to_frame()
    assert {"lower_95", "upper_95"} <= set(table) and not table.empty
    assert (result.interval_kind, result.interval_probability) == ("confidence", 0.95)
    table["lower_95"] = -1.0
    assert not (result.to_frame()["lower_95"] == -1.0).any()
    with pytest.raises(FrozenInstanceError):
        result.settings = {}  # type: ignore[misc]
    # one table in the words of a terminal would bury the settings
    assert repr(result).startswith(f"{type(result).__name__}(settings=") and "lower_95" not in repr(result)


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_survives_a_process_pool(kind: str, results: dict[str, SurveyResult]) -> None:
    result: Any = results[kind]
    again = pickle.loads(pickle.dumps(result))
    assert (repr(again), again.summary()) == (repr(result), result.summary())
    for name in ("frame", "items", "tests", "areas"):
        if hasattr(result, name):
            pd.testing.assert_frame_equal(getattr(again, name), getattr(result, name))


@pytest.mark.parametrize("weighted", [False, True])
def test_methods_that_leave_weights_out_say_so(weighted: bool) -> None:
    scores = _scores(weighted=weighted)
    naive = [
        survey.compare_groups(scores, "trend", replicate=True),
        survey.compare_gaps(scores, "role", "trend", replicate=True),
        survey.explain_group(scores, "role", ["trust"]),
    ]
    used = [survey.compare_groups(scores, "trend"), survey.compare_gaps(scores, "role", "trend")]
    assert [UNUSED in one.provenance.steps for one in naive] == [weighted] * 3
    assert [UNUSED in one.provenance.steps for one in used] == [False] * 2
    shares = survey.compare_shares(scores, "trend", "agrees").provenance.steps
    assert any(step.startswith("Shares count respondents") for step in shares) is weighted
