"""What the report says about an analysis, in plain words."""

from __future__ import annotations

import pandas as pd

from carerates.charts import plot
from carerates.charts.style import Furniture
from carerates.charts.tiles import draw_tiles
from carerates.reports.analysis import WINDOW, Analysis
from carerates.reports.document import (
    Block,
    Bullets,
    Document,
    Notice,
    Paragraph,
    Section,
    Table,
    format_number,
    make_table,
)
from carerates.reports.pictures import Drawing, draw

_PLACES = {"wales": "Wales", "england": "England", "both": "Wales and England"}
_MISSING = "[x] not available; [e] worked back from a published rate."
_NO_CHANGE = f"No change is shown: the edition has no rates for {WINDOW} years before."
_CAUTION = (
    "A rate is neither good nor bad. Being outside a limit says that chance alone is an unlikely explanation; it does "
    "not say that too many or too few children are looked after. Associations between areas are not causes."
)


def draw_all(analysis: Analysis) -> dict[str, Drawing]:
    """Draw every chart of the report, by the name of its files."""
    place, year = _PLACES[analysis.nation], analysis.year
    frame = analysis.rates.to_frame()
    measured = f"Children looked after at 31 March {year}, local authorities in {place}"
    tiles = draw_tiles(
        frame,
        "rate_per_10000",
        words=Furniture(
            "",
            measured,
            "Rate per 10,000 aged 0-17",
            analysis.rates.provenance.caption(),
        ),
    )
    made = {
        "map": draw(tiles, f"Tile map of rates, {place}, {year}", _map_words(frame)),
        "funnel": draw(
            plot(analysis.funnel, headline=_funnel_headline(analysis), title=measured),
            f"Funnel plot, {place}, {year}",
            analysis.funnel.text_alternative(),
        ),
        "funnel-over-dispersion": draw(
            plot(analysis.funnel_allowing, title=f"{measured}; limits allow for over-dispersion"),
            f"Funnel plot with limits that allow for over-dispersion, {place}, {year}",
            analysis.funnel_allowing.text_alternative(),
        ),
        "adjusted": draw(
            plot(analysis.adjustment),
            f"Observed and expected rates, {place}, {year}",
            _adjusted_words(analysis),
        ),
        "funnel-adjusted": draw(
            plot(analysis.adjusted_funnel, title=f"{measured}: observed over expected given deprivation"),
            f"Funnel plot of observed over expected, {place}, {year}",
            analysis.adjusted_funnel.text_alternative(),
        ),
    }
    if analysis.change is not None:
        made["change"] = draw(
            plot(analysis.change),
            f"Change in rates, {place}, {year - WINDOW} to {year}",
            analysis.change.summary(),
        )
    return made


def write_document(analysis: Analysis, drawings: dict[str, Drawing]) -> Document:
    """Put the report together."""
    place, year = _PLACES[analysis.nation], analysis.year
    sections = [
        _overview(analysis, drawings),
        _funnel_section(analysis, drawings),
        _adjusted_section(analysis, drawings),
        *([_change_section(analysis, drawings)] if analysis.change is not None else []),
        *([_rule_section(analysis)] if analysis.classes is not None else []),
        _quality_section(analysis),
        _methods_section(analysis),
        _sources_section(analysis),
    ]
    return Document(
        title=f"Children looked after in {place}, 31 March {year}",
        subtitle="Rates of local authorities compared: chance, deprivation and change",
        lead=(Bullets(headline_sentences(analysis)), Notice(_CAUTION)),
        sections=tuple(sections),
        footer=tuple(
            dict.fromkeys(source.attribution for source in analysis.provenance.sources if source.attribution)
        ),
    )


def headline_numbers(analysis: Analysis) -> dict[str, float | int | str]:
    """Return the numbers that a reader will quote, unrounded, for the receipt."""
    frame = analysis.rates.to_frame()
    known = frame[frame["rate_per_10000"].notna()]
    whole = analysis.adjustment.r_squared.iloc[0]
    report = analysis.funnel.dispersion[0].to_dict()
    positions = analysis.funnel.to_frame()["position"].value_counts()
    return {
        "areas": len(frame),
        "areas_with_a_rate": len(known),
        "children": int(known["children"].sum()),
        "pooled_rate_per_10000": float(10_000 * known["children"].sum() / known["population"].sum()),
        "lowest_rate_per_10000": float(known["rate_per_10000"].min()),
        "highest_rate_per_10000": float(known["rate_per_10000"].max()),
        **{f"areas_{position}": int(count) for position, count in sorted(positions.items())},
        **{
            name: value
            for name, value in report.items()
            if isinstance(value, (int, float)) and value == value
        },
        "deprivation_measure": analysis.measure.name,
        "r_squared_ordinary": float(whole["ordinary"]),
        "r_squared_log_rate": float(whole["log_rate"]),
    }


def headline_sentences(analysis: Analysis) -> tuple[str, ...]:
    """Return the findings in a few sentences."""
    frame = analysis.rates.to_frame()
    known = frame[frame["rate_per_10000"].notna()].sort_values("rate_per_10000")
    low, high = known.iloc[0], known.iloc[-1]
    if low["children"] < 10 and len(known) > 30:
        low = known[known["children"] >= 10].iloc[0]
    pooled = 10_000 * known["children"].sum() / known["population"].sum()
    times = high["rate_per_10000"] / low["rate_per_10000"]
    outside = (analysis.funnel.to_frame()["position"] != "within").sum()
    allowing = analysis.funnel_allowing.to_frame()
    named = allowing.loc[~allowing["position"].isin(["within", "unknown"]), "area_name"].tolist()
    shares = analysis.measures[["ordinary", "log_rate"]].melt()["value"].dropna()
    sentences = [
        f"At 31 March {analysis.year}, {len(known)} of {len(frame)} local authorities have a rate; together it is "
        f"{format_number(pooled, 0)} per 10,000 children aged 0-17.",
        f"Rates run from {format_number(low['rate_per_10000'], 0)} ({low['area_name']}) to "
        f"{format_number(high['rate_per_10000'], 0)} ({high['area_name']}), "
        f"{format_number(times, 1)} times as high.",
        f"{outside} of {len(known)} areas are outside the 95% limits for chance alone: they differ by far more than chance "
        f"would have it. With limits that allow for this over-dispersion, {len(named)} are outside"
        + (f": {', '.join(named[:8])}{' and others' if len(named) > 8 else ''}." if named else "."),
        f"On its own, one measure of deprivation ({_lower_first(analysis.measure.label)}) accounts for "
        f"{format_number(100 * float(analysis.adjustment.r_squared.iloc[0]['ordinary']), 0)}% of the variation in rates between "
        f"areas. Other measures and scales give {format_number(shares.min(), 0)}% to {format_number(shares.max(), 0)}%, "
        "so no single figure is the answer.",
    ]
    if analysis.change is not None:
        moved = analysis.change.to_frame()["percent_change"].dropna()
        sentences.append(
            f"Over the five years to {analysis.year}, the rate rose in {(moved > 0).sum()} and fell in {(moved < 0).sum()} of "
            f"{len(moved)} areas; the median change is {_signed(moved.median())}%."
        )
    return tuple(sentences)


def _overview(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Rates as they are."""
    frame = _with_position(analysis).sort_values("rate_per_10000", ascending=False)
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


def _funnel_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
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


def _adjusted_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
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


def _change_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
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


def _rule_section(analysis: Analysis) -> Section:
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


def _quality_section(analysis: Analysis) -> Section:
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


def _methods_section(analysis: Analysis) -> Section:
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


def _sources_section(analysis: Analysis) -> Section:
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


def _with_position(analysis: Analysis) -> pd.DataFrame:
    """Return the year's rates with each area's position in the plain funnel."""
    positions = analysis.funnel.to_frame()[["area_code", "position"]]
    return analysis.rates.to_frame().merge(positions, on="area_code", how="left")


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


def _funnel_headline(analysis: Analysis) -> str:
    """Say in one statement what the funnel shows."""
    frame = analysis.funnel.to_frame()
    known = frame[frame["rate"].notna()]
    outside = int((known["position"] != "within").sum())
    return f"{outside} of {len(known)} areas differ from the average by more than chance"


def _map_words(frame: pd.DataFrame) -> str:
    """Describe the map for somebody who cannot see it."""
    known = frame[frame["rate_per_10000"].notna()].sort_values("rate_per_10000", kind="stable")
    few = min(5, len(known))
    low = ", ".join(
        f"{row['area_name']} {row['rate_per_10000']:.0f}" for _, row in known.head(few).iterrows()
    )
    high = ", ".join(
        f"{row['area_name']} {row['rate_per_10000']:.0f}" for _, row in known.tail(few)[::-1].iterrows()
    )
    return f"Each area is one tile with its rate per 10,000. Highest: {high}. Lowest: {low}. The table holds all."


def _adjusted_words(analysis: Analysis) -> str:
    """Describe the chart of expected rates for somebody who cannot see it."""
    frame = analysis.adjustment.to_frame().dropna(subset=["percent_difference_left_out"])
    frame = frame.sort_values("percent_difference_left_out", kind="stable")
    few = min(5, len(frame))

    def tell(rows: pd.DataFrame) -> str:
        return ", ".join(
            f"{row['area_name']} {_signed(row['percent_difference_left_out'])}%" for _, row in rows.iterrows()
        )

    return (
        "Each point is an area: across, the rate that its circumstances lead one to expect; up, the rate observed. "
        f"Furthest above expectation: {tell(frame.tail(few)[::-1])}. Furthest below: {tell(frame.head(few))}."
    )


def _lower_first(text: str) -> str:
    """Return a label fit to stand inside a sentence."""
    return text if text[1:2].isupper() else text[0].lower() + text[1:]


def _signed(value: float) -> str:
    """Print a whole number with its sign."""
    return ("+" if value > 0 else "") + format_number(value, 0)


def data_tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Return the frame behind every chart and table, by file name."""
    tables = {
        "rates.csv": _with_position(analysis),
        "funnel.csv": analysis.funnel.to_frame(),
        "funnel-limits.csv": analysis.funnel.limits_frame(),
        "funnel-over-dispersion.csv": analysis.funnel_allowing.to_frame(),
        "funnel-over-dispersion-limits.csv": analysis.funnel_allowing.limits_frame(),
        "expected.csv": analysis.adjustment.to_frame(),
        "funnel-adjusted.csv": analysis.adjusted_funnel.to_frame(),
        "measures.csv": analysis.measures,
        "coverage.csv": analysis.coverage,
    }
    if analysis.change is not None:
        tables["change.csv"] = analysis.change.to_frame()
    if analysis.classes is not None and analysis.classes_on_start is not None:
        tables["rule-on-end-base.csv"] = analysis.classes.to_frame()
        tables["rule-on-start-base.csv"] = analysis.classes_on_start.to_frame()
    return tables


__all__ = ["Table", "data_tables", "draw_all", "headline_numbers", "headline_sentences", "write_document"]
