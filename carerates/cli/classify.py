"""``carerates classify``: which areas are increasing or decreasing by a stated rule, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carerates.cli.options import PIPE, column_options, nation_option, out_option, read_own, write_table

if TYPE_CHECKING:
    from carerates.trends import Rule

RULES = ("wcpp", "wcpp-corrected", "three-classes", "slope")


@click.command(name="classify")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@nation_option("wales")
@click.option("--rule", type=click.Choice(RULES), default="wcpp-corrected", show_default=True)
@click.option("--start", type=int, required=True, help="First 31 March of the window.")
@click.option("--end", type=int, required=True, help="Last 31 March of the window.")
@click.option(
    "--dead-band",
    type=float,
    help="Half-width of little change, in %: needed by three-classes; for slope in % per year.",
)
@click.option(
    "--start-rate",
    type=click.Choice(["as-found", "shrunk", "earlier"]),
    default="as-found",
    show_default=True,
    help="What a net change starts from: the start year's rate, that rate drawn to the middle, or the mean "
    "of the three years before it.",
)
@click.option(
    "--expected-by",
    multiple=True,
    help="Bundled factor for expected rates at the end, such as deprivation; repeat for several.",
)
@click.option(
    "--probability",
    type=click.FloatRange(0.5, 1, max_open=True),
    help="Ask about underlying rates, with this probability for a class; without it about published figures.",
)
@column_options
@out_option("carerates-classes.csv", "Table to write, one row per area.")
def command(
    file: Path | None,
    nations: list[str],
    rule: str,
    start: int,
    end: int,
    dead_band: float | None,
    start_rate: str,
    expected_by: tuple[str, ...],
    probability: float | None,
    columns: dict[str, Any],
    out: Path,
) -> None:
    """Class areas as increasing or decreasing, of the bundled figures or of FILE.

    FILE is a CSV with one row for each area and year; - is standard input, and --out - standard output.

    \b
    Examples:
      carerates classify --start 2013 --end 2018
      carerates classify --rule wcpp --start 2016 --end 2020 --expected-by deprivation
      carerates classify mine.csv --rule three-classes --dead-band 5 --start 2019 --end 2024 --probability 0.8
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.reports.build import csv_bytes
    from carerates.sources import load_rates
    from carerates.trends import classify

    chosen = _rule(rule, start, end, dead_band, excluded=bool(expected_by))
    try:
        chosen = replace(chosen, start_rate=start_rate.replace("-", "_"))  # type: ignore[arg-type]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    rates = load_rates(nations) if file is None else read_own(file, columns)
    # of a user's own file only the areas in it are known, and they are pooled
    national = load_rates(nations, level="nation") if file is None and chosen.needs_national else None
    expected = None
    if expected_by:
        from carerates.models import adjust
        from carerates.sources import load_factors

        whose = ["wales", "england"] if file is not None else nations
        at_end = rates.select(year=end).join(load_factors(list(expected_by), nations=whose))
        expected = adjust(at_end, factors=list(expected_by), method="quasi_poisson")
    found = classify(rates, chosen, expected=expected, probability=probability, national=national)
    write_table(out, csv_bytes(found.to_frame()))
    aside = str(out) == PIPE  # the table is on standard output, and talk is not a part of it
    click.echo(found.summary(), err=aside)
    for label in found.counts():
        click.echo(f"{label}: {', '.join(found.areas(label))}", err=aside)
    click.echo(f"Written: {out}", err=aside)


def _rule(name: str, start: int, end: int, dead_band: float | None, *, excluded: bool) -> Rule:
    """Return the rule asked for; exclusion by expected rates only where there are any."""
    from carerates.trends import rules

    shortfall = 0.0 if excluded else None
    try:
        if name == "wcpp":
            return rules.wcpp(start, end, shortfall=shortfall)
        if name == "wcpp-corrected":
            return rules.wcpp_corrected(start, end, shortfall=shortfall)
        if name == "slope":
            return rules.slope(start, end, threshold=2.0 if dead_band is None else dead_band)
        if dead_band is None:
            raise click.UsageError("--rule three-classes needs --dead-band, such as --dead-band 5.")
        return rules.wwcsc(dead_band, start, end)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
