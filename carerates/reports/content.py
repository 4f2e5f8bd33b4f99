"""The report on an analysis, put together."""

from __future__ import annotations

from carerates.reports.analysis import PLACES, Analysis
from carerates.reports.document import Bullets, Document, Notice
from carerates.reports.headlines import headline_sentences
from carerates.reports.pictures import Drawing
from carerates.reports.sections import alike, course, methods, need, quality, rates, sensitivity, underlying
from carerates.reports.wording import say

_CAUTION = (
    "A rate is neither good nor bad. Being outside a limit says that chance alone is an unlikely explanation; it does "
    "not say that too many or too few children are looked after. Associations between areas are not causes."
)


def write_document(analysis: Analysis, drawings: dict[str, Drawing]) -> Document:
    """Put the report together."""
    place, year = PLACES[analysis.nation], analysis.year
    parts = [
        rates.overview(analysis, drawings),
        rates.funnel_section(analysis, drawings),
        need.adjusted_section(analysis, drawings),
        underlying.underlying_section(analysis, drawings),
        course.change_section(analysis, drawings)
        if analysis.change is not None
        else course.trends_section(analysis, drawings),
        *([course.rule_section(analysis)] if analysis.classes is not None else []),
        alike.peers_section(analysis, drawings),
        sensitivity.sensitivity_section(analysis),
        *([printed] if (printed := rates.printed_section(analysis)) is not None else []),
        quality.quality_section(analysis),
        methods.methods_section(analysis),
        methods.sources_section(analysis),
    ]
    return Document(
        title=f"Children looked after in {place}, 31 March {year}",
        subtitle="Rates of local authorities compared: chance, deprivation, change and what lies behind them",
        lead_heading=say("main_points", "en"),
        lead=(Bullets(headline_sentences(analysis)), Notice(_CAUTION)),
        sections=tuple(parts),
        footer=tuple(
            dict.fromkeys(source.attribution for source in analysis.provenance.sources if source.attribution)
        ),
    )
