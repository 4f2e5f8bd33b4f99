"""Charts of starts and ceases: numbers to come, and steady rates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import carerates as cr
from carerates.charts.stocks import draw_stock_forecast
from carerates.models import FittedFlows, StockFlowModel, fit_flows
from tests.charts.test_results import collection, rows_by_name, segments
from tests.models.stock_flow.panels import make_flows


@pytest.fixture(scope="module")
def fit() -> FittedFlows:
    truth = make_flows(27, 3)
    # of a real area, so that its name has a Welsh form
    stock, flows = (
        one.replace({"area_code": {"W00000004": "W06000001"}}) for one in (truth.stock, truth.flows)
    )
    stock["children_low"], stock["children_high"] = (
        np.maximum(stock["children"] - 2, 0),
        stock["children"] + 2,
    )
    stock["status"] = "estimated"
    stock["area_name"] = stock["area_code"].replace({"W06000001": "Isle of Anglesey"})
    flows = flows[(flows["area_code"] != "E00000005") | (flows["year"] < 2017)]
    model = StockFlowModel().replace(area_time="none", time="none", groups=None)
    return fit_flows(model, stock, flows, seed=3, draws=200)


def words_of(ax) -> str:
    return " ".join(" ".join(one.get_text() for one in ax.figure.texts).split())


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_published_numbers_lead_into_the_forecast_and_its_interval(fit, lang: str) -> None:
    result = fit.forecast(2)
    panels = draw_stock_forecast(result, areas=["W06000001", "E00000001"], lang=lang)
    assert [ax.get_title(loc="left") for ax in panels] == [
        "Ynys M\u00f4n" if lang == "cy" else "Isle of Anglesey",
        "E00000001",
    ]
    past, ahead = result.observed, result.to_frame()
    for ax, code in zip(panels, ["W06000001", "E00000001"], strict=True):
        mine, to_come = past[past["area_code"] == code], ahead[ahead["area_code"] == code]
        assert collection(ax, "published") == pytest.approx(mine[["year", "children"]].to_numpy(dtype=float))
        assert collection(ax, "forecast") == pytest.approx(
            to_come[["year", "children"]].to_numpy(dtype=float)
        )
        bars = np.array([one[:, 1] for one in segments(ax)])
        assert bars == pytest.approx(mine[["children_low", "children_high"]].to_numpy(dtype=float))
        (band,) = [one for one in ax.collections if one.get_label() == "interval"]
        corners = {(round(x), round(y, 6)) for x, y in band.get_paths()[0].vertices}
        for row in to_come.itertuples():
            assert {(row.year, round(row.lower_95, 6)), (row.year, round(row.upper_95, 6))} <= corners
        assert ax.get_ylim()[0] == 0 and ax.get_ylim()[1] > to_come["upper_95"].max()
    said = words_of(panels[0])
    assert "95%" in said
    assert ("1 o 27 ardal" if lang == "cy" else "1 of 27 areas") in said


def test_of_many_areas_the_two_ends_are_drawn(fit) -> None:
    result = fit.forecast(1)
    ax = cr.plot(result, columns=6)
    last = result.observed.query("year == 2017").set_index("area_code")["children"].sort_values()
    shown = [one for one in ax.figure.axes if one.get_visible()]
    assert len(shown) == 24
    assert ax.get_title(loc="left") == last.index[-1]
    assert "The 12 highest and 12 lowest of 26 areas in 2017" in words_of(ax)
    assert "scale of its own" in words_of(ax)
    assert "scale of its own" not in words_of(cr.plot(result, areas=["E00000001"]))
    with pytest.raises(ValueError, match="columns=0"):
        cr.plot(result, columns=0)
    with pytest.raises(ValueError, match="No area is called 'Atlantis'"):
        cr.plot(result, areas=["Atlantis"])


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_steady_rates_stand_beside_rates(fit, lang: str) -> None:
    ax = cr.plot(fit, lang=lang)
    frame = fit.to_frame().query("year == 2017").sort_values("steady_rate_per_10000")
    assert len(rows_by_name(ax)) == len(frame) == 26
    assert collection(ax, "steady")[:, 0] == pytest.approx(frame["steady_rate_per_10000"].to_numpy())
    assert collection(ax, "now")[:, 0] == pytest.approx(frame["rate_per_10000"].to_numpy())
    drawn = np.array([one[:, 0] for one in segments(ax)])
    assert drawn == pytest.approx(frame[["steady_lower_95", "steady_upper_95"]].to_numpy())
    missing = "Nid oes ffigur ar gyfer 1 o 27 ardal." if lang == "cy" else "1 of 27 areas have no figure."
    assert missing in words_of(ax)
    with pytest.raises(ValueError, match="flows of 2015 to 2017; there are none of 2030"):
        cr.plot(fit, year=2030)


def test_a_failed_check_stands_on_the_chart(fit) -> None:
    marked = dataclasses.replace(fit.forecast(1), checks="not passed")
    assert "DO NOT RELY" in words_of(cr.plot(marked, areas=["E00000001"]))
    assert "PEIDIWCH" in words_of(cr.plot(marked, areas=["E00000001"], lang="cy"))
