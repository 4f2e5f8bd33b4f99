"""The register: every area that figures are published for, what it is called and when it existed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Lang = Literal["en", "cy"]
LEVELS = ("local_authority", "region", "nation", "other")


@dataclass(frozen=True, slots=True)
class Area:
    """One area: codes, names, place in the country and time.

    Attributes
    ----------
    code : str
        GSS code in use now (or the last one, for an area that has gone).
    name_en, name_cy : str
        Official names; ``name_cy`` is empty where official lists give no Welsh name.
    short_name_en, short_name_cy : str
        Names short enough for a chart label, still plain to a reader.
    nation : str
        ``"England"`` or ``"Wales"``.
    region, region_code : str
        English region, or Wales; empty for England as a whole.
    level : str
        ``"local_authority"``, ``"region"``, ``"nation"``, or ``"other"`` (Inner and Outer London, which
        are parts of a region, and units summed from several authorities).
    valid_from, valid_to : datetime.date or None
        First and last day; None for one that existed before 2003, and for one that still does.
    dfe_code, statswales_code : str
        Three-digit codes of the Department for Education and of the older StatsWales; may be empty.
    former_codes : tuple of str
        GSS codes that stood for this same area before.

    Examples
    --------
    >>> import carerates as cr
    >>> area = cr.areas.find("Caerdydd")
    >>> area.code, area.name_en, area.nation
    ('W06000015', 'Cardiff', 'Wales')
    """

    code: str
    name_en: str
    name_cy: str
    short_name_en: str
    short_name_cy: str
    nation: str
    region: str
    region_code: str
    level: str
    valid_from: date | None = None
    valid_to: date | None = None
    dfe_code: str = ""
    statswales_code: str = ""
    former_codes: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether the area still exists."""
        return self.valid_to is None

    def existed(self, year: int) -> bool:
        """Whether the area existed on 31 March of ``year``."""
        day = date(year, 3, 31)
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def name(self, lang: Lang = "en") -> str:
        """Return the name in English or Welsh; the English one where there is no official Welsh name."""
        return _in_language(self.name_en, self.name_cy, lang)

    def short_name(self, lang: Lang = "en") -> str:
        """Return the name for a chart label, in English or Welsh."""
        return _in_language(self.short_name_en, self.short_name_cy, lang)


def _in_language(english: str, welsh: str, lang: str) -> str:
    """Return the text in the language asked for, English where there is no Welsh."""
    if lang not in ("en", "cy"):
        raise ValueError(f"lang is {lang!r}; it may be 'en' (English) or 'cy' (Welsh).")
    return welsh if lang == "cy" and welsh else english


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one of the data files that stand beside this module."""
    text = (files("carerates.areas") / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def all_areas() -> tuple[Area, ...]:
    """Return every area of the register, authorities first."""
    return tuple(_area(row) for row in read_rows("areas.csv"))


def _area(row: dict[str, str]) -> Area:
    """Make an area from a row of the register's file."""
    days = {key: date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to")}
    texts = {key: value for key, value in row.items() if key not in (*days, "former_codes")}
    return Area(**texts, **days, former_codes=tuple(row["former_codes"].split()))  # type: ignore[arg-type]


def register(*, level: str | None = None, year: int | None = None) -> pd.DataFrame:
    """List the areas that official figures are published for.

    Parameters
    ----------
    level : str, optional
        Keep one of ``"local_authority"``, ``"region"``, ``"nation"``, ``"other"``.
    year : int, optional
        Keep areas that existed on 31 March of this year.

    Returns
    -------
    DataFrame
        One row per area, with the attributes of :class:`Area` as columns; dates are ISO texts, empty
        where open, and former codes are separated by spaces.

    Notes
    -----
    Covers the 22 authorities of Wales and the upper-tier authorities of England that had children's
    services at any time since 2003, the English regions, Inner and Outer London, and both nations.
    A change of code alone does not make a new area; a change of area does.

    Examples
    --------
    >>> from carerates import areas
    >>> now = areas.register(level="local_authority", year=2024)
    >>> now.groupby("nation").size().to_dict()
    {'England': 153, 'Wales': 22}
    """
    import pandas as pd

    if level is not None and level not in LEVELS:
        raise ValueError(f"level is {level!r}; it may be {', '.join(LEVELS)}.")
    chosen = [
        one
        for one in all_areas()
        if (level is None or one.level == level) and (year is None or one.existed(year))
    ]
    rows = [
        {
            "area_code": one.code,
            "name_en": one.name_en,
            "name_cy": one.name_cy,
            "short_name_en": one.short_name_en,
            "short_name_cy": one.short_name_cy,
            "nation": one.nation,
            "region": one.region,
            "region_code": one.region_code,
            "level": one.level,
            "valid_from": one.valid_from.isoformat() if one.valid_from else "",
            "valid_to": one.valid_to.isoformat() if one.valid_to else "",
            "dfe_code": one.dfe_code,
            "statswales_code": one.statswales_code,
            "former_codes": " ".join(one.former_codes),
        }
        for one in chosen
    ]
    return pd.DataFrame(rows)
