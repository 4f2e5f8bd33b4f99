"""Years: publishers' labels, all their forms, as the year in which the period ends; and spans in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from carerates.sources.failures import ContentError

_MONTH_END = re.compile(r"(?:(?:year ending|ye|at|as at|on|mis)\s*)?(?:(\d{1,2}) ([a-zé]+) )(\d{4})")
_WELSH_YEAR_ENDING = re.compile(r"blwyddyn yn diweddu (?:(\d{1,2}) ([a-z]+) )?(\d{4})")
_MID_YEAR = re.compile(r"(?:mid[- ]?(?:year)?[- ]?|canol blwyddyn )(\d{4})")


def year_ending(label: str) -> int:
    """Return the year in which a labelled period ends.

    Parameters
    ----------
    label : str
        A label or a code: ``2023-24``, ``2023/24``, ``202324``, ``20232024``, ``2024``, ``YE2024-03-31``,
        ``Year ending 31 March 2024``, ``31 March 2024``, ``Mid-2023``.

    Returns
    -------
    int
        2024 for 2023-24: figures so labelled are the position on 31 March 2024.

    Raises
    ------
    ContentError
        If it is none of these, or names two years that do not follow each other.

    Examples
    --------
    >>> from carerates.sources.years import year_ending
    >>> [year_ending(label) for label in ("2023-24", "202324", "1999/00", "YE2024-03-31", "2020")]
    [2024, 2024, 2000, 2024, 2020]
    """
    text = " ".join(label.split()).casefold()
    if re.fullmatch(r"\d{4}", text):
        return _in_range(int(text), label)
    if match := re.fullmatch(r"(\d{4})\s?[-/–]?\s?(\d{2}|\d{4})", text):
        first, second = int(match[1]), match[2]
        if int(second) == (first + 1) % 10 ** len(second):
            return _in_range(first + 1, label)
    if match := re.fullmatch(r"(?:ye\s?)?(\d{4})-?(\d{2})-?(\d{2})(?:t00:00:00.*)?", text):
        try:
            return _in_range(date(int(match[1]), int(match[2]), int(match[3])).year, label)
        except ValueError:
            raise _unknown(label) from None
    for pattern in (_MONTH_END, _WELSH_YEAR_ENDING):
        if match := pattern.fullmatch(text):
            return _in_range(int(match[3]), label)
    if match := _MID_YEAR.fullmatch(text):
        return _in_range(int(match[1]), label)
    raise _unknown(label)


def _in_range(year: int, label: str) -> int:
    """Refuse years that no figure on looked-after children can have."""
    if not 1940 <= year <= 2100:
        raise _unknown(label)
    return year


def _unknown(label: str) -> ContentError:
    """Return the error for a label that is no year."""
    return ContentError(
        f"{label!r} is not a year that can be read; known forms are 2023-24, 2023/24, 202324, 2024, "
        "YE2024-03-31, Year ending 31 March 2024 and Mid-2023."
    )


def year_spans(years: Iterable[int]) -> str:
    """Write years as spans, ``2011-2014, 2018``."""
    spans: list[list[int]] = []
    for year in sorted({int(one) for one in years}):
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
