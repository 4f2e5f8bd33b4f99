"""Positions, words, and the allowance for many areas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import carerates as cr
from carerates.funnels.position import false_discovery_values, position_words

RNG = np.random.default_rng(12)
TABLE = pd.DataFrame({"d": RNG.integers(5_000, 60_000, 60)})
TABLE["n"] = RNG.poisson(TABLE["d"] * 0.009 * RNG.gamma(200, 1 / 200, 60))


def outside(multiplicity: str) -> int:
    funnel = cr.funnel(TABLE, events="n", denominator="d", target=90, multiplicity=multiplicity)  # type: ignore[arg-type]
    return int((funnel.to_frame()["position"] != "within").sum())


def test_multiplicity() -> None:
    assert outside("none") > outside("benjamini_hochberg") >= outside("bonferroni")


def test_bonferroni_is_a_stricter_level() -> None:
    strict = cr.funnel(TABLE, events="n", denominator="d", target=90, multiplicity="bonferroni").to_frame()
    level = 1 - 0.05 / 60
    alone = cr.funnel(TABLE, events="n", denominator="d", target=90, probabilities=(level,)).to_frame()
    assert (
        strict["position"].isin(["above 95%", "above 99.8%"]) == alone["position"].str.startswith("above")
    ).all()
    np.testing.assert_allclose(strict["upper_95"], alone.filter(like="upper_").iloc[:, 0], rtol=1e-9)


def test_benjamini_hochberg_is_on_mid_p() -> None:
    frame = cr.funnel(
        TABLE, events="n", denominator="d", target=90, multiplicity="benjamini_hochberg"
    ).to_frame()
    np.testing.assert_allclose(frame["q_value"], false_discovery_values(frame["mid_p"].to_numpy()))
    assert ((frame["position"] != "within") == (frame["q_value"] <= 0.05)).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_values_against_their_definition(values: list[float]) -> None:
    p = np.array(values)
    q = false_discovery_values(p)
    for level in (0.05, 0.2, 0.5):
        ranked = np.sort(p)
        passing = np.flatnonzero(ranked <= level * np.arange(1, p.size + 1) / p.size)
        rejected = p <= ranked[passing[-1]] if passing.size else np.zeros(p.size, dtype=bool)
        clear = np.abs(q - level) > 1e-12  # a tie at the level itself turns on the last digit
        assert ((q <= level) == rejected)[clear].all()


def test_missing_p_values_are_not_tests() -> None:
    assert false_discovery_values(np.array([0.02, np.nan])).tolist() == pytest.approx(
        [0.02, np.nan], nan_ok=True
    )


def test_words_at_any_levels() -> None:
    known = np.array([True] * 3)
    assert position_words(np.array([3, -1, 0]), known, (0.9, 0.95, 0.999)) == [
        "above 99.9%",
        "below 90%",
        "within",
    ]
