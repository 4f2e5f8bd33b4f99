"""``carerates fit``: a hierarchical model of the bundled figures, as tables and one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carerates.cli.options import column_options, nation_option, out_option, read_own, tell

if TYPE_CHECKING:
    from carerates.models import RateModel
    from carerates.tables import RatesTable


@click.command(name="fit", short_help="Fit a hierarchical model of rates.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@nation_option("both")
@column_options
@click.option("--first", type=int, default=2012, show_default=True, help="First year, of the 31 March.")
@click.option("--last", type=int, default=2018, show_default=True, help="Last year, of the 31 March.")
@click.option(
    "--factor",
    "factors",
    multiple=True,
    default=("deprivation", "lone_parents"),
    show_default=True,
    help="Factor to allow for; may be given several times.",
)
@click.option(
    "--model",
    "model_file",
    type=click.Path(path_type=Path),
    help="JSON file with a whole specification (RateModel.to_json); overrides --factor.",
)
@click.option("--engine", type=click.Choice(["laplace", "nuts"]), default="laplace", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--strict", is_flag=True, help="End with an error if a check of the fit fails.")
@out_option(
    "carerates-fit",
    "Folder to write: tables (CSV), model (JSON), text, receipt and, with the extra 'bayes', fit.nc.",
)
def command(
    file: Path | None,
    nations: list[str],
    columns: dict[str, Any],
    first: int,
    last: int,
    factors: tuple[str, ...],
    model_file: Path | None,
    engine: str,
    seed: int,
    strict: bool,
    out: Path,
) -> None:
    """Estimate underlying rates and rates expected given need, with uncertainty.

    \b
    Examples:
      carerates fit
      carerates fit mine.csv --area-column LA --first 2015 --last 2024 --factor deprivation
      carerates fit --nation wales --first 2010 --factor deprivation --out wales-fit
    """  # noqa: D301 - \b keeps click from joining the lines of the example
    from carerates.models import RateModel, fit
    from carerates.reports.build import write_fit
    from carerates.sources import load_factors

    model = _read_model(model_file) if model_file else RateModel(factors=factors)
    rates = _rates(file, nations, range(first, last + 1), columns)
    if model.factors:
        whose = ["wales", "england"] if file is not None else nations
        rates = rates.join(load_factors(list(model.factors), nations=whose))
    tell("fitting the model")
    fitted = fit(model, rates, engine="nuts" if engine == "nuts" else "laplace", seed=seed, strict=strict)
    folder = write_fit(fitted, out)
    click.echo(fitted.summary())
    click.echo(f"\nWritten to {folder}")


def _rates(file: Path | None, nations: list[str], years: range, columns: dict[str, Any]) -> RatesTable:
    """Return the years of a file, or of the bundled edition."""
    from carerates.sources import load_rates

    if file is None:
        return load_rates(nations, years=years)
    own = read_own(file, columns)
    return own.select(year=[one for one in own.years if one in years])


def _read_model(path: Path) -> RateModel:
    """Read a specification."""
    from carerates.errors import SourceError
    from carerates.models import RateModel

    try:
        return RateModel.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).rstrip(".")
        raise SourceError(f"{path} is not a specification of a model: {reason}.") from error
