"""No name covers another name or a point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates.charts.labels import label_points, place_boxes, spread_out
from carerates.charts.style import house_style, new_axes


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_boxes_keep_clear_of_boxes_points_and_edges(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    anchors = rng.uniform(50, 550, (count, 2))
    sizes = np.column_stack([rng.uniform(20, 120, count), np.full(count, 12.0)])
    points = np.column_stack([anchors, np.full(count, 4.0)])
    places = place_boxes(anchors, sizes, points, (0, 0, 600, 600), np.empty((0, 2)))
    boxes = [
        np.concatenate([np.array(place) - size / 2, np.array(place) + size / 2])
        for place, size in zip(places, sizes, strict=True)
        if place is not None
    ]
    assert boxes, "an empty page must have room for at least one name"
    for number, box in enumerate(boxes):
        assert box[:2].min() >= 0
        assert box[2:].max() <= 600
        nearest = np.clip(anchors, box[:2], box[2:])
        assert np.hypot(*(nearest - anchors).T).min() >= 4.0
        for other in boxes[:number]:
            apart = box[0] > other[2] or box[2] < other[0] or box[1] > other[3] or box[3] < other[1]
            assert apart


def test_a_name_without_room_is_returned_not_squeezed_in() -> None:
    with house_style():
        ax = new_axes(None, (2, 1.5))
        x = np.zeros(40)
        unplaced = label_points(ax, x, x, [f"A rather long name {i}" for i in range(40)])
    assert unplaced
    assert len(unplaced) + len(ax.texts) == 40


@pytest.mark.parametrize("count", [22, 175])
def test_drawn_texts_do_not_overlap(count: int) -> None:
    rng = np.random.default_rng(count)
    with house_style():
        ax = new_axes(None)
        x, y = rng.lognormal(10, 0.6, count), rng.normal(80, 25, count)
        ax.scatter(x, y)
        label_points(ax, x, y, [f"Local Authority {i}" for i in range(count)], label=range(min(count, 25)))
        renderer = ax.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert len(boxes) > 10
    assert not [1 for i, one in enumerate(boxes) for other in boxes[:i] if one.overlaps(other)]


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=7).map(sorted),
    st.floats(0.1, 10),
)
def test_spread_names_keep_order_gap_and_frame(places, gap) -> None:
    moved = spread_out(places, gap, 0.0, 100.0)
    assert np.all(np.diff(moved) >= gap - 1e-9)
    assert min(moved) >= -1e-9
    assert max(moved) <= 100 + 1e-9
    if np.all(np.diff(places) >= gap):
        assert np.allclose(moved, places)
