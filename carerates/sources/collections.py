"""What ``carerates fetch`` can fetch: a name for each kind of figures, and how to get all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from carerates.sources.deprivation.fetching import (
    INDEX_FILES,
    WELSH_RANKS,
    fetch_index_file,
    welsh_profiles,
)
from carerates.sources.england.routes import looked_after
from carerates.sources.failures import NotFoundError, OfflineError
from carerates.sources.fetcher import Fetcher
from carerates.sources.geography import OpenGeography
from carerates.sources.nomis import Nomis
from carerates.sources.nomis_tables import CENSUSES
from carerates.sources.statswales.client import StatsWales
from carerates.sources.statswales.totals import total_counts
from carerates.sources.store import Entry

FIRST_MID_YEAR = 2002
"""Population of 31 March 2003, the first year of Welsh counts."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of figures.

    Attributes
    ----------
    name, title, publisher : str
        Name on the command line, what it is, who publishes it.
    sources : tuple of (str, str)
        Services, and beginnings of dataset names, whose entries in the store belong to it.
    fetch : callable
        Takes a fetcher and returns the entries.
    words : str
        What the titles of its entries have in them; anything where empty.
    """

    name: str
    title: str
    publisher: str
    sources: tuple[tuple[str, str], ...]
    fetch: Callable[[Fetcher], list[Entry]]
    words: str = ""

    def held(self, fetcher: Fetcher) -> list[Entry]:
        """List what the store holds of it."""
        return [
            entry
            for source, dataset in self.sources
            for entry in fetcher.store.entries(source)
            if entry.key.dataset.startswith(dataset) and self.words in entry.title.casefold()
        ]


def fetch_wales(fetcher: Fetcher) -> list[Entry]:
    """Fetch Welsh counts, and the table of rates where there is one."""
    client = StatsWales(fetcher)
    cube, entry = client.cube("children_by_gender_and_age", counted="rounded_to_5")
    total_counts(cube, entry.title)  # a table that cannot be used is told now, not when offline
    rates = client.find(("looked after", "10,000"))["id"].tolist()
    return [entry, *(client.fetch(one) for one in rates)]


def fetch_england(fetcher: Fetcher) -> list[Entry]:
    """Fetch the newest release of England."""
    return looked_after(fetcher)[1]


def fetch_population(fetcher: Fetcher, first: int = FIRST_MID_YEAR) -> list[Entry]:
    """Fetch populations aged 0 to 17, a year at a time, to the newest there is."""
    entries: list[Entry] = []
    nomis = Nomis(fetcher)
    newest = datetime.now(UTC).year
    for year in range(first, newest + 1):
        try:
            entries += nomis.population([year])[1]
        except NotFoundError:
            if year < newest - 2:  # only the newest years may not be out yet
                raise
    return entries


def fetch_lone_parents(fetcher: Fetcher) -> list[Entry]:
    """Fetch lone-parent households of both censuses, and the lookup of districts."""
    nomis = Nomis(fetcher)
    entries = [entry for census in CENSUSES for entry in nomis.lone_parents(census)[1]]
    return [*entries, *OpenGeography(fetcher).lookup()[1]]


def fetch_boundaries(fetcher: Fetcher) -> list[Entry]:
    """Fetch the newest generalised outlines."""
    return OpenGeography(fetcher).boundaries()[1]


def fetch_deprivation(fetcher: Fetcher) -> list[Entry]:
    """Fetch the English Indices (summaries and small areas) and the Welsh Index, every edition there is."""
    entries = [fetch_index_file(fetcher, edition, number) for number, edition in INDEX_FILES]
    return [*entries, *(one for edition in WELSH_RANKS for one in welsh_profiles(fetcher, edition)[1])]


COLLECTIONS: Mapping[str, Collection] = {
    one.name: one
    for one in (
        Collection(
            "wales",
            "Children looked after in Wales at 31 March, by local authority",
            "Welsh Government, StatsWales",
            (("statswales", ""),),
            fetch_wales,
            "looked after",
        ),
        Collection(
            "england",
            "Children looked after in England at 31 March, numbers and rates by local authority",
            "Department for Education",
            (("ees", ""), ("ees-api", "")),
            fetch_england,
        ),
        Collection(
            "deprivation",
            "English Indices of Deprivation (2010 to 2025) and Welsh Index (2019, 2025), by local authority",
            "MHCLG; Welsh Government",
            (("govuk", "indices_of_deprivation"), ("statswales", "f30cc8bc"), ("govwales", "wimd")),
            fetch_deprivation,
        ),
        Collection(
            "population",
            "Mid-year population aged 0 to 17, by local authority",
            "Office for National Statistics, through Nomis",
            (("nomis", "NM_2002_1"),),
            fetch_population,
        ),
        Collection(
            "lone-parents",
            "Lone-parent households with dependent children, Census 2011 and 2021",
            "Office for National Statistics, through Nomis",
            (("nomis", "NM_2023_1"), ("nomis", "NM_605_1"), ("geography", "LTLA")),
            fetch_lone_parents,
        ),
        Collection(
            "boundaries",
            "Outlines of upper-tier local authorities, generalised",
            "Office for National Statistics, Open Geography",
            (("geography", "Counties"),),
            fetch_boundaries,
        ),
    )
}
"""Every collection by its name."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What fetching a collection did.

    Attributes
    ----------
    name : str
        Of the collection.
    entries : tuple of Entry
        What is current now.
    new : int
        Entries that the store did not hold before.
    changed : tuple of str
        In words, what differs from last time.
    """

    name: str
    entries: tuple[Entry, ...]
    new: int
    changed: tuple[str, ...]

    def summary(self) -> str:
        """Say it in one line."""
        size = sum(entry.size for entry in self.entries)
        if not self.new:
            return f"{self.name}: unchanged since last time ({len(self.entries)} files, {size:,} bytes)"
        told = "; ".join(self.changed) or "first fetch"
        return f"{self.name}: {self.new} of {len(self.entries)} files are new ({size:,} bytes): {told}"


def fetch_collection(name: str, fetcher: Fetcher) -> Fetched:
    """Fetch a collection and say what is new since last time.

    Parameters
    ----------
    name : str
        One of :data:`COLLECTIONS`.
    fetcher : Fetcher
        Store, settings and connections.

    Notes
    -----
    What the store already holds of the newest revision is not fetched again, so an interrupted fetch goes on
    where it stopped.
    """
    if name not in COLLECTIONS:
        raise ValueError(f"There is no collection {name!r}; there are: {', '.join(COLLECTIONS)}.")
    if fetcher.offline:
        held = len(COLLECTIONS[name].held(fetcher))
        raise OfflineError(
            f"{name}: fetching asks the publishers, and offline was asked for. {held} files of it are in the "
            f"store at {fetcher.settings.cache_dir} and serve without a network. Unset CARERATES_OFFLINE to "
            "fetch newer ones."
        )
    before = {entry.key: entry for entry in fetcher.store.entries()}
    # same question, other revision: what the new one replaces
    replaced = {(entry.key.source, entry.key.dataset, entry.key.query): entry for entry in before.values()}
    entries = COLLECTIONS[name].fetch(fetcher)
    new = [entry for entry in entries if entry.key not in before]
    told = []
    for entry in new:
        old = replaced.get((entry.key.source, entry.key.dataset, entry.key.query))
        if old is not None:
            rows = (
                f", {old.rows:,} to {entry.rows:,} rows"
                if old.rows is not None and entry.rows is not None
                else ""
            )
            told.append(
                f"{entry.title or entry.key.dataset}: {old.key.revision} to {entry.key.revision}{rows}"
            )
    return Fetched(name, tuple(entries), len(new), tuple(told))
