"""A user's own CSV: what is read, what is refused, and how."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carerates as cr

GOOD = "area_code,year,children,population\nW06000001,2018,145,13438\nW06000010,2018,195,37081\n"


def written(folder: Path, content: str | bytes, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_codes_and_names_in_either_language_are_the_same_areas(tmp_path: Path) -> None:
    by_name = "LA,children,population\nYnys Môn,145,13438\nSir Gaerfyrddin,195,37081\n"
    one = cr.read_rates(written(tmp_path, GOOD))
    other = cr.read_rates(written(tmp_path, by_name), area="LA", year=2018)
    assert one.to_frame().equals(other.to_frame())
    assert one.to_frame()["area_name"].tolist() == ["Isle of Anglesey", "Carmarthenshire"]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode("utf-8"),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace(",", ";").encode("utf-8"),
        lambda text: text.replace(",", "\t").replace("\n", "\r\n").encode("utf-8"),
    ],
    ids=["byte-order mark", "Latin-1", "UTF-16", "semicolons", "tabs and CRLF"],
)
def test_encodings_and_separators_of_spreadsheets(tmp_path: Path, encode: object) -> None:
    text = "LA,year,children,population\nYnys Môn,2018,145,13438\n"
    rates = cr.read_rates(written(tmp_path, encode(text)), area="LA")  # type: ignore[operator]
    assert rates.areas == ("W06000001",)
    assert rates.provenance.sources[0].rows == 1


def test_shorthand_becomes_a_status_and_no_row_is_lost(tmp_path: Path) -> None:
    text = (
        "area_code,year,children,population\n"
        "W06000001,2018,*,13438\nW06000010,2018,[x],37081\nW06000015,2018,830,74136\n"
    )
    frame = cr.read_rates(written(tmp_path, text)).to_frame()
    assert frame["status"].tolist() == ["suppressed", "not_available", "exact"]
    assert frame["children"].isna().tolist() == [True, True, False]


def test_a_shared_name_is_the_area_of_its_year(tmp_path: Path) -> None:
    text = "LA,year,children,population\nDorset,2015,400,70000\nDorset,2020,450,65000\n"
    frame = cr.read_rates(written(tmp_path, text), area="LA").to_frame()
    assert frame["area_code"].tolist() == ["E06000059", "E10000009"]
    assert frame["year"].tolist() == [2020, 2015]


def test_unknown_areas_are_all_named_with_near_matches(tmp_path: Path) -> None:
    text = "area_code,year,children,population\nCardif,2018,1,10\nAtlantis,2018,1,10\nW06000001,2018,1,10\n"
    with pytest.raises(cr.AreaError) as caught:
        cr.read_rates(written(tmp_path, text))
    assert "row 1: 'Cardif'" in str(caught.value)
    assert "Cardiff" in str(caught.value)
    assert "row 2: 'Atlantis'" in str(caught.value)
    assert len(cr.read_rates(written(tmp_path, text), own_areas=True)) == 3


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", cr.SourceError, "is empty"),
        (b"\n \n", cr.SourceError, "is empty"),
        (b"PK\x03\x04\x00\x00", cr.SourceError, "looks like a workbook"),
        (b"\xff\xfea", cr.SourceError, "begins like UTF-16"),
        (b"only\n1\n", cr.SourceError, "has one column"),
        (b"area_code,area_code,year\n1,2,3\n", cr.TableError, "stands twice"),
        (b"area_code,year,children\nW06000001,2018,4\n", cr.TableError, "no column 'population'"),
        (
            b"area_code,year,children,population\nW06000001,2018,4\n",
            cr.TableError,
            "row 1 do not have the 4 cells",
        ),
        (GOOD.encode() + b"W06000001,2018,1,10\n", cr.TableError, "area and year repeat in rows 1, 3"),
        (GOOD.replace("145", "-5").encode(), cr.TableError, "'children' is below 0 in row 1"),
        (GOOD.replace("37081", "0").encode(), cr.TableError, "'population' is not above 0 in row 2"),
        (GOOD.replace("195", "many").encode(), cr.TableError, "'many' in row 2, which is not a number"),
        (GOOD.replace("195", "1,95").encode(), cr.TableError, "row 2 do not have the 4 cells"),
        (b"area_code,year,children,population\n", cr.TableError, "there are no rows"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        cr.read_rates(written(tmp_path, content))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(cr.SourceError, match="There is no file"):
        cr.read_rates(tmp_path / "absent.csv")
    with pytest.raises(cr.SourceError, match="Cannot read"):
        cr.read_rates(tmp_path)


def test_two_hundred_thousand_rows(tmp_path: Path) -> None:
    rows = "".join(f"A{number},2018,5,{number + 100}\n" for number in range(200_000))
    path = written(tmp_path, "area_code,year,children,population\n" + rows)
    assert len(cr.read_rates(path, own_areas=True)) == 200_000


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_an_error_of_ours(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), b"area_code,year,children,population\n" + content)
        with contextlib.suppress(cr.CareratesError):
            cr.read_rates(path)
