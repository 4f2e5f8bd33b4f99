"""``carerates sources``: what there is to fetch, what came with this version, what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from carerates.sources.store import Entry


@click.command("sources", short_help="What figures there are, bundled, to fetch and kept.")
def command() -> None:
    """List the figures that came with this version, those that can be fetched, and what is kept already.

    \b
        carerates sources
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.sources import edition_tables
    from carerates.sources.collections import COLLECTIONS
    from carerates.sources.fetcher import Fetcher
    from carerates.sources.settings import source_settings

    click.echo("Bundled with this version (no network needed):")
    for row in edition_tables().itertuples():
        click.echo(f"  {row.table}: {row.title} ({row.publisher}; {row.edition}; {row.rows:,} rows)")
    with Fetcher(source_settings(offline=True)) as fetcher:
        click.echo("\nTo fetch from the publishers (carerates fetch NAME):")
        for one in COLLECTIONS.values():
            held = one.held(fetcher)
            click.echo(f"  {one.name}: {one.title} ({one.publisher}); {_kept(held)}")
        click.echo(f"\nFetched files are kept in {fetcher.settings.cache_dir}")


def _kept(held: list[Entry]) -> str:
    """Say what the store has of a collection, of which editions, and how old it is."""
    if not held:
        return "nothing kept yet"
    published = sorted({entry.published[:10] for entry in held if entry.published})
    span = " to ".join(dict.fromkeys([published[0], published[-1]])) if published else ""
    last = max(entry.retrieved for entry in held)
    return f"{len(held)} files kept" + (f", published {span}" if span else "") + f", last fetched {last[:10]}"
