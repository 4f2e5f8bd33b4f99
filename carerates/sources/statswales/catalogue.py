"""What StatsWales has: its catalogue, topics and search, and what it says about each dataset.

References: the service's own source (Marvell-Consulting/statswales-backend).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from carerates.sources.failures import (
    IncompleteError,
    LayoutError,
    NotFoundError,
    RefusedError,
    SettingError,
    UnknownDatasetError,
    as_documented,
)
from carerates.sources.fetcher import Fetcher
from carerates.sources.statswales.descriptions import (
    Dataset,
    flatten_values,
    read_dataset,
    read_history,
    read_listing,
    read_whole_listing,
    user_messages,
)

SOURCE = "statswales"
_TAGS = {"en": "en-gb", "cy": "cy-gb"}
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_OLD_ID = re.compile(r"[A-Za-z]{4}\d{4}")
_PAGE = 1000
_MOST_TOPICS = 500

# what replaced a table of the old site; no looked-after table was carried over one to one
ALIASES = {
    "children_by_gender_and_age": "d2120b16-0406-4242-a515-0dd7eaf79c98",
    "foster_placements": "3f96db5b-618c-4268-b239-224c8f957dee",
    "population": "82d9faea-b515-41cd-aedb-8f4594f66ce5",
    "households": "ce1308bb-9afd-4107-ae5a-38d3022c7181",
    "wimd_2025_profiles": "f30cc8bc-8e97-449e-96a4-77b0400262d1",
    "wimd_2025_ranks": "9706edd9-73ad-4902-bb12-7ccd7038626e",
    "wimd_2025_indicators": "306808da-47db-4e4e-8ff2-66a348505f08",
    "wimd_2019_indicators": "3dec9986-6661-4c0f-9992-81130ec18b0c",
}
"""Short names for the datasets carerates uses."""

Lang = Literal["en", "cy"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Find datasets on StatsWales.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    lang : {"en", "cy"}
        Language of labels and titles.
    """

    fetcher: Fetcher
    lang: Lang = "en"
    _tag: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        if self.lang not in _TAGS:
            raise ValueError(f"lang is {self.lang!r}; allowed: 'en', 'cy'.")
        object.__setattr__(self, "_tag", _TAGS[self.lang])

    def catalogue(self) -> pd.DataFrame:
        """List every dataset: ``id``, ``title``, ``published``, ``updated``."""
        return self._listed("v2/", {})

    def search(self, words: str) -> pd.DataFrame:
        """List the datasets whose title or summary has all the words."""
        return self._listed("v2/search", {"keywords": words, "mode": "basic_split"}, may_be_empty=True)

    def topic(self, number: int) -> pd.DataFrame:
        """List the datasets of a topic, and of the topics below it."""
        found: list[pd.DataFrame] = []
        asked: set[int] = set()
        waiting = [number]
        while waiting:
            one = waiting.pop(0)
            asked.add(one)
            answer = self._ask(f"v2/topic/{one}", {"page_size": _PAGE})
            with as_documented(f"StatsWales' topic {one}"):
                if "datasets" in answer:
                    found.append(read_whole_listing(answer["datasets"], f"topic {one}"))
                else:
                    below = [int(child["id"]) for child in answer.get("children", [])]
                    waiting += [child for child in dict.fromkeys(below) if child not in {*asked, *waiting}]
            if len(asked) > _MOST_TOPICS:
                raise LayoutError(f"StatsWales lists more than {_MOST_TOPICS} topics below topic {number}.")
        return pd.concat(found, ignore_index=True) if found else read_listing([])

    def find(self, words: Sequence[str]) -> pd.DataFrame:
        """List the live datasets whose title has all the words, in any case."""
        found = self.search(" ".join(words))
        titles = found["title"].str.casefold()
        keep = pd.Series(True, index=found.index)
        for word in words:
            keep &= titles.str.contains(word.casefold(), regex=False)
        return found[keep].reset_index(drop=True)

    def dataset(self, name: str) -> Dataset:
        """Return what is published now; a replaced dataset leads to the one that replaced it."""
        asked: list[str] = []
        identifier = resolve(name)
        while True:
            answer = self._ask(f"v2/{identifier}")
            with as_documented(f"StatsWales' description of {identifier}"):
                following = str((answer.get("replaced_by") or {}).get("dataset_id", ""))
                if not following:
                    return read_dataset(answer, self._tag, tuple(asked))
            asked.append(identifier)
            identifier = following
            if identifier in asked or len(asked) > 5:
                raise NotFoundError(f"StatsWales says that {' replaced '.join(asked)} replaced each other.")

    def filters(self, name: str) -> pd.DataFrame:
        """List every value of every dimension, hierarchies flattened.

        Returns
        -------
        DataFrame
            ``column`` (of the fact table), ``dimension``, ``code``, ``label``, ``parent``, ``rows``.
        """
        rows: list[dict[str, object]] = []
        answer = self._ask(f"v2/{resolve(name)}/filters", kind=list)
        with as_documented(f"StatsWales' list of filters of {name}"):
            for one in answer:
                flatten_values(one.get("values", []), "", one, rows)
        if not rows:
            raise LayoutError(f"StatsWales gives no filters for {name}.")
        return pd.DataFrame(rows)

    def history(self, name: str) -> pd.DataFrame:
        """List the revisions that were published of a dataset, newest first.

        Returns
        -------
        DataFrame
            ``revision``, ``index``, ``previous``, ``published``, ``title``.  Only the newest can be fetched;
            the list tells which ones a store may hold.
        """
        answer = self._ask(f"v1/{resolve(name)}/history", kind=list)
        with as_documented(f"StatsWales' list of revisions of {name}"):
            return read_history(answer, self._tag)

    def _ask(
        self,
        path: str,
        params: Mapping[str, object] | None = None,
        *,
        method: str = "GET",
        body: object = None,
        kind: type = dict,
    ) -> Any:  # noqa: ANN401 - a publisher's JSON
        """Ask for JSON; the language always goes in the address, as the cache in front drops headers."""
        query = {"lang": self._tag, **(params or {})}
        answer = self.fetcher.json(SOURCE, path, method=method, body=body, params=query)
        if isinstance(answer, dict) and isinstance(answer.get("status"), int) and answer["status"] >= 400:
            with as_documented(f"StatsWales' refusal of {path}"):
                said = "; ".join(user_messages(answer.get("errors", [])))
            kind = UnknownDatasetError if answer["status"] == 404 else RefusedError
            raise kind(f"StatsWales refused {path} with status 200: {said}.", answer["status"])
        if not isinstance(answer, kind):
            raise LayoutError(f"StatsWales answered {path} with JSON of another shape than documented.")
        return answer

    def _listed(self, path: str, params: dict[str, str], *, may_be_empty: bool = False) -> pd.DataFrame:
        """Walk the pages of a list."""
        items: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self._ask(path, {**params, "page_number": page, "page_size": _PAGE})
            data, count = answer.get("data"), answer.get("count")
            if not isinstance(data, list) or not isinstance(count, int):
                raise LayoutError(f"StatsWales' list {path} has no 'data' and 'count'.")
            if not all(isinstance(one, dict) for one in data):
                raise LayoutError(f"StatsWales' list {path} holds something that is no dataset.")
            items += data
            page += 1
            if not data or len(items) >= count:
                break
        if not items and not may_be_empty:
            # an unknown language gives an empty list with status 200
            raise IncompleteError("StatsWales' catalogue came back empty; the service is in trouble.")
        if len(items) < count:
            raise IncompleteError(f"StatsWales listed {len(items)} of {count} datasets.")
        return read_listing(items)


def resolve(name: str) -> str:
    """Return the identifier of a dataset by identifier or short name.

    Raises
    ------
    SettingError
        For an id of the old site, or anything that is no identifier; the message says what to use.
    """
    text = name.strip().lower() if isinstance(name, str) else ""
    if text in ALIASES:
        return ALIASES[text]
    if _UUID4.fullmatch(text):
        return text
    known = ", ".join(ALIASES)
    if _OLD_ID.fullmatch(text):
        raise SettingError(
            f"{name!r} is an id of the StatsWales site that closed in 2026; its tables have new ids. "
            f"Search for the title (StatsWales.search), use a short name ({known}), or read a file you saved "
            "with carerates.sources.statswales.read_legacy()."
        )
    raise SettingError(
        f"{name!r} is no StatsWales dataset: an id has the form d2120b16-0406-4242-a515-0dd7eaf79c98 (UUID "
        f"version 4), and the short names are {known}."
    )
