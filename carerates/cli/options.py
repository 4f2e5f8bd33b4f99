"""What several commands share: columns of a user's own file, pipes, and how much is said."""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from carerates.tables import RatesTable

PIPE = "-"
_COLUMNS = {
    "area_column": ("area_code", "FILE's column of codes or names."),
    "year_column": ("year", "FILE's column of years."),
    "children": ("children", "FILE's column of counts."),
    "population": ("population", "FILE's column of children aged 0-17."),
}


def column_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which columns of FILE hold what; they arrive as one dict."""

    @functools.wraps(command)
    def gathered(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - whatever the command takes and gives
        columns = {name: values.pop(name) for name in _COLUMNS}
        return command(*args, columns=columns | {"own_areas": values.pop("own_areas")}, **values)

    register = "Take FILE's areas as they stand, without the register."
    decorators: list[Callable[..., Any]] = [click.option("--own-areas", is_flag=True, help=register)]
    for name, (default, words) in reversed(_COLUMNS.items()):
        option = f"--{name.replace('_', '-')}"
        decorators.append(click.option(option, name, default=default, show_default=True, help=words))
    decorated: Callable[..., Any] = gathered
    for one in decorators:
        decorated = one(decorated)
    return decorated


def nation_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the option that says whose areas are compared; it arrives as a list of nations."""

    def listed(_: click.Context, __: click.Parameter, value: str) -> list[str]:
        return ["wales", "england"] if value == "both" else [value]

    return click.option(
        "--nation",
        "nations",
        type=click.Choice(["wales", "england", "both"]),
        default=default,
        show_default=True,
        callback=listed,
        help="Whose areas, when no FILE is given.",
    )


def out_option(default: str, words: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the option of what it writes: a folder, or a table if the default has an ending."""
    place = Path(default)
    kind = click.Path(path_type=Path, dir_okay=not place.suffix)
    return click.option("--out", type=kind, default=place, show_default=True, help=words)


def read_own(file: Path, columns: dict[str, Any], year: int | None = None) -> RatesTable:
    """Read a user's file by the columns named; ``-`` is what comes through the pipe.

    With a year, the rows of that year; a file without a column of years is taken to be of it.
    """
    if str(file) != PIPE:
        return _read(file, columns, year)
    with tempfile.TemporaryDirectory() as place:
        piped = Path(place) / "standard-input.csv"
        piped.write_bytes(sys.stdin.buffer.read())
        return _read(piped, columns, year)


def _read(file: Path, columns: dict[str, Any], year: int | None) -> RatesTable:
    """Read a file that is there."""
    from carerates.sources import read_rates

    has_years = year is None or columns["year_column"] in _header(file)
    rates = read_rates(
        file,
        area=columns["area_column"],
        year=columns["year_column"] if has_years else year or 0,
        children=columns["children"],
        population=columns["population"],
        own_areas=columns["own_areas"],
    )
    return rates.select(year=year) if year is not None and has_years else rates


def _header(file: Path) -> str:
    """Return the first line of a file as far as it can be read; reading proper reports what is wrong."""
    try:
        with file.open("rb") as opened:
            return opened.readline(65_536).decode("utf-8", errors="replace")
    except OSError:
        return ""


def tell(what: str) -> None:
    """Say what is being done, aside from what a command prints."""
    click.echo(f"  {what} ...", err=True)


def write_table(out: Path, content: bytes) -> None:
    """Write a table whole, or to standard output for ``-``."""
    from carerates.reports.folder import write_whole

    if str(out) == PIPE:
        stream: Any = click.get_current_context().find_root().meta.get("carerates.stdout", sys.stdout)
        stream.flush()
        stream.buffer.write(content)
        stream.buffer.flush()
    else:
        write_whole(out, content)


def loudness(command: click.Command) -> click.Command:
    """Give a command ``--quiet`` and ``--verbose``, where it has none of its own."""
    there = {option for one in command.params for option in one.opts}
    if "--quiet" not in there:
        command.params.append(
            click.Option(
                ["--quiet"], is_flag=True, expose_value=False, callback=_hush, help="Say nothing but errors."
            )
        )
    if "--verbose" not in there:
        words = "Say how long it took, and after an error where it arose."
        command.params.append(
            click.Option(["--verbose"], is_flag=True, expose_value=False, callback=_tell, help=words)
        )
    return command


def _hush(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Let what a command says go nowhere; errors are said when it has ended."""
    if value and not ctx.resilient_parsing:
        # a table asked for on standard output is no talk
        ctx.find_root().meta["carerates.stdout"] = sys.stdout
        ctx.with_resource(contextlib.redirect_stdout(io.StringIO()))
        ctx.with_resource(contextlib.redirect_stderr(io.StringIO()))


def _tell(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Say at the end how long the command took."""
    if value and not ctx.resilient_parsing:
        ctx.find_root().meta["carerates.verbose"] = True
        started = time.perf_counter()
        ctx.call_on_close(lambda: click.echo(f"{time.perf_counter() - started:.1f} s", err=True))
