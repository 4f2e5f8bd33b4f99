"""StatsWales is read whole, in every view and either language, or a typed error says why not."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates import areas
from carerates.errors import SourceError
from carerates.sources.failures import (
    BusyError,
    ContentError,
    IncompleteError,
    LayoutError,
    NotFoundError,
    OfflineError,
    RefusedError,
    RevisionChangedError,
    SettingError,
    UnknownDatasetError,
    WrongContentError,
)
from carerates.sources.statswales import StatsWales, read_cube, read_legacy
from carerates.sources.statswales.catalogue import resolve
from carerates.sources.statswales.cubes import area_code, read_cube_json
from carerates.sources.statswales.legacy import read_legacy_bytes
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.server import Answer, Asked, Server, json_answer, serve
from tests.sources.publishers.statswales import FOSTER, RATES, Publisher, held


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def server(publisher: Publisher) -> Iterator[Server]:
    with serve(publisher) as running:
        yield running


# -- reading bodies ---------------------------------------------------------------------------------

CSV_VIEWS = [
    "v1_download_default.csv",
    "v1_download_raw_extended.csv",
    "v2_data_default.csv",
    "v2_data_default_cy.csv",
    "v2_data_formatted.csv",
    "v2_data_raw_extended.csv",
    "v2_data_with_note_codes.csv",
]


@pytest.mark.parametrize("name", CSV_VIEWS)
def test_every_view_gives_the_same_figures(name: str) -> None:
    cube = read_cube(fixture(f"statswales/{name}"))
    frame = cube.by_area()
    assert len(frame) == 31
    newest = frame[(frame["year"] == 2024) & (frame["value"].notna())].set_index("area_code")["value"]
    assert newest["W92000004"] == 3305
    assert newest["W06000015"] == 385
    assert newest.drop("W92000004").sum() == 3315  # rounded figures need not add up to the total
    hidden = frame[frame["value"].isna()]
    assert hidden[["area_code", "status", "codes"]].to_numpy().tolist() == [["W06000008", "suppressed", "c"]]
    assert frame["is_total"].sum() == 2
    assert set(frame.loc[frame["is_total"], "codes"]) == {"t"}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("v2_data_json_page1.json", 5),
        ("v2_data_frontend_page1.json", 5),
        ("v1_view_page1.json", 5),
        ("v2_data_filtered_raw_extended.json", 3),
        ("v2_rates_json_page1.json", 3),
    ],
)
def test_json_views(name: str, rows: int) -> None:
    frame = read_cube_json(fixture(f"statswales/{name}")).by_area()
    assert len(frame) == rows
    first = {"v2_data_filtered_raw_extended.json": 75, "v2_rates_json_page1.json": 64}
    if name in first:  # whole numbers come as text in one dataset and as numbers in the other
        assert frame["value"].iloc[0] == first[name]
    else:
        assert set(frame["value"]) == {3265, 3305, 75, 125}


def test_filtered_csv_and_json_agree() -> None:
    csv = read_cube(fixture("statswales/v2_data_filtered_raw_extended.csv"))
    json_view = read_cube_json(fixture("statswales/v2_data_filtered_raw_extended.json"))
    shared = [name for name in csv.frame.columns if name != "value_text"]
    assert csv.frame[shared].equals(json_view.frame[shared])


def test_rates_table_is_that_of_the_old_site() -> None:
    cube = read_cube(fixture("statswales/v2_rates_raw_extended.csv"))
    assert cube.area_dimension() == "Area Code"  # codes are preferred to names
    frame = cube.by_area()
    known = frame[frame["value"].notna()].set_index(["area_code", "year"])["value"]
    lines = fixture("statswales/rates_legacy_2003_2020.csv").decode().splitlines()[1:]
    old = {(line.split(",")[0], int(line.split(",")[2])): float(line.split(",")[3]) for line in lines}
    assert known.to_dict() == old
    missing = frame[frame["value"].isna()].iloc[0]
    assert (missing["area_code"], missing["year"], missing["status"]) == (
        "W06000020",
        2020,
        "not_available",
    )


def test_parents_tell_totals_of_hierarchical_tables() -> None:
    frame = read_cube(fixture("statswales/v2_data_raw_extended.csv")).frame
    assert set(frame["Local Authority parent"]) == {"", "596"}
    flat = read_cube(fixture("statswales/v2_data_default.csv")).frame
    assert set(flat["Local Authority parent"]) == {""}


def test_every_code_and_spelling_of_a_welsh_area_is_known() -> None:
    for line in fixture("statswales/local_authorities.csv").decode().splitlines()[1:]:
        code, legacy, english, welsh, _, aliases = line.split(",", 5)
        names = [english, welsh, *filter(None, aliases.strip('"').split("|"))]
        assert {area_code(name) for name in names} == {code}
        assert area_code("", legacy) == code
        assert area_code("some label", legacy) == code


def test_empty_label_falls_back_to_its_code() -> None:
    text = fixture("statswales/v2_data_raw_extended.csv").decode()
    changed = text.replace("Gwynedd,514,2,596,2023-24", ",514,2,596,2023-24")
    frame = read_cube(changed.encode()).by_area()
    assert len(frame) == 31
    assert (frame["area_code"] == "W06000002").sum() == 2
    assert "514" in set(frame["Local Authority"]) and "" not in set(frame["Local Authority"])


def test_guarded_negative_number() -> None:
    text = fixture("statswales/v2_data_default.csv").decode()
    changed = text.replace("\n75,Inside", "\n'-5,Inside", 1)
    assert read_cube(changed.encode()).frame["value"].min() == -5


@pytest.mark.parametrize("cell", ["*", "n/a", "7x", "#REF!"])
def test_unknown_cell_is_an_error_with_its_line(cell: str) -> None:
    changed = fixture("statswales/v2_data_default.csv").decode().replace("\n75,", f"\n{cell},", 1)
    with pytest.raises(ContentError, match="line 4"):
        read_cube(changed.encode())


def test_unknown_note_is_an_error() -> None:
    changed = fixture("statswales/v2_data_default.csv").decode().replace(",Total\n", ",Imputed\n", 1)
    with pytest.raises(ContentError, match="Imputed"):
        read_cube(changed.encode())


def test_unknown_area_is_named() -> None:
    changed = fixture("statswales/v2_data_default.csv").decode().replace("Gwynedd", "Atlantis")
    with pytest.raises(ContentError, match="Atlantis"):
        read_cube(changed.encode()).by_area()


@pytest.mark.parametrize("body", [b"\n", b"", b"Data values,Data description,Year,Notes"])
def test_body_without_rows_is_incomplete(body: bytes) -> None:
    with pytest.raises(IncompleteError):
        read_cube(body)


def test_new_names_of_columns_are_refused() -> None:
    changed = fixture("statswales/v2_data_default.csv").replace(b"Data values", b"Value")
    with pytest.raises(LayoutError, match="Data values"):
        read_cube(changed)


@settings(max_examples=60)
@given(st.data())
def test_damaged_csv_never_gives_a_quiet_loss(data: st.DataObject) -> None:
    body = bytearray(fixture("statswales/v2_data_raw_extended.csv"))
    if data.draw(st.booleans()):
        for _ in range(data.draw(st.integers(1, 6))):
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    else:
        del body[data.draw(st.integers(0, len(body))) :]
    try:
        frame = read_cube(bytes(body)).by_area()
    except SourceError:
        return
    lines = len([line for line in bytes(body).decode("utf-8-sig").splitlines()[1:] if line])
    assert len(frame) <= lines
    assert frame["status"].notna().all()


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for reader in (read_cube, read_cube_json):
        with contextlib.suppress(SourceError):
            reader(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["headers", "data", "name", "Data values", "Year"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(json_values)
def test_any_json_is_read_or_refused(value: object) -> None:
    with contextlib.suppress(SourceError):
        read_cube_json(json.dumps(value).encode())


# -- finding ----------------------------------------------------------------------------------------


def test_catalogue_search_and_topics(desk: Desk, server: Server) -> None:
    client = StatsWales(desk(statswales=server))
    assert set(client.catalogue()["id"]) == {FOSTER, RATES}
    assert client.find(["looked after", "10,000"])["id"].tolist() == [RATES]
    assert set(client.topic(40)["id"]) == {FOSTER, RATES}  # a branch gives what its leaves hold
    assert {asked.query["lang"] for asked in server.asked} == {"en-gb"}


def test_topics_that_lead_to_each_other_end(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = StatsWales(desk(statswales=server))
    server.fail(*[json_answer({"children": [{"id": one} for one in (40, 43, 53)]})] * 3)
    assert client.topic(40).empty
    leaf = fixture_json("statswales/v2_topic_43_leaf.json")
    leaf["datasets"]["count"] += 1
    server.fail(json_answer(leaf))
    with pytest.raises(IncompleteError, match=r"2 of 3 datasets of topic 43"):
        client.topic(43)
    monkeypatch.setattr("carerates.sources.statswales.catalogue._MOST_TOPICS", 3)
    server.fail(*[json_answer({"children": [{"id": n} for n in range(1000)]})] * 4)
    with pytest.raises(LayoutError, match="more than 3 topics"):
        client.topic(40)


@pytest.mark.parametrize("name", ["v2_list.json", "v2_search_basic.json", "v2_search_fts.json"])
def test_recorded_lists_are_read(name: str, desk: Desk, server: Server) -> None:
    body = fixture_json(f"statswales/{name}")
    server.fail(json_answer(body))
    assert len(StatsWales(desk(statswales=server)).catalogue()) == body["count"]


def test_long_catalogue_is_paged(desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carerates.sources.statswales.catalogue._PAGE", 1)
    assert len(StatsWales(desk(statswales=server)).catalogue()) == 2


def test_empty_catalogue_is_trouble_not_an_answer(desk: Desk, server: Server) -> None:
    server.fail(json_answer({"data": [], "count": 0}))
    with pytest.raises(IncompleteError, match="empty"):
        StatsWales(desk(statswales=server)).catalogue()


def test_metadata(desk: Desk, server: Server) -> None:
    about = StatsWales(desk(statswales=server)).dataset(FOSTER)
    assert about.title == "Children looked after in foster placements on 31 March by location of placement"
    assert about.designation == "official statistics in development"
    assert about.rounded is True
    welsh = StatsWales(desk(statswales=server), lang="cy").dataset(FOSTER)
    assert welsh.title.startswith("Plant sy'n derbyn gofal")


def test_filters_are_flattened(desk: Desk, server: Server) -> None:
    table = StatsWales(desk(statswales=server)).filters(FOSTER)
    areas_there = table[table["column"] == "AreaCode"]
    assert len(areas_there) == 23
    assert set(areas_there["parent"]) == {"", "596"}
    assert int(areas_there["rows"].sum()) == 31


def test_replaced_dataset_is_followed(desk: Desk, server: Server, publisher: Publisher) -> None:
    old = "11111111-0000-4000-8000-000000000001"
    publisher.datasets[old] = held(old, "Old", b"")
    publisher.datasets[old].metadata["replaced_by"] = {"dataset_id": FOSTER, "auto_redirect": True}
    about = StatsWales(desk(statswales=server)).dataset(old)
    assert (about.id, about.replaces) == (FOSTER, (old,))
    publisher.datasets[FOSTER].metadata["replaced_by"] = {"dataset_id": old}
    with pytest.raises(NotFoundError, match="replaced each other"):
        StatsWales(desk(statswales=server)).dataset(old)


def test_identifiers() -> None:
    assert resolve("foster_placements") == FOSTER
    assert resolve(FOSTER.upper()) == FOSTER
    with pytest.raises(SettingError, match=r"closed in 2026.*read_legacy"):
        resolve("CARE0022")
    with pytest.raises(SettingError, match="UUID"):
        resolve("3f96db5b-618c-1268-b239-224c8f957dee")  # not version 4
    with pytest.raises(SettingError, match="22 is no StatsWales dataset"):
        resolve(22)  # type: ignore[arg-type]


# -- fetching ---------------------------------------------------------------------------------------


def test_fetch_keeps_the_bytes_and_their_provenance(desk: Desk, server: Server) -> None:
    fetcher = desk(statswales=server)
    cube, entry = StatsWales(fetcher).cube(FOSTER, counted="rounded_to_5")
    assert fetcher.store.read(entry) == fixture("statswales/v2_data_raw_extended.csv")
    assert entry.rows == 31
    source = entry.source()
    assert (source.publisher, source.designation) == (
        "Welsh Government",
        "official statistics in development",
    )
    assert source.published == "2026-01-30T09:30:00.000Z"
    assert "Open Government Licence" in source.licence and "StatsWales" in source.attribution
    assert set(cube.frame["status"]) == {"rounded_to_5", "suppressed"}
    # the query was stored with the options under which codes come back
    posted = next(asked for asked in server.asked if asked.method == "POST")
    assert posted.json()["options"]["data_value_type"] == "raw_extended"


def test_second_fetch_asks_only_for_the_revision(desk: Desk, server: Server) -> None:
    StatsWales(desk(statswales=server)).fetch(FOSTER)
    before = len(server.asked)
    StatsWales(desk(statswales=server)).fetch(FOSTER)
    assert server.paths()[before:] == [f"/v2/{FOSTER}"]


def test_filters_narrow_the_rows(desk: Desk, server: Server) -> None:
    request = fixture_json("statswales/v2_post_data_request.json")
    filters = {column: codes for one in request["filters"] for column, codes in one.items()}
    fetcher = desk(statswales=server)
    entry = StatsWales(fetcher).fetch(FOSTER, filters)
    assert fetcher.store.read(entry) == fixture("statswales/v2_data_filtered_raw_extended.csv")
    assert server.asked[1].json() == {
        **request,
        "filters": sorted(request["filters"], key=lambda one: next(iter(one))),
    }


def test_filters_that_fit_nothing(desk: Desk, server: Server) -> None:
    with pytest.raises(NotFoundError, match="No row"):
        StatsWales(desk(statswales=server)).fetch(FOSTER, {"AreaCode": ["999"]})


def test_unknown_filter_column_is_refused(desk: Desk, server: Server) -> None:
    with pytest.raises(RefusedError):
        StatsWales(desk(statswales=server)).fetch(FOSTER, {"Nope": ["1"]})


def test_short_answer_with_status_200_is_noticed(desk: Desk, server: Server) -> None:
    server.fail("short but closed well", path="/data/")
    fetcher = desk(statswales=server)
    entry = StatsWales(fetcher).fetch(FOSTER)  # the next attempt is whole
    assert entry.rows == 31
    server.fail(*["short but closed well"] * 9, path="/data/")
    with pytest.raises(SourceError) as short:
        StatsWales(desk(statswales=server, folder="other")).fetch(FOSTER)
    assert isinstance(short.value, (IncompleteError, LayoutError, WrongContentError))
    assert desk(statswales=server, folder="other").store.entries() == []


def test_rows_short_of_the_total_are_refused(desk: Desk, server: Server, publisher: Publisher) -> None:
    publisher.total_off_by = 1
    with pytest.raises(IncompleteError, match=r"31 rows .* there are 32"):
        StatsWales(desk(statswales=server)).fetch(FOSTER)


def test_revision_that_changes_meanwhile_is_started_over(
    desk: Desk, server: Server, publisher: Publisher
) -> None:
    changes = iter(["aaaaaaaa-0000-4000-8000-000000000009"])

    def change(asked: Asked) -> None:
        if "/data/" in asked.path:
            publisher.datasets[FOSTER].metadata["published_revision"]["id"] = next(
                changes, publisher.datasets[FOSTER].revision
            )

    publisher.before = change
    entry = StatsWales(desk(statswales=server)).fetch(FOSTER)
    assert entry.key.revision == "aaaaaaaa-0000-4000-8000-000000000009"


def test_revision_that_keeps_changing_is_an_error(desk: Desk, server: Server, publisher: Publisher) -> None:
    count = iter(range(100, 999))

    def change(asked: Asked) -> None:
        if "/data/" in asked.path:
            new = f"aaaaaaaa-0000-4000-8000-000000000{next(count)}"
            publisher.datasets[FOSTER].metadata["published_revision"]["id"] = new

    publisher.before = change
    fetcher = desk(statswales=server)
    with pytest.raises(RevisionChangedError):
        StatsWales(fetcher).fetch(FOSTER)
    assert fetcher.store.entries() == []


def test_stale_stored_query_is_noticed(desk: Desk, server: Server, publisher: Publisher) -> None:
    stale = {**fixture_json("statswales/v2_query.json"), "revisionId": "an-old-one"}
    server.fail(*[json_answer(stale)] * 9, path="/query/")
    with pytest.raises(RevisionChangedError, match="another revision"):
        StatsWales(desk(statswales=server)).fetch(FOSTER)


def test_v1_takes_over_where_v2_fails(desk: Desk, server: Server, publisher: Publisher) -> None:
    publisher.v2_works = False
    fetcher = desk(statswales=server)
    entry = StatsWales(fetcher).fetch(FOSTER)
    assert fetcher.store.read(entry) == fixture("statswales/v1_download_raw_extended.csv")
    assert entry.rows == 31  # its total comes from the view
    assert f"/v1/{FOSTER}/download/csv" in server.paths()


def test_error_under_status_200_is_an_error(desk: Desk, server: Server, publisher: Publisher) -> None:
    publisher.v2_works = False
    server.fail(json_answer(fixture_json("statswales/v1_view_error_http200.json")), path="/view")
    with pytest.raises(RefusedError, match="Page size must be between 5 and 10000") as refused:
        StatsWales(desk(statswales=server)).fetch(FOSTER)
    assert refused.value.status == 400


def test_pinned_revision_is_there_for_ever(desk: Desk, server: Server, publisher: Publisher) -> None:
    fetcher = desk(statswales=server)
    first = StatsWales(fetcher).fetch(FOSTER)
    publisher.datasets[FOSTER].metadata["published_revision"]["id"] = "aaaaaaaa-0000-4000-8000-000000000002"
    publisher.datasets[FOSTER].csv = publisher.datasets[FOSTER].csv.replace(b"385,385", b"390,390")
    second = StatsWales(fetcher).fetch(FOSTER)
    assert second.sha256 != first.sha256
    again = StatsWales(fetcher).fetch(FOSTER, revision=first.key.revision)
    assert again == first
    with pytest.raises(RevisionChangedError, match="only the newest"):
        StatsWales(fetcher).fetch(FOSTER, revision="never-seen")


def test_offline_opens_no_socket(desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    StatsWales(desk(statswales=server)).fetch(FOSTER)
    asked = len(server.asked)
    offline = desk(statswales=server, offline=True)

    def opened(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", opened)
    monkeypatch.setattr("socket.getaddrinfo", opened)
    cube, _ = StatsWales(offline).cube(FOSTER)
    assert len(cube.frame) == 31
    with pytest.raises(OfflineError, match="foster placements"):
        StatsWales(offline).fetch(RATES)
    with pytest.raises(OfflineError):
        StatsWales(offline).catalogue()
    assert len(server.asked) == asked


def test_welsh_labels_are_another_answer(desk: Desk, server: Server, publisher: Publisher) -> None:
    fetcher = desk(statswales=server)
    StatsWales(fetcher).fetch(FOSTER)
    publisher.datasets[FOSTER].csv = fixture("statswales/v2_data_default_cy.csv")
    cube, _ = StatsWales(fetcher, lang="cy").cube(FOSTER)
    assert cube.lang == "cy"
    frame = cube.by_area()
    assert len(frame) == 31 and set(frame["area_code"]) <= {"W92000004", *areas.register()["area_code"]}
    assert len(fetcher.store.entries()) == 2
    with pytest.raises(ValueError, match="'en', 'cy'"):
        StatsWales(fetcher, lang="fr")  # type: ignore[arg-type]


@pytest.mark.parametrize("one", fixture_json("statswales/errors.json"), ids=lambda one: str(one["status"]))
def test_every_recorded_error_becomes_ours(one: dict[str, object], desk: Desk, server: Server) -> None:
    body = one["body"]
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = {"Retry-After": "60"} if one["status"] == 429 else {}
    answer = Answer(int(str(one["status"])), raw, str(one["content_type"]), headers)
    server.fail(*[answer] * 30)
    with pytest.raises(SourceError) as raised:
        StatsWales(desk(statswales=server)).catalogue()
    expected = {404: UnknownDatasetError, 429: BusyError, 400: RefusedError, 405: RefusedError}
    assert isinstance(raised.value, expected.get(int(str(one["status"])), SourceError))


# -- files of the old site --------------------------------------------------------------------------


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_csv", ".csv"), content)
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "zip", "odata"])
def test_legacy_files(form: str, tmp_path: Path) -> None:
    csv = fixture("statswales/legacy_zip_csv.csv")
    content = {
        "csv": csv,
        "zip": zipped(metadata_csv=b"Key,Value\n", CARE0000_csv=csv),
        "odata": fixture("statswales/legacy_odata_page.json"),
    }[form]
    path = tmp_path / "saved"
    path.write_bytes(content)
    frame = read_legacy(path).by_area()
    assert frame[["area_code", "year", "value"]].to_numpy().tolist() == [["W06000001", 2019, 109]]


def test_legacy_rows_that_differ_only_by_row_key_are_one() -> None:
    page = fixture_json("statswales/legacy_odata_page.json")
    page["value"].append({**page["value"][0], "RowKey": "0000000000000002"})
    assert len(read_legacy_bytes(json.dumps(page).encode(), "x").frame) == 1


@pytest.mark.parametrize(
    ("cell", "status", "codes"),
    [
        ("*", "suppressed", "*"),
        ("..", "not_available", ".."),
        (".", "not_applicable", "."),
        ("109 (r)", "revised", "r"),
    ],
)
def test_legacy_marks(cell: str, status: str, codes: str) -> None:
    changed = fixture("statswales/legacy_zip_csv.csv").replace(b"\n109,", f"\n{cell},".encode())
    row = read_legacy_bytes(changed, "x").frame.iloc[0]
    assert (row["status"], row["codes"]) == (status, codes)


def test_web_page_saved_as_zip_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongContentError, match="web page"):
        read_legacy_bytes(b"<!DOCTYPE html><html></html>", "CARE0022.zip")
    with pytest.raises(WrongContentError, match="damaged zip"):
        read_legacy_bytes(zipped(a_csv=b"Data_DEC\n1")[:40], "CARE0022.zip")
    with pytest.raises(LayoutError, match="column 'Data'"):
        read_legacy_bytes(zipped(a_csv=b"Key\n1"), "CARE0022.zip")


@given(st.binary(max_size=120) | st.binary(max_size=80).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_legacy_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(SourceError):
        read_legacy_bytes(content, "x")
