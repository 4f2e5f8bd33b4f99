"""The newest official figures as the same tables that the bundled edition gives.

What is fetched is kept, so the same call works offline afterwards; the revisions in a table's provenance pin
what it was made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd

from carerates import areas
from carerates.provenance import Provenance
from carerates.sources.england.routes import looked_after
from carerates.sources.failures import ContentError, NotFoundError
from carerates.sources.fetcher import Fetcher
from carerates.sources.nomis import Nomis
from carerates.sources.statswales.client import StatsWales
from carerates.sources.statswales.totals import total_counts
from carerates.sources.store import Entry
from carerates.tables import RatesTable

Level = Literal["local_authority", "region", "nation"]
Lang = Literal["en", "cy"]

_RATE_WORDS = ("looked after", "10,000")


def live_rates(
    nations: Iterable[str],
    *,
    years: Iterable[int] | None = None,
    level: Level = "local_authority",
    lang: Lang = "en",
    fetcher: Fetcher | None = None,
    release: str | None = None,
) -> RatesTable:
    """Load the newest published counts, with populations, and rates computed from the two.

    Parameters
    ----------
    nations : iterable of str
        ``"wales"``, ``"england"`` or both.
    years : iterable of int, optional
        Years of the 31 March; every year published by default.
    level : {"local_authority", "region", "nation"}
        Kind of area.  Wales counts as one region beside the nine of England.
    lang : {"en", "cy"}
        Language of the areas' names.
    fetcher : Fetcher, optional
        Otherwise one with the settings of the environment.
    release : str, optional
        Release of England's figures, such as ``"2023"``; the newest by default.

    Returns
    -------
    RatesTable
        As :func:`carerates.load_rates` gives, with the revisions read in its provenance.

    Notes
    -----
    The population is the mid-year estimate of the year before the 31 March: the department's own figure in
    England, the estimate from Nomis in Wales.  ``rate_per_10000`` is computed; where a rate was published it
    stays beside it.
    """
    chosen = list(nations)
    unknown = [one for one in chosen if one not in ("wales", "england")]
    if unknown or not chosen:
        raise ValueError(f"nations: {', '.join(unknown) or 'none'} given; there are 'wales' and 'england'.")
    if level not in ("local_authority", "region", "nation"):
        raise ValueError(f"level is {level!r}; allowed: 'local_authority', 'region', 'nation'.")
    wanted = None if years is None else sorted(set(years))
    if fetcher is None:
        with Fetcher() as own:
            return live_rates(chosen, years=wanted, level=level, lang=lang, fetcher=own, release=release)
    parts: list[pd.DataFrame] = []
    provenance = Provenance(steps=(f"loaded {' and '.join(chosen)} from the publishers' services",))
    for nation in chosen:
        if nation == "wales":
            frame, found = _wales(fetcher, level, wanted)
        else:
            frame, found = _england(fetcher, level, wanted, release)
        parts.append(frame)
        provenance = provenance.merged(found)
    table = pd.concat(parts, ignore_index=True)
    if table.empty:
        raise NotFoundError(f"The publishers have no figures for the years {wanted}.")
    if lang == "cy":
        table["area_name"] = [areas.name(code, "cy") for code in table["area_code"]]
    return RatesTable(table, provenance)


# -- England ----------------------------------------------------------------------------------------


def _england(
    fetcher: Fetcher, level: str, years: list[int] | None, release: str | None
) -> tuple[pd.DataFrame, Provenance]:
    """Read England's release; areas that did not exist in a year are left out, and counted."""
    found, entries, steps = looked_after(fetcher, release)
    rows = found[found["level"] == level]
    if level == "region":
        rows = rows[rows["area_code"].str.startswith("E12")]
        steps.append("England: Inner and Outer London are left out beside London")
    if years is not None:
        rows = rows[rows["year"].isin(years)]
    absent = (rows["status"] == "not_applicable") & rows["population"].isna()
    if absent.any():
        names = ", ".join(sorted(set(rows.loc[absent, "area_name"])))
        steps.append(f"England: {int(absent.sum())} rows of areas that did not exist are left out: {names}")
    rows = rows[~absent].reset_index(drop=True)
    hidden = rows[rows["status"].isin(["suppressed", "low", "unreliable", "not_applicable"])]
    if len(hidden):
        named = ", ".join(
            f"{name} {year}" for name, year in zip(hidden["area_name"], hidden["year"], strict=True)
        )
        steps.append(f"England: {len(hidden)} rows have no published count: {named}")
    frame = pd.DataFrame(
        {
            "area_code": rows["area_code"],
            "area_name": rows["area_name"],
            "nation": "England",
            "region": rows["region"].mask(rows["region"] == ""),
            "level": level,
            "year": rows["year"],
            "children": rows["children"],
            "population": rows["population"],
            "population_year": rows["year"] - 1,
            "population_vintage": "as published with the counts",
            "published_rate_per_10000": rows["published_rate_per_10000"],
            "status": rows["status"],
        }
    )
    return frame, Provenance(tuple(one.source() for one in entries), tuple(steps))


# -- Wales ------------------------------------------------------------------------------------------


def _wales(fetcher: Fetcher, level: str, years: list[int] | None) -> tuple[pd.DataFrame, Provenance]:
    """Read the counts of StatsWales and the populations of Nomis."""
    client = StatsWales(fetcher)
    cube, entry = client.cube("children_by_gender_and_age", counted="rounded_to_5")
    counts, told = total_counts(cube, entry.title)
    counts = counts[counts["is_total"] == (level != "local_authority")]
    if years is not None:
        counts = counts[counts["year"].isin(years)]
    entries = [entry]
    steps = ["Wales: counts are rounded to the nearest 5 by the publisher"]
    steps += [f"Wales: {one}" for one in told]
    published, rate_entry = _published_rates(client)
    if rate_entry is None:
        steps.append("Wales: StatsWales publishes no table of rates; they are computed from counts")
    else:
        entries.append(rate_entry)
    populations, held = _welsh_populations(fetcher, sorted(set(counts["year"])))
    entries += held
    code = "W92000004"
    frame = pd.DataFrame(
        {
            "area_code": counts["area_code"],
            "area_name": ["Wales" if one == code else areas.name(one) for one in counts["area_code"]],
            "nation": "Wales",
            "region": "Wales",
            "level": level,
            "year": counts["year"],
            "children": counts["value"],
            "population": [populations.get(key) for key in _keys(counts)],
            "population_year": counts["year"] - 1,
            "population_vintage": "Nomis",
            "published_rate_per_10000": [published.get(key) for key in _keys(counts)],
            "status": counts["status"],
        }
    ).astype({"population": "float64", "published_rate_per_10000": "float64"})
    return frame, Provenance(tuple(one.source() for one in entries), tuple(steps))


def _keys(frame: pd.DataFrame) -> list[tuple[str, int]]:
    """Return area and year of each row."""
    return [(code, int(year)) for code, year in zip(frame["area_code"], frame["year"], strict=True)]


def _published_rates(client: StatsWales) -> tuple[dict[tuple[str, int], float], Entry | None]:
    """Return the published rates by area and year, where StatsWales has a table of them."""
    if client.fetcher.offline:
        held = [
            one
            for one in client.fetcher.store.entries("statswales")
            if all(word in one.title.casefold() for word in _RATE_WORDS)
        ]
        identifiers = [held[-1].key.dataset] if held else []
    else:
        identifiers = client.find(_RATE_WORDS)["id"].tolist()
    if len(identifiers) != 1:
        return {}, None
    cube, entry = client.cube(identifiers[0])
    frame, _ = total_counts(cube, entry.title)
    frame = frame[frame["value"].notna()]
    return dict(zip(_keys(frame), frame["value"], strict=True)), entry


def _welsh_populations(
    fetcher: Fetcher, years: list[int]
) -> tuple[dict[tuple[str, int], float], list[Entry]]:
    """Return the population of the mid-year before, by area and year of the 31 March; Wales is the sum."""
    found: dict[tuple[str, int], float] = {}
    entries: list[Entry] = []
    nomis = Nomis(fetcher)
    for year in years:
        frame, held = nomis.population([year - 1])
        welsh = frame[frame["area_code"].str.startswith("W06")]
        entries += held
        for code, population in zip(welsh["area_code"], welsh["population"], strict=True):
            found[code, year] = float(population)
        if len(welsh) == 22:
            found["W92000004", year] = float(welsh["population"].sum())
    return found, entries


def live_lone_parents(census: int = 2021, fetcher: Fetcher | None = None) -> tuple[pd.DataFrame, Provenance]:
    """Load lone-parent households with dependent children of upper-tier authorities.

    Returns
    -------
    frame : DataFrame
        ``area_code``, ``households``, ``lone_parent_households``, ``lone_parents`` (% of households).
    provenance : Provenance
        Sources and steps.
    """
    from carerates.sources.geography import OpenGeography
    from carerates.sources.nomis_tables import to_upper_tier, with_share

    if fetcher is None:
        with Fetcher() as own:
            return live_lone_parents(census, own)
    frame, entries = Nomis(fetcher).lone_parents(census)
    ours = frame[frame["published_code"].str.match(r"E0[6-9]|E10|W06")].reset_index(drop=True)
    if ours.empty:
        raise ContentError(f"The census table of {census} has no local authority of Wales or England.")
    steps = [f"lone-parent households with dependent children as a share of all households, Census {census}"]
    if census == 2021:
        lookup, held = OpenGeography(fetcher).lookup()
        entries = [*entries, *held]
        ours = to_upper_tier(ours, lookup)
        steps.append("districts summed to upper-tier authorities")
    else:
        ours = with_share(ours)
    return ours, Provenance(tuple(one.source() for one in entries), tuple(steps))
