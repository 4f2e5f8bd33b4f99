"""Text that is safe to put in a cell, a page or a file name, whatever the data hold."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# a spreadsheet takes what begins with one of these for a formula; the wide forms are read the same way
_FORMULA_START = frozenset("=+-@\t\r\n|%＝＋－＠")
_PLAIN_NUMBER = re.compile(r"[+\-−]?\d[\d,]*(\.\d+)?%?")
# marks that turn the direction of reading, so that later text is shown in another order than it is written
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(10))}
)
LONGEST_CELL = 32_000  # a spreadsheet cell holds 32,767 characters
LONGEST_FILE_NAME = 80


def clean_text(text: str) -> str:
    r"""Return a text without what no document may hold: controls, half characters, marks of direction.

    Examples
    --------
    >>> clean_text("Ynys\x00 Môn")
    'Ynys Môn'
    """
    return _DIRECTION.sub("", _UNPRINTABLE.sub("", text)).replace("\r\n", "\n").replace("\r", "\n")


def neutral_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; one that does not need it stays as it is.

    An apostrophe is put in front, which spreadsheets read as "this is text".  A plain negative number,
    which cannot do harm, is left alone.

    Examples
    --------
    >>> neutral_text("=1+1"), neutral_text("-12.5%"), neutral_text("Gwynedd")
    ("'=1+1", '-12.5%', 'Gwynedd')
    """
    cleaned = clean_text(text)[:LONGEST_CELL]
    start = cleaned.lstrip(" \u00a0\u200b\ufeff")
    risky = cleaned[:1] in _FORMULA_START or start[:1] in _FORMULA_START
    if risky and not _PLAIN_NUMBER.fullmatch(cleaned):
        return "'" + cleaned
    return cleaned


def one_line(text: str) -> str:
    """Return a text on one line, for titles and file properties."""
    return " ".join(clean_text(text).split())


def file_name(text: str, fallback: str = "output") -> str:
    """Return a name that every file system takes and that cannot lead out of its folder.

    Examples
    --------
    >>> file_name("../../etc/passwd"), file_name("Môn & Gwynedd 2018"), file_name("…")
    ('etc-passwd', 'mon-gwynedd-2018', 'output')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(name) > LONGEST_FILE_NAME:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        name = f"{name[:LONGEST_FILE_NAME].strip('-')}-{digest}"
    return fallback if not name or name in _RESERVED else name
