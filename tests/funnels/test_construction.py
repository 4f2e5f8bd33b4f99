"""One call from a table to a funnel: good input, bad input, and what every funnel must say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import TableError


def wales_like(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "area_code": ["W1", "W2", "W3", "W4", "W5"],
            "area_name": ["Un", "Dau", "Tri", "Pedwar", "Pump"],
            "year": 2012,
            "children": [165, 275, 595, 80, 475],
            "population": [31_540, 19_870, 50_940, 13_700, 28_480],
            "status": "rounded_to_5",
        }
    )
    return frame.assign(**changes)


def test_positions_are_those_of_the_exact_test() -> None:
    frame = cr.funnel(wales_like(), target=90).to_frame()
    assert frame["position"].tolist() == [
        "below 99.8%",
        "above 99.8%",
        "above 99.8%",
        "below 99.8%",
        "above 99.8%",
    ]
    assert frame["p_value"].between(0, 1).all()


def test_rounding_that_matters_is_marked() -> None:
    # 154 to 207 are inside at an expectation of 180: a printed 155 may be 153
    frame = cr.funnel(wales_like(children=[155, 180, 180, 205, 215], population=20_000), target=90).to_frame()
    assert frame["stable_under_rounding"].tolist() == [False, True, True, True, True]
    assert frame["position_words"][0] == "within; depends on rounding: between below 95% and within"


def test_suppressed_areas_are_listed_with_their_possible_values() -> None:
    table = wales_like()
    table["children"] = table["children"].astype("Int64")
    table.loc[3, "children"] = pd.NA
    table.loc[3, "status"] = "suppressed"
    table["children_low"] = [None, None, None, 1, None]
    table["children_high"] = [None, None, None, 5, None]
    funnel = cr.funnel(table)
    row = funnel.to_frame().iloc[3]
    assert row["position"] == "not known"
    assert (row["rate_low"], row["rate_high"]) == pytest.approx((10_000 / 13_700, 50_000 / 13_700))
    assert row["position_words"] == "no count published (suppressed); below 99.8% at every count it may be"
    assert "Pedwar" in funnel.summary()
    assert any("areas listed without a count" in step for step in funnel.provenance.steps)


def test_over_dispersion_is_said_whatever_is_drawn() -> None:
    summary = cr.funnel(wales_like()).summary()
    assert "differ from each other by more than chance allows" in summary
    assert "of areas outside 95%" in summary


def test_two_years_need_a_choice() -> None:
    both = pd.concat([wales_like(), wales_like(year=2013)])
    with pytest.raises(TableError, match="this table has 2"):
        cr.funnel(both)
    funnel = cr.funnel(both, by="year")
    assert funnel.groups == (2012, 2013)
    alone = cr.funnel(wales_like()).to_frame()["p_value"]
    np.testing.assert_array_equal(funnel.select(2012).to_frame()["p_value"], alone)


def test_all_problems_of_a_table_come_together() -> None:
    frame = pd.DataFrame({"n": [5, -1, 2.5, np.nan], "d": [10, 0, 20, 30], "a": ["A", "B", "B", None]})
    with pytest.raises(TableError) as caught:
        cr.funnel(frame, events="n", denominator="d", area="a")
    text = str(caught.value)
    for part in (
        "negative in row 2",
        "not above 0 in row 2",
        "whole number in row 3",
        "empty in row 4",
        "repeat",
    ):
        assert part in text


def test_more_successes_than_trials() -> None:
    frame = pd.DataFrame({"n": [5, 12], "d": [10, 10]})
    with pytest.raises(TableError, match="more events than the denominator holds, in row 2"):
        cr.funnel(frame, events="n", denominator="d", kind="proportion")


def test_missing_columns_are_named() -> None:
    with pytest.raises(TableError, match="no column 'pop'"):
        cr.funnel(wales_like(), events="children", denominator="pop", area="area_code")


def test_one_area_needs_a_target_from_outside() -> None:
    with pytest.raises(TableError, match="at least 2"):
        cr.funnel(wales_like().head(1))
    funnel = cr.funnel(wales_like().head(1), target=90)
    assert funnel.to_frame()["position"].tolist() == ["below 99.8%"]
    assert "fewer than two areas" in funnel.summary()


def test_no_events_at_all() -> None:
    with pytest.raises(TableError, match="No area has any event"):
        cr.funnel(wales_like(children=0, status="exact"))


def test_wrong_settings_are_all_named() -> None:
    with pytest.raises(ValueError, match=r"limits='perfect'.*winsorise=0.7"):
        cr.funnel(wales_like(), limits="perfect", winsorise=0.7)  # type: ignore[arg-type]


def test_areas_without_a_population_are_left_out_by_name() -> None:
    table = wales_like()
    table["population"] = table["population"].astype("Float64")
    table.loc[1, "population"] = pd.NA
    funnel = cr.funnel(table)
    assert "Dau" not in set(funnel.to_frame()["area_name"])
    assert "Left out, because no population was published: Dau 2012." in funnel.summary()
    with pytest.raises(TableError, match="No area has a population"):
        cr.funnel(table.iloc[[1]])
