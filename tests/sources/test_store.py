"""The store gives back what was put there, whatever happened to the process, the disk or a second process."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carerates.errors import CareratesWarning
from carerates.sources.failures import DamagedEntryError, SettingError, StoreError
from carerates.sources.settings import source_settings
from carerates.sources.store import Entry, Key, Store
from tests.sources.publishers.server import serve
from tests.sources.publishers.statswales import Publisher

KEY = Key("statswales", "d2120b16", "revision-1", "all")
BYTES = b"Data values,Notes\n5,\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def files(store: Store) -> list[str]:
    found = [path for path in store.folder.rglob("*") if path.is_file() and path.name != "store.lock"]
    return sorted(str(path.relative_to(store.folder)) for path in found)


def test_put_then_read(store: Store) -> None:
    entry = store.put(KEY, BYTES, title="Counts", publisher="Welsh Government", rows=1, details={"etag": "1"})
    assert store.read(entry) == BYTES
    assert store.find(KEY) == entry
    assert entry.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert entry.source().edition == "revision-1"
    assert entry.source().rows == 1


def test_files_have_the_permissions_of_any_other(store: Store, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    entry = store.put(KEY, BYTES)
    assert store.path(entry).stat().st_mode == plain.stat().st_mode


def test_same_bytes_are_kept_once(store: Store) -> None:
    store.put(KEY, BYTES)
    store.put(Key("statswales", "d2120b16", "revision-2"), BYTES)
    assert len(list((store.folder / "objects").glob("*/*"))) == 1
    assert len(store.entries("statswales", "d2120b16")) == 2
    assert store.entries("nomis") == []


def test_pinned_answer_never_changes(store: Store) -> None:
    first = store.put(KEY, BYTES)
    with pytest.warns(CareratesWarning, match="other bytes"):
        again = store.put(KEY, b"something else")
    assert again == first
    assert store.read(again) == BYTES


def test_latest_is_the_one_retrieved_last(store: Store) -> None:
    store.put(Key("nomis", "population", "b"), b"new", retrieved="2026-02-01T00:00:00Z")
    store.put(Key("nomis", "population", "a"), b"old", retrieved="2025-02-01T00:00:00Z")
    latest = store.latest("nomis", "population")
    assert latest is not None and store.read(latest) == b"new"
    assert store.latest("nomis", "absent") is None
    assert store.latest("nomis", "population", query="other") is None


def test_changed_file_is_noticed(store: Store) -> None:
    entry = store.put(KEY, BYTES)
    store.path(entry).write_bytes(BYTES + b" ")
    with pytest.raises(DamagedEntryError, match="has changed since it was fetched"):
        store.read(entry)
    assert store.damaged() == [entry]
    # the same bytes mend it; others are refused, for the pinned ones are lost
    with pytest.raises(DamagedEntryError, match="cache clear"):
        store.put(KEY, b"other")
    assert store.put(KEY, BYTES) == entry
    assert store.read(entry) == BYTES


def test_missing_file_is_noticed(store: Store) -> None:
    entry = store.put(KEY, BYTES)
    store.path(entry).unlink()
    with pytest.raises(DamagedEntryError, match="is gone"):
        store.read(entry)


def test_damaged_record_is_named_and_can_be_cleared(store: Store) -> None:
    store.put(KEY, BYTES)
    record = next((store.folder / "index").glob("*.json"))
    record.write_text(record.read_text()[:40])
    with pytest.raises(DamagedEntryError, match=record.name):
        store.find(KEY)
    assert store.clear() == 1
    assert files(store) == []


def test_clear_leaves_what_others_need(store: Store) -> None:
    store.put(KEY, BYTES)
    kept = store.put(Key("nomis", "population", "1"), BYTES)
    store.put(Key("statswales", "other", "1"), b"more")
    assert store.clear("statswales") == 2
    assert store.entries() == [kept]
    assert store.read(kept) == BYTES
    assert len(list((store.folder / "objects").glob("*/*"))) == 1


@pytest.mark.parametrize("step", ["write", "fsync", "replace", "record"])
def test_full_disk_leaves_the_store_as_it_was(
    step: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(Key("nomis", "population", "1"), b"before")
    before = files(store)

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    name = {"write": (Path, "write_bytes"), "fsync": (os, "fsync"), "replace": (Path, "replace")}
    target, attribute = name.get(step, (Path, "write_text"))
    monkeypatch.setattr(target, attribute, full)
    with pytest.raises(StoreError, match="No space left on device"):
        store.put(KEY, BYTES)
    monkeypatch.undo()
    assert store.find(KEY) is None
    # an object without a record is harmless; nothing else may be there
    assert [name for name in files(store) if name not in before and not name.startswith("objects")] == []
    entry = store.put(KEY, BYTES)
    assert store.read(entry) == BYTES


KILLED = """
import os, sys
from pathlib import Path
from carerates.sources.store import Key, Store
real, calls = Path.replace, 0
def replace(source, target):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os._exit(9)
    real(source, target)
Path.replace = replace
Store(Path(sys.argv[1])).put(Key("statswales", "d2120b16", "revision-1", "all"), b"Data values,Notes\\n5,\\n")
"""


@pytest.mark.parametrize("rename", [1, 2])
def test_killed_between_write_and_rename(rename: int, store: Store) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(store.folder), str(rename)], check=False)
    assert done.returncode == 9
    assert store.find(KEY) is None
    assert store.entries() == []
    entry = store.put(KEY, BYTES)
    assert store.read(entry) == BYTES


def test_leftovers_of_killed_processes_are_swept(store: Store) -> None:
    store.put(Key("nomis", "population", "1"), b"x")
    old, new = store.folder / "incoming" / "old", store.folder / "incoming" / "new"
    for path in (old, new):
        path.write_bytes(b"half")
    day_before = time.time() - 100_000
    os.utime(old, (day_before, day_before))
    store.put(KEY, BYTES)
    assert not old.exists()
    assert new.exists()


TOGETHER = """
import sys
from pathlib import Path
from carerates.sources.store import Key, Store
store = Store(Path(sys.argv[1]))
for number in range(8):
    entry = store.put(Key("nomis", "population", str(number)), f"file {number}".encode(), retrieved="x")
    assert store.read(entry) == f"file {number}".encode()
"""


def test_two_processes_at_once(store: Store) -> None:
    running = [subprocess.Popen([sys.executable, "-c", TOGETHER, str(store.folder)]) for _ in range(2)]
    assert [one.wait(60) for one in running] == [0, 0]
    assert len(store.entries()) == 8
    assert store.damaged() == []
    assert list((store.folder / "incoming").iterdir()) == []


FETCHING = """
import sys
from pathlib import Path
from carerates.sources.fetcher import Fetcher
from carerates.sources.settings import source_settings
from carerates.sources.statswales import StatsWales
settings = source_settings(cache_dir=Path(sys.argv[1]), timeout=20)
with Fetcher(settings, addresses={"statswales": sys.argv[2]}) as fetcher:
    assert len(StatsWales(fetcher).cube("foster_placements")[0].frame) == 31
"""


def test_two_processes_fetch_the_same_thing(store: Store) -> None:
    with serve(Publisher()) as server:
        command = [sys.executable, "-c", FETCHING, str(store.folder), server.url]
        running = [subprocess.Popen(command) for _ in range(2)]
        assert [one.wait(120) for one in running] == [0, 0]
    assert len(store.entries()) == 1 and store.damaged() == []
    assert list((store.folder / "incoming").iterdir()) == []


def test_forgotten_entries_are_not_found_again(store: Store) -> None:
    kept = store.put(Key("nomis", "population", "1"), BYTES)
    store.forget([store.put(KEY, BYTES)])
    assert store.find(KEY) is None and store.read(kept) == BYTES


@given(st.text(max_size=20), st.text(max_size=20), st.binary(max_size=50), st.none() | st.integers(0, 9))
def test_records_survive_a_round_trip(dataset: str, query: str, content: bytes, rows: int | None) -> None:
    entry = Entry(
        Key("ees", dataset, "1", query), hashlib.sha256(content).hexdigest(), len(content), rows=rows
    )
    assert Entry.from_json(entry.to_json()) == entry


def test_argument_beats_environment_beats_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CARERATES_CACHE_DIR")
    assert source_settings().cache_dir.name == "carerates"
    assert source_settings().offline is False
    assert source_settings().timeout == 30
    monkeypatch.setenv("CARERATES_CACHE_DIR", str(tmp_path / "environment"))
    monkeypatch.setenv("CARERATES_OFFLINE", "1")
    monkeypatch.setenv("CARERATES_TIMEOUT", "7.5")
    settled = source_settings()
    assert (settled.cache_dir.name, settled.offline, settled.timeout) == ("environment", True, 7.5)
    settled = source_settings(cache_dir=tmp_path / "argument", offline=False, timeout=3)
    assert (settled.cache_dir.name, settled.offline, settled.timeout) == ("argument", False, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("OFFLINE", "maybe"), ("TIMEOUT", "soon"), ("TIMEOUT", "-1"), ("TIMEOUT", "nan"), ("TIMEOUT", "inf")],
)
def test_unusable_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"CARERATES_{name}", value)
    with pytest.raises(SettingError, match=f"CARERATES_{name}"):
        source_settings()


@pytest.mark.parametrize("argument", [{"max_bytes": 0}, {"attempts": 0}, {"timeout": 0}])
def test_unusable_argument_is_named(argument: dict[str, int]) -> None:
    with pytest.raises(SettingError, match=next(iter(argument))):
        source_settings(**argument)  # type: ignore[arg-type]
