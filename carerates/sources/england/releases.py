"""Explore education statistics, the plain files: publication, release, data set, CSV, found by rule.

Identifiers change with every release and titles change too, so nothing is pinned here: a data set is the one
whose title speaks of a rate per 10,000 and that has local authorities.  Old releases stay available, so
vintages can be kept side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from carerates.sources.delimited import read_rows
from carerates.sources.england.files import ON_31_MARCH, only_measure, read_looked_after
from carerates.sources.failures import (
    IncompleteError,
    LayoutError,
    NotFoundError,
    OfflineError,
    WrongContentError,
    as_documented,
)
from carerates.sources.fetcher import Fetcher
from carerates.sources.store import Entry, Key

SOURCE = "ees"
SERVICE = "ees-content"
PUBLICATION = "3260801d-601a-48c6-93b7-cf51680323d1"
SLUG = "children-looked-after-in-england-including-adoptions"
DATASET = "looked_after_rates"
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Department for Education."
)
_PAGE = 40
_TITLE_WORDS = ("rate", "10,000")


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set of a release.

    Attributes
    ----------
    id, file_id : str
        Of the data set's page, and of the file behind it; the file's changes when a release is amended.
    title, release, published : str
        Title, release (``2025``) and date.
    rows : int or None
        Rows that the catalogue says the file has.
    levels : tuple of str
        Geographic levels, as labels.
    first, last : str
        Periods covered.
    api_id : str
        Identifier in the public API; empty where the data set is not in it.
    """

    id: str
    file_id: str
    title: str
    release: str
    published: str = ""
    rows: int | None = None
    levels: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    api_id: str = ""

    @property
    def revision(self) -> str:
        """What pins its figures: release and file."""
        return f"{self.release}/{self.file_id}"


@dataclass(frozen=True, slots=True)
class EducationReleases:
    """Find and fetch the files of children looked after in England.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    """

    fetcher: Fetcher

    def latest(self) -> list[DataSet]:
        """List the data sets of the newest release."""
        found: list[DataSet] = []
        page = 1
        while True:
            answer = self._ask(
                "api/data-set-files",
                {
                    "publicationId": PUBLICATION,
                    "latestOnly": "true",
                    "dataSetType": "All",
                    "sort": "Published",
                    "page": page,
                    "pageSize": _PAGE,
                },
            )
            results, paging = answer.get("results"), answer.get("paging")
            if not isinstance(results, list) or not isinstance(paging, dict):
                raise LayoutError("The department's catalogue has no 'results' and 'paging'.")
            with as_documented("The department's catalogue"):
                found += [_listed(one) for one in results]
                pages, total = int(paging.get("totalPages", 1)), int(paging.get("totalResults", -1))
            if page >= pages or not results:
                break
            page += 1
        if total not in (-1, len(found)):
            raise IncompleteError(f"The department's catalogue listed {len(found)} of {total} data sets.")
        return found

    def release(self, slug: str) -> list[DataSet]:
        """List the data sets of one release, such as ``2023``."""
        answer = self._ask(f"api/publications/{SLUG}/releases/{slug}/data-content")
        sets = answer.get("dataSets")
        if not isinstance(sets, list):
            raise LayoutError(f"The release {slug} of the department has no list 'dataSets'.")
        with as_documented(f"The release {slug} of the department"):
            return [_contained(one, slug) for one in sets]

    def find(self, release: str | None = None) -> DataSet:
        """Find the file of numbers and rates of local authorities.

        Raises
        ------
        NotFoundError
            If none of the data sets fits, or more than one does; the message lists them.
        """
        listed = self.latest() if release is None else self.release(release)
        fitting = [
            one
            for one in listed
            if all(word in one.title.casefold() for word in _TITLE_WORDS) and "Local authority" in one.levels
        ]
        if len(fitting) != 1:
            titles = "; ".join(one.title for one in listed) or "none"
            raise NotFoundError(
                f"{len(fitting)} data sets of release {release or 'now'} have a rate per 10,000 of local "
                f"authorities; there are: {titles}. Download the file by hand and add it with carerates "
                "cache add."
            )
        return fitting[0]

    def fetch(self, release: str | None = None, *, revision: str | None = None) -> Entry:
        """Fetch that file and return its entry in the store.

        Parameters
        ----------
        release : str, optional
            Slug of a release such as ``2023``; the newest by default.
        revision : str, optional
            Take exactly this revision (``release/file``) from the store.
        """
        held = self.fetcher.pick(SOURCE, DATASET, "", revision) if release is None else None
        if held is not None:
            return held
        if release is not None and self.fetcher.offline:
            return self._held_release(release)
        found = self.find(release if revision is None else revision.split("/")[0])
        if revision not in (None, found.revision):
            raise NotFoundError(
                f"The department now serves {found.revision}; {revision} is not in the store any more."
            )

        def check(content: bytes) -> int:
            try:
                count = len(read_rows(content, found.title)[1])
            except (LayoutError, WrongContentError) as error:
                raise IncompleteError(f"{found.title!r} arrived damaged: {error}") from error
            if found.rows is not None and count != found.rows:
                raise IncompleteError(
                    f"{count:,} rows of {found.title!r} came; the catalogue says there are {found.rows:,}."
                )
            return count

        return self.fetcher.keep(
            Key(SOURCE, DATASET, found.revision),
            f"api/data-set-files/{found.id}/download",
            service=SERVICE,
            check=check,
            about={
                "publisher": "Department for Education",
                "title": found.title,
                "published": found.published,
                "designation": "accredited official statistics",
                "attribution": ATTRIBUTION,
                "details": {"release": found.release, "data_set": found.id, "api_id": found.api_id},
            },
        )

    def table(self, release: str | None = None, *, revision: str | None = None) -> tuple[pd.DataFrame, Entry]:
        """Fetch and read that file; the rows of 31 March."""
        entry = self.fetch(release, revision=revision)
        what = f"{entry.title} ({entry.key.revision.split('/')[0]})"
        found = read_looked_after(self.fetcher.store.read(entry), what)
        return only_measure(found, ON_31_MARCH, what), entry

    def _held_release(self, release: str) -> Entry:
        """Return the newest entry of a release in the store."""
        held = [
            one
            for one in self.fetcher.store.entries(SOURCE, DATASET)
            if one.key.revision.split("/")[0] == release
        ]
        if not held:
            raise self.fetcher.nothing_held(f"the release {release} of {SOURCE} {DATASET}")
        return held[-1]

    def _ask(self, path: str, params: dict[str, object] | None = None) -> dict[str, Any]:
        """Ask the content service for a JSON object."""
        try:
            answer = self.fetcher.json(SERVICE, path, params=params)
        except OfflineError:
            raise self.fetcher.nothing_held("the catalogue of the Department for Education") from None
        if not isinstance(answer, dict):
            raise LayoutError(f"The department answered {path} with JSON of another shape than known.")
        return answer


def _listed(one: dict[str, Any]) -> DataSet:
    """Read an item of the catalogue."""
    meta = one.get("meta") or {}
    period = meta.get("timePeriodRange") or {}
    return DataSet(
        id=_needed(one, "id"),
        file_id=_needed(one, "fileId"),
        title=str(one.get("title", "")),
        release=str((one.get("release") or {}).get("slug", "")),
        published=str(one.get("published", "")),
        rows=meta.get("numDataFileRows"),
        levels=tuple(meta.get("geographicLevels") or ()),
        first=str(period.get("from", "")),
        last=str(period.get("to", "")),
        api_id=str((one.get("api") or {}).get("id", "")),
    )


def _contained(one: dict[str, Any], slug: str) -> DataSet:
    """Read a data set of a release."""
    meta = one.get("meta") or {}
    period = meta.get("timePeriodRange") or {}
    return DataSet(
        id=_needed(one, "dataSetFileId"),
        file_id=_needed(one, "fileId"),
        title=str(one.get("title", "")),
        release=slug,
        rows=meta.get("numDataFileRows"),
        levels=tuple(meta.get("geographicLevels") or ()),
        first=str(period.get("start", "")),
        last=str(period.get("end", "")),
        api_id=str(one.get("publicApiDataSetId") or ""),
    )


def _needed(one: dict[str, Any], name: str) -> str:
    """Return a field that must be there."""
    if not isinstance(one, dict) or not one.get(name):
        raise LayoutError(f"The department's list of data sets lacks the field '{name}'.")
    return str(one[name])
