"""Shares of variation that deprivation accounts for, beside what has been published on them.

Published: about half of the variation of the Welsh rates between local authorities goes with deprivation
(Hodges 2020, as quoted by Forrester et al. 2021; neither the year nor the measure is stated), and a smaller
share in Wales than in England (Hodges and Scourfield, Journal of Children's Services 18, 2023, on figures
of 2021).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.models import adjust

YEARS = (2014, 2016, 2018)
MEASURES = [f"wimd_{edition}_most_deprived_{share}" for edition in (2011, 2019) for share in (20, 30)]


@pytest.fixture(scope="module")
def wales() -> cr.RatesTable:
    need = cr.load_factors(["deprivation", *MEASURES], nations="wales")
    return cr.load_rates("wales", years=YEARS).join(need)


@pytest.fixture(scope="module")
def both() -> pd.DataFrame:
    need = cr.load_factors(["deprivation"])
    rates = cr.load_rates(["wales", "england"], years=[2018]).join(need)
    options = {"standardise": "overall", "nation": "interaction"}
    table = adjust(rates, ["deprivation"], method="ols", **options).r_squared  # type: ignore[arg-type]
    return table.set_index("scope")


def test_about_half_goes_with_the_welsh_index(wales: cr.RatesTable) -> None:
    shares = [
        adjust(wales.select(year=year), [measure], method="ols").r_squared["ordinary"].iloc[0]
        for year in YEARS
        for measure in MEASURES
    ]
    # year and measure are not stated: each choice is within 15 points of a half, their mean within 5
    assert all(0.35 < share < 0.65 for share in shares), shares
    assert np.mean(shares) == pytest.approx(0.5, abs=0.05)


def test_a_smaller_share_in_wales_than_in_england(both: pd.DataFrame) -> None:
    # one measure for both nations; 0.37 and 0.59 when this was written
    assert both.loc["Wales", "ordinary"] < both.loc["England", "ordinary"] - 0.1
    assert both.loc["England", "ordinary"] == pytest.approx(0.59, abs=0.03)
    assert both.loc["Wales", "ordinary"] == pytest.approx(0.37, abs=0.03)


def test_wales_is_above_england_given_deprivation() -> None:
    # Hodges and Scourfield 2023: Welsh rates are above those of English regions that are as deprived
    need = cr.load_factors(["deprivation"])
    rates = cr.load_rates(["wales", "england"], years=[2018]).join(need)
    table = adjust(rates, ["deprivation"], standardise="overall").coefficients.set_index("term")
    assert table.loc["Wales", "lower_95"] > 0.0
