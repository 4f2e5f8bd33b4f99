"""Which counts, populations and rates does the bundled edition hold for an analysis?

No network is used: the figures are those that came with the installed version, so that a script
keeps its numbers for as long as it keeps its version.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from carerates import areas
from carerates.errors import SourceError
from carerates.provenance import Provenance
from carerates.sources.bundled_rows import NATION_NAMES, TABLES, add_counts, add_population, read_level
from carerates.sources.edition import table_source
from carerates.sources.years import year_spans
from carerates.tables import RatesTable

Level = Literal["local_authority", "region", "nation"]
Population = Literal["published", "rebased"]
Lang = Literal["en", "cy"]
Origin = Literal["bundled", "live"]

LEVELS: dict[str, str] = {
    "local_authority": "local authorities",
    "region": "regions",
    "nation": "nations",
}
ORIGINS = ("bundled", "live")
POPULATIONS = ("published", "rebased")
LANGUAGES = ("en", "cy")
_ALIASES = {"cymru": "wales", "lloegr": "england"}


def load_rates(
    nations: str | Iterable[str] = "wales",
    *,
    years: int | Iterable[int] | None = None,
    level: Level = "local_authority",
    lang: Lang = "en",
    population: Population = "published",
    include_inferred: bool = False,
    source: Origin = "bundled",
    release: str | None = None,
    offline: bool | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
) -> RatesTable:
    """Load children looked after at 31 March, with the populations they come from.

    Parameters
    ----------
    nations : str or iterable of str
        ``"wales"``, ``"england"`` or both.
    years : int or iterable of int, optional
        Years of the 31 March; by default every year the edition holds for the level.
    level : {"local_authority", "region", "nation"}
        Kind of area; one table holds one level.  Wales counts as one region beside the nine of England.
    lang : {"en", "cy"}
        Language of the areas' names; an area without a Welsh name keeps its English one.
    population : {"published", "rebased"}
        ``"published"`` takes the series that the published rates rest on, which breaks between 2018 and
        2019 in England and between 2021 and 2022 in Wales.  ``"rebased"`` takes the series rebased to the
        2021 Census wherever the edition has it (England from 2013): use it for trends.
    include_inferred : bool
        Also give the counts of four Welsh areas in 2020 that are worked back from percentages in a
        report (status ``estimated``); by default these rows have no count (``not_available``).
    source : {"bundled", "live"}
        ``"bundled"`` reads the edition that came with the installed version; ``"live"`` asks the publishers
        for their newest figures and keeps them (see :func:`carerates.sources.live.live_rates`).
    release : str, optional
        With ``source="live"``, a release of England's figures such as ``"2023"``; the newest by default.
    offline : bool, optional
        With ``source="live"``, never open a socket and use what was kept.  Otherwise as
        ``CARERATES_OFFLINE`` says.
    cache_dir : path, optional
        With ``source="live"``, the folder of what is kept.  Otherwise as ``CARERATES_CACHE_DIR`` says.

    Returns
    -------
    RatesTable
        One row per area and year in which the area existed; a row whose count is not available stays,
        with an empty count.

    Raises
    ------
    ValueError
        If a nation, level, language or population is not one of those above.
    SourceError
        If the edition lacks a year asked for, or is missing or damaged.

    Notes
    -----
    Local authorities in Wales are published rounded to the nearest 5 (``children_low`` and
    ``children_high`` stand two either side), in England without rounding; English regions and England
    are rounded to 10.  Where only a whole-number rate of a Welsh area is published, the count is the
    nearest whole child to rate x population (status ``derived``), and its bounds are those of the
    rounded rate; they are widened by 0.25% where age 17 of the population is itself estimated.
    The population is that of the mid-year before the 31 March.

    Examples
    --------
    >>> import carerates as cr
    >>> rates = cr.load_rates("wales", years=2018)
    >>> len(rates)
    22
    """
    chosen = chosen_nations(nations)
    _check_choice("source", source, ORIGINS)
    _check_choice("level", level, tuple(LEVELS))
    _check_choice("lang", lang, LANGUAGES)
    _check_choice("population", population, POPULATIONS)
    wanted = _chosen_years(years)
    if source == "live":
        if population != "published" or include_inferred:
            raise ValueError(
                "population='rebased' and include_inferred=True exist in only the bundled edition; "
                "leave them out with source='live'."
            )
        from carerates.sources.fetcher import Fetcher
        from carerates.sources.live import live_rates
        from carerates.sources.settings import source_settings

        with Fetcher(source_settings(offline=offline, cache_dir=cache_dir)) as fetcher:
            return live_rates(chosen, years=wanted, level=level, lang=lang, release=release, fetcher=fetcher)
    refuse_live_settings(release=release, offline=offline, cache_dir=cache_dir)
    parts, steps = [], []
    for nation in chosen:
        rows = read_level(nation, level)
        rows, said = _year_rows(rows, nation, level, wanted)
        parts.append(rows)
        steps += said
    _check_years(parts, chosen, level, wanted)
    rows = pd.concat(parts, ignore_index=True)
    published = add_population(rows, "published")
    rows = published if population == "published" else add_population(rows, population)
    if lang == "cy":
        welsh = {code: areas.find(code).name_cy for code in rows["area_code"].unique()}
        rows["area_name"] = rows["area_code"].map(welsh).where(lambda name: name != "", rows["area_name"])
    frame = add_counts(rows, published, include_inferred)
    sources = tuple(table_source(name) for name in [*(TABLES[one] for one in chosen), "child_population"])
    named = " and ".join(NATION_NAMES[one] for one in chosen)
    steps = [
        f"loaded {LEVELS[level]} of {named} from the bundled edition",
        *steps,
        _population_step(population),
        *_status_steps(frame, rows, include_inferred),
    ]
    return RatesTable(frame, Provenance(sources, tuple(steps)))


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse an argument that is not one of a few words."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(repr(one) for one in allowed)}.")


def refuse_live_settings(**given: object) -> None:
    """Refuse settings of the live source beside the bundled edition, where they would do nothing."""
    if unused := [name for name, value in given.items() if value is not None]:
        raise ValueError(f"{', '.join(unused)} mean something only with source='live'; leave them out.")


def chosen_nations(nations: str | Iterable[str]) -> list[str]:
    """Return the keys of the nations asked for, each once."""
    given = [nations] if isinstance(nations, str) else list(nations)
    keys = [_ALIASES.get(str(one).strip().casefold(), str(one).strip().casefold()) for one in given]
    unknown = [repr(one) for one, key in zip(given, keys, strict=True) if key not in TABLES]
    if unknown or not keys:
        found = f"not known: {', '.join(unknown)}" if unknown else "none was given"
        raise ValueError(f"nations: {found}; the edition holds 'wales' and 'england'.")
    return list(dict.fromkeys(keys))


def _chosen_years(years: int | Iterable[int] | None) -> list[int] | None:
    """Return the years asked for, ascending; None for all."""
    if years is None:
        return None
    given = [years] if isinstance(years, (int, np.integer)) else list(years)
    wrong = [one for one in given if isinstance(one, bool) or not isinstance(one, (int, np.integer))]
    if wrong or isinstance(years, bool):
        raise TypeError(f"years are whole numbers such as 2018; found {wrong[0] if wrong else years!r}.")
    if not given:
        raise ValueError("years is empty; leave it out for every year, or name at least one.")
    return sorted({int(one) for one in given})


def _year_rows(
    rows: pd.DataFrame, nation: str, level: str, wanted: list[int] | None
) -> tuple[pd.DataFrame, list[str]]:
    """Keep the years asked for; say which of them the nation lacks."""
    if wanted is None:
        return rows, []
    lacking = [year for year in wanted if year not in set(rows["year"])]
    said = []
    if lacking:
        said = [
            f"{NATION_NAMES[nation]}: the edition has no figures of {LEVELS[level]} for "
            f"{year_spans(lacking)} (it has {year_spans(rows['year'])})"
        ]
    return rows[rows["year"].isin(wanted)], said


def _check_years(parts: list[pd.DataFrame], chosen: list[str], level: str, wanted: list[int] | None) -> None:
    """Refuse a year no nation has, and a nation that has none of the years."""
    if wanted is None:
        return
    there = set().union(*(set(part["year"]) for part in parts))
    absent = [year for year in wanted if year not in there]
    empty = [nation for nation, part in zip(chosen, parts, strict=True) if part.empty]
    if absent or empty:
        held = "; ".join(
            f"{NATION_NAMES[nation]} {year_spans(read_level(nation, level)['year'])}" for nation in chosen
        )
        found = (
            f"no figures for {year_spans(absent)}"
            if absent
            else f"nothing for {' and '.join(NATION_NAMES[one] for one in empty)} in {year_spans(wanted)}"
        )
        raise SourceError(
            f"The bundled edition has {found} at level '{level}'. It holds: {held}. "
            "Choose other years, or fetch newer figures from the publishers."
        )


def _population_step(population: str) -> str:
    """Say which series the populations come from."""
    if population == "rebased":
        return (
            "population: mid-year estimate of the year before, rebased to the 2021 Census where the edition "
            "has it (England from 2013), otherwise the series before"
        )
    return (
        "population: mid-year estimate of the year before, in the series of the published rates "
        "(rebased to the 2021 Census from 2019 in England and from 2022 in Wales)"
    )


def _status_steps(frame: pd.DataFrame, rows: pd.DataFrame, include_inferred: bool) -> list[str]:
    """Say what is missing, derived or estimated, and in which rows."""
    steps = []
    inferred = frame["rate_status"] == "inferred"
    if inferred.any() and include_inferred:
        where = _row_names(frame[inferred])
        steps.append(f"{int(inferred.sum())} counts worked back from percentages in a report: {where}")
    elif inferred.any():
        steps.append(
            f"{int(inferred.sum())} counts that could only be worked back from percentages in a report were "
            f"left empty (include_inferred=True gives them): {_row_names(frame[inferred])}"
        )
    missing = (frame["status"] == "not_available") & ~inferred
    if missing.any():
        steps.append(f"{int(missing.sum())} counts are not available: {_row_names(frame[missing])}")
    derived = frame["status"] == "derived"
    if derived.any():
        steps.append(
            f"{int(derived.sum())} counts derived from a published whole-number rate and the population "
            f"({year_spans(frame.loc[derived, 'year'])}); their bounds carry the rounding of the rate"
        )
    estimated = rows["population_status"] == "age_17_estimated"
    if estimated.any():
        steps.append(
            f"{int(estimated.sum())} populations are ages 0-16 as published plus age 17 taken as age 16 "
            "of the year before"
        )
    without = rows["population"].isna()
    if without.any():
        steps.append(
            f"{int(without.sum())} rows have no population in the edition "
            f"({year_spans(rows.loc[without, 'year'])}), so no rate is computed for them"
        )
    return steps


def _row_names(rows: pd.DataFrame, shown: int = 8) -> str:
    """Name areas with their years, as ``Newport 2019-2020``."""
    years: dict[str, list[int]] = {}
    for name, year in sorted(zip(rows["area_name"], rows["year"], strict=True)):
        years.setdefault(name, []).append(year)
    names = [f"{name} {year_spans(held)}" for name, held in years.items()]
    text = ", ".join(names[:shown])
    return text + (f" and {len(names) - shown} more areas" if len(names) > shown else "")
