"""Any code or name finds its area; anything else is an error that helps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates import areas
from carerates.areas.directory import all_areas, read_rows
from carerates.errors import AreaError

ALIASES = [(row["alias"], row["code"]) for row in read_rows("aliases.csv")]
AUTHORITIES = [one for one in all_areas() if one.level == "local_authority"]
CURRENT = [one for one in AUTHORITIES if one.is_current]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The Vale of Glamorgan", "W06000014"),
        ("Rhondda Cynon Taff", "W06000016"),
        ("Rhondda, Cynon, Taff", "W06000016"),
        ("Bristol, City of", "E06000023"),
        ("Bristol", "E06000023"),
        ("St Helens", "E08000013"),
        ("St. Helens", "E08000013"),
        ("Kingston upon Hull", "E06000010"),
        ("Hull", "E06000010"),
        ("Ynys Môn", "W06000001"),
        ("ynys mon", "W06000001"),
        ("Cyngor Sir Ynys Môn", "W06000001"),
        ("Sir Gaerfyrddin", "W06000010"),
        ("CYNGOR SIR Y FFLINT", "W06000005"),
        ("Cyngor Bwrdeistref Sirol Rhondda Cynon Taf", "W06000016"),
        ("Pen-y-bont ar Ogwr", "W06000013"),
        ("City and County of Swansea", "W06000011"),
        ("Merthyr Tydfil County Borough Council", "W06000024"),
        ("Durham", "E06000047"),
        ("County Durham", "E06000047"),
        ("London", "E12000007"),
        ("City of London", "E09000001"),
        ("London Borough of Sutton", "E09000029"),
        ("Brighton & Hove", "E06000043"),
        ("Leicester City", "E06000016"),
        ("Cymru", "W92000004"),
        ("Lloegr", "E92000001"),
        # codes of every kind
        ("E06000048", "E06000057"),
        ("E10000022", "E06000057"),
        ("e08000020", "E08000037"),
        ("W06000007", "W06000023"),
        ("W06000017", "W06000024"),
        ("W06000008", "W06000008"),
        ("E08000016", "E08000038"),
        ("E10000009", "E10000009"),
        (" 512 ", "W06000001"),
        (552, "W06000015"),
        (596, "W92000004"),
        ("825", "E06000060"),
        (835, "E10000009"),
        (838, "E06000059"),
    ],
)
def test_known_spellings(text: str | int, code: str) -> None:
    assert areas.find(text).code == code


def test_a_shared_name_is_the_present_area_unless_the_year_says_otherwise() -> None:
    assert areas.find("Dorset").code == "E06000059"
    assert areas.find("Dorset Council").code == "E06000059"
    assert areas.find("Dorset", year=2020).code == "E06000059"
    # the new authority began on 1 April 2019, so on 31 March 2019 it was still the old county
    assert areas.find("Dorset", year=2019).code == "E10000009"


def test_a_former_area_is_found_by_a_name_that_only_it_has() -> None:
    assert areas.find("Cumbria").code == "E10000006"
    assert areas.find("Poole").code == "E06000029"


def test_counties_of_england_are_not_confused_with_their_cities() -> None:
    pairs = {"Nottingham": "E06000018", "Nottinghamshire": "E10000024", "Bedford": "E06000055"}
    assert {text: areas.find(text).code for text in pairs} == pairs


@pytest.mark.parametrize(("alias", "code"), ALIASES)
def test_every_alias_finds_its_own_area(alias: str, code: str) -> None:
    assert areas.find(alias).code == code


@given(
    st.sampled_from(CURRENT),
    st.sampled_from(["en", "cy"]),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from(["{}", "The {}", "{} Council", "{} County Borough Council", "Cyngor {}", " {} ", "{}."]),
)
def test_official_names_are_found_however_they_are_dressed(
    area: areas.Area, lang: str, case: object, dress: str
) -> None:
    text = dress.format(area.name(lang))  # type: ignore[arg-type]
    assert areas.find(case(text)).code == area.code  # type: ignore[operator]


@given(st.sampled_from(AUTHORITIES))
def test_every_code_finds_its_own_area(area: areas.Area) -> None:
    for code in (area.code, *area.former_codes, area.dfe_code, area.statswales_code):
        if code:
            assert areas.find(code) is area


@settings(max_examples=40)  # each miss looks for near matches, which takes a while
@given(st.text(max_size=30))
def test_any_text_is_an_area_or_a_clear_error(text: str) -> None:
    try:
        assert isinstance(areas.find(text), areas.Area)
    except AreaError as error:
        assert "area" in str(error)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("Carmarthanshire", "Carmarthenshire (W06000010)"),
        ("Cyngor Sir Caerfyrdin", "Carmarthenshire (W06000010)"),
        ("Rhonda Cynon", "Rhondda Cynon Taf"),
        ("Yorkshire", "North Yorkshire"),
        ("E06000067", "E06000066"),
        ("Bornemouth", "until 2019-03-31"),
        ("E06000061 / E06000062", "West Northamptonshire (E06000062)"),
    ],
)
def test_near_matches_are_suggested(text: str, suggestion: str) -> None:
    with pytest.raises(AreaError) as caught:
        areas.find(text)
    assert suggestion in str(caught.value)


@pytest.mark.parametrize("text", ["", "   ", "Narnia", "S12000033", "0", "???"])
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(AreaError):
        areas.find(text)


@pytest.mark.parametrize("value", [None, 5.12, True, ["Cardiff"]])
def test_what_is_no_text_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match="code or a name"):
        areas.find(value)  # type: ignore[arg-type]


def test_find_all_keeps_the_order_and_reports_everything_at_once() -> None:
    assert [one.code for one in areas.find_all(["Cardiff", 512])] == ["W06000015", "W06000001"]
    with pytest.raises(AreaError) as caught:
        areas.find_all(["Cardif", "Cardiff", "Narnia"])
    assert len(caught.value.problems) == 2


def test_names_in_both_languages() -> None:
    assert areas.name("W06000024", "cy") == "Merthyr Tudful"
    assert areas.name("W06000017") == "Merthyr Tydfil"
    assert areas.name("E06000023", "cy") == "Bristol, City of"  # no Welsh name in official lists
    assert areas.short_name("E06000023") == "Bristol"
    assert areas.short_name("W06000016") == "Rhondda Cynon Taf"
