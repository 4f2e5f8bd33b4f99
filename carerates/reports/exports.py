"""The figures behind every chart and table of the report, by file name."""

from __future__ import annotations

import pandas as pd

from carerates.reports.analysis import Analysis
from carerates.reports.printed import printed_beside_ours


def data_tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """Return the frame behind every chart and table, by file name."""
    tables = {
        "rates.csv": rates_with_position(analysis),
        "funnel.csv": analysis.funnel.to_frame(),
        "funnel-limits.csv": analysis.funnel.limits_frame(),
        "funnel-over-dispersion.csv": analysis.funnel_allowing.to_frame(),
        "funnel-over-dispersion-limits.csv": analysis.funnel_allowing.limits_frame(),
        "expected.csv": analysis.adjustment.to_frame(),
        "funnel-adjusted.csv": analysis.adjusted_funnel.to_frame(),
        "measures.csv": analysis.measures,
        "coverage.csv": analysis.coverage,
    }
    printed = printed_beside_ours(analysis)
    if printed is not None:
        tables["printed.csv"] = printed[1]
    estimates = analysis.estimates
    tables |= {
        "underlying.csv": estimates.areas,
        "trends.csv": estimates.course,
        "peers.csv": estimates.similar.to_frame(),
        "peers-rates.csv": estimates.bands,
        "pairs.csv": estimates.pairs.to_frame(),
        "choices.csv": analysis.positions,
        "differences.csv": analysis.differences,
    }
    if estimates.classes is not None:
        tables["classes.csv"] = estimates.classes.to_frame()
    if estimates.variations is not None:
        tables["robustness.csv"] = estimates.variations
    if analysis.change is not None:
        tables["change.csv"] = analysis.change.to_frame()
    if analysis.classes is not None and analysis.classes_on_start is not None:
        tables["rule-on-end-base.csv"] = analysis.classes.to_frame()
        tables["rule-on-start-base.csv"] = analysis.classes_on_start.to_frame()
    return tables


def rates_with_position(analysis: Analysis) -> pd.DataFrame:
    """Return the year's rates with each area's position in the plain funnel."""
    positions = analysis.funnel.to_frame()[["area_code", "position"]]
    return analysis.rates.to_frame().merge(positions, on="area_code", how="left")
