"""``carerates verify``: does an output still say what it said?"""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(name="verify", short_help="Is an output what it was? Do the work again and compare.")
@click.argument("receipt", type=click.Path(path_type=Path))
@click.option("--tolerance", type=float, default=1e-9, show_default=True, help="Largest relative difference.")
@click.option("--quiet", is_flag=True, help="Say nothing; the exit code tells.")
def command(receipt: Path, tolerance: float, quiet: bool) -> None:
    """Check every file, input, setting and number of an output against its RECEIPT (a file or its folder).

    The work is done again, offline, and compared number by number.  The exit code is 0 if all agree, 1 if any
    does not, 6 if there is no receipt.

    \b
    Examples:
      carerates verify carerates-report
      carerates verify release/receipt.json
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.reports.verification import verify

    done = verify(receipt, tolerance=tolerance)
    if not quiet:
        click.echo(done.summary())
    if not done.passed:
        sys.exit(1)
