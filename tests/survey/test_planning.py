from __future__ import annotations

import numpy as np
import pytest

from carerates.survey import simulate_power


def test_power_of_independent_respondents_is_that_of_the_t_test() -> None:
    # 64 against 64 at d = 0.5 and the 5% level: power .80, the textbook case (Cohen 1988)
    found = simulate_power(
        [64] * 1 + [1], [63], icc=0.0, difference=0.5, methods=["student"], simulations=400, seed=1
    )
    share = found.frame.iloc[0]["share"]
    assert share == pytest.approx(0.80, abs=0.06)  # three standard errors
    assert found.frame.iloc[0]["standard_error"] == pytest.approx(np.sqrt(share * (1 - share) / 400))


def test_more_areas_find_more() -> None:
    few = simulate_power(
        [30] * 10, [30] * 2, icc=0.05, difference=0.4, methods=["area_means"], simulations=300, seed=2
    )
    many = simulate_power(
        [30] * 6, [30] * 6, icc=0.05, difference=0.4, methods=["area_means"], simulations=300, seed=2
    )
    assert many.frame.iloc[0]["share"] > few.frame.iloc[0]["share"] + 0.1
    assert "10 areas against 2" in few.summary()


def test_impossible_studies() -> None:
    with pytest.raises(ValueError, match="three areas"):
        simulate_power([10], [10], icc=0.1, seed=1)
    with pytest.raises(ValueError, match="from 0"):
        simulate_power([10] * 3, [10], icc=1.0, seed=1)
    with pytest.raises(ValueError, match="no method"):
        simulate_power([10] * 3, [10], icc=0.1, methods=["anova"], seed=1)


@pytest.mark.parametrize(("name", "value"), [("simulations", 0), ("level", 0), ("level", 1.5)])
def test_studies_and_level_must_make_sense(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} is|level {value}"):
        simulate_power([5] * 3, [5] * 2, icc=0.1, seed=1, **{name: value})
