"""Outlines and lookups arrive whole, in degrees, or an error says why not."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carerates.errors import SourceError
from carerates.sources.failures import (
    ContentError,
    IncompleteError,
    LayoutError,
    NotFoundError,
    OfflineError,
    RefusedError,
    RevisionChangedError,
    UnknownDatasetError,
)
from carerates.sources.geography import BOUNDARY_SERVICE, OpenGeography
from carerates.sources.geography_answers import exceeded, read_lookup, read_outline, read_page
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.geography import BOUNDARIES, LOOKUP, Publisher, features
from tests.sources.publishers.server import Answer, Asked, json_answer, serve


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("page", [1, 2, 2000])
def test_outlines_are_paged_to_the_end(page: int, inside: bool, desk: Desk) -> None:
    with serve(Publisher(page=page, flag_inside=inside)) as server:
        collection, entries = OpenGeography(desk(geography=server)).boundaries()
        codes = [one["properties"]["published_code"] for one in collection["features"]]
        assert codes == ["E06000001", "E08000016", "W06000001"]
        assert len(entries) == -(-3 // page)
        welsh = collection["features"][-1]["properties"]
        assert (welsh["area_name"], welsh["area_name_cy"]) == ("Isle of Anglesey", "Ynys Môn")
        assert collection["features"][0]["properties"]["area_name_cy"] == ""  # a space in the original
        query = next(one.query for one in server.asked if one.query.get("f") == "geojson")
        assert query["outSR"] == "4326"


def test_newest_service_is_found_among_irregular_names(desk: Desk) -> None:
    with serve(Publisher()) as server:
        assert OpenGeography(desk(geography=server)).newest(BOUNDARY_SERVICE) == BOUNDARIES
        server.fail(json_answer({"services": []}))
        with pytest.raises(NotFoundError):
            OpenGeography(desk(geography=server)).newest(BOUNDARY_SERVICE)


def test_interrupted_fetch_goes_on_where_it_stopped(desk: Desk) -> None:
    with serve(Publisher(page=1)) as server:
        page_two = fixture_json("geography/error-http-200.json")
        fetcher = desk(geography=server)
        count = [0]
        real = server.app

        def stop_after_one(asked):  # type: ignore[no-untyped-def]
            if asked.query.get("f") == "geojson":
                count[0] += 1
                if count[0] == 2:
                    return json_answer(page_two)
            return real(asked)

        server.app = stop_after_one
        with pytest.raises(RefusedError):
            OpenGeography(fetcher).boundaries()
        server.app = real
        before = len(server.asked)
        collection, _ = OpenGeography(fetcher).boundaries()
        assert len(collection["features"]) == 3
        offsets = [one.query["resultOffset"] for one in server.asked[before:] if "resultOffset" in one.query]
        assert offsets == ["1", "2"]


def test_offline_reads_all_pages_of_the_store(desk: Desk) -> None:
    with serve(Publisher(page=2)) as server:
        collection, _ = OpenGeography(desk(geography=server)).boundaries()
        asked = len(server.asked)
        offline = desk(geography=server, offline=True)
        again, _ = OpenGeography(offline).boundaries()
        assert again == collection and len(server.asked) == asked
        with pytest.raises(OfflineError):
            OpenGeography(offline).lookup()


def test_error_with_status_200(desk: Desk) -> None:
    recorded = fixture_json("geography/error-http-200.json")
    with serve(Publisher()) as server:
        server.fail(json_answer(recorded), path="query")
        with pytest.raises(RefusedError, match="Invalid field: CTYUA24CD"):
            OpenGeography(desk(geography=server)).boundaries()
        with pytest.raises(UnknownDatasetError, match="Invalid URL"):
            OpenGeography(desk(geography=server)).boundaries("No_Such_Service")


def test_overload_with_status_200_is_asked_again(desk: Desk) -> None:
    overload = {"error": {"code": 500, "message": "Error performing query operation", "details": []}}
    with serve(Publisher()) as server:
        server.fail(json_answer(overload), json_answer(overload), path="query")
        collection, _ = OpenGeography(desk(geography=server)).boundaries()
        assert len(collection["features"]) == 3
        server.fail(*[json_answer(overload)] * 9, path="query")
        with pytest.raises(RefusedError, match="code 500"):
            OpenGeography(desk(geography=server, folder="other")).boundaries()


def test_count_must_be_reached(desk: Desk) -> None:
    with (
        serve(Publisher(count_off_by=1)) as server,
        pytest.raises(IncompleteError, match=r"3 features .* there are 4"),
    ):
        OpenGeography(desk(geography=server)).boundaries()


def test_empty_page_with_the_flag_is_not_the_end(desk: Desk) -> None:
    with serve(Publisher(page=2, empty_first=True)) as server:
        collection, _ = OpenGeography(desk(geography=server)).boundaries()
        assert len(collection["features"]) == 3


def test_layer_that_is_edited_between_pages(desk: Desk) -> None:
    publisher = Publisher(page=1, edited=1)
    with serve(publisher) as server:
        real = server.app

        def edit(asked: Asked) -> Answer:
            if asked.query.get("resultOffset") == "1":
                publisher.edited = 2
            return real(asked)

        server.app = edit
        fetcher = desk(geography=server)
        with pytest.raises(RevisionChangedError, match="edited while"):
            OpenGeography(fetcher).boundaries()
        assert fetcher.store.entries() == []  # pages of two states are no table, offline neither
        assert len(OpenGeography(fetcher).boundaries()[0]["features"]) == 3


def test_lookup(desk: Desk) -> None:
    with serve(Publisher()) as server:
        found, _ = OpenGeography(desk(geography=server)).lookup()
        assert found.set_index("district_code")["upper_tier_code"].to_dict() == {
            "E06000001": "E06000001",
            "E07000032": "E10000007",
            "W06000001": "W06000001",
        }
        assert any(LOOKUP in path for path in server.paths())


def test_metropolitan_counties_are_no_authorities() -> None:
    rows = [{"LAD": "E08000016", "UT": "E11000003"}, {"LAD": "E09000001", "UT": "E13000001"}]
    assert read_lookup(rows, "LAD", "UT")["upper_tier_code"].tolist() == ["E08000016", "E09000001"]
    with pytest.raises(ContentError, match="more than one authority"):
        read_lookup([*rows, {"LAD": "E08000016", "UT": "E10000001"}], "LAD", "UT")
    with pytest.raises(ContentError, match="empty code"):
        read_lookup([{"LAD": "E08000016", "UT": None}], "LAD", "UT")


@pytest.mark.parametrize("name", ["ctyua23-buc-page1.geojson", "ctyua23-buc-page2.geojson"])
def test_recorded_pages(name: str) -> None:
    page = read_page(fixture(f"geography/{name}"), "x")
    assert exceeded(page) is name.startswith("ctyua23-buc-page1")
    assert exceeded({"exceededTransferLimit": True})


@pytest.mark.parametrize("name", ["ids-only.json", "count-only.json", "layer-metadata.json"])
def test_other_recorded_answers_are_no_pages(name: str) -> None:
    with pytest.raises(LayoutError):
        read_page(fixture(f"geography/{name}"), "x")


FIELDS = ("CTYUA23CD", "CTYUA23NM", "CTYUA23NMW")


def test_parts_and_holes_are_kept_and_nothing_without_an_outline() -> None:
    one = features()[0]
    ring = one["geometry"]["coordinates"]
    many = {**one, "geometry": {"type": "MultiPolygon", "coordinates": [ring, ring]}}
    assert read_outline(many, *FIELDS)["geometry"]["type"] == "MultiPolygon"
    for geometry in (None, {"type": "Point", "coordinates": [0, 51]}, {"type": "Polygon", "coordinates": []}):
        with pytest.raises(ContentError):
            read_outline({**one, "geometry": geometry}, *FIELDS)
    metres = {"type": "Polygon", "coordinates": [[[447160, 531474], [447161, 531474]]]}
    with pytest.raises(ContentError, match="longitude and latitude"):
        read_outline({**one, "geometry": metres}, *FIELDS)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["features", "properties", "attributes", "geometry", "error", "type", "CTYUA23CD"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(json_values)
def test_any_page_is_read_or_refused(value: object) -> None:
    with contextlib.suppress(SourceError):
        page = read_page(json.dumps(value).encode(), "x")
        for one in page["features"]:
            read_outline(one, *FIELDS)
