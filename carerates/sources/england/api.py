"""Explore education statistics, the public API: data sets, their meaning, and queries, page by page.

A query is pinned to the version it is asked of, so pages cannot come from two versions.  Anything that a
query names and the data set lacks comes back as a *warning* with status 200, and would leave rows out
without a word: such warnings are errors here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from carerates.sources.delimited import read_rows
from carerates.sources.england.answers import query_table, read_meta, read_page, refuse_warnings
from carerates.sources.england.releases import ATTRIBUTION
from carerates.sources.failures import (
    IncompleteError,
    LayoutError,
    NotFoundError,
    RevisionChangedError,
    as_documented,
)
from carerates.sources.fetcher import Fetcher, canonical
from carerates.sources.store import Entry, Key

SOURCE = "ees-api"
_PAGE = 1000
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class EducationApi:
    """Ask the department's public API.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    page_size : int
        Rows a page, 1 to 10,000.
    """

    fetcher: Fetcher
    page_size: int = _PAGE

    def publications(self, search: str) -> pd.DataFrame:
        """List publications by words of three letters or more."""
        items = self._walk("v1/publications", {"search": search}, 40)
        return _frame(items, ("id", "title", "slug", "lastPublished"))

    def data_sets(self, publication: str) -> pd.DataFrame:
        """List the data sets of a publication, with version, levels and rows."""
        items = self._walk(f"v1/publications/{publication}/data-sets", {}, 20)
        with as_documented(f"The list of data sets of {publication}"):
            for one in items:
                newest = one.get("latestVersion") or {}
                one["version"], one["rows"] = newest.get("version", ""), newest.get("totalResults")
                one["levels"] = ", ".join(newest.get("geographicLevels", []))
        return _frame(items, ("id", "title", "status", "version", "levels", "rows"))

    def versions(self, data_set: str) -> pd.DataFrame:
        """List the versions of a data set, newest first."""
        items = self._walk(f"v1/data-sets/{data_set}/versions", {}, 20)
        return _frame(items, ("version", "type", "status", "published", "totalResults"))

    def current_version(self, data_set: str) -> tuple[str, str]:
        """Return the newest version and the title of a data set."""
        answer, newest = self._describe(data_set)
        return str(newest["version"]), str(answer.get("title", data_set))

    def current_file(self, data_set: str) -> tuple[str, str]:
        """Return the newest version of a data set and the identifier of the file it was made from."""
        _, newest = self._describe(data_set)
        with as_documented(f"The department's description of {data_set}"):
            return str(newest["version"]), str((newest.get("file") or {}).get("id", ""))

    def _describe(self, data_set: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the department says about a data set, and about its newest version."""
        answer = self._ask(f"v1/data-sets/{data_set}")
        with as_documented(f"The department's description of {data_set}"):
            newest = answer.get("latestVersion") or {}
            if not newest.get("version"):
                raise NotFoundError(
                    f"The data set {data_set} has no live version (status {answer.get('status', 'unknown')})."
                )
        return answer, newest

    def recodes(self, data_set: str, version: str) -> pd.DataFrame:
        """List the locations whose code or name changed with a version."""
        answer = self._ask(f"v1/data-sets/{data_set}/versions/{version}/changes")
        with as_documented(f"The list of changes of {data_set}, version {version}"):
            rows = [
                {
                    "level": level.get("level", {}).get("code", ""),
                    "old_code": (option.get("previousState") or {}).get("code", ""),
                    "new_code": (option.get("currentState") or {}).get("code", ""),
                    "label": (option.get("currentState") or option.get("previousState") or {}).get(
                        "label", ""
                    ),
                }
                for kind in ("majorChanges", "minorChanges")
                for level in (answer.get(kind) or {}).get("locationOptions", [])
                for option in level.get("options", [])
            ]
        return _frame(rows, ("level", "old_code", "new_code", "label"))

    # -- data --------------------------------------------------------------------------------------

    def csv(self, data_set: str, version: str | None = None) -> Entry:
        """Fetch a whole data set as CSV (always packed) and return its entry."""
        held = self.fetcher.pick(SOURCE, data_set, "csv", version)
        if held is not None:
            return held
        current, title = self.current_version(data_set)
        chosen = version or current
        return self.fetcher.keep(
            Key(SOURCE, data_set, chosen, "csv"),
            f"v1/data-sets/{data_set}/csv",
            check=lambda content: len(read_rows(content, title)[1]),
            params={"dataSetVersion": chosen},
            about=_about(title),
        )

    def query(
        self,
        data_set: str,
        criteria: Mapping[str, Any] | None = None,
        *,
        indicators: Sequence[str] = (),
        version: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> tuple[pd.DataFrame, list[Entry]]:
        """Ask for rows and return them as a table of text with the department's column names.

        Parameters
        ----------
        data_set : str
            Identifier.
        criteria : mapping, optional
            In the API's query language; all rows by default.
        indicators : sequence of str
            Identifiers; all by default.
        version : str, optional
            A version to pin; the newest by default.
        details : mapping, optional
            What the store keeps beside each page.

        Raises
        ------
        NotFoundError
            If the data set lacks anything that the query names, or nothing fits.
        """
        body = {
            **({"criteria": criteria} if criteria else {}),
            **({"indicators": list(indicators)} if indicators else {}),
        }
        chosen, title = self._version(data_set, canonical(body), version)
        pages: list[dict[str, Any]] = []
        entries: list[Entry] = []
        while True:
            entry = self._page(data_set, chosen, title, body, len(pages) + 1, details)
            page = read_page(self.fetcher.store.read(entry), title)
            refuse_warnings(page, title)
            pages.append(page)
            entries.append(entry)
            if len(pages) >= int(page["paging"]["totalPages"]) or len(pages) >= _MOST_PAGES:
                break
        totals = {int(page["paging"]["totalResults"]) for page in pages}
        rows = [row for page in pages for row in page["results"]]
        if len(totals) > 1:
            raise RevisionChangedError(f"The rows of {title!r} became more or fewer between two pages.")
        if len(rows) != totals.pop():
            raise IncompleteError(
                f"{len(rows)} rows of {title!r} came; the API says there are more or fewer."
            )
        return query_table(rows, self.meta(data_set, chosen, title)), entries

    def _version(self, data_set: str, query: str, version: str | None) -> tuple[str, str]:
        """Settle the version: pinned, newest, or newest in the store while offline."""
        if self.fetcher.offline:
            first = f"{query}#1/{self.page_size}"
            held = self.fetcher.pick(SOURCE, data_set, first, version)
            assert held is not None  # offline, pick gives an entry or raises
            return held.key.revision, held.title
        current, title = self.current_version(data_set)
        return version or current, title

    def _page(
        self,
        data_set: str,
        version: str,
        title: str,
        body: Mapping[str, Any],
        page: int,
        details: Mapping[str, Any] | None,
    ) -> Entry:
        """Fetch one page of a query."""
        query = f"{canonical(body)}#{page}/{self.page_size}"

        def check(content: bytes) -> int:
            answer = read_page(content, title)
            refuse_warnings(answer, title)
            return len(answer["results"])

        return self.fetcher.keep(
            Key(SOURCE, data_set, version, query),
            f"v1/data-sets/{data_set}/query",
            check=check,
            want="json",
            method="POST",
            params={"dataSetVersion": version},
            body={**body, "page": page, "pageSize": self.page_size},
            about={**_about(title), "details": dict(details or {})},
        )

    def meta(self, data_set: str, version: str, title: str) -> dict[str, Any]:
        """Fetch what the identifiers in a query's rows mean: filters, indicators, levels and locations."""
        entry = self.fetcher.keep(
            Key(SOURCE, data_set, version, "meta"),
            f"v1/data-sets/{data_set}/meta",
            check=lambda content: len(read_meta(content, title)["indicators"]),
            want="json",
            params={"dataSetVersion": version},
            about=_about(title),
        )
        return read_meta(self.fetcher.store.read(entry), title)

    def _walk(self, path: str, params: dict[str, Any], size: int) -> list[dict[str, Any]]:
        """Walk the pages of a list."""
        items: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self._ask(path, {**params, "page": page, "pageSize": size})
            paging, results = answer.get("paging"), answer.get("results")
            if not isinstance(paging, dict) or not isinstance(results, list):
                raise LayoutError(f"The department's list {path} has no 'paging' and 'results'.")
            if not all(isinstance(one, dict) for one in results):
                raise LayoutError(f"The department's list {path} holds something of another shape.")
            items += results
            with as_documented(f"The department's list {path}"):
                last = page >= int(paging.get("totalPages", 1))
            if last or not results:
                return items
            page += 1

    def _ask(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask for a JSON object."""
        answer = self.fetcher.json(SOURCE, path, params=params)
        if not isinstance(answer, dict):
            raise LayoutError(f"The department answered {path} with JSON of another shape than documented.")
        return answer


def _about(title: str) -> dict[str, str]:
    """Return what the store keeps about the department's data."""
    return {"publisher": "Department for Education", "title": title, "attribution": ATTRIBUTION}


def _frame(items: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Make a table of some fields."""
    return pd.DataFrame({name: [item.get(name) for item in items] for name in columns})
