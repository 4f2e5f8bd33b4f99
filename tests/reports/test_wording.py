"""One translation table, complete: nothing that is published lacks its words in either language."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import carerates as cr
from carerates.reports import wording
from carerates.reports.drafting import draft_release
from carerates.reports.release import Wishes
from carerates.reports.wording import LANGUAGES, cell_words, join_names, mark_meanings, say, translations
from carerates.tables.status import STATUSES

REPORTS = Path(wording.__file__).parent


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(translations()), ids="-".join)
def test_every_entry_has_both_languages_with_the_same_places(key: tuple[str, str]) -> None:
    texts = translations()[key]
    assert all(texts[lang].strip() for lang in LANGUAGES)
    assert places(texts["en"]) == places(texts["cy"])


def test_no_key_stands_twice() -> None:
    lines = (REPORTS / "translations.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == len(translations())


def test_every_phrase_asked_for_in_the_code_is_in_the_table() -> None:
    asked = set()
    for path in REPORTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    asked.add(str(first.value))
    assert len(asked) > 30
    assert [key for key in sorted(asked) if ("phrase", key) not in translations()] == []


def test_every_column_of_every_result_has_a_heading() -> None:
    rates = cr.load_rates("wales")
    one = rates.select(year=2018)
    joined = one.join(cr.load_factors(["wimd_2019_most_deprived_30"], nations=["wales"]))
    results = [
        cr.funnel(one),
        cr.adjust(joined, ["wimd_2019_most_deprived_30"]),
        cr.change(rates, 2013, 2018),
        cr.classify(rates, cr.rules.wcpp(shortfall=None)),
        cr.fit(cr.RateModel().for_one_year(), one, draws=100),
        rates,
    ]
    for result in results:
        lost = [name for name in result.to_frame() if ("column", name) not in translations()]
        assert lost == [], type(result).__name__


def test_statuses_are_in_welsh_and_marks_are_explained() -> None:
    for code, status in STATUSES.items():
        assert cell_words(code, "cy") == status.meaning_cy
        assert status.meaning_cy != status.meaning_en
    legend = mark_meanings({"[c]", "[x]"}, "cy")
    assert legend == ["[c] wedi'i atal i ddiogelu cyfrinachedd", "[x] ddim ar gael"]


def test_names_places_and_dates_of_a_welsh_release_are_welsh() -> None:
    both = cr.load_rates(["wales", "england"]).select(year=2018)
    drafted = draft_release(cr.funnel(both), Wishes(lang="cy"), chart=False)
    assert "Cymru a Lloegr, 31 Mawrth 2018" in drafted.subtitle
    names = drafted.tables[0].to_frame()["area_name"].tolist()
    assert {"Ynys Môn", "Caerdydd", "Birmingham"} <= set(names)
    english = {texts["en"] for (kind, _), texts in translations().items() if kind == "column"}
    welsh = {texts["cy"] for (kind, _), texts in translations().items() if kind == "column"}
    headings = {column.heading for table in drafted.tables for column in table.columns}
    assert headings <= welsh
    assert not headings & (english - welsh)


def test_lists_read_as_sentences() -> None:
    assert join_names(["Conwy"], "en") == "Conwy"
    assert join_names(["Conwy", "Powys", "Gwynedd"], "en") == "Conwy, Powys and Gwynedd"
    assert join_names(["Abertawe", "Conwy"], "cy") == "Abertawe, Conwy"
    assert say("at_date", "cy", year=2018) == "31 Mawrth 2018"
