"""Where figures came from and what was done to them, in words a reader can check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """One published table, as it was read.

    Attributes
    ----------
    publisher, dataset, title : str
        Who published it, the short name carerates uses for it, and the publisher's title.
    edition : str
        Release, revision or vintage: what pins the figures.
    licence, attribution : str
        Terms of use and the words they ask for.
    sha256 : str
        Hash of the bytes that were read; empty for a table that a user built in memory.
    url, published, retrieved, designation, query : str
        Where known: address, dates (ISO), "official statistics" or the like, and the request.
    rows : int or None
        Rows read from the source.
    """

    publisher: str
    dataset: str
    title: str
    edition: str = ""
    licence: str = ""
    attribution: str = ""
    sha256: str = ""
    url: str = ""
    published: str = ""
    retrieved: str = ""
    designation: str = ""
    query: str = ""
    rows: int | None = None

    def caption(self) -> str:
        """Return the line a chart carries, ``title from publisher, edition``."""
        return f"{self.title} from {self.publisher}" + (f", {self.edition}" if self.edition else "")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Sources read and steps taken, in order; immutable, so a result can never lose or share it."""

    sources: tuple[Source, ...] = ()
    steps: tuple[str, ...] = ()

    def then(self, *steps: str) -> Provenance:
        """Return a copy with ``steps`` added at the end."""
        return Provenance(self.sources, self.steps + steps)

    def merged(self, *others: Provenance) -> Provenance:
        """Return the union with ``others``: each source and each step once, in order of appearance."""
        sources: list[Source] = []
        steps: list[str] = []
        for one in (self, *others):
            sources += [source for source in one.sources if source not in sources]
            steps += [step for step in one.steps if step not in steps]
        return Provenance(tuple(sources), tuple(steps))

    def caption(self) -> str:
        """Return the source note for a chart or a table."""
        if not self.sources:
            return "Source: figures supplied by the user"
        return "Source: " + "; ".join(dict.fromkeys(source.caption() for source in self.sources))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return {"sources": [asdict(source) for source in self.sources], "steps": list(self.steps)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Provenance:
        """Rebuild what :meth:`to_dict` gave."""
        known = {field.name for field in fields(Source)}
        sources: Iterable[dict[str, Any]] = values.get("sources", ())
        return cls(
            tuple(Source(**{key: value for key, value in one.items() if key in known}) for one in sources),
            tuple(values.get("steps", ())),
        )


NO_PROVENANCE = Provenance()
"""Of a table that says nothing about where it comes from."""
