"""Publishers' shorthand, read into one vocabulary and written back without loss.

Three dialects say how a figure came to be: StatsWales' note codes (words in a column, or letters in
brackets), the letters of the Department for Education, and the marks of the old StatsWales site.  A
:class:`Mark` holds what each says in the words of :data:`carerates.tables.STATUSES`, and keeps the
publisher's own codes beside it, so that nothing is lost where one word stands for several codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from carerates.sources.failures import ContentError
from carerates.tables.status import STATUSES


@dataclass(frozen=True, slots=True)
class Mark:
    """How one figure was published.

    Attributes
    ----------
    status : str
        Code of :data:`carerates.tables.STATUSES`.
    codes : tuple of str
        The publisher's codes, in its order; the same words whatever the language.
    """

    status: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a publisher's codes mean.

    Attributes
    ----------
    name : str
        For messages.
    missing : mapping of str to str
        Codes that stand in place of a figure, and their status.
    beside : mapping of str to str
        Codes that stand beside a figure, and the status they give it; empty for none.
    """

    name: str
    missing: Mapping[str, str]
    beside: Mapping[str, str]


STATSWALES = Dialect(
    "StatsWales",
    missing={
        "c": "suppressed",
        "k": "low",
        "w": "not_available",
        "x": "not_available",
        "z": "not_applicable",
    },
    # a code that says nothing about the count itself (a total, a test of significance) gives no status
    beside={
        "a": "",
        "b": "",
        "e": "estimated",
        "f": "estimated",
        "ns": "",
        "p": "provisional",
        "r": "revised",
        "s": "",
        "ss": "",
        "sss": "",
        "t": "",
        "u": "",
    },
)
"""Note codes of stats.gov.wales."""

DFE = Dialect(
    "Explore education statistics",
    missing={
        "c": "suppressed",
        "k": "low",
        "low": "low",
        "~": "low",
        "u": "unreliable",
        "x": "not_available",
        ":": "not_available",
        "z": "not_applicable",
    },
    beside={},
)
"""Symbols of the Department for Education since 2019."""

DFE_BEFORE_2019 = Dialect(
    "Department for Education, before 2019",
    missing={"x": "suppressed", "..": "not_available", ".": "not_applicable", "-": "low"},
    beside={},
)
"""Symbols of the older underlying files, where ``x`` stood for 1 to 5 children."""

LAIT = Dialect("Local Authority Interactive Tool", missing={"-": "not_available"}, beside={})
"""The LAIT says ``-`` for suppressed, not available and not applicable alike."""

LEGACY_STATSWALES = Dialect(
    "the old StatsWales",
    missing={"*": "suppressed", "..": "not_available", ".": "not_applicable", "-": "low"},
    beside={"p": "provisional", "r": "revised", "e": "estimated", "!": ""},
)
"""Marks of the StatsWales site before 2026; ``(r)`` and ``(!)`` stand behind a figure."""

DIALECTS = (STATSWALES, DFE, DFE_BEFORE_2019, LAIT, LEGACY_STATSWALES)

# what StatsWales writes in its notes column, in English and Welsh
_NOTES = {
    "a": ("Average", "Cyfartaledd"),
    "b": ("Break in time series", "Cyfres toriad mewn amser"),
    "c": ("Confidential", "Cyfrinachol"),
    "e": ("Estimated", "Amcangyfrifedig"),
    "f": ("Forecast", "Rhagolwg"),
    "k": ("Low Figure", "Ffigwr Isel"),
    "ns": ("Not statistically significant", "Ddim yn arwyddocaol yn ystadegol"),
    "p": ("Provisional", "Amodol"),
    "r": ("Revised", "Diwygiedig"),
    "t": ("Total", "Cyfanswm"),
    "u": ("Low Reliability", "Dibynadwyedd Isel"),
    "w": ("None recorded in survey", "Dim wedi eu cofnodi yn yr arolwg"),
    "x": ("Not available", "Ddim ar gael"),
    "z": ("Not Applicable", "Amherthnasol"),
}
# the three levels of significance are told apart by their number, which both languages write alike
_SIGNIFICANT = {"s": "0.05", "ss": "0.01", "sss": "0.001"}
_SIGNIFICANT_WORDS = ("statistically significant at", "arwyddocaol yn ystadegol ar lefel")
_SIGNIFICANT_NOTE = {
    "s": "Statistically significant at 0.05 or 5% level",
    "ss": "Statistically significant at 0.01 or 1% level",
    "sss": "Statistically significant at 0.001 or 0.1% level",
}
_BY_NOTE = {text.casefold(): code for code, texts in _NOTES.items() for text in texts}

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|-?\.\d+")


def read_number(text: str) -> float | None:
    """Return the figure in a cell, or None if the cell holds something else.

    Padding, thousands commas and the apostrophe that guards spreadsheets from formulas are undone;
    ``nan`` and ``inf`` are not figures.
    """
    bare = text.strip()
    if len(bare) > 1 and bare[0] == "'" and bare[1] in "=+-@":
        bare = bare[1:]
    if not _NUMBER.fullmatch(bare):
        return None
    value = float(bare.replace(",", ""))
    return value if abs(value) < 1e300 else None


def read_cell(text: str, dialect: Dialect, *, counted: str = "exact") -> tuple[float | None, Mark]:
    """Read a cell that holds a figure or a symbol in its place.

    Parameters
    ----------
    text : str
        The cell as published.
    dialect : Dialect
        Whose symbols they are.
    counted : str
        Status of a plain figure, such as ``rounded_to_5`` where the publisher rounds all of them.

    Returns
    -------
    value : float or None
        The figure; None where a symbol, or nothing, stands in its place.
    mark : Mark
        What that means.

    Raises
    ------
    ContentError
        If the cell holds something that the dialect does not know; nothing is taken for missing by guess.

    Examples
    --------
    >>> from carerates.sources.marks import DFE, read_cell
    >>> read_cell("c", DFE)
    (None, Mark(status='suppressed', codes=('c',)))
    >>> read_cell("41,630", DFE)
    (41630.0, Mark(status='exact', codes=()))
    """
    bare = text.strip()
    if not bare:
        return None, Mark("not_available")
    value = read_number(bare)
    if value is not None:
        return value, Mark(counted)
    symbol = bare.strip("[]").lower()
    if symbol in dialect.missing:
        return None, Mark(dialect.missing[symbol], (symbol,))
    figure, codes = _split_codes(bare)
    if codes and set(codes) <= set(dialect.missing) | set(dialect.beside):
        value = read_number(figure) if figure else None
        if value is not None or not figure:
            return value, marked(codes, dialect, has_value=value is not None, counted=counted)
    known = ", ".join([*dialect.missing, *dialect.beside])
    raise ContentError(f"{text!r} is neither a number nor a symbol of {dialect.name} (these are: {known}).")


def _split_codes(text: str) -> tuple[str, tuple[str, ...]]:
    """Split ``3,305 [p] [r]`` or ``3,305 (r)`` into the figure and the codes."""
    codes = re.findall(r"[\[(]([^\])]*)[\])]", text)
    figure = re.sub(r"[\[(][^\])]*[\])]", "", text).strip()
    return figure, tuple(code.strip().lower() for code in codes)


def marked(codes: tuple[str, ...], dialect: Dialect, *, has_value: bool, counted: str = "exact") -> Mark:
    """Say what a set of codes makes of a figure.

    Rounding decides the status of a rounded count even where it is provisional or revised, because the
    rounding is what a method must know; the codes keep the rest.
    """
    if not has_value:
        for code in codes:
            if code in dialect.missing:
                return Mark(dialect.missing[code], codes)
        return Mark("not_available", codes)
    if counted != "exact":
        return Mark(counted, codes)
    given = [dialect.beside[code] for code in codes if dialect.beside.get(code)]
    # an estimate or a revision says more than that figures are provisional
    for status in ("estimated", "revised", "provisional"):
        if status in given:
            return Mark(status, codes)
    return Mark(counted, codes)


def write_cell(mark: Mark, dialect: Dialect, figure: str = "") -> str:
    """Write a figure and its mark as the publisher would; the reverse of :func:`read_cell`.

    Where a mark has no codes of its own, its status is written in the dialect's first code for it.
    """
    codes = mark.codes or _code_of(mark.status, dialect)
    if not figure:
        return codes[0] if codes else ""
    bracket = "({})" if dialect is LEGACY_STATSWALES else "[{}]"
    return " ".join([figure, *(bracket.format(code) for code in codes)])


def _code_of(status: str, dialect: Dialect) -> tuple[str, ...]:
    """Return the dialect's first code for a status, or none."""
    # w means that a survey recorded none; x is the plain word for not available
    for code, meaning in sorted(
        [*dialect.missing.items(), *dialect.beside.items()], key=lambda item: item[0] == "w"
    ):
        if meaning == status:
            return (code,)
    if STATUSES[status].has_count or status == "not_available":
        return ()
    raise ContentError(f"{dialect.name} has no symbol for '{status}'.")


def read_notes(text: str) -> tuple[str, ...]:
    """Read the words of a StatsWales notes column into note codes, in English or Welsh.

    Raises
    ------
    ContentError
        If a note is not one that StatsWales documents.

    Examples
    --------
    >>> from carerates.sources.marks import read_notes
    >>> read_notes("Provisional, Revised")
    ('p', 'r')
    >>> read_notes("Cyfrinachol")
    ('c',)
    """
    return tuple(_note_code(one.strip()) for one in text.split(",") if one.strip())


def _note_code(note: str) -> str:
    """Return the code of one note."""
    folded = note.casefold()
    if folded in _BY_NOTE:
        return _BY_NOTE[folded]
    if any(words in folded for words in _SIGNIFICANT_WORDS):
        for code, level in _SIGNIFICANT.items():
            if re.search(rf"(?<![\d.]){re.escape(level)}(?!\d)", folded):
                return code
    raise ContentError(
        f"The note {note!r} is not one that StatsWales documents; a figure marked with it cannot be read "
        "safely."
    )


def write_notes(codes: tuple[str, ...], lang: str = "en") -> str:
    """Write note codes as the words of a StatsWales notes column; the reverse of :func:`read_notes`."""
    place = 1 if lang == "cy" else 0
    words = [_SIGNIFICANT_NOTE[code] if code in _SIGNIFICANT_NOTE else _NOTES[code][place] for code in codes]
    return ", ".join(sorted(words))
