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

SOURCE = "statswales"
TOPICS = {"children": 43, "social care": 53, "population": 80, "deprivation": 88, "income poverty": 90}
"""Topics of the site that hold what carerates is about."""

DESIGNATIONS = {
    "official": "official statistics",
    "accredited": "accredited official statistics",
    "in_development": "official statistics in development",
    "management": "management information",
    "none": "",
}
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
class Dataset:
    """What StatsWales says about a dataset.

    Attributes
    ----------
    id, title, revision, published, designation : str
        Identifier; title in the language asked for; identifier of the published revision and its date.
    rounded : bool or None
        Whether the publisher says that figures are rounded.
    rounding, coverage_end, publisher : str
        Rounding in words, last date covered, publishing group.
    replaces : tuple of str
        Identifiers that were asked for and led here.
    """

    id: str
    title: str
    revision: str
    published: str = ""
    designation: str = ""
    rounded: bool | None = None
    rounding: str = ""
    coverage_end: str = ""
    publisher: str = ""
    replaces: tuple[str, ...] = ()


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
                    found.append(_whole_listing(answer["datasets"], f"topic {one}"))
                else:
                    below = [int(child["id"]) for child in answer.get("children", [])]
                    waiting += [child for child in dict.fromkeys(below) if child not in {*asked, *waiting}]
            if len(asked) > _MOST_TOPICS:
                raise LayoutError(f"StatsWales lists more than {_MOST_TOPICS} topics below topic {number}.")
        return pd.concat(found, ignore_index=True) if found else _listing([])

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
                    return _dataset(answer, self._tag, tuple(asked))
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
                _flatten(one.get("values", []), "", one, rows)
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
                said = "; ".join(_user_messages(answer.get("errors", [])))
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
        return _listing(items)


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


def read_history(answer: Sequence[Any], tag: str = "en-gb") -> pd.DataFrame:
    """Read the list of revisions, which the service gives without a promise of its form."""
    rows = []
    for one in answer:
        if not isinstance(one, dict) or not one.get("id"):
            raise LayoutError("StatsWales' list of revisions has an entry without an id.")
        rows.append(
            {
                "revision": str(one["id"]),
                "index": one.get("revision_index"),
                "previous": str(one.get("previous_revision_id") or ""),
                "published": str(one.get("publish_at") or ""),
                "title": str(_text_in(one, tag).get("title") or ""),
            }
        )
    return pd.DataFrame(rows, columns=["revision", "index", "previous", "published", "title"])


def _text_in(revision: Mapping[str, Any], tag: str) -> Mapping[str, Any]:
    """Return the texts of a revision in a language, in English where it has none."""
    texts = {str(one.get("language", "")).lower(): one for one in revision.get("metadata") or []}
    return texts.get(tag) or texts.get("en-gb") or {}


def _dataset(answer: dict[str, Any], tag: str, asked: tuple[str, ...]) -> Dataset:
    """Read the metadata of a dataset."""
    revision = answer.get("published_revision") or {}
    if not revision.get("id"):
        raise LayoutError(f"StatsWales gives no published revision of {answer.get('id')}.")
    text = _text_in(revision, tag)
    group = ((answer.get("publisher") or {}).get("group") or {}).get("name") or ""
    return Dataset(
        id=str(answer.get("id", "")),
        title=str(text.get("title") or answer.get("id")),
        revision=str(revision["id"]),
        published=str(revision.get("publish_at") or ""),
        designation=DESIGNATIONS.get(
            str(revision.get("designation")), str(revision.get("designation") or "")
        ),
        rounded=revision.get("rounding_applied"),
        rounding=str(text.get("rounding_description") or ""),
        coverage_end=str(revision.get("coverage_end_date") or ""),
        publisher=str(group),
        replaces=asked,
    )


def _listing(items: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table of list items."""
    columns = {"id": "id", "title": "title", "published": "first_published_at", "updated": "last_updated_at"}
    return pd.DataFrame(
        {
            ours: pd.Series([str(item.get(theirs) or "") for item in items], dtype="str")
            for ours, theirs in columns.items()
        }
    )


def _whole_listing(held: Mapping[str, Any], what: str) -> pd.DataFrame:
    """Make the table of a list that comes in one page, if it is as long as it says."""
    items = held.get("data", [])
    if int(held.get("count", len(items))) > len(items):
        raise IncompleteError(f"StatsWales listed {len(items)} of {held['count']} datasets of {what}.")
    return _listing(items)


def _flatten(
    values: Sequence[Mapping[str, Any]], parent: str, one: Mapping[str, Any], rows: list[dict[str, object]]
) -> None:
    """Add the values of a dimension and their children."""
    for value in values:
        code = str(value.get("reference") or "")
        rows.append(
            {
                "column": one.get("factTableColumn", ""),
                "dimension": one.get("columnName", ""),
                "code": code,
                "label": str(value.get("description") or code),
                "parent": parent,
                "rows": int(value.get("count") or 0),
            }
        )
        _flatten(value.get("children") or [], code, one, rows)


def _user_messages(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the English messages of an error that came with status 200."""
    return [
        f"{error.get('field', '')}: {said.get('message', '')}"
        for error in errors
        for said in error.get("user_message", [])
        if said.get("lang") == "en"
    ]
