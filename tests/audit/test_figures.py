from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carerates.audit.figures import format_value, read_figure, single_digit_changes, transpositions


@pytest.mark.parametrize(
    ("text", "value", "decimals", "relation"),
    [
        ("62.1", "62.1", 1, "="),
        ("-1.3", "-1.3", 1, "="),
        ("−0.04", "-0.04", 2, "="),
        (".814", "0.814", 3, "="),
        ("<.001", "0.001", 3, "<"),
        ("p<0.001", "0.001", 3, "<"),
        ("≤ .05", "0.05", 2, "<"),
        ("1,312", "1312", 0, "="),
        ("7.0%", "7.0", 1, "="),
        ("+87%", "87", 0, "="),
        (473, "473", 0, "="),
        (0.08, "0.08", 2, "="),
        (3.0, "3", 0, "="),
        (np.float64(0.814), "0.814", 3, "="),
        (Decimal("0.080"), "0.080", 3, "="),
        ("1e-5", "0.00001", 5, "="),
    ],
)
def test_reading(text, value, decimals, relation) -> None:
    figure = read_figure(text)
    assert (figure.value, figure.decimals, figure.relation) == (Decimal(value), decimals, relation)


@pytest.mark.parametrize("text", ["", "n.s.", "1.2.3", "1 312", "about 60", "nan", "inf"])
def test_what_is_not_a_figure_is_refused(text) -> None:
    with pytest.raises(ValueError, match="not a figure"):
        read_figure(text)


def test_truth_values_are_refused() -> None:
    with pytest.raises(TypeError):
        read_figure(True)


def test_decimals_can_be_stated_but_not_taken_away() -> None:
    assert read_figure(0.08, decimals=3).half_unit == Fraction(1, 2000)
    with pytest.raises(ValueError, match="fewer"):
        read_figure("0.814", decimals=2)


def test_halves_go_away_from_zero() -> None:
    assert [format_value(Decimal(one), 1) for one in ("0.25", "-0.25", "0.249", "-0.04")] == [
        "0.3", "-0.3", "0.2", "0.0",
    ]  # fmt: skip


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 4))
def test_a_value_always_fits_its_own_print(value, decimals) -> None:
    figure = read_figure(format_value(value, decimals))
    assert figure.decimals == decimals
    assert figure.fits(value, value)


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_round_half_even_fits_as_well(units, decimals) -> None:
    value = Fraction(units, 10 ** (decimals + 1))
    printed = str(round(Decimal(units).scaleb(-decimals - 1), decimals))
    assert read_figure(printed).fits(value, value)


def test_slips() -> None:
    assert [str(one) for one in transpositions(read_figure(".814"))] == ["0.184", "0.841"]
    assert [str(one) for one in transpositions(read_figure("-1.3"))] == ["-3.1"]
    assert [str(one) for one in transpositions(read_figure("0.55"))] == []
    changed = [str(one) for one in single_digit_changes(read_figure("5.2"))]
    assert len(changed) == 18
    assert "9.2" in changed
    assert "5.9" in changed
