"""Which ground does each local authority cover, for a map?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carerates import areas
from carerates.errors import AreaError, MissingExtraError
from carerates.sources.failures import ContentError, LayoutError, NotFoundError, WrongContentError
from carerates.sources.fetcher import Fetcher
from carerates.sources.geography import OpenGeography
from carerates.sources.loading import Lang, chosen_nations
from carerates.sources.settings import source_settings

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CRS = "EPSG:4326"
"""Longitude and latitude, which GeoJSON is written in."""

_CODE_COLUMNS = r"(?i)(?:area_code|la_code|published_code|(?:CTYUA|UTLA)\d\dCD)"
_PREFIX = {"wales": "W", "england": "E"}
_OTHER_NATIONS = ("S", "N")


def load_boundaries(
    nations: str | Iterable[str] = ("wales", "england"),
    *,
    year: int | None = None,
    source: str | os.PathLike[str] = "live",
    lang: Lang = "en",
    offline: bool | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    fetcher: Fetcher | None = None,
) -> GeoDataFrame:
    """Load the outlines of upper-tier local authorities, to draw a map with.

    Parameters
    ----------
    nations : str or iterable of str
        ``"wales"``, ``"england"`` or both.
    year : int, optional
        Edition of the outlines: the December of which year.  The newest by default.  For a file that says
        from when until when each area existed (columns ``valid_from`` and ``valid_to``), the areas of that
        year; by default those of today.
    source : "live" or path
        ``"live"`` asks the Open Geography portal for its 500 m generalised outlines, clipped to the coast,
        and keeps them, so that the next call works offline.  A path reads a file that you have: GeoJSON,
        GeoPackage or shapefile.
    lang : {"en", "cy"}
        Language of ``area_name``; an area without a Welsh name keeps its English one.
    offline : bool, optional
        Never open a socket.  Otherwise as ``CARERATES_OFFLINE`` says.
    cache_dir : path, optional
        Folder of the store.  Otherwise as ``CARERATES_CACHE_DIR`` says.
    fetcher : Fetcher, optional
        Store, settings and connections, in place of the last two.

    Returns
    -------
    GeoDataFrame
        ``area_code``, ``area_name`` and ``geometry``, one row per area in the order of the codes, in
        longitude and latitude (EPSG:4326); ``to_crs("EPSG:27700")`` gives the metres of the National Grid,
        in which a map of Britain has its usual shape.  ``attrs`` holds the title, the edition, the licence
        and the attribution that a map has to carry.

    Raises
    ------
    MissingExtraError
        If geopandas is not installed.
    ValueError
        If a nation, language or year is not one of those above.
    SourceError
        If the portal or the file does not give whole outlines of known areas; while offline, if the store
        does not hold them.

    Notes
    -----
    ``area_code`` is the code in use now, the one that rates tables carry, also where an older edition was
    published with the code before (Barnsley, Sheffield).  Areas that were merged or split since keep the
    code of their time.  Outlines of Scotland and Northern Ireland in a file are left out.  Generalised
    outlines are for drawing, not for measuring; which areas touch is told by
    :func:`carerates.areas.neighbours`.

    References
    ----------
    Office for National Statistics, Open Geography portal: Counties and Unitary Authorities, Boundaries UK
    BUC.

    Examples
    --------
    A map of two made-up squares; ``cr.load_boundaries()`` alone fetches the real ones.

    >>> import json, tempfile
    >>> from pathlib import Path
    >>> import carerates as cr
    >>> def square(west, south):
    ...     return [[[west, south], [west + 1, south], [west + 1, south + 1], [west, south]]]
    >>> features = [
    ...     {"type": "Feature", "properties": {"area_code": code},
    ...      "geometry": {"type": "Polygon", "coordinates": square(-4, south)}}
    ...     for code, south in (("W06000015", 51), ("W06000023", 52))
    ... ]
    >>> path = Path(tempfile.mkdtemp()) / "squares.geojson"
    >>> _ = path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    >>> outlines = cr.load_boundaries("wales", source=path)
    >>> outlines["area_name"].tolist(), outlines.crs.to_string()
    (['Cardiff', 'Powys'], 'EPSG:4326')
    """
    chosen = chosen_nations(nations)
    if lang not in ("en", "cy"):
        raise ValueError(f"lang is {lang!r}; allowed: 'en', 'cy'.")
    if year is not None and (
        isinstance(year, bool) or not hasattr(year, "__index__") or not 1900 < year < 2200
    ):
        raise ValueError(f"year is {year!r}; it is a whole number such as 2023.")
    geopandas = _geopandas()
    if source != "live":
        outlines = _read_file(Path(source), year, geopandas)
    elif fetcher is not None:
        outlines = _fetch(fetcher, year, geopandas)
    else:
        with Fetcher(source_settings(offline=offline, cache_dir=cache_dir)) as own:
            outlines = _fetch(own, year, geopandas)
    return _chosen(outlines, chosen, lang)


def _geopandas() -> Any:  # noqa: ANN401 - a module
    """Import geopandas, which the core does without."""
    try:
        import geopandas
    except ImportError as error:
        raise MissingExtraError("geo", "Loading outlines of areas (load_boundaries)") from error
    return geopandas


def _fetch(fetcher: Fetcher, year: int | None, geopandas: Any) -> GeoDataFrame:  # noqa: ANN401 - a module
    """Read the outlines of the portal, or those kept of it."""
    collection, entries = OpenGeography(fetcher).boundaries(year=year)
    outlines = geopandas.GeoDataFrame.from_features(collection["features"], crs=CRS)
    first = entries[0].source()
    outlines.attrs = {
        "title": first.title,
        "publisher": first.publisher,
        "edition": first.edition,
        "licence": first.licence,
        "attribution": first.attribution,
        "retrieved": first.retrieved,
        "sha256": [one.sha256 for one in entries],
    }
    return outlines[["area_code", "geometry"]]


def _read_file(path: Path, year: int | None, geopandas: Any) -> GeoDataFrame:  # noqa: ANN401 - a module
    """Read a user's file and give its areas the codes in use now."""
    if not path.exists():
        raise NotFoundError(f"There is no file {path}. Give the path of a GeoJSON, GeoPackage or shapefile.")
    try:
        found = geopandas.read_file(path)
    except Exception as error:  # each format's driver raises errors of its own
        raise WrongContentError(f"{path.name} cannot be read as outlines: {error}.") from error
    codes = [name for name in found.columns if name == "area_code"] or [
        name for name in found.columns if _is_code(str(name))
    ]
    if len(codes) != 1 or not isinstance(found, geopandas.GeoDataFrame):
        raise LayoutError(
            f"{path.name} has {len(codes) or 'no'} column of codes beside its outlines; its columns are "
            f"{', '.join(map(str, found.columns))}. One of them has to be named area_code, la_code or like "
            "CTYUA23CD."
        )
    found = found.rename(columns={codes[0]: "published_code"})
    found["published_code"] = found["published_code"].astype("str")
    found = _of_year(found, year, path.name)
    found = found[~found["published_code"].str.startswith(_OTHER_NATIONS)].reset_index(drop=True)
    _check_outlines(found, path.name)
    try:
        found["area_code"] = [areas.find(code).code for code in found["published_code"]]
    except AreaError as error:
        raise ContentError(f"{path.name} has an outline of no area that carerates knows. {error}") from error
    found = _in_degrees(found, path.name)
    found.attrs = {
        "title": path.name,
        "publisher": "",
        "edition": "",
        "licence": "",
        "attribution": f"Outlines: {path.name}",
    }
    return found[["area_code", "geometry"]]


def _is_code(name: str) -> bool:
    """Say whether a column holds the codes of upper-tier authorities."""
    return re.fullmatch(_CODE_COLUMNS, name) is not None


def _of_year(found: GeoDataFrame, year: int | None, name: str) -> GeoDataFrame:
    """Keep the areas of a year, where a file says when each existed."""
    if {"valid_from", "valid_to"} <= set(found.columns):
        at = float("inf") if year is None else float(year)
        start = found["valid_from"].astype("float64").fillna(float("-inf"))
        end = found["valid_to"].astype("float64").fillna(float("inf"))
        return found[(start <= at) & (at <= end)].reset_index(drop=True)
    if year is not None:
        raise ValueError(
            f"year is {year}, but {name} does not say which year each outline is of (valid_from, valid_to). "
            "Leave year out, or take the outlines of that year with source='live'."
        )
    return found


def _check_outlines(found: GeoDataFrame, name: str) -> None:
    """Raise unless every area has an outline that encloses ground."""
    bad = found[
        found.geometry.isna()
        | found.geometry.is_empty
        | ~found.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    ]
    if len(bad):
        raise ContentError(f"{name} has no outline of {', '.join(bad['published_code'])}.")


def _in_degrees(found: GeoDataFrame, name: str) -> GeoDataFrame:
    """Give longitudes and latitudes, and refuse what is not in Britain: a wrong system would draw it away."""
    if found.crs is None:
        found = found.set_crs(CRS)
    found = found.to_crs(CRS)
    if len(found):
        west, south, east, north = found.total_bounds
        if not (-10 <= west <= east <= 4 and 49 <= south <= north <= 62):
            raise ContentError(
                f"The outlines of {name} do not lie in Britain: from {west:.1f}, {south:.1f} to {east:.1f}, "
                f"{north:.1f}. Set the file's coordinate system."
            )
    return found


def _chosen(outlines: GeoDataFrame, nations: list[str], lang: Lang) -> GeoDataFrame:
    """Keep some nations, name every area and put the rows in order."""
    about = outlines.attrs
    outlines = outlines[outlines["area_code"].str.startswith(tuple(_PREFIX[one] for one in nations))]
    twice = outlines.loc[outlines["area_code"].duplicated(), "area_code"].unique()
    if len(twice):
        raise ContentError(f"{about['title']} has more than one outline of {', '.join(twice)}.")
    if outlines.empty:
        raise ContentError(
            f"{about['title']} has no outline in {' or '.join(one.title() for one in nations)}."
        )
    outlines = outlines.sort_values("area_code").reset_index(drop=True)
    outlines.insert(1, "area_name", [areas.name(code, lang) for code in outlines["area_code"]])
    outlines["area_name"] = outlines["area_name"].astype("str")
    outlines["area_code"] = outlines["area_code"].astype("str")
    outlines.attrs = about
    return outlines
