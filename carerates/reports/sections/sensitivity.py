"""How much the answers rest on choices that others might make differently."""

from __future__ import annotations

import pandas as pd

from carerates.reports.analysis import Analysis
from carerates.reports.document import Block, Paragraph, Section, Subheading, make_table


def sensitivity_section(analysis: Analysis) -> Section:
    """Positions, differences from expectation and classes under other choices."""
    blocks: list[Block] = [
        Paragraph(
            "Every analysis makes choices. Here each area is shown under other choices that could be defended, so that a "
            "reader can see which findings hold whatever is chosen."
        ),
        Subheading("Other funnels"),
        Paragraph(analysis.choices.summary()),
        _positions(analysis),
        Subheading("Other measures of need"),
        Paragraph(_measure_words(analysis.differences)),
        _differences(analysis.differences),
    ]
    robust = analysis.estimates.robustness
    if robust is not None and analysis.estimates.variations is not None:
        blocks += [
            Subheading("Other rules of change"),
            Paragraph(robust.summary()),
            make_table(
                analysis.estimates.variations.query("question == 'underlying rates'"),
                "robustness",
                "Classes of underlying change under other windows, bases, thresholds and probabilities",
                {
                    "area_name": "Local authority",
                    "label": "Class as given",
                    "variations": "Variations",
                    "same_label": "With the same class",
                    "other_labels": "Other classes",
                },
                note="These probabilities come from each area's own counts, and not from the model above, so that "
                "every variation can be tried; a class may differ from that of the model.",
                folded=True,
            ),
        ]
    return Section("sensitivity", "Would other choices change the answer?", tuple(blocks))


def _positions(analysis: Analysis) -> Block:
    """Return the table of positions under other funnels."""
    frame = analysis.positions.copy()
    frame["share_outside"] = 100 * (1 - frame["share_within"])
    order = frame.sort_values(["share_outside", "area_name"], ascending=[False, True], kind="stable")
    return make_table(
        order.assign(depends_on=order["depends_on"].replace("", "none alone")),
        "choices",
        "Positions under other limits, allowances for over-dispersion, targets and roundings",
        {
            "area_name": "Local authority",
            "position": "In the funnel above",
            "lowest": "Lowest under any choice",
            "highest": "Highest under any choice",
            "share_outside": "Outside the limits under, % of choices",
            "depends_on": "Moved by one choice alone",
        },
        decimals={"share_outside": 0},
        folded=True,
    )


def _measure_words(frame: pd.DataFrame) -> str:
    """Say for how many areas the side of expectation depends on the measure."""
    same = int(frame["same_side"].sum())
    return (
        f"{same} of {len(frame)} areas are on the same side of expectation whichever of the measures of need is "
        f"used; for the other {len(frame) - same} the measure decides whether they are above or below."
    )


def _differences(frame: pd.DataFrame) -> Block:
    """Return the table of differences over the measures."""
    return make_table(
        frame.sort_values("highest", ascending=False, kind="stable").assign(
            same_side=frame["same_side"].map({True: "yes", False: "no"})
        ),
        "differences",
        "Difference from expectation, %, over the measures of need",
        {
            "area_name": "Local authority",
            "lowest": "Lowest",
            "highest": "Highest",
            "measures": "Measures",
            "same_side": "Same side under all",
        },
        decimals={"lowest": 0, "highest": 0},
        note="Each area is left out of its own expectation.",
        folded=True,
    )
