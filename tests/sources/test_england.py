"""England's figures by release, by API and from the LAIT: every vintage, every symbol, every page."""

from __future__ import annotations

import contextlib
import csv
import json
import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates import areas
from carerates.errors import SourceError
from carerates.sources.england import (
    EducationApi,
    EducationReleases,
    read_lait,
    read_looked_after,
    read_mid_year,
)
from carerates.sources.england.answers import query_table
from carerates.sources.england.files import (
    CEASING,
    ON_31_MARCH,
    STARTING,
    area_code,
    looked_after_table,
    only_measure,
    read_underlying,
)
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
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.england import API_LA, API_NATIONAL, LA_FILE, Api, Content
from tests.sources.publishers.server import Answer, json_answer, serve

RELEASE_2025 = "england/cla_rates_release_2025.csv"
RELEASE_2023 = "england/cla_rates_release_2023.csv"


# authorities with a count for 31 March in the release of 2025
NUMERIC_ROWS = {2021: 150, 2022: 151, 2023: 151, 2024: 152, 2025: 151}


def half_up(value: float) -> float:
    return math.floor(value + 0.5)


# -- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [RELEASE_2025, RELEASE_2023])
def test_every_row_of_a_release_is_read(name: str) -> None:
    found = read_looked_after(fixture(name))
    assert len(found) == fixture(name).decode().strip().count("\n")
    assert found["area_code"].str.fullmatch(r"E\d{8}|E\d{8} / E\d{8}").all()
    march = only_measure(found, ON_31_MARCH)
    assert set(march["level"]) == {"local_authority", "region", "nation"}


def test_published_totals() -> None:
    march = only_measure(read_looked_after(fixture(RELEASE_2025)), ON_31_MARCH)
    england = march[(march["level"] == "nation") & (march["year"] == 2025)].iloc[0]
    assert (england["children"], england["population"], england["published_rate_per_10000"]) == (
        81770,
        12183016,
        67,
    )
    assert england["status"] == "rounded_to_10"


@pytest.mark.parametrize(
    ("name", "rows", "numeric"),
    [
        ("england/looked_after_31_march_release_2025.csv", 775, NUMERIC_ROWS),
        ("england/looked_after_31_march_release_2023.csv", 780, None),
    ],
)
def test_all_authorities_of_a_release(name: str, rows: int, numeric: dict[int, int] | None) -> None:
    found = read_looked_after(fixture(name))
    assert len(found) == rows
    local = found[found["children"].notna() & found["published_rate_per_10000"].notna()]
    computed = (local["children"] / local["population"] * 10_000).map(half_up)
    assert computed.tolist() == local["published_rate_per_10000"].tolist()  # rounded half up, every row
    if numeric is not None:
        assert found[found["children"].notna()].groupby("year").size().to_dict() == numeric
        totals = found.groupby("year")["children"].sum().to_dict()
        assert totals == {2021: 80776, 2022: 82088, 2023: 83750, 2024: 83529, 2025: 81766}


def test_recodes_are_followed_by_code_and_by_number() -> None:
    old = read_looked_after(fixture("england/looked_after_31_march_release_2023.csv"))
    new = read_looked_after(fixture("england/looked_after_31_march_release_2025.csv"))
    for frame in (old, new):
        somerset = frame[frame["area_name"] == "Somerset"]
        assert set(somerset["area_code"]) == {"E06000066"}
    assert set(old[old["area_name"] == "Somerset"]["published_code"]) == {"E10000027"}
    # a code newer than the register, or none: the three-digit number has stayed
    assert {area_code(one, "933") for one in ("E06000999", "z", "")} == {"E06000066"}


def test_symbols_keep_their_meaning() -> None:
    march = read_looked_after(fixture("england/looked_after_31_march_release_2025.csv"))
    city = march[(march["area_name"] == "City of London") & (march["year"] == 2025)].iloc[0]
    assert (city["status"], city["children_codes"], city["population"]) == ("suppressed", "c", 847)
    scilly = march[march["area_name"] == "Isles of Scilly"]
    assert set(scilly["status"]) == {"not_applicable"}
    ended = march[(march["area_name"] == "Cumbria") & (march["year"] == 2025)].iloc[0]
    assert (ended["status"], ended["population_codes"]) == ("not_applicable", "x")


def test_old_and_new_headers_give_the_same_table() -> None:
    body = fixture(RELEASE_2025)
    renamed = body.replace(b"population_type", b"population_count", 1).replace(
        b"children_count", b"number", 1
    )
    assert read_looked_after(renamed).equals(read_looked_after(body))
    assert read_looked_after(body.removeprefix(b"\xef\xbb\xbf")).equals(read_looked_after(body))


@pytest.mark.parametrize("pattern", [ON_31_MARCH, STARTING, CEASING])
def test_measures_in_either_wording(pattern: re.Pattern[str]) -> None:
    body = "Children looked after at 31 March each year", "Children starting to be looked after each year"
    names = [*body, "Children ceasing to be looked after each year"]
    assert len(only_measure(pd.DataFrame({"measure": names}), pattern)) == 1


@pytest.mark.parametrize("change", ["children_count", "new_la_code", "population_estimate"])
def test_unknown_header_fails_loudly(change: str) -> None:
    body = fixture(RELEASE_2025).replace(change.encode(), b"something_new", 1)
    with pytest.raises(LayoutError, match="something_new"):
        read_looked_after(body)


def test_repeated_row_is_refused() -> None:
    body = fixture(RELEASE_2025)
    line = body.split(b"\n")[3]
    with pytest.raises(LayoutError, match="two rows"):
        read_looked_after(body.rstrip(b"\n") + b"\n" + line + b"\n")


@pytest.mark.parametrize(
    ("cell", "children", "status"),
    [
        ("41,630", 41630, "exact"),
        ("low", None, "low"),
        ("k", None, "low"),
        ("u", None, "unreliable"),
        ("~", None, "low"),
        (":", None, "not_available"),
        ("x", None, "not_available"),
        ("", None, "not_available"),
    ],
)
def test_every_symbol_in_a_file(cell: str, children: float | None, status: str) -> None:
    body = fixture("england/looked_after_31_march_release_2025.csv").decode()
    cell = f'"{cell}"' if "," in cell else cell
    changed = body.replace(",21090,332,157", f",21090,{cell},157", 1)
    row = read_looked_after(changed.encode()).iloc[0]
    assert row["status"] == status
    assert row["children"] == children or (children is None and math.isnan(row["children"]))


def test_unknown_symbol_is_an_error() -> None:
    body = fixture(RELEASE_2025).replace(b",12183016,81770,", b",12183016,n/a,", 1)
    with pytest.raises(ContentError, match=r"line 2, children: 'n/a'"):
        read_looked_after(body)


def test_combined_authorities_keep_their_code() -> None:
    body = fixture("england/looked_after_31_march_release_2025.csv").decode()
    lines = body.splitlines()
    lines[1] = "2025,E12000004,East Midlands,940 / 941,Northamptonshire,E06000061 / E06000062,100000,900,90"
    assert read_looked_after("\n".join(lines).encode()).iloc[0]["area_code"] == "E06000061 / E06000062"


def test_mid_year_populations() -> None:
    found = read_mid_year(fixture("england/children_0_17_mid_year.csv"))
    assert len(found) == 16
    rutland = found[(found["area_name"] == "Rutland") & (found["mid_year"] == 2024)]
    assert rutland["population"].item() == 8012
    assert set(found.loc[found["population"].isna(), "population_codes"]) <= {"x", "z"}
    old = found[(found["area_name"] == "North Yorkshire") & (found["mid_year"] == 2020)].iloc[0]
    assert (old["published_code"], old["area_code"]) == ("E10000023", "E06000065")


def test_lait() -> None:
    body = fixture("england/lait_bds_long.csv")
    found = read_lait(body)
    cells = [line for line in body.decode().splitlines()[1:] if line.startswith(("LAC,", "LACnum,"))]
    assert found["children"].notna().sum() + (found["children_codes"] == "-").sum() == len(
        [line for line in cells if line.startswith("LACnum,")]
    )
    barnsley = found[(found["area_name"] == "Barnsley") & (found["year"] == 2016)].iloc[0]
    assert barnsley["published_rate_per_10000"] == 56
    assert set(found.loc[found["children_codes"] == "-", "status"]) == {"not_available"}
    assert set(found["level"]) == {"local_authority", "region", "nation"}


def test_lait_agrees_with_the_release() -> None:
    lines = fixture("england/lait_counts_and_rates_2016_2025.csv").decode().splitlines()[1:]
    lait = {(row[1], int(row[0])): float(row[5]) for row in csv.reader(lines) if row[5]}
    march = read_looked_after(fixture("england/looked_after_31_march_release_2025.csv"))
    shared = {
        (code, year): count
        for code, year, count in zip(march["dfe_code"], march["year"], march["children"], strict=True)
        if (code, year) in lait and not math.isnan(count)
    }
    assert len(shared) == 755
    assert all(lait[key] == count for key, count in shared.items())


def test_files_before_2018() -> None:
    body = (
        "Geog_L,geog_C,geog_N,New_geog_code,CLA_Mar2013,CLA_Mar2014,CLA_started2014\n"
        "NATIONAL,970,England,E92000001,68060,68840,30430\n"
        "LA,370,Barnsley,E08000016,230,x,100\nLA,420,Isles of Scilly,E06000053,.,..,.\n"
    )
    found = read_underlying(body.encode()).set_index(["area_code", "year"])
    barnsley = areas.find("Barnsley").code
    assert found.loc[(barnsley, 2013), "children"] == 230
    assert found.loc[(barnsley, 2014), "status"] == "suppressed"  # x was 1 to 5 then
    assert found.loc[("E06000053", 2014), "status"] == "not_available"
    assert len(found) == 6
    with pytest.raises(LayoutError, match="CLA_Mar"):
        read_underlying(b"geog_l,geog_c,geog_n\nLA,1,x\n")


READERS = (read_looked_after, read_mid_year, read_lait, read_underlying)


@settings(max_examples=60)
@given(st.data())
def test_damaged_file_is_refused_or_whole(data: st.DataObject) -> None:
    body = bytearray(fixture(RELEASE_2025))
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.sampled_from(b'",\nz0x \xff'))
    with contextlib.suppress(SourceError):
        found = read_looked_after(bytes(body))
        rows = [line for line in bytes(body).decode("utf-8-sig").splitlines() if line]
        assert len(found) <= len(rows) - 1
        # a cell without a number always keeps the symbol that stood there, unless it was blank
        for name in ("children", "population"):
            empty = found[name].isna()
            assert (found.loc[empty, f"{name}_codes"] != "").sum() >= (
                empty.sum() - bytes(body).decode("utf-8-sig").count(",,") * 3
            )


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for reader in READERS:
        with contextlib.suppress(SourceError):
            reader(content)


# -- releases ---------------------------------------------------------------------------------------


def test_newest_release_is_found_by_rule_and_kept(desk: Desk) -> None:
    with serve(Content()) as server:
        fetcher = desk(ees_content=server)
        found, entry = EducationReleases(fetcher).table()
        assert fetcher.store.read(entry) == fixture(RELEASE_2025)
        assert entry.key.revision == "2025/00000000-0000-0000-0000-0000000000a1"
        assert found["measure"].nunique() == 1
        assert entry.source().published.startswith("2025-11-20")
        asked = len(server.asked)
        assert EducationReleases(fetcher).fetch() == entry
        assert len(server.asked) == asked + 1  # the catalogue only


def test_releases_stand_side_by_side(desk: Desk) -> None:
    with serve(Content()) as server:
        fetcher = desk(ees_content=server)
        new, _ = EducationReleases(fetcher).table()
        old, entry = EducationReleases(fetcher).table("2023")
        assert (old["year"].max(), new["year"].max()) == (2023, 2025)
        assert entry.key.revision.startswith("2023/")
        with pytest.raises(UnknownDatasetError):
            EducationReleases(fetcher).table("1999")
        again = desk(ees_content=server, offline=True)
        assert EducationReleases(again).fetch("2023") == entry
        assert EducationReleases(again).fetch(revision=entry.key.revision) == entry
        with pytest.raises(OfflineError, match="CLA numbers"):
            EducationReleases(again).fetch("2021")


def test_catalogue_is_walked_page_by_page(desk: Desk) -> None:
    with serve(Content(page_size=1)) as server:
        assert len(EducationReleases(desk(ees_content=server)).latest()) == 2
        assert len(server.asked) == 2


def test_no_data_set_or_two_that_fit(desk: Desk) -> None:
    body = fixture_json("ees_content/data-set-files-list.json")
    both = {**body, "results": [body["results"][0]] * 2}
    none = {**body, "results": [body["results"][1]], "paging": {**body["paging"], "totalResults": 1}}
    with serve(Content()) as server:
        server.fail(json_answer(both), json_answer(none))
        for message in ("2 data sets", "0 data sets"):
            with pytest.raises(NotFoundError, match=message):
                EducationReleases(desk(ees_content=server)).find()


@pytest.mark.parametrize("body", [[], {}, {"results": [{}], "paging": {}}, {"results": 1, "paging": {}}])
def test_changed_catalogue_is_a_layout_error(body: object, desk: Desk) -> None:
    with serve(Content()) as server:
        server.fail(json_answer(body))
        with pytest.raises(LayoutError):
            EducationReleases(desk(ees_content=server)).latest()


def test_rows_short_of_the_catalogue_are_refused(desk: Desk) -> None:
    publisher = Content()
    with serve(publisher) as server:
        short = b"\n".join(publisher.files[LA_FILE].rstrip(b"\n").split(b"\n")[:-1])
        server.fail(Answer(200, short, "text/csv"), path="/download")
        with pytest.raises(IncompleteError, match="the catalogue says"):
            EducationReleases(desk(ees_content=server)).fetch()
        assert desk(ees_content=server).store.entries() == []


# -- public API -------------------------------------------------------------------------------------


def test_lists_of_the_api(desk: Desk) -> None:
    with serve(Api()) as server:
        api = EducationApi(desk(ees_api=server))
        assert api.publications("looked after")["slug"].tolist() == [
            "children-looked-after-in-england-including-adoptions"
        ]
        sets = api.data_sets("3260801d-601a-48c6-93b7-cf51680323d1")
        assert sets[["id", "levels", "rows"]].to_numpy().tolist() == [[API_NATIONAL, "National", 192]]
        assert api.versions(API_NATIONAL)["version"].tolist() == ["1.0"]
        assert api.recodes(API_NATIONAL, "2.0").to_numpy().tolist() == [
            ["LA", "E08000016", "E08000038", "Barnsley"]
        ]


def test_two_pages_are_joined(desk: Desk) -> None:
    criteria = fixture_json("ees_api/query-request-la-post.json")["criteria"]
    with serve(Api()) as server:
        fetcher = desk(ees_api=server)
        table, entries = EducationApi(fetcher, page_size=4).query(API_LA, criteria)
        assert (len(table), len(entries)) == (6, 2)
        found = looked_after_table(table, "query")
        barnsley = found[(found["area_name"] == "Barnsley") & (found["year"] == 2025)].iloc[0]
        assert (barnsley["children"], barnsley["population"]) == (366, 51799)
        city = found[(found["area_name"] == "City of London") & (found["year"] == 2025)].iloc[0]
        assert city["status"] == "suppressed"
        asked = next(one for one in server.asked if one.path.endswith("/query"))
        assert asked.query == {"dataSetVersion": "1.0"}  # pages of one version only
        # everything again, from the store alone
        before = len(server.asked)
        offline = desk(ees_api=server, offline=True)
        again, _ = EducationApi(offline, page_size=4).query(API_LA, criteria)
        assert again.equals(table) and len(server.asked) == before


def test_recorded_pages_are_read() -> None:
    meta = fixture_json("ees_api/meta-national-time-series.json")
    rows = fixture_json("ees_api/query-response-national-2025.json")["results"]
    table = query_table(rows, meta)
    assert table["children_count"].tolist() == ["34450", "81770", "75240", "6540", "3040"]
    assert table["population_type"].iloc[1] == "Children looked after on 31 March"
    rows[0]["filters"] = {"Qm7Rt": "unknown"}
    with pytest.raises(LayoutError, match="unknown"):
        query_table(rows, meta)


def test_warning_is_not_a_narrower_answer(desk: Desk) -> None:
    criteria = {"locations": {"eq": {"level": "LA", "code": "E10000006"}}}
    with serve(Api()) as server:
        with pytest.raises(NotFoundError, match=r"LocationsNotFound.*E10000006"):
            EducationApi(desk(ees_api=server)).query(API_LA, criteria)
        assert desk(ees_api=server).store.entries() == []


def test_total_that_changes_between_pages(desk: Desk) -> None:
    with serve(Api(total_of_page=lambda page: 7 - page)) as server:
        api = EducationApi(desk(ees_api=server), page_size=4)
        with pytest.raises(RevisionChangedError, match="between two pages"):
            api.query(API_LA)
    with serve(Api(total_of_page=lambda page: 7)) as server:
        api = EducationApi(desk(ees_api=server, folder="other"), page_size=4)
        with pytest.raises(IncompleteError, match="6 rows"):
            api.query(API_LA)


def test_refused_queries_tell_why(desk: Desk) -> None:
    with serve(Api()) as server:
        api = EducationApi(desk(ees_api=server))
        with pytest.raises(RefusedError, match="IndicatorsNotFound"):
            api.query(API_LA, indicators=["zzzzz"])
        with pytest.raises(UnknownDatasetError):
            api.query("00000000-0000-7000-8000-00000000dead")
        with pytest.raises(UnknownDatasetError):
            api.query(API_LA, version="9.9")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("400-indicators-not-found", 400),
        ("400-unknown-query-parameter", 400),
        ("400-validation", 400),
        ("403", 403),
        ("404", 404),
    ],
)
def test_recorded_errors(name: str, status: int, desk: Desk) -> None:
    with serve(Api()) as server:
        server.fail(json_answer(fixture_json(f"ees_api/error-{name}.json"), status))
        with pytest.raises(RefusedError) as refused:
            EducationApi(desk(ees_api=server)).publications("looked")
        assert refused.value.status == status


def test_slow_query_is_asked_again(desk: Desk) -> None:
    with serve(Api()) as server:
        server.fail(json_answer({"status": 504}, 504), path="/query")
        table, _ = EducationApi(desk(ees_api=server)).query(API_NATIONAL)
        assert len(table) == 5


def test_packed_csv_of_a_pinned_version(desk: Desk) -> None:
    publisher = Api()
    with serve(publisher) as server:
        fetcher = desk(ees_api=server)
        entry = EducationApi(fetcher).csv(API_NATIONAL)
        assert fetcher.store.read(entry) == b"time_period,children_count\n2025,81770\n"
        publisher.version = "2.0"
        assert EducationApi(fetcher).csv(API_NATIONAL, version="1.0") == entry
        assert EducationApi(fetcher).csv(API_NATIONAL).key.revision == "2.0"


FIELDS = ["timePeriod", "locations", "values", "filters", "geographicLevel", "period", "code"]
json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=9,
)


@given(json_values)
def test_any_row_is_read_or_refused(row: object) -> None:
    with contextlib.suppress(SourceError):
        query_table([row], fixture_json("ees_api/meta-la-level.json"))  # type: ignore[list-item]
    assert json.dumps(row) is not None
