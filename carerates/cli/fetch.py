"""``carerates fetch``: get the newest figures from their publishers and keep them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from carerates.sources.fetcher import Fetcher
    from carerates.sources.store import Entry

_NAMES = ("wales", "england", "deprivation", "population", "lone-parents", "boundaries")


@click.command("fetch", short_help="Get the newest figures from their publishers.")
@click.argument("names", nargs=-1, required=True, type=click.Choice(_NAMES))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Also copy the files here.")
@click.option("--timeout", type=float, help="Seconds to wait for a publisher's next bytes.")
@click.option("--quiet", is_flag=True, help="Say only what changed.")
def command(names: tuple[str, ...], into: Path | None, timeout: float | None, quiet: bool) -> None:
    """Fetch the newest published files of NAMES and keep them for use offline.

    \b
        carerates fetch wales england population
        carerates fetch boundaries --into figures/

    A file that is already there is not fetched again, so an interrupted fetch goes on where it stopped.  The
    exit code is 3 if a publisher did not give what was asked of it; what the others gave is kept.
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from tqdm import tqdm

    from carerates.errors import SourceError
    from carerates.sources.collections import fetch_collection
    from carerates.sources.fetcher import Fetcher
    from carerates.sources.settings import source_settings

    failed: dict[str, SourceError] = {}
    with tqdm(total=len(names), disable=quiet or None, unit="collection") as bar:
        said = (lambda line: None) if quiet else (lambda line: tqdm.write(line, file=sys.stderr))
        with Fetcher(source_settings(timeout=timeout), say=said) as fetcher:
            for name in dict.fromkeys(names):
                bar.set_description(name)
                try:
                    done = fetch_collection(name, fetcher)
                except SourceError as error:  # one publisher's trouble is not another's
                    failed[name] = error
                    continue
                click.echo(done.summary())
                if into is not None:
                    _copy(fetcher, done.entries, into)
                bar.update()
    if len(failed) == 1:
        raise next(iter(failed.values()))
    if failed:
        raise SourceError("\n".join(f"{name}: {error}" for name, error in failed.items()))


def _copy(fetcher: Fetcher, entries: tuple[Entry, ...], into: Path) -> None:
    """Copy files under names a person can read, with a record of where each came from."""
    from carerates.errors import OutputError

    try:
        into.mkdir(parents=True, exist_ok=True)
        record = into / "sources.json"
        known = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
        for entry in entries:
            content = fetcher.store.read(entry)
            name = _file_name(entry, content)
            (into / name).write_bytes(content)
            known[name] = asdict(entry.source())
        record.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise OutputError(f"The files cannot be copied into {into}: {error}.") from error


def _file_name(entry: Entry, content: bytes) -> str:
    """Name a file after what it holds, with the suffix that its programs know it by."""
    part = str(entry.details.get("part", "")).replace(" ", "-")
    words = [entry.key.source, entry.key.dataset, part, entry.sha256[:8]]
    return "-".join(word for word in words if word).replace("/", "_") + _suffix(content)


def _suffix(content: bytes) -> str:
    """Tell the kind of a file by its first bytes; an ODS says in them what it is, an XLSX does not."""
    if content.startswith(b"PK"):
        return ".ods" if b"opendocument.spreadsheet" in content[:128] else ".xlsx"
    return ".json" if content.lstrip().startswith((b"{", b"[")) else ".csv"
