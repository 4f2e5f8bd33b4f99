"""Names and nations of areas that a fitted model knows by code only."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from carerates import areas
from carerates.errors import AreaError
from carerates.trends.panels import LABEL_COLUMNS


def label_areas(source: object, codes: Sequence[str]) -> pd.DataFrame:
    """Return ``area_code, area_name, nation, region`` for each code, in the order of the codes.

    Parameters
    ----------
    source : object
        A fitted model; where its ``to_frame()`` names the areas, those names are taken.
    codes : sequence of str
        Area codes.  A code that neither the model nor the register knows is its own name.
    """
    named = pd.DataFrame(columns=LABEL_COLUMNS)
    if callable(to_frame := getattr(source, "to_frame", None)):
        frame = to_frame()
        if "area_code" in frame:
            named = frame.drop_duplicates("area_code", keep="last")
    known = named.reindex(columns=LABEL_COLUMNS).set_index("area_code")
    rows: list[dict[str, str | None]] = []
    for code in codes:
        row = _registered(code)
        if code in known.index:
            row |= {str(name): str(value) for name, value in known.loc[code].dropna().items()}
        rows.append({"area_code": code, **row})
    return pd.DataFrame(rows, columns=LABEL_COLUMNS)


def _registered(code: str) -> dict[str, str | None]:
    """Return what the register of areas says about a code."""
    try:
        area = areas.find(code)
    except AreaError:
        return {"area_name": code, "nation": None, "region": None}
    return {"area_name": area.name_en, "nation": area.nation, "region": area.region}
