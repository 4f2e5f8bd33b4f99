"""Centres of the funnel."""

from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr
from carerates.errors import TableError

TABLE = pd.DataFrame(
    {
        "area_code": ["A", "B", "C", "D"],
        "nation": ["Wales", "Wales", "England", "England"],
        "region": ["Wales", "Wales", "London", "London"],
        "year": 2018,
        "children": [100, 300, 120, 80],
        "population": [10_000, 20_000, 20_000, 20_000],
    }
)


def centres(target: object) -> list[float]:
    values = cr.funnel(TABLE, target=target).to_frame()["target"]  # type: ignore[arg-type]
    return [round(float(value), 3) for value in values]


def test_named_targets_by_hand() -> None:
    assert centres("pooled") == [85.714] * 4  # 600 of 70,000
    assert centres("unweighted") == [87.5] * 4  # the mean of 100, 150, 60 and 40
    assert centres("nation") == [133.333, 133.333, 50.0, 50.0]
    assert centres("region") == centres("nation")
    assert centres("left_out") == [83.333, 60.0, 96.0, 104.0]
    assert centres(90) == [90.0] * 4


def test_comparison_sets() -> None:
    assert centres(["C", "D"]) == [50.0] * 4
    sets = {"A": ["B"], "B": ["A", "C"], "C": ["D"], "D": ["C"]}
    assert centres(sets) == [150.0, 73.333, 40.0, 60.0]
    funnel = cr.funnel(TABLE, target=sets)
    assert funnel.target is None
    assert funnel.limits_frame().empty  # no common line to draw
    assert funnel.settings.target == "a comparison set for each area"


def test_sets_that_cannot_set_a_target() -> None:
    with pytest.raises(TableError, match="X is not in the table"):
        centres(["A", "X"])
    with pytest.raises(TableError, match="No comparison set is given for B, C, D"):
        centres({"A": ["B"]})
    with pytest.raises(TableError, match="it is empty"):
        centres([])
    with pytest.raises(TableError, match="needs the nation of every area"):
        cr.funnel(TABLE.drop(columns="nation"), target="nation")


@pytest.mark.parametrize("target", [0, -5, float("nan"), "average", True])
def test_targets_that_are_none(target: object) -> None:
    with pytest.raises(ValueError, match="target="):
        centres(target)


def test_a_proportion_needs_a_target_below_one() -> None:
    frame = pd.DataFrame({"n": [3, 5], "d": [10, 10]})
    with pytest.raises(ValueError, match="not a proportion below 1"):
        cr.funnel(frame, events="n", denominator="d", kind="proportion", target=150)
    with pytest.raises(TableError, match="leaves nothing to chance"):
        cr.funnel(frame.assign(n=10), events="n", denominator="d", kind="proportion")
