"""Marks can be told apart without colour, and every mark that must be read stands out from the paper."""

from __future__ import annotations

import itertools
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from carerates.charts.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAPER,
    POSITION_MARKS,
    SEQUENCE,
    TEAL,
    Furniture,
    describe_svg,
    dress,
    house_style,
    new_axes,
    save_svg,
)
from tests.charts.vision import VISIONS, contrast, luminance, see


def test_contrast_formula_on_known_pairs() -> None:
    # black on white is 21:1 by definition; #767676 is the well-known lightest grey that passes 4.5:1
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", [INK, BLUE, TEAL, ORANGE, GREY])
def test_text_and_marks_reach_4_5_to_1_on_paper(colour: str) -> None:
    # 3:1 is enough for marks; these are also used for words, which need 4.5:1 (WCAG 1.4.3)
    assert contrast(colour, PAPER) >= 4.5


def test_position_marks_differ_in_shape_or_fill() -> None:
    looks = [(mark.marker, mark.filled) for mark in POSITION_MARKS.values()]
    assert len(set(looks)) == len(looks)


def test_words_on_tiles_stand_out_from_every_shade() -> None:
    for rank, shade in enumerate(SEQUENCE):
        assert contrast(shade, PAPER if rank >= 3 else INK) >= 4.5


def test_svg_says_what_it_is_keeps_text_and_is_the_same_twice(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        with house_style():
            ax = new_axes(None)
            ax.plot([1, 2], [3, 4])
            dress(ax, Furniture("Ynys Môn & <others>", "Title", "per 10,000", "Source: me"), own_figure=True)
        save_svg(ax.figure, str(tmp_path / name), title="A <title>", description='With "quotes" & more')
    first, second = (tmp_path / name for name in ("a.svg", "b.svg"))
    assert first.read_bytes() == second.read_bytes()
    root = ET.fromstring(first.read_text(encoding="utf-8"))
    assert root.attrib["role"] == "img"
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "A <title>"
    assert root.findtext(f"{space}desc") == 'With "quotes" & more'
    assert "Ynys Môn & <others>" in "".join(root.itertext())


def test_describe_svg_escapes() -> None:
    assert "<script>" not in describe_svg("<svg x='1'></svg>", "<script>", "<script>")


def test_simulation_keeps_greys_and_moves_red() -> None:
    # rows of the published matrices sum to 1 within their six digits
    assert see("#808080", "deuteranopia") == pytest.approx(see("#808080"), abs=2e-6)
    assert luminance("#FF0000", "protanopia") < 0.6 * luminance("#FF0000")


@pytest.mark.parametrize("vision", ["", *VISIONS])
def test_every_mark_that_must_be_read_stands_out(vision: str) -> None:
    for colour in (BLUE, TEAL, ORANGE, GREY):
        assert contrast(colour, PAPER, vision) >= 3  # WCAG 2.2, 1.4.11


@pytest.mark.parametrize("vision", list(VISIONS))
def test_position_marks_differ_and_stand_out_without_colour(vision: str) -> None:
    # as an eye with this deficiency gets them: shape, filled or hollow; each still 3:1 on paper
    seen = set()
    for mark in POSITION_MARKS.values():
        assert contrast(mark.colour, PAPER, vision) >= 3.0
        seen.add((mark.marker, mark.filled))
    assert len(seen) == len(POSITION_MARKS)


@pytest.mark.parametrize("vision", ["", *VISIONS])
def test_shades_keep_their_order_in_every_kind_of_vision(vision: str) -> None:
    steps = [contrast(a, b, vision) for a, b in itertools.pairwise(SEQUENCE)]
    lightness = [luminance(shade, vision) for shade in SEQUENCE]
    assert lightness == sorted(lightness, reverse=True)
    assert min(steps) > 1.25  # each shade is plainly darker than the one before, also in grey print
