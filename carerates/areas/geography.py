"""Where areas lie: which ones touch, and one cell for each on a tile grid."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from carerates.areas.changes import parts_now
from carerates.areas.directory import all_areas, read_rows
from carerates.areas.lookup import find
from carerates.errors import AreaError

if TYPE_CHECKING:
    import pandas as pd


def neighbours(codes: Iterable[str] | None = None) -> pd.DataFrame:
    """List which areas touch.

    Parameters
    ----------
    codes : iterable of str, optional
        Areas to look at; by default the present authorities of both nations.  Former authorities and the
        summed units of :func:`harmonise` may be among them, but not beside what they consist of.

    Returns
    -------
    DataFrame
        ``area_code, neighbour_code, link, crossing``, each pair in both directions.  ``link`` is
        ``"land"``, or ``"bridge"`` where only tidal water lies between and a bridge or tunnel that
        ``crossing`` names joins the two.

    Raises
    ------
    AreaError
        If codes are unknown, no authorities, or cover the same ground twice.

    Notes
    -----
    Borders between Wales and England count like any other.  Authorities that face each other over an
    estuary without a crossing (Barking and Dagenham and Bexley, say) are not neighbours.  The Isle of
    Wight and the Isles of Scilly have none, so the present authorities form three components; Anglesey
    belongs to the mainland through its bridges.  Areas that meet in one point are not neighbours.

    Examples
    --------
    >>> from carerates import areas
    >>> there = areas.neighbours()
    >>> there.loc[there["area_code"] == "W06000015", "neighbour_code"].tolist()
    ['W06000014', 'W06000016', 'W06000018', 'W06000022']
    """
    import pandas as pd

    chosen = _authorities(codes)
    owner: dict[str, str] = {}
    overlaps: list[str] = []
    for code in chosen:
        for part in _pieces(code):
            if part in owner:
                overlaps.append(f"{find(code).name_en} ({code}) covers part of {owner[part]}")
            owner[part] = code
    if overlaps:
        raise AreaError("Neighbours can be told only of areas that do not overlap.", overlaps)
    links: dict[tuple[str, str], tuple[str, str]] = {}
    for (one, other), link in _borders().items():
        pair = owner.get(one), owner.get(other)
        if pair[0] is None or pair[1] is None or pair[0] == pair[1]:
            continue
        for key in ((pair[0], pair[1]), (pair[1], pair[0])):
            # between units of several areas, one land border is enough
            if key not in links or link[0] == "land":
                links[key] = link
    rows = [(*key, *links[key]) for key in sorted(links)]
    return pd.DataFrame(rows, columns=["area_code", "neighbour_code", "link", "crossing"], dtype="str")


def tile_grid() -> pd.DataFrame:
    """Place every present authority in a cell of its own, roughly where it lies.

    Returns
    -------
    DataFrame
        ``area_code, column, row``: whole numbers from 0, columns from west to east and rows from north to
        south.  One row per present authority of Wales and England.

    Notes
    -----
    Every authority has the same size, so small cities can be read as well as large counties.  The layout
    keeps neighbours together and directions true as far as squares allow; a gap separates Wales from
    England and the islands from the mainland.

    Examples
    --------
    >>> from carerates import areas
    >>> len(areas.tile_grid())
    175
    """
    import pandas as pd

    rows = [(row["area_code"], int(row["column"]), int(row["row"])) for row in read_rows("tile_grid.csv")]
    return pd.DataFrame(rows, columns=["area_code", "column", "row"])


@cache
def _borders() -> dict[tuple[str, str], tuple[str, str]]:
    """Map each pair of touching areas to its link and crossing."""
    return {
        (row["area_code"], row["neighbour_code"]): (row["link"], row["crossing"])
        for row in read_rows("neighbours.csv")
    }


def _pieces(code: str) -> tuple[str, ...]:
    """Return the areas of the border file that an area consists of."""
    return parts_now(code) or (code,)


def _authorities(codes: Iterable[str] | None) -> list[str]:
    """Return the present codes of the areas asked for, each once, or raise on what cannot have neighbours."""
    if codes is None:
        return [one.code for one in all_areas() if one.level == "local_authority" and one.is_current]
    if isinstance(codes, str):
        raise TypeError(f"Several codes are needed, such as [{codes!r}]; this is one text.")
    known = {code for pair in _borders() for code in pair} | {
        one.code for one in all_areas() if one.level == "local_authority"
    }
    chosen: dict[str, None] = {}
    problems: list[str] = []
    for code in codes:
        try:
            area = find(code)
        except AreaError as error:
            problems.append(str(error).replace("\n  - ", " "))
            continue
        if not set(_pieces(area.code)) <= known:
            problems.append(f"{area.name_en} ({area.code}) is a {area.level}, not an authority")
        chosen[area.code] = None
    if problems:
        raise AreaError("Neighbours are known of authorities only.", problems)
    return list(chosen)
