"""Populations and households from Nomis: whole, or an error; never a blank taken for a population."""

from __future__ import annotations

import contextlib
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carerates.errors import SourceError
from carerates.sources.delimited import read_table
from carerates.sources.failures import ContentError, IncompleteError, LayoutError, NotFoundError
from carerates.sources.nomis import Nomis
from carerates.sources.nomis_tables import (
    read_codelist,
    read_datasets,
    read_lone_parents,
    read_population,
    to_upper_tier,
    with_share,
)
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.nomis import Publisher
from tests.sources.publishers.server import WEB_PAGE, Asked, serve

QUESTION = Asked(
    "GET", "/api/v01/dataset/NM_2002_1.data.csv", {"date": "2024", "recordoffset": "0"}, {}, b"", ""
)


def table(name: str) -> pd.DataFrame:
    return read_table(fixture(f"nomis/{name}"), name)


def test_recorded_population() -> None:
    found = read_population(table("nm_2002_1-mye-sya-rutland-2024.csv"), "x")
    assert found[["mid_year", "area_code", "population"]].to_numpy().tolist() == [[2024, "E06000017", 8012]]


def test_blank_and_zero_are_no_populations() -> None:
    recorded = table("nm_2002_1-abolished-geography-blank-and-zero.csv")
    as_age = recorded.assign(C_AGE="101")
    with pytest.raises(ContentError, match=r"Cumbria, Allerdale"):
        read_population(as_age, "x")
    with pytest.raises(LayoutError, match="200"):
        read_population(recorded, "x")  # all ages are not ages 0 to 17


def test_population_of_both_nations_a_year_at_a_time(desk: Desk) -> None:
    with serve(Publisher()) as server:
        fetcher = desk(nomis=server)
        found, entries = Nomis(fetcher).population([2024, 2023])
        assert found["area_code"].tolist() == ["E06000017", "W06000001"] * 2
        assert set(found["population"]) == {8012}
        assert len(entries) == 2
        question = server.asked[0].query
        assert (question["c_age"], question["gender"], question["geography"]) == ("101...118", "0", "TYPE423")
        again, _ = Nomis(desk(nomis=server, offline=True)).population([2023, 2024])
        assert again.equals(found)


@pytest.mark.parametrize("limit", [7, 25, 54])
def test_silent_row_limit_is_paged(limit: int, desk: Desk) -> None:
    with serve(Publisher(limit=limit)) as server:
        found, entries = Nomis(desk(nomis=server)).population([2024])
        assert len(entries) == -(-54 // limit)
        assert set(found["population"]) == {8012}


def test_rows_that_stop_short_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carerates.sources.nomis._MOST_PAGES", 1)
    with serve(Publisher(limit=20)) as server, pytest.raises(IncompleteError, match="20 rows"):
        Nomis(desk(nomis=server)).population([2024])


def test_total_that_changes_between_pages(desk: Desk) -> None:
    publisher = Publisher(limit=30)
    with serve(publisher) as server:
        fetcher = desk(nomis=server)
        first = publisher(QUESTION)
        changed = first.body.replace(b'"54"', b'"60"')
        server.fail(type(first)(200, changed, "text/csv"))
        with pytest.raises(IncompleteError, match="changed from page to page"):
            Nomis(fetcher).population([2024])


def test_empty_body_means_nothing_fits(desk: Desk) -> None:
    assert fixture("nomis/no-data-empty-body.csv") == b""
    with serve(Publisher()) as server:
        with pytest.raises(NotFoundError, match="empty body"):
            Nomis(desk(nomis=server)).population([1890])
        assert desk(nomis=server).store.entries() == []


@pytest.mark.parametrize("blank", ["0", " "])
def test_blank_population_in_an_answer(blank: str, desk: Desk) -> None:
    named = "Rutland, Isle of Anglesey"
    with serve(Publisher(blank=blank)) as server, pytest.raises(ContentError, match=named):
        Nomis(desk(nomis=server)).population([2024])


def test_overloaded_service_is_asked_again(desk: Desk) -> None:
    with serve(Publisher()) as server:
        server.fail(WEB_PAGE)
        assert len(Nomis(desk(nomis=server)).population([2024])[0]) == 2


def test_missing_age_is_refused() -> None:
    short = table("nm_2002_1-mye-sya-rutland-2024.csv").iloc[:-1]
    with pytest.raises(IncompleteError, match="Rutland"):
        read_population(short, "x")


def test_recorded_lone_parents_2021() -> None:
    found = read_lone_parents(table("nm_2023_1-ts003-countries.csv"), 2021).set_index("published_code")
    assert found.loc["K04000001", "lone_parent_households"] == 1719350
    england, wales = found.loc["E92000001"], found.loc["W92000004"]
    assert england["lone_parent_households"] + wales["lone_parent_households"] == 1719350
    assert with_share(found.loc[["W92000004"]].reset_index())["lone_parents"].item() == pytest.approx(
        7.59, abs=0.005
    )


def test_recorded_lone_parents_2011_takes_values_not_percentages() -> None:
    found = read_lone_parents(table("nm_605_1-ks105ew-shape.csv"), 2011)
    assert found[["households", "lone_parent_households"]].to_numpy().tolist() == [[40434, 3823]]


def test_codes_with_an_underscore_are_the_same() -> None:
    changed = table("nm_2023_1-ts003-countries.csv")
    changed["C2021_HHCOMP_15"] = "_" + changed["C2021_HHCOMP_15"]
    assert read_lone_parents(changed, 2021).equals(
        read_lone_parents(table("nm_2023_1-ts003-countries.csv"), 2021)
    )


def test_lone_parents_are_fetched(desk: Desk) -> None:
    with serve(Publisher()) as server:
        found, _ = Nomis(desk(nomis=server)).lone_parents(2021)
        assert len(found) == 3
        assert server.asked[0].query["c2021_hhcomp_15"] == "0,10"
        with pytest.raises(ValueError, match="2011 and 2021"):
            Nomis(desk(nomis=server)).lone_parents(2001)


def test_districts_are_summed_to_counties() -> None:
    lookup = pd.DataFrame(
        {
            "district_code": ["E07000032", "E07000033", "E06000001"],
            "upper_tier_code": ["E10000007", "E10000007", "E06000001"],
        }
    )
    frame = pd.DataFrame(
        {
            "published_code": ["E07000032", "E07000033", "E06000001"],
            "area_name": ["Amber Valley", "Bolsover", "Hartlepool"],
            "households": [100.0, 300.0, 50.0],
            "lone_parent_households": [10.0, 20.0, 5.0],
        }
    )
    found = to_upper_tier(frame, lookup).set_index("area_code")
    assert found.loc["E10000007"].tolist() == [400, 30, 7.5]
    with pytest.raises(ContentError, match="E07000033 are missing"):
        to_upper_tier(frame.drop(1), lookup)
    with pytest.raises(ContentError, match="lookup lacks"):
        to_upper_tier(frame, lookup.drop(0))


def test_code_lists_and_searches(desk: Desk) -> None:
    types = read_codelist(fixture_json("nomis/codelist-geography-type.def.sdmx.json"))
    assert types["TYPE423"] == "local authorities: county / unitary (as of April 2023)"
    with serve(Publisher()) as server:
        nomis = Nomis(desk(nomis=server))
        assert nomis.geography_types("NM_2002_1") == types
        with pytest.raises(NotFoundError, match="KS105"):
            nomis.find("*KS105*")


@given(
    st.recursive(
        st.none() | st.text(max_size=3),
        lambda x: (
            st.lists(x, max_size=2)
            | st.dictionaries(
                st.sampled_from(["structure", "codelists", "codelist", "keyfamilies", "code"]), x, max_size=3
            )
        ),
        max_leaves=6,
    )
)
def test_any_list_is_read_or_refused(value: object) -> None:
    for reader in (read_codelist, read_datasets):
        with contextlib.suppress(SourceError):
            reader(value)
    assert json.dumps(value)


@given(st.data())
def test_damaged_rows_are_refused_or_whole(data: st.DataObject) -> None:
    body = bytearray(fixture("nomis/nm_2002_1-mye-sya-rutland-2024.csv"))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.sampled_from(b'",\n01x'))
    with contextlib.suppress(SourceError):
        found = read_population(read_table(bytes(body), "x"), "x")
        assert len(found) == 1
