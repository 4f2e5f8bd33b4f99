"""The newest official circumstances of areas, as the same table that the bundled edition gives."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from carerates.provenance import Provenance
from carerates.sources.collections import FILE_11, fetch_file_11
from carerates.sources.deprivation import read_file_11, read_wimd_profiles
from carerates.sources.fetcher import Fetcher
from carerates.sources.live import live_lone_parents
from carerates.sources.statswales.client import StatsWales
from carerates.tables import Factor, FactorsTable

_ENGLISH = re.compile(r"(imd|income|idaci)_(2015|2019|2025)_(score|extent|most_deprived_10)")
_WELSH = re.compile(
    r"wimd_2025(?:_(income|employment|health|education|housing))?_most_deprived_(10|20|30|50)"
)
_COLUMNS = {
    "score": ("average_score", 1.0, "score"),
    "extent": ("extent", 100.0, "% of people"),
    "most_deprived_10": ("share_most_deprived_10", 100.0, "% of small areas"),
}
LIVE_FACTORS = (
    "lone_parents",
    "lone_parents_2011",
    *(
        f"{index}_{year}_{what}"
        for year in FILE_11
        for index in ("imd", "income", "idaci")
        for what in ("score",)
    ),
    *(f"imd_{year}_{what}" for year in FILE_11 for what in ("extent", "most_deprived_10")),
    *(f"wimd_2025_most_deprived_{share}" for share in (10, 20, 30, 50)),
)
"""Names that the publishers' services can give."""


def live_factors(
    names: str | Iterable[str],
    *,
    nations: Iterable[str] = ("wales", "england"),
    fetcher: Fetcher | None = None,
) -> FactorsTable:
    """Load circumstances of local authorities from their publishers.

    Parameters
    ----------
    names : str or iterable of str
        Names of :data:`LIVE_FACTORS`, as in the bundled edition.
    nations : iterable of str
        ``"wales"``, ``"england"`` or both.
    fetcher : Fetcher, optional
        Otherwise one with the settings of the environment.

    Returns
    -------
    FactorsTable
        One row per local authority; an area that a source does not have is missing.

    Raises
    ------
    ValueError
        If no publisher's service gives a name; the composite of both nations, for one, is only bundled.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in wanted if name not in LIVE_FACTORS]
    if unknown or not wanted:
        raise ValueError(
            f"No publisher's service gives {', '.join(unknown) or 'nothing'}; there are: "
            f"{', '.join(LIVE_FACTORS)}. "
            "The rest is in the bundled edition (load_factors without source='live')."
        )
    if fetcher is None:
        with Fetcher() as own:
            return live_factors(wanted, nations=nations, fetcher=own)
    table: FactorsTable | None = None
    for name in dict.fromkeys(wanted):
        one = _factor(name, fetcher)
        table = one if table is None else table.join(one)
    assert table is not None
    starts = tuple({"wales": "W", "england": "E"}[nation] for nation in nations)
    frame = table.to_frame()
    frame = frame[frame["area_code"].str.startswith(starts)]
    return FactorsTable(frame, table.factors, table.provenance)


def _factor(name: str, fetcher: Fetcher) -> FactorsTable:
    """Load one factor."""
    if name.startswith("lone_parents"):
        census = 2011 if name.endswith("2011") else 2021
        frame, provenance = live_lone_parents(census, fetcher)
        described = Factor(
            name,
            f"Lone-parent households, {census}",
            "% of households",
            f"Lone-parent households with dependent children, Census {census}.",
        )
        values = frame[["area_code"]].assign(**{name: frame["lone_parents"]})
    elif match := _ENGLISH.fullmatch(name):
        values, described, provenance = _english(name, match[1], int(match[2]), match[3], fetcher)
    else:
        welsh = _WELSH.fullmatch(name)
        assert welsh is not None
        values, described, provenance = _welsh(name, int(welsh[2]), fetcher)
    return FactorsTable(values, (described,), provenance)


def _english(
    name: str, index: str, edition: int, what: str, fetcher: Fetcher
) -> tuple[pd.DataFrame, Factor, Provenance]:
    """Read a measure of the English Indices."""
    entry = fetch_file_11(fetcher, edition)
    frame = read_file_11(fetcher.store.read(entry), edition, index=index)
    column, scale, unit = _COLUMNS[what]
    steps = tuple(
        f"{row.area_name}: {row.remark} ({row.published_code})"
        for row in frame[frame["remark"] != ""].itertuples()
    )
    told = f"English Indices of Deprivation {edition}, upper-tier summary, its own areas. England only."
    values = pd.DataFrame({"area_code": frame["area_code"], name: scale * frame[column]})
    return (
        values,
        Factor(name, f"{index.upper()} {edition}", unit, told),
        Provenance((entry.source(),), steps),
    )


def _welsh(name: str, share: int, fetcher: Fetcher) -> tuple[pd.DataFrame, Factor, Provenance]:
    """Read a share of the Welsh Index."""
    cube, entry = StatsWales(fetcher).cube("wimd_2025_profiles")
    frame = read_wimd_profiles(cube)
    overall = frame[(frame["domain"] == "WIMD") & frame["area_code"].str.startswith("W06")]
    values = pd.DataFrame(
        {"area_code": overall["area_code"], name: 100 * overall[f"share_most_deprived_{share}"]}
    )
    told = f"Share of small areas ranked among the {share}% most deprived in Wales, WIMD 2025. Wales only."
    label = f"Small areas among the {share}% most deprived in Wales, 2025"
    described = Factor(name, label, "% of small areas", told)
    return values, described, Provenance((entry.source(),), ())
