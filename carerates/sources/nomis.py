"""Nomis: mid-year population aged 0 to 17 and census lone-parent households, for Wales and England alike.

The service cuts an answer at 25,000 rows without a word, and answers a question that fits nothing with status
200 and no body; the record count in every row tells the first, and the second is an error here.  An area that
no longer exists has a blank or zero population, which is never a population.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from carerates.sources.delimited import read_table, tidy_names
from carerates.sources.failures import IncompleteError, LayoutError, NotFoundError
from carerates.sources.fetcher import Fetcher, canonical
from carerates.sources.nomis_tables import (
    AGES,
    CENSUSES,
    read_codelist,
    read_datasets,
    read_lone_parents,
    read_population,
)
from carerates.sources.store import Entry

SOURCE = "nomis"
ATTRIBUTION = (
    "Source: Office for National Statistics licensed under the Open Government Licence v3.0 (through Nomis)."
)
ROW_LIMIT = 25_000
"""Rows of one answer without a key."""

_MOST_PAGES = 400
_UPPER_TIER_2023 = "TYPE423"


@dataclass(frozen=True, slots=True)
class Nomis:
    """Ask Nomis.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    row_limit : int
        Rows to ask for at a time.
    """

    fetcher: Fetcher
    row_limit: int = ROW_LIMIT

    def population(self, mid_years: Iterable[int]) -> tuple[pd.DataFrame, list[Entry]]:
        """Fetch the population aged 0 to 17 of upper-tier authorities in Wales and England.

        Parameters
        ----------
        mid_years : iterable of int
            Mid-years; the population of 31 March 2024 is that of mid-2023.

        Returns
        -------
        frame : DataFrame
            ``mid_year``, ``area_code``, ``published_code``, ``area_name``, ``population``.
        entries : list of Entry
            One for each year, so that an interrupted fetch goes on where it stopped.
        """
        frames, entries = [], []
        for year in sorted(set(mid_years)):
            table, held = self._table(
                "NM_2002_1",
                {
                    "geography": _UPPER_TIER_2023,
                    "date": str(year),
                    "gender": "0",
                    "c_age": f"{AGES[0]}...{AGES[-1]}",
                    "measures": "20100",
                    "select": "date_name,geography_code,geography_name,c_age,c_age_name,obs_value,obs_status,"
                    "record_offset,record_count",
                },
                "Population estimates - local authority based by single year of age",
                f"mid-{year}",
            )
            frames.append(read_population(table, f"Mid-{year} population from Nomis"))
            entries += held
        if not frames:
            raise ValueError("mid_years is empty; name at least one.")
        return pd.concat(frames, ignore_index=True), entries

    def lone_parents(self, census: int = 2021) -> tuple[pd.DataFrame, list[Entry]]:
        """Fetch all households and lone-parent households with dependent children, as published.

        Returns
        -------
        frame : DataFrame
            ``published_code``, ``area_name``, ``households``, ``lone_parent_households``; districts in 2021
            (sum them with :func:`to_upper_tier`), counties and unitary authorities in 2011.
        entries : list of Entry
            What was fetched.
        """
        if census not in CENSUSES:
            raise ValueError(f"census is {census}; there are 2011 and 2021.")
        how = CENSUSES[census]
        columns = f"geography_code,geography_name,{how.cell},{how.cell}_name,obs_value"
        table, entries = self._table(
            how.dataset,
            {
                "date": "latest",
                "geography": how.geography,
                **how.fixed,
                how.cell: f"{how.all_households},{how.lone_parents}",
                "measures": "20100",
                "select": f"{columns},measures_name,record_offset,record_count",
            },
            how.title,
        )
        return read_lone_parents(table, census), entries

    def geography_types(self, dataset: str) -> dict[str, str]:
        """List the geography types a dataset offers, code and description."""
        answer = self.fetcher.json(SOURCE, f"api/v01/dataset/{dataset}/geography/TYPE.def.sdmx.json")
        return read_codelist(answer)

    def find(self, words: str) -> dict[str, str]:
        """Find datasets by words with ``*``; identifier and name."""
        answer = self.fetcher.json(SOURCE, "api/v01/dataset/def.sdmx.json", params={"search": words})
        return read_datasets(answer, words)

    def _table(
        self, dataset: str, params: Mapping[str, str], title: str, part: str = ""
    ) -> tuple[pd.DataFrame, list[Entry]]:
        """Fetch all rows of a question, page by page."""
        pages: list[pd.DataFrame] = []
        entries: list[Entry] = []
        held = 0
        while True:
            query = {**params, "recordlimit": str(self.row_limit), "recordoffset": str(held)}

            def check(content: bytes) -> int:
                return len(read_answer(content, title))

            entry = self.fetcher.keep_file(
                SOURCE,
                dataset,
                f"api/v01/dataset/{dataset}.data.csv",
                check=check,
                query=canonical(query),
                want="csv",
                params=query,
                about={
                    "publisher": "Office for National Statistics",
                    "title": title,
                    "attribution": ATTRIBUTION,
                    "designation": "accredited official statistics",
                    "details": {"part": part} if part else {},
                },
            )
            page = read_answer(self.fetcher.store.read(entry), title)
            pages.append(page)
            entries.append(entry)
            held += len(page)
            count = _record_count(pages, title)
            if held >= count or len(pages) >= _MOST_PAGES:
                break
        table = pd.concat(pages, ignore_index=True)
        if len(table) != count:
            raise IncompleteError(f"{len(table):,} rows of {title!r} came; Nomis says there are {count:,}.")
        if "RECORD_OFFSET" in table and table["RECORD_OFFSET"].nunique() != len(table):
            raise IncompleteError(f"Pages of {title!r} overlap; the data changed while they were fetched.")
        return table, entries


def read_answer(content: bytes, title: str) -> pd.DataFrame:
    """Read one answer; no body means that nothing fits the question."""
    if not content.strip():
        raise NotFoundError(
            f"Nomis has nothing for the question about {title!r} (it answers with an empty body): a code, a "
            "year or a geography type is not offered."
        )
    table = tidy_names(read_table(content, title), title)
    table = table.set_axis([str(name).upper() for name in table.columns], axis=1)
    if "RECORD_COUNT" not in table or "OBS_VALUE" not in table:
        raise LayoutError(
            f"{title!r} from Nomis lacks OBS_VALUE or RECORD_COUNT; it has: {', '.join(table.columns)}."
        )
    if table.empty:
        raise NotFoundError(f"Nomis has no rows for the question about {title!r}.")
    return table


def _record_count(pages: list[pd.DataFrame], title: str) -> int:
    """Return the row total that all pages agree on."""
    counts = {text for page in pages for text in page["RECORD_COUNT"].unique()}
    if len(counts) != 1 or not (text := counts.pop()).isdigit():
        raise IncompleteError(f"The row total of {title!r} changed from page to page; fetch it again.")
    return int(text)
