"""Charts of changes, classes, fits, peers and series show the numbers of their results."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates import charts
from carerates.funnels.surveillance import ChartSettings, chart_series
from carerates.trends.forecasts import forecast
from tests.charts.made_rates import overlapping, text_boxes

RULE = {"name": "test", "start": 2014, "end": 2018, "decreasing": -5}


@pytest.fixture(scope="module")
def rates() -> cr.RatesTable:
    return cr.load_rates("wales", years=range(2014, 2019))


@pytest.fixture(scope="module")
def need() -> cr.RatesTable:
    table = cr.load_rates(["wales", "england"], years=[2018])
    return table.join(cr.load_factors(["deprivation", "lone_parents"], nations=["wales", "england"]))


@pytest.fixture(scope="module")
def fit(rates) -> cr.FittedRates:
    factors = cr.load_factors(["deprivation"], nations=["wales"])
    return cr.fit(cr.RateModel(factors=["deprivation"]), rates.join(factors), seed=1)


def collection(ax, label):
    """The one collection of that label."""
    (found,) = [one for one in ax.collections if one.get_label() == label]
    return np.asarray(found.get_offsets())


def rows_by_name(ax):
    """Name of the row at each place."""
    return {round(at): one.get_text() for at, one in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}


def segments(ax):
    """Every bar of the first set of bars."""
    lines = [one for one in ax.collections if type(one).__name__ == "LineCollection"]
    return [np.asarray(one) for one in lines[0].get_segments()]


def test_classes_show_change_label_and_rounding(rates) -> None:
    result = cr.classify(rates, cr.rules.Rule(**RULE))
    ax = cr.plot(result, headline="A statement")
    frame, names = result.to_frame().set_index("area_name"), rows_by_name(ax)
    for label in set(frame["label"]):
        for x, y in collection(ax, label):
            assert x == pytest.approx(frame.loc[names[round(y)], "percent_change"])
            assert frame.loc[names[round(y)], "label"] == label
    for bar in segments(ax):
        row = frame.loc[names[round(bar[0, 1])]]
        assert bar[:, 0] == pytest.approx([row["percent_rounding_low"], row["percent_rounding_high"]])
    dashed = [one.get_xdata()[0] for one in ax.lines if one.get_linestyle() == "--"]
    assert dashed == [pytest.approx(result.national["Wales"])]


def test_chances_add_up_and_ranks_have_intervals(rates) -> None:
    result = cr.classify(rates, cr.rules.Rule(**RULE), probability=0.8)
    frame = result.to_frame().set_index("area_name")
    ax = cr.plot(result, chart="chances")
    names, widths = rows_by_name(ax), {}
    for bar in ax.patches:
        place = round(bar.get_y() + bar.get_height() / 2)
        widths[place] = widths.get(place, 0) + bar.get_width()
    assert set(widths) == set(names)
    assert list(widths.values()) == pytest.approx([1.0] * 22)
    increasing = next(one for one in ax.containers if one.get_label() == "increasing")
    shown = {names[round(one.get_y() + one.get_height() / 2)]: one.get_width() for one in increasing}
    assert shown == pytest.approx(frame["probability_increasing"].to_dict())
    ax = cr.plot(result, chart="ranking", lang="cy")
    bars = {tuple(one[:, 0]) for one in segments(ax)}
    assert bars == set(zip(frame["rank_lower"], frame["rank_upper"], strict=True))
    assert "Ynys Môn" in rows_by_name(ax).values()


def test_published_classes_have_no_chances(rates) -> None:
    result = cr.classify(rates, cr.rules.Rule(**RULE))
    with pytest.raises(ValueError, match=r"probability=0\.8"):
        cr.plot(result, chart="chances")
    with pytest.raises(ValueError, match="no ranks"):
        cr.plot(result, chart="ranking")


def test_chosen_rows_and_the_two_ends(rates, need) -> None:
    result = cr.change(rates, 2014, 2018)
    ax = cr.plot(result, chart="dumbbells", areas=["Powys", "W06000020"])
    assert sorted(rows_by_name(ax).values()) == ["Powys", "Torfaen"]
    with pytest.raises(ValueError, match="'Atlantis'"):
        cr.plot(result, chart="dumbbells", areas=["Powys", "Atlantis"])
    many = cr.change(cr.load_rates(["wales", "england"], years=[2014, 2018]), 2014, 2018)
    ax = cr.plot(many, chart="dumbbells")
    assert len(rows_by_name(ax)) == 40
    assert any("20 lowest and 20 highest of 17" in one.get_text() for one in ax.figure.texts)


def test_dumbbells_point_the_way_of_the_change(rates) -> None:
    result = cr.change(rates, 2014, 2018)
    ax = cr.plot(result, chart="dumbbells")
    frame, names = result.to_frame().set_index("area_name"), rows_by_name(ax)
    for label, sign in (("rose", 1), ("fell", -1)):
        for x, y in collection(ax, label):
            row = frame.loc[names[round(y)]]
            assert x == pytest.approx(row["rate_end"])
            assert sign * (row["rate_end"] - row["rate_start"]) >= 0
    assert len(collection(ax, "start")) == 22


def test_forecast_shows_the_last_rate_and_the_interval(rates) -> None:
    result = forecast(rates, years_ahead=2)
    ax, frame = cr.plot(result), result.to_frame().query("year == 2020").set_index("area_name")
    names = list(rows_by_name(ax).values())
    assert collection(ax, "forecast")[:, 0] == pytest.approx(frame.loc[names, "rate_forecast"].to_numpy())
    assert collection(ax, "last")[:, 0] == pytest.approx(frame.loc[names, "rate_last"].to_numpy())
    drawn = np.array([one[:, 0] for one in segments(ax)])
    assert drawn == pytest.approx(frame.loc[names, ["rate_lower", "rate_upper"]].to_numpy())
    with pytest.raises(ValueError, match="2019 to 2020"):
        cr.plot(result, year=2030)


def test_neighbours_stand_in_order_of_need(need) -> None:
    result = cr.similar_areas(need, on=["deprivation", "lone_parents"], neighbours=6)
    ax = cr.plot(result, area="Torfaen")
    names = [one.get_text() for one in ax.get_yticklabels()]
    assert names == ["Torfaen", *result.of("Torfaen").sort_values("rank")["neighbour_name"]]
    rates = need.to_frame().set_index("area_name")["rate_per_10000"]
    assert collection(ax, "neighbours")[:, 0] == pytest.approx(rates[names[1:]].to_numpy())
    bands = result.bands().set_index("area_name").loc["Torfaen"]
    (band,) = [one for one in ax.patches if one.get_label() == "middle half"]
    assert band.get_x() == pytest.approx(bands["neighbour_lower_quartile"])
    assert any("Torfaen is above the band." in " ".join(one.get_text().split()) for one in ax.figure.texts)


def test_pairs_join_two_rates(need) -> None:
    result = cr.contrasting_pairs(need, on=["deprivation", "lone_parents"])
    ax = cr.plot(result)
    frame = result.to_frame().iloc[::-1]
    assert collection(ax, "higher")[:, 0] == pytest.approx(frame["high_rate_per_10000"].to_numpy())
    assert collection(ax, "lower")[:, 0] == pytest.approx(frame["low_rate_per_10000"].to_numpy())


def test_shrinkage_joins_published_and_underlying(fit) -> None:
    ax = cr.plot(fit, chart="shrinkage", lang="cy")
    frame = fit.to_frame().query("year == 2018")
    assert collection(ax, "published")[:, 1] == pytest.approx(frame["rate_per_10000"].to_numpy())
    assert collection(ax, "underlying")[:, 1] == pytest.approx(frame["underlying_rate_per_10000"].to_numpy())
    assert not overlapping(text_boxes(ax))


def test_caterpillar_has_every_interval_in_order(fit) -> None:
    ax = cr.plot(fit, year=2016)
    frame = fit.to_frame().query("year == 2016").sort_values("underlying_rate_per_10000")
    assert list(rows_by_name(ax).values()) == frame["area_name"].tolist()
    for bar, low, high in zip(segments(ax), frame["lower_95"], frame["upper_95"], strict=True):
        assert bar[:, 0] == pytest.approx([low, high])
    assert collection(ax, "expected_rate_per_10000")[:, 0] == pytest.approx(
        frame["expected_rate_per_10000"].to_numpy()
    )
    with pytest.raises(ValueError, match="2014 to 2018"):
        cr.plot(fit, year=1999)


def test_gradient_has_a_band_for_each_nation(fit) -> None:
    ax = cr.plot(fit, chart="gradient")
    (line,) = ax.lines
    frame = fit.gradient("deprivation", year=2018)
    assert line.get_ydata() == pytest.approx(frame["expected_rate_per_10000"].to_numpy())
    assert line.get_xdata() == pytest.approx(frame["value"].to_numpy())
    assert len(collection(ax, "Wales")) == 22
    with pytest.raises(ValueError, match="'rain' is not one"):
        cr.plot(fit, chart="gradient", factor="rain")


def test_predictive_checks_stand_beside_what_the_model_produced(fit) -> None:
    ax = cr.plot(fit, chart="predictive", draws=100)
    frame = fit.predictive_checks(draws=100).to_frame()
    names = [one.lower() for one in frame["statistic"]]
    assert [one.lower() for one in rows_by_name(ax).values()][::-1] == names
    marks = [one for one in ax.collections if one.get_label() in ("as the model", "not as the model")]
    assert sum(len(one.get_offsets()) for one in marks) == len(frame)
    said = [one.get_text() for one in ax.texts]
    first = frame.iloc[0]
    assert f"{first['observed']:.3g} ({first['lower_95']:.3g} to {first['upper_95']:.3g})" in said
    for bar, observed in zip(segments(ax), frame["tail_probability"][::-1], strict=True):
        # the bar holds the model's median, at 0, and the published figure unless it is rare
        assert bar[0, 0] <= 0 <= bar[1, 0]
        assert 0 <= observed <= 1
    assert not overlapping(text_boxes(ax))
    assert cr.plot(fit, chart="predictive", draws=100, lang="cy").get_yticklabels()


def test_explained_shows_the_shares(fit) -> None:
    ax = cr.plot(fit, chart="explained")
    shares = fit.explained().query("part != 'factors together'")
    drawn = np.vstack([np.asarray(one.get_offsets()) for one in ax.collections if one.get_label() == "Wales"])
    known = drawn[np.isfinite(drawn[:, 0])]
    assert sorted(known[:, 0]) == pytest.approx(sorted(shares["share"]))


def test_trends_show_figures_rounding_model_and_break(fit) -> None:
    panels = charts.draw_trends(fit, areas=["Torfaen", "W06000023"])
    assert [ax.get_title(loc="left") for ax in panels] == ["Torfaen", "Powys"]
    rows = fit.to_frame().query("area_name == 'Torfaen'")
    ax = panels[0]
    (line,) = [one for one in ax.lines if one.get_label() == "underlying"]
    assert line.get_ydata() == pytest.approx(rows["underlying_rate_per_10000"].to_numpy())
    assert collection(ax, "published")[:, 1] == pytest.approx(rows["rate_per_10000"].to_numpy())
    assert [one.get_xdata()[0] for one in ax.lines if one.get_linestyle() == ":"] == [2016.5]
    table = fit.rates.to_frame().query("area_name == 'Torfaen'")
    lows = [one[0, 1] for one in segments(ax)]
    assert lows == pytest.approx((1e4 * table["children_low"] / table["population"]).astype(float).tolist())


def test_trends_of_published_rates_alone(rates) -> None:
    ax = cr.plot(rates, lang="cy")
    assert len([one for one in ax.figure.axes if one.get_visible()]) == 22
    assert any("SSDA903" in one.get_text() or "2017" in one.get_text() for one in ax.figure.texts)


@pytest.mark.parametrize("method", ["cusum", "ewma"])
def test_series_shows_statistics_thresholds_and_signals(method) -> None:
    settings = ChartSettings(method=method, simulations=500)
    counts = np.array([100.0, 104, 96, 130, 135, 140])
    result = chart_series(counts, np.full(6, 100.0), settings=settings)
    ax, frame = cr.plot(result), result.to_frame()
    (above,) = [one for one in ax.lines if one.get_label() == "above"]
    (below,) = [one for one in ax.lines if one.get_label() == "below"]
    assert above.get_ydata() == pytest.approx(frame["above"].to_numpy())
    assert below.get_ydata() == pytest.approx(-frame["below"].to_numpy())
    assert len(collection(ax, "above, signal")) == (frame["signal"] == "above").sum() > 0


def test_every_registered_chart_takes_headline_title_and_language() -> None:
    import inspect
    from importlib import import_module

    for result, drawn in charts._DRAWN_BY.items():
        for module, function in drawn.values():
            looks = inspect.signature(getattr(import_module(module), function)).parameters
            assert {"headline", "title", "lang"} <= looks.keys(), (result, function)
            assert function in charts._PUBLIC
