"""What comes in at the door, what is refused, and that nothing personal gets through."""

from __future__ import annotations

import pandas as pd
import pytest

from carerates.errors import TableError
from carerates.survey import as_responses, score
from carerates.survey.scales import Item, Scale, ScaleSet, likert_scale

SCALES = ScaleSet("own", (likert_scale("trust", "Trust", ("q1", "q2", "q3"), reverse=("q3",)),))
SECRET = "Jane Roe of 4 Mill Lane"


def _answers(**columns: object) -> pd.DataFrame:
    base = {
        "area_code": ["Cardiff", "Caerdydd", "W06000023"],
        "q1": [4, 5, 3],
        "q2": [4, 4, 2],
        "q3": [2, 1, 5],
    }
    return pd.DataFrame({**base, **columns})


def test_areas_come_in_by_name_in_either_language_and_by_code() -> None:
    frame = as_responses(_answers(), SCALES).to_frame()
    assert frame["area_code"].tolist() == ["W06000015", "W06000015", "W06000023"]


def test_scores_by_hand_with_a_reversed_item() -> None:
    made = score(as_responses(_answers(), SCALES)).to_frame()
    assert made["trust"].tolist() == pytest.approx([(4 + 4 + 4) / 3, (5 + 4 + 5) / 3, (3 + 2 + 1) / 3])


def test_answers_as_words_and_codes_of_no_answer() -> None:
    table = _answers(q1=["Strongly agree", "agree ", "-9"], q2=[4.0, None, ""])
    frame = as_responses(table, SCALES, no_answer=[-9]).to_frame()
    assert frame["q1"].tolist()[:2] == [5.0, 4.0]
    assert frame[["q1", "q2"]].isna().sum().tolist() == [1, 2]


def test_missing_rule() -> None:
    table = _answers(q1=[4, None, None], q2=[None, None, 2], q3=[None, 1, 5])
    strict = ScaleSet("own", (likert_scale("trust", "Trust", ("q1", "q2", "q3"), answered=0.6),))
    made = score(as_responses(table, strict))
    assert made.to_frame()["trust"].isna().tolist() == [True, True, False]
    assert "trust 2" in made.provenance.steps[-1]


def test_recoded_points() -> None:
    scales = ScaleSet("own", (Scale("risk", "Risk", (Item("q", 1, 2, points={1: 1, 2: 3}),)),))
    table = pd.DataFrame({"area_code": ["Cardiff"] * 3, "q": [1, 2, None]})
    made = score(as_responses(table, scales)).to_frame()["risk"]
    assert made.tolist()[:2] == [1.0, 3.0]
    assert made.isna().tolist()[2]


def test_every_problem_is_reported_once_and_no_cell_is_repeated() -> None:
    table = _answers(
        area_code=["Cardiff", SECRET, ""], q1=[9, SECRET, 4], q2=[2.5, 4, 3], q3=[None, None, None],
        weight=[1, 0, -1], role=[SECRET * 3, "worker", "worker"],
    )  # fmt: skip
    with pytest.raises(TableError) as caught:
        as_responses(table, SCALES, groups=["role"], weight="weight")
    text = str(caught.value)
    expected = [
        "area is not known in row 2",
        "area is empty in row 3",
        "'q1' holds text",
        "'q1' has answers outside",
        "'q2' has answers outside",
        "'q3' has no answer",
        "weight 'weight'",
        "looks like free text",
    ]
    for words in expected:
        assert words in text
    assert SECRET not in text
    assert "Jane" not in text


def test_free_text_columns_never_come_in() -> None:
    table = _answers(comments=[SECRET, "x", "y"], email=["a@b.cd", "", ""])
    made = as_responses(table, SCALES)
    scores = score(made)
    everything = "".join(
        [made.to_frame().to_csv(), scores.to_frame().to_csv(), made.summary(), scores.summary(),
        repr(made), repr(scores),
         repr(made.provenance), repr(scores.provenance)]
    )  # fmt: skip
    assert SECRET not in everything
    assert "a@b.cd" not in everything
    assert "2 other columns" in made.provenance.steps[-1]


def test_names_and_addresses_are_no_groups_and_no_areas() -> None:
    people = [f"{name} {SECRET}"[:50] for name in ("Ann", "Bo", "Cy", "Di", "Ed", "Flo")]
    table = pd.concat([_answers()] * 2, ignore_index=True).assign(
        name=people, email=["a@b.cd"] * 6, team=["x", "y"] * 3
    )
    assert len(as_responses(table, SCALES, groups=["team"])) == 6
    for column in ("name", "email"):
        with pytest.raises(TableError, match="looks like free text or names") as caught:
            as_responses(table, SCALES, groups=[column])
        assert "a@b" not in str(caught.value) and "Ann" not in str(caught.value)
    with pytest.raises(TableError, match="addresses") as caught:
        as_responses(table, SCALES, area="email", own_areas=True)
    assert "a@b" not in str(caught.value)


def test_column_that_is_there_twice_is_named() -> None:
    table = _answers()
    with pytest.raises(TableError, match="column 'q1' is there more than once"):
        as_responses(pd.concat([table, table[["q1"]]], axis=1), SCALES)


def test_missing_columns_and_empty_tables() -> None:
    with pytest.raises(TableError, match="'q3' is missing"):
        as_responses(_answers().drop(columns="q3"), SCALES)
    with pytest.raises(TableError, match="no respondents"):
        as_responses(_answers().iloc[:0], SCALES)


def test_order_of_rows_does_not_matter_and_the_input_is_left_alone() -> None:
    table = _answers()
    before = table.copy()
    one = score(as_responses(table, SCALES)).to_frame()
    other = score(as_responses(table.iloc[::-1], SCALES)).to_frame().iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, before)
    assert one["trust"].tolist() == other["trust"].tolist()
