"""Totals and the cells beneath them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carerates as cr
from carerates.errors import TableError
from carerates.models import RateModel, narrow_to_totals
from tests.models.panels import make_panel


def table(low, high, region=None):
    known = [one == two for one, two in zip(low, high, strict=True)]
    return cr.RatesTable(
        pd.DataFrame(
            {
                "area_code": [f"E{i:08d}" for i in range(len(low))],
                "nation": "England",
                "region": region or "North",
                "year": 2018,
                "children": [float(one) if same else np.nan for one, same in zip(low, known, strict=True)],
                "children_low": np.array(low, dtype=float),
                "children_high": np.array(high, dtype=float),
                "status": ["exact" if same else "suppressed" for same in known],
                "population": 10_000,
            }
        )
    )


def bounds(rates):
    frame = rates.to_frame()
    return list(zip(frame["children_low"], frame["children_high"], strict=True))


def of_england(count):
    return pd.DataFrame({"nation": ["England"], "year": [2018], "children": [count]})


def test_one_suppressed_cell_is_known_from_its_total():
    assert bounds(narrow_to_totals(table([40, 1, 60], [40, 5, 60]), of_england(103)))[1] == (3, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=4),
    st.integers(0, 20),
)
def test_bounds_are_those_of_all_counts_that_add_up(cells, total):
    low, high = [one for one, _ in cells], [one + more for one, more in cells]
    possible = [
        counts
        for counts in product(*(range(a, b + 1) for a, b in zip(low, high, strict=True)))
        if sum(counts) == total
    ]
    if not possible:
        with pytest.raises(TableError, match="contradict"):
            narrow_to_totals(table(low, high), of_england(total))
        return
    by_hand = [(min(one), max(one)) for one in zip(*possible, strict=True)]
    assert bounds(narrow_to_totals(table(low, high), of_england(total))) == by_hand


def test_totals_within_totals():
    rates = table([1, 1, 1, 50], [5, 5, 5, 50], region=["North", "North", "South", "South"])
    totals = pd.DataFrame(
        {
            "nation": "England",
            "region": ["North", None],
            "year": 2018,
            "children_low": [9, 61],
            "children_high": [9, 62],
        }
    )
    found = narrow_to_totals(rates, totals)
    assert bounds(found) == [(4, 5), (4, 5), (2, 3), (50, 50)]
    assert "narrowed by 2 known totals" in found.provenance.steps[-1]


def test_a_missing_cell_leaves_the_others_their_least():
    rates = table([1, 1, 30], [5, 5, 30])
    frame = rates.to_frame()
    frame.loc[0, ["children_low", "children_high"]] = np.nan
    frame.loc[0, "status"] = "not_available"
    found = bounds(narrow_to_totals(cr.RatesTable(frame), of_england(33)))
    assert found[1] == (1, 3)
    assert np.isnan(found[0][0])


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        (pd.DataFrame({"nation": ["Wales"], "year": [2018], "children": [5]}), "names no rows"),
        (pd.DataFrame({"nation": ["England"], "children": [5]}), "no column 'year'"),
        (pd.DataFrame({"year": [2018], "children": [5]}), "neither a column"),
        (pd.DataFrame({"year": [2018], "nation": ["England"]}), "no column 'children'"),
        (of_england(-1), "not a count"),
        (of_england(np.nan), "not a count"),
        (of_england(999), "can add up to 101 to 105"),
    ],
)
def test_what_is_no_total(totals, message):
    with pytest.raises(TableError, match=message):
        narrow_to_totals(table([40, 1, 60], [40, 5, 60]), totals)


def test_a_fit_takes_totals():
    rates = make_panel(15, 3, suppress_below=8, log_size=7.2, seed=2).rates
    frame = rates.to_frame()
    hidden = frame["status"] == "suppressed"
    assert hidden.sum() > 3
    # the truth behind a suppressed cell does not matter here: any counts within the bounds make totals
    total = frame["children"].fillna(4).groupby([frame["region"], frame["year"]]).sum().rename("children")
    totals = total.reset_index()
    model = RateModel(groups=None, area_time="none", time="none")
    fit = cr.fit(model, rates, totals=totals, draws=200)
    width = (fit.design.counts.high - fit.design.counts.low).sum()
    assert width < (frame["children_high"] - frame["children_low"]).sum()
    assert any("known totals" in step for step in fit.provenance.steps)
