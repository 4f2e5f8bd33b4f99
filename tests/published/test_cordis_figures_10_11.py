"""Changes in the rate 2005 to 2011 and the five areas' turning points.

Origin: Cordis Bright, research on differences in the looked after children population, 2013, figures 10, 11
and the text of section 3.2.3: Wales +17.3 per 10,000, Blaenau Gwent -34.8, Torfaen +61.6, Newport -2.5.
The edition has no population of single areas before mid-2009, so only Wales can be rebuilt; for the three
areas the printed change is checked against the counts and what it implies for the population of mid-2004.
"""

from __future__ import annotations

import pytest

import carerates as cr

AREAS = {"Blaenau Gwent": -34.8, "Torfaen": 61.6, "Newport": -2.5}


def test_the_welsh_change_lies_within_the_rounding_of_the_published_rates() -> None:
    wales = cr.load_rates("wales", level="nation", years=[2005, 2011])
    row = cr.change(wales, 2005, 2011, rate="published").to_frame().iloc[0]
    assert row["absolute_change"] == 18
    # 67 to 85, each to the nearest whole: 17 to 19
    assert abs(17.3 - row["absolute_change"]) <= 1


@pytest.mark.parametrize(("area", "printed"), AREAS.items())
def test_printed_changes_fit_the_counts_and_a_believable_population(area: str, printed: float) -> None:
    rates = cr.load_rates("wales", years=[2005, 2010, 2011]).select(area=area).to_frame().set_index("year")
    implied = 1e4 * rates.loc[2005, "children"] / (rates.loc[2011, "rate_per_10000"] - printed)
    # the child population of Wales fell by about 1% a year in these years, that of Newport hardly at all;
    # counts rounded to 5 move what is implied by 1 to 3%
    assert 1.0 <= implied / rates.loc[2010, "population"] <= 1.09
    frame = rates.reset_index()
    frame.loc[frame["year"] == 2005, "population"] = round(implied)
    row = cr.change(frame, 2005, 2011).to_frame().iloc[0]
    assert row["absolute_change"] == pytest.approx(printed, abs=0.01)
    assert (row["absolute_change"] > 0) == (printed > 0)


@pytest.mark.parametrize(("area", "printed"), AREAS.items())
def test_printed_changes_lie_within_what_rounding_and_population_leave_open(
    area: str, printed: float
) -> None:
    rates = cr.load_rates("wales", years=[2005, 2010, 2011]).select(area=area).to_frame().set_index("year")
    bounds = []
    for sign, share in ((1, 1.0), (-1, 1.09)):
        # counts are rounded to 5, so that each may be 2 more or less
        first = 1e4 * (rates.loc[2005, "children"] + 2 * sign) / (share * rates.loc[2010, "population"])
        bounds.append(1e4 * (rates.loc[2011, "children"] - 2 * sign) / rates.loc[2011, "population"] - first)
    assert bounds[0] <= printed <= bounds[1]
    # two of the three signs hold whatever the population was; that Newport fell does not
    assert (bounds[0] * bounds[1] > 0) == (area != "Newport")


def test_turning_points_told_of_the_five_areas_are_in_the_counts() -> None:
    counts = cr.load_rates("wales").to_frame().set_index(["area_name", "year"])["children"]
    newport = counts["Newport"].loc[2005:2012]
    assert newport.idxmax() == 2007
    assert (counts["Torfaen", 2010], counts["Torfaen", 2012]) == (235, 300)
    assert (counts["Denbighshire", 2011], counts["Denbighshire", 2012]) == (175, 160)
