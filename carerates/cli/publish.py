"""``carerates publish``: one result as everything that a release needs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carerates.cli.options import column_options, read_own

if TYPE_CHECKING:
    from carerates.tables import RatesTable

_KINDS = ["funnel", "adjustment", "change", "classification", "rates"]


@click.command(
    name="publish", short_help="Charts, accessible workbooks, CSV, page and receipt of one result."
)
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--nation",
    type=click.Choice(["wales", "england", "both"]),
    default="wales",
    show_default=True,
    help="Whose areas, when no FILE is given.",
)
@column_options
@click.option("--year", type=int, help="Year of the 31 March; for a change or classification its last year.")
@click.option("--start", type=int, help="First year of a change or classification.")
@click.option("--factor", "factors", multiple=True, help="A factor of an adjustment; may be repeated.")
@click.option("--title", default="", help="What the figures show, as a statement.")
@click.option("--lang", type=click.Choice(["en", "cy"]), default="en", show_default=True, help="Language.")
@click.option("--alternative", type=click.Path(path_type=Path), help="An edited alternative.txt to use.")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="data.csv of the earlier edition.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of a model's draws.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("carerates-release"),
    show_default=True,
    help="Folder to write.",
)
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def command(
    kind: str,
    file: Path | None,
    out: Path,
    quiet: bool,
    columns: dict[str, Any],
    **options: Any,  # noqa: ANN401
) -> None:
    """Publish one result (a funnel, an adjustment, ...) of the bundled figures or of FILE.

    FILE is a CSV with one row for each area and year; - is standard input.

    \b
    Examples:
      carerates publish funnel --nation wales --year 2018 --lang cy --out release
      carerates publish adjustment --year 2018 --factor wimd_2019_most_deprived_30
      carerates publish change --start 2013 --year 2018
      carerates publish funnel mine.csv --area-column LA --children looked_after --year 2024
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.errors import OutputError
    from carerates.reports.publishing import read_earlier, write_release
    from carerates.reports.release import Wishes

    result, inputs = _compute(kind, file, columns, options)
    words = ""
    if options["alternative"] is not None:
        try:
            words = options["alternative"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OutputError(f"{options['alternative']} cannot be read as text: {error}.") from error
    wishes = Wishes(options["title"], options["lang"], words, options["year"] if kind == "funnel" else None)
    page = write_release(
        result,
        out,
        wishes,
        command=_typed(kind, file, columns | options),
        previous=read_earlier(options["previous"]),
        inputs=inputs,
        stem=options["title"],
    )
    if not quiet:
        click.echo(f"Written: {page}")


def _typed(kind: str, file: Path | None, options: dict[str, Any]) -> str:
    """Return what was typed, as far as the figures and words depend on it."""
    usual = {one.name: one.default for one in command.params}
    parts = ["carerates", "publish", kind, *([] if file is None else [file.name])]
    for name, value in sorted(options.items()):
        if value is None or value == usual.get(name) or value == ():
            continue
        option = next(one.opts[0] for one in command.params if one.name == name)
        for one in value if isinstance(value, tuple) else (value,):
            shown = one.name if isinstance(one, Path) else str(one)
            parts += [option] if one is True else [option, shown]
    return shlex.join(parts)


def _compute(
    kind: str, file: Path | None, columns: dict[str, Any], options: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Return the result, and what it was made from."""
    nations = ["wales", "england"] if options["nation"] == "both" else [options["nation"]]
    panel = _panel(file, nations, columns)
    if kind in {"change", "classification"}:
        return _over_time(kind, panel, nations if file is None else [], options)
    one = panel.select(year=options["year"]) if options["year"] is not None else panel
    if kind == "funnel":
        from carerates.funnels import funnel

        return funnel(one), {}
    if kind == "adjustment":
        from carerates.models import adjust
        from carerates.sources import load_factors

        if not options["factors"]:
            raise click.UsageError("An adjustment needs at least one --factor, such as --factor deprivation.")
        joined = one.join(load_factors(list(options["factors"]), nations=nations))
        return adjust(joined, list(options["factors"])), {"rates": joined}
    from carerates.models import RateModel, fit

    model = RateModel() if len(one.years) > 1 else RateModel().for_one_year()
    return fit(model, one, seed=options["seed"]), {}


def _over_time(
    kind: str, panel: RatesTable, nations: list[str], options: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Return a change or a classification, and what it was made from."""
    from carerates.sources import load_rates
    from carerates.trends import change, classify, rules

    start, end = options["start"], options["year"]
    if start is None or end is None:
        raise click.UsageError(f"A {kind} needs --start and --year, its first and last year.")
    if kind == "change":
        return change(panel, start, end), {"rates": panel}
    national = load_rates(nations, level="nation") if nations else None
    rule = rules.wcpp(start=start, end=end, shortfall=None)
    return classify(panel, rule, national=national), {"rates": panel, "national": national}


def _panel(file: Path | None, nations: list[str], columns: dict[str, Any]) -> RatesTable:
    """Return all years of the bundled figures, or a user's own table."""
    from carerates.sources import load_rates

    return load_rates(nations) if file is None else read_own(file, columns)
