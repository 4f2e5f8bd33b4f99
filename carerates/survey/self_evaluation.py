"""A questionnaire for self-evaluation: 23 characteristics that can help to reduce the number of children looked after.

Codes A1 to E2 are those of figure 32 of Cordis Bright (2013), which proposes such a tool; the short labels are ours.
Each characteristic is rated from 1 (not in place) to 5 (fully in place and kept up).  A workbook is filled in per
respondent; :func:`read_workbooks` gathers them and :func:`carerates.survey.score` gives a score per theme.
"""  # noqa: E501

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from carerates.errors import OutputError, TableError
from carerates.survey.responses import Responses, as_responses
from carerates.survey.scales import Item, Scale, ScaleSet

THEMES = {
    "A": ("strategy_and_leadership", "Strategy and leadership"),
    "B": ("prevention", "Prevention and early intervention"),
    "C": ("approach_to_practice", "Approach to practice"),
    "D": ("partnership", "Partnership working"),
    "E": ("information", "Information about performance"),
}
CHARACTERISTICS = {
    "A1": "A strategy on the number of children looked after is written down",
    "A2": "All senior leaders speak for it, and keep doing so",
    "A3": "Elected members and the rest of the council support it",
    "A4": "Partners outside the council support it, courts above all",
    "A5": "It is about children's outcomes first and money second",
    "A6": "It looks at children leaving care as much as at children entering",
    "A7": "Staff and partners can review it openly, and are answered",
    "B1": "Social workers and partners trust early help to stop needs growing",
    "B2": "Money and people are put into early help that has evidence behind it",
    "B3": "Early help services have been in place for years",
    "B4": "Early help is part of one clear path up and down levels of support",
    "B5": "Early help services have stated aims and measure what they achieve",
    "B6": "Partners accept that more risk is held outside statutory services",
    "C1": "Quality assurance is strong, independent reviewing officers included",
    "C2": "One approach to social work is defined, known and used",
    "C3": "Staff have enough time for families and for children looked after",
    "C4": "Casework is about outcomes",
    "C5": "Support follows a child's needs, not the child's legal status",
    "D1": "Agencies that work with families work together",
    "D2": "Agencies back each other and challenge each other",
    "D3": "Courts, Cafcass and council lawyers share the aims or trust assessments",
    "E1": "Information shows how well the whole system protects and supports children",
    "E2": "That information is looked at often and changes services",
}
ANSWERS = "1 not in place, 2 beginning, 3 partly, 4 mostly, 5 fully in place and kept up; empty: cannot say"
_HEADING = ["code", "theme", "characteristic", "answer", "notes (never read)"]


def self_evaluation_scales(*, answered: float = 0.5) -> ScaleSet:
    """Return the five themes and the mean of all characteristics as scales.

    Parameters
    ----------
    answered : float
        Share of a theme's characteristics that must be rated.

    Examples
    --------
    >>> [len(scale.items) for scale in self_evaluation_scales().scales]
    [7, 6, 5, 3, 2, 23]
    """
    items = {code: Item(code.lower(), 1, 5, words={}) for code in CHARACTERISTICS}
    themes = [
        Scale(
            name, label, tuple(item for code, item in items.items() if code[0] == letter), answered,
            "pair" if letter == "E" else "factor", "more fully in place",
        )
        for letter, (name, label) in THEMES.items()
    ]  # fmt: skip
    overall = Scale("all_characteristics", "All characteristics", tuple(items.values()), answered, "factor")
    return ScaleSet("self_evaluation", (*themes, overall), "After figure 32 of Cordis Bright (2013).")


def write_workbook(path: str | Path) -> Path:
    """Write an empty questionnaire to fill in, ``.ods`` or ``.csv``.

    Raises
    ------
    OutputError
        If the file cannot be written, or its ending is another.
    """
    file = Path(path)
    rows: list[list[Any]] = [
        ["area", "", "code or name of the local authority"],
        ["role", "", "leader or worker"],
        ["answers", "", ANSWERS],
        [],
        _HEADING,
        *([code, THEMES[code[0]][1], text, "", ""] for code, text in CHARACTERISTICS.items()),
    ]
    try:
        if file.suffix == ".csv":
            with file.open("w", encoding="utf-8-sig", newline="") as stream:
                csv.writer(stream).writerows(rows)
        elif file.suffix == ".ods":
            _write_ods(file, rows)
        else:
            raise OutputError(f"{file.name} has an ending that is not known here; use .ods or .csv.")
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}.") from error
    return file


def read_workbooks(paths: Iterable[str | Path], *, own_areas: bool = False) -> Responses:
    """Read filled-in questionnaires, one per respondent.

    Parameters
    ----------
    paths : iterable of str or Path
        Files made from :func:`write_workbook`.  Notes are never read.
    own_areas : bool
        See :func:`carerates.survey.as_responses`.

    Returns
    -------
    Responses
        With the group ``role``; score with :func:`carerates.survey.score`, average with
        :func:`carerates.survey.area_factors`.

    Raises
    ------
    TableError
        All problems of all files together.
    """
    problems: list[str] = []
    people = []
    for path in map(Path, paths):
        try:
            people.append(_read_one(path))
        except (OSError, ValueError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: {error}")
    if not people and not problems:
        problems.append("there are no files")
    if problems:
        raise TableError("These questionnaires cannot be read.", problems)
    return as_responses(
        pd.DataFrame(people), self_evaluation_scales(), area="area", groups=["role"], own_areas=own_areas
    )


def _read_one(path: Path) -> dict[str, Any]:
    """Return area, role and answers of one questionnaire."""
    rows = _read_ods(path) if path.suffix == ".ods" else _read_csv(path)
    head = {str(row[0]).strip().lower(): row[1] for row in rows[:4] if len(row) > 1 and row[0]}
    if "area" not in head or not str(head["area"] or "").strip():
        raise ValueError("the area is not filled in")
    answers: dict[str, Any] = {}
    for row in rows:
        code = str(row[0] or "").strip().upper() if row else ""
        if code in CHARACTERISTICS:
            if code.lower() in answers:
                raise ValueError(f"{code} appears twice")
            value = row[3] if len(row) > 3 else None
            answers[code.lower()] = None if value is None or str(value).strip() == "" else value
    if missing := [code for code in CHARACTERISTICS if code.lower() not in answers]:
        raise ValueError(f"{', '.join(missing)} missing; the rows of the questionnaire must stay")
    return {"area": head["area"], "role": head.get("role") or None, **answers}


def _read_csv(path: Path) -> list[list[Any]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [list(row) for row in csv.reader(stream)]


def _read_ods(path: Path) -> list[list[Any]]:
    import zipfile

    from odfdo import Document

    try:
        table = Document(str(path)).body.get_table(0)
    except (zipfile.BadZipFile, KeyError, TypeError) as error:
        raise ValueError(f"it is not an ODS workbook ({type(error).__name__})") from error
    if table is None:
        raise ValueError("it has no sheet")
    return [list(row) for row in table.get_values()]


def _write_ods(file: Path, rows: list[list[Any]]) -> None:
    from odfdo import Document, Table

    document = Document("spreadsheet")
    document.body.clear()
    table = Table("self-evaluation")
    table.set_values(rows)
    document.body.append(table)
    document.save(str(file))
