"""Tables made for charts: any number of areas, some far from the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

import carerates as cr


def made_events(areas: int, *, seed: int = 1, spread: float = 20.0) -> pd.DataFrame:
    """Counts that vary by more than chance, so that some areas lie outside the limits."""
    rng = np.random.default_rng(seed)
    population = rng.lognormal(10, 0.8, areas).round()
    rates = 0.008 * rng.gamma(spread, 1 / spread, areas)
    return pd.DataFrame(
        {
            "code": [f"A{number:04d}" for number in range(areas)],
            "name": [f"Local Authority {number}" for number in range(areas)],
            "events": rng.poisson(population * rates),
            "population": population,
            "region": [f"Region {number % 4}" for number in range(areas)],
        }
    )


def made_funnel(areas: int, **options: object) -> cr.Funnel:
    return cr.funnel(
        made_events(areas),
        events="events",
        denominator="population",
        area="code",
        name="name",
        **options,  # type: ignore[arg-type]
    )


def text_boxes(ax, prefix="label-"):
    """Extents of the texts whose id begins with a prefix, in pixels."""
    ax.figure.draw_without_rendering()
    return [one.get_window_extent() for one in ax.texts if str(one.get_label()).startswith(prefix)]


def overlapping(boxes):
    """Pairs of boxes that meet."""
    return [(i, j) for i, one in enumerate(boxes) for j, other in enumerate(boxes[:i]) if one.overlaps(other)]


def is_points(collection) -> bool:
    """Whether a collection shows areas at their positions."""
    label = str(collection.get_label())
    return not label.startswith("_") and label != "rings"
