"""Two funnels: who moved, and why."""

from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr
from carerates.funnels.comparison import compare

TABLE = pd.DataFrame(
    {
        "a": ["A", "B", "C", "D", "E"],
        "n": [30, 215, 450, 160, 95],
        "d": [5_000, 20_000, 50_000, 20_000, 9_000],
    }
)


def draw(table: pd.DataFrame = TABLE, **changes: object) -> cr.Funnel:
    return cr.funnel(table, events="n", denominator="d", area="a", **({"target": 90} | changes))  # type: ignore[arg-type]


def test_the_same_funnel_moves_nobody() -> None:
    comparison = compare(draw(), draw())
    assert not comparison.to_frame()["moved"].any()
    assert comparison.summary() == "0 of 5 areas in both funnels lie in another position."


def test_each_cause_is_told_from_the_others() -> None:
    more = TABLE.assign(n=[30, 215, 550, 160, 95])
    for changed, area, because in (
        (draw(more), "C", "data"),
        (draw(target=100), "B", "target"),
        (draw(multiplicity="bonferroni"), "B", "limits"),
        (draw(dispersion="negative_binomial"), "B", "dispersion"),
    ):
        frame = compare(draw(), changed).to_frame().set_index("area_code")
        assert frame.loc[area, "because"] == because
        assert frame.loc[area, "moved"]


def test_path_ends_at_the_second_funnel() -> None:
    second = draw(
        TABLE.assign(n=[60, 150, 470, 230, 70]), target="pooled", dispersion="additive", limits="mid_p"
    )
    frame = compare(draw(), second).to_frame()
    assert frame["position_second"].tolist() == second.to_frame()["position"].tolist()
    assert frame["position_first"].tolist() == draw().to_frame()["position"].tolist()


def test_areas_in_only_one_funnel_are_named() -> None:
    summary = compare(draw(TABLE.head(4)), draw(TABLE.tail(4))).summary()
    assert "In only one of the two: A, E." in summary


def test_what_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="share no positions"):
        compare(draw(), draw(probabilities=(0.9,)))
    years = pd.concat([TABLE.assign(y=1), TABLE.assign(y=2)])
    with pytest.raises(ValueError, match="drawn by y"):
        compare(draw(), draw(years, by="y"))
