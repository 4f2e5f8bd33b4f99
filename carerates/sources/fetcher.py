"""The desk between clients and the outside: the store first, the publisher next, never a socket offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from carerates.sources.failures import DamagedEntryError, OfflineError
from carerates.sources.settings import SourceSettings, source_settings
from carerates.sources.store import Entry, Key, Store

if TYPE_CHECKING:
    from carerates.sources.transport import Transport

ADDRESSES: Mapping[str, str] = {
    "statswales": "https://api.stats.gov.wales",
    "ees-content": "https://content.explore-education-statistics.service.gov.uk",
    "ees-api": "https://api.education.gov.uk/statistics",
    "nomis": "https://www.nomisweb.co.uk",
    "geography": "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services",
    "govuk": "https://assets.publishing.service.gov.uk",
    "govwales": "https://www.gov.wales",
}
"""Base address of each service."""

# seconds between requests: Nomis publishes no limit, and 2 a second is known to do; StatsWales' limit of
# 100 a minute is kept by its own headers
_PACE = {"nomis": 0.5}

OGL = "Open Government Licence v3.0"
"""Licence of everything fetched here."""


class Fetcher:
    """Fetch published files, and keep them.

    Parameters
    ----------
    settings : SourceSettings, optional
        Otherwise from environment and defaults.
    addresses : mapping of str to str, optional
        Other base addresses, by service, such as a mirror.
    transport : Transport, optional
        Made when first needed.
    say : callable, optional
        Told, in a line of text, what is being fetched.

    Examples
    --------
    >>> import tempfile
    >>> from carerates.sources.fetcher import Fetcher
    >>> from carerates.sources.settings import source_settings
    >>> with Fetcher(source_settings(cache_dir=tempfile.mkdtemp(), offline=True)) as fetcher:
    ...     fetcher.store.entries()
    []
    """

    def __init__(
        self,
        settings: SourceSettings | None = None,
        *,
        addresses: Mapping[str, str] | None = None,
        transport: Transport | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings or source_settings()
        self.addresses = {**ADDRESSES, **(addresses or {})}
        self.store = Store(self.settings.cache_dir)
        self.say = say or (lambda line: None)
        self._transport = transport

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._transport is not None:
            self._transport.close()

    @property
    def offline(self) -> bool:
        """Whether sockets stay closed."""
        return self.settings.offline

    def url(self, service: str, path: str) -> str:
        """Return an address of a service; a full address stays as it is."""
        return path if "://" in path else f"{self.addresses[service].rstrip('/')}/{path.lstrip('/')}"

    def json(self, service: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - a publisher's JSON
        """Ask a service for JSON; such answers steer what is fetched and are not kept."""
        return self._open(service, path).json(self.url(service, path), **request)

    def keep(
        self,
        key: Key,
        path: str,
        *,
        check: Callable[[bytes], int | None],
        service: str = "",
        want: str = "csv",
        about: Mapping[str, Any] | None = None,
        **request: Any,  # noqa: ANN401 - params, headers, method, body of the transport
    ) -> Entry:
        """Return the entry of a key, fetched if the store does not hold it yet.

        Parameters
        ----------
        key : Key
            What is wanted; its revision pins it.
        path : str
            Path at the service, or a full address.
        check : callable
            Takes the bytes, raises if they are not what was asked for, and returns the rows counted.
        service : str
            Service of the path; the key's source where left out.
        want : {"csv", "json", "file"}
            Kind of content.
        about : mapping
            Fields of :class:`carerates.sources.store.Entry`, such as the title.
        """
        if (held := self.held(key)) is not None:
            return held
        service = service or key.source
        transport = self._open(service, str(key))
        self.say(_progress(key.source, key.dataset, about))
        with self.store.incoming() as place:
            reply = transport.download(self.url(service, path), place, want, **request)  # type: ignore[arg-type]
            rows = check(place.read_bytes())
            details = {**dict((about or {}).get("details", {})), "etag": reply.headers.get("etag", "")}
            known = {"url": reply.url, "retrieved": now(), "licence": OGL, "rows": rows, **(about or {})}
            return self.store.adopt(key, place, **{**known, "details": details})

    def keep_file(
        self,
        source: str,
        dataset: str,
        path: str,
        *,
        check: Callable[[bytes], int | None],
        query: str = "",
        service: str = "",
        want: str = "file",
        about: Mapping[str, Any] | None = None,
        **request: Any,  # noqa: ANN401 - params and the like of the transport
    ) -> Entry:
        """Fetch a file that has no revision of its own; the hash of its bytes becomes the revision.

        An unchanged file is told by its ETag, where the service sends one, and is not sent again.
        """
        latest = self.store.latest(source, dataset, query)
        if self.offline:
            if latest is None:
                raise self.nothing_held(f"{source} {dataset}")
            return latest
        service = service or source
        transport = self._open(service, dataset)
        tag = str(latest.details.get("etag", "")) if latest is not None else ""
        headers = {"If-None-Match": tag} if tag else None
        self.say(_progress(source, dataset, about))
        with self.store.incoming() as place:
            reply = transport.download(self.url(service, path), place, want, headers=headers, **request)  # type: ignore[arg-type]
            if reply.status == 304 and latest is not None:
                return latest
            content = place.read_bytes()
            known = {
                "url": reply.url,
                "retrieved": now(),
                "licence": OGL,
                "rows": check(content),
                **(about or {}),
            }
            details = {**dict((about or {}).get("details", {})), "etag": reply.headers.get("etag", "")}
            key = Key(source, dataset, content_revision(content), query)
            return self.store.adopt(key, place, **{**known, "details": details})

    def held(self, key: Key) -> Entry | None:
        """Return the entry of a key if the store holds it whole."""
        entry = self.store.find(key)
        if entry is not None:
            try:
                self.store.read(entry)
            except DamagedEntryError:
                if self.offline:
                    raise
                return None
        return entry

    def pick(self, source: str, dataset: str, query: str, revision: str | None) -> Entry | None:
        """Return what the store holds for a pinned revision, or for the newest one while offline."""
        if revision is not None:
            entry = self.held(Key(source, dataset, revision, query))
            if entry is None and self.offline:
                raise self.nothing_held(f"{source} {dataset}, revision {revision}")
            return entry
        if not self.offline:
            return None
        entry = self.store.latest(source, dataset, query)
        if entry is None:
            raise self.nothing_held(f"{source} {dataset}")
        return entry

    def nothing_held(self, wanted: str) -> OfflineError:
        """Return the error for something that is not in the store while offline."""
        held = [f"{one.key} - {one.title}" for one in self.store.entries()]
        listing = "; ".join(held[:8]) + (f" and {len(held) - 8} more" if len(held) > 8 else "")
        return OfflineError(
            f"{wanted} is not in the store at {self.settings.cache_dir}, and offline was asked for. The "
            f"store holds: {listing or 'nothing'}. Fetch it once with a connection (carerates fetch), or "
            "add a file with carerates cache add."
        )

    def _open(self, service: str, wanted: str) -> Transport:
        """Return the transport, or refuse while offline."""
        if self.offline:
            raise self.nothing_held(wanted)
        if self._transport is None:
            from carerates.sources.transport import Transport

            pace = {urlsplit(self.addresses[name]).netloc: gap for name, gap in _PACE.items() if gap}
            self._transport = Transport(self.settings, pace=pace)
        return self._transport


def _progress(source: str, dataset: str, about: Mapping[str, Any] | None) -> str:
    """Say what is being fetched: the service, the publisher's title and which part of it."""
    known = about or {}
    part = known.get("details", {}).get("part", "")
    title = known.get("title") or dataset
    return f"fetching from {source}: {title}" + (f", {part}" if part else "")


def now() -> str:
    """Return the time, as records keep it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def content_revision(content: bytes) -> str:
    """Return a revision made of the bytes themselves, for files whose publisher gives none."""
    return f"sha256-{hashlib.sha256(content).hexdigest()[:16]}"


def canonical(query: Mapping[str, Any]) -> str:
    """Write a query so that the same question always has the same text."""
    return json.dumps(query, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if query else ""
