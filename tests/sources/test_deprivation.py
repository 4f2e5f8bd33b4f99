"""Deprivation files of every edition, and summaries of small areas as the publishers compute them."""

from __future__ import annotations

import contextlib
import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates import areas
from carerates.errors import SourceError
from carerates.sources.deprivation import (
    read_file_7,
    read_file_10,
    read_file_11,
    read_low_income,
    read_wimd_profiles,
    read_wimd_ranks,
    summarise,
)
from carerates.sources.deprivation.english import SMALL_AREAS
from carerates.sources.deprivation.summaries import extent_share
from carerates.sources.deprivation.welsh import SMALL_AREAS as WELSH_SMALL_AREAS
from carerates.sources.deprivation.welsh import read_child_index
from carerates.sources.failures import ContentError, LayoutError, WrongContentError
from carerates.sources.statswales import read_cube
from tests.sources.fixture_files import fixture
from tests.sources.test_workbooks import ods, xlsx

FILE_11 = "deprivation/iod2019-file11-idaci.csv"


def as_text(rows: list[list[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


# -- summaries that were published ------------------------------------------------------------------


def test_published_values_of_2019() -> None:
    found = read_file_11(fixture(FILE_11), 2019).set_index("area_name")
    assert len(found) == 151
    assert found.loc["Middlesbrough", "average_rank"] == 25026
    assert found.loc["Middlesbrough", "average_score"] == 0.327
    assert found.loc["Middlesbrough", "rank_of_average_score"] == 1
    assert found.loc["Middlesbrough", "share_most_deprived_10"] == 0.4767
    assert found.loc["Isles of Scilly", "average_score"] == 0.032
    assert found.loc["Barnsley", "area_code"] == areas.find("E08000016").code
    assert found.loc["Barnsley", "published_code"] == "E08000016"
    imd = read_file_11(fixture("deprivation/iod2019-file11-imd.csv"), 2019, index="imd")
    assert len(imd) == 151
    slough = imd[imd["area_name"] == "Slough"].iloc[0]  # printed as E0600003 in this sheet
    assert (slough["area_code"], slough["remark"]) == ("E06000039", "code misprinted; found by name")
    assert {"extent", "rank_of_extent", "local_concentration", "rank_of_local_concentration"} <= set(imd)


def test_workbook_and_csv_agree() -> None:
    rows = list(csv.reader(io.StringIO(fixture(FILE_11).decode())))
    typed = [rows[0], *[[*row[:2], *map(float, row[2:])] for row in rows[1:]]]
    book = xlsx({"Notes": [], "IMD": [["x"]], "IDACI": typed})
    pd.testing.assert_frame_equal(read_file_11(book, 2019), read_file_11(fixture(FILE_11), 2019))
    with pytest.raises(LayoutError, match="no sheet"):
        read_file_11(xlsx({"Notes": typed}), 2019)


def test_headers_of_2015_and_2025() -> None:
    header = fixture("deprivation/iod2025-file11-idaci-header-only.csv").decode().strip("\r\n\ufeff")
    row = "E06000001,Hartlepool,23480.37,20,0.283,8,0.431,3"
    found = read_file_11(f"{header}\n{row}\n".encode(), 2025)
    assert found["average_score"].item() == 0.283
    long_form = header.replace("IDACI - ", "Income Deprivation Affecting Children Index (IDACI) - ")
    older = read_file_11(f"{long_form.replace('(2024)', '(2013)')}\n{row}\n".encode(), 2015)
    assert older.drop(columns="edition").equals(found.drop(columns="edition"))
    district = header.replace("Upper Tier Local", "Local")
    assert read_file_10(f"{district}\nE07000032,Amber Valley,1,1,0.1,1,0.1,1\n".encode(), 2025)[
        "area_code"
    ].tolist() == ["E07000032"]


def test_spaces_in_headers_do_not_matter_but_words_do() -> None:
    body = fixture(FILE_11).decode()
    assert "Proportion  of" in body  # two spaces, as published
    squeezed = body.replace("Proportion  of", "Proportion of")
    assert read_file_11(squeezed.encode(), 2019).equals(read_file_11(body.encode(), 2019))
    with pytest.raises(LayoutError, match="average score"):
        read_file_11(body.replace("Average score", "Mean score").encode(), 2019)
    with pytest.raises(ContentError, match="no numbers"):
        read_file_11(body.replace("23480.37", "n/a").encode(), 2019)
    with pytest.raises(ContentError, match="Hartlepool"):
        read_file_11(body.replace("E06000001", "E06009999").encode(), 2019)


# -- small areas ------------------------------------------------------------------------------------


def file_7(edition: int, areas_in_it: list[tuple[str, str, int, float]]) -> bytes:
    lines = [
        line.split(",", 2) for line in fixture("deprivation/iod-file7-columns.csv").decode().splitlines()
    ]
    header = [name.strip('"') for year, _, name in lines if year == str(edition)]
    places = {name: place for place, name in enumerate(header)}
    rows = []
    for number, (lsoa, district, rank, score) in enumerate(areas_in_it, 1):
        row: list[object] = ["1"] * len(header)
        row[0], row[2], row[3] = lsoa, district, f"District {number}"
        for name, place in places.items():
            if "(IDACI) Rank" in name or "(IMD) Rank" in name:
                row[place] = rank
            elif "(IDACI) Score" in name or "(IMD) Score" in name:
                row[place] = score
            elif name.startswith("Total population"):
                row[place] = 1500
            elif name.startswith("Dependent Children"):
                row[place] = 100 * number
        rows.append(row)
    return as_text([header, *rows])


@pytest.mark.parametrize("edition", [2015, 2019, 2025])
def test_file_7_of_each_edition(edition: int) -> None:
    body = file_7(edition, [("E01000001", "E09000001", 29199, 0.007), ("E01000002", "E09000001", 2, 0.9)])
    found = read_file_7(body, edition)
    assert found["idaci_rank"].tolist() == [29199, 2]
    assert found["imd_score"].tolist() == [0.007, 0.9]
    assert found["children"].tolist() == [100, 200]
    other = {2015: 2025, 2019: 2025, 2025: 2019}[edition]
    with pytest.raises(LayoutError, match="another edition"):
        read_file_7(body, other)


def test_file_7_with_ranks_of_another_edition_or_twice() -> None:
    with pytest.raises(ContentError, match="outside 1 to"):
        read_file_7(file_7(2019, [("E01000001", "E09000001", 33000, 0.1)]), 2019)
    with pytest.raises(LayoutError, match="twice"):
        read_file_7(file_7(2019, [("E01000001", "E09000001", 1, 0.1)] * 2), 2019)
    with pytest.raises(ValueError, match="edition is 2020"):
        read_file_7(b"", 2020)


def test_summary_by_hand() -> None:
    lsoas = pd.DataFrame(
        {
            "la": ["A", "A", "B", "B"],
            "rank": [1, 4, 30, 100],
            "score": [80.0, 60.0, 20.0, 5.0],
            "people": [1000, 3000, 1500, 500],
        }
    )
    found = summarise(lsoas, area="la", rank="rank", score="score", weight="people", total=100)
    one = found.set_index("area_code")
    assert one.loc["A", "average_score"] == (80 * 1000 + 60 * 3000) / 4000
    assert one.loc["A", "average_rank"] == (100 * 1000 + 97 * 3000) / 4000
    assert one.loc["A", "extent"] == 1
    # rank 30 of 100 is in the 30th percentile, of which a twentieth counts
    assert one.loc["B", "extent"] == pytest.approx(0.05 * 1500 / 2000)
    assert one.loc["B", "share_most_deprived_30"] == 0.5
    assert one.loc["B", "share_most_deprived_20"] == 0
    assert one["rank_of_average_score"].tolist() == [1, 2]


def test_extent_falls_from_95_to_5_percent() -> None:
    part = extent_share(np.array([10, 11, 12, 30, 31]), 100)
    assert part == pytest.approx([1, 0.95, 0.95 - 0.9 / 19, 0.05, 0])


@pytest.mark.parametrize(
    ("edition", "cuts"),
    [(2019, {10: 191, 20: 382, 30: 573, 50: 955}), (2025, {10: 192, 20: 383, 30: 575, 50: 959})],
)
def test_group_sizes_of_the_welsh_index(edition: int, cuts: dict[int, int]) -> None:
    # published bounds: 191/382/573/955 in 2019; 191/382/574/958 in 2025, where the publisher rounds down
    total = {2019: 1909, 2025: 1917}[edition]
    lsoas = pd.DataFrame({"la": "Wales", "rank": np.arange(1, total + 1)})
    found = summarise(lsoas, area="la", rank="rank", weight=None).iloc[0]
    published = {2019: cuts, 2025: {10: 191, 20: 382, 30: 574, 50: 958}}[edition]
    for share, bound in published.items():
        assert abs(found[f"share_most_deprived_{share}"] * total - bound) <= 1


def test_split_area_is_rebuilt_from_its_small_areas() -> None:
    body = file_7(
        2019,
        [
            ("E01000001", "E07000026", 100, 0.4),
            ("E01000002", "E07000028", 200, 0.2),
            ("E01000003", "E07000031", 300, 0.1),
        ],
    )
    new = {"E07000026": "E06000063", "E07000028": "E06000063", "E07000031": "E06000064"}
    small = read_file_7(body, 2019).assign(area=lambda frame: frame["district_code"].map(new))
    found = summarise(
        small, area="area", rank="idaci_rank", score="idaci_score", weight="children", total=SMALL_AREAS[2019]
    )
    assert found.set_index("area_code")["average_score"].to_dict() == pytest.approx(
        {"E06000063": (0.4 * 100 + 0.2 * 200) / 300, "E06000064": 0.1}
    )


def test_summary_refuses_gaps() -> None:
    lsoas = pd.DataFrame({"la": ["A", "B"], "rank": [1, np.nan], "people": [1, 1]})
    with pytest.raises(ContentError, match="none may be missing"):
        summarise(lsoas, area="la", rank="rank", weight="people")
    with pytest.raises(ContentError, match="Weights"):
        summarise(lsoas.assign(rank=[1, 2], people=[1, -1]), area="la", rank="rank", weight="people")
    with pytest.raises(ContentError, match="Nobody is counted in B"):
        summarise(lsoas.assign(rank=[1, 2], people=[1, 0]), area="la", rank="rank", weight="people")


# -- Wales ------------------------------------------------------------------------------------------


def test_profiles_of_authorities() -> None:
    found = read_wimd_profiles(read_cube(fixture("deprivation/wimd2025_la_profile_shape.csv")))
    overall = found[(found["area_code"] == "W06000001") & (found["domain"] == "WIMD")].iloc[0]
    assert overall["lsoas"] == 44
    assert overall["share_most_deprived_10"] == 2 / 44  # published as 4.5%
    assert list(found.columns[4:]) == [f"share_most_deprived_{one}" for one in (10, 20, 30, 50)]


def test_profiles_of_boards() -> None:
    found = read_wimd_profiles(read_cube(fixture("deprivation/wimd2025_psb_profile_sample.csv")))
    assert found.iloc[0][["area_code", "lsoas"]].tolist() == ["PSB001", 112]


def test_unknown_group_is_refused() -> None:
    body = fixture("deprivation/wimd2025_la_profile_shape.csv").replace(b"Most deprived 10%", b"Poorest 10%")
    with pytest.raises(ContentError, match="Poorest"):
        read_wimd_profiles(read_cube(body))


def ranks(total: int) -> list[list[object]]:
    rows: list[list[object]] = [["Title"], ["Note"], ["LSOA code ", "LSOA name", "WIMD 2019 ", "Income ", ""]]
    return rows + [[f"W01{n:06d}", f"Area {n}", n, total + 1 - n] for n in range(1, total + 1)]


def test_ranks_from_the_workbook_of_gov_wales(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as smaller:  # a Wales of 40 small areas, to be quick
        smaller.setitem(WELSH_SMALL_AREAS, 2019, 40)
        found = read_wimd_ranks(ods({"Contents": [["x"]], "WIMD_2019_ranks": ranks(40)}), 2019)
    assert len(found) == 40
    assert found[["wimd_rank", "income_rank"]].iloc[0].tolist() == [1, 40]
    with pytest.raises(LayoutError, match="no sheet WIMD_2025_ranks"):
        read_wimd_ranks(ods({"WIMD_2019_ranks": ranks(3)}), 2025)
    with pytest.raises(ContentError, match="1,909"):
        read_wimd_ranks(ods({"WIMD_2019_ranks": ranks(30)}), 2019)


def test_child_index_by_authority() -> None:
    found = read_child_index(fixture("deprivation/wimd_child_index_la_legacy.csv"))
    assert len(found) == 22
    assert found["lsoas"].sum() == 1896
    assert found.iloc[0][["area_code", "share_most_deprived_50"]].tolist() == ["W06000001", 0.57]


# -- low income -------------------------------------------------------------------------------------

STAT_XPLORE = """\
"Children in low income families: relative","","",""
"Counting: Number of Children","","",""
"","","",""
"","2020/21","2021/22 (p)",""
"Local Authority","","",""
"Hartlepool","5424","4718",""
"Isle of Anglesey / Ynys Môn","..","2,301",""
"Total","7741","7019",""
"","","",""
"(p) provisional","","",""
"""


def test_saved_stat_xplore_table() -> None:
    found = read_low_income(STAT_XPLORE.encode())
    rows = found[["area_code", "year", "children", "codes"]].astype(object).to_numpy().tolist()
    assert rows[0] == ["E06000001", 2021, 5424.0, ""]
    assert rows[1] == ["E06000001", 2022, 4718.0, "p"]
    assert np.isnan(rows[2][2]) and rows[2][3] == ".."
    assert rows[3] == ["W06000001", 2022, 2301.0, "p"]
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("Hartlepool", "Atlantis", ContentError),
        ("5424", "many", ContentError),
        ('"2020/21"', '"first"', None),
        ("Isle of Anglesey / Ynys Môn", "Hartlepool", LayoutError),
    ],
)
def test_changed_stat_xplore_table(old: str, new: str, error: type[Exception] | None) -> None:
    body = STAT_XPLORE.replace(old, new).encode()
    if error is None:
        assert set(read_low_income(body)["year"]) == {2022}
    else:
        with pytest.raises(error):
            read_low_income(body)


def test_headings_and_empty_rows_between_authorities_lose_nothing() -> None:
    between = '"North East","","",""\n"","","",""\n"Gateshead","","",""\n"Isle of Anglesey'
    found = read_low_income(STAT_XPLORE.replace('"Isle of Anglesey', between).encode())
    assert found["area_code"].value_counts().to_dict() == {"E06000001": 2, "E08000037": 2, "W06000001": 2}
    assert found.loc[found["area_code"] == "E08000037", "children"].isna().all()


def test_other_files_are_no_stat_xplore_tables() -> None:
    with pytest.raises(LayoutError, match="no row of years"):
        read_low_income(b"a,b\n1,2\n")
    with pytest.raises(WrongContentError):
        read_low_income(b"\xff\xfe\x00")


@settings(max_examples=12)
@given(st.binary(max_size=150) | st.text(max_size=150).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    readers = [read_low_income, read_child_index]
    for reader in readers:
        with contextlib.suppress(SourceError):
            reader(content)
    for edition in (2019, 2025):
        for other in (read_file_7, read_file_11, read_file_10, read_wimd_ranks):
            with contextlib.suppress(SourceError):
                other(content, edition)
