"""The StatsWales API: fetching one revision of a dataset whole.

Four calls fetch a dataset: its metadata (which revision is published), a stored query, that query's row total
and revision, and the rows as CSV.  The rows are kept only when they are as many as the total says and the
revision has not changed meanwhile, because a stream that fails half-way still ends with status 200.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carerates.sources.delimited import read_rows
from carerates.sources.failures import (
    IncompleteError,
    LayoutError,
    NotFoundError,
    RefusedError,
    RevisionChangedError,
    WrongContentError,
)
from carerates.sources.fetcher import canonical
from carerates.sources.statswales.catalogue import SOURCE, Catalogue, resolve
from carerates.sources.statswales.cubes import Cube, read_cube
from carerates.sources.statswales.descriptions import Dataset
from carerates.sources.store import Entry, Key

ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Welsh Government, StatsWales."
)
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class StatsWales(Catalogue):
    """Ask StatsWales: find datasets and fetch them.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    lang : {"en", "cy"}
        Language of labels and titles.
    """

    def fetch(
        self,
        name: str,
        filters: Mapping[str, Sequence[str]] | None = None,
        *,
        revision: str | None = None,
    ) -> Entry:
        """Fetch a dataset, or the rows that filters keep, and return its entry in the store.

        Parameters
        ----------
        name : str
            Identifier, or a short name of :data:`ALIASES`.
        filters : mapping of str to sequence of str, optional
            Column of the fact table, and the codes to keep (see :meth:`filters`).
        revision : str, optional
            Take this revision from the store.  StatsWales serves only the newest one.

        Raises
        ------
        RevisionChangedError
            If StatsWales published a new revision during each of three attempts, or serves another
            revision than the one asked for.
        IncompleteError
            If fewer rows came than StatsWales says there are.
        """
        identifier = resolve(name)
        chosen = {column: list(codes) for column, codes in sorted((filters or {}).items())}
        query = canonical({"lang": self._tag, **({"filters": chosen} if chosen else {})})
        held = self.fetcher.pick(SOURCE, identifier, query, revision)
        if held is not None:
            return held
        trouble: Exception | None = None
        for _ in range(_ATTEMPTS):
            about = self.dataset(identifier)
            if revision not in (None, about.revision):
                raise RevisionChangedError(
                    f"StatsWales serves only the newest revision of {about.title!r}, {about.revision}; "
                    f"revision {revision} is not in the store."
                )
            try:
                return self._fetch_revision(about, chosen, query)
            except (RevisionChangedError, IncompleteError) as error:
                trouble = error
        assert trouble is not None
        raise trouble

    def cube(self, name: str, *, counted: str = "exact", revision: str | None = None) -> tuple[Cube, Entry]:
        """Fetch a dataset and read it."""
        entry = self.fetch(name, revision=revision)
        return read_cube(self.fetcher.store.read(entry), entry.title or name, counted=counted), entry

    def _fetch_revision(self, about: Dataset, chosen: dict[str, list[str]], query: str) -> Entry:
        """Fetch one revision through a stored query, or in one go where that service fails."""
        key = Key(SOURCE, about.id, about.revision, query)
        if (held := self.fetcher.held(key)) is not None:
            return held
        try:
            stored, total = self._stored_query(about, chosen)
            path = f"v2/{about.id}/data/{stored}"
            params = {"format": "csv", "lang": self._tag}
            return self._keep(key, about, path, params, total)
        except (RefusedError, WrongContentError) as error:
            if chosen:
                raise
            self.fetcher.say(f"StatsWales v2 failed ({error}); trying v1")
        total = self._total_of_v1(about)
        path = f"v1/{about.id}/download/csv"
        return self._keep(key, about, path, {"view": "raw_extended", "lang": self._tag}, total)

    def _keep(self, key: Key, about: Dataset, path: str, params: dict[str, str], total: int) -> Entry:
        """Keep the rows if they are as many as they should be and still those of the revision."""

        def check(content: bytes) -> int:
            if total == 0:
                raise NotFoundError(f"No row of {about.title!r} fits the filters.")
            try:
                count = len(read_rows(content, about.title)[1])
            except (LayoutError, WrongContentError) as error:  # a stream that failed in the middle of a row
                raise IncompleteError(f"{about.title!r} arrived damaged: {error}") from error
            if count != total:
                raise IncompleteError(
                    f"{count:,} rows of {about.title!r} came; StatsWales says there are {total:,}."
                )
            newest = self.dataset(about.id).revision
            if newest != about.revision:
                raise RevisionChangedError(
                    f"StatsWales published a new revision of {about.title!r} while it was fetched."
                )
            return count

        details = {"rounded": about.rounded, "rounding": about.rounding, "coverage_end": about.coverage_end}
        return self.fetcher.keep(
            key,
            path,
            check=check,
            params=params,
            about={
                "publisher": "Welsh Government",
                "title": about.title,
                "published": about.published,
                "designation": about.designation,
                "attribution": ATTRIBUTION,
                "details": details,
            },
        )

    def _stored_query(self, about: Dataset, chosen: dict[str, list[str]]) -> tuple[str, int]:
        """Store the query anew (an old one keeps serving its old revision); return its id and row total."""
        body = {
            "filters": [{column: codes} for column, codes in chosen.items()],
            "options": {
                "use_raw_column_names": True,
                "use_reference_values": True,
                "data_value_type": "raw_extended",
            },
        }
        answer = self._ask(f"v2/{about.id}/data", method="POST", body=body)
        stored = str(answer.get("filterId", ""))
        if not stored:
            raise LayoutError("StatsWales stored a query but gave no 'filterId' for it.")
        said = self._ask(f"v2/{about.id}/query/{stored}")
        if str(said.get("revisionId", "")) != about.revision:
            raise RevisionChangedError(
                f"The stored query of {about.title!r} serves another revision than the published one."
            )
        total = said.get("totalLines")
        if not isinstance(total, int):
            raise LayoutError(f"StatsWales gives no row total ('totalLines') for {about.title!r}.")
        return stored, total

    def _total_of_v1(self, about: Dataset) -> int:
        """Return the row total that the first page of a v1 view gives."""
        answer = self._ask(f"v1/{about.id}/view", {"page_size": 5})
        total = (answer.get("page_info") or {}).get("total_records")
        if not isinstance(total, int):
            raise LayoutError(f"StatsWales v1 gives no row total ('total_records') for {about.title!r}.")
        return total
