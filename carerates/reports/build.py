"""From the bundled figures to a folder that an analyst can put on a desk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from carerates.charts import plot
from carerates.errors import MissingExtraError
from carerates.funnels import Funnel
from carerates.models import FittedRates
from carerates.reports.analysis import Nation, analyse
from carerates.reports.cells import neutral_text
from carerates.reports.content import write_document
from carerates.reports.drawings import draw_all
from carerates.reports.exports import data_tables
from carerates.reports.folder import RECEIPT, whole_folder
from carerates.reports.headlines import headline_numbers
from carerates.reports.html import render_page
from carerates.reports.pictures import draw
from carerates.reports.receipt import make_receipt, receipt_text
from carerates.reports.recipes import write_inputs, write_recipe
from carerates.reports.values import headline_numbers as result_numbers
from carerates.reports.values import plain_settings

DEFAULT_FOLDER = "carerates-report"


def report(
    nation: Nation = "wales",
    year: int | None = None,
    out: str | Path = DEFAULT_FOLDER,
    *,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write the whole report on the bundled edition: one page, and the files behind it.

    Parameters
    ----------
    nation : {"wales", "england", "both"}
        Whose areas are compared.
    year : int, optional
        Year of the 31 March; the latest in which every area has a count when not given.
    out : path
        Folder to write.  An earlier report there is replaced, whole; another folder with files is left alone.
    progress : callable, optional
        Told, in a few words, what is being done.

    Returns
    -------
    Path
        The page, ``index.html``.

    Raises
    ------
    OutputError
        If the folder cannot be written; nothing half-written is left.
    TableError
        If the edition has no such year.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import carerates as cr
    >>> page = cr.report("wales", 2012, pathlib.Path(tempfile.mkdtemp()) / "wales")
    >>> page.name
    'index.html'
    """
    tell = progress or (lambda _: None)
    analysis = analyse(nation, year, progress=tell)
    tell("drawing charts")
    drawings = draw_all(analysis)
    tell("writing")
    with whole_folder(Path(out)) as folder:
        for name, drawing in drawings.items():
            (folder / f"{name}.svg").write_text(drawing.svg, encoding="utf-8", newline="\n")
            (folder / f"{name}.png").write_bytes(drawing.png)
        for name, frame in data_tables(analysis).items():
            (folder / name).write_bytes(csv_bytes(frame))
        (folder / "index.html").write_text(
            render_page(write_document(analysis, drawings)), encoding="utf-8", newline="\n"
        )
        settings: dict[str, Any] = {"nation": nation, "year": analysis.year}
        receipt = make_receipt(
            folder,
            command=f"carerates report --nation {nation} --year {analysis.year}",
            settings=settings,
            provenance=analysis.provenance,
            headline=headline_numbers(analysis),
        )
        (folder / RECEIPT).write_text(receipt_text(receipt), encoding="utf-8", newline="\n")
    return Path(out) / "index.html"


def write_funnel(funnel: Funnel, out: str | Path, *, headline: str = "") -> Path:
    """Write one funnel as chart, table, words and receipt; return the folder."""
    drawing = draw(plot(funnel, headline=headline), headline or "Funnel plot", funnel.text_alternative())
    with whole_folder(Path(out)) as folder:
        (folder / "funnel.svg").write_text(drawing.svg, encoding="utf-8", newline="\n")
        (folder / "funnel.png").write_bytes(drawing.png)
        (folder / "funnel.csv").write_bytes(csv_bytes(funnel.to_frame()))
        (folder / "funnel-limits.csv").write_bytes(csv_bytes(funnel.limits_frame()))
        (folder / "funnel.txt").write_text(funnel.summary() + "\n", encoding="utf-8", newline="\n")
        positions = funnel.to_frame()["position"].value_counts().to_dict()
        recipe = write_recipe(funnel)
        write_inputs(folder, recipe)
        receipt = make_receipt(
            folder,
            command="carerates funnel",
            settings=funnel.settings.to_dict(),
            provenance=funnel.provenance,
            headline={f"areas {position}": int(count) for position, count in sorted(positions.items())},
            recompute=None if recipe is None else {**recipe.to_dict(), "layout": "funnel"},
        )
        (folder / RECEIPT).write_text(receipt_text(receipt), encoding="utf-8", newline="\n")
    return Path(out)


def write_fit(fitted: FittedRates, out: str | Path) -> Path:
    """Write a fitted model as tables, specification, words and receipt; return the folder.

    With the extra ``bayes`` the whole fit is written too, as ``fit.nc``.
    """
    model = fitted.settings
    said = (
        fitted.summary(),
        model.describe(),
        str(fitted.diagnostics),
        "\n".join(fitted.provenance.steps),
        fitted.provenance.caption(),
    )
    with whole_folder(Path(out)) as folder:
        for name, frame in fit_tables(fitted).items():
            (folder / name).write_bytes(csv_bytes(frame))
        (folder / "model.json").write_text(model.to_json(), encoding="utf-8", newline="\n")
        (folder / "fit.txt").write_text("\n\n".join(said) + "\n", encoding="utf-8", newline="\n")
        with contextlib.suppress(MissingExtraError):
            fitted.save(folder / "fit.nc")
        recipe = write_recipe(fitted)
        write_inputs(folder, recipe)
        receipt = make_receipt(
            folder,
            command="carerates fit",
            settings=plain_settings(model),
            provenance=fitted.provenance,
            headline=result_numbers(fitted.to_frame()),
            recompute=None if recipe is None else {**recipe.to_dict(), "layout": "fit"},
        )
        (folder / RECEIPT).write_text(receipt_text(receipt), encoding="utf-8", newline="\n")
    return Path(out)


def fit_tables(fitted: FittedRates) -> dict[str, pd.DataFrame]:
    """Return the tables of a fitted model, by file name."""
    tables = {
        "areas.csv": fitted.to_frame(),
        "nations.csv": fitted.nations(),
        "regions.csv": fitted.regions(),
        "coefficients.csv": fitted.coefficients(),
        "hyperparameters.csv": fitted.hyperparameters(),
        "explained.csv": fitted.explained(),
        "predictive-checks.csv": fitted.predictive_checks().to_frame(),
        "checks.csv": fitted.diagnostics.to_frame(),
        "left-out.csv": fitted.left_out,
    }
    if fitted.to_frame()["nation"].nunique() == 2:
        tables["gap.csv"] = fitted.gap()
    return tables


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV for spreadsheets: UTF-8 with a mark, twelve digits, the same bytes each time.

    No text from the data is taken for a formula.
    """
    frame = frame.assign(
        **{
            str(name): values.map(lambda one: neutral_text(one) if isinstance(one, str) else one)
            for name, values in frame.items()
            if not pd.api.types.is_numeric_dtype(values)
        }
    )
    text: str = frame.to_csv(index=False, lineterminator="\r\n", float_format="%.12g")
    return ("\ufeff" + text).encode("utf-8")
