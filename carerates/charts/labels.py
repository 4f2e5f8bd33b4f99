"""Names beside points and lines, placed so that no name covers another name or a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from carerates.charts.style import GREY, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]

_RADII = (6.0, 11.0, 17.0, 25.0, 35.0, 48.0, 64.0, 84.0)
_ANGLES = np.deg2rad([0, 180, 30, 330, 150, 210, 60, 300, 120, 240, 90, 270])
_LEADER_FROM = 15.0  # beyond this many pixels a thin line joins the name to its point


def place_boxes(
    anchors: Array, sizes: Array, obstacles: Array, bounds: tuple[float, float, float, float], lines: Array
) -> list[tuple[float, float] | None]:
    """Find a centre for each text box, first come first placed, or None where there is no room.

    Parameters
    ----------
    anchors : array, shape (labels, 2)
        The points to be named, in pixels, most important first.
    sizes : array, shape (labels, 2)
        Width and height of each text in pixels.
    obstacles : array, shape (points, 3)
        Centre and radius of every point; no text may cover one.
    bounds : (left, bottom, right, top)
        Texts stay inside.
    lines : array, shape (vertices, 2)
        Places that a text should keep clear of if it can, such as limit lines.
    """
    placed: list[tuple[float, float] | None] = []
    boxes = np.empty((0, 4))
    for anchor, size in zip(anchors, sizes, strict=True):
        best, best_cost = None, np.inf
        half = size / 2
        for radius in _RADII:
            for rank, angle in enumerate(_ANGLES):
                direction = np.array([np.cos(angle), np.sin(angle)])
                centre = anchor + direction * (radius + half * np.abs(direction) ** 0.5)
                box = np.concatenate([centre - half - 1.5, centre + half + 1.5])
                if box[0] < bounds[0] or box[1] < bounds[1] or box[2] > bounds[2] or box[3] > bounds[3]:
                    continue
                if _overlaps(box, boxes) or _covers(box, obstacles):
                    continue
                cost = (
                    radius
                    + 0.4 * rank
                    + 15.0 * _inside(box, lines)
                    + 12.0 * _leader_hits(anchor, centre, boxes)
                )
                if cost < best_cost:
                    best, best_cost = (float(centre[0]), float(centre[1])), cost
            if best is not None and best_cost < radius + 5.0:
                break
        if best is not None:
            centre = np.array(best)
            boxes = np.vstack([boxes, np.concatenate([centre - half - 1.5, centre + half + 1.5])])
            # a name put down later should not cross the line from this one to its point
            way = anchor + np.linspace(0.15, 0.85, 5)[:, None] * (centre - anchor)
            if best_cost > _LEADER_FROM:
                lines = np.vstack([lines, way])
        placed.append(best)
    return placed


def _overlaps(box: Array, boxes: Array) -> bool:
    """Say whether a box meets any of the boxes already placed."""
    if not len(boxes):
        return False
    apart = (box[0] > boxes[:, 2]) | (box[2] < boxes[:, 0]) | (box[1] > boxes[:, 3]) | (box[3] < boxes[:, 1])
    return bool((~apart).any())


def _covers(box: Array, points: Array) -> bool:
    """Say whether a box covers any point, given as centre and radius."""
    nearest = np.clip(points[:, :2], box[:2], box[2:])
    return bool((np.hypot(*(nearest - points[:, :2]).T) < points[:, 2]).any())


def _inside(box: Array, vertices: Array) -> int:
    """Count the vertices that lie inside a box, three at most."""
    if not len(vertices):
        return 0
    return min(3, int(((vertices >= box[:2]) & (vertices <= box[2:])).all(axis=1).sum()))


def _leader_hits(start: Array, end: Array, boxes: Array) -> int:
    """Count the boxes that a leader line from start to end would cross."""
    if not len(boxes):
        return 0
    along = start + np.linspace(0.0, 1.0, 12)[:, None] * (end - start)
    inside = (along[:, None, :] >= boxes[None, :, :2]) & (along[:, None, :] <= boxes[None, :, 2:])
    return int(inside.all(axis=2).any(axis=0).sum())


def label_points(
    ax: Axes,
    x: Array,
    y: Array,
    names: Sequence[str],
    *,
    radii: Array | float = 4.0,
    label: Sequence[int] | None = None,
    fontsize: float = 8.5,
    clear_of: Array | None = None,
) -> list[str]:
    """Name points on a chart without overlaps; return the names for which there was no room.

    Parameters
    ----------
    ax : Axes
        Its limits are fixed as they are, and its size must be final, since places are found in pixels.
    x, y : arrays, shape (points,)
        Every point of the chart in data units, named or not.
    names : sequence of str, length points
        Names.
    radii : array or float
        Radius of the points in pixels.
    label : sequence of int, optional
        Which points to name, most important first; all when not given.
    fontsize : float
        Size of the names.
    clear_of : array, shape (vertices, 2), optional
        Vertices of lines, in data units, that names should keep clear of if they can.
    """
    order = list(range(len(names))) if label is None else list(label)
    if not order:
        return []
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())  # places are pixels, so the scales must not move any more
    pixels = ax.transData.transform(np.column_stack([x, y]))
    obstacles = np.column_stack([pixels, np.broadcast_to(radii, len(pixels))])
    box = ax.get_window_extent()
    lines = ax.transData.transform(clear_of) if clear_of is not None and len(clear_of) else np.empty((0, 2))
    sizes = []
    for index in order:
        text = ax.text(0, 0, names[index], fontsize=fontsize)
        extent = text.get_window_extent()
        sizes.append((extent.width, extent.height))
        text.remove()
    bounds = (box.x0, box.y0, box.x1, box.y1)
    places = place_boxes(pixels[order], np.array(sizes), obstacles, bounds, lines)
    unplaced = []
    back = ax.transData.inverted()
    for index, place, size in zip(order, places, sizes, strict=True):
        if place is None:
            unplaced.append(names[index])
            continue
        centre = back.transform(place)
        if _far(np.array(place), np.array(size), pixels[index]):
            edge = np.clip(
                pixels[index], np.array(place) - np.array(size) / 2, np.array(place) + np.array(size) / 2
            )
            ends = back.transform(np.vstack([pixels[index], edge]))
            ax.plot(ends[:, 0], ends[:, 1], color=GREY, linewidth=0.6, zorder=2.5)
        ax.text(
            centre[0],
            centre[1],
            names[index],
            fontsize=fontsize,
            color=INK,
            ha="center",
            va="center",
            zorder=5,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.4},
        ).set_label(f"label-{index}")
    return unplaced


def _far(centre: Array, size: Array, point: Array) -> bool:
    """Say whether a name is so far from its point that a line should join them."""
    nearest = np.clip(point, centre - size / 2, centre + size / 2)
    return bool(np.hypot(*(nearest - point)) > _LEADER_FROM)


def spread_out(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move ascending places apart by at least ``gap``, as little as possible, inside ``low`` to ``high``."""
    groups: list[list[float]] = []  # each: places in it, moved together about their mean
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _first(groups[-1], gap) < _last(groups[-2], gap) + gap:
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = [_first(one, gap) + gap * number for one in groups for number in range(len(one))]
    for number in range(len(moved)):
        moved[number] = max(moved[number], low + gap * number)
    for number in range(len(moved)):
        at = len(moved) - 1 - number
        moved[at] = min(moved[at], high - gap * number)
    return moved


def _first(group: Sequence[float], gap: float) -> float:
    """Return where a group of names begins when spread about its mean."""
    return sum(group) / len(group) - gap * (len(group) - 1) / 2


def _last(group: Sequence[float], gap: float) -> float:
    """Return where a group of names ends."""
    return _first(group, gap) + gap * (len(group) - 1)
