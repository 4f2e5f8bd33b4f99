"""Who was inside and outside in funnels printed by Cordis Bright (2013), rebuilt from the bundled figures."""

from __future__ import annotations

import pandas as pd

import carerates as cr


def positions(rates: cr.RatesTable) -> pd.Series:
    return cr.funnel(rates).to_frame().set_index("area_name")["position"]


def test_wales_2012() -> None:
    # figure 13: the six high and one low beyond 99.8% that the report's text and rates imply
    found = positions(cr.load_rates("wales", years=2012))
    high = ["Neath Port Talbot", "Torfaen", "Bridgend", "Rhondda Cynon Taf", "Merthyr Tydfil", "Swansea"]
    assert sorted(found[found == "above 99.8%"].index) == sorted(high)
    assert found["Flintshire"] == "below 99.8%"


def test_wales_and_england_2012() -> None:
    # figure 47: against both nations six Welsh areas are inside and none is below.  The report does not say
    # at which level; with the bundled figures Flintshire, the lowest, lies just outside 95%, inside 99.8%
    found = positions(cr.load_rates(["wales", "england"], years=2012))
    welsh = found[list(positions(cr.load_rates("wales", years=2012)).index)]
    assert (welsh == "within").sum() == 6
    assert welsh[welsh.str.startswith("below")].to_dict() == {"Flintshire": "below 95%"}
