"""``carerates funnel``: one funnel plot from the bundled edition or from a user's own file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from carerates.funnels.settings import Dispersion, Limits


@click.command(name="funnel")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--nation",
    type=click.Choice(["wales", "england", "both"]),
    default="wales",
    show_default=True,
    help="Whose areas, when no FILE is given.",
)
@click.option("--year", type=int, help="Year of the 31 March; needed when there are several.")
@click.option("--area", default="area_code", show_default=True, help="FILE's column of codes or names.")
@click.option(
    "--year-column",
    default="year",
    show_default=True,
    help="FILE's column of years; with --year, not needed.",
)
@click.option("--children", default="children", show_default=True, help="FILE's column of counts.")
@click.option(
    "--population", default="population", show_default=True, help="FILE's column of children aged 0-17."
)
@click.option("--own-areas", is_flag=True, help="Take FILE's areas as they stand, without the register.")
@click.option("--limits", type=click.Choice(get_args(Limits)), default="exact", show_default=True)
@click.option(
    "--dispersion",
    type=click.Choice(get_args(Dispersion)),
    default="none",
    show_default=True,
    help="What the limits allow for beyond chance; over-dispersion is reported whatever is chosen.",
)
@click.option("--title", default="", help="Headline of the chart.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("carerates-funnel"),
    show_default=True,
    help="Folder to write: chart (SVG, PNG), table (CSV), text and receipt.",
)
def command(
    file: Path | None,
    nation: str,
    year: int | None,
    area: str,
    year_column: str,
    children: str,
    population: str,
    own_areas: bool,
    limits: str,
    dispersion: str,
    title: str,
    out: Path,
) -> None:
    """Draw a funnel plot, of the bundled figures or of FILE.

    \b
    Examples:
      carerates funnel --nation wales --year 2018
      carerates funnel mine.csv --area LA --children looked_after --population aged_0_17 --year 2024
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.funnels import funnel
    from carerates.reports.build import write_funnel
    from carerates.sources import load_rates, read_rates

    if file is None:
        nations = ["wales", "england"] if nation == "both" else nation
        rates = load_rates(nations, years=None if year is None else [year])
    else:
        has_years = year is None or year_column in _header(file)
        rates = read_rates(
            file,
            area=area,
            year=year_column if has_years else year or 0,
            children=children,
            population=population,
            own_areas=own_areas,
        )
        if year is not None and has_years:
            rates = rates.select(year=year)
    made = funnel(rates, limits=limits, dispersion=dispersion)  # type: ignore[arg-type]
    folder = write_funnel(made, out, headline=title)
    click.echo(made.summary())
    click.echo(f"Written: {folder}")


def _header(file: Path) -> str:
    """Return the first line of a file as far as it can be read; reading proper reports what is wrong."""
    try:
        with file.open("rb") as opened:
            return opened.readline(65_536).decode("utf-8", errors="replace")
    except OSError:
        return ""
