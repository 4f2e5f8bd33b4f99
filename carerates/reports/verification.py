"""Does an output still say what it said, and does doing the work again give the same numbers?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from carerates.errors import CareratesError, OutputError
from carerates.reports.agreement import compare_csv, find_differences
from carerates.reports.analysis import analyse
from carerates.reports.area_view import view_area
from carerates.reports.build import csv_bytes, fit_tables
from carerates.reports.csvw import write_csv
from carerates.reports.drafting import draft_release
from carerates.reports.exports import data_tables
from carerates.reports.folder import RECEIPT
from carerates.reports.headlines import headline_numbers as report_numbers
from carerates.reports.my_area import area_tables
from carerates.reports.receipt import seal_of
from carerates.reports.release import Wishes
from carerates.reports.repetition import follow_recipe, inside
from carerates.reports.values import headline_numbers, plain_settings
from carerates.sources.edition import check_edition, edition_tables

# columns that say how a count was published, which a funnel's own arrays do not hold
_NOT_REPEATED = frozenset({"status", "position_words", "nation", "region", "level", "year"})
_SHOWN = 8
_LAST_DIGITS = 1e-14


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes
    ----------
    name : str
        What was asked.
    passed : bool
    found : tuple of str
        What differs; empty where nothing does.
    compared : int
        How many files, sources or numbers.
    """

    name: str
    passed: bool
    found: tuple[str, ...] = ()
    compared: int = 0


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer to whether an output can be relied on.

    Attributes
    ----------
    receipt : Path
    checks : tuple of Check
    recomputed : bool
        Whether the numbers were worked out again; without the tables that went in they cannot be.

    Examples
    --------
    >>> import carerates as cr
    >>> page = cr.publish(cr.change(cr.load_rates("wales", years=[2017, 2018]), 2017, 2018), "release")
    >>> cr.verify("release").passed
    True
    """

    receipt: Path
    checks: tuple[Check, ...]
    recomputed: bool

    @property
    def passed(self) -> bool:
        """Whether every check did."""
        return all(check.passed for check in self.checks)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each check."""
        return pd.DataFrame(
            [(one.name, one.passed, one.compared, "; ".join(one.found)) for one in self.checks],
            columns=["check", "passed", "compared", "found"],
        )

    def summary(self) -> str:
        """Say what was compared and what differs."""
        lines = [f"{self.receipt}: {'verified' if self.passed else 'NOT verified'}"]
        for check in self.checks:
            lines.append(
                f"  {'same  ' if check.passed else 'DIFFER'}  {check.name} ({check.compared} compared)"
            )
            lines += [f"          {one}" for one in check.found[:_SHOWN]]
            if len(check.found) > _SHOWN:
                lines.append(f"          and {len(check.found) - _SHOWN} more")
        if not self.recomputed:
            lines.append(
                "  The numbers were not worked out again: what went in is not beside the receipt, as with "
                "the answers of respondents, protected counts, or a fit that takes hours of sampling."
            )
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()


def verify(
    path: str | Path, *, tolerance: float = 1e-9, progress: Callable[[str], None] | None = None
) -> Verification:
    """Find out whether an output of carerates is what it was, by doing the work again.

    Parameters
    ----------
    path : path
        ``receipt.json``, or the folder it is in.
    tolerance : float
        Largest relative difference between a number and the same number worked out again.  The default
        allows for the twelve digits of the CSV files and for other processors.
    progress : callable, optional
        Told, in a few words, what is being done.

    Returns
    -------
    Verification
        ``passed`` if the receipt, every file, every input and every number are the same.

    Raises
    ------
    OutputError
        If there is no receipt, or it is not one.

    Notes
    -----
    Nothing is fetched.  Figures of the bundled edition are compared by hash with the edition that is
    installed; figures of a user's own are read from ``inputs`` beside the receipt.  The hashes show damage
    and slips, not forgery: somebody who rewrites figures and receipt together is found out by the numbers
    alone, where those are worked out again from the edition.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import carerates as cr
    >>> out = pathlib.Path(tempfile.mkdtemp()) / "release"
    >>> page = cr.publish(cr.funnel(cr.load_rates("wales", years=[2018])), out)
    >>> cr.verify(out).passed
    True
    """
    tell = progress or (lambda _: None)
    file = Path(path)
    file = file / RECEIPT if file.is_dir() else file
    receipt = _read_receipt(file)
    folder = file.parent
    tell("checking the receipt and its files")
    checks = [_check_seal(receipt), _check_files(receipt, folder), _check_sources(receipt)]
    tell("doing the work again")
    repeated = _check_numbers(receipt, folder, tolerance)
    return Verification(file, (*checks, *repeated), bool(repeated))


def _read_receipt(file: Path) -> dict[str, Any]:
    """Read a receipt, or raise and say why it is none."""
    try:
        receipt = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise OutputError(f"There is no receipt to read at {file}: {error.strerror or error}.") from error
    except ValueError as error:
        raise OutputError(f"{file} is not a receipt: it is not JSON ({error}).") from error
    missing = (
        [
            name
            for name in ("command", "settings", "headline", "inputs", "files", "seal")
            if name not in receipt
        ]
        if isinstance(receipt, dict)
        else ["everything"]
    )
    if missing:
        raise OutputError(f"{file} is not a receipt of this version: it lacks {', '.join(missing)}.")
    assert isinstance(receipt, dict)
    return receipt


def _check_seal(receipt: Mapping[str, Any]) -> Check:
    """Compare the receipt with its own hash."""
    same = seal_of(receipt) == receipt["seal"]
    return Check(
        "the receipt as it was sealed",
        same,
        () if same else ("the receipt was changed after it was made",),
        1,
    )


def _check_files(receipt: Mapping[str, Any], folder: Path) -> Check:
    """Compare every file with its hash, and look for files that are not in the receipt."""
    found = []
    for name, digest in receipt["files"].items():
        path = inside(folder, name)
        if not path.is_file():
            found.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"{name} was changed")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {RECEIPT}
    found += [f"{name} is not in the receipt" for name in sorted(there - set(receipt["files"]))]
    return Check("files by their hashes", not found, tuple(found), len(receipt["files"]))


def _check_sources(receipt: Mapping[str, Any]) -> Check:
    """Compare the sources with the edition that is installed, and that edition with its seal."""
    edition = edition_tables().set_index("table")["sha256"]
    found = [f"the installed edition is damaged: {problem}" for problem in check_edition()]
    compared = 0
    for source in receipt["inputs"]["sources"]:
        if source["dataset"] in edition.index and source.get("sha256"):
            compared += 1
            if edition[source["dataset"]] != source["sha256"]:
                found.append(f"{source['dataset']} is not the table that is installed ({source['edition']})")
    return Check("sources by the hashes of the bundled edition", not found, tuple(found), compared)


def _check_numbers(receipt: Mapping[str, Any], folder: Path, tolerance: float) -> list[Check]:
    """Do the work again and compare settings, headline numbers and every cell, where that can be done."""
    recipe = receipt.get("recompute")
    try:
        if str(receipt["command"]).startswith("carerates report "):
            settings, headline, tables = _report_again(receipt["settings"])
            whole = True
        elif recipe:
            settings, headline, tables = _result_again(recipe, folder)
            whole = recipe.get("layout") == "funnel" or recipe["verb"] == "funnel"
        else:
            return []
    except (CareratesError, ValueError, TypeError, KeyError, ArithmeticError) as error:
        return [Check("the work done again", False, (f"it cannot be done: {error}",), 0)]
    # a share worked out again may differ in its last digit
    found = find_differences("setting", receipt["settings"], settings, _LAST_DIGITS)
    checks = [Check("settings", not found, tuple(found), len(settings))]
    found = find_differences("headline number", receipt["headline"], headline, tolerance)
    checks.append(Check("headline numbers", not found, tuple(found), len(headline)))
    skipped = _NOT_REPEATED if recipe and whole else frozenset()
    found, compared = [], 0
    for name, content in tables.items():
        path = inside(folder, name)
        if path.is_file():
            more, cells = compare_csv(name, path.read_bytes(), content, tolerance, skipped)
            found += more
            compared += cells
    return [
        *checks,
        Check("cells of tables, number by number", not found and compared > 0, tuple(found), compared),
    ]


def _report_again(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, bytes]]:
    """Do a report's analysis again and return what it says; charts and page follow from that."""
    if "area" in settings:
        view = view_area(settings["area"], int(settings["year"]), settings["nation"])
        mine = {"area": view.area.code, "year": view.year, "nation": view.nation, "lang": settings["lang"]}
        return mine, view.headline(), area_tables(view)
    analysis = analyse(settings["nation"], int(settings["year"]))
    tables = {name: csv_bytes(frame) for name, frame in data_tables(analysis).items()}
    again = {"nation": analysis.nation, "year": analysis.year}
    return again, report_numbers(analysis), tables


def _result_again(
    recipe: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], dict[str, Any], dict[str, bytes]]:
    """Make the result again from the tables beside the receipt, and return what it says."""
    result: Any = follow_recipe(recipe, folder)
    if recipe.get("layout") == "funnel":
        frame = result.to_frame()
        counts = frame["position"].value_counts().to_dict()
        headline = {f"areas {position}": int(count) for position, count in sorted(counts.items())}
        tables = {"funnel.csv": csv_bytes(frame), "funnel-limits.csv": csv_bytes(result.limits_frame())}
        return plain_settings(result.settings), headline, tables
    if recipe.get("layout") == "fit":
        tables = {name: csv_bytes(frame) for name, frame in fit_tables(result).items()}
        return plain_settings(result.settings), headline_numbers(result.to_frame()), tables
    release = draft_release(result, Wishes(lang=str(recipe.get("lang", "en"))), chart=False)
    tables = {f"{table.name}.csv": write_csv(table) for table in (release.full, *release.tables[1:])}
    return release.settings, headline_numbers(result.to_frame()), tables
