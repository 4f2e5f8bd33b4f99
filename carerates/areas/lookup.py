"""Finding an area by any code or name it goes by, in either language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from carerates.areas.directory import Area, Lang, all_areas, read_rows
from carerates.errors import AreaError

# words that say what kind of council it is, not which; longest first, so that each is taken off whole
_BEFORE = (
    "cyngor bwrdeistref sirol",
    "cyngor dinas a sir",
    "cyngor bwrdeistref",
    "cyngor dinas",
    "cyngor sir",
    "cyngor",
    "bwrdeistref sirol",
    "dinas a sir",
    "city and county of",
    "county borough of",
    "london borough of",
    "royal borough of",
    "metropolitan borough of",
    "borough of",
    "county of",
    "city of",
    "council of the",
    "the",
    "lb",
    "rb",
)
_AFTER = (
    "county borough council",
    "metropolitan borough council",
    "metropolitan district council",
    "london borough council",
    "city and county council",
    "borough council",
    "county council",
    "city council",
    "district council",
    "county borough",
    "london borough",
    "unitary authority",
    "local authority",
    "council",
    "county",
    "city",
    "city of",
    "county of",
    "the",
    "mbc",
    "cbc",
    "cc",
    "ua",
    "lb",
)


def simplify(text: str) -> str:
    """Return a name without case, accents and punctuation, ``&`` read as "and"."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"['’.]", "", plain)
    return " ".join(re.findall(r"[^\W_]+", plain))


def _shorter(name: str) -> list[str]:
    """Return a simplified name with one kind-of-council phrase taken off, in each way possible."""
    found = [name.removeprefix(word + " ") for word in _BEFORE if name.startswith(word + " ")]
    return found + [name.removesuffix(" " + word) for word in _AFTER if name.endswith(" " + word)]


def by_code(code: str) -> Area | None:
    """Return the area that a code stands for, None if it is no code that is known."""
    return _codes().get(code.strip().casefold())


@cache
def _codes() -> dict[str, Area]:
    """Map every code, current, former, DfE and StatsWales, to its area."""
    codes: dict[str, Area] = {}
    for one in all_areas():
        for code in (one.code, *one.former_codes, one.dfe_code, one.statswales_code):
            if code:
                codes[code.casefold()] = one
    return codes


@cache
def _by_name() -> dict[str, tuple[Area, ...]]:
    """Map every simplified name to the areas that go by it."""
    spellings: list[tuple[str, Area]] = []
    for one in all_areas():
        official = (one.name_en, one.name_cy, one.short_name_en, one.short_name_cy)
        spellings += [(spelling, one) for spelling in official]
    spellings += [(row["alias"], _codes()[row["code"].casefold()]) for row in read_rows("aliases.csv")]
    names: dict[str, tuple[Area, ...]] = {}
    for spelling, one in spellings:
        key = simplify(spelling)
        if key and one not in names.get(key, ()):
            names[key] = (*names.get(key, ()), one)
    return names


def find(text: str | int, *, year: int | None = None) -> Area:
    """Find the area that a code or a name stands for.

    Parameters
    ----------
    text : str or int
        A GSS code (current or former), a three-digit DfE or older StatsWales code, or a name in English
        or Welsh, whatever its case, accents and punctuation, with or without words such as "Council",
        "County Borough" or "Cyngor".
    year : int, optional
        Year of the 31 March that the name is used for.  Decides only between areas that share a name.

    Returns
    -------
    Area
        Its ``code`` is the one in use now: ``find("E06000048")`` is Northumberland, E06000057.

    Raises
    ------
    AreaError
        If no area, or more than one, goes by ``text``; the message suggests near matches.

    Notes
    -----
    A name that a former and a present area share means the present one unless ``year`` says otherwise:
    "Dorset" is the authority formed in 2019 (E06000059), and with ``year=2019`` or earlier the county
    before it (E10000009).  A former area is always found by its code.

    Examples
    --------
    >>> from carerates import areas
    >>> areas.find("Cyngor Sir Gaerfyrddin").name_en
    'Carmarthenshire'
    >>> areas.find("Dorset", year=2015).code
    'E10000009'
    """
    if isinstance(text, bool) or not isinstance(text, (str, int)):
        raise TypeError(f"A code or a name is needed; this is a {type(text).__name__}.")
    asked = str(text).strip()
    if (coded := by_code(asked)) is not None:
        return coded
    found = _named(simplify(asked))
    if not found:
        raise _unknown(asked)
    if len(found) > 1:
        found = (
            tuple(one for one in found if (one.is_current if year is None else one.existed(year))) or found
        )
    if len(found) > 1:
        raise AreaError(
            f"{asked!r} is the name of {len(found)} areas; give the code of one:",
            [_described(one) for one in found],
        )
    return found[0]


def find_all(texts: Iterable[str | int], *, year: int | None = None) -> list[Area]:
    """Find the areas that many codes or names stand for, and report every failure together.

    Parameters
    ----------
    texts : iterable of str or int
        As for :func:`find`.
    year : int, optional
        As for :func:`find`.

    Returns
    -------
    list of Area
        In the order given.

    Raises
    ------
    AreaError
        Once, with a line for each text that is not one area.

    Examples
    --------
    >>> from carerates import areas
    >>> [one.code for one in areas.find_all(["Ynys Môn", "St Helens", 846])]
    ['W06000001', 'E08000013', 'E06000043']
    """
    found: list[Area] = []
    problems: dict[str, None] = {}
    for text in texts:
        try:
            found.append(find(text, year=year))
        except AreaError as error:
            problems[str(error).replace("\n  - ", " ")] = None
    if problems:
        raise AreaError("Some codes or names are not those of one area.", problems)
    return found


def name(code: str, lang: Lang = "en") -> str:
    """Return the name of an area in English or Welsh.

    Parameters
    ----------
    code : str
        Any code or name that :func:`find` knows.
    lang : {"en", "cy"}
        Language.  Areas of England, for which official lists give no Welsh name, keep the English one.

    Examples
    --------
    >>> from carerates import areas
    >>> areas.name("W06000001", "cy")
    'Ynys Môn'
    """
    return find(code).name(lang)


def short_name(code: str, lang: Lang = "en") -> str:
    """Return the name of an area for a chart label.

    Parameters
    ----------
    code : str
        Any code or name that :func:`find` knows.
    lang : {"en", "cy"}
        Language.

    Examples
    --------
    >>> from carerates import areas
    >>> areas.short_name("E06000010")
    'Hull'
    """
    return find(code).short_name(lang)


def _named(key: str) -> tuple[Area, ...]:
    """Return the areas with this simplified name, taking off as few kind-of-council words as possible."""
    tried: set[str] = set()
    level = [key]
    while level:
        found = {one.code: one for shape in level for one in _by_name().get(shape, ())}
        if found:
            return tuple(found.values())
        tried |= set(level)
        level = [
            shape for shape in dict.fromkeys(s for one in level for s in _shorter(one)) if shape not in tried
        ]
    return ()


def _unknown(asked: str) -> AreaError:
    """Make the error for a text that is nobody's code or name."""
    if not asked:
        return AreaError("An empty text is not an area; give a code such as W06000001, or a name.")
    parts = [part.strip().casefold() for part in re.split(r"[/,;|]", asked)]
    if len(parts) > 1 and all(part in _codes() for part in parts):
        return AreaError(
            f"{asked!r} stands for {len(parts)} areas; give one of them:",
            [_described(_codes()[part]) for part in parts],
        )
    near = {one.code: one for one in _near(asked)}
    kinds = "a GSS, DfE or StatsWales code, or an English or Welsh name"
    if not near:
        return AreaError(
            f"{asked!r} is no area of Wales or England that is known here. Give {kinds}; "
            "carerates.areas.register() lists them all."
        )
    return AreaError(
        f"{asked!r} is no area of Wales or England that is known here. Give {kinds}. Near matches:",
        [_described(one) for one in near.values()],
    )


def _near(asked: str) -> list[Area]:
    """Return up to five areas whose code or name is like the text."""
    if re.fullmatch(r"[a-z]?\d+", asked.casefold()):
        return [_codes()[code] for code in get_close_matches(asked.casefold(), _codes(), n=3, cutoff=0.8)]
    names = _by_name()
    shapes = [simplify(asked)]
    for shape in shapes:  # grows while it is read, until no phrase is left to take off
        shapes += [one for one in _shorter(shape) if one not in shapes]
    close = [
        match for shape in reversed(shapes) for match in get_close_matches(shape, names, n=5, cutoff=0.7)
    ]
    inside = [key for key in names if any(len(shape) > 3 and shape in key for shape in shapes)]
    areas = {one.code: one for key in (*close, *inside) for one in names[key]}
    return list(areas.values())[:5]


def _described(area: Area) -> str:
    """Return an area's name and code, and its dates where it has gone."""
    ended = f", until {area.valid_to.isoformat()}" if area.valid_to else ""
    return f"{area.name_en} ({area.code}{ended})"
