"""The findings of an analysis: numbers for the receipt, sentences for a reader."""

from __future__ import annotations

import pandas as pd

from carerates.reports.analysis import Analysis
from carerates.reports.document import format_number
from carerates.reports.estimates import PROBABILITY
from carerates.tables import RatesTable


def headline_numbers(analysis: Analysis) -> dict[str, float | int | str]:
    """Return the numbers that a reader will quote, unrounded, for the receipt."""
    whole = analysis.adjustment.r_squared.iloc[0]
    report = analysis.funnel.dispersion[0].to_dict()
    positions = analysis.funnel.to_frame()["position"].value_counts()
    return {
        **rate_numbers(analysis.rates),
        **{f"areas_{position}": int(count) for position, count in sorted(positions.items())},
        **{
            name: value
            for name, value in report.items()
            if isinstance(value, (int, float)) and value == value
        },
        "deprivation_measure": analysis.measure.name,
        "r_squared_ordinary": float(whole["ordinary"]),
        "r_squared_log_rate": float(whole["log_rate"]),
        **_modelled_numbers(analysis),
    }


def rate_numbers(rates: RatesTable) -> dict[str, float | int | str]:
    """Return the numbers of a year's rates that a reader will quote."""
    frame = rates.to_frame()
    known = frame[frame["rate_per_10000"].notna()]
    return {
        "areas": len(frame),
        "areas_with_a_rate": len(known),
        "children": int(known["children"].sum()),
        "pooled_rate_per_10000": float(10_000 * known["children"].sum() / known["population"].sum()),
        "lowest_rate_per_10000": float(known["rate_per_10000"].min()),
        "highest_rate_per_10000": float(known["rate_per_10000"].max()),
    }


def _modelled_numbers(analysis: Analysis) -> dict[str, float | int | str]:
    """Return the model's numbers that a reader will quote."""
    estimates = analysis.estimates
    nations = estimates.fitted.nations()
    nations = nations[nations["year"] == analysis.year]
    numbers: dict[str, float | int | str] = {
        f"underlying_rate_per_10000, {row['nation']}": float(row["underlying_rate_per_10000"])
        for _, row in nations.iterrows()
    }
    sure = estimates.areas["probability_above_expected"]
    numbers["areas_above_expected_97_5"] = int((sure >= 0.975).sum())
    numbers["areas_below_expected_97_5"] = int((sure <= 0.025).sum())
    if estimates.classes is not None:
        numbers |= {f"areas_{label}": count for label, count in sorted(estimates.classes.counts().items())}
    return numbers


def headline_sentences(analysis: Analysis) -> tuple[str, ...]:
    """Return the findings in a few sentences."""
    frame = analysis.rates.to_frame()
    known = frame[frame["rate_per_10000"].notna()].sort_values("rate_per_10000")
    low, high = known.iloc[0], known.iloc[-1]
    if low["children"] < 10 and len(known) > 30:
        low = known[known["children"] >= 10].iloc[0]
    pooled = 10_000 * known["children"].sum() / known["population"].sum()
    times = high["rate_per_10000"] / low["rate_per_10000"]
    outside = int(is_outside(analysis.funnel.to_frame()).sum())
    allowing = analysis.funnel_allowing.to_frame()
    named = allowing.loc[is_outside(allowing), "area_name"].tolist()
    shares = analysis.measures[["ordinary", "log_rate"]].melt()["value"].dropna()
    sentences = [
        f"At 31 March {analysis.year}, {len(known)} of {len(frame)} local authorities have a rate; together it is "
        f"{format_number(pooled, 0)} per 10,000 children aged 0-17.",
        f"Rates run from {format_number(low['rate_per_10000'], 0)} ({low['area_name']}) to "
        f"{format_number(high['rate_per_10000'], 0)} ({high['area_name']}), "
        f"{format_number(times, 1)} times as high.",
        f"{outside} of {len(known)} areas are outside the 95% limits for chance alone: they differ by far more than chance "
        f"would have it. With limits that allow for this over-dispersion, {len(named)} {'is' if len(named) == 1 else 'are'} outside"
        + (f": {', '.join(named[:8])}{' and others' if len(named) > 8 else ''}." if named else "."),
        f"On its own, the measure “{analysis.measure.label}” accounts for "
        f"{format_number(100 * float(analysis.adjustment.r_squared.iloc[0]['ordinary']), 0)}% of the variation in rates between "
        f"areas. Other measures and scales give {format_number(shares.min(), 0)}% to {format_number(shares.max(), 0)}%, "
        "so no single figure is the answer.",
    ]
    sure = analysis.estimates.areas["probability_above_expected"]
    sentences.append(
        f"Allowing for chance and deprivation, {int((sure >= 0.975).sum())} areas are clearly above and "
        f"{int((sure <= 0.025).sum())} clearly below what would be expected; for the other "
        f"{int(((sure > 0.025) & (sure < 0.975)).sum())} the figures do not tell."
    )
    if analysis.change is not None:
        moved = analysis.change.to_frame()["percent_change"].dropna()
        sentences.append(
            f"Over the five years to {analysis.year}, the rate rose in {(moved > 0).sum()} and fell in {(moved < 0).sum()} of "
            f"{len(moved)} areas; the median change is {signed(moved.median())}%."
        )
    if analysis.estimates.classes is not None:
        counts = analysis.estimates.classes.counts()
        sentences.append(
            f"The underlying rate is increasing in {counts.get('increasing', 0)} and decreasing in "
            f"{counts.get('decreasing', 0)} areas with a probability of at least {PROBABILITY:g}; for "
            f"{counts.get('uncertain', 0)} it is uncertain."
        )
    return tuple(sentences)


def is_outside(funnel: pd.DataFrame) -> pd.Series:
    """Say which areas of a funnel have a count that lies outside its limits."""
    return funnel["position"].str.startswith(("above", "below"))


def signed(value: float) -> str:
    """Print a whole number with its sign."""
    return ("+" if value > 0 else "") + format_number(value, 0)
