"""Publishers' shorthand is read and written back without loss; nothing is taken for missing by guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carerates.sources.failures import ContentError
from carerates.sources.marks import (
    DFE,
    DFE_BEFORE_2019,
    DIALECTS,
    LAIT,
    LEGACY_STATSWALES,
    STATSWALES,
    Dialect,
    Mark,
    marked,
    read_cell,
    read_notes,
    read_number,
    write_cell,
    write_notes,
)
from carerates.tables import STATUSES

by_name = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@by_name
def test_every_symbol_round_trips(dialect: Dialect) -> None:
    for symbol in dialect.missing:
        value, mark = read_cell(symbol, dialect)
        assert value is None
        assert not STATUSES[mark.status].has_count
        assert write_cell(mark, dialect) == symbol


@by_name
def test_every_status_that_can_be_written_is_read_again(dialect: Dialect) -> None:
    for status in {*dialect.missing.values()}:
        assert read_cell(write_cell(Mark(status), dialect), dialect)[1].status == status


@given(
    st.sampled_from([STATSWALES, LEGACY_STATSWALES]),
    st.integers(0, 10**7),
    st.sets(st.sampled_from(sorted(set(STATSWALES.beside) & set(LEGACY_STATSWALES.beside)))),
)
def test_codes_beside_a_figure_round_trip(dialect: Dialect, figure: int, codes: set[str]) -> None:
    mark = marked(tuple(sorted(codes)), dialect, has_value=True)
    assert read_cell(write_cell(mark, dialect, f"{figure:,}"), dialect) == (float(figure), mark)


@given(st.lists(st.sampled_from([*STATSWALES.beside, *STATSWALES.missing]), unique=True), st.just("en"))
def test_notes_round_trip(codes: list[str], lang: str) -> None:
    assert set(read_notes(write_notes(tuple(codes), lang))) == set(codes)


def test_welsh_notes_are_the_same_codes() -> None:
    codes = ("a", "b", "c", "e", "f", "k", "ns", "p", "r", "t", "u", "w", "x", "z")
    assert set(read_notes(write_notes(codes, "cy"))) == set(codes)
    assert read_notes("Yn arwyddocaol yn ystadegol ar lefel 0.05 neu 5%") == ("s",)
    assert read_notes("Yn arwyddocaol yn ystadegol ar lefel 0.001 neu 0.1%") == ("sss",)


@pytest.mark.parametrize(
    ("cell", "value", "status", "codes"),
    [
        ("       3,305 [t]", 3305, "exact", ("t",)),
        (" [c]", None, "suppressed", ("c",)),
        ("120 [p] [r]", 120, "revised", ("p", "r")),
        ("          75", 75, "exact", ()),
        ("'-5", -5, "exact", ()),
        ("", None, "not_available", ()),
    ],
)
def test_statswales_cells(cell: str, value: float | None, status: str, codes: tuple[str, ...]) -> None:
    assert read_cell(cell, STATSWALES) == (value, Mark(status, codes))


def test_rounding_is_not_hidden_by_a_revision() -> None:
    assert marked(("r",), STATSWALES, has_value=True, counted="rounded_to_5") == Mark("rounded_to_5", ("r",))


def test_x_changed_its_meaning_between_eras() -> None:
    assert read_cell("x", DFE)[1].status == "not_available"
    assert read_cell("x", DFE_BEFORE_2019)[1].status == "suppressed"


def test_the_dash_of_lait_hides_its_reason() -> None:
    assert read_cell("-", LAIT)[1] == Mark("not_available", ("-",))


@pytest.mark.parametrize("text", ["nan", "inf", "1,23", "12-", "3:2", "1e999", "--5", "1 000", "£5"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert read_number(text) is None


@given(st.text(max_size=12), st.sampled_from(DIALECTS))
def test_any_cell_is_read_or_refused(text: str, dialect: Dialect) -> None:
    try:
        value, mark = read_cell(text, dialect)
    except ContentError:
        return
    # never a figure with a status that has none, and never the reverse
    assert STATUSES[mark.status].has_count == (value is not None)
    assert value is not None or not text.strip() or mark.codes


@given(st.text(max_size=30))
def test_any_note_is_read_or_refused(text: str) -> None:
    try:
        codes = read_notes(text)
    except ContentError:
        return
    assert len(codes) == len([one for one in text.split(",") if one.strip()])
