"""The newest official circumstances of areas, as the same table that the bundled edition gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from carerates.provenance import Provenance
from carerates.sources.deprivation import read_file_11
from carerates.sources.deprivation.fetching import (
    WELSH_RANKS,
    english_summaries,
    fetch_index_file,
    welsh_profiles,
)
from carerates.sources.deprivation.summaries import SHARES
from carerates.sources.deprivation.welsh import DOMAINS
from carerates.sources.failures import NotFoundError
from carerates.sources.fetcher import Fetcher
from carerates.sources.live import live_lone_parents
from carerates.sources.store import Entry
from carerates.tables import Factor, FactorsTable

_ENGLISH = re.compile(r"(imd|income|idaci)_(2015|2019|2025)_(score|extent|most_deprived_10)")
_WELSH = re.compile(r"wimd_(\d{4})(?:_([a-z]+))?_most_deprived_(\d\d)")
_EDITIONS = (2015, 2019, 2025)
_UNITS = {"imd": "score", "income": "share of people, 0-1", "idaci": "share of children, 0-1"}
_COLUMNS = {
    "score": ("average_score", 1.0, ""),
    "extent": ("extent", 100.0, "% of people"),
    "most_deprived_10": ("share_most_deprived_10", 100.0, "% of small areas"),
}
LIVE_FACTORS = (
    "lone_parents",
    "lone_parents_2011",
    *(
        f"{index}_{year}_{what}"
        for year in _EDITIONS
        for index in ("imd", "income", "idaci")
        for what in ("score",)
    ),
    *(f"imd_{year}_{what}" for year in _EDITIONS for what in ("extent", "most_deprived_10")),
    *(
        f"wimd_{year}{'' if domain == 'wimd' else '_' + domain}_most_deprived_{share}"
        for year in WELSH_RANKS
        for domain in DOMAINS
        for share in SHARES
    ),
)
"""Names that the publishers' services can give."""


def live_factors(
    names: str | Iterable[str],
    *,
    nations: Iterable[str] = ("wales", "england"),
    areas_of: Literal["edition", "today"] = "edition",
    fetcher: Fetcher | None = None,
) -> FactorsTable:
    """Load circumstances of local authorities from their publishers.

    Parameters
    ----------
    names : str or iterable of str
        Names of :data:`LIVE_FACTORS`, as in the bundled edition.
    nations : iterable of str
        ``"wales"``, ``"england"`` or both.
    areas_of : {"edition", "today"}
        ``"today"`` also gives the authorities that were split or merged since an edition of the English
        Indices, summarised from its small areas after the method has reproduced the official summaries.
    fetcher : Fetcher, optional
        Otherwise one with the settings of the environment.

    Returns
    -------
    FactorsTable
        One row per local authority; an area that a source does not have is missing.

    Raises
    ------
    ValueError
        If no publisher's service gives a name; the composite of both nations, for one, is only bundled.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in wanted if name not in LIVE_FACTORS]
    if unknown or not wanted:
        raise ValueError(
            f"No publisher's service gives {', '.join(unknown) or 'nothing'}; there are: "
            f"{', '.join(LIVE_FACTORS)}. The rest is in the bundled edition (load_factors without "
            "source='live')."
        )
    if areas_of not in ("edition", "today"):
        raise ValueError(f"areas_of is {areas_of!r}; allowed: 'edition', 'today'.")
    if fetcher is None:
        with Fetcher() as own:
            return live_factors(wanted, nations=nations, areas_of=areas_of, fetcher=own)
    table: FactorsTable | None = None
    reader = _Reader(fetcher)
    for name in dict.fromkeys(wanted):
        one = _factor(name, areas_of, reader)
        table = one if table is None else table.join(one)
    assert table is not None
    starts = tuple({"wales": "W", "england": "E"}[nation] for nation in nations)
    frame = table.to_frame()
    frame = frame[frame["area_code"].str.startswith(starts)]
    return FactorsTable(frame, table.factors, table.provenance)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads each file and profile once, however many factors it holds."""

    fetcher: Fetcher
    profiles: dict[int, tuple[pd.DataFrame, list[Entry], list[str]]] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)

    def welsh(self, edition: int) -> tuple[pd.DataFrame, list[Entry], list[str]]:
        """Return the profiles of an edition of the Welsh Index."""
        if edition not in self.profiles:
            self.profiles[edition] = welsh_profiles(self.fetcher, edition)
        return self.profiles[edition]

    def english(self, edition: int) -> Entry:
        """Return File 11 of an edition of the English Indices."""
        if edition not in self.entries:
            self.entries[edition] = fetch_index_file(self.fetcher, edition, 11)
        return self.entries[edition]


def _factor(name: str, areas_of: str, reader: _Reader) -> FactorsTable:
    """Load one factor."""
    if name.startswith("lone_parents"):
        census = 2011 if name.endswith("2011") else 2021
        frame, provenance = live_lone_parents(census, reader.fetcher)
        described = Factor(
            name,
            f"Lone-parent households, {census}",
            "% of households",
            f"Lone-parent households with dependent children, Census {census}.",
        )
        values = frame[["area_code"]].assign(**{name: frame["lone_parents"]})
    elif match := _ENGLISH.fullmatch(name):
        values, described, provenance = _english(name, match[1], int(match[2]), match[3], areas_of, reader)
    else:
        welsh = _WELSH.fullmatch(name)
        assert welsh is not None
        values, described, provenance = _welsh(name, int(welsh[1]), welsh[2] or "wimd", int(welsh[3]), reader)
    return FactorsTable(values, (described,), provenance)


def _english(
    name: str, index: str, edition: int, what: str, areas_of: str, reader: _Reader
) -> tuple[pd.DataFrame, Factor, Provenance]:
    """Read a measure of the English Indices."""
    entry = reader.english(edition)
    frame = read_file_11(reader.fetcher.store.read(entry), edition, index=index)
    column, scale, unit = _COLUMNS[what]
    steps = tuple(
        f"{row.area_name}: {row.remark} ({row.published_code})"
        for row in frame[frame["remark"] != ""].itertuples()
    )
    told = f"English Indices of Deprivation {edition}, upper-tier summary, its own areas. England only."
    values = pd.DataFrame({"area_code": frame["area_code"], name: scale * frame[column]})
    entries = [entry]
    if areas_of == "today":
        rebuilt, entries, how = english_summaries(reader.fetcher, edition, index)
        new = rebuilt[~rebuilt["area_code"].isin(frame["area_code"])]
        values = pd.concat(
            [values, pd.DataFrame({"area_code": new["area_code"], name: scale * new[column]})],
            ignore_index=True,
        )
        steps += (*how, f"{name}: {len(new)} areas that came into being since are rebuilt from small areas")
    described = Factor(name, f"{index.upper()} {edition}", unit or _UNITS[index], told)
    return values, described, Provenance(tuple(one.source() for one in entries), steps)


def _welsh(
    name: str, edition: int, domain: str, share: int, reader: _Reader
) -> tuple[pd.DataFrame, Factor, Provenance]:
    """Read a share of the Welsh Index."""
    frame, entries, steps = reader.welsh(edition)
    chosen = frame[frame["domain"] == DOMAINS[domain]]
    if chosen.empty:
        raise NotFoundError(
            f"The profiles of WIMD {edition} have no domain {DOMAINS[domain]!r}; there are: "
            f"{', '.join(frame['domain'].unique())}."
        )
    values = pd.DataFrame(
        {"area_code": chosen["area_code"], name: 100 * chosen[f"share_most_deprived_{share}"]}
    )
    of = "" if domain == "wimd" else f", {DOMAINS[domain].lower()} domain"
    told = (
        f"Share of small areas ranked among the {share}% most deprived in Wales, WIMD {edition}{of}. "
        "Wales only."
    )
    label = f"Small areas among the {share}% most deprived in Wales, {edition}{of}"
    described = Factor(name, label, "% of small areas", told)
    return values, described, Provenance(tuple(one.source() for one in entries), tuple(steps))
