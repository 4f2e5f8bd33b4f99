"""Every chart of the report, with the words for those who do not see it."""

from __future__ import annotations

import pandas as pd

from carerates.charts import plot
from carerates.charts.style import Furniture
from carerates.charts.tiles import draw_tiles
from carerates.reports.analysis import PLACES, WINDOW, Analysis
from carerates.reports.headlines import is_outside, signed
from carerates.reports.pictures import Drawing, draw


def draw_all(analysis: Analysis) -> dict[str, Drawing]:
    """Draw every chart of the report, by the name of its files."""
    place, year = PLACES[analysis.nation], analysis.year
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
    underlying, together = analysis.estimates.areas, _together(analysis)
    sure = draw_tiles(
        underlying,
        "underlying_rate_per_10000",
        lower="lower_95",
        upper="upper_95",
        reference=together,
        words=Furniture(
            "",
            f"Underlying rates of children looked after at 31 March {year}, with 95% intervals, {place}",
            "Rate per 10,000 aged 0-17",
            analysis.provenance.caption(),
        ),
    )
    made = {
        "map-underlying": draw(
            sure, f"Tile map of underlying rates, {place}, {year}", _open_words(underlying, together)
        ),
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
    return made | _modelled(analysis, place)


def _modelled(analysis: Analysis, place: str) -> dict[str, Drawing]:
    """Draw what comes from the model."""
    estimates, year = analysis.estimates, analysis.year
    fitted, frame = estimates.fitted, estimates.areas
    years = fitted.design.panel.years
    made = {
        "underlying": draw(
            plot(fitted, chart="caterpillar", year=year),
            f"Underlying rates with 95% intervals, {place}, {year}",
            _interval_words(frame),
        ),
        "trends": draw(
            plot(fitted, chart="trends"),
            f"Published, underlying and expected rates by area, {place}, {years[0]} to {years[-1]}",
            "One small chart for each area: published rates as points, the underlying rate as a line with its 95% "
            "interval as a band, the rate expected given deprivation as a dashed line. The file trends.csv holds all.",
        ),
    }
    if frame["rate_per_10000"].notna().all() or len(frame) > 30:
        made["shrinkage"] = draw(
            plot(fitted, chart="shrinkage", year=year),
            f"From published to underlying rates, {place}, {year}",
            _shrinkage_words(frame),
        )
    if estimates.classes is not None:
        made["classes"] = draw(
            plot(estimates.classes, chart="chances"),
            f"Probability of each class of change, {place}, {year - WINDOW} to {year}",
            estimates.classes.summary(),
        )
    if len(estimates.pairs.to_frame()):
        made["pairs"] = draw(
            plot(estimates.pairs),
            f"Pairs of areas with similar need and different rates, {place}, {year}",
            estimates.pairs.summary(),
        )
    return made


def _interval_words(frame: pd.DataFrame) -> str:
    """Describe the chart of underlying rates for somebody who cannot see it."""
    order = frame.sort_values("underlying_rate_per_10000", kind="stable")

    def tell(rows: pd.DataFrame) -> str:
        return "; ".join(
            f"{row['area_name']} {row['underlying_rate_per_10000']:.0f} ({row['lower_95']:.0f} to {row['upper_95']:.0f})"
            for _, row in rows.iterrows()
        )

    few = min(5, len(order))
    return (
        "Each area is a row: a point for its underlying rate per 10,000, a bar for the 95% interval and a diamond for the "
        f"rate expected given deprivation. Highest: {tell(order.tail(few)[::-1])}. Lowest: {tell(order.head(few))}."
    )


def _shrinkage_words(frame: pd.DataFrame) -> str:
    """Describe the chart of shrinkage for somebody who cannot see it."""
    moved = frame["underlying_rate_per_10000"] - frame["rate_per_10000"]
    order = frame.loc[moved.abs().sort_values(ascending=False, kind="stable").index[:5]]
    told = ", ".join(
        f"{row['area_name']} from {row['rate_per_10000']:.0f} to {row['underlying_rate_per_10000']:.0f}"
        for _, row in order.iterrows()
    )
    return (
        "Across, each area's children aged 0-17; up, its published rate as a hollow circle and its underlying rate as a "
        f"filled one, joined. Drawn furthest: {told}."
    )


def _funnel_headline(analysis: Analysis) -> str:
    """Say in one statement what the funnel shows."""
    frame = analysis.funnel.to_frame()
    outside = int(is_outside(frame).sum())
    return (
        f"{outside} of {int(frame['rate'].notna().sum())} areas differ from the average by more than chance"
    )


def _together(analysis: Analysis) -> float:
    """Return the rate of all areas together."""
    known = analysis.rates.to_frame().dropna(subset=["rate_per_10000"])
    return float(10_000 * known["children"].sum() / known["population"].sum())


def _open_words(frame: pd.DataFrame, together: float) -> str:
    """Describe the map of underlying rates for somebody who cannot see it."""
    above = frame.loc[frame["lower_95"] > together, "area_name"]
    below = frame.loc[frame["upper_95"] < together, "area_name"]
    return (
        f"Each area is one tile with its underlying rate. {len(above)} areas lie above {together:.0f}, the rate of all "
        f"areas together, with their whole 95% interval; {len(below)} lie below it; for {len(frame) - len(above) - len(below)}, "
        "hatched, the figures do not tell. The table of underlying rates holds all."
    )


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
            f"{row['area_name']} {signed(row['percent_difference_left_out'])}%" for _, row in rows.iterrows()
        )

    return (
        "Each point is an area: across, the rate that its circumstances lead one to expect; up, the rate observed. "
        f"Furthest above expectation: {tell(frame.tail(few)[::-1])}. Furthest below: {tell(frame.head(few))}."
    )
