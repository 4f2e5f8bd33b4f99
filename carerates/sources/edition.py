"""Which published figures came with this version, and are they what was sealed into it?

The edition is a folder of CSV files described by a ``datapackage.json`` (Frictionless).  A wheel
carries it as ``carerates/_edition``; in a checkout it is ``data/raw``.  Every read checks the hash,
so that a damaged file is an error and never a quiet change of results.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from carerates.errors import SourceError
from carerates.provenance import Source

DESCRIPTOR = "datapackage.json"
_PACKAGE = Path(__file__).resolve().parent.parent
_DTYPES = {"string": "str", "integer": "Int64", "number": "float64"}
_MEND = (
    "Install carerates again (pip install --force-reinstall carerates), or restore data/raw in a checkout."
)


def find_edition() -> Path:
    """Return the folder of the edition that came with this version.

    Returns
    -------
    Path
        ``carerates/_edition`` in an installed package, ``data/raw`` in a checkout.

    Raises
    ------
    SourceError
        If neither is there.

    Examples
    --------
    >>> from carerates.sources.edition import find_edition
    >>> (find_edition() / "datapackage.json").exists()
    True
    """
    places = (_PACKAGE / "_edition", _PACKAGE.parent / "data" / "raw")
    for folder in places:
        if (folder / DESCRIPTOR).is_file():
            return folder
    raise SourceError(
        "The bundled edition is missing: there is no "
        f"{DESCRIPTOR} in {' nor in '.join(str(place) for place in places)}. {_MEND}"
    )


def edition_tables(folder: Path | None = None) -> pd.DataFrame:
    """List the tables of the edition, one row each.

    Parameters
    ----------
    folder : Path, optional
        Another edition's folder; the bundled one by default.

    Returns
    -------
    DataFrame
        ``table``, ``title``, ``publisher``, ``edition``, ``designation``, ``licence``, ``attribution``,
        ``rows``, ``bytes``, ``sha256``, ``key``.

    Examples
    --------
    >>> from carerates.sources.edition import edition_tables
    >>> "looked_after_wales" in set(edition_tables()["table"])
    True
    """
    records = [
        {
            "table": one["name"],
            "title": one["title"],
            "publisher": one["publisher"],
            "edition": one["edition"],
            "designation": one["designation"],
            "licence": _licence(one),
            "attribution": one["attribution"],
            "rows": one["rows"],
            "bytes": one["bytes"],
            "sha256": _sealed_hash(one),
            "key": ", ".join(one["schema"]["primaryKey"]),
        }
        for one in _resources(folder or find_edition()).values()
    ]
    return pd.DataFrame.from_records(records)


def read_table(name: str, *, folder: Path | None = None) -> pd.DataFrame:
    """Read one table of the edition, as sealed.

    Parameters
    ----------
    name : str
        Name of the table, as :func:`edition_tables` lists it.
    folder : Path, optional
        Another edition's folder; the bundled one by default.

    Returns
    -------
    DataFrame
        Typed by the table's schema; an empty cell is missing (never zero).

    Raises
    ------
    SourceError
        If there is no such table, or its file is missing, damaged or has other columns.

    Examples
    --------
    >>> from carerates.sources.edition import read_table
    >>> table = read_table("looked_after_wales")
    >>> row = (table["area_name"] == "Ceredigion") & (table["year"] == 2012)
    >>> int(table.loc[row, "children"].item())
    80
    """
    return _read(name, folder or find_edition()).copy()


def table_source(name: str, *, folder: Path | None = None) -> Source:
    """Return where one table of the edition comes from, for a result's provenance.

    Examples
    --------
    >>> from carerates.sources.edition import table_source
    >>> table_source("child_population").publisher
    'Office for National Statistics'
    """
    one = _resource(name, folder or find_edition())
    return Source(
        publisher=one["publisher"],
        dataset=one["name"],
        title=one["title"],
        edition=one["edition"],
        licence=_licence(one),
        attribution=one["attribution"],
        sha256=_sealed_hash(one),
        designation=one["designation"],
        rows=one["rows"],
    )


def check_edition(folder: Path | None = None) -> list[str]:
    """Say what is wrong with the edition's files; an empty list is a whole edition.

    Parameters
    ----------
    folder : Path, optional
        Another edition's folder; the bundled one by default.

    Returns
    -------
    list of str
        One line for each file that is missing, damaged, wrongly described, or not described at all,
        and for each repeated key.

    Examples
    --------
    >>> from carerates.sources.edition import check_edition
    >>> check_edition()
    []
    """
    folder = folder or find_edition()
    resources = _resources(folder)
    problems = []
    for name, one in resources.items():
        try:
            table = _read(name, folder)
        except SourceError as error:
            problems.append(str(error))
            continue
        if len(table) != one["rows"]:
            problems.append(f"{one['path']} has {len(table)} rows, not the {one['rows']} described")
        repeated = int(table.duplicated(one["schema"]["primaryKey"]).sum())
        if repeated:
            problems.append(f"{one['path']} repeats its key in {repeated} rows")
    described = {one["path"] for one in resources.values()}
    stray = sorted(path.name for path in folder.glob("*.csv") if path.name not in described)
    problems += [f"{name} is not described in {DESCRIPTOR}" for name in stray]
    return problems


def _read(name: str, folder: Path) -> pd.DataFrame:
    """Read a table whose bytes have the sealed hash; parse the same bytes only once."""
    one = _resource(name, folder)
    path = folder / one["path"]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path.name} of the bundled edition cannot be read ({error}). {_MEND}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != _sealed_hash(one):
        raise SourceError(
            f"{path.name} is damaged or was edited: its SHA-256 is {found[:12]}..., and the edition was "
            f"sealed with {_sealed_hash(one)[:12]}... ({path}). {_MEND}"
        )
    fields = tuple((field["name"], field["type"]) for field in one["schema"]["fields"])
    return _parse(content, path.name, fields)


@lru_cache(maxsize=32)
def _parse(content: bytes, file_name: str, fields: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    """Turn bytes into a typed frame; callers copy it."""
    types: Mapping[str, Any] = {name: _DTYPES[kind] for name, kind in fields}
    try:
        table = pd.read_csv(BytesIO(content), dtype=types, keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise SourceError(f"{file_name} does not fit its description: {error}. {_MEND}") from error
    if list(table.columns) != list(types):
        raise SourceError(
            f"{file_name} has columns {', '.join(table.columns)}; described are {', '.join(types)}. {_MEND}"
        )
    return table


def _resource(name: str, folder: Path) -> dict[str, Any]:
    """Return the description of one table."""
    resources = _resources(folder)
    if name not in resources:
        raise SourceError(f"The edition has no table '{name}'; it has: {', '.join(resources)}.")
    return resources[name]


def _resources(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the description of every table, by name."""
    descriptor = folder / DESCRIPTOR
    try:
        return _described(descriptor.read_bytes(), str(descriptor))
    except OSError as error:
        raise SourceError(f"The edition has no readable {DESCRIPTOR} ({error}). {_MEND}") from error


@lru_cache(maxsize=4)
def _described(content: bytes, path: str) -> dict[str, dict[str, Any]]:
    """Parse a descriptor."""
    try:
        return {one["name"]: one for one in json.loads(content)["resources"]}
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} is not a description of an edition ({error!r}). {_MEND}") from error


def _licence(one: Mapping[str, Any]) -> str:
    """Name the licence of a table; figures copied as facts have none."""
    return (
        "; ".join(licence["title"] for licence in one.get("licenses", ()))
        or "figures only, no licence claimed"
    )


def _sealed_hash(one: Mapping[str, Any]) -> str:
    """Return the hex digest a table was sealed with."""
    return str(one["hash"]).removeprefix("sha256:")
