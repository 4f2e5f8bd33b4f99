"""A result as a release: titles, tables, words and sources, before any file format is thought of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from carerates.provenance import Provenance
from carerates.reports.cells import clean_text, neutral_text, one_line
from carerates.reports.pictures import Drawing
from carerates.reports.wording import cell_words, heading, say

MISSING, NOT_APPLICABLE = "[x]", "[z]"
# how many decimals a reader needs; numbers that no row names have one
DECIMALS: dict[str, int] = {
    **dict.fromkeys(
        (
            "children", "children_low", "children_high", "observed", "observed_low", "observed_high",
            "population", "denominator", "children_start", "children_end", "population_start",
            "population_end", "areas", "year", "start", "end", "years_used", "population_year", "rank",
            "rank_lower_95", "rank_upper_95", "n_1", "n_2",
        ),
        0,
    ),
    **dict.fromkeys(
        (
            "z", "z_adjusted", "ratio", "ratio_to_expected", "ratio_lower_95", "ratio_upper_95", "shrinkage",
            "ordinary", "adjusted", "population_weighted", "log_rate", "deviance", "underlying_ratio",
            "distance", "difference", "mean_1", "mean_2", "sd_1", "sd_2", "hedges_g", "hedges_g_lower_95",
            "hedges_g_upper_95", "t", "icc", "design_effect", "odds_ratio", "estimate_1", "estimate_2",
            "lower_95_1", "upper_95_1", "lower_95_2", "upper_95_2",
        ),
        2,
    ),
    **dict.fromkeys(
        (
            "p_value", "mid_p", "q_value", "log_ratio", "log_ratio_standard_error", "estimate",
            "standard_error", "expected_log_standard_error", "p_adjusted", "permutation_p",
        ),
        3,
    ),
}  # fmt: skip
# columns named after a factor or a class begin with these
_BEGINNINGS = {"probability_": 3, "difference_": 2, "share_": 2}
YEARS = frozenset({"year", "start", "end", "population_year"})


def decimals_of(column: str, *, whole: bool = False) -> int:
    """Return how many decimals a reader needs of a column.

    Examples
    --------
    >>> decimals_of("population"), decimals_of("probability_increasing"), decimals_of("rate")
    (0, 3, 1)
    """
    usual = next((places for start, places in _BEGINNINGS.items() if column.startswith(start)), 1)
    return DECIMALS.get(column, 0 if whole else usual)


class Result(Protocol):
    """What every method of carerates gives."""

    @property
    def settings(self) -> Any:  # noqa: ANN401 - each method has settings of its own
        """Every choice that changes the numbers."""
        ...

    @property
    def provenance(self) -> Provenance:
        """Sources and steps."""
        ...

    def summary(self) -> str:
        """Return what was found, in words."""
        ...

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each area, or area and year."""
        ...


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody who publishes asks for: words and language, never numbers."""

    title: str = ""
    lang: str = "en"
    alternative: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseColumn:
    """One column as it is published: its name for machines, its heading, and how numbers are shown."""

    name: str
    heading: str
    numeric: bool
    decimals: int = 1

    @property
    def grouped(self) -> bool:
        """Whether thousands are separated; years are not."""
        return self.name not in YEARS

    @property
    def number_format(self) -> str:
        """Return the format of a spreadsheet."""
        whole = "#,##0" if self.grouped else "0"
        return whole + ("." + "0" * self.decimals if self.decimals else "")


@dataclass(frozen=True, slots=True, eq=False)
class ReleaseTable:
    """One table as it is published: every cell a finite number, or a text that is safe anywhere.

    Attributes
    ----------
    name : str
        Stem of its files.
    caption : str
        What it holds.
    columns : tuple of ReleaseColumn
    rows : tuple of tuple
        Numbers at full precision; marks in square brackets where there is none.
    """

    name: str
    caption: str
    columns: tuple[ReleaseColumn, ...]
    rows: tuple[tuple[float | str, ...], ...]

    @property
    def marks(self) -> set[str]:
        """Shorthand marks used in any cell."""
        return {
            cell
            for row in self.rows
            for cell in row
            if isinstance(cell, str) and cell[:1] == "[" and cell[-1:] == "]"
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the table with machine names, marks as they stand."""
        return pd.DataFrame(list(self.rows), columns=[column.name for column in self.columns], dtype="object")


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """Everything that a publication of one result says.

    Attributes
    ----------
    kind, title, subtitle, lang : str
        Name of the result's class; headline; measure, places and period; ``"en"`` or ``"cy"``.
    tables : tuple of ReleaseTable
        For readers; the first has a row for each area.
    full : ReleaseTable
        Every column of the result, for machines.
    alternative : str
        The chart in words.
    findings, quality, method, sources : tuples of str
        Paragraphs and lines; ``method`` and ``english_findings`` are in English in every language.
    steps : tuple of str
        What was done to the figures, in English.
    provenance : Provenance
    settings : dict
        Plain values.
    headline : dict
        Numbers that a reader will quote.
    drawing : Drawing or None
    attributions : tuple of str
        Words that licences ask for.
    years : tuple of int
        Years of the 31 March that the figures are of; empty where the result does not say.
    """

    kind: str
    title: str
    subtitle: str
    lang: str
    tables: tuple[ReleaseTable, ...]
    full: ReleaseTable
    alternative: str
    findings: tuple[str, ...]
    english_findings: tuple[str, ...]
    quality: tuple[str, ...]
    method: tuple[str, ...]
    steps: tuple[str, ...]
    sources: tuple[str, ...]
    revision: str
    provenance: Provenance
    settings: dict[str, Any]
    headline: dict[str, float | int | str]
    drawing: Drawing | None = None
    attributions: tuple[str, ...] = ()
    years: tuple[int, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what belongs on the notes sheet, in order."""
        return (*self.quality, self.revision, *self.method, *self.steps)


def make_release_table(
    frame: pd.DataFrame,
    name: str,
    caption: str,
    lang: str,
    columns: list[str] | None = None,
    decimals: Mapping[str, int] | None = None,
) -> ReleaseTable:
    """Turn a frame into a table that can be published: marks for gaps, words translated, texts made safe.

    Parameters
    ----------
    frame : DataFrame
        A result's rows.  A column ``status`` says why a count is missing.
    name, caption, lang
        As in :class:`ReleaseTable`.
    columns : list of str, optional
        Which columns, in order; those that the frame has not are passed over.  All when not given.
    decimals : mapping, optional
        Columns that need others than :func:`decimals_of` gives.
    """
    chosen = [one for one in (columns or list(frame.columns)) if one in frame]
    marks = _gap_marks(frame)
    made, cells = [], []
    for column in chosen:
        values = frame[column]
        numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        usual = decimals_of(column, whole=pd.api.types.is_integer_dtype(values))
        places = (decimals or {}).get(column, usual)
        made.append(ReleaseColumn(column, clean_text(heading(column, lang)), numeric, places))
        if numeric:
            numbers = values.to_numpy(dtype=float, na_value=np.nan)
            cells.append(
                [
                    float(number) if np.isfinite(number) else mark
                    for number, mark in zip(numbers, marks, strict=True)
                ]
            )
        else:
            cells.append([_text_cell(value, lang) for value in values])
    rows = tuple(zip(*cells, strict=True)) if cells else ()
    return ReleaseTable(name, caption, tuple(made), rows)


def select_columns(table: ReleaseTable, names: list[str], name: str, caption: str) -> ReleaseTable:
    """Return some columns of a table, in the order given."""
    at = {column.name: index for index, column in enumerate(table.columns)}
    chosen = [at[one] for one in names if one in at]
    rows = tuple(tuple(row[index] for index in chosen) for row in table.rows)
    return ReleaseTable(name, caption, tuple(table.columns[index] for index in chosen), rows)


def _gap_marks(frame: pd.DataFrame) -> list[str]:
    """Return, for each row, the mark that stands where a number is missing."""
    from carerates.tables.status import STATUSES

    if "status" not in frame:
        return [MISSING] * len(frame)
    marks = []
    for status in frame["status"]:
        known = STATUSES.get(str(status))
        gap = known is not None and not known.has_count and known.shorthand
        marks.append(known.shorthand if known is not None and gap else MISSING)
    return marks


def _text_cell(value: object, lang: str) -> str:
    """Return a text cell; an empty one says that it does not apply."""
    if isinstance(value, (list, tuple, set, frozenset)):
        value = ", ".join(str(one) for one in value)
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return MISSING
    text = neutral_text(cell_words(str(value), lang))
    return text if text.strip() else NOT_APPLICABLE


def source_lines(provenance: Provenance, lang: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return lines on sources (publisher, edition, licence, designation), and the words licences ask for."""
    if not provenance.sources:
        return (say("source_user", lang),), ()
    lines = []
    for source in provenance.sources:
        named = say("source_from", lang, title=one_line(source.title), publisher=one_line(source.publisher))
        line = (
            say("source", lang, sources=", ".join(one for one in (named, one_line(source.edition)) if one))
            + "."
        )
        if source.licence:
            line += " " + say("licence", lang, licence=one_line(source.licence)) + "."
        if source.designation:
            words = cell_words(one_line(source.designation), lang)
            line += " " + say("designation", lang, title=one_line(source.title), designation=words) + "."
        lines.append(line)
    asked = tuple(dict.fromkeys(one_line(one.attribution) for one in provenance.sources if one.attribution))
    return tuple(lines), asked
