"""Areas of similar need, and pairs of them with different rates."""

from __future__ import annotations

import pandas as pd

from carerates.reports.analysis import Analysis
from carerates.reports.document import Block, Paragraph, Section, Subheading, make_table
from carerates.reports.pictures import Drawing

_NAMED = 5  # neighbours named in the table; the file has all


def peers_section(analysis: Analysis, drawings: dict[str, Drawing]) -> Section:
    """Each area beside the areas most like it in need."""
    estimates = analysis.estimates
    return Section(
        "peers",
        "Areas of similar need",
        (
            Paragraph(estimates.similar.summary()),
            make_table(
                peers_frame(analysis).sort_values("rate_per_10000", ascending=False),
                "peers",
                "Each area among the areas most like it in need",
                {
                    "area_name": "Local authority",
                    "rate_per_10000": "Rate per 10,000",
                    "neighbour_median": "Median of neighbours",
                    "neighbour_lower_quartile": "Middle half from",
                    "neighbour_upper_quartile": "to",
                    "position": "Against the middle half",
                    "rank_lower": "Rank among them from",
                    "rank_upper": "to (95%)",
                    "nearest": f"Nearest {_NAMED} in need",
                },
                decimals={"rank_lower": 0, "rank_upper": 0},
                note="Rank 1 is the highest rate among the area and its neighbours. "
                "Similar need on these factors is not the same need.",
                folded=True,
            ),
            Subheading("Similar need, different rates"),
            Paragraph(estimates.pairs.summary()),
            *_pairs(analysis, drawings),
        ),
    )


def peers_frame(analysis: Analysis) -> pd.DataFrame:
    """Return one row for each area: its rate among its neighbours', and who the nearest are."""
    near = analysis.estimates.similar.to_frame()
    near = near[near["rank"] <= _NAMED].rename(columns={"neighbour_name": "nearest"})
    named = near.groupby("area_code")["nearest"].agg(", ".join).reset_index()
    return analysis.estimates.bands.merge(named, on="area_code", how="left")


def _pairs(analysis: Analysis, drawings: dict[str, Drawing]) -> tuple[Block, ...]:
    """Return chart and table of the contrasting pairs, where there are any."""
    frame = analysis.estimates.pairs.to_frame()
    if frame.empty:
        return ()
    table = make_table(
        frame,
        "pairs",
        "Pairs of areas with similar need and different rates",
        {
            "high_name": "Higher rate",
            "high_rate_per_10000": "Rate per 10,000",
            "low_name": "Lower rate",
            "low_rate_per_10000": "Rate",
            "underlying_ratio": "Ratio of underlying rates",
            "probability_ratio": "Probability of a ratio of 1.2 or more",
            "distance": "Distance in need",
        },
        decimals={"underlying_ratio": 2, "probability_ratio": 2, "distance": 2},
        note="Distance: root mean squared difference on the factors, in standard deviations.",
    )
    return (drawings["pairs"].picture("pairs", "pairs.csv"), table)
