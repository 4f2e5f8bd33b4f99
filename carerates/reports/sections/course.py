"""Change over five years: as published, by a published rule, and with probabilities."""

from __future__ import annotations

from carerates.reports.analysis import WINDOW, Analysis
from carerates.reports.document import Block, Notice, Paragraph, Section, Subheading, make_table
from carerates.reports.estimates import PROBABILITY
from carerates.reports.pictures import Drawing


def change_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Change over five years."""
    assert analysis.change is not None
    frame = analysis.change.to_frame().sort_values("percent_change", ascending=False)
    table = make_table(
        frame,
        "change",
        f"Change in the rate, {analysis.year - WINDOW} to {analysis.year}",
        {
            "area_name": "Local authority",
            "rate_start": f"Rate {analysis.year - WINDOW}",
            "rate_end": f"Rate {analysis.year}",
            "percent_of_start": f"Change, % of {analysis.year - WINDOW}",
            "percent_of_end": f"Change, % of {analysis.year}",
            "percent_lower": "95% interval from",
            "percent_upper": "to",
        },
        note=f"The interval is of the underlying change since {analysis.year - WINDOW}, as a percentage of that rate.",
        folded=True,
    )
    blocks: list[Block] = [
        Paragraph(analysis.change.summary()),
        drawings["change"].picture("change", "change.csv"),
        table,
        Subheading("Year by year"),
        Paragraph(
            "Published rates as points; the line and its band are the underlying rate and its 95% interval; the dashed "
            "line is the rate expected given deprivation."
        ),
        drawings["trends"].picture("trends", "trends.csv"),
    ]
    if analysis.estimates.classes is not None:
        blocks += _class_blocks(analysis, drawings)
    return Section("change", "Change over five years", tuple(blocks))


def _class_blocks(analysis: Analysis, drawings: dict[str, Drawing]) -> list[Block]:
    """Classes of underlying change, with probabilities."""
    classes = analysis.estimates.classes
    assert classes is not None
    frame = classes.to_frame().sort_values("percent_change", ascending=False, kind="stable")
    return [
        Subheading("Increasing, decreasing or neither?"),
        Paragraph(
            f"An area is called increasing or decreasing only where that has a probability of at least {PROBABILITY:g}. "
            "Decreasing means a fall of 10% or more; increasing, a rise of more than ten points above that of all areas "
            "together. Where neither that nor the middle reaches the probability, the area is uncertain, and says so."
        ),
        Paragraph(classes.summary()),
        drawings["classes"].picture("classes", "classes.csv"),
        make_table(
            frame,
            "classes",
            f"Underlying change, {classes.settings.rule.start} to {classes.settings.rule.end}, and probability of each class",
            {
                "area_name": "Local authority",
                "percent_change": "Change, %",
                "percent_lower": "95% interval from",
                "percent_upper": "to",
                "probability_increasing": "Increasing",
                "probability_stable": "Neither",
                "probability_decreasing": "Decreasing",
                "label": "Class",
            },
            decimals=dict.fromkeys(
                ("probability_increasing", "probability_stable", "probability_decreasing"), 2
            ),
            folded=len(frame) > 30,
        ),
    ]


def trends_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Year by year, where the figures do not reach back over the whole window."""
    return Section(
        "change",
        "Year by year",
        (
            Paragraph(
                f"The edition has no rates for {WINDOW} years before, so no change over that time is shown."
            ),
            drawings["trends"].picture("trends", "trends.csv"),
        ),
    )


def rule_section(analysis: Analysis) -> Section:
    """Show the published Welsh rule on both bases."""
    assert analysis.classes is not None
    assert analysis.classes_on_start is not None
    ends, starts = analysis.classes.to_frame(), analysis.classes_on_start.to_frame()
    frame = ends.assign(
        percent_of_start=starts["percent_change"], label_on_start=starts["label"]
    ).sort_values("percent_change", ascending=False)
    table = make_table(
        frame,
        "rule",
        "Change 2016 to 2020 by the rule of a 2021 survey report, on both bases",
        {
            "area_name": "Local authority",
            "rate_start": "Published rate 2016",
            "rate_end": "Published rate 2020",
            "percent_change": "Change, % of the 2020 rate (as printed)",
            "label": "Class as printed",
            "percent_of_start": "Change, % of the 2016 rate",
            "label_on_start": "Class since 2016",
        },
        decimals={"rate_start": 0, "rate_end": 0},
    )
    return Section(
        "rule",
        "The 2016 to 2020 classes, on both bases",
        (
            Paragraph(analysis.classes.summary()),
            Notice(
                "The percentages printed in that report divide by the rate at the end of the period. As a change since 2016 "
                "the same figures are larger rises and smaller falls; both stand side by side here. The report also excluded "
                "an area whose rate was below what its deprivation led one to expect; that step is left out of this table."
            ),
            table,
        ),
    )
