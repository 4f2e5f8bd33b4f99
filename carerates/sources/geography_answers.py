"""What the Open Geography portal answers: pages of features, outlines, the lookup of districts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.sources.failures import (
    ContentError,
    LayoutError,
    RefusedError,
    UnknownDatasetError,
    WrongContentError,
    as_documented,
)


def refuse_error(answer: object, what: str) -> dict[str, Any]:
    """Raise if an answer is an error, whatever its HTTP status was."""
    if not isinstance(answer, dict):
        raise LayoutError(f"The Open Geography portal answered {what} with JSON of another shape.")
    error = answer.get("error")
    if isinstance(error, dict):
        code = error.get("code")
        status = code if isinstance(code, int) else 0
        details = error.get("details") or []
        said = "; ".join(str(one) for one in [error.get("message"), *details] if one)
        unknown = "Invalid URL" in said
        kind = UnknownDatasetError if unknown else RefusedError
        raise kind(f"The Open Geography portal refused {what} (status 200, code {code}): {said}.", status)
    return answer


def read_page(content: bytes, service: str) -> dict[str, Any]:
    """Read a page of features, JSON or GeoJSON."""
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise WrongContentError(f"A page of {service} is cut short or not JSON: {error}.") from error
    page = refuse_error(answer, service)
    features = page.get("features")
    if not isinstance(features, list) or not all(
        isinstance(one, dict) and isinstance(one.get("attributes", one.get("properties")), dict)
        for one in features
    ):
        raise LayoutError(f"A page of {service} has no list of features.")
    return page


def exceeded(page: Mapping[str, Any]) -> bool:
    """Say whether a page is not the last, wherever the flag stands."""
    properties = page.get("properties")
    inner = properties.get("exceededTransferLimit") if isinstance(properties, dict) else False
    return bool(page.get("exceededTransferLimit") or inner)


def read_outline(feature: Mapping[str, Any], code: str, name: str, welsh: str) -> dict[str, Any]:
    """Read one outline; a feature without one is an error, for a map would lack the area."""
    fields = feature.get("properties") or {}
    published = str(fields.get(code) or "")
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise ContentError(f"{published or 'A feature'} of the Open Geography portal has no outline.")
    try:
        _check_degrees(geometry.get("coordinates"), published)
        current = areas.find(published)
    except AreaError as error:
        raise ContentError(f"The outline of {published!r} is of no area that carerates knows.") from error
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            "area_code": current.code,
            "published_code": published,
            "area_name": str(fields.get(name) or "").strip(),
            "area_name_cy": str(fields.get(welsh) or "").strip(),
        },
    }


def _check_degrees(coordinates: object, code: str) -> None:
    """Raise unless all positions are longitudes and latitudes of Britain; metres would be drawn far away."""
    if isinstance(coordinates, list) and coordinates and not isinstance(coordinates[0], list):
        numbers = [one for one in coordinates if isinstance(one, (int, float))]
        if len(numbers) < 2 or not (-10 <= numbers[0] <= 4 and 49 <= numbers[1] <= 62):
            raise ContentError(f"The outline of {code} is not in longitude and latitude: {coordinates[:2]}.")
        return
    if not isinstance(coordinates, list) or not coordinates:
        raise ContentError(f"The outline of {code} is empty.")
    for one in coordinates:
        _check_degrees(one, code)


def read_lookup(rows: list[dict[str, Any]], district: str, upper: str) -> pd.DataFrame:
    """Read district and upper tier; metropolitan and London boroughs are their own upper tier."""
    with as_documented("The lookup of districts"):
        pairs = [(str(row.get(district) or ""), str(row.get(upper) or "")) for row in rows]
    if any(not one or not other for one, other in pairs):
        raise ContentError("The lookup of districts has an empty code.")
    frame = pd.DataFrame(pairs, columns=["district_code", "upper_tier_code"]).drop_duplicates(
        ignore_index=True
    )
    if frame["district_code"].duplicated().any():
        twice = ", ".join(frame[frame["district_code"].duplicated()]["district_code"])
        raise ContentError(f"The lookup puts districts into more than one authority: {twice}.")
    # some lookups name the metropolitan county or Inner and Outer London, which are no authorities
    group = frame["upper_tier_code"].str.startswith(("E11", "E13"))
    frame["upper_tier_code"] = frame["upper_tier_code"].mask(group, frame["district_code"])
    return frame
