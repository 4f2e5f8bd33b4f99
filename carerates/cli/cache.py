"""``carerates cache``: look at, clear or add to the files kept from publishers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from carerates.sources.store import Store


@click.group("cache", short_help="Look at, clear or add to the files kept from publishers.")
def command() -> None:
    """Manage the files kept from publishers.

    \b
        carerates cache info
        carerates cache clear nomis
        carerates cache add saved.csv --as ees/looked_after_rates --revision 2023
    """  # noqa: D301 - \b keeps click from joining the lines of the example


@command.command("info")
def info() -> None:
    """List what is kept, and check that no file has changed since it was fetched."""
    store = _store()
    entries = store.entries()
    for entry in entries:
        click.echo(
            f"{entry.key.source}/{entry.key.dataset}  {entry.key.revision}  {entry.size:,} bytes  "
            f"{entry.retrieved[:10]}  sha256 {entry.sha256[:12]}  {entry.title}"
        )
    damaged = store.damaged()
    click.echo(
        f"{len(entries)} files in {store.folder}" + ("" if damaged else "; all are as they were fetched")
    )
    for entry in damaged:
        click.echo(f"damaged: {entry.key}", err=True)
    if damaged:
        raise SystemExit(3)


@command.command("path")
def path() -> None:
    """Print the folder."""
    click.echo(str(_store().folder))


@command.command("clear")
@click.argument("source", default="")
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(source: str, yes: bool) -> None:
    """Remove what is kept, all or that of one SOURCE (statswales, ees, ees-api, nomis, geography, govuk)."""
    if not yes:
        click.confirm(
            f"Remove {'everything' if not source else f'all of {source}'} from the store?", abort=True
        )
    store = _store()
    removed = store.clear(source)
    others = ", ".join(sorted({entry.key.source for entry in store.entries()}))
    nothing = f"; there are none of {source}, only of {others}" if source and not removed and others else ""
    click.echo(f"removed {removed} files{nothing}")


@command.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "name", required=True, help="SOURCE/DATASET, such as ees/looked_after_rates.")
@click.option("--revision", default="", help="Release or revision; the file's hash if left out.")
@click.option("--title", default="", help="The publisher's title.")
def add(file: Path, name: str, revision: str, title: str) -> None:
    """Keep a FILE that you downloaded by hand as if it had been fetched."""
    from carerates.sources.failures import SettingError, StoreError
    from carerates.sources.fetcher import content_revision, now
    from carerates.sources.store import Key

    source, slash, dataset = name.partition("/")
    if not (source and slash and dataset):
        raise SettingError(f"--as is {name!r}; it must be SOURCE/DATASET, such as ees/looked_after_rates.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror or error}.") from error
    key = Key(source, dataset, revision or content_revision(content))
    about = {"title": title or file.name, "retrieved": now(), "url": file.absolute().as_uri()}
    entry = _store().put(key, content, **about)
    click.echo(f"kept {entry.key}: {entry.size:,} bytes, sha256 {entry.sha256[:12]}")


def _store() -> Store:
    """Return the store of the settings."""
    from carerates.sources.settings import source_settings
    from carerates.sources.store import Store

    return Store(source_settings().cache_dir)
