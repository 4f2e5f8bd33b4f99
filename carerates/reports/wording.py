"""Every text that a publication brings along, in English and Welsh, from one table.

The table is ``translations.csv`` beside this module: a translator edits it with any spreadsheet program.
Its rows are phrases with places for values, headings of columns, and words that stand in cells.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Literal, get_args

from carerates.tables.status import STATUSES

Lang = Literal["en", "cy"]
LANGUAGES: tuple[str, ...] = get_args(Lang)
TAGS = {"en": "en-GB", "cy": "cy-GB"}
"""Languages as documents name them."""


@cache
def translations() -> dict[tuple[str, str], dict[str, str]]:
    """Return the table: ``(kind, key)`` to the text in each language."""
    text = (resources.files("carerates.reports") / "translations.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["kind"], row["key"]): {lang: row[lang] for lang in LANGUAGES} for row in rows}


def require_language(lang: str) -> None:
    """Raise if nothing is written in a language."""
    if lang not in LANGUAGES:
        raise ValueError(f"lang={lang!r} is not one of {', '.join(LANGUAGES)}.")


def say(key: str, lang: str, **values: object) -> str:
    """Return a phrase with its values filled in.

    Examples
    --------
    >>> say("at_date", "cy", year=2018)
    '31 Mawrth 2018'
    """
    return translations()["phrase", key][lang].format(**values)


def heading(column: str, lang: str) -> str:
    """Return what a column is called; a column that the table does not know keeps its own name."""
    found = translations().get(("column", column))
    return found[lang] if found else column.replace("_", " ")


def cell_words(value: str, lang: str) -> str:
    """Return a word of our own that stands in a cell, translated; any other text as it is.

    Examples
    --------
    >>> cell_words("above 95%", "cy"), cell_words("rounded_to_5", "en"), cell_words("Gwynedd", "cy")
    ('uwchlaw 95%', 'rounded to the nearest 5', 'Gwynedd')
    """
    if value in STATUSES:
        status = STATUSES[value]
        return status.meaning_en if lang == "en" else status.meaning_cy
    found = translations().get(("value", value))
    return found[lang] if found else value


def mark_meanings(marks: set[str], lang: str) -> list[str]:
    """Return what each shorthand mark means, ``[c] suppressed ...``, in the order of the vocabulary."""
    meanings: dict[str, list[str]] = {}
    for status in STATUSES.values():
        if status.shorthand in marks:
            words = status.meaning_en if lang == "en" else status.meaning_cy
            meanings.setdefault(status.shorthand, []).append(words)
    return [f"{mark} {'; '.join(words)}" for mark, words in meanings.items()]


def ordinal(number: int, lang: str) -> str:
    """Return a place in an order: 1st, 2nd in English, the number alone in Welsh.

    Examples
    --------
    >>> ordinal(12, "en"), ordinal(22, "en"), ordinal(101, "en"), ordinal(3, "cy")
    ('12th', '22nd', '101st', '3')
    """
    if lang != "en":
        return str(number)
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def join_names(names: list[str], lang: str) -> str:
    """Join names as a sentence does; Welsh ones by commas, since "a" changes the name that follows."""
    if len(names) < 2 or lang == "cy":
        return ", ".join(names)
    return f"{', '.join(names[:-1])} {say('and', lang)} {names[-1]}"
