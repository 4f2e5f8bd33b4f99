"""The sections of the report, in plain words."""

from __future__ import annotations

import pandas as pd

from carerates.reports.analysis import WINDOW, Analysis
from carerates.reports.document import Block, Bullets, Notice, Paragraph, Section, format_number, make_table
from carerates.reports.exports import rates_with_position
from carerates.reports.pictures import Drawing
from carerates.reports.printed import printed_beside_ours

_MISSING = "[x] not available; [e] worked back from a published rate."
_NO_CHANGE = f"No change is shown: the edition has no rates for {WINDOW} years before."


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
        note=f"{_MISSING} {_rounding_note(frame)} The rate is computed here; the published one stands beside it.",
        folded=len(frame) > 30,
    )
    return Section(
        "overview", "Rates of local authorities", (drawings["map"].picture("map", "rates.csv"), table)
    )


def funnel_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Chance alone, and chance with over-dispersion."""
    blocks: list[Block] = [Paragraph(part) for part in analysis.funnel.summary().split("\n\n")]
    blocks.append(drawings["funnel"].picture("funnel", "funnel.csv"))
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


def adjusted_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Rates against what deprivation leads one to expect."""
    frame = analysis.adjustment.to_frame().sort_values("percent_difference_left_out", ascending=False)
    expected = make_table(
        frame[frame["expected_rate_per_10000"].notna()],
        "expected",
        "Observed and expected rates",
        {
            "area_name": "Local authority",
            "rate_per_10000": "Rate per 10,000",
            "expected_rate_per_10000_left_out": "Expected rate",
            "percent_difference_left_out": "Difference, %",
        },
        decimals={"percent_difference_left_out": 0},
        note=f"{_MISSING} Each area is left out of its own expectation.",
        folded=True,
    )
    measures = make_table(
        analysis.measures,
        "measures",
        "How much of the variation between areas each measure accounts for on its own, %",
        {
            "label": "Measure of need",
            "areas": "Areas",
            "ordinary": "Rates, ordinary R²",
            "population_weighted": "Weighted by population",
            "log_rate": "Log rates",
            "deviance": "Deviance",
        },
        decimals={"ordinary": 0, "population_weighted": 0, "log_rate": 0, "deviance": 0},
        note="Poisson regressions with one factor each. The share depends on the measure and on the scale.",
    )
    return Section(
        "adjusted",
        "What deprivation accounts for",
        (
            Paragraph(analysis.adjustment.summary()),
            drawings["adjusted"].picture("adjusted", "expected.csv"),
            measures,
            Paragraph(
                "The adjusted funnel compares each area with its own expectation. Its limits allow for over-dispersion "
                "and for the uncertainty of the expectation."
            ),
            drawings["funnel-adjusted"].picture("funnel-adjusted", "funnel-adjusted.csv"),
            expected,
        ),
    )


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
        note=f"{_MISSING} The interval is of the underlying change since {analysis.year - WINDOW}, as a percentage of that rate.",
        folded=True,
    )
    return Section(
        "change",
        "Change over five years",
        (Paragraph(analysis.change.summary()), drawings["change"].picture("change", "change.csv"), table),
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
        note=_MISSING,
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
            Paragraph(_rounding_note(analysis.rates.to_frame())),
            *lack,
            *([] if analysis.change is not None else [Paragraph(_NO_CHANGE)]),
            *_vintage_blocks(analysis),
            table,
        ),
    )


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


def methods_section(analysis: Analysis) -> Section:
    """Methods in plain words."""
    return Section(
        "methods",
        "How it was done",
        (
            Bullets(
                (
                    "Rate: children looked after at 31 March for every 10,000 children aged 0-17 at the mid-year before.",
                    "Funnel: an area's position comes from the exact probability of a count at least as far from the target; "
                    "the target is the pooled rate of the areas shown. 95% and 99.8% limits leave 1 area in 20 and 1 in 500 "
                    "outside by chance.",
                    "Over-dispersion: variation between areas beyond chance. It is always reported; limits that allow for it "
                    "add the between-area variance (DerSimonian-Laird) to that of chance.",
                    "Expected rate: Poisson regression of counts on the measure of deprivation, with population as offset; "
                    "each area is left out of its own expectation.",
                    "Change: intervals respect that many of the same children are counted at both dates.",
                )
            ),
            Paragraph("Steps taken, in order:"),
            Bullets(analysis.provenance.steps),
        ),
    )


def sources_section(analysis: Analysis) -> Section:
    """Where the figures come from."""
    frame = pd.DataFrame(
        [
            {
                "title": source.title,
                "publisher": source.publisher,
                "edition": source.edition,
                "licence": source.licence,
                "sha256": source.sha256[:12],
            }
            for source in analysis.provenance.sources
        ]
    )
    table = make_table(
        frame,
        "sources",
        "Sources",
        {
            "title": "Table",
            "publisher": "Publisher",
            "edition": "Edition",
            "licence": "Licence",
            "sha256": "Checksum begins",
        },
    )
    files = Paragraph(
        "The files beside this page hold every figure as CSV, every chart as SVG and PNG, and receipt.json with the "
        "inputs' checksums, the settings and the headline numbers."
    )
    return Section("sources", "Where the figures come from", (table, files))


def _rounding_note(frame: pd.DataFrame) -> str:
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
