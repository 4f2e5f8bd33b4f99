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


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


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


def test_shades_get_darker_step_by_step() -> None:
    lightness = [luminance(shade) for shade in SEQUENCE]
    assert all(a > b * 1.2 for a, b in itertools.pairwise(lightness))


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
