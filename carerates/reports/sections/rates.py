"""Rates as they are, against chance, and beside an earlier report."""

from __future__ import annotations

from carerates.reports.analysis import Analysis
from carerates.reports.document import Block, Paragraph, Section, Subheading, format_number, make_table
from carerates.reports.exports import rates_with_position
from carerates.reports.pictures import Drawing
from carerates.reports.printed import printed_beside_ours
from carerates.reports.sections.quality import rounding_note


def overview(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Rates as they are."""
    frame = rates_with_position(analysis).sort_values("rate_per_10000", ascending=False)
    table = make_table(
        frame,
        "rates",
        f"Children looked after, population and rate, 31 March {analysis.year}",
        {
            "area_name": "Local authority",
            "children": "Children looked after",
            "population": "Children aged 0-17",
            "rate_per_10000": "Rate per 10,000",
            "published_rate_per_10000": "Published rate",
            "position": "Against the funnel's limits",
        },
        decimals={"children": 0, "population": 0, "rate_per_10000": 1, "published_rate_per_10000": 0},
        note=f"{rounding_note(frame)} The rate is computed here; the published one stands beside it.",
        folded=len(frame) > 30,
    )
    return Section(
        "overview", "Rates of local authorities", (drawings["map"].picture("map", "rates.csv"), table)
    )


def funnel_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Chance alone, and chance with over-dispersion."""
    blocks: list[Block] = [Paragraph(part) for part in analysis.funnel.summary().split("\n\n")]
    blocks.append(drawings["funnel"].picture("funnel", "funnel.csv"))
    blocks.append(Subheading("With the variation that chance does not explain"))
    blocks.append(
        Paragraph(
            "The same areas against limits widened by the variation between areas that chance does not explain. "
            "An area outside these limits stands out even among areas that differ as much as these do."
        )
    )
    blocks.append(
        drawings["funnel-over-dispersion"].picture("funnel-over-dispersion", "funnel-over-dispersion.csv")
    )
    return Section("funnel", "More than chance?", tuple(blocks))


def printed_section(analysis: Analysis) -> Section | None:
    """Set the figures of an earlier report beside today's, where one is held for the year."""
    found = printed_beside_ours(analysis)
    if found is None:
        return None
    name, frame = found
    table = make_table(
        frame,
        "printed",
        f"Figures printed in: {name}",
        {
            "area_name": "Local authority",
            "measure": "Measure",
            "printed": "Printed",
            "ours": "Here",
            "difference": "Difference",
            "reading": "Reading",
        },
        decimals={"printed": 0, "ours": 1},
    )
    agreeing = int((frame["reading"] == "agrees").sum())
    words = f"{agreeing} of {len(frame)} printed figures agree within rounding; the others differ by up to "
    words += f"{format_number(float(frame['difference'].abs().max()), 1)} per 10,000."
    return Section("printed", "Beside an earlier report", (Paragraph(words), table))
