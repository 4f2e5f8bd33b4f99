"""From the bundled figures to a folder that an analyst can put on a desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from carerates.charts import plot
from carerates.funnels import Funnel
from carerates.reports.analysis import Nation, analyse
from carerates.reports.content import write_document
from carerates.reports.drawings import draw_all
from carerates.reports.exports import data_tables
from carerates.reports.folder import RECEIPT, whole_folder
from carerates.reports.headlines import headline_numbers
from carerates.reports.html import render_page
from carerates.reports.pictures import draw
from carerates.reports.receipt import make_receipt, receipt_text
from carerates.reports.recipes import write_inputs, write_recipe

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


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV for spreadsheets: UTF-8 with a mark, twelve digits, the same bytes each time."""
    text: str = frame.to_csv(index=False, lineterminator="\r\n", float_format="%.12g")
    return ("\ufeff" + text).encode("utf-8")
