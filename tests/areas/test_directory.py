"""The register: who is in it, when, and under which codes."""

from __future__ import annotations

from datetime import date

import pytest

from carerates import areas
from carerates.areas.directory import all_areas


@pytest.mark.parametrize(
    ("year", "england"),
    # 150 before 2009; +2 in 2009 (Bedfordshire and Cheshire split); -1 in 2019; +1 in 2021; +1 in 2023;
    # a reorganisation of 1 April is first seen at the next year's 31 March
    [(2003, 150), (2009, 150), (2010, 152), (2019, 152), (2020, 151), (2021, 151), (2022, 152), (2024, 153)],
)
def test_number_of_authorities(year: int, england: int) -> None:
    there = areas.register(level="local_authority", year=year)
    assert (there["nation"] == "England").sum() == england
    assert (there["nation"] == "Wales").sum() == 22


def test_nations_and_regions() -> None:
    assert set(areas.register(level="nation")["name_en"]) == {"England", "Wales"}
    assert len(areas.register(level="region")) == 9
    assert {"Inner London", "Outer London"} <= set(areas.register(level="other")["name_en"])


def test_codes_are_unique_across_all_kinds() -> None:
    codes = [
        code
        for one in all_areas()
        for code in (one.code, *one.former_codes, one.dfe_code, one.statswales_code)
        if code
    ]
    assert len(codes) == len(set(codes))


def test_every_authority_has_a_dfe_code_and_every_welsh_one_a_statswales_code_and_a_welsh_name() -> None:
    there = areas.register(level="local_authority")
    assert there["dfe_code"].str.fullmatch(r"\d{3}").all()
    wales = there[there["nation"] == "Wales"]
    assert wales["statswales_code"].str.fullmatch(r"5\d\d").all()
    assert (wales["name_cy"] != "").all()


def test_regions_of_authorities_are_in_the_register() -> None:
    known = areas.register().set_index("area_code")["name_en"]
    for one in all_areas():
        if one.level == "local_authority":
            assert known[one.region_code] == one.region


def test_london_has_33_authorities() -> None:
    there = areas.register(level="local_authority", year=2024)
    assert (there["region"] == "London").sum() == 33


def test_short_names_are_unique_and_short() -> None:
    for lang in ("en", "cy"):
        names = [one.short_name(lang) for one in all_areas() if one.level == "local_authority"]
        assert len(names) == len(set(names))
    assert max(len(one.short_name_en) for one in all_areas() if one.level == "local_authority") <= 25


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("E10000009", None, date(2019, 3, 31)),  # the old county of Dorset
        ("E06000058", date(2019, 4, 1), None),
        ("E06000061", date(2021, 4, 1), None),
        ("E06000057", None, None),  # Northumberland: only its code changed
    ],
)
def test_dates(code: str, first: date | None, last: date | None) -> None:
    area = areas.find(code)
    assert (area.valid_from, area.valid_to) == (first, last)


def test_existed_is_about_the_31_march() -> None:
    assert areas.find("E10000006").existed(2023)
    assert not areas.find("E10000006").existed(2024)
    assert not areas.find("Cumberland").existed(2023)
    assert areas.find("Cumberland").existed(2024)


def test_unknown_level_and_language_are_refused() -> None:
    with pytest.raises(ValueError, match="local_authority"):
        areas.register(level="la")
    with pytest.raises(ValueError, match="'cy'"):
        areas.name("W06000001", "fr")  # type: ignore[arg-type]
