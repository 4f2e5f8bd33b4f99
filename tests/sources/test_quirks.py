"""Ways in which publishers differ from their own documentation, each with figures that would go wrong."""

from __future__ import annotations

import csv
import io
import json

import pytest

from carerates.sources.failures import ContentError
from carerates.sources.live import live_rates
from carerates.sources.statswales import StatsWales, read_cube
from carerates.sources.statswales.cubes import area_code, read_cube_json
from carerates.sources.statswales.totals import total_counts
from carerates.sources.years import year_ending
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.england import Api, Content
from tests.sources.publishers.geography import Publisher as Geography
from tests.sources.publishers.server import Answer, json_answer, serve
from tests.sources.publishers.statswales import FOSTER
from tests.sources.publishers.statswales import Publisher as Wales


def rewritten(body: bytes, change: object) -> bytes:
    """Pass the cells of a CSV through a function of its rows."""
    rows = list(csv.reader(io.StringIO(body.decode())))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(change(rows))  # type: ignore[operator]
    return out.getvalue().encode()


# -- StatsWales -------------------------------------------------------------------------------------


def test_language_goes_in_the_address_of_every_question(desk: Desk) -> None:
    """The cache in front drops the language header, and any other tag gives empty lists or Welsh columns."""
    with serve(Wales()) as server:
        client = StatsWales(desk(statswales=server))
        client.catalogue(), client.search("foster"), client.topic(40), client.filters(FOSTER)
        client.fetch(FOSTER), client.history(FOSTER)
        assert {asked.query.get("lang") for asked in server.asked} == {"en-gb"}


def test_order_of_rows_does_not_matter() -> None:
    body = fixture("statswales/v2_data_raw_extended.csv")
    turned = rewritten(body, lambda rows: [rows[0], *reversed(rows[1:])])
    key = ["area_code", "year", "measure"]
    one, other = (read_cube(text).by_area().sort_values(key) for text in (body, turned))
    assert (
        one[[*key, "value", "status"]]
        .reset_index(drop=True)
        .equals(other[[*key, "value", "status"]].reset_index(drop=True))
    )


def test_sort_columns_of_paged_answers_are_no_dimensions() -> None:
    page = fixture_json("statswales/v2_data_json_page1.json")
    assert any(name.endswith("_sort") for name in page[0])
    cube = read_cube_json(json.dumps(page).encode())
    assert not any("sort" in name for name in cube.dimensions)


def test_whole_numbers_come_as_text_or_as_numbers() -> None:
    page = fixture_json("statswales/v2_data_json_page1.json")
    assert isinstance(page[0]["Data values"], str)
    typed = [{**row, "Data values": float(row["Data values"] or "nan")} for row in page if row["Data values"]]
    text = [row for row in page if row["Data values"]]
    first, second = (read_cube_json(json.dumps(rows).encode()).frame["value"] for rows in (text, typed))
    assert first.tolist() == second.tolist()


def test_two_spellings_of_an_area_are_one() -> None:
    body = fixture("statswales/v2_data_raw_extended.csv").decode()
    assert body.count("Vale of Glamorgan") >= 1
    other = body.replace("Vale of Glamorgan", "The Vale of Glamorgan", 1)
    assert read_cube(other.encode()).by_area()["area_code"].tolist() == (
        read_cube(body.encode()).by_area()["area_code"].tolist()
    )
    assert area_code("The Vale of Glamorgan") == area_code("Bro Morgannwg") == area_code("", "538")


@pytest.mark.parametrize("name", ["Collection Year (at 31 March)", "Time period", "Blwyddyn"])
def test_year_column_has_many_names(name: str) -> None:
    body = fixture("statswales/v2_data_default.csv").decode()
    cube = read_cube(body.replace("Collection Year (at 31 March)", name, 1).encode())
    assert cube.year_dimension() == name


@pytest.mark.parametrize(
    ("label", "year"),
    [
        ("2023-24", 2024),
        ("2023/24", 2024),
        ("202324", 2024),
        ("20232024", 2024),
        ("2024", 2024),
        ("YE2024-03-31", 2024),
        ("Year ending 31 March 2024", 2024),
        ("31 March 2024", 2024),
        ("1999-00", 2000),
        ("Mid-2023", 2023),
    ],
)
def test_years_in_all_their_forms(label: str, year: int) -> None:
    assert year_ending(label) == year


@pytest.mark.parametrize("label", ["2023-25", "202326", "March", "", "1066", "2024 Q1"])
def test_what_is_no_year(label: str) -> None:
    with pytest.raises(ContentError):
        year_ending(label)


def test_categories_may_stand_in_the_measure() -> None:
    """In some tables gender or ethnicity is a data description and not a dimension."""
    header = ["Data values", "Data description", "Local Authority", "Area Code", "Year", "Notes"]
    rows = [header]
    for name, code, count in (("Cardiff", "W06000015", 900), ("Newport", "W06000022", 380)):
        for measure, part in (("Total looked after children", 1.0), ("White", 0.6), ("Mixed", 0.4)):
            rows.append([str(round(count * part)), measure, name, code, "2023-24", ""])
    body = rewritten(b"x", lambda _: rows)
    frame, steps = total_counts(read_cube(body), "x")
    assert frame["value"].tolist() == [900, 380]
    assert "'measure' held at 'Total looked after children'" in steps[0]


def test_short_answer_of_a_list_is_noticed(desk: Desk) -> None:
    body = fixture_json("statswales/v2_list.json")
    with serve(Wales()) as server:
        server.fail(json_answer({**body, "count": 3}), json_answer({"data": [], "count": 3}))
        with pytest.raises(Exception, match="2 of 3 datasets"):
            StatsWales(desk(statswales=server)).catalogue()


# -- Department for Education -----------------------------------------------------------------------


def test_areas_that_did_not_exist_are_left_out_and_counted(desk: Desk) -> None:
    """``z`` and ``x`` fill the years before an authority came into being; they are no missing counts."""
    body = fixture("england/cla_rates_release_2025.csv").decode("utf-8-sig")
    there = [row for row in csv.reader(body.splitlines()) if "Cumberland" in row and row[0] == "2021"]
    assert there and "z" in there[0] and "x" in there[0]
    with serve(Content()) as server:
        rates = live_rates(["england"], years=[2021], fetcher=desk(ees_content=server))
        assert "E06000063" not in set(rates.to_frame()["area_code"])
        told = next(one for one in rates.provenance.steps if "did not exist are left out" in one)
        assert "Cumberland" in told


def test_empty_answer_still_has_a_page(desk: Desk) -> None:
    """``totalPages`` is 1 when nothing fits, so that counting pages alone would give an empty table."""
    from carerates.sources.england import EducationApi
    from carerates.sources.failures import NotFoundError
    from tests.sources.publishers.england import API_LA

    nothing = {"paging": {"page": 1, "pageSize": 1, "totalResults": 0, "totalPages": 1}, "results": []}
    warned = {**nothing, "warnings": [{"code": "QueryNoResults", "message": "nothing fits"}]}
    with serve(Api()) as server:
        server.fail(json_answer(warned), path="/query")
        with pytest.raises(NotFoundError, match="QueryNoResults"):
            EducationApi(desk(ees_api=server)).query(API_LA)


def test_debug_warning_is_no_trouble(desk: Desk) -> None:
    from carerates.sources.england import EducationApi
    from tests.sources.publishers.england import API_LA

    with serve(Api(warnings=[{"code": "DebugEnabled", "message": "x"}])) as server:
        assert len(EducationApi(desk(ees_api=server)).query(API_LA)[0]) == 6


# -- Office for National Statistics -----------------------------------------------------------------


def test_json_served_as_text_is_read(desk: Desk) -> None:
    """Open Geography sometimes serves JSON as plain text; the publisher here always does."""
    from carerates.sources.geography import OpenGeography

    with serve(Geography()) as server:
        assert len(OpenGeography(desk(geography=server)).boundaries()[0]["features"]) == 3


def test_degrees_are_asked_for_and_checked(desk: Desk) -> None:
    """The service's own system is metres; GeoJSON in metres would be drawn far away."""
    from carerates.sources.geography import OpenGeography

    with serve(Geography()) as server:
        OpenGeography(desk(geography=server)).boundaries()
        assert {one.query["outSR"] for one in server.asked if one.query.get("f") == "geojson"} == {"4326"}
        page = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Polygon", "coordinates": [[[447160, 531474], [1, 2], [3, 4]]]},
                    "properties": {"CTYUA23CD": "E06000001", "CTYUA23NM": "x", "CTYUA23NMW": " "},
                }
            ],
        }
        server.fail(json_answer({"count": 1}), path="/query")
        server.fail(Answer(200, json.dumps(page).encode(), "application/json"), path="/query")
        with pytest.raises(ContentError, match="longitude and latitude"):
            OpenGeography(desk(geography=server, folder="other")).boundaries()
