"""From any result to a folder that can be put on a website the same day."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from carerates.errors import OutputError
from carerates.reports.cells import file_name, one_line
from carerates.reports.csvw import describe_csv, write_csv
from carerates.reports.disclosure import Disclosure, protect
from carerates.reports.drafting import draft_release
from carerates.reports.folder import RECEIPT, whole_folder
from carerates.reports.html import render_page
from carerates.reports.ods import write_ods
from carerates.reports.opendata import make_open_data, open_data_gap
from carerates.reports.page import write_markdown, write_page
from carerates.reports.receipt import make_receipt, receipt_text
from carerates.reports.recipes import write_inputs, write_recipe
from carerates.reports.release import Release, Result, Wishes
from carerates.reports.wording import say
from carerates.reports.xlsx import write_xlsx
from carerates.tables import RatesTable


def publish(
    result: Result | RatesTable,
    out: str | Path,
    title: str = "",
    *,
    lang: str = "en",
    alternative: str = "",
    previous: pd.DataFrame | str | Path | None = None,
    name: str = "",
    year: int | None = None,
    disclosure: Disclosure | None = None,
) -> Path:
    """Write everything that a release of one result needs.

    Parameters
    ----------
    result : Funnel, Adjustment, Change, Classification, FittedRates, ...
        Anything with ``settings``, ``provenance``, ``summary()`` and ``to_frame()``.
    out : path
        Folder to write.  An earlier output there is replaced, whole; another folder with files is left alone.
    title : str
        What the figures show, as a statement; the statistical title when not given.
    lang : {"en", "cy"}
        Language of every title, heading, label, mark and date.
    alternative : str
        The chart in words, where the generated ones (``alternative.txt``) have been edited.
    previous : DataFrame or path, optional
        The same table (``data.csv``) of an earlier edition, for the revision note.
    name : str
        Stem of the workbooks' names; made from the title when not given.
    year : int, optional
        Year of the 31 March, for titles, where neither the rows nor the steps of the result say it.
    disclosure : Disclosure, optional
        How counts are rounded and suppressed.  Then only places, protected counts and rates made from those
        are published: no chart, no interval, and nothing of what went in, since each could give a count away.
        :func:`carerates.reports.protect` gives the audit table to whoever signs the release off.

    Returns
    -------
    Path
        The page, ``index.html``.  Beside it: ``page.md``; ``chart.svg`` and ``chart.png`` where there is a
        chart; ``alternative.txt``; the workbook as ``.ods`` and ``.xlsx``; ``data.csv`` and one CSV for each
        smaller table, each with its ``-metadata.json``; ``open-data.csv`` and ``open-data.meta.csv``;
        ``sources.txt``; ``receipt.json``, with the tables that went in under ``inputs``.

    Raises
    ------
    OutputError
        If the folder cannot be written; nothing half-written is left.
    ValueError
        For a language that there is not.

    Notes
    -----
    Figures are published at full precision in ``data.csv`` and shown rounded elsewhere.  Texts from the
    data cannot become formulas, markup or paths: see :mod:`carerates.reports.cells`.  The same result gives
    the same bytes.

    References
    ----------
    Analysis Function (2024), Releasing statistics in spreadsheets; Data visualisation: charts.
    W3C (2015), Model for Tabular Data and Metadata on the Web.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import carerates as cr
    >>> funnel = cr.funnel(cr.load_rates("wales", years=[2018]))
    >>> out = pathlib.Path(tempfile.mkdtemp()) / "release"
    >>> page = cr.publish(funnel, out, "Rates differ by more than chance", name="cla-2018")
    >>> (out / "cla-2018.ods").exists()
    True
    """
    wishes = Wishes(title, lang, alternative, year)
    if disclosure is not None:
        result = protect(result, disclosure)
    elif isinstance(result, RatesTable):
        raise TypeError("A table of rates is published with disclosure=, or as a result: cr.funnel(rates).")
    asked = f"carerates.publish(<{type(result).__name__}>, out, {one_line(title)!r}, {lang=})"
    return write_release(
        result, out, wishes, command=asked, previous=read_earlier(previous), stem=name or title
    )


def write_release(
    result: Result,
    out: str | Path,
    wishes: Wishes,
    *,
    command: str,
    previous: pd.DataFrame | None = None,
    stem: str = "",
) -> Path:
    """Write the release of a result and say in its receipt what was asked, as :func:`publish` does."""
    release = draft_release(result, wishes, previous=previous)
    recipe = write_recipe(result)
    with whole_folder(Path(out)) as folder:
        for file, content in release_files(release, file_name(stem, "release")).items():
            (folder / file).write_bytes(content)
        write_inputs(folder, recipe)
        receipt = make_receipt(
            folder,
            command=command,
            settings=release.settings,
            provenance=release.provenance,
            headline=release.headline,
            recompute=None if recipe is None else {**recipe.to_dict(), "lang": wishes.lang},
        )
        (folder / RECEIPT).write_text(receipt_text(receipt), encoding="utf-8", newline="\n")
    return Path(out) / "index.html"


def release_files(release: Release, stem: str) -> dict[str, bytes]:
    """Return every file of a release but its receipt, by name."""
    files = {
        "page.md": _text(write_markdown(release)),
        "alternative.txt": _text(release.alternative + "\n"),
        "sources.txt": _text("\n".join((*release.sources, *release.attributions)) + "\n"),
        f"{stem}.ods": write_ods(release),
        f"{stem}.xlsx": write_xlsx(release),
    }
    if release.drawing is not None:
        files["chart.svg"] = _text(release.drawing.svg)
        files["chart.png"] = release.drawing.png
    for table in (release.full, *release.tables[1:]):
        files[f"{table.name}.csv"] = write_csv(table)
        files[f"{table.name}.csv-metadata.json"] = describe_csv(table, f"{table.name}.csv", release)
    absent = open_data_gap(release, release.years)
    if not absent:
        try:
            pair = make_open_data(release, release.years)
        except OutputError:
            absent = "open_data_rules"
        else:
            files["open-data.csv"], files["open-data.meta.csv"] = pair.data_bytes(), pair.meta_bytes()
    remark = say(absent, release.lang) if absent else ""
    files["index.html"] = _text(render_page(write_page(release, tuple(sorted(files)), remark)))
    return files


def read_earlier(previous: pd.DataFrame | str | Path | None) -> pd.DataFrame | None:
    """Return the earlier edition's table."""
    if previous is None or isinstance(previous, pd.DataFrame):
        return previous
    try:
        content = Path(previous).read_bytes()
    except OSError as error:
        raise OutputError(
            f"The earlier edition {previous} cannot be read: {error.strerror or error}."
        ) from error
    return pd.read_csv(
        io.BytesIO(content), encoding="utf-8-sig", na_values=["[x]", "[c]", "[z]", "[low]", "[u]"]
    )


def _text(text: str) -> bytes:
    return text.encode("utf-8")
