"""``carerates fit``: a hierarchical model of the bundled figures, as tables and one file."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from carerates.cli.options import column_options, read_own

if TYPE_CHECKING:
    from carerates.models import RateModel
    from carerates.tables import RatesTable


@click.command(name="fit", short_help="Fit a hierarchical model of rates.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--nation",
    type=click.Choice(["wales", "england", "both"]),
    default="both",
    show_default=True,
    help="Whose areas.",
)
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
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("carerates-fit"),
    show_default=True,
    help="Folder to write: tables (CSV), model (JSON), text and, with the extra 'bayes', fit.nc.",
)
def command(
    file: Path | None,
    nation: str,
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
    from carerates.errors import MissingExtraError, OutputError
    from carerates.models import RateModel, fit
    from carerates.sources import load_factors

    nations = ["wales", "england"] if nation == "both" else [nation]
    model = _read_model(model_file) if model_file else RateModel(factors=factors)
    rates = _rates(file, nations, range(first, last + 1), columns)
    if model.factors:
        rates = rates.join(load_factors(list(model.factors), nations=nations))
    fitted = fit(model, rates, engine="nuts" if engine == "nuts" else "laplace", seed=seed, strict=strict)
    tables = {
        "areas": fitted.to_frame(),
        "nations": fitted.nations(),
        "regions": fitted.regions(),
        "coefficients": fitted.coefficients(),
        "hyperparameters": fitted.hyperparameters(),
        "explained": fitted.explained(),
        "predictive-checks": fitted.predictive_checks().to_frame(),
        "checks": fitted.diagnostics.to_frame(),
        "left-out": fitted.left_out,
    }
    if nation == "both":
        tables["gap"] = fitted.gap()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # everything is written beside the folder first, so that an interrupted run leaves nothing half done
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=out.name) as name:
            part = Path(name)
            for stem, table in tables.items():
                banner = fitted.diagnostics.banner()
                text = (f"# {banner}\n" if banner else "") + table.to_csv(index=False)
                (part / f"{stem}.csv").write_text(text, encoding="utf-8")
            (part / "model.json").write_text(model.to_json(), encoding="utf-8")
            said = "\n\n".join(
                (
                    fitted.summary(),
                    model.describe(),
                    str(fitted.diagnostics),
                    "\n".join(fitted.provenance.steps),
                    fitted.provenance.caption(),
                )
            )
            (part / "fit.txt").write_text(said + "\n", encoding="utf-8")
            try:
                fitted.save(part / "fit.nc")
            except MissingExtraError as error:
                click.echo(f"fit.nc was not written: {error}", err=True)
            out.mkdir(exist_ok=True)
            for one in sorted(part.iterdir()):
                shutil.move(one, out / one.name)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(fitted.summary())
    click.echo(f"\nWritten to {out}")


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
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} is not a specification of a model: {error}.") from error
