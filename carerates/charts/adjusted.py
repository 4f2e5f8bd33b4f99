"""Observed rates against the rates expected from circumstances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from carerates.charts.labels import label_points
from carerates.charts.page import Page, Told, chart
from carerates.charts.phrases import Phrases
from carerates.charts.style import BLUE, GREY, NATION_MARKS

if TYPE_CHECKING:
    from carerates.models import Adjustment

_WORDS: dict[str, Phrases] = {
    "en": {
        "axis": "Rate expected from circumstances, per 10,000 aged 0-17",
        "title": "Children looked after at 31 March {year}: observed rate against the rate expected",
        "unit": "Observed rate per 10,000 aged 0-17",
        "line": "On the line, the rate is as expected. Each area has no say in its own expectation.",
        "shapes": "Shapes: {shapes}.",
    },
    "cy": {
        "axis": "Y gyfradd a ddisgwylir o'r amgylchiadau, fesul 10,000 o blant 0-17 oed",
        "title": "Plant sy'n derbyn gofal ar 31 Mawrth {year}: y gyfradd a gafwyd a'r un ddisgwyliedig",
        "unit": "Y gyfradd a gafwyd fesul 10,000 o blant 0-17 oed",
        "line": (
            "Ar y llinell, mae'r gyfradd fel y disgwylid. Nid oes gan ardal lais yn ei disgwyliad ei hun."
        ),
        "shapes": "Siapiau: {shapes}.",
    },
}


@chart(_WORDS)
def draw_adjustment(page: Page, result: Adjustment, *, label: int | None = None) -> Told:
    """Draw each area's rate against the rate expected from its circumstances, itself left out.

    Parameters
    ----------
    result : Adjustment
        What :func:`carerates.adjust` gave.
    label : int, optional
        How many areas to name, furthest from their expected rate first; all of up to 30 areas, else 24.
    """
    frame = result.to_frame()
    frame = frame[frame["rate_per_10000"].notna() & frame["expected_rate_per_10000_left_out"].notna()]
    expected = frame["expected_rate_per_10000_left_out"].to_numpy(dtype=float)
    observed = frame["rate_per_10000"].to_numpy(dtype=float)
    ax = page.axes((8.0, 6.4))
    left, right = 0.9 * expected.min(), 1.12 * expected.max()
    ax.plot([left, right], [left, right], color=GREY, linewidth=1.2, zorder=1.5)
    nations = [str(one) for one in frame["nation"].fillna("").tolist()]
    for nation in dict.fromkeys(nations):
        marker, colour = NATION_MARKS.get(nation, ("s", BLUE))
        rows = np.array([one == nation for one in nations])
        ax.scatter(
            expected[rows],
            observed[rows],
            s=26,
            marker=marker,
            color=colour,
            linewidths=0,
            zorder=3,
            label=nation,
        )
    ax.set(xlim=(left, right), ylim=(0, 1.08 * observed.max()))
    ax.set_xlabel(page.say("axis"), fontsize=9)
    notes = [page.say("line")]
    if len(set(nations)) > 1:
        shapes = [
            f"{page.nation(one)} {page.say(marker)}"
            for one, (marker, _) in NATION_MARKS.items()
            if one in nations
        ]
        notes.append(page.say("shapes", shapes="; ".join(shapes)))
    count = label if label is not None else (len(frame) if len(frame) <= 30 else 24)
    furthest = np.argsort(-np.abs(np.log(np.maximum(observed, 1e-9) / expected)), kind="stable")[:count]
    diagonal = np.linspace(left, right, 80)
    return Told(
        page.say("title", year=result.year),
        page.say("unit"),
        notes,
        lambda: label_points(
            ax,
            expected,
            observed,
            page.names(frame),
            label=[int(one) for one in furthest],
            fontsize=8,
            clear_of=np.column_stack([diagonal, diagonal]),
        ),
    )
