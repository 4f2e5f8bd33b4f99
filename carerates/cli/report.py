"""``carerates report``: the main job."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(name="report")
@click.option(
    "--nation",
    type=click.Choice(["wales", "england", "both"], case_sensitive=False),
    default="wales",
    show_default=True,
    help="Whose areas are compared.",
)
@click.option("--year", type=int, help="Year of the 31 March; the latest complete one if not given.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("carerates-report"),
    show_default=True,
    help="Folder to write; an earlier report there is replaced.",
)
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def command(nation: str, year: int | None, out: Path, quiet: bool) -> None:
    """Write a report on the bundled edition: one page, charts, tables and a receipt.

    \b
    Examples:
      carerates report
      carerates report --nation england --year 2024 --out england-2024
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.reports.build import report

    def tell(what: str) -> None:
        if not quiet:
            click.echo(f"  {what} ...", err=True)

    page = report(nation.lower(), year, out, progress=tell)  # type: ignore[arg-type]
    if not quiet:
        click.echo(f"Written: {page}", file=sys.stdout)
