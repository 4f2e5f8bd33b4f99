"""Records of the store: what was asked of a publisher, and which bytes came."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from carerates.provenance import Source


@dataclass(frozen=True, slots=True)
class Key:
    """What was asked of a publisher.

    Attributes
    ----------
    source : str
        Short name of the publisher's service, such as ``statswales``.
    dataset : str
        Dataset identifier, or the short name carerates uses.
    revision : str
        What pins the figures: the publisher's revision or release, or the file's own hash.
    query : str
        The request within the dataset; empty for all of it.
    """

    source: str
    dataset: str
    revision: str
    query: str = ""

    @property
    def name(self) -> str:
        """File name of the record."""
        parts = json.dumps([self.source, self.dataset, self.revision, self.query], ensure_ascii=False)
        return hashlib.sha256(parts.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.source} {self.dataset} {self.revision}" + (f" ({self.query})" if self.query else "")


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored answer: what was asked, which bytes came, and what the publisher said about them.

    Attributes
    ----------
    key : Key
        What was asked.
    sha256, size : str, int
        Of the bytes.
    publisher, title, url, licence, attribution, designation, published, retrieved : str
        As in :class:`carerates.provenance.Source`.
    rows : int or None
        Rows that were checked against the publisher's own total, where it gives one.
    details : dict
        Anything else a reader needs later, such as column roles or an ETag.
    """

    key: Key
    sha256: str
    size: int
    publisher: str = ""
    title: str = ""
    url: str = ""
    licence: str = ""
    attribution: str = ""
    designation: str = ""
    published: str = ""
    retrieved: str = ""
    rows: int | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def source(self) -> Source:
        """Return the provenance record of the figures."""
        return Source(
            publisher=self.publisher,
            dataset=self.key.dataset,
            title=self.title,
            edition=self.key.revision,
            licence=self.licence,
            attribution=self.attribution,
            sha256=self.sha256,
            url=self.url,
            published=self.published,
            retrieved=self.retrieved,
            designation=self.designation,
            query=self.key.query,
            rows=self.rows,
        )

    def to_json(self) -> str:
        """Return the record as it lies on disk."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Entry:
        """Read what :meth:`to_json` wrote."""
        values = json.loads(text)
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in values.items() if name in known}
        return cls(**{**values, "key": Key(**values["key"])})
