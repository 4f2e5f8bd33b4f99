"""A page about one local authority, for the people who live and work there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from carerates.reports.analysis import Nation
from carerates.reports.area_view import AreaView, view_area
from carerates.reports.area_words import draw_area, write_area
from carerates.reports.build import csv_bytes
from carerates.reports.cells import file_name
from carerates.reports.folder import RECEIPT, whole_folder
from carerates.reports.html import render_page
from carerates.reports.receipt import make_receipt, receipt_text
from carerates.reports.wording import require_language


def area_page(
    area: str,
    year: int | None = None,
    out: str | Path | None = None,
    *,
    lang: str = "en",
    nation: Nation | None = None,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write a page on one local authority in plain words, each statement with its uncertainty.

    Parameters
    ----------
    area : str
        Any code or name, in English or Welsh.
    year : int, optional
        Year of the 31 March; the latest in which every area has a count when not given.
    out : path, optional
        Folder to write, ``carerates-`` and the area's name when not given.  An earlier output there is
        replaced, whole; another folder with files is left alone.
    lang : {"en", "cy"}
        Language of the page.
    nation : {"wales", "england", "both"}, optional
        Whose areas it is compared with; those of its own nation when not given.
    progress : callable, optional
        Told, in a few words, what is being done.

    Returns
    -------
    Path
        The page, ``index.html``; beside it two charts, the figures behind them as CSV, and the receipt.

    Raises
    ------
    AreaError
        If there is no such authority, or no estimate for it.
    TableError, OutputError, ValueError
        For a year without figures, a folder that cannot be written, another language or nation.

    Notes
    -----
    Ranks and intervals come from the joint draws of a hierarchical model of all areas and years
    (:func:`carerates.fit`): "anywhere between 12th and 47th" is a 95% interval of the place.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import carerates as cr
    >>> page = cr.area_page("Abertawe", 2012, pathlib.Path(tempfile.mkdtemp()) / "out", lang="cy")
    >>> "Abertawe: plant sy&#39;n derbyn gofal, 31 Mawrth 2012" in page.read_text("utf-8")
    True
    """
    require_language(lang)
    tell = progress or (lambda _: None)
    view = view_area(area, year, nation, progress=tell)
    tell("drawing charts")
    drawings = draw_area(view, lang)
    tell("writing")
    place = Path(out) if out is not None else Path(f"carerates-{file_name(view.area.name())}")
    tables = area_tables(view)
    files = (*tables, *(f"{name}.{kind}" for name in drawings for kind in ("svg", "png")), RECEIPT)
    with whole_folder(place) as folder:
        for name, drawing in drawings.items():
            (folder / f"{name}.svg").write_text(drawing.svg, encoding="utf-8", newline="\n")
            (folder / f"{name}.png").write_bytes(drawing.png)
        for name, content in tables.items():
            (folder / name).write_bytes(content)
        document = write_area(view, drawings, tuple(sorted(files)), lang)
        (folder / "index.html").write_text(render_page(document), encoding="utf-8", newline="\n")
        settings: dict[str, Any] = {
            "area": view.area.code,
            "year": view.year,
            "nation": view.nation,
            "lang": lang,
        }
        receipt = make_receipt(
            folder,
            command="carerates report " + " ".join(f"--{name} {value}" for name, value in settings.items()),
            settings=settings,
            provenance=view.provenance,
            headline=view.headline(),
        )
        (folder / RECEIPT).write_text(receipt_text(receipt), encoding="utf-8", newline="\n")
    return place / "index.html"


def area_tables(view: AreaView) -> dict[str, bytes]:
    """Return the figures behind the page, by file name."""
    tables = {"years.csv": csv_bytes(view.course)}
    if view.band is not None:
        tables["like.csv"] = csv_bytes(view.neighbours)
    return tables
