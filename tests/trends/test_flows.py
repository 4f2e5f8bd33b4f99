from __future__ import annotations

import pandas as pd
import pytest

from carerates.errors import TableError
from carerates.trends import account_flows

STOCK = pd.DataFrame(
    {
        "area_code": "Wales",
        "year": [2017, 2018, 2019],
        "children": [6000, 6407, 6846],
        "population": [627_778, 628_100, 629_554],
    }
)
FLOWS = pd.DataFrame(
    {"area_code": ["Wales", "Wales"], "year": [2018, 2019], "starts": [2000, 2125], "ceases": [1600, 1678]}
)


def test_the_published_welsh_flows_of_2018_19_agree_within_eight_children() -> None:
    # Welsh Government, children looked after 2018-19: 6,407 at the start, 2,125 started, 1,678 ceased, 6,846
    row = account_flows(STOCK, FLOWS).to_frame().iloc[1]
    assert row["children_expected"] == 6854
    assert row["gap"] == -8
    assert row["agrees"]
    assert 1 - row["cease_share"] == pytest.approx(0.738, abs=0.0005)
    assert row["steady_children"] == pytest.approx(2125 / (1678 / 6407))
    assert not account_flows(STOCK, FLOWS, tolerance=5).to_frame().iloc[1]["agrees"]


def test_contributions_add_up_to_the_change_in_growth() -> None:
    found = account_flows(STOCK, FLOWS).to_frame()
    row = found.iloc[1]
    assert row["change_in_growth"] == (6846 - 6407) - (6407 - 6000)
    assert row["change_in_growth"] == row["from_starts"] + row["from_ceases"] + row["from_gap"]
    assert row["from_starts"] == 125
    assert row["from_ceases"] == -78
    assert pd.isna(found.iloc[0]["change_in_growth"])


def test_rounded_stocks_widen_what_agrees() -> None:
    stock = STOCK.assign(children=[6000, 6405, 6845], status="rounded_to_5")
    row = account_flows(stock, FLOWS, tolerance=0).to_frame().iloc[1]
    assert row["gap"] == 6845 - (6405 + 447)
    assert (row["gap_low"], row["gap_high"]) == (row["gap"] - 4, row["gap"] + 4)
    assert not row["agrees"]


def test_a_missing_stock_leaves_a_row_and_is_counted() -> None:
    flows = pd.concat([FLOWS, FLOWS.head(1).assign(year=2010)])
    found = account_flows(STOCK, flows)
    assert len(found.to_frame()) == 3
    assert "1 have no stock at one end" in found.provenance.steps[-1]
    assert "2 with both stocks" in found.summary()


def test_flows_that_are_not_flows_are_refused_with_every_problem() -> None:
    with pytest.raises(TableError, match=r"(?s)'starts' is missing.*'ceases' is missing"):
        account_flows(STOCK, FLOWS[["area_code", "year"]])
    bad = FLOWS.assign(year=2019, starts=[-1, 5], ceases=["x", 1])
    with pytest.raises(TableError, match=r"(?s)'starts' is negative.*'ceases' has no number.*repeat"):
        account_flows(STOCK, bad)
    with pytest.raises(TableError, match="No area and year"):
        account_flows(STOCK, FLOWS.assign(area_code="England"))
    with pytest.raises(ValueError, match="tolerance"):
        account_flows(STOCK, FLOWS, tolerance=-1)
