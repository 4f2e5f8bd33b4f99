"""The reorganisations: complete, consistent with the register, and adding up."""

from __future__ import annotations

import doctest
from datetime import timedelta
from importlib import import_module

import pytest

from carerates import areas
from carerates.areas.changes import reorganisations
from carerates.areas.directory import all_areas


def test_no_area_takes_part_in_two_reorganisations() -> None:
    # harmonise treats each reorganisation on its own, which is right only while this holds
    codes = [code for one in reorganisations() for code in one.codes]
    assert len(codes) == len(set(codes))


def test_areas_end_the_day_before_their_successors_begin() -> None:
    for one in reorganisations():
        assert {areas.find(code).valid_from for code in one.after} == {one.effective_date}
        assert {areas.find(code).valid_to for code in one.before} == {one.effective_date - timedelta(days=1)}


def test_every_area_with_a_date_is_in_a_reorganisation() -> None:
    dated = {one.code for one in all_areas() if one.valid_from or one.valid_to}
    assert dated == {code for one in reorganisations() for code in one.before | one.after}


def test_recodes_in_the_list_are_former_codes_in_the_register() -> None:
    there = areas.changes()
    recodes = there[there["kind"] == "recode"]
    assert len(recodes) == 14
    for old, new in zip(recodes["from_code"], recodes["to_code"], strict=True):
        assert areas.find(old) is areas.find(new)
        assert old in areas.find(old).former_codes


def test_units() -> None:
    assert {one.event: one.unit for one in reorganisations()} == {
        "2009-BED": "E10000001",
        "2009-CHE": "E10000004",
        "2019-BCP": "E06000058+E06000059",
        "2021-NTH": "E10000021",
        "2023-CMA": "E10000006",
    }


def test_parts_now() -> None:
    assert areas.parts_now("E10000006") == ("E06000063", "E06000064")
    assert areas.parts_now("E06000058+E06000059") == ("E06000058", "E06000059")
    assert areas.parts_now("W06000015") == ("W06000015",)
    assert areas.parts_now("E06000058") == ("E06000058",)
    # Christchurch left Dorset, so no present areas make up exactly the old Poole
    assert areas.parts_now("E06000029") == ()


@pytest.mark.parametrize("module", ["changes", "directory", "geography", "harmonisation", "lookup"])
def test_the_examples_run(module: str) -> None:
    failed, tried = doctest.testmod(import_module(f"carerates.areas.{module}"))
    assert tried
    assert failed == 0
