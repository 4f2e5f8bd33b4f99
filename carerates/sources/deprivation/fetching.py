"""Fetching the deprivation files of both nations, and authorities' summaries made from small areas.

A summary made here is set beside the official one wherever both exist, so that the method proves itself on
the publisher's own figures before it is used for areas that were split or merged since.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from carerates.sources.deprivation.districts import upper_tier
from carerates.sources.deprivation.english import SMALL_AREAS, read_file_7, read_file_10, read_file_11
from carerates.sources.deprivation.summaries import summarise
from carerates.sources.deprivation.welsh import (
    BOUNDS,
    DOMAINS,
    read_wimd_profiles,
    read_wimd_ranks,
)
from carerates.sources.deprivation.welsh import SMALL_AREAS as WELSH_SMALL_AREAS
from carerates.sources.failures import ContentError, IncompleteError, NotFoundError, OfflineError
from carerates.sources.fetcher import Fetcher
from carerates.sources.statswales.client import StatsWales
from carerates.sources.store import Entry

MHCLG = "Ministry of Housing, Communities and Local Government"
_OGL_WORDS = "Contains public sector information licensed under the Open Government Licence v3.0."
_OLD = "government/uploads/system/uploads/attachment_data/file/"

# a re-issue has another address; fetch_index_file takes one
INDEX_FILES: Mapping[tuple[int, int], str] = {
    (7, 2010): "media/5a78b02440f0b62b22cbbfe9/1871702.csv",
    (
        7,
        2015,
    ): "media/5a7ffd55ed915d74e33f7ca4/File_7_ID_2015_All_ranks__deciles_and_scores_for_the_Indices_of_"
    "Deprivation__and_population_denominators.csv",
    (7, 2019): f"{_OLD}845345/File_7_-_All_IoD2019_Scores__Ranks__Deciles_and_Population_Denominators_3.csv",
    (7, 2025): "media/691ded56d140bbbaa59a2a7d/File_7_IoD2025_All_Ranks_Scores_Deciles_Population_"
    "Denominators.csv",
    (10, 2025): "media/6917412ebc34c86ce4e6e7fc/"
    "File_10_-_IoD2025_Local_Authority_District_Summaries__lower-tier__v2.xlsx",
    (11, 2015): f"{_OLD}464465/File_11_ID_2015_Upper-tier_Local_Authority_Summaries.xlsx",
    (11, 2019): "media/5d8b3d7aed915d0369518030/"
    "File_11_-_IoD2019_Local_Authority_District_Summaries__upper-tier__.xlsx",
    (11, 2025): "media/6917414ab49cc44345161802/"
    "File_11_-_IoD2025_Local_Authority_District_Summaries__upper-tier__v2.xlsx",
}
"""Address of each file of the English Indices, by file number and edition."""

WELSH_RANKS: Mapping[int, str] = {
    2019: "sites/default/files/statistics-and-research/2022-02/"
    "welsh-index-multiple-deprivation-2019-index-and-domain-ranks-by-small-area.ods",
    2025: "sites/default/files/statistics-and-research/2025-11/"
    "wimd-2025-index-and-domain-ranks-by-small-area.ods",
}
"""Address of the workbook of ranks of small areas, by edition of the Welsh Index."""

_WHAT = {7: "scores and ranks of small areas", 10: "district summaries", 11: "upper-tier summaries"}
# what the official summaries are rounded to, and a little for the rounding of the small areas' scores
_TOLERANCES = {"average_score": 0.0006, "share_most_deprived_10": 0.0001, "extent": 0.002}
_TOLERANCE_OF_IMD = 0.006  # scores of the overall index have three decimals on a scale of 0 to 90
_WEIGHTS = {"idaci": ("children", "population"), "idaopi": ("older_people", "population")}


def fetch_index_file(fetcher: Fetcher, edition: int, number: int = 11, *, address: str = "") -> Entry:
    """Fetch File 7, 10 or 11 of one edition of the English Indices of Deprivation.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    edition : int
        2010 (File 7 alone), 2015, 2019 or 2025.
    number : {7, 10, 11}
        Small areas, districts or upper-tier authorities.
    address : str, optional
        Where a re-issue stands.
    """
    if (number, edition) not in INDEX_FILES and not address:
        known = ", ".join(f"File {one} of {year}" for one, year in INDEX_FILES)
        raise ValueError(f"There is no address of File {number} of {edition}; there are: {known}.")

    def check(content: bytes) -> int:
        if number != 7:
            return len((read_file_10 if number == 10 else read_file_11)(content, edition))
        rows = len(read_file_7(content, edition))
        if rows != SMALL_AREAS[edition]:
            raise IncompleteError(
                f"File 7 of {edition} came with {rows:,} small areas; there are {SMALL_AREAS[edition]:,}."
            )
        return rows

    return fetcher.keep_file(
        "govuk",
        f"indices_of_deprivation_{edition}_file_{number}",
        address or INDEX_FILES[number, edition],
        check=check,
        about={
            "publisher": MHCLG,
            "title": f"English Indices of Deprivation {edition}, File {number}: {_WHAT[number]}",
            "published": str(edition),
            "designation": "accredited official statistics",
            "attribution": f"{_OGL_WORDS} Source: {MHCLG}.",
        },
    )


def fetch_welsh_ranks(fetcher: Fetcher, edition: int, *, address: str = "") -> Entry:
    """Fetch the ranks of small areas of one edition of the Welsh Index, 2019 or 2025."""
    if edition not in WELSH_RANKS and not address:
        raise ValueError(
            f"There is no address of the ranks of {edition}; there are {', '.join(map(str, WELSH_RANKS))}. "
            "Older files were saved in other forms: read one with read_wimd_ranks()."
        )
    return fetcher.keep_file(
        "govwales",
        f"wimd_{edition}_ranks",
        address or WELSH_RANKS[edition],
        check=lambda content: len(read_wimd_ranks(content, edition)),
        about={
            "publisher": "Welsh Government",
            "title": f"Welsh Index of Multiple Deprivation {edition}: ranks of small areas",
            "published": str(edition),
            "designation": "accredited official statistics",
            "attribution": f"{_OGL_WORDS} Source: Welsh Government.",
        },
    )


def welsh_profiles(fetcher: Fetcher, edition: int) -> tuple[pd.DataFrame, list[Entry], list[str]]:
    """Load the shares of authorities' small areas among the most deprived of Wales.

    The profiles of StatsWales are taken; where it has none of the edition, they are computed from the ranks
    of small areas, and that is said.

    Returns
    -------
    frame : DataFrame
        ``area_code``, ``domain`` (``WIMD``, ``Income`` ...), ``lsoas``, ``share_most_deprived_10`` and so on.
    entries : list of Entry
        What was read.
    steps : list of str
        How, in words.
    """
    client = StatsWales(fetcher)
    name = _profiles_dataset(client, edition)
    if name:
        cube, entry = client.cube(name)
        found = read_wimd_profiles(cube)
        frame = found[found["area_code"].str.startswith("W06")].reset_index(drop=True)
        return frame, [entry], [f"shares of small areas as StatsWales gives them, WIMD {edition}"]
    entry = fetch_welsh_ranks(fetcher, edition)
    frame = summarise_ranks(read_wimd_ranks(fetcher.store.read(entry), edition), edition)
    told = f"shares of small areas computed from their ranks, as StatsWales has no profiles of WIMD {edition}"
    return frame, [entry], [told]


def _profiles_dataset(client: StatsWales, edition: int) -> str:
    """Return the dataset of profiles of an edition: known, or the only one whose title fits; else none."""
    if edition == 2025:
        return "wimd_2025_profiles"
    words = (str(edition), "local authority", "profiles")
    try:
        found = client.find(words)
    except OfflineError:
        held = [
            one.key.dataset
            for one in client.fetcher.store.entries("statswales")
            if all(word in one.title.casefold() for word in words)
        ]
        return held[-1] if held else ""
    return str(found["id"].iloc[0]) if len(found) == 1 else ""


def summarise_ranks(ranks: pd.DataFrame, edition: int) -> pd.DataFrame:
    """Summarise the ranks of Welsh small areas by authority and domain, with the publisher's own bounds.

    Parameters
    ----------
    ranks : DataFrame
        From :func:`carerates.sources.deprivation.read_wimd_ranks`, with ``area_code``.
    edition : int
        Of the index.
    """
    if "area_code" not in ranks:
        raise ContentError(
            f"The ranks of {edition} do not say which authority a small area lies in; add a column area_code."
        )
    parts = []
    for column in [name for name in ranks.columns if name.endswith("_rank")]:
        part = summarise(
            ranks,
            area="area_code",
            rank=column,
            weight=None,
            total=WELSH_SMALL_AREAS[edition],
            bounds=BOUNDS.get(edition),
        )
        stem = column.removesuffix("_rank")
        part.insert(1, "domain", DOMAINS[stem])
        parts.append(part.drop(columns=["average_rank", "rank_of_average_rank", "extent", "weight"]))
    return pd.concat(parts, ignore_index=True)


def english_summaries(
    fetcher: Fetcher, edition: int, index: str = "imd"
) -> tuple[pd.DataFrame, list[Entry], list[str]]:
    """Summarise small areas by present upper-tier authority, checked against the official summaries.

    Parameters
    ----------
    fetcher : Fetcher
        Store, settings and connections.
    edition : int
        2010, 2015, 2019 or 2025.
    index : str
        As in :func:`carerates.sources.deprivation.read_file_7`.

    Returns
    -------
    frame : DataFrame
        As :func:`carerates.sources.deprivation.summarise` gives, of the areas of today.
    entries : list of Entry
        Files 7 and 11; File 7 alone for 2010.
    steps : list of str
        Weights, and how closely the official summaries are met.

    Raises
    ------
    ContentError
        If the official summaries of unchanged areas are not met within their rounding, with any of the
        populations that could weight them.

    Notes
    -----
    The publisher does not say which population weights the children's index, so children and all people are
    tried, and the one that reproduces File 11 is taken.
    """
    small = fetch_index_file(fetcher, edition, 7)
    lsoas = read_file_7(fetcher.store.read(small), edition, indices=(index,))
    lsoas["area_code"] = [
        upper_tier(code, name)
        for code, name in zip(lsoas["district_code"], lsoas["district_name"], strict=True)
    ]
    if (11, edition) not in INDEX_FILES:
        steps = [
            f"File 7 of {edition} has no populations, so small areas count alike; there is no official "
            "summary of upper-tier areas to compare with"
        ]
        return _summary(lsoas, edition, index, None), [small], steps
    official = fetch_index_file(fetcher, edition, 11)
    published = read_file_11(fetcher.store.read(official), edition, index=index)
    trials = {
        weight: _summary(lsoas, edition, index, weight)
        for weight in _WEIGHTS.get(index, ("population",))
        if weight in lsoas
    }
    gaps = {weight: compare_summaries(frame, published, index) for weight, frame in trials.items()}
    best = min(gaps, key=lambda weight: gaps[weight]["average_score"])
    worst = {name: gap for name, gap in gaps[best].items() if gap > _tolerance(name, index)}
    if worst:
        told = ", ".join(f"{name} by {gap:.4f}" for name, gap in worst.items())
        raise ContentError(
            f"Summaries of {index.upper()} {edition} from small areas differ from the official ones: {told}. "
            "One of the two files is of another issue; nothing is made of them."
        )
    largest = "; ".join(f"{name} {gap:.5f}" for name, gap in gaps[best].items())
    steps = [
        f"{index.upper()} {edition} summarised from small areas for the areas of today, weighted by {best}",
        f"largest differences from the official summaries of unchanged areas: {largest}",
    ]
    return trials[best], [small, official], steps


def _summary(lsoas: pd.DataFrame, edition: int, index: str, weight: str | None) -> pd.DataFrame:
    """Summarise one index with one weight."""
    return summarise(
        lsoas,
        area="area_code",
        rank=f"{index}_rank",
        score=f"{index}_score",
        weight=weight,
        total=SMALL_AREAS[edition],
    )


def _tolerance(name: str, index: str) -> float:
    """Return how far a summary may be from the official one."""
    return _TOLERANCE_OF_IMD if (name, index) == ("average_score", "imd") else _TOLERANCES[name]


def compare_summaries(ours: pd.DataFrame, published: pd.DataFrame, index: str) -> dict[str, float]:
    """Return the largest differences from the official summaries, of areas that cover the same ground."""
    both = ours.merge(published, on="area_code", suffixes=("", "_official"))
    if both.empty:
        raise NotFoundError(f"No area of the official summaries of {index.upper()} is among those of today.")
    names = [name for name in _TOLERANCES if f"{name}_official" in both]
    return {name: float(np.abs(both[name] - both[f"{name}_official"]).max()) for name in names}
