"""Underlying rates by the hierarchical model: what lies behind the published rates, and how sure that is."""

from __future__ import annotations

from carerates.reports.analysis import PLACES, Analysis
from carerates.reports.document import Block, Bullets, Notice, Paragraph, Section, make_table
from carerates.reports.pictures import Drawing
from carerates.reports.wording import ordinal

_PLAIN = (
    "A published rate is one year's count, and a count moves by chance: most of all in a small area. The model "
    "estimates the rate that lies behind it, by looking at all areas and years together. Where an area's own figures "
    "say little, the estimate leans on areas of like deprivation; this is called shrinkage. Every estimate "
    "comes with an interval that holds the underlying rate with a probability of 95%, if the model is right."
)


def underlying_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Underlying rates, ranks and shrinkage."""
    estimates = analysis.estimates
    frame = estimates.areas.sort_values("underlying_rate_per_10000", ascending=False, kind="stable")
    table = make_table(
        frame,
        "underlying",
        f"Underlying rates per 10,000 and ranks, 31 March {analysis.year}",
        {
            "area_name": "Local authority",
            "rate_per_10000": "Published count over population",
            "underlying_rate_per_10000": "Underlying rate",
            "lower_95": "95% interval from",
            "upper_95": "to",
            "expected_rate_per_10000": "Expected given deprivation",
            "probability_above_expected": "Probability of being above expected",
            "shrinkage": "Shrinkage (0: own figures, 1: model)",
            "rank_lower_95": "Rank from",
            "rank_upper_95": "to (95%)",
        },
        decimals={
            "probability_above_expected": 2,
            "shrinkage": 2,
            "rank_lower_95": 0,
            "rank_upper_95": 0,
        },
        note="[x] no published count: the rate is predicted from the other years. Rank 1 is the highest underlying rate. "
        "A probability near 0 or 1 is a clear difference; one near 0.5 is none.",
        folded=len(frame) > 30,
    )
    checks = estimates.fitted.diagnostics
    blocks: list[Block] = [Paragraph(_PLAIN)]
    if not checks.passed:
        blocks.append(Notice(checks.banner()))
    blocks += [
        Bullets(_findings(analysis)),
        drawings["map-underlying"].picture("map-underlying", "underlying.csv"),
        drawings["underlying"].picture("underlying", "underlying.csv"),
        Paragraph(
            "How far each estimate is drawn from the published rate. Small areas move most, since their published "
            "rates owe most to chance."
        ),
        drawings["shrinkage"].picture("shrinkage", "underlying.csv"),
        table,
        Paragraph(estimates.fitted.summary()),
        *_left_out(analysis),
    ]
    return Section("underlying", "What lies behind the rates", tuple(blocks))


def _findings(analysis: Analysis) -> tuple[str, ...]:
    """Say how sure the order of areas is, and who is clearly above or below expectation."""
    frame = analysis.estimates.areas
    width = frame["rank_upper_95"] - frame["rank_lower_95"]
    widest = frame.iloc[int(width.to_numpy().argmax())]
    sure_above = frame.loc[frame["probability_above_expected"] >= 0.975, "area_name"].tolist()
    sure_below = frame.loc[frame["probability_above_expected"] <= 0.025, "area_name"].tolist()
    return (
        f"Of {len(frame)} areas in {PLACES[analysis.nation]}, half have a place in the order that could be any of "
        f"{int(width.median()) + 1} or more. Least sure: {widest['area_name']}, anywhere between "
        f"{ordinal(int(widest['rank_lower_95']), 'en')} and {ordinal(int(widest['rank_upper_95']), 'en')}.",
        f"Above what deprivation leads one to expect with a probability of at least 97.5%: {_named(sure_above)}.",
        f"Below it with a probability of at least 97.5%: {_named(sure_below)}.",
    )


def _named(names: list[str]) -> str:
    """Name the first few of some areas, with how many there are."""
    if not names:
        return "no area"
    first = ", ".join(names[:8])
    return f"{len(names)} ({first}{' and others' if len(names) > 8 else ''})"


def _left_out(analysis: Analysis) -> list[Block]:
    """Name the areas of the year that the model has no estimate for."""
    shown = set(analysis.estimates.areas["area_code"])
    frame = analysis.rates.to_frame()
    names = frame.loc[~frame["area_code"].isin(shown), "area_name"].tolist()
    if not names:
        return []
    return [
        Paragraph(f"Without an estimate, for want of a count, a population or a factor: {', '.join(names)}.")
    ]
