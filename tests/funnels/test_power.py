"""What a funnel could have found: checked with the test it speaks of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.funnels.power import chance_flags, detectable_rates, power_table
from carerates.funnels.tails import binomial_tails, flag_counts

TABLE = pd.DataFrame({"n": [2, 45, 180, 450], "d": [300, 5_000, 20_000, 50_000]})


def test_an_area_at_the_detectable_rate_is_flagged_as_often_as_said() -> None:
    table = power_table(cr.funnel(TABLE, events="n", denominator="d", target=90))
    rng = np.random.default_rng(5)
    for row, size in enumerate(TABLE["d"]):
        expected = np.full(40_000, size * 90 / 10_000)
        for name, side, level in (("above_95", 1, 1), ("below_95", -1, 1), ("above_99_8", 1, 2)):
            rate = table.loc[row, f"detectable_{name}"]
            if np.isnan(rate):
                assert side == -1 and size == 300  # 0 of 2.7 expected is nothing remarkable
                continue
            flags = flag_counts(rng.poisson(size * rate / 10_000, 40_000).astype(float), expected)
            # four standard errors of 40,000 draws
            assert np.mean(side * flags >= level) == pytest.approx(0.8, abs=0.008)


def test_detectable_proportions() -> None:
    lower, upper = np.array([12.3]), np.array([27.8])
    below, above = detectable_rates(lower, upper, np.array([50.0]), 0.8, "proportion")
    size = np.array([50.0])
    assert binomial_tails(np.array([28.0]), size, above / 50)[1][0] == pytest.approx(0.8)
    assert binomial_tails(np.array([12.0]), size, below / 50)[0][0] == pytest.approx(0.8)


def test_chance_flags_are_fewer_than_nominal_for_whole_counts() -> None:
    frame = chance_flags(cr.funnel(TABLE, events="n", denominator="d", target=90))
    assert frame["nominal"].tolist() == pytest.approx([0.2, 0.008])
    assert (frame["by_chance"] < frame["nominal"]).all()
    assert (frame["by_chance"] > 0).all()
