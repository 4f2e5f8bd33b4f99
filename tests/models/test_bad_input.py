"""Whatever is wrong is said before either engine starts, and says what to do."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.errors import ModelError, TableError
from carerates.models import RateModel
from tests.models.panels import make_panel

MODEL = RateModel(factors=["deprivation", "lone_parents"])
EMPTY = {"children": np.nan, "children_low": np.nan, "children_high": np.nan, "status": "not_available"}


def without_row_4(name):
    return lambda frame: frame[name].where(frame.index != 3)


@pytest.fixture(scope="module")
def rates():
    return make_panel(20, 4, welsh=8).rates


CASES = {
    "one area": ({"area": "W00000003"}, {}, MODEL, "1 area.*at least 3"),
    "two areas": ({"area": ["W00000003", "W00000004"]}, {}, MODEL, "2 area.*at least 3"),
    "one year": ({"year": 2014}, {}, MODEL, r"one year of counts; use model\.for_one_year[\s\S]*borrow the"),
    "constant factor": ({}, {"deprivation": 20.0}, MODEL, r"the same for every area in England \(20\)"),
    "factor constant in one nation": (
        {},
        {"deprivation": lambda f: f["deprivation"].where(f["nation"] == "Wales", 3.0)},
        MODEL,
        "the same for every area in England",
    ),
    "collinear factors": (
        {},
        {"deprivation": lambda f: 3 * f["lone_parents"] + 1 + 1e-9 * f["deprivation"]},
        MODEL,
        "say the same thing.*leave one out of factors",
    ),
    "a factor nowhere": ({}, {"deprivation": np.nan}, MODEL, "No area has all of its factors"),
    "a factor never joined": ({}, {}, MODEL.replace(factors=["spend"]), r"no column spend.*rates\.join"),
    "zero everywhere": (
        {},
        {"children": 0.0, "children_low": 0.0, "children_high": 0.0},
        MODEL,
        "Every count is zero",
    ),
    "all suppressed": (
        {},
        {"children": np.nan, "children_low": 1.0, "children_high": 5.0, "status": "suppressed"},
        MODEL,
        "Every count is suppressed or missing.*Use a table with counts",
    ),
    "all missing": ({}, EMPTY, MODEL, "all are missing"),
    "no population": ({}, {"population": np.nan}, MODEL, "no population in any year"),
    "a count that is NaN": ({}, {"children": without_row_4("children")}, MODEL, "'children' is empty.*row 4"),
    "a nation that is NaN": ({}, {"nation": without_row_4("nation")}, MODEL, "'nation' is empty in row 4"),
    "a region that is NaN": ({}, {"region": without_row_4("region")}, MODEL, "'region' is empty in row 4"),
    "a neighbour missing": (
        {},
        {},
        MODEL.replace(spatial="bym2", neighbours=[("W00000000", "W00000001")]),
        "does not name E00000008.* and 10 more.*pair of an area with itself",
    ),
    "areas that the bundled map does not hold": (
        {},
        {},
        MODEL.replace(spatial="bym2"),
        r"does not hold these areas[\s\S]*E00000008[\s\S]*harmonise",
    ),
}


@pytest.mark.parametrize("engine", ["laplace", "nuts"])
@pytest.mark.parametrize("name", list(CASES))
def test_said_before_either_engine_starts(rates, name, engine, monkeypatch):
    def reached(*_, **__):
        raise AssertionError("an engine was started")

    monkeypatch.setattr("carerates.models.laplace.engine.draw_posterior", reached)
    monkeypatch.setattr("carerates.models.nuts.engine.sample_posterior", reached)
    chosen, columns, model, message = CASES[name]
    with pytest.raises((ModelError, TableError), match=message):
        frame = rates.select(**chosen).to_frame()
        for column, value in columns.items():
            frame[column] = value(frame) if callable(value) else value
        cr.fit(model, cr.RatesTable(frame, factors=rates.factors), engine=engine)
