"""Which circumstances of the areas does the bundled edition hold, to set beside the rates?"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable

import pandas as pd

from carerates.provenance import Provenance
from carerates.sources.bundled_rows import TABLES
from carerates.sources.edition import read_table, table_source
from carerates.sources.factor_register import FactorEntry, factor_entries
from carerates.sources.loading import Origin, chosen_nations, refuse_live_settings
from carerates.tables import FactorsTable

_PREFIX = {"wales": "W", "england": "E"}


def load_factors(
    names: str | Iterable[str],
    *,
    nations: str | Iterable[str] = ("wales", "england"),
    source: Origin = "bundled",
    offline: bool | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
) -> FactorsTable:
    """Load circumstances of local authorities: deprivation, household types, incomes.

    Parameters
    ----------
    names : str or iterable of str
        Names that :func:`carerates.sources.available_factors` lists, such as ``"deprivation"``.
    nations : str or iterable of str
        ``"wales"``, ``"england"`` or both.
    source : {"bundled", "live"}
        ``"live"`` asks the publishers, for the factors their services give
        (:data:`carerates.sources.live_factors.LIVE_FACTORS`).
    offline, cache_dir : bool, path, optional
        With ``source="live"``, as for :func:`load_rates`.

    Returns
    -------
    FactorsTable
        One row per local authority; one per local authority and year for factors whose name ends in
        ``_by_year``.  An area that a source does not have is missing (NaN), never zero.

    Raises
    ------
    ValueError
        If a name is not known (the message suggests near ones), a factor does not exist for any of the
        nations, or factors with and without a year are mixed.
    SourceError
        If the edition is missing or damaged.

    Notes
    -----
    Areas are those of each source's own date.  A local authority that was merged or split since has a
    value only in the sources of its time (Cumbria in the indices of 2019, Cumberland in the census
    tables of 2021); the provenance names the areas that lack one.  A relation between areas' rates and
    their circumstances says nothing about families, nor about causes.

    Examples
    --------
    >>> import carerates as cr
    >>> need = cr.load_factors(["deprivation", "lone_parents"], nations="wales")
    >>> len(need), need.names
    (22, ('deprivation', 'lone_parents'))
    """
    if source == "live":
        from carerates.sources.fetcher import Fetcher
        from carerates.sources.live_factors import live_factors
        from carerates.sources.settings import source_settings

        with Fetcher(source_settings(offline=offline, cache_dir=cache_dir)) as fetcher:
            return live_factors(names, nations=chosen_nations(nations), fetcher=fetcher)
    if source != "bundled":
        raise ValueError(f"source is {source!r}; allowed: 'bundled', 'live'.")
    refuse_live_settings(offline=offline, cache_dir=cache_dir)
    entries = _chosen_entries(names)
    chosen = chosen_nations(nations)
    key = ["area_code", "year"] if entries[0].year_column else ["area_code"]
    prefixes = tuple(_PREFIX[one] for one in chosen)
    frame = pd.DataFrame(columns=key)
    for position, entry in enumerate(entries):
        values = _values(entry)
        values = values[values["area_code"].str.startswith(prefixes)]
        if values.empty:
            raise ValueError(
                f"Factor '{entry.name}' has no area in {' or '.join(one.title() for one in chosen)}: "
                f"{entry.description} Choose a factor of both nations, such as 'deprivation'."
            )
        frame = values if not position else frame.merge(values, on=key, how="outer", validate="one_to_one")
    frame = frame.sort_values(key, kind="stable").reset_index(drop=True)
    sources = tuple(table_source(name) for name in dict.fromkeys(entry.table for entry in entries))
    steps = [f"loaded {', '.join(entry.name for entry in entries)} for {len(set(frame['area_code']))} areas"]
    latest = _latest_areas(chosen)
    gaps = {
        one.name: _lacking(set(frame.loc[frame[one.name].notna(), "area_code"]), latest) for one in entries
    }
    steps += [f"{name} is missing for {lacking}" for name, lacking in gaps.items() if lacking]
    factors = tuple(entry.factor for entry in entries)
    return FactorsTable(frame, factors, Provenance(sources, tuple(steps)))


def available_factors() -> pd.DataFrame:
    """List the factors of the bundled edition, one row each.

    Returns
    -------
    DataFrame
        ``name``, ``label``, ``unit``, ``description``, ``by_year`` (whether it changes with the year),
        ``wales`` and ``england`` (local authorities with a value), ``lacking`` (today's local
        authorities of a covered nation without one), ``table`` and ``publisher``.

    Examples
    --------
    >>> import carerates as cr
    >>> listed = cr.sources.available_factors().set_index("name")
    >>> int(listed.loc["deprivation", "wales"])
    22
    """
    records = []
    latest = {nation: _latest_areas([nation]) for nation in TABLES}
    rows: dict[tuple[object, ...], pd.DataFrame] = {}  # many factors share the rows of one table
    for entry in factor_entries().values():
        place = (entry.table, entry.where)
        if place not in rows:
            rows[place] = _rows(entry)
        codes = set(rows[place].loc[rows[place][entry.column].notna(), "area_code"])
        counts = {
            nation: sum(code.startswith(prefix) for code in codes) for nation, prefix in _PREFIX.items()
        }
        lacking = [_lacking(codes, latest[nation]) for nation, count in counts.items() if count]
        records.append(
            {
                "name": entry.name,
                "label": entry.label,
                "unit": entry.unit,
                "description": entry.description,
                "by_year": bool(entry.year_column),
                **counts,
                "lacking": ", ".join(one for one in lacking if one),
                "table": entry.table,
                "publisher": table_source(entry.table).publisher,
            }
        )
    return pd.DataFrame.from_records(records)


def _chosen_entries(names: str | Iterable[str]) -> list[FactorEntry]:
    """Look up every name; refuse unknown ones together, with suggestions."""
    known = factor_entries()
    wanted = list(dict.fromkeys([names] if isinstance(names, str) else names))
    if not wanted:
        raise ValueError("names is empty; available_factors() lists the factors of the edition.")
    unknown = []
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(str(name).casefold(), known, n=3, cutoff=0.5)
            unknown.append(f"'{name}'" + (f" (did you mean {' or '.join(near)}?)" if near else ""))
    if unknown:
        raise ValueError(
            f"Not a factor of the edition: {', '.join(unknown)}. carerates.sources.available_factors() lists "
            f"all {len(known)}. (The population is a column of the rates, not a factor.)"
        )
    entries = [known[name] for name in wanted]
    by_year = [entry.name for entry in entries if entry.year_column]
    if by_year and len(by_year) < len(entries):
        raise ValueError(
            f"{', '.join(by_year)} has a row per area and year, the others a row per area. "
            "Load them apart and join each to the rates: rates.join(a).join(b)."
        )
    return entries


def _values(entry: FactorEntry) -> pd.DataFrame:
    """Read one factor: area, year where it has one, value."""
    table = _rows(entry)
    columns = {"area_code": "area_code", entry.column: entry.name}
    if entry.year_column:
        columns[entry.year_column] = "year"
    values: pd.DataFrame = table[list(columns)].rename(columns=columns)
    values[entry.name] = values[entry.name].astype("float64") * entry.scale
    return values.loc[values[entry.name].notna()]


def _rows(entry: FactorEntry) -> pd.DataFrame:
    """Read the rows of a table that hold one factor."""
    table = read_table(entry.table)
    for column, value in entry.where:
        table = table[table[column] == value]
    return table


def _latest_areas(nations: Iterable[str]) -> pd.DataFrame:
    """Return the local authorities with a row in their nation's last year of figures."""
    parts = []
    for nation in nations:
        table = read_table(TABLES[nation])
        rows = table[table["level"] == "local_authority"]
        parts.append(rows.loc[rows["year"] == rows["year"].max(), ["area_code", "area_name"]])
    return pd.DataFrame(pd.concat(parts))


def _lacking(codes: set[str], areas: pd.DataFrame) -> str:
    """Name the areas that are not among the codes; say how many where there are many."""
    absent = areas.loc[~areas["area_code"].isin(codes), "area_name"].tolist()
    return ", ".join(absent[:8]) + (f" and {len(absent) - 8} more" if len(absent) > 8 else "")
