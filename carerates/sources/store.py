"""The store: every file as its publisher sent it, found again by what was asked for, for ever.

Bytes lie in ``objects/`` under their SHA-256, so that a file cannot change without its name giving it
away.  Each answer has a small record in ``index/`` that says what was asked (publisher, dataset, revision,
query), when, and under which terms.  A record is never rewritten: what a pinned call returned once, it
returns always.  Files appear by rename after they are safely on disk, and records are written under a
file lock, so that a stopped process or a second one leaves no half-written entry.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import uuid
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from carerates.errors import CareratesWarning
from carerates.sources.failures import DamagedEntryError, StoreError
from carerates.sources.records import Entry, Key

__all__ = ["Entry", "Key", "Store"]

_LOCK_SECONDS = 60.0
# an incoming file this old belongs to a process that was stopped; a download never lasts a day
_STALE_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of published files, each under the hash of its bytes.

    Parameters
    ----------
    folder : Path
        Made when first written to.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from carerates.sources.store import Key, Store
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> entry = store.put(Key("statswales", "d2120b16", "revision-1"), b"Data values", title="Counts")
    >>> store.read(entry)
    b'Data values'
    """

    folder: Path

    # -- writing -----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def incoming(self) -> Iterator[Path]:
        """Give a file to download into; whatever is left of it afterwards is removed."""
        with _as_store_error(f"The store at {self.folder} cannot be written to"):
            (self.folder / "incoming").mkdir(parents=True, exist_ok=True)
            # with the permissions of an ordinary file, so that colleagues can read a shared store
            path = self.folder / "incoming" / uuid.uuid4().hex
            path.touch(exist_ok=False)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def put(self, key: Key, content: bytes, **about: Any) -> Entry:  # noqa: ANN401 - fields of Entry
        """Keep some bytes; see :meth:`adopt`."""
        with self.incoming() as path:
            with _as_store_error(f"The store at {self.folder} cannot be written to"):
                path.write_bytes(content)
            return self.adopt(key, path, **about)

    def adopt(self, key: Key, path: Path, **about: Any) -> Entry:  # noqa: ANN401 - fields of Entry
        """Keep a downloaded file under ``key`` and return its entry.

        If the key is already there, the entry that stands is returned: a pinned answer never changes.
        Should the publisher have sent other bytes under the same revision, a warning says so.

        Raises
        ------
        StoreError
            If the disk is full, the folder read-only or the lock not free; nothing is left half-written.
        """
        with _as_store_error(f"{key} could not be kept in {self.folder}"):
            digest, size = _sync_and_hash(path)
            with self._lock():
                standing = self.find(key)
                if standing is not None and self._is_whole(standing):
                    if standing.sha256 != digest:
                        _warn_other_bytes(key)
                    return standing
                if standing is not None and standing.sha256 != digest:
                    raise DamagedEntryError(
                        f"The stored file of {key} is damaged, and the publisher now sends other bytes for "
                        f"it. To accept the new ones, run `carerates cache clear {key.source}` and fetch "
                        "again."
                    )
                target = self._object(digest)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
                _sync_folder(target.parent)
                if standing is not None:
                    return standing
                entry = Entry(key=key, sha256=digest, size=size, **about)
                self._write_record(entry)
                self._sweep()
                return entry

    def forget(self, entries: Iterable[Entry]) -> None:
        """Remove records of answers that do not belong together, such as pages of two revisions."""
        with _as_store_error(f"The store at {self.folder} could not be changed"), self._lock():
            for entry in entries:
                (self.folder / "index" / f"{entry.key.name}.json").unlink(missing_ok=True)

    def clear(self, source: str = "", dataset: str = "") -> int:
        """Remove entries, all or those of one source or dataset, and return how many."""
        removed = 0
        with _as_store_error(f"The store at {self.folder} could not be cleared"), self._lock():
            # clearing all does not read the records, so that it also mends a store with a damaged one
            everything = not (source or dataset)
            chosen = [one.key.name for one in ([] if everything else self.entries(source, dataset))]
            for path in (self.folder / "index").glob("*.json"):
                if everything or path.stem in chosen:
                    path.unlink()
                    removed += 1
            wanted = set() if everything else {entry.sha256 for entry in self.entries()}
            for path in (self.folder / "objects").glob("*/*"):
                if path.name not in wanted:
                    path.unlink(missing_ok=True)
        return removed

    # -- reading -----------------------------------------------------------------------------------

    def find(self, key: Key) -> Entry | None:
        """Return the entry of a key, or None."""
        path = self.folder / "index" / f"{key.name}.json"
        return self._read_record(path) if path.is_file() else None

    def entries(self, source: str = "", dataset: str = "") -> list[Entry]:
        """List what is held, oldest first, of every source or of one."""
        folder = self.folder / "index"
        if not folder.is_dir():
            return []
        found = [self._read_record(path) for path in folder.glob("*.json")]
        chosen = [
            entry
            for entry in found
            if (not source or entry.key.source == source) and (not dataset or entry.key.dataset == dataset)
        ]
        return sorted(chosen, key=lambda entry: (entry.retrieved, entry.key.name))

    def latest(self, source: str, dataset: str, query: str | None = None) -> Entry | None:
        """Return the entry that was retrieved last, for one query or for any."""
        found = [one for one in self.entries(source, dataset) if query is None or one.key.query == query]
        return found[-1] if found else None

    def path(self, entry: Entry) -> Path:
        """Return where the bytes of an entry lie."""
        return self._object(entry.sha256)

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of an entry, checked against their hash.

        Raises
        ------
        DamagedEntryError
            If the file is gone or its bytes are not those that were stored.
        """
        path = self.path(entry)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise DamagedEntryError(
                f"The store lists {entry.key}, but its file {path} is gone. Fetch it again, or run "
                f"`carerates cache clear {entry.key.source}`."
            ) from None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error}.") from error
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise DamagedEntryError(
                f"The stored file of {entry.key} has changed since it was fetched ({path}): its SHA-256 is "
                f"not {entry.sha256[:12]}... any more. Fetch it again, or put the original back."
            )
        return content

    def damaged(self) -> list[Entry]:
        """Return the entries whose bytes are gone or changed."""
        return [entry for entry in self.entries() if not self._is_whole(entry)]

    # -- inside ------------------------------------------------------------------------------------

    def _object(self, digest: str) -> Path:
        """Return the place of the bytes with a hash."""
        return self.folder / "objects" / digest[:2] / digest

    def _is_whole(self, entry: Entry) -> bool:
        """Say whether the bytes of an entry are there and unchanged."""
        try:
            self.read(entry)
        except StoreError:
            return False
        return True

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the store's lock, or say who to wait for."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "store.lock", timeout=_LOCK_SECONDS)
        try:
            lock.acquire()
        except Timeout:
            raise StoreError(
                f"Another process has held the store at {self.folder} for {_LOCK_SECONDS:.0f} seconds. "
                "Wait for it to end, or choose another folder with CARERATES_CACHE_DIR."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _write_record(self, entry: Entry) -> None:
        """Write the record of an entry by rename."""
        folder = self.folder / "index"
        folder.mkdir(parents=True, exist_ok=True)
        with self.incoming() as path:
            path.write_text(entry.to_json(), encoding="utf-8")
            _sync_and_hash(path)
            path.replace(folder / f"{entry.key.name}.json")
            _sync_folder(folder)

    def _read_record(self, path: Path) -> Entry:
        """Read one record."""
        try:
            return Entry.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedEntryError(
                f"The record {path} in the store cannot be read ({error}). Remove that file; the next fetch "
                "writes it anew."
            ) from error

    def _sweep(self) -> None:
        """Remove what stopped processes left behind in ``incoming``."""
        oldest = time.time() - _STALE_SECONDS
        for path in (self.folder / "incoming").glob("*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


@contextlib.contextmanager
def _as_store_error(what: str) -> Iterator[None]:
    """Turn what the disk says into a :class:`StoreError`."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{what}: {error.strerror or error}. What the store held before is unharmed. Free some space or "
            "choose another folder with CARERATES_CACHE_DIR."
        ) from error


def _sync_and_hash(path: Path) -> tuple[str, int]:
    """Force a file onto the disk and return its SHA-256 and size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        os.fsync(file.fileno())
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest(), path.stat().st_size


def _sync_folder(folder: Path) -> None:
    """Force a rename onto the disk, where the system can do that to a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _warn_other_bytes(key: Key) -> None:
    """Say that a publisher changed a file without changing its revision."""
    warnings.warn(
        f"The publisher now sends other bytes for {key} than the store holds under the same revision. "
        "The stored ones are used; `carerates cache clear` lets the new ones in.",
        CareratesWarning,
        stacklevel=4,
    )
