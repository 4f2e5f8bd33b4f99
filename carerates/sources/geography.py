"""ONS Open Geography: outlines of upper-tier authorities, and which district lies in which.

The service reports errors with status 200, gives at most 1,000 or 2,000 features at a time and says so with a
flag that stands in one place in JSON and in another in GeoJSON; a page may be short, or even empty, with the
flag set.  The count of features is asked for first and must be reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from carerates.sources.failures import (
    IncompleteError,
    LayoutError,
    NotFoundError,
    RefusedError,
    RevisionChangedError,
    as_documented,
)
from carerates.sources.fetcher import Fetcher
from carerates.sources.geography_answers import exceeded, read_lookup, read_outline, read_page, refuse_error
from carerates.sources.store import Entry, Key

SOURCE = "geography"
ATTRIBUTION = (
    "Source: Office for National Statistics licensed under the Open Government Licence v3.0. "
    "Contains OS data © Crown copyright and database right."
)
BOUNDARY_SERVICE = re.compile(
    r"Counties_and_Unitary_Authorities_December_(\d{4})_Boundaries_UK_BUC(?:_V\d+)?", re.IGNORECASE
)
LOOKUP_SERVICE = re.compile(r"LTLA(\d{2})_UTLA\d{2}_EW_LU(?:_v\d+)?", re.IGNORECASE)
_ATTEMPTS = 3
_MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a service: its vintage, its fields and how many features it gives at a time."""

    service: str
    revision: str
    identifier: str
    fields: tuple[str, ...]
    page: int

    def field(self, pattern: str) -> str:
        """Return the one field whose name fits a pattern."""
        fitting = [name for name in self.fields if re.fullmatch(pattern, name)]
        if len(fitting) != 1:
            raise LayoutError(
                f"{self.service} has {len(fitting)} fields like {pattern}; it has: {', '.join(self.fields)}."
            )
        return fitting[0]


@dataclass(frozen=True, slots=True)
class OpenGeography:
    """Ask the Open Geography portal.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    """

    fetcher: Fetcher

    def newest(self, pattern: re.Pattern[str], year: int | None = None) -> str:
        """Find the newest service whose name fits a pattern; names are irregular, so they are listed."""
        answer = self._ask("", {})
        with as_documented("The list of services of the Open Geography portal"):
            names = [str(one.get("name", "")) for one in answer.get("services", []) if isinstance(one, dict)]
        name = newest_name(names, pattern, year)
        if name is None:
            fitting = sorted(one for one in names if pattern.fullmatch(one))
            raise NotFoundError(
                f"None of the {len(names)} services of the Open Geography portal is named like "
                f"{pattern.pattern}"
                + (f" with the year {year}; there are: {', '.join(fitting)}." if fitting else ".")
                + " Give the name of one, or another year."
            )
        return name

    def boundaries(
        self, service: str | None = None, *, year: int | None = None
    ) -> tuple[dict[str, Any], list[Entry]]:
        """Fetch the outlines of the upper-tier authorities of Wales and England.

        Parameters
        ----------
        service : str, optional
            Name of a service; the newest generalised one (500 m, clipped to the coast) by default.
        year : int, optional
            The one of December of this year instead.

        Returns
        -------
        collection : dict
            A GeoJSON FeatureCollection in longitude and latitude, with ``area_code`` (in use now),
            ``published_code``, ``area_name`` and ``area_name_cy``.
        entries : list of Entry
            One for each page, so that an interrupted fetch goes on where it stopped.
        """
        layer, held = self._settle(service, BOUNDARY_SERVICE, year)
        code = layer.field(r"CTYUA\d\dCD")
        name, welsh = layer.field(r"CTYUA\d\dNM"), layer.field(r"CTYUA\d\dNMW")
        query = {
            "where": f"{code} LIKE 'E%' OR {code} LIKE 'W%'",
            "outFields": ",".join([layer.identifier, code, name, welsh]),
            "outSR": "4326",
            "f": "geojson",
        }
        pages, entries = self._pages(layer, query, held)
        features = [read_outline(one, code, name, welsh) for page in pages for one in page["features"]]
        return {"type": "FeatureCollection", "features": features}, entries

    def lookup(self, service: str | None = None) -> tuple[pd.DataFrame, list[Entry]]:
        """Fetch which district lies in which upper-tier authority: ``district_code``, ``upper_tier_code``."""
        layer, held = self._settle(service, LOOKUP_SERVICE)
        district, upper = layer.field(r"(?:LTLA|LAD)\d\dCD"), layer.field(r"(?:UTLA|CTYUA)\d\dCD")
        query = {"where": "1=1", "outFields": f"{district},{upper}", "f": "json", "returnGeometry": "false"}
        pages, entries = self._pages(layer, query, held)
        rows = [one["attributes"] for page in pages for one in page["features"]]
        return read_lookup(rows, district, upper), entries

    # -- asking ------------------------------------------------------------------------------------

    def _settle(
        self, service: str | None, pattern: re.Pattern[str], year: int | None = None
    ) -> tuple[Layer, bool]:
        """Settle which layer to read: asked of the service, or the newest in the store while offline."""
        if not self.fetcher.offline:
            return self._layer(service or self.newest(pattern, year)), False
        firsts = [one for one in self.fetcher.store.entries(SOURCE) if one.key.query.startswith("0;")]
        wanted = service or newest_name([one.key.dataset for one in firsts], pattern, year)
        held = [one for one in firsts if one.key.dataset == wanted]
        if not held:
            named = service or pattern.pattern + (f" of {year}" if year else "")
            raise self.fetcher.nothing_held(f"{SOURCE} {named}")
        kept = held[-1].details["layer"]
        return Layer(**{**kept, "fields": tuple(kept["fields"])}), True

    def _layer(self, service: str) -> Layer:
        """Read the description of a layer."""
        answer = self._ask(f"{service}/FeatureServer/0", {})
        with as_documented(f"The description of the layer of {service}"):
            fields = tuple(str(one.get("name", "")) for one in answer.get("fields") or [])
            edited = (answer.get("editingInfo") or {}).get("lastEditDate")
            most = int(answer.get("maxRecordCount") or 1000)
        if not fields or not answer.get("objectIdField") or most < 1:
            raise LayoutError(f"The layer of {service} is not described as documented.")
        return Layer(
            service=service,
            revision=f"{answer.get('name', service)}" + (f"/{edited}" if edited else ""),
            identifier=str(answer["objectIdField"]),
            fields=fields,
            page=most,
        )

    def _pages(
        self, layer: Layer, query: Mapping[str, str], held: bool
    ) -> tuple[list[dict[str, Any]], list[Entry]]:
        """Fetch page after page until the flag is gone, and compare with the count."""
        path = f"{layer.service}/FeatureServer/0/query"
        total: int | None = None
        if not held:
            said = self._ask(path, {"where": query["where"], "returnCountOnly": "true"}).get("count")
            if not isinstance(said, int):
                raise LayoutError(f"{layer.service} gives no count of its features.")
            total = said
        pages: list[dict[str, Any]] = []
        entries: list[Entry] = []
        offset = received = 0
        while True:
            asked = {
                **query,
                "orderByFields": layer.identifier,
                "resultOffset": str(offset),
                "resultRecordCount": str(layer.page),
            }
            entry = self._page(layer, path, asked, offset, total)
            total = int(entry.details["total"]) if total is None else total
            page = read_page(self.fetcher.store.read(entry), layer.service)
            pages.append(page)
            entries.append(entry)
            received += len(page["features"])
            # a page may be short, or empty though more follow; the count decides in the end
            offset += len(page["features"]) or layer.page
            if not exceeded(page) or len(pages) >= _MOST_PAGES or offset > total + layer.page:
                break
        if not held and self._layer(layer.service).revision != layer.revision:
            self.fetcher.store.forget(entries)
            raise RevisionChangedError(f"{layer.service} was edited while it was fetched; fetch it again.")
        if received != total:
            raise IncompleteError(f"{received} features of {layer.service} came; it says there are {total}.")
        return pages, entries

    def _page(
        self, layer: Layer, path: str, asked: Mapping[str, str], offset: int, total: int | None
    ) -> Entry:
        """Fetch one page; an overloaded service says so with status 200, and is asked again."""
        kept = {
            "service": layer.service,
            "revision": layer.revision,
            "identifier": layer.identifier,
            "fields": list(layer.fields),
            "page": layer.page,
        }
        for attempt in range(_ATTEMPTS):
            try:
                return self.fetcher.keep(
                    Key(SOURCE, layer.service, layer.revision, f"{offset};{asked['where']};{asked['f']}"),
                    path,
                    check=lambda content: len(read_page(content, layer.service)["features"]),
                    want="json",
                    params=asked,
                    about={
                        "publisher": "Office for National Statistics",
                        "title": layer.service.replace("_", " "),
                        "attribution": ATTRIBUTION,
                        "details": {"layer": kept, "total": total, "part": f"from feature {offset + 1}"},
                    },
                )
            except RefusedError as error:
                if error.status < 500 or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _ask(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Ask for JSON that is not kept."""
        for attempt in range(_ATTEMPTS):
            answer = self.fetcher.json(SOURCE, path, params={**params, "f": "json"})
            try:
                return refuse_error(answer, path or "the list of services")
            except RefusedError as error:
                if error.status < 500 or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")


def newest_name(names: Iterable[str], pattern: re.Pattern[str], year: int | None = None) -> str | None:
    """Return the name with the latest year, and of two re-issues the later; None if none fits."""
    fitting = {}
    for name in names:
        match = pattern.fullmatch(name)
        if match and (year is None or int(match[1]) % 100 == year % 100):
            issue = re.search(r"_v(\d+)$", name, re.IGNORECASE)
            fitting[int(match[1]), int(issue[1]) if issue else 0] = name
    return fitting[max(fitting)] if fitting else None
