"""StatsWales tables, whatever view they came in, as one row per figure.

A table has a value, what the value is ("Data description"), any number of dimensions under their display
names, and notes.  The extended views add the code, the sort order and the parent of every label.  Flat and
hierarchical dimensions look alike once the parent stands in a column.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.delimited import read_table, text_table
from carerates.sources.failures import ContentError, IncompleteError, LayoutError
from carerates.sources.marks import STATSWALES, Mark, marked, read_cell, read_notes, read_number
from carerates.sources.statswales.totals import unknown_total
from carerates.sources.years import year_ending

# name of the value, measure and notes columns, and of the suffixes for code, sort order and parent
_ENGLISH = ("Data values", "Data description", "Notes", "_reference", "_sort", "_hierarchy")
_WELSH = (
    "Gwerthoedd data",
    "Disgrifiad o’r data",
    "Nodiadau",
    "_cyfeiriad",
    "_didoli",
    "_hierarchiaeth",
)
_GSS = re.compile(r"[EWSNK]\d{8}")
_WALES = "W92000004"
_TOTAL_CODES = {_WALES, "596"}
_TOTAL_WORDS = ("total ", "all ", "cyfanswm ", "mae pob ")


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """A StatsWales table.

    Attributes
    ----------
    frame : DataFrame
        ``value``, ``status``, ``codes`` (note codes, space between), ``value_text``, ``measure``,
        ``measure_code`` and, for each dimension, its label, ``<name> code`` and ``<name> parent``.
        Codes and parents are empty where the view does not give them.
    dimensions : tuple of str
        Display names, as published.
    lang : str
        ``en`` or ``cy``.
    """

    frame: pd.DataFrame
    dimensions: tuple[str, ...]
    lang: str = "en"

    def area_dimension(self) -> str:
        """Name the dimension whose values are areas, by GSS code first, then by legacy code or name."""
        for test in (_is_gss, _is_area):
            for name in reversed(self.dimensions):
                shown = [*self.frame[name].unique()[:40], *self.frame[f"{name} code"].unique()[:40]]
                labels = [one for one in shown if one]
                if labels and sum(test(one) for one in labels) > len(labels) / 2:
                    return name
        raise LayoutError(
            f"None of the dimensions ({', '.join(self.dimensions)}) holds areas of Wales or England."
        )

    def year_dimension(self) -> str:
        """Name the dimension whose values are years."""
        for name in self.dimensions:
            if all(_is_year(one) for one in self.frame[name].unique()) and name != self.area_dimension():
                return name
        raise LayoutError(f"None of the dimensions ({', '.join(self.dimensions)}) holds years.")

    def by_area(self) -> pd.DataFrame:
        """Return the frame with ``area_code``, ``is_total`` and ``year``; a total row stays, marked as one.

        ``total_told`` says by what a row is told to be that of Wales: by its code, its name, a label that
        reads like a total, the hierarchy, or because the areas add up to it.

        Raises
        ------
        ContentError
            If an area or a year cannot be read; every one is named.
        """
        frame = self.frame.copy()
        area, year = self.area_dimension(), self.year_dimension()
        years = {one: year_ending(one) for one in frame[year].unique()}
        frame["year"] = frame[year].map(years).astype("int64")
        pairs = list(zip(frame[area], frame[f"{area} code"], strict=True))
        found: dict[tuple[str, str], str] = {}
        told: dict[tuple[str, str], str] = {}
        unknown: list[tuple[str, str]] = []
        for pair in dict.fromkeys(pairs):
            try:
                found[pair] = area_code(*pair)
                told[pair] = told_by(*pair) if found[pair] == _WALES else ""
            except AreaError:
                unknown.append(pair)
        if len(unknown) == 1 and _WALES not in found.values() and (how := unknown_total(frame, area, found)):
            found[unknown[0]], told[unknown[0]], unknown = _WALES, how, []
        if unknown:
            problems = [" / ".join(part for part in pair if part) or "(empty)" for pair in unknown]
            raise ContentError(
                f"These are not areas that carerates knows: {', '.join(problems)}. Nothing was left out; "
                "choose rows before asking for areas, or report a new spelling."
            )
        frame["area_code"] = [found[pair] for pair in pairs]
        frame["is_total"] = frame["area_code"] == _WALES
        frame["total_told"] = [told[pair] for pair in pairs]
        return frame


def area_code(label: str, reference: str = "") -> str:
    """Return the GSS code of a StatsWales area: by GSS code, then by the old numeric code, then by name."""
    for text in (reference, label):
        if _GSS.fullmatch(text):
            return areas.find(text).code
    if reference in _TOTAL_CODES or label in _TOTAL_CODES:
        return _WALES
    if reference:
        try:
            return areas.find(reference).code
        except AreaError:
            if not label:
                raise
    try:
        return areas.find(label).code
    except AreaError:
        if label.casefold().startswith(_TOTAL_WORDS):
            return _WALES
        raise


def told_by(label: str, reference: str = "") -> str:
    """Say by what a row of a StatsWales table is told to be that of Wales."""
    if reference in _TOTAL_CODES or label in _TOTAL_CODES:
        return "by its code"
    return (
        "by a label that reads like a total" if label.casefold().startswith(_TOTAL_WORDS) else "by its name"
    )


def read_cube(content: bytes, what: str = "The StatsWales table", *, counted: str = "exact") -> Cube:
    """Read the CSV of any view, in English or Welsh.

    Parameters
    ----------
    content : bytes
        As downloaded.
    what : str
        Title, for messages.
    counted : str
        Status of a plain figure; ``rounded_to_5`` for counts of looked-after children.

    Raises
    ------
    IncompleteError
        If there are no rows (StatsWales then sends a single newline without a header).
    LayoutError, ContentError
        If a column or a cell is not of the documented kind.
    """
    return _cube(read_table(content, what), what, counted)


def read_cube_json(content: bytes, what: str = "The StatsWales table", *, counted: str = "exact") -> Cube:
    """Read ``format=json`` (a list of objects), ``format=frontend`` or a v1 view (headers and rows).

    Numbers may come as numbers or as text, depending on how the publisher stores them.
    """
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise IncompleteError(f"{what} is cut short or not JSON: {error}.") from error
    if isinstance(answer, dict) and _are(answer.get("headers"), dict) and _are(answer.get("data"), list):
        names = [str(one.get("name", "")) for one in answer["headers"]]
        if len(set(names)) < len(names):
            raise LayoutError(f"{what} has the same header twice: {', '.join(names)}.")
        rows = [[_text(cell) for cell in row] for row in answer["data"]]
    elif _are(answer, dict):
        names = list(dict.fromkeys(str(name) for one in answer for name in one))
        rows = [[_text(one.get(name)) for name in names] for one in answer]
    else:
        raise IncompleteError(f"{what} holds no rows.")
    if uneven := [row for row in rows if len(row) != len(names)]:
        raise LayoutError(f"{what} has {len(uneven)} rows that do not fit its {len(names)} headers.")
    return _cube(text_table(names, rows), what, counted)


def _are(values: object, kind: type) -> bool:
    """Say whether this is a list of one or more values of a kind."""
    return isinstance(values, list) and bool(values) and all(isinstance(one, kind) for one in values)


def _text(cell: object) -> str:
    """Return a JSON cell as the text it would be in CSV."""
    if cell is None:
        return ""
    return format(cell, "g") if isinstance(cell, float) and cell.is_integer() else str(cell)


def _cube(table: pd.DataFrame, what: str, counted: str) -> Cube:
    """Find the roles of the columns and read values and notes."""
    words = _WELSH if _WELSH[0] in table else _ENGLISH
    value, measure, notes, *suffixes = words
    if value not in table or measure not in table:
        raise LayoutError(
            f"{what} has no columns '{value}' and '{measure}'; it has: {', '.join(map(str, table.columns))}."
        )
    if table.empty:
        raise IncompleteError(f"{what} has a header but no rows.")
    extra = {f"{name}{suffix}" for name in table.columns for suffix in suffixes}
    names = [name for name in table.columns if name not in extra and name not in (value, measure, notes)]
    if not names:
        raise LayoutError(f"{what} has no dimension beside '{value}' and '{measure}'.")
    reference, _, parent = suffixes
    frame = _read_values(table, value, notes, what, counted)
    frame["measure"] = table[measure]
    frame["measure_code"] = _column(table, f"{measure}{reference}")
    for name in names:
        codes = _column(table, f"{name}{reference}")
        # a label can be empty where the publisher's lookup lacks the code; the code then says what it is
        frame[name] = table[name].where(table[name] != "", codes)
        frame[f"{name} code"] = codes
        frame[f"{name} parent"] = _column(table, f"{name}{parent}")
    return Cube(frame, tuple(str(name) for name in names), "cy" if words is _WELSH else "en")


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column, or empty text where the view lacks it."""
    return table[name] if name in table else pd.Series("", index=table.index, dtype="str")


def _read_values(table: pd.DataFrame, value: str, notes: str, what: str, counted: str) -> pd.DataFrame:
    """Read value and notes of every row; name the row of the first that cannot be read."""
    values, statuses, codes = [], [], []
    texts = table[value].tolist()
    beside = table[notes].tolist() if notes in table else [""] * len(texts)
    for number, (text, note) in enumerate(zip(texts, beside, strict=True), 2):
        try:
            if notes in table:
                figure, mark = _with_notes(text, note, counted)
            else:
                figure, mark = read_cell(text, STATSWALES, counted=counted)
        except ContentError as error:
            raise ContentError(f"{what}, line {number}: {error}") from error
        values.append(figure)
        statuses.append(mark.status)
        codes.append(" ".join(mark.codes))
    return pd.DataFrame(
        {
            "value": pd.Series(values, index=table.index, dtype="float64"),
            "status": pd.Series(statuses, index=table.index, dtype="str"),
            "codes": pd.Series(codes, index=table.index, dtype="str"),
            "value_text": table[value],
        }
    )


def _with_notes(text: str, note: str, counted: str) -> tuple[float | None, Mark]:
    """Read one figure whose notes stand in their own column."""
    codes = read_notes(note)
    if not text.strip():
        return None, marked(codes, STATSWALES, has_value=False)
    figure = read_number(text)
    if figure is None:
        raise ContentError(f"{text!r} is not a number.")
    return figure, marked(codes, STATSWALES, has_value=True, counted=counted)


def _is_gss(text: str) -> bool:
    """Say whether a text is a GSS code."""
    return bool(_GSS.fullmatch(text))


def _is_area(text: str) -> bool:
    """Say whether a text is an area."""
    try:
        area_code(text)
    except AreaError:
        return False
    return True


def _is_year(text: str) -> bool:
    """Say whether a text is a year."""
    try:
        year_ending(text)
    except ContentError:
        return False
    return True
