"""``carerates report``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from carerates.cli.options import tell


@click.command(name="report")
@click.option(
    "--nation",
    type=click.Choice(["wales", "england", "both"], case_sensitive=False),
    help="Whose areas are compared: wales when not given, or those of --area's own nation.",
)
@click.option("--year", type=int, help="Year of the 31 March; the latest complete one if not given.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write, carerates-report when not given; an earlier report there is replaced.",
)
@click.option("--area", help="Write the page on this one local authority, by any code or name, instead.")
@click.option(
    "--lang",
    type=click.Choice(["en", "cy"]),
    default="en",
    show_default=True,
    help="Language of --area's page.",
)
def command(nation: str | None, year: int | None, out: Path | None, area: str | None, lang: str) -> None:
    """Write a report on the bundled edition: one page, charts, tables and a receipt; or a page on one area.

    \b
    Examples:
      carerates report
      carerates report --area Abertawe --lang cy
      carerates report --nation england --year 2024 --out england-2024
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.reports.build import DEFAULT_FOLDER, report
    from carerates.reports.my_area import area_page

    among: Any = None if nation is None else nation.lower()
    if area is not None:
        page = area_page(area, year, out, lang=lang, nation=among, progress=tell)
    elif lang != "en":
        raise click.UsageError("--lang goes with --area: the page on one area is in both languages.")
    else:
        page = report(among or "wales", year, out or DEFAULT_FOLDER, progress=tell)
    click.echo(f"Written: {page}")
