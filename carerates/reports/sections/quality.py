"""What is missing, rounded, worked back or broken."""

from __future__ import annotations

import pandas as pd

from carerates.reports.analysis import WINDOW, Analysis
from carerates.reports.document import Block, Bullets, Paragraph, Section, Subheading, make_table
from carerates.trends import KNOWN_BREAKS

_NO_CHANGE = f"No change is shown: the edition has no rates for {WINDOW} years before."


def quality_section(analysis: Analysis) -> Section:
    """Say what is missing, rounded or derived, and what newer years lack."""
    newer = analysis.coverage[analysis.coverage["year"] > analysis.year]
    lines = [
        f"{int(row['year'])}: {int(row['published'])} published, {int(row['derived'])} worked back from a published rate, "
        f"{int(row['missing'])} missing"
        + (f" ({row['names_missing']})." if pd.notna(row["names_missing"]) else ".")
        for _, row in newer.iterrows()
    ]
    lack = (
        [
            Paragraph(
                f"The edition also holds newer figures, but not for every area, which is why {analysis.year} is shown:"
            ),
            Bullets(tuple(lines)),
        ]
        if lines
        else [Paragraph("The edition holds no newer year.")]
    )
    table = make_table(
        analysis.coverage,
        "coverage",
        "Areas by year and kind of figure",
        {
            "year": "31 March",
            "published": "Published count and population",
            "without_population": "Published count, no population",
            "derived": "Worked back from a rate",
            "missing": "Missing",
        },
        folded=True,
    )
    return Section(
        "quality",
        "What the figures leave open",
        (
            Subheading("Rounded, suppressed or worked back"),
            Paragraph(rounding_note(analysis.rates.to_frame())),
            Paragraph(_stability_words(analysis)),
            Subheading("Missing"),
            *_missing(analysis),
            *lack,
            *([] if analysis.change is not None else [Paragraph(_NO_CHANGE)]),
            table,
            Subheading("Breaks in the series"),
            *_break_blocks(analysis),
            Subheading("Published rates beside those computed here"),
            *_vintage_blocks(analysis),
        ),
    )


def _stability_words(analysis: Analysis) -> str:
    """Say whose position in the funnel rounding could alter."""
    frame = analysis.funnel.to_frame()
    names = frame.loc[~frame["stable_under_rounding"].astype(bool), "area_name"].tolist()
    if not names:
        return "No area's position in the funnel could be another by rounding or suppression."
    return (
        f"The position of {len(names)} area{'s' if len(names) > 1 else ''} in the funnel could be another by rounding "
        f"or suppression: {', '.join(names)}."
    )


def _missing(analysis: Analysis) -> list[Block]:
    """Name the areas without a rate in the year."""
    frame = analysis.rates.to_frame()
    names = frame.loc[frame["rate_per_10000"].isna(), "area_name"].tolist()
    if not names:
        return [Paragraph(f"Every area has a rate at 31 March {analysis.year}.")]
    return [Paragraph(f"Without a rate at 31 March {analysis.year}: {', '.join(names)}.")]


def _break_blocks(analysis: Analysis) -> list[Block]:
    """List the breaks that lie within the years the report uses."""
    nations = set(analysis.panel.to_frame()["nation"])
    first = min(analysis.estimates.fitted.design.panel.years)
    lines = tuple(
        f"{one.nation}, from {one.year} ({one.affects}): {one.description}."
        for one in KNOWN_BREAKS
        if one.nation in nations and one.within(first, analysis.year)
    )
    if not lines:
        return [Paragraph(f"The publishers note no break between {first} and {analysis.year}.")]
    told = f"Figures from {first} to {analysis.year} are used. Within those years the publishers note:"
    return [Paragraph(told), Bullets(lines)]


def _vintage_blocks(analysis: Analysis) -> list[Block]:
    """List areas whose computed rate is not the published one."""
    frame = analysis.rates.to_frame()
    apart = frame[(frame["published_rate_per_10000"] - frame["rate_per_10000"]).abs() > _allowance(frame)]
    if apart.empty:
        return [Paragraph("Every published rate agrees with count over population within rounding.")]
    table = make_table(
        apart,
        "vintages",
        "Published rates that differ from count over population by more than rounding",
        {
            "area_name": "Local authority",
            "rate_per_10000": "Computed",
            "published_rate_per_10000": "Published",
        },
        decimals={"published_rate_per_10000": 0},
        note="Differences of one or two per 10,000 come from later revisions of counts and population estimates.",
    )
    return [table]


def _allowance(frame: pd.DataFrame) -> pd.Series:
    """Return the difference that rounding of count and rate allows."""
    return 0.5 + 10_000 * (frame["children_high"] - frame["children_low"]) / 2 / frame["population"]


def rounding_note(frame: pd.DataFrame) -> str:
    """Say how the counts were rounded."""
    words = {
        "rounded_to_5": "to the nearest 5",
        "exact": "exact",
        "derived": "worked back from a whole-number rate",
        "not_available": "not available",
        "suppressed": "suppressed",
    }
    counts = frame["status"].value_counts()
    told = ", ".join(
        f"{count} {words.get(str(status), str(status).replace('_', ' '))}" for status, count in counts.items()
    )
    return f"Counts of the {len(frame)} areas: {told}."
