"""One area beside its nation, with events at their dates."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carerates as cr
from carerates.charts.overlays import stack
from carerates.errors import TableError
from carerates.trends import follow_area
from tests.charts.made_rates import overlapping

WALES = cr.load_rates("wales", years=range(2010, 2019))
EVENTS = [
    ("2016-04-06", "Social Services and Well-being (Wales) Act in force"),
    ("2014-04-22", "Limit of 26 weeks for care proceedings"),
    (2013, "Inspection"),
]


def test_dates_stand_on_the_scale_on_which_31_march_is_the_year() -> None:
    found = follow_area(WALES, "Torfaen", [("2014-03-31", "a"), (date(2014, 4, 1), "b"), (2015, "c")]).events
    # one day of 365 after 31 March 2014
    assert found["at"].tolist() == pytest.approx([2014, 2014 + 1 / 365, 2015])
    leap = follow_area(WALES, "Torfaen", [("2012-03-30", "a")]).events["at"].iloc[0]
    assert leap == pytest.approx(2012 - 1 / 366)


def test_figures_are_the_tables_own_and_the_nation_is_pooled() -> None:
    found = follow_area(WALES, "torfaen", EVENTS)
    frame = found.to_frame().set_index("year")
    own = WALES.to_frame().query("area_name == 'Torfaen'").set_index("year")
    assert frame["rate"].tolist() == pytest.approx(own["rate_per_10000"].tolist())
    all_of_2018 = WALES.to_frame().query("year == 2018")
    pooled = 1e4 * all_of_2018["children"].sum() / all_of_2018["population"].sum()
    assert frame.loc[2018, "national_rate"] == pytest.approx(pooled)
    assert found.events["when"].tolist() == ["2013", "2014-04-22", "2016-04-06"]
    assert "need not be cause and effect" in found.summary()
    assert "SSDA903" in " ".join(found.provenance.steps)  # the break of 2016-17


def test_years_without_every_area_have_no_pooled_rate() -> None:
    rates = cr.load_rates("wales", years=range(2016, 2021))
    frame = follow_area(rates, "Cardiff").to_frame().set_index("year")
    assert frame["national_rate"].notna().tolist() == [True, True, True, False, False]
    nation = cr.load_rates("wales", level="nation", years=range(2016, 2021))
    given_one = follow_area(rates, "Cardiff", national=nation, rate="published").to_frame().set_index("year")
    printed = nation.to_frame().set_index("year")["published_rate_per_10000"]
    assert given_one.loc[2020, "national_rate"] == printed[2020]


def test_every_problem_of_the_events_is_told_at_once() -> None:
    wrong = [("spring 2014", "a"), (2031, "b"), (2014, " "), (True, "d"), ("2014-02-30", "e")]
    with pytest.raises(TableError) as told:
        follow_area(WALES, "Torfaen", wrong)
    for words in ("event 1", "not within 1 April 2009", "event 3 has no text", "event 4", "event 5"):
        assert words in str(told.value)
    with pytest.raises(TableError, match="column 'text' is missing"):
        follow_area(WALES, "Torfaen", pd.DataFrame({"when": [2014]}))
    with pytest.raises(TypeError, match="a pair"):
        follow_area(WALES, "Torfaen", [2014])
    with pytest.raises(TableError, match="no area 'Atlantis'"):
        follow_area(WALES, "Atlantis")
    with pytest.raises(TableError, match="no area 'Gateshead'"):
        follow_area(WALES, "Gateshead")


def test_a_frame_of_events_serves_as_well() -> None:
    frame = pd.DataFrame({"when": pd.to_datetime(["2014-04-22"]), "text": ["Limit of 26 weeks"]})
    assert follow_area(WALES, "Torfaen", frame).events["when"].tolist() == ["2014-04-22"]


@given(
    st.lists(st.floats(0, 600), min_size=1, max_size=14),
    st.lists(st.floats(20, 260), min_size=14, max_size=14),
)
@settings(max_examples=60, deadline=None)
def test_words_never_cover_words(lines: list[float], widths: list[float]) -> None:
    across = np.sort(np.array(lines))
    sizes = np.column_stack([widths[: len(lines)], np.ones(len(lines))])
    places = stack(across, sizes, (0.0, 600.0), 5.0)
    boxes: dict[int, list[tuple[float, float]]] = {}
    for line, (width, _), place in zip(across, sizes, places, strict=True):
        start = line + 5 if place.right else line - 5 - width
        for begin, end in boxes.setdefault(place.shelf, []):
            assert start >= end or start + width <= begin
        boxes[place.shelf].append((start, start + width))
    assert set(boxes) == set(range(len(boxes)))


@pytest.mark.parametrize("count", [0, 3, 12])
@pytest.mark.parametrize("lang", ["en", "cy"])
def test_the_chart_has_the_figures_and_names_every_event(count: int, lang: str) -> None:
    events = [(2010 + 8 * one / 12, f"Event number {one}, told in rather many words") for one in range(count)]
    events = [(f"{int(at)}-{1 + one % 12:02d}-15", text) for one, (at, text) in enumerate(events)]
    found = follow_area(WALES, "Torfaen", [one for one in events if one[0] < "2018-03"])
    ax = cr.plot(found, lang=lang)
    lines = {one.get_label(): one for one in ax.lines}
    assert lines["area"].get_ydata() == pytest.approx(found.to_frame()["rate"].to_numpy())
    assert lines["nation"].get_ydata() == pytest.approx(found.to_frame()["national_rate"].to_numpy())
    words = [one for one in ax.texts if one.get_label() == "event words"]
    assert len(words) == len(found.events)
    ax.figure.draw_without_rendering()
    boxes = [one.get_window_extent() for one in words]
    assert not overlapping(boxes)
    frame = ax.get_window_extent()
    assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 + 2 for box in boxes)
    drawn = sorted(one.get_xdata()[0] for one in ax.lines if one.get_label() == "event")
    assert drawn == pytest.approx(found.events["at"].tolist())
    # no words stand over the figures
    highest = max(found.to_frame()[["rate_high", "national_rate"]].max())
    assert all(ax.transData.inverted().transform((0, box.y0))[1] > highest for box in boxes)


def test_axes_without_room_are_refused_in_words() -> None:
    from matplotlib.figure import Figure

    small = Figure(figsize=(3, 1.2)).add_subplot()
    with pytest.raises(ValueError, match="no room for 3 events"):
        cr.plot(follow_area(WALES, "Torfaen", EVENTS), ax=small)
