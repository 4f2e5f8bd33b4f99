"""What deprivation accounts for."""

from __future__ import annotations

from carerates.reports.analysis import Analysis
from carerates.reports.document import Paragraph, Section, Subheading, make_table
from carerates.reports.pictures import Drawing


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
        note="Each area is left out of its own expectation.",
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
            Subheading("The funnel, adjusted"),
            Paragraph(
                "The adjusted funnel compares each area with its own expectation. Its limits allow for over-dispersion "
                "and for the uncertainty of the expectation."
            ),
            drawings["funnel-adjusted"].picture("funnel-adjusted", "funnel-adjusted.csv"),
            expected,
        ),
    )
