"""Publishers to raw files kept as published to tidy tables."""

from carerates.sources.boundaries import load_boundaries
from carerates.sources.edition import check_edition, edition_tables, find_edition
from carerates.sources.factors import available_factors, load_factors
from carerates.sources.loading import load_rates
from carerates.sources.user_files import read_rates
from carerates.sources.vintages import compare_vintages

__all__ = [
    "available_factors",
    "check_edition",
    "compare_vintages",
    "edition_tables",
    "find_edition",
    "load_boundaries",
    "load_factors",
    "load_rates",
    "read_rates",
]
