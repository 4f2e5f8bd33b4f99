"""Methods in plain words, and sources."""

from __future__ import annotations

import pandas as pd

from carerates.reports.analysis import Analysis
from carerates.reports.document import Bullets, Paragraph, Section, Subheading, make_table


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
                    "Underlying rate: a hierarchical model of all areas and years together. Each count is Poisson around an "
                    "underlying rate; that rate is the nation's course, the area's deprivation, a level of the area's "
                    "own and a random walk over the years. Counts rounded by the publisher are treated as intervals.",
                    "Rank interval: the places in the order that an area takes in 95% of the model's joint draws of all rates.",
                    "Class: from the same draws, the share in which the change is below, within or above the bounds.",
                    "Areas of similar need: distance on the standardised factors, population as its logarithm.",
                    "Change: intervals respect that many of the same children are counted at both dates.",
                )
            ),
            Subheading("The model in full"),
            *_model_blocks(analysis),
            Paragraph(
                f"Fitted by nested Laplace approximation with seed {analysis.estimates.fitted.seed}; the draws are the same "
                "each time. For a published model, fit the same specification by NUTS as well (carerates fit --engine nuts)."
            ),
            Subheading("Steps taken, in order"),
            Bullets(analysis.provenance.steps),
        ),
    )


def _model_blocks(analysis: Analysis) -> list[Paragraph | Bullets]:
    """Return the model's own description: its terms as a list, factors as a reader calls them."""
    fitted = analysis.estimates.fitted
    words = fitted.settings.describe()
    for factor in fitted.rates.factors:
        words = words.replace(factor.name, factor.label or factor.name)
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    terms = tuple(line.removeprefix("- ") for line in lines if line.startswith("- "))
    first = next((at for at, line in enumerate(lines) if line.startswith("- ")), len(lines))
    before, after = lines[:first], [line for line in lines[first:] if not line.startswith("- ")]
    return [*map(Paragraph, before), *([Bullets(terms)] if terms else []), *map(Paragraph, after)]


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
