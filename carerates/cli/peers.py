"""``carerates peers``: areas of similar need, and pairs of them with different rates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from carerates.cli.options import PIPE, column_options, nation_option, out_option, read_own, write_table

if TYPE_CHECKING:
    import pandas as pd


@click.command(name="peers")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@nation_option("both")
@column_options
@click.option("--year", type=int, required=True, help="Year of the 31 March.")
@click.option(
    "--on",
    multiple=True,
    default=("deprivation", "lone_parents", "population"),
    show_default=True,
    help="Factor of need; repeat for several.",
)
@click.option("--area", help="Show the neighbours of one area, by any code or name.")
@click.option("--neighbours", type=click.IntRange(min=1), default=10, show_default=True)
@click.option(
    "--within",
    type=click.Choice(["all", "nation", "region"]),
    default="all",
    show_default=True,
    help="Where neighbours are looked for.",
)
@click.option(
    "--official",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV of an official list to use instead: area_code, neighbour_code (codes or names), perhaps rank.",
)
@click.option("--contrasts", is_flag=True, help="Show pairs with similar need and different rates instead.")
@out_option("carerates-peers.csv", "Table to write: neighbours of every area, or the contrasting pairs.")
def command(
    file: Path | None,
    nations: list[str],
    columns: dict[str, Any],
    year: int,
    on: tuple[str, ...],
    area: str | None,
    neighbours: int,
    within: Literal["all", "nation", "region"],
    official: Path | None,
    contrasts: bool,
    out: Path,
) -> None:
    """Find areas of similar need, in the bundled figures or in FILE; need is taken from the bundled factors.

    FILE is a CSV with one row for each area and year; - is standard input, and --out - standard output.

    \b
    Examples:
      carerates peers --year 2018 --area Torfaen
      carerates peers mine.csv --area-column LA --year 2018 --out -
      carerates peers --year 2018 --area Leeds --official statistical-neighbours.csv
      carerates peers --year 2018 --nation wales --on deprivation --on lone_parents --contrasts
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.areas import find
    from carerates.peers import contrasting_pairs, similar_areas
    from carerates.reports.build import csv_bytes
    from carerates.sources import load_factors, load_rates

    aside = str(out) == PIPE  # the table is on standard output, and talk is not a part of it
    rates = load_rates(nations, years=year) if file is None else read_own(file, columns, year)
    if factors := [name for name in on if name != "population"]:
        whose = ["wales", "england"] if file is not None else nations
        rates = rates.join(load_factors(factors, nations=whose))
    if contrasts:
        pairs = contrasting_pairs(rates, on)
        write_table(out, csv_bytes(pairs.to_frame()))
        click.echo(pairs.summary(), err=aside)
        for row in pairs.to_frame().itertuples():
            click.echo(
                f"{row.high_name} {row.high_rate_per_10000:.0f}, {row.low_name} "
                f"{row.low_rate_per_10000:.0f}: distance {row.distance:.2f}, probability of a ratio of at "
                f"least {pairs.settings.minimum_ratio:g}: {row.probability_ratio:.2f}",
                err=aside,
            )
    else:
        listed = None if official is None else _read_list(official)
        found = similar_areas(rates, on, neighbours=neighbours, within=within, official=listed)
        shown = found.of(find(area, year=year).code) if area else None
        write_table(out, csv_bytes(found.to_frame()))
        click.echo(found.summary(), err=aside)
        if shown is not None:
            click.echo(f"Nearest to {shown['area_name'].iloc[0]}:", err=aside)
            for row in shown.itertuples():
                click.echo(f"{row.rank:>3}  {row.neighbour_name}, distance {row.distance:.2f}", err=aside)
    click.echo(f"Written: {out}", err=aside)


def _read_list(file: Path) -> pd.DataFrame:
    """Read an official list of neighbours; what it must hold is checked where it is used."""
    import pandas as pd

    from carerates.errors import TableError

    try:
        return pd.read_csv(file, dtype={"area_code": str, "neighbour_code": str}, encoding="utf-8-sig")
    except ValueError as error:
        raise TableError(f"The list of neighbours {file} cannot be read: {error}") from error
