"""The result: tables, lines, words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr

YEARS = pd.concat(
    [
        pd.DataFrame(
            {
                "area_code": ["A", "B", "C", "D"],
                "area_name": ["Ynys", "Bryn", "Cwm", "Dyffryn"],
                "year": year,
                "children": [150 + grow, 230, 180, 90],
                "population": [20_000, 19_000, 20_500, 16_000],
            }
        )
        for year, grow in ((2017, 0), (2018, 40), (2019, 90))
    ]
)


def test_table_has_every_column() -> None:
    frame = cr.funnel(YEARS, by="year").to_frame()
    expected = (
        "area_code area_name year observed denominator expected rate lower_95 upper_95 lower_99_8 upper_99_8 "
        "z z_adjusted p_value mid_p q_value position position_words stable_under_rounding status"
    )
    assert set(expected.split()) <= set(frame.columns)
    assert len(frame) == 12
    assert (frame["lower_99_8"] < frame["lower_95"]).all()
    assert (frame["upper_95"] < frame["upper_99_8"]).all()
    np.testing.assert_allclose(frame["rate"], 10_000 * frame["observed"] / frame["denominator"])


def test_table_is_a_copy() -> None:
    funnel = cr.funnel(YEARS, by="year")
    frame = funnel.to_frame()
    frame["rate"] = 0
    assert (funnel.to_frame()["rate"] > 0).all()


def test_lines_pass_through_the_areas_own_limits() -> None:
    funnel = cr.funnel(YEARS[YEARS["year"] == 2017], target=90)
    lines, frame = funnel.limits_frame(points=2_000), funnel.to_frame()
    for column in ("lower_95", "upper_95", "lower_99_8", "upper_99_8"):
        between = np.interp(frame["denominator"], lines["denominator"], lines[column])
        # straight pieces between 2,000 points lie within a ten-thousandth of the curve
        np.testing.assert_allclose(between, frame[column], rtol=1e-4)
    assert (lines["target"] == 90).all()
    with pytest.raises(ValueError, match="at least 2"):
        funnel.limits_frame(points=1)


def test_lines_of_every_group() -> None:
    lines = cr.funnel(YEARS, by="year").limits_frame(points=50)
    assert lines.groupby("year").size().tolist() == [50, 50, 50]


def test_an_area_is_followed_through_the_years() -> None:
    funnel = cr.funnel(YEARS, by="year", target=90)
    path = funnel.path("Ynys")
    assert path["year"].tolist() == [2017, 2018, 2019]
    assert path["position"].tolist() == ["below 95%", "within", "above 99.8%"]
    pd.testing.assert_frame_equal(path, funnel.path("A"))
    with pytest.raises(ValueError, match="no area 'Zed'"):
        funnel.path("Zed")


def test_counts_add_up() -> None:
    funnel = cr.funnel(YEARS, by="year")
    assert funnel.counts().groupby("group")["areas"].sum().tolist() == [4, 4, 4]


def test_a_group_can_be_taken_out() -> None:
    funnel = cr.funnel(YEARS, by="year")
    assert funnel.select(2018).groups == (2018,)
    with pytest.raises(ValueError, match="there are: 2017, 2018, 2019"):
        funnel.select(2030)


def test_text_alternative_says_who_is_outside_in_both_languages() -> None:
    funnel = cr.funnel(YEARS[YEARS["year"] == 2019], target=90)
    english, welsh = funnel.text_alternative(), funnel.text_alternative("cy")
    assert "2 above 99.8%: Ynys, Bryn." in english
    assert "2 uwchlaw 99.8%: Ynys, Bryn." in welsh
    assert "1 below 99.8%: Dyffryn." in english
    assert "The centre line is at 90 per 10,000." in english
    with pytest.raises(ValueError, match="lang="):
        funnel.text_alternative("fr")


def test_summary_states_everything_a_reader_needs() -> None:
    summary = cr.funnel(YEARS[YEARS["year"] == 2019], target=90).summary()
    for part in (
        "4 areas against a value supplied, 90 per 10000",
        "95% and 99.8% limits: exact Poisson limits",
        "Above 99.8%: 2 (Ynys, Bryn)",
        "With chance alone at most about 0.2 outside 95%; 0.008 outside 99.8% would be expected.",
        "phi =",
    ):
        assert part in summary


@pytest.mark.parametrize("dispersion", ["multiplicative", "additive", "negative_binomial"])
@pytest.mark.parametrize("kind", ["rate", "proportion"])
@pytest.mark.parametrize("scale", ["square_root", "anscombe", "log", "pearson"])
def test_every_allowance_draws_sound_limits(dispersion: str, kind: str, scale: str) -> None:
    frame = pd.DataFrame({"n": [12, 30, 41, 77, 9, 0], "d": [100, 160, 300, 400, 90, 40]})
    funnel = cr.funnel(
        frame,
        events="n",
        denominator="d",
        kind=kind,
        dispersion=dispersion,
        scale=scale,  # type: ignore[arg-type]
    )
    table, lines = funnel.to_frame(), funnel.limits_frame(points=40)
    for one in (table, lines):
        assert (one["lower_95"] <= one["target"] + 1e-9).all()
        assert (one["upper_95"] >= one["target"] - 1e-9).all()
        assert (one["lower_95"] >= 0).all()
    assert table["p_value"].between(0, 1).all()
    outside = (table["rate"] > table["upper_95"] + 1e-9) | (table["rate"] < table["lower_95"] - 1e-9)
    assert (outside == (table["position"] != "within")).all()


def test_replication_limits_warn() -> None:
    with pytest.warns(cr.CareratesWarning, match="to replicate other tools"):
        cr.funnel(YEARS[YEARS["year"] == 2017], limits="ci_expected")
