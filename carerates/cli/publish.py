"""``carerates publish``: one result as everything that a release needs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carerates.cli.options import PIPE, column_options, nation_option, out_option, read_own, write_table

if TYPE_CHECKING:
    from carerates.tables import RatesTable

_KINDS = ["funnel", "adjustment", "change", "classification", "rates", "peers", "pairs"]


@click.command(
    name="publish", short_help="Charts, accessible workbooks, CSV, page and receipt of one result."
)
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@nation_option("wales")
@column_options
@click.option("--year", type=int, help="Year of the 31 March; for a change or classification its last year.")
@click.option("--start", type=int, help="First year of a change or classification.")
@click.option(
    "--factor", "factors", multiple=True, help="Factor of an adjustment, of peers or pairs; may be repeated."
)
@click.option("--title", default="", help="What the figures show, as a statement.")
@click.option("--lang", type=click.Choice(["en", "cy"]), default="en", show_default=True, help="Language.")
@click.option("--alternative", type=click.Path(path_type=Path), help="An edited alternative.txt to use.")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="data.csv of the earlier edition.",
)
@click.option("--round-to", type=click.IntRange(min=1), help="Publish counts rounded to a multiple of this.")
@click.option("--suppress-below", type=click.IntRange(min=1), help="Publish no count from 1 to below this.")
@click.option(
    "--audit", type=click.Path(path_type=Path), help="CSV of what was rounded and suppressed, not to publish."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of a model's draws.")
@out_option("carerates-release", "Folder to write.")
def command(
    kind: str,
    file: Path | None,
    out: Path,
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
      carerates publish pairs --year 2018 --factor deprivation --factor population
      carerates publish funnel mine.csv --area-column LA --children looked_after --year 2024
      carerates publish funnel mine.csv --year 2024 --round-to 5 --suppress-below 5 --audit audit.csv
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.errors import OutputError
    from carerates.reports.publishing import read_earlier, write_release
    from carerates.reports.release import Wishes

    result = _protected(_compute(kind, file, columns, options), options)
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
        stem=options["title"],
    )
    click.echo(f"Written: {page}")


def _typed(kind: str, file: Path | None, options: dict[str, Any]) -> str:
    """Return what was typed, as far as the figures and words depend on it."""
    usual = {one.name: one.default for one in command.params}
    nations = options["nations"]
    options = options | {"nations": nations[0] if len(nations) == 1 else "both", "audit": None}
    parts = ["carerates", "publish", kind, *([] if file is None else [file.name])]
    for name, value in sorted(options.items()):
        if value is None or value == usual.get(name) or value == ():
            continue
        option = next(one.opts[0] for one in command.params if one.name == name)
        for one in value if isinstance(value, tuple) else (value,):
            shown = one.name if isinstance(one, Path) else str(one)
            parts += [option] if one is True else [option, shown]
    return shlex.join(parts)


def _protected(result: Any, options: dict[str, Any]) -> Any:  # noqa: ANN401 - any kind of result
    """Return a result with its counts rounded and suppressed, where that is asked for."""
    from carerates.reports.build import csv_bytes
    from carerates.reports.disclosure import Disclosure, protect

    if options["round_to"] is None and options["suppress_below"] is None:
        if options["audit"] is not None:
            raise click.UsageError("--audit goes with --round-to or --suppress-below.")
        return result
    done = protect(result, Disclosure(options["round_to"] or 1, below=options["suppress_below"] or 0))
    click.echo(done.audit_summary(), err=str(options["audit"]) == PIPE)
    if options["audit"] is not None:
        write_table(options["audit"], csv_bytes(done.audit))
    return done


def _compute(kind: str, file: Path | None, columns: dict[str, Any], options: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the result asked for."""
    from carerates.sources import load_rates

    nations, year = options["nations"], options["year"]
    if kind in {"change", "classification"}:
        panel = load_rates(nations) if file is None else read_own(file, columns)
        return _over_time(kind, panel, nations if file is None else [], options)
    if file is not None:
        one = read_own(file, columns, year)
    else:
        one = load_rates(nations) if year is None else load_rates(nations).select(year=year)
    if kind == "funnel":
        from carerates.funnels import funnel

        return funnel(one)
    if kind in {"adjustment", "peers", "pairs"}:
        whose = nations if file is None else ["wales", "england"]
        return _by_need(kind, one, list(options["factors"]), whose)
    from carerates.models import RateModel, fit

    model = RateModel() if len(one.years) > 1 else RateModel().for_one_year()
    return fit(model, one, seed=options["seed"])


def _by_need(kind: str, rates: RatesTable, factors: list[str], nations: list[str]) -> Any:  # noqa: ANN401
    """Return a result that rests on factors of need."""
    from carerates.models import adjust
    from carerates.peers import contrasting_pairs, similar_areas
    from carerates.sources import load_factors

    if not factors:
        what = "An adjustment needs" if kind == "adjustment" else f"Publishing {kind} needs"
        raise click.UsageError(f"{what} at least one --factor, such as --factor deprivation.")
    if loaded := [name for name in factors if name != "population"]:
        rates = rates.join(load_factors(loaded, nations=nations))
    if kind == "adjustment":
        return adjust(rates, factors)
    return similar_areas(rates, factors) if kind == "peers" else contrasting_pairs(rates, factors)


def _over_time(kind: str, panel: RatesTable, nations: list[str], options: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return a change or a classification."""
    from carerates.sources import load_rates
    from carerates.trends import change, classify, rules

    start, end = options["start"], options["year"]
    if start is None or end is None:
        raise click.UsageError(f"A {kind} needs --start and --year, its first and last year.")
    if kind == "change":
        return change(panel, start, end)
    national = load_rates(nations, level="nation") if nations else None
    rule = rules.wcpp(start=start, end=end, shortfall=None)
    return classify(panel, rule, national=national)
