"""Shares of English authorities whose rate rose, stayed or fell, 2012/13 to 2016/17.

Origin: Wijedasa D, Warner N, Scourfield J. Exploratory analyses of the rates of children looked after in
English local authorities (2012-2017). What Works Centre for Children's Social Care, 2018: 60% up, 4% no
change, 36% down.
"""

from __future__ import annotations

import pytest

import carerates as cr

PRINTED = {"increasing": 60, "little change": 4, "decreasing": 36}


def shares(population: str) -> dict[str, float]:
    """The rule: sign of the change in whole-number rates, 31 March 2013 to 31 March 2017, no dead band."""
    rule = cr.rules.wwcsc(0, 2013, 2017, whole_number_rates=True)
    counts = cr.classify(cr.load_rates("england", population=population), rule).counts()  # type: ignore[arg-type]
    known = sum(counts[label] for label in PRINTED)
    assert known == 151
    return {label: 100 * counts[label] / known for label in PRINTED}


def test_within_three_points_with_populations_of_one_series() -> None:
    found = shares("rebased")
    for label, printed in PRINTED.items():
        assert found[label] == pytest.approx(printed, abs=3), label


def test_with_the_populations_of_the_time_one_share_is_just_outside() -> None:
    # 57.6, 3.3 and 39.1: which populations the study used is not printed
    found = shares("published")
    assert {label: round(value, 1) for label, value in found.items()} == {
        "increasing": 57.6,
        "little change": 3.3,
        "decreasing": 39.1,
    }
