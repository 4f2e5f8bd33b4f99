"""Which covariates does the bundled edition offer, and what exactly is each?

One list: name -> table, column, filter, label, unit and definition.  The loader, the listing and the
documentation are made from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from carerates.tables import Factor


@dataclass(frozen=True, slots=True)
class FactorEntry:
    """One covariate of the edition.

    Attributes
    ----------
    name, label, unit, description : str
        What it is called in code, on a chart's axis, its unit, and its definition with reference date.
    table, column : str
        Where it stands in the edition.
    where : tuple of (str, str or int)
        Rows of the table that hold it.
    year_column : str
        For a factor that changes with the year: the column that holds the year; else empty.
    scale : float
        What the column is multiplied by (100 turns a share into per cent).
    """

    name: str
    label: str
    unit: str
    description: str
    table: str
    column: str
    where: tuple[tuple[str, str | int], ...] = ()
    year_column: str = ""
    scale: float = 1.0

    @property
    def factor(self) -> Factor:
        """Description for a table of factors."""
        return Factor(self.name, self.label, self.unit, self.description)


WIMD_DOMAINS = {
    "overall": "overall index",
    "income": "income domain",
    "employment": "employment domain",
    "health": "health domain",
    "education": "education domain",
    "housing": "housing domain",
    "access": "access to services domain",
    "environment": "physical environment domain",
    "crime": "community safety domain",
}
WIMD_YEARS = (2011, 2019)
WIMD_SHARES = (10, 20, 30, 50)
LOW_INCOME_YEARS = range(2015, 2023)
LOW_INCOME_DEFAULT = 2020  # the last year before the pandemic distorted the measure


@cache
def factor_entries() -> dict[str, FactorEntry]:
    """Return every covariate of the edition by its name."""
    entries = [*_composite(), *_census(), *_low_income(), *_wimd(), *_english_indices(), *_care_and_support()]
    return {entry.name: entry for entry in entries}


def _composite() -> Iterator[FactorEntry]:
    """Measures that are the same in both nations."""
    table = "composite_deprivation_gb"
    told = (
        "Composite of the Welsh and English indices of 2019 on one scale, anchored to England (mySociety, "
        "after Abel, Barclay and Payne 2016); population-weighted mean of small areas. Model-based, "
        "not an official statistic."
    )
    yield FactorEntry(
        "deprivation", "Deprivation (GB composite index)", "score", told, table, "composite_score"
    )
    yield FactorEntry(
        "income_deprivation",
        "People income-deprived",
        "% of people",
        "People in families on income-related benefits, as the indices of 2019 count them.",
        table,
        "percent_income_deprived",
    )
    yield FactorEntry(
        "employment_deprivation",
        "People employment-deprived",
        "% of people of working age",
        "People of working age kept out of work, as the indices of 2019 count them.",
        table,
        "percent_employment_deprived",
    )
    for share in (10, 20):
        yield FactorEntry(
            f"most_deprived_gb_{share}",
            f"People in the {share}% most deprived areas of Great Britain",
            "% of people",
            f"Residents (mid-2019) of small areas among the {share}% most deprived on the composite index.",
            table,
            f"percent_population_most_deprived_{share}",
        )


def _census() -> Iterator[FactorEntry]:
    """Figures of the censuses."""
    told = "Lone-parent households with dependent children, Census {year} ({table}). {note}"
    note = "QS116EW of 2011 and TS003 of 2021 define the group differently: compare areas within one census."
    for name, year, table in (("lone_parents", 2021, "TS003"), ("lone_parents_2011", 2011, "QS116EW")):
        yield FactorEntry(
            name,
            f"Lone-parent households, {year}",
            "% of households",
            told.format(year=year, table=table, note=note),
            "lone_parent_households",
            "percent_households",
            (("census_year", year), ("level", "local_authority")),
        )
    for name, label, column in (
        ("economically_active", "Economically active", "percent_economically_active"),
        (
            "economically_active_excluding_students",
            "Economically active, students left out",
            "percent_economically_active_excluding_students",
        ),
    ):
        yield FactorEntry(
            name,
            f"{label}, 2021",
            "% of residents aged 16 and over",
            "Census 2021 (TS066), in a pandemic spring; not the survey rate of ages 16-64.",
            "economic_activity",
            column,
        )


def _low_income() -> Iterator[FactorEntry]:
    """Children in families with relative low income, by financial year."""
    told = "Children aged 0-15 in relative low income families, before housing costs, {when}.{note}"
    notes = {2021: " Distorted by the pandemic.", 2022: " Provisional."}
    named = [("children_low_income", LOW_INCOME_DEFAULT)]
    named += [(f"children_low_income_{year}", year) for year in LOW_INCOME_YEARS]
    for name, year in named:
        when = f"{year - 1}/{year % 100:02d}"
        yield FactorEntry(
            name,
            f"Children in low-income families, {when}",
            "% of children aged 0-15",
            told.format(when=when, note=notes.get(year, "")),
            "children_low_income",
            "percent_children_0_15",
            (("financial_year_ending", year),),
        )
    yield FactorEntry(
        "children_low_income_by_year",
        "Children in low-income families",
        "% of children aged 0-15",
        told.format(when="in the financial year that ends with the 31 March", note=" 2015-2022."),
        "children_low_income",
        "percent_children_0_15",
        year_column="financial_year_ending",
    )


def _wimd() -> Iterator[FactorEntry]:
    """Shares of small areas among the most deprived of Wales."""
    for year in WIMD_YEARS:
        for domain, words in WIMD_DOMAINS.items():
            middle = "" if domain == "overall" else f"_{domain}"
            for share in WIMD_SHARES:
                yield FactorEntry(
                    f"wimd_{year}{middle}_most_deprived_{share}",
                    f"Small areas among the {share}% most deprived in Wales, {year} ({words})",
                    "% of small areas",
                    f"Welsh Index of Multiple Deprivation {year}, {words}: share of the area's lower-layer "
                    f"super output areas ranked among the {share}% most deprived in Wales. Wales only.",
                    "wimd_local_authorities",
                    f"percent_most_deprived_{share}",
                    (("wimd_year", year), ("domain", domain)),
                )


def _english_indices() -> Iterator[FactorEntry]:
    """Upper-tier summaries of the English indices."""
    measures = (
        ("imd_{year}_score", "Deprivation (IMD {year})", "score", "imd_average_score", 1.0),
        ("imd_{year}_extent", "Extent of deprivation (IMD {year})", "% of people", "imd_extent", 100.0),
        (
            "imd_{year}_most_deprived_10",
            "Small areas among the 10% most deprived in England, {year}",
            "% of small areas",
            "imd_share_most_deprived_10",
            100.0,
        ),
        (
            "income_{year}_score",
            "Income deprivation ({year})",
            "share of people, 0-1",
            "income_average_score",
            1.0,
        ),
        (
            "idaci_{year}_score",
            "Income deprivation affecting children ({year})",
            "share of children, 0-1",
            "idaci_average_score",
            1.0,
        ),
    )
    for year in (2015, 2019, 2025):
        for name, label, unit, column, scale in measures:
            if year == 2025 and name.startswith("idaci"):
                continue  # the edition has no IDACI of 2025
            yield FactorEntry(
                name.format(year=year),
                label.format(year=year),
                unit,
                f"English Indices of Deprivation {year}, upper-tier summary, areas as in that edition. "
                "England only.",
                "english_indices_upper_tier",
                column,
                (("imd_year", year),),
                scale=scale,
            )


def _care_and_support() -> Iterator[FactorEntry]:
    """Children receiving care and support, a wider group that includes those looked after."""
    yield FactorEntry(
        "care_and_support_by_year",
        "Children receiving care and support",
        "per 10,000 aged 0-17",
        "Children receiving care and support at 31 March, 2017-2023; includes children looked after. "
        "Wales only.",
        "care_and_support_wales",
        "rate_per_10000",
        (("level", "local_authority"),),
        year_column="year",
    )
