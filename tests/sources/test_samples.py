"""Every recorded body of a publisher is read by the project's own readers, and none is left out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

import carerates as cr
from carerates import areas
from carerates.errors import AreaError
from carerates.sources.delimited import read_table
from carerates.sources.deprivation import read_file_11, read_wimd_profiles
from carerates.sources.deprivation.welsh import read_child_index
from carerates.sources.england import (
    EducationApi,
    EducationReleases,
    read_lait,
    read_looked_after,
    read_mid_year,
)
from carerates.sources.england.answers import query_table, refuse_warnings
from carerates.sources.failures import ContentError, LayoutError, NotFoundError, RefusedError
from carerates.sources.geography import OpenGeography
from carerates.sources.geography_answers import exceeded, read_lookup, read_outline, read_page, refuse_error
from carerates.sources.nomis import read_answer
from carerates.sources.nomis_tables import read_codelist, read_datasets, read_lone_parents, read_population
from carerates.sources.statswales import StatsWales, read_cube, read_pivot
from carerates.sources.statswales.cubes import area_code, read_cube_json
from carerates.sources.statswales.legacy import read_legacy_bytes
from carerates.sources.transport import describe_refusal
from tests.sources.fixture_files import FIXTURES, fixture, fixture_json

FOSTER = "3f96db5b-618c-4268-b239-224c8f957dee"
FIELDS = ("CTYUA23CD", "CTYUA23NM", "CTYUA23NMW")


@dataclass
class Told:
    """A fetcher that answers with recorded bodies, by path."""

    bodies: dict[str, object]
    sent: list[object] = field(default_factory=list)
    offline: bool = False

    def json(self, service: str, path: str, **request: Any) -> object:
        self.sent.append(request.get("body"))
        return self.bodies.get(path, self.bodies.get("*"))


def statswales(**bodies: str) -> tuple[StatsWales, Told]:
    """A client of StatsWales that is told recorded bodies."""
    told = Told({path: fixture_json(f"statswales/{name}") for path, name in bodies.items()})
    return StatsWales(told), told  # type: ignore[arg-type]


def api(name: str) -> EducationApi:
    return EducationApi(Told({"*": fixture_json(f"ees_api/{name}")}))  # type: ignore[arg-type]


def catalogue(name: str) -> int:
    return len(statswales(**{"v2/": name})[0].catalogue())


def topics(name: str) -> int:
    number = {"v2_topic_root.json": 0, "v2_topic_40_branch.json": 40, "v2_topic_43_leaf.json": 43}[name]
    bodies = {
        f"v2/topic/{one}": file for one, file in ((0, "v2_topic_root.json"), (40, "v2_topic_40_branch.json"))
    }
    client, _ = statswales(**bodies, **{"v2/topic/43": "v2_topic_43_leaf.json"})
    return len(client.topic(number))


def filters(name: str) -> int:
    client, _ = statswales(**{f"v2/{FOSTER}/filters": name})
    table = client.filters(FOSTER)
    area = table[table["column"] == "AreaCode"]
    assert set(area["parent"]) == {"", "596"} and area["code"].is_unique
    assert {area_code(*pair) for pair in zip(area["label"], area["code"], strict=True)} == {
        "W92000004",
        *(code for code in areas.register()["area_code"] if code.startswith("W06")),
    }
    assert table["rows"].groupby(table["column"]).sum().nunique() == 1  # every dimension counts every row
    return len(table)


def stored_query(name: str) -> int:
    """The round trip of a stored query: what is sent, the id that comes back, its revision and row total."""
    client, told = statswales(
        **{
            f"v2/{FOSTER}": "v2_dataset_metadata.json",
            f"v2/{FOSTER}/data": "v2_post_data_response.json",
            f"v2/{FOSTER}/query/29pv0bd14u33": "v2_query.json",
        }
    )
    about = client.dataset(FOSTER)
    wanted = fixture_json("statswales/v2_post_data_request.json")
    chosen = {column: codes for one in wanted["filters"] for column, codes in one.items()}
    stored, total = client._stored_query(about, chosen)
    assert stored == "29pv0bd14u33" and wanted in told.sent
    return total


def metadata(name: str) -> int:
    about = statswales(**{f"v2/{FOSTER}": name})[0].dataset(FOSTER)
    assert about.rounded is True and about.coverage_end == "2024-03-31"
    return 1


def history(name: str) -> int:
    found = statswales(**{f"v1/{FOSTER}/history": name})[0].history(FOSTER)
    assert found.iloc[0][["index", "previous"]].tolist() == [1, ""]
    assert found["title"].item().startswith("Children looked after in foster placements")
    return len(found)


def pivot(name: str) -> int:
    found = read_pivot(fixture(f"statswales/{name}"))
    cube = read_cube(fixture("statswales/v2_data_raw_extended.csv"))
    rows = cube.frame[cube.frame["measure"] == "Inside local authority in Wales"]
    expected = {
        (row["Local Authority"], row[cube.year_dimension()]): row["value"] for _, row in rows.iterrows()
    }
    for row in found.itertuples():
        label = (row[1], row.across)
        assert (label in expected and expected[label] == row.value) or row.status == "not_available"
    assert set(found.loc[found["value"].isna(), "status"]) == {"not_available"}
    return len(found)


def refused_by_statswales(name: str) -> int:
    with pytest.raises(RefusedError, match="Page size must be between"):
        statswales(**{f"v1/{FOSTER}/view": name})[0]._ask(f"v1/{FOSTER}/view")
    return 0


def errors_of_statswales(name: str) -> int:
    for one in fixture_json(f"statswales/{name}"):
        body = one["body"]
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        said = describe_refusal(raw)
        # a web page says nothing, and an unknown language gives an empty list with status 200
        assert said or isinstance(body, str) or one["status"] == 200, one
    return len(fixture_json(f"statswales/{name}"))


def welsh_authorities(name: str) -> int:
    rows = list(csv.DictReader(io.StringIO(fixture(f"statswales/{name}").decode())))
    for row in rows:
        values = list(row.values())
        assert area_code(values[2], values[1]) == values[0]
    return len(rows)


def old_rates(name: str) -> int:
    rows = list(csv.reader(io.StringIO(fixture(f"statswales/{name}").decode())))[1:]
    frame = read_cube(fixture("statswales/v2_rates_raw_extended.csv")).by_area()
    known = frame[frame["value"].notna()].set_index(["area_code", "year"])["value"].to_dict()
    assert {(row[0], int(row[2])): float(row[3]) for row in rows} == known
    return len(rows)


def cube(reader: Callable[[bytes], Any] = read_cube) -> Callable[[str], int]:
    return lambda name: len(reader(fixture(f"statswales/{name}")).by_area())


def legacy(name: str) -> int:
    return len(read_legacy_bytes(fixture(f"statswales/{name}"), name).by_area())


# -- England ----------------------------------------------------------------------------------------


def pages_of_local_authorities(name: str) -> int:
    rows = fixture_json(f"ees_api/{name}")["results"]
    return len(query_table(rows, fixture_json("ees_api/meta-la-level.json")))


def page_of_the_nation(name: str) -> int:
    rows = fixture_json(f"ees_api/{name}")["results"]
    return len(query_table(rows, fixture_json("ees_api/meta-national-time-series.json")))


def meaning(name: str) -> int:
    meta = fixture_json(f"ees_api/{name}")
    table = query_table([], meta)
    assert {one["column"] for one in meta["indicators"]} <= set(table.columns)
    return len(meta["locations"])


def warnings_of_a_query(name: str) -> int:
    with pytest.raises(NotFoundError, match="NotFound"):
        refuse_warnings(fixture_json(f"ees_api/{name}"), "x")
    return 0


def request_of_local_authorities(name: str) -> int:
    """The recorded request is in the form the client sends: criteria, indicators, page and size."""
    body = fixture_json(f"ees_api/{name}")
    assert {"criteria", "indicators", "page", "pageSize"} <= set(body)
    operators = {"eq", "in", "gte", "not", "and", "locations", "filters", "geographicLevels", "timePeriods"}
    return len(operators & set(json.dumps(body).replace('"', " ").split()))


def refused_by_the_department(name: str) -> int:
    assert describe_refusal(fixture(f"ees_api/{name}"))
    return 0


def releases(name: str) -> int:
    told = EducationReleases(Told({"*": fixture_json(f"ees_content/{name}")}))  # type: ignore[arg-type]
    found = told.latest() if "list" in name else told.release("2025")
    assert all(one.id and one.file_id and one.levels and one.rows for one in found)
    return len(found)


def england(reader: Callable[[bytes], pd.DataFrame]) -> Callable[[str], int]:
    return lambda name: len(reader(fixture(f"england/{name}")))


def lait_with_rates(name: str) -> int:
    rows = list(csv.DictReader(io.StringIO(fixture(f"england/{name}").decode())))
    for row in rows:
        assert areas.find(row["dfe_la_code"]).level == "local_authority"
    return len(rows)


# -- deprivation ------------------------------------------------------------------------------------


def file_7_columns(name: str) -> int:
    from tests.sources.test_summaries import file_7

    rows = csv.reader(io.StringIO(fixture(f"deprivation/{name}").decode()))
    editions = [row[0] for row in rows][1:]
    for edition in sorted({int(one) for one in editions}):
        header = read_table(file_7(edition), "x").columns
        assert len(header) == editions.count(str(edition))
    return len(editions)


def file_11(index: str) -> Callable[[str], int]:
    return lambda name: len(read_file_11(fixture(f"deprivation/{name}"), 2019, index=index))


def header_of_2025(name: str) -> int:
    header = fixture(f"deprivation/{name}").decode().strip("\r\n\ufeff")
    row = "E06000001,Hartlepool,23480.37,20,0.283,8,0.431,3"
    return len(read_file_11(f"{header}\n{row}\n".encode(), 2025))


def profiles(name: str) -> int:
    return len(read_wimd_profiles(read_cube(fixture(f"deprivation/{name}"))))


def small_areas(name: str) -> int:
    from tests.sources.test_summaries import ranks_of

    return len(ranks_of(2011)) + len(ranks_of(2019))


# -- Office for National Statistics -----------------------------------------------------------------


def nomis_table(name: str) -> pd.DataFrame:
    return read_answer(fixture(f"nomis/{name}"), name)


def population(name: str) -> int:
    found = read_population(nomis_table(name), name)
    assert found["population"].tolist() == [8012]  # Rutland, as published
    return len(found)


def abolished(name: str) -> int:
    with pytest.raises((ContentError, LayoutError), match=r"Cumbria|age codes"):
        read_population(nomis_table(name), name)
    return 0


def households(census: int) -> Callable[[str], int]:
    return lambda name: len(read_lone_parents(nomis_table(name), census))


def empty_body(name: str) -> int:
    with pytest.raises(NotFoundError, match="empty body"):
        nomis_table(name)
    return 0


def no_dataset(name: str) -> int:
    with pytest.raises(NotFoundError, match="no dataset"):
        read_datasets(fixture_json(f"nomis/{name}"), "x")
    return 0


def geography_types(name: str) -> int:
    found = read_codelist(fixture_json(f"nomis/{name}"))
    assert "county / unitary" in found["TYPE423"]
    return len(found)


def outlines(name: str) -> int:
    page = read_page(fixture(f"geography/{name}"), name)
    assert exceeded(page) is ("page1" in name)
    return len([read_outline(one, *FIELDS) for one in page["features"]])


def real_outlines(name: str) -> int:
    return len(cr.load_boundaries(source=FIXTURES / "geography" / name))


def refused_by_geography(name: str) -> int:
    with pytest.raises(RefusedError):
        refuse_error(fixture_json(f"geography/{name}"), name)
    return 0


def layer(name: str) -> int:
    told = Told({"*": fixture_json(f"geography/{name}")})
    found = OpenGeography(told)._layer("x")  # type: ignore[arg-type]
    assert (found.identifier, found.page) == ("FID", 2000)
    assert found.field(r"CTYUA\d\dCD") == "CTYUA23CD"
    return len(found.fields)


def districts(name: str) -> int:
    rows = [one["attributes"] for one in fixture_json(f"geography/{name}")["features"]]
    return len(read_lookup(rows, "LTLA23CD", "UTLA23CD"))


def counted(name: str) -> int:
    body = fixture_json(f"geography/{name}")
    return int(body["count"]) if "count" in body else len(body["objectIds"])


# -- codes ------------------------------------------------------------------------------------------


def register(name: str) -> int:
    rows = list(csv.DictReader(io.StringIO(fixture(f"codes/{name}").decode())))
    for row in rows:
        found = areas.find(row["gss_code"])
        assert found.nation == row["nation"], row
        # the three-digit code leads to the same area, unless it was handed on when areas split or merged
        if row["dfe_code"] and not row["operative_to"]:
            assert areas.find(row["dfe_code"]).code == found.code, row
        if not row["operative_to"]:
            assert areas.find(row["name"]).code == found.code, row
    return len(rows)


def changes(name: str) -> int:
    rows = list(csv.DictReader(io.StringIO(fixture(f"codes/{name}").decode())))
    for row in rows:
        if not row["old_gss"].startswith(("E", "W")):
            with pytest.raises(AreaError):  # Scotland and Northern Ireland are not held
                areas.find(row["old_gss"])
            continue
        old, new = areas.find(row["old_gss"]), areas.find(row["new_gss"])
        same = old.code == new.code
        # a recode leads to the new code; where the series breaks, the areas stay apart
        assert same == (row["breaks_series"] == "no"), row
    return len(rows)


Sample = tuple[str, Callable[[str], int], int]
SAMPLES: tuple[Sample, ...] = (
    ("statswales/errors.json", errors_of_statswales, 23),
    ("statswales/legacy_odata_page.json", legacy, 1),
    ("statswales/legacy_zip_csv.csv", legacy, 1),
    ("statswales/local_authorities.csv", welsh_authorities, 23),
    ("statswales/rates_legacy_2003_2020.csv", old_rates, 318),
    ("statswales/v1_download_default.csv", cube(), 31),
    ("statswales/v1_download_raw_extended.csv", cube(), 31),
    ("statswales/v1_history.json", history, 1),
    ("statswales/v1_view_error_http200.json", refused_by_statswales, 0),
    ("statswales/v1_view_page1.json", cube(read_cube_json), 5),
    ("statswales/v2_data_default.csv", cube(), 31),
    ("statswales/v2_data_default_cy.csv", cube(), 31),
    ("statswales/v2_data_filtered_raw_extended.csv", cube(), 3),
    ("statswales/v2_data_filtered_raw_extended.json", cube(read_cube_json), 3),
    ("statswales/v2_data_formatted.csv", cube(), 31),
    ("statswales/v2_data_frontend_page1.json", cube(read_cube_json), 5),
    ("statswales/v2_data_json_page1.json", cube(read_cube_json), 5),
    ("statswales/v2_data_raw_extended.csv", cube(), 31),
    ("statswales/v2_data_with_note_codes.csv", cube(), 31),
    ("statswales/v2_dataset_metadata.json", metadata, 1),
    ("statswales/v2_filters_cy.json", filters, 27),
    ("statswales/v2_filters_en.json", filters, 27),
    ("statswales/v2_list.json", catalogue, 2),
    ("statswales/v2_pivot.json", pivot, 46),
    ("statswales/v2_post_data_request.json", stored_query, 3),
    ("statswales/v2_post_data_response.json", stored_query, 3),
    ("statswales/v2_query.json", stored_query, 3),
    ("statswales/v2_rates_json_page1.json", cube(read_cube_json), 3),
    ("statswales/v2_rates_raw_extended.csv", cube(), 319),
    ("statswales/v2_search_basic.json", catalogue, 2),
    ("statswales/v2_search_fts.json", catalogue, 1),
    ("statswales/v2_topic_40_branch.json", topics, 2),
    ("statswales/v2_topic_43_leaf.json", topics, 2),
    ("statswales/v2_topic_root.json", topics, 2),
    ("ees_api/data-set-summary.json", lambda name: len(api(name).current_file(FOSTER)), 2),
    ("ees_api/data-set-versions.json", lambda name: len(api(name).versions(FOSTER)), 1),
    ("ees_api/error-400-indicators-not-found.json", refused_by_the_department, 0),
    ("ees_api/error-400-unknown-query-parameter.json", refused_by_the_department, 0),
    ("ees_api/error-400-validation.json", refused_by_the_department, 0),
    ("ees_api/error-403.json", refused_by_the_department, 0),
    ("ees_api/error-404.json", refused_by_the_department, 0),
    ("ees_api/meta-la-level.json", meaning, 3),
    ("ees_api/meta-national-time-series.json", meaning, 1),
    ("ees_api/publication-data-sets.json", lambda name: len(api(name).data_sets(FOSTER)), 1),
    ("ees_api/publications-list.json", lambda name: len(api(name).publications("looked")), 1),
    ("ees_api/query-request-la-post.json", request_of_local_authorities, 9),
    ("ees_api/query-response-la-page1.json", pages_of_local_authorities, 4),
    ("ees_api/query-response-la-page2.json", pages_of_local_authorities, 2),
    ("ees_api/query-response-national-2025.json", page_of_the_nation, 5),
    ("ees_api/query-response-no-results-with-warnings.json", warnings_of_a_query, 0),
    ("ees_api/version-changes.json", lambda name: len(api(name).recodes(FOSTER, "2.0")), 1),
    ("ees_content/data-set-files-list.json", releases, 2),
    ("ees_content/release-data-content.json", releases, 2),
    ("england/children_0_17_mid_year.csv", england(read_mid_year), 16),
    ("england/cla_rates_release_2023.csv", england(read_looked_after), 67),
    ("england/cla_rates_release_2025.csv", england(read_looked_after), 86),
    ("england/lait_bds_long.csv", england(read_lait), 80),
    ("england/lait_counts_and_rates_2016_2025.csv", lait_with_rates, 1513),
    ("england/looked_after_31_march_release_2023.csv", england(read_looked_after), 780),
    ("england/looked_after_31_march_release_2025.csv", england(read_looked_after), 775),
    ("deprivation/iod-file7-columns.csv", file_7_columns, 170),
    ("deprivation/iod2019-file11-idaci.csv", file_11("idaci"), 151),
    ("deprivation/iod2019-file11-imd.csv", file_11("imd"), 151),
    ("deprivation/iod2025-file11-idaci-header-only.csv", header_of_2025, 1),
    ("deprivation/wimd2025_la_profile_shape.csv", profiles, 2),
    ("deprivation/wimd2025_psb_profile_sample.csv", profiles, 2),
    (
        "deprivation/wimd_child_index_la_legacy.csv",
        lambda name: len(read_child_index(fixture(f"deprivation/{name}"))),
        22,
    ),
    ("deprivation/wimd_ranks_of_small_areas.csv", small_areas, 3805),
    ("nomis/codelist-geography-type.def.sdmx.json", geography_types, 5),
    ("nomis/dataset-search-none.def.sdmx.json", no_dataset, 0),
    ("nomis/nm_2002_1-abolished-geography-blank-and-zero.csv", abolished, 0),
    ("nomis/nm_2002_1-mye-sya-rutland-2024.csv", population, 1),
    ("nomis/nm_2023_1-ts003-countries.csv", households(2021), 3),
    ("nomis/nm_605_1-ks105ew-shape.csv", households(2011), 1),
    ("nomis/no-data-empty-body.csv", empty_body, 0),
    ("geography/count-only.json", counted, 3),
    ("geography/ctyua23-buc-page1.geojson", outlines, 2),
    ("geography/ctyua23-buc-page2.geojson", outlines, 1),
    ("geography/error-http-200-invalid-service.json", refused_by_geography, 0),
    ("geography/error-http-200.json", refused_by_geography, 0),
    ("geography/ids-only.json", counted, 3),
    ("geography/layer-metadata.json", layer, 9),
    ("geography/lookup-ltla23-utla23.json", districts, 3),
    ("geography/upper_tier_cut.geojson", real_outlines, 4),
    ("codes/upper-tier-la-changes.csv", changes, 32),
    ("codes/upper-tier-la-register.csv", register, 196),
)
"""Every recorded body, what reads it, and how many rows (or values) that gives."""


@pytest.mark.parametrize(("path", "read", "rows"), SAMPLES, ids=[one[0] for one in SAMPLES])
def test_recorded_body_is_read(path: str, read: Callable[[str], int], rows: int) -> None:
    assert read(path.split("/", 1)[1]) == rows


def test_no_recorded_body_is_left_out() -> None:
    folders = {path.split("/")[0] for path, _, _ in SAMPLES}
    there = {str(path.relative_to(FIXTURES)) for folder in folders for path in (FIXTURES / folder).iterdir()}
    assert there == {path for path, _, _ in SAMPLES}
    assert len(SAMPLES) == len(there)
