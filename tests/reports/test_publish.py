"""Everything that a release needs, from one call: each file is opened and its promises are checked."""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

import carerates as cr
from carerates.reports.csvw import write_csv
from carerates.reports.drafting import draft_release
from carerates.reports.opendata import META, OpenData, check_open_data, make_open_data
from carerates.reports.page import write_markdown
from carerates.reports.release import Wishes
from carerates.reports.statements import revision_note
from carerates.reports.xlsx import write_xlsx

ODF = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
}
XLSX = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "dc": "http://purl.org/dc/elements/1.1/",
}
TITLES = {
    "en": "Rates differ by more than chance",
    "cy": "Mae'r cyfraddau'n amrywio mwy na siawns",
}


@pytest.fixture(scope="module")
def funnel() -> cr.Funnel:
    return cr.funnel(cr.load_rates("wales").select(year=2018))


@pytest.fixture(scope="module", params=["en", "cy"])
def release(
    request: pytest.FixtureRequest, funnel: cr.Funnel, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    lang = request.param
    out = tmp_path_factory.mktemp("publish") / lang
    cr.publish(funnel, out, TITLES[lang], lang=lang, name="cla-2018")
    return lang, out


def part(path: Path, name: str) -> ET.Element:
    with zipfile.ZipFile(path) as package:
        return ET.fromstring(package.read(name))


def test_every_file_of_a_release_is_there(release: tuple[str, Path]) -> None:
    _, out = release
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        "index.html",
        "page.md",
        "chart.svg",
        "chart.png",
        "alternative.txt",
        "sources.txt",
        "cla-2018.ods",
        "cla-2018.xlsx",
        "data.csv",
        "data.csv-metadata.json",
        "position.csv",
        "position.csv-metadata.json",
        "open-data.csv",
        "open-data.meta.csv",
        "inputs/units.csv",
        "receipt.json",
    }


def test_the_ods_says_its_title_language_and_creator(release: tuple[str, Path]) -> None:
    lang, out = release
    meta = part(out / "cla-2018.ods", "meta.xml")
    assert meta.findtext(".//dc:title", namespaces=ODF) == TITLES[lang]
    assert meta.findtext(".//dc:language", namespaces=ODF) == f"{lang}-GB"
    assert "Welsh Government" in (meta.findtext(".//dc:creator", namespaces=ODF) or "")
    styles = part(out / "cla-2018.ods", "styles.xml")
    languages = {
        one.get(f"{{{ODF['fo']}}}language")
        for one in styles.iter(f"{{{ODF['style']}}}text-properties")
        if one.get(f"{{{ODF['fo']}}}language")
    }
    assert languages == {lang}  # the library's own template is in French


def test_the_ods_has_one_table_per_sheet_with_headings_marked(release: tuple[str, Path]) -> None:
    lang, out = release
    content = part(out / "cla-2018.ods", "content.xml")
    sheets = content.findall(".//table:table", ODF)
    names = [sheet.get(f"{{{ODF['table']}}}name") for sheet in sheets]
    words = {
        "en": ["Cover", "Contents", "Notes", "Table_1", "Table_2"],
        "cy": ["Clawr", "Cynnwys", "Nodiadau", "Tabl_1", "Tabl_2"],
    }
    assert names == words[lang]
    assert [len(sheet.findall("table:table-header-rows", ODF)) for sheet in sheets] == [0, 1, 1, 1, 1]
    ranges = content.findall(".//table:database-range", ODF)
    assert len(ranges) == 4
    for sheet, marked in zip(sheets[1:], ranges, strict=True):
        assert marked.get(f"{{{ODF['table']}}}contains-header") == "true"
        # the marked range begins at the row of headings and ends with the last row of the sheet
        address = marked.get(f"{{{ODF['table']}}}target-range-address") or ""
        first, last = re.findall(r"\.[A-Z]+(\d+)", address)
        rows = [one for one in sheet.iter() if one.tag == f"{{{ODF['table']}}}table-row"]
        header = sheet.find("table:table-header-rows", ODF)[0]  # type: ignore[index]
        assert rows.index(header) + 1 == int(first)
        assert len(rows) == int(last)
    links = [one.get(f"{{{ODF['xlink']}}}href") for one in content.iter(f"{{{ODF['text']}}}a")]
    assert {f"#'{name}'.A1" for name in names[2:]} <= set(links)


def test_no_row_of_a_workbook_is_empty_and_no_cell_is_merged(release: tuple[str, Path]) -> None:
    _, out = release
    content = part(out / "cla-2018.ods", "content.xml")
    rows = list(content.iter(f"{{{ODF['table']}}}table-row"))
    assert all("".join(row.itertext()).strip() for row in rows)
    assert not [cell for cell in content.iter() if any("spanned" in name for name in cell.attrib)]
    with zipfile.ZipFile(out / "cla-2018.xlsx") as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        for name in sheets:
            root = ET.fromstring(package.read(name))
            assert root.find("m:mergeCells", XLSX) is None
            numbers = [int(row.get("r") or 0) for row in root.findall("m:sheetData/m:row", XLSX)]
            assert numbers == list(range(1, len(numbers) + 1))


def test_the_numbers_of_ods_xlsx_and_csv_are_those_of_the_result(
    release: tuple[str, Path], funnel: cr.Funnel
) -> None:
    _, out = release
    rates = funnel.to_frame()["rate"].tolist()
    rows = list(csv.DictReader(io.StringIO((out / "data.csv").read_text("utf-8-sig"))))
    # twelve digits are printed
    assert [float(row["rate"]) for row in rows] == pytest.approx(rates, rel=1e-11)
    content = part(out / "cla-2018.ods", "content.xml")
    values = {
        float(cell.get(f"{{{ODF['office']}}}value") or "nan")
        for cell in content.iter(f"{{{ODF['table']}}}table-cell")
        if cell.get(f"{{{ODF['office']}}}value-type") == "float"
    }
    assert set(rates) <= values
    sheet = part(out / "cla-2018.xlsx", "xl/worksheets/sheet4.xml")
    written = [
        float(cell.findtext("m:v", "nan", XLSX))
        for cell in sheet.iter(f"{{{XLSX['m']}}}c")
        if not cell.get("t")
    ]
    for rate in rates:
        assert min(abs(rate - one) for one in written) < 1e-9  # xlsxwriter prints sixteen digits


def test_the_xlsx_has_marked_tables_properties_and_language(release: tuple[str, Path]) -> None:
    lang, out = release
    core = part(out / "cla-2018.xlsx", "docProps/core.xml")
    assert core.findtext("dc:title", namespaces=XLSX) == TITLES[lang]
    assert core.findtext("dc:language", namespaces=XLSX) == f"{lang}-GB"
    assert "Welsh Government" in (core.findtext("dc:creator", namespaces=XLSX) or "")
    assert core.findtext("dc:subject", namespaces=XLSX)
    with zipfile.ZipFile(out / "cla-2018.xlsx") as package:
        tables = [
            ET.fromstring(package.read(name)) for name in package.namelist() if name.startswith("xl/tables/")
        ]
    assert len(tables) == 4
    headings = [
        column.get("name") for table in tables for column in table.iter(f"{{{XLSX['m']}}}tableColumn")
    ]
    assert {"en": "Local authority", "cy": "Awdurdod lleol"}[lang] in headings


def test_the_side_car_describes_every_column(release: tuple[str, Path]) -> None:
    lang, out = release
    described = json.loads((out / "data.csv-metadata.json").read_text("utf-8"))
    header = next(csv.reader(io.StringIO((out / "data.csv").read_text("utf-8-sig"))))
    columns = described["tableSchema"]["columns"]
    assert [one["name"] for one in columns] == header
    assert described["url"] == "data.csv"
    assert described["@context"][1]["@language"] == f"{lang}-GB"
    assert described["tableSchema"]["primaryKey"] == ["area_code"]
    assert described["dc:license"]["@id"].startswith(
        "https://www.nationalarchives.gov.uk/doc/open-government"
    )
    assert all(one["titles"][1] for one in columns)


def test_the_png_carries_its_title_and_description(release: tuple[str, Path]) -> None:
    lang, out = release
    content, at, chunks = (out / "chart.png").read_bytes(), 8, {}
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if kind in {b"tEXt", b"iTXt"}:
            word, _, text = body.partition(b"\0")
            chunks[word.decode()] = text.lstrip(b"\0").decode("utf-8" if kind == b"iTXt" else "latin-1")
        at += 12 + length
    assert chunks["Title"] == TITLES[lang]
    assert len(chunks["Description"]) > 100


def test_the_page_says_its_language_and_marks_english_in_a_welsh_page(release: tuple[str, Path]) -> None:
    lang, out = release
    page = (out / "index.html").read_text("utf-8")
    assert f'<html lang="{lang}-GB">' in page
    assert ('lang="en-GB">' in page.split("<body>")[1]) == (lang == "cy")
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.split("<svg")[0] + page.split("</svg>")[1])
    assert {"en": "Skip to the findings", "cy": "Neidio i"}[lang] in page


def test_open_data_keeps_the_rules_of_the_layout(funnel: cr.Funnel) -> None:
    made = make_open_data(draft_release(funnel, chart=False), [2018])
    assert check_open_data(made) == []
    header, first = made.data[0], made.data[1]
    row = dict(zip(header, first, strict=True))
    assert row["time_period"] == "2018"
    assert row["country_code"] == "W92000004"
    assert row["new_la_code"] == "W06000001"
    assert row["observed"] == "145"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data, meta: (((*data[0][:-1], "Bad Name"), *data[1:]), meta), "not in lower case"),
        (lambda data, meta: (data, meta[:-1]), "has no row in the metadata"),
        (lambda data, meta: ((*data, data[1]), meta), "repeat the time"),
        (
            lambda data, meta: ((data[0], ("20XX", *data[1][1:]), *data[2:]), meta),
            "not of four or six digits",
        ),
        (
            lambda data, meta: ((data[0], (*data[1][:-1], ".."), *data[2:]), meta),
            "neither a number nor one of",
        ),
        (lambda data, meta: (data, (META[::-1], *meta[1:])), "the metadata's columns are not"),
        (lambda data, meta: ((data[0], data[1][:-1]), meta), "more or fewer cells"),
    ],
)
def test_each_broken_rule_of_open_data_is_said(funnel: cr.Funnel, change, message: str) -> None:
    sound = make_open_data(draft_release(funnel, chart=False), [2018])
    assert any(message in one for one in check_open_data(OpenData(*change(sound.data, sound.meta))))


def test_an_edited_alternative_goes_everywhere(funnel: cr.Funnel, tmp_path: Path) -> None:
    words = "Torfaen is highest; Ceredigion lowest."
    cr.publish(funnel, tmp_path / "out", alternative=words)
    for name in ("alternative.txt", "chart.svg", "index.html", "data.csv-metadata.json"):
        assert words in (tmp_path / "out" / name).read_text("utf-8")


def test_revisions_are_counted_and_named(funnel: cr.Funnel) -> None:
    frame = funnel.to_frame()
    earlier = frame.assign(observed=frame["observed"].where(frame["area_name"] != "Powys", 205))
    assert revision_note(frame, frame, "en") == "No figure differs from the earlier edition."
    assert revision_note(frame, earlier, "en") == (
        "Revised since the earlier edition: 1 figures in 1 areas (Powys)."
    )
    release = draft_release(funnel, chart=False)
    read_back = pd.read_csv(io.BytesIO(write_csv(release.full)), encoding="utf-8-sig")
    assert revision_note(frame, read_back, "en") == "No figure differs from the earlier edition."


def test_every_kind_of_result_can_be_published(tmp_path: Path) -> None:
    rates = cr.load_rates("wales")
    one = rates.select(year=2018)
    joined = one.join(cr.load_factors(["wimd_2019_most_deprived_30"], nations=["wales"]))
    results = {
        "Adjustment": cr.adjust(joined, ["wimd_2019_most_deprived_30"]),
        "Change": cr.change(rates, 2013, 2018),
        "Classification": cr.classify(rates, cr.rules.wcpp(shortfall=None)),
        "FittedRates": cr.fit(cr.RateModel().for_one_year(), one, draws=200),
    }
    for kind, result in results.items():
        page = cr.publish(result, tmp_path / kind, lang="cy")
        assert (page.parent / "chart.svg").is_file()
        assert page.is_file()
        assert list(page.parent.glob("*.ods"))
        checked = cr.verify(page.parent)
        assert checked.passed, checked.summary()
        assert checked.recomputed


def test_suppressed_counts_carry_their_mark_into_every_output() -> None:
    areas = pd.DataFrame(
        {
            "area_code": [f"W0600000{n}" for n in range(1, 7)],
            "year": 2018,
            "children": [80, 95, None, 120, 130, 170],
            "children_low": [80, 95, 1, 120, 130, 170],
            "children_high": [80, 95, 4, 120, 130, 170],
            "population": 10_000,
            "status": ["exact", "exact", "suppressed", "exact", "exact", "exact"],
        }
    )
    release = draft_release(cr.funnel(areas), chart=False)
    table = release.tables[0].to_frame()
    assert table.loc[2, "observed"] == "[c]"
    assert table.loc[2, "rate"] == "[c]"
    assert b"[c]" in write_csv(release.full)
    assert r"\[c\]" in write_markdown(release)
    with zipfile.ZipFile(io.BytesIO(write_xlsx(release))) as package:
        assert "[c]" in package.read("xl/sharedStrings.xml").decode("utf-8")
    pair = make_open_data(release, [2018])
    assert "c" in pair.data[3]
    assert "suppressed to protect confidentiality" in write_markdown(release)


def test_there_are_two_languages(funnel: cr.Funnel, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lang='fr' is not one of en, cy"):
        cr.publish(funnel, tmp_path / "out", lang="fr")
    assert not (tmp_path / "out").exists()


def test_a_release_is_the_same_bytes_each_time(funnel: cr.Funnel, tmp_path: Path) -> None:
    first, second = (cr.publish(funnel, tmp_path / name, "One").parent for name in ("a", "b"))
    names = {path.relative_to(first) for path in first.rglob("*") if path.is_file()}
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []


def test_a_title_of_ones_own_stands_where_none_is_given(funnel: cr.Funnel) -> None:
    drafted = draft_release(funnel, Wishes(lang="cy"), chart=False)
    assert drafted.title == drafted.subtitle
    assert drafted.subtitle.endswith("Cymru, 31 Mawrth 2018")


def test_six_digits_of_time_are_two_years_that_follow_each_other(funnel: cr.Funnel) -> None:
    sound = make_open_data(draft_release(funnel, chart=False), [2018])
    at = sound.data[0].index("time_period")
    for time, fits in (("201819", True), ("199900", True), ("201318", False)):
        rows = tuple((*row[:at], time, *row[at + 1 :]) for row in sound.data[1:])
        found = check_open_data(OpenData((sound.data[0], *rows), sound.meta))
        assert (found == []) == fits, (time, found)


def test_a_change_stands_at_its_end_in_open_data_and_names_its_start() -> None:
    release = draft_release(cr.change(cr.load_rates("wales", years=[2013, 2018]), 2013, 2018), chart=False)
    pair = make_open_data(release, release.years)
    rows = pd.DataFrame(pair.data[1:], columns=list(pair.data[0]))
    assert set(rows["time_period"]) == {"2018"}
    assert set(rows["start"]) == {"2013"}
    # how the counts were published is a part of every release of counts
    assert set(rows["status"]) == {"rounded to the nearest 5"}


def test_both_areas_of_a_pair_have_welsh_names_and_their_ratio_two_decimals() -> None:
    rates = cr.load_rates("wales", years=[2018])
    need = "wimd_2019_most_deprived_30"
    joined = rates.join(cr.load_factors([need], nations=["wales"]))
    pairs = cr.contrasting_pairs(joined, [need, "population"])
    release = draft_release(pairs, Wishes(lang="cy"), chart=False)
    table = release.tables[0].to_frame()
    assert {*pairs.to_frame()["high_name"], *table["high_name"]} >= {"Swansea", "Abertawe"}
    assert "Swansea" not in set(table["high_name"]) | set(table["low_name"])
    shown = {column.name: column.decimals for column in release.tables[0].columns}
    assert (shown["underlying_ratio"], shown["probability_ratio"], shown["distance"]) == (2, 3, 2)
    assert release.subtitle.endswith("Cymru, 31 Mawrth 2018")
