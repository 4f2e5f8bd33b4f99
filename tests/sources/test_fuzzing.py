"""Whatever a publisher sends, a reader gives every row and status, or an error of carerates' own."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carerates.errors import CareratesError, SourceError
from carerates.sources.delimited import read_rows, tidy_name
from carerates.sources.deprivation import (
    read_file_7,
    read_file_11,
    read_low_income,
    read_wimd_profiles,
    read_wimd_ranks,
)
from carerates.sources.deprivation.districts import upper_tier
from carerates.sources.deprivation.english import SMALL_AREAS
from carerates.sources.deprivation.welsh import SMALL_AREAS as WELSH_SMALL_AREAS
from carerates.sources.deprivation.welsh import read_child_index
from carerates.sources.england import EducationApi, EducationReleases, read_lait, read_mid_year
from carerates.sources.england.files import read_underlying
from carerates.sources.geography import OpenGeography
from carerates.sources.geography_answers import read_lookup
from carerates.sources.nomis import read_answer
from carerates.sources.nomis_tables import read_codelist, read_datasets, read_lone_parents, read_population
from carerates.sources.settings import source_settings
from carerates.sources.statswales import StatsWales, read_cube, read_pivot
from carerates.sources.statswales.legacy import read_legacy_bytes
from carerates.sources.statswales.totals import total_counts
from carerates.tables import STATUSES
from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.test_deprivation import STAT_XPLORE
from tests.sources.test_samples import FOSTER, Told
from tests.sources.test_summaries import SIZE, file_7, file_7_of_2010
from tests.sources.test_totals import table

quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CELLS = [
    "",
    "0",
    "-1",
    "c",
    "x",
    "1,234",
    "12.5",
    "1e400",
    "Total",
    "2023-24",
    "W06000015",
    "Ynys Môn",
    '"',
    "\x00",
]


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """A CSV with some cells, rows or columns changed, dropped or doubled."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    for _ in range(draw(st.integers(1, 4))):
        what = draw(
            st.sampled_from(["cell", "cell", "cell", "drop row", "double row", "drop column", "header"])
        )
        row = draw(st.integers(1, len(rows) - 1)) if len(rows) > 1 else 0
        column = draw(st.integers(0, len(rows[0]) - 1)) if rows[0] else 0
        if what == "cell" and rows[row]:
            rows[row][min(column, len(rows[row]) - 1)] = draw(st.sampled_from(CELLS) | st.text(max_size=6))
        elif what == "drop row" and len(rows) > 2:
            del rows[row]
        elif what == "double row":
            rows.insert(row, list(rows[row]))
        elif what == "drop column" and len(rows[0]) > 1:
            for one in rows:
                del one[column : column + 1]
        elif what == "header" and rows[0]:
            rows[0][column] = draw(st.sampled_from([*CELLS, *rows[0]]))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


@quick
@given(damaged(fixture("deprivation/wimd2025_la_profile_shape.csv")))
def test_profiles(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        found = read_wimd_profiles(read_cube(body))
        header, rows = read_rows(body, "x")
        place, what = header.index("Domain"), header.index("Data description")
        name, code = header.index("Area name"), header.index("Area code")
        kept = {(row[code], row[name], row[place]) for row in rows if row[what].casefold() == "number"}
        assert len(found) == len(kept)  # no area or domain is lost
        assert found.filter(like="share").notna().all(axis=None)


@quick
@given(damaged(table(total="Everyone")) | damaged(table(parents=True)))
def test_totals(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        frame, steps = total_counts(read_cube(body, counted="rounded_to_5"), "x")
        assert not frame.duplicated(["area_code", "year"]).any() and steps
        assert set(frame["status"]) <= set(STATUSES)
        # a row without a figure always says why
        assert not (frame["value"].isna() & (frame["status"] == "rounded_to_5")).any()


@quick
@given(st.data())
def test_small_areas(data: st.DataObject) -> None:
    edition = data.draw(st.sampled_from([2010, 2019, 2025]))
    whole = file_7_of_2010() if edition == 2010 else file_7(edition)
    lines = whole.split(b"\n")[:12]
    body = data.draw(damaged(b"\n".join(lines)))
    with contextlib.suppress(SourceError):
        found = read_file_7(body, edition)
        assert len(found) == len(read_rows(body, "x")[1])
        assert found["imd_rank"].between(1, SMALL_AREAS[edition]).all()
    assert SIZE


@quick
@given(st.data())
def test_summaries_and_ranks(data: st.DataObject) -> None:
    body = data.draw(damaged(b"\n".join(fixture("deprivation/iod2019-file11-idaci.csv").split(b"\n")[:8])))
    with contextlib.suppress(SourceError):
        assert len(read_file_11(body, 2019)) == len(read_rows(body, "x")[1])
    lines = ["LSOA code,Local Authority name (Eng),WIMD 2019,Income"]
    lines += [f"W01{n:06d},Cardiff,{n},{6 - n}" for n in range(1, 6)]
    ranks = data.draw(damaged("\n".join(lines).encode()))
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setitem(WELSH_SMALL_AREAS, 2019, 5)
        with contextlib.suppress(SourceError):
            assert len(read_wimd_ranks(ranks, 2019)) == 5


UNDERLYING = b"""geog_l,geog_c,geog_n,New_geog_code,CLA_Mar2013,CLA_Mar2014
NATIONAL,970,England,E92000001,68060,68840
LA,370,Barnsley,E08000016,230,x
LA,420,Isles of Scilly,E06000053,.,..
"""
OLD_SITE = b"""Data_DEC,Area_Code_STR,Area_ItemName_ENG_STR,Area_AltCode1,Year_ItemName_ENG_STR,NoteCodes
109,512,Isle of Anglesey,W06000001,2018-19,
*,552,Cardiff,W06000015,2018-19,
98,552,Cardiff,W06000015,2017-18,r
"""
LAIT_ROWS = b"\n".join(fixture("england/lait_bds_long.csv").split(b"\n")[:10])


@quick
@given(damaged(fixture("deprivation/wimd_child_index_la_legacy.csv")), damaged(UNDERLYING))
def test_files_with_a_row_for_each_area(index: bytes, underlying: bytes) -> None:
    with contextlib.suppress(CareratesError):
        assert len(read_child_index(index)) == len(read_rows(index, "x")[1])
    with contextlib.suppress(CareratesError):
        header, rows = read_rows(underlying, "x")
        counts = [name for name in header if name.casefold().startswith("cla_mar")]
        assert len(read_underlying(underlying)) == len(rows) * len(counts)


@quick
@given(damaged(fixture("england/children_0_17_mid_year.csv")))
def test_populations_of_the_department(body: bytes) -> None:
    with contextlib.suppress(CareratesError):
        found = read_mid_year(body)
        header, rows = read_rows(body, "x")
        level = [tidy_name(name) for name in header].index("geographic_level")
        assert len(found) == sum(row[level].casefold() == "local authority" for row in rows)


@quick
@given(damaged(LAIT_ROWS))
def test_rows_of_lait(body: bytes) -> None:
    with contextlib.suppress(CareratesError):
        found = read_lait(body)
        header, rows = read_rows(body, "x")
        names = [tidy_name(name) for name in header]
        year, number, item = (names.index(name) for name in ("Years", "LA Number", "Short Desc"))
        assert len(found) == len({(row[year], row[number]) for row in rows if row[item] in ("LAC", "LACnum")})


@quick
@given(damaged(OLD_SITE))
def test_tables_of_the_old_site(body: bytes) -> None:
    with contextlib.suppress(CareratesError):
        # rows that are alike in every cell are one
        assert len(read_legacy_bytes(body, "x").by_area()) == len({*map(tuple, read_rows(body, "x")[1])})


@quick
@given(damaged(STAT_XPLORE.encode()))
def test_saved_tables_of_low_income(body: bytes) -> None:
    with contextlib.suppress(CareratesError):
        found = read_low_income(body)
        rows = list(csv.reader(io.StringIO(body.decode("utf-8", "surrogatepass"))))
        figures = sum(bool(re.fullmatch(r"[\d,]+", cell)) for row in rows for cell in row[1:3])
        totals = sum(row[0].startswith("Total") for row in rows for cell in row[1:3])
        assert (
            found["children"].notna().sum() >= figures - totals - 2
        )  # a year of the header may look like one


@quick
@given(
    damaged(fixture("nomis/nm_2002_1-mye-sya-rutland-2024.csv")),
    damaged(fixture("nomis/nm_605_1-ks105ew-shape.csv")),
)
def test_tables_of_nomis(people: bytes, homes: bytes) -> None:
    with contextlib.suppress(SourceError):
        found = read_population(read_answer(people, "x"), "x")
        assert (found["population"] > 0).all()
    with contextlib.suppress(SourceError):
        found = read_lone_parents(read_answer(homes, "x"), 2011)
        assert found.notna().all(axis=None)


names = st.sampled_from(
    [
        *("data", "count", "children", "datasets", "id", "title", "published_revision", "metadata", "values"),
        *("reference", "description", "factTableColumn", "columnName", "filterId", "totalLines", "pivot"),
        *("results", "paging", "totalPages", "totalResults", "dataSets", "meta", "fileId", "dataSetFileId"),
        *(
            "latestVersion",
            "file",
            "version",
            "majorChanges",
            "locationOptions",
            "options",
            "level",
            "release",
        ),
        *("services", "name", "fields", "objectIdField", "editingInfo", "structure", "codelists", "codelist"),
        *("code", "value", "keyfamilies", "keyfamily", "LTLA23CD", "UTLA23CD", "attributes", "replaced_by"),
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.text(max_size=4) | st.just("E06000001"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=14,
)
QUESTIONS: dict[str, Callable[[Any], object]] = {
    "catalogue": lambda told: StatsWales(told).catalogue(),
    "topic": lambda told: StatsWales(told).topic(40),
    "search": lambda told: StatsWales(told).find(("looked", "after")),
    "dataset": lambda told: StatsWales(told).dataset(FOSTER),
    "filters": lambda told: StatsWales(told).filters(FOSTER),
    "history": lambda told: StatsWales(told).history(FOSTER),
    "releases": lambda told: EducationReleases(told).latest(),
    "release": lambda told: EducationReleases(told).release("2025"),
    "publications": lambda told: EducationApi(told).publications("looked"),
    "data sets": lambda told: EducationApi(told).data_sets(FOSTER),
    "versions": lambda told: EducationApi(told).versions(FOSTER),
    "current file": lambda told: EducationApi(told).current_file(FOSTER),
    "recodes": lambda told: EducationApi(told).recodes(FOSTER, "1.0"),
    "layer": lambda told: OpenGeography(told)._layer("x"),
    "services": lambda told: OpenGeography(told).newest(re.compile("x(1)")),
}


@pytest.mark.parametrize("question", list(QUESTIONS))
@settings(max_examples=15, deadline=None)
@given(value=json_values)
def test_answers_that_steer_a_fetch(question: str, value: object) -> None:
    # the last page of a list must end, whatever it says, so a list gets nothing on its second page
    told = Told({"*": value})
    with contextlib.suppress(SourceError):
        QUESTIONS[question](told)


@settings(max_examples=30, deadline=None)
@given(json_values)
def test_other_json(value: object) -> None:
    for reader in (
        lambda: read_codelist(value),
        lambda: read_datasets(value, "x"),
        lambda: read_pivot(json.dumps(value).encode()),
        lambda: read_lookup(value, "LTLA23CD", "UTLA23CD"),  # type: ignore[arg-type]
    ):
        with contextlib.suppress(SourceError):
            reader()


@quick
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["E07000032", "E06000001", "", "x"]),
            st.sampled_from(["E10000007", "E11000001", ""]),
        ),
        max_size=5,
    )
)
def test_lookups(pairs: list[tuple[str, str]]) -> None:
    rows = [{"LTLA23CD": one, "UTLA23CD": other} for one, other in pairs]
    with contextlib.suppress(SourceError):
        found = read_lookup(rows, "LTLA23CD", "UTLA23CD")
        assert set(found["district_code"]) == {one for one, _ in pairs}
        assert not found["upper_tier_code"].str.startswith(("E11", "E13")).any()


@given(st.text(max_size=9) | st.from_regex(r"(E0[6789]|00|E1)[0-9A-Z]{2,7}", fullmatch=True))
def test_districts(code: str) -> None:
    with contextlib.suppress(SourceError):
        assert upper_tier(code).startswith(("E0", "E1"))


@quick
@given(
    st.text(max_size=8).filter(lambda text: "\x00" not in text and text.isprintable()),
    st.sampled_from(["TIMEOUT", "OFFLINE", "CACHE_DIR"]),
)
def test_settings(text: str, name: str) -> None:
    with pytest.MonkeyPatch.context() as environment:
        try:
            environment.setenv(f"CARERATES_{name}", text)
        except (UnicodeEncodeError, ValueError):
            return
        with contextlib.suppress(SourceError):
            settled = source_settings()
            assert 0 < settled.timeout < float("inf") and settled.offline in (True, False)
            assert isinstance(settled.cache_dir, Path)


def test_recorded_pages_survive_every_cut() -> None:
    """A body cut anywhere is an error, never a shorter table."""
    whole = fixture("statswales/v2_pivot.json")
    for end in range(0, len(whole.rstrip()) - 1, 7):
        with pytest.raises(SourceError):
            read_pivot(whole[:end])
    assert len(read_pivot(json.dumps(fixture_json("statswales/v2_pivot.json")).encode())) == 46
