"""``carerates sources``: what there is to fetch, what came with this version, what is kept."""

from __future__ import annotations

import click


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
            last = max((entry.retrieved for entry in held), default="")
            kept = f"{len(held)} files kept, last fetched {last[:10]}" if held else "nothing kept yet"
            click.echo(f"  {one.name}: {one.title} ({one.publisher}); {kept}")
        click.echo(f"\nFetched files are kept in {fetcher.settings.cache_dir}")
