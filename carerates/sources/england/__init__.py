"""Department for Education: children looked after in England, by release, by API and from the LAIT."""

from carerates.sources.england.api import EducationApi
from carerates.sources.england.files import read_looked_after, read_mid_year
from carerates.sources.england.lait import read_lait
from carerates.sources.england.releases import EducationReleases

__all__ = ["EducationApi", "EducationReleases", "read_lait", "read_looked_after", "read_mid_year"]
