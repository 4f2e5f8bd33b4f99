"""Deprivation: the English Indices, the Welsh Index, and summaries of small areas by authority."""

from carerates.sources.deprivation.english import read_file_7, read_file_10, read_file_11
from carerates.sources.deprivation.low_income import read_low_income
from carerates.sources.deprivation.summaries import summarise
from carerates.sources.deprivation.welsh import read_wimd_profiles, read_wimd_ranks

__all__ = [
    "read_file_7",
    "read_file_10",
    "read_file_11",
    "read_low_income",
    "read_wimd_profiles",
    "read_wimd_ranks",
    "summarise",
]
