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


# Machado, Oliveira & Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1.0, on linear RGB
_SIMULATED = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "no colour at all": [[0.2126, 0.7152, 0.0722]] * 3,
}


def simulated(colour: str, kind: str) -> str:
    """How a colour looks with a colour-vision deficiency."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    seen = [
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in _SIMULATED[kind]
    ]
    coded = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in seen]
    return "#" + "".join(f"{round(255 * c):02X}" for c in coded)


def test_simulation_keeps_greys_and_moves_red() -> None:
    assert simulated("#808080", "deuteranopia") == "#808080"
    assert simulated("#FF0000", "protanopia") != "#FF0000"


@pytest.mark.parametrize("kind", list(_SIMULATED))
def test_position_marks_differ_and_stand_out_without_colour(kind: str) -> None:
    # as an eye with this deficiency gets them: shape, filled or hollow; each still 3:1 on paper
    seen = set()
    for mark in POSITION_MARKS.values():
        colour = simulated(mark.colour, kind)
        assert contrast(colour, simulated(PAPER, kind)) >= 3.0
        seen.add((mark.marker, mark.filled))
    assert len(seen) == len(POSITION_MARKS)


@pytest.mark.parametrize("kind", list(_SIMULATED))
def test_shades_keep_their_order_without_colour(kind: str) -> None:
    lightness = [luminance(simulated(shade, kind)) for shade in SEQUENCE]
    assert all(a > b * 1.2 for a, b in itertools.pairwise(lightness))
