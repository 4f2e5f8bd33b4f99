"""``carerates funnel``: one funnel plot from the bundled edition or from a user's own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from carerates.cli.options import column_options, nation_option, out_option, read_own
from carerates.funnels.settings import Dispersion, Limits


@click.command(name="funnel")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@nation_option("wales")
@column_options
@click.option("--year", type=int, help="Year of the 31 March; needed when there are several.")
@click.option("--limits", type=click.Choice(get_args(Limits)), default="exact", show_default=True)
@click.option(
    "--dispersion",
    type=click.Choice(get_args(Dispersion)),
    default="none",
    show_default=True,
    help="What the limits allow for beyond chance; over-dispersion is reported whatever is chosen.",
)
@click.option("--title", default="", help="Headline of the chart.")
@out_option("carerates-funnel", "Folder to write: chart (SVG, PNG), table (CSV), text and receipt.")
def command(
    file: Path | None,
    nations: list[str],
    columns: dict[str, Any],
    year: int | None,
    limits: Limits,
    dispersion: Dispersion,
    title: str,
    out: Path,
) -> None:
    """Draw a funnel plot, of the bundled figures or of FILE.

    FILE is a CSV with one row for each area; - is standard input.

    \b
    Examples:
      carerates funnel --nation wales --year 2018
      carerates funnel mine.csv --area-column LA --children looked_after --population aged_0_17 --year 2024
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.funnels import funnel
    from carerates.reports.build import write_funnel
    from carerates.sources import load_rates

    if file is None:
        rates = load_rates(nations, years=None if year is None else [year])
    else:
        rates = read_own(file, columns, year)
    if len(rates.years) > 1:
        raise click.UsageError(
            f"A funnel is of one year; there are {rates.years[0]} to {rates.years[-1]}. Choose with --year."
        )
    made = funnel(rates, limits=limits, dispersion=dispersion)
    folder = write_funnel(made, out, headline=title)
    click.echo(made.summary())
    click.echo(f"Written: {folder}")
