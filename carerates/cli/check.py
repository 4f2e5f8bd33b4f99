"""``carerates check``: do the printed statistics in a file agree with themselves?"""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("check", short_help="Do printed statistics agree with themselves?")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Show the statistics that agree as well.")
@click.option(
    "--csv", "output", type=click.Path(path_type=Path), help="Also write every finding to this CSV file."
)
def command(file: Path, everything: bool, output: Path | None) -> None:
    """Recompute the printed statistics in FILE, a CSV with the columns check and figures.

    \b
        label,check,figures
        Table 5 cuts to services,t,t=-1.3; df=433; p=.814
        Table 1 too high,percent,count=473; total=697; percent=67.8
        Table 4 Wrexham,change,start=67; end=115; change=41.7

    Checks: t, t_from_summary, gaps, percent, item, chi2, odds_ratio, sum, df, mean, pooled_mean, rate,
    change, changes, date, window.  The exit code is 0 if all agree, 1 if any does not, 4 if the file cannot
    be checked.
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.audit import check_file
    from carerates.cli.options import write_table
    from carerates.reports.build import csv_bytes

    checked = check_file(file)
    if output is not None:
        write_table(output, csv_bytes(checked.to_frame()))
    click.echo(checked.summary(everything=everything), err=output is not None and str(output) == "-")
    if checked.inconsistent:
        sys.exit(1)
