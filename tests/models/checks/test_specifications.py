"""One table over choices that could as well have been made."""

from __future__ import annotations

import numpy as np
import pytest

from carerates.models import RateModel, specification_table
from carerates.tables import Factor, RatesTable
from tests.models.panels import make_panel

MODEL = RateModel(factors=["deprivation"], groups=None, area_time="none", time="linear")


@pytest.fixture(scope="module")
def rates():
    panel = make_panel(16, 4, noise=0.02, seed=3).rates
    frame = panel.to_frame()
    frame["poverty"] = frame["deprivation"] * 3 + 5  # the same measure in other units
    return RatesTable(frame, factors=(*panel.factors, Factor("poverty")))


def test_choices_side_by_side(rates):
    table = specification_table(
        MODEL,
        rates,
        measures=["poverty", "lone_parents"],
        windows=[(2013, 2015)],
        without=["E00000003"],
        prior_scales=(0.5,),
        folds=2,
    ).set_index("specification")
    assert table.index[0] == "as chosen"
    assert set(table["changed"]) == {"nothing", "measure", "window", "areas", "prior"}
    # other units of the same measure, standardised, are the same model with the same seed
    same, chosen = table.loc["poverty for deprivation"], table.loc["as chosen"]
    for name in ("rate_ratio", "rate_ratio_lower_95", "log_score"):
        # the climb to the mode stops within 1e-4 of a standard deviation of it
        assert same[name] == pytest.approx(chosen[name], rel=1e-4)
    other = table.loc["lone_parents for deprivation"]
    assert abs(other["rate_ratio"] / chosen["rate_ratio"] - 1) > 1e-3
    assert table.loc["2013 to 2015", "counts"] == 48
    assert table.loc["without E00000003", "areas"] == 15
    assert {"prior of factor times 0.5", "prior of area times 0.5"} <= set(table.index)
    assert np.isfinite(table["log_score_standard_error"]).all()
    assert (table["checks"] == "passed").all()


def test_choices_that_cannot_be_made(rates):
    with pytest.raises(ValueError, match=r"no column spend.*no year from 1990 to 1995.*no area E9"):
        specification_table(MODEL, rates, measures=["spend"], windows=[(1990, 1995)], without=["E9"])
    with pytest.raises(ValueError, match="factor is one of deprivation"):
        specification_table(MODEL, rates, factor="lone_parents")
