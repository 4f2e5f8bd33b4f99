"""What StatsWales says about its datasets: descriptions, lists, revisions and filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from carerates.sources.failures import IncompleteError, LayoutError

DESIGNATIONS = {
    "official": "official statistics",
    "accredited": "accredited official statistics",
    "in_development": "official statistics in development",
    "management": "management information",
    "none": "",
}


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


def read_dataset(answer: dict[str, Any], tag: str, asked: tuple[str, ...]) -> Dataset:
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


def read_listing(items: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table of list items."""
    columns = {"id": "id", "title": "title", "published": "first_published_at", "updated": "last_updated_at"}
    return pd.DataFrame(
        {
            ours: pd.Series([str(item.get(theirs) or "") for item in items], dtype="str")
            for ours, theirs in columns.items()
        }
    )


def read_whole_listing(held: Mapping[str, Any], what: str) -> pd.DataFrame:
    """Make the table of a list that comes in one page, if it is as long as it says."""
    items = held.get("data", [])
    if int(held.get("count", len(items))) > len(items):
        raise IncompleteError(f"StatsWales listed {len(items)} of {held['count']} datasets of {what}.")
    return read_listing(items)


def flatten_values(
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
        flatten_values(value.get("children") or [], code, one, rows)


def user_messages(errors: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the English messages of an error that came with status 200."""
    return [
        f"{error.get('field', '')}: {said.get('message', '')}"
        for error in errors
        for said in error.get("user_message", [])
        if said.get("lang") == "en"
    ]
