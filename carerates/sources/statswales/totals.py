"""Which of a table's rows are totals?

Total rows are ordinary rows of StatsWales, and their labels differ from table to table ("Total Welsh local
authorities", "All ages", "Persons").  They are told, in this order, by a label that totals are known to
have, by the hierarchy (the code that all other rows name as their parent), and by the sum rule (the one row
that the others add up to, everywhere, as far as rounding and suppression allow).  How a total was told is
said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carerates.sources.failures import LayoutError

if TYPE_CHECKING:
    from carerates.sources.statswales.cubes import Cube

LABELS = (
    "Total looked after children",
    "Total children looked after",
    "Children looked after",
    "Number of children looked after",
    "All children",
    "All children looked after",
    "All ages",
    "All persons",
    "Persons",
    "Total",
    "All",
)
"""Labels that stand for all looked-after children, whatever else a dimension divides them by."""

# a sum that fits in fewer places could be chance
_FEWEST_SUMS = 3
# publishers suppress one to four children
_MOST_HIDDEN = 4
_MARGINS = {"rounded_to_5": 2.0, "rounded_to_10": 5.0}


def total_counts(
    cube: Cube, what: str, *, totals: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Keep the rows of all looked-after children, one for each area and year.

    Other dimensions (gender, age group) and the measure are held at their totals.  A published total is
    taken and never made by adding, because rounded parts do not add up.

    Parameters
    ----------
    cube : Cube
        A table of counts or rates.
    what : str
        Title, for messages.
    totals : mapping of str to str, optional
        For a dimension, or ``measure``, the label to take where none can be told.

    Returns
    -------
    frame : DataFrame
        As :meth:`Cube.by_area` gives.
    steps : list of str
        Which label was taken for the total of each dimension, and how it was told.

    Raises
    ------
    LayoutError
        If a dimension has no total that can be told, or an area and year has two different counts.
    """
    frame = cube.by_area()
    area, year = cube.area_dimension(), cube.year_dimension()
    given = {name.casefold(): label for name, label in (totals or {}).items()}
    names = ["measure", *cube.dimensions]
    if strange := sorted(set(given) - {name.casefold() for name in names}):
        raise ValueError(f"totals names {', '.join(strange)}; {what} has: {', '.join(names)}.")
    steps: list[str] = []
    for name in names:
        if name in (area, year) or len(frame[name].unique()) <= 1 or _names_areas(frame, name, "area_code"):
            continue
        alike = ["area_code", "year", *(one for one in names if one not in (name, area, year))]
        chosen = given.get(name.casefold())
        frame, told = choose_total(frame, name, what, alike=alike, chosen=chosen)
        steps.append(told)
    total = frame.loc[frame["is_total"], [area, "total_told"]].drop_duplicates()
    steps += [f"'{label}' is the row of Wales, told {how}" for label, how in total.itertuples(index=False)]
    frame = frame.drop_duplicates(["area_code", "year", "value", "status"])
    twice = frame.duplicated(["area_code", "year"], keep=False)
    if twice.any():
        row = frame[twice].iloc[0]
        raise LayoutError(f"{what} has more than one count for {row['area_code']} in {row['year']}.")
    return frame.reset_index(drop=True), steps


def choose_total(
    frame: pd.DataFrame,
    column: str,
    what: str,
    *,
    alike: Sequence[str],
    labels: Sequence[str] = LABELS,
    chosen: str | None = None,
) -> tuple[pd.DataFrame, str]:
    """Keep the rows of the total of one column.

    Parameters
    ----------
    frame : DataFrame
        Rows of a cube; ``<column> code`` and ``<column> parent`` are used where they are there.
    column : str
        Dimension, or ``measure``.
    what : str
        Title, for messages.
    alike : sequence of str
        The other columns, in which rows that belong together are alike.
    labels : sequence of str
        Labels that totals are known to have.
    chosen : str, optional
        The label to take, said by the caller.

    Returns
    -------
    kept : DataFrame
        The rows of the total.
    told : str
        Which label was taken and how it was told, in words.

    Raises
    ------
    LayoutError
        If no label, or more than one, can be the total; nothing is guessed.
    """
    there = [str(one) for one in frame[column].unique()]
    if chosen is not None:
        fitting = [one for one in there if one.casefold() == chosen.casefold()]
        how = "as asked for"
    else:
        known = {label.casefold() for label in labels}
        fitting = [one for one in there if one.casefold() in known]
        how = "by its label"
        if len(fitting) != 1 and (root := _root(frame, column)):
            fitting, how = [root], "by the hierarchy: all others name it as their parent"
        if len(fitting) != 1:
            summed = adding_up(frame, column, alike)
            # two labels that both read like totals are settled by what adds up, nothing else
            summed = [one for one in summed if not fitting or one in fitting]
            fitting, how = summed, "by the sum rule: the others add up to it"
    if len(fitting) != 1:
        raise LayoutError(
            f"{what}: {'none' if not fitting else 'more than one'} of the labels of '{column}' "
            f"({', '.join(there[:20])}) can be told as the total: by a known label ({', '.join(labels)}), "
            "by the hierarchy, or because the others add up to it. Say which one to take with "
            f"totals={{{column!r}: ...}}."
        )
    kept: pd.DataFrame = frame[frame[column] == fitting[0]]
    return kept, f"'{column}' held at '{fitting[0]}', told {how}"


def _root(frame: pd.DataFrame, column: str) -> str:
    """Return the label whose code all other rows have as their parent; empty if there is none."""
    code, parent = _beside(column, "code"), _beside(column, "parent")
    if code not in frame or parent not in frame:
        return ""
    pairs = frame[[column, code, parent]].drop_duplicates()
    roots = pairs[pairs[parent] == ""]
    others = pairs[pairs[parent] != ""]
    if len(roots) != 1 or others.empty or not roots[code].iloc[0]:
        return ""
    return str(roots[column].iloc[0]) if (others[parent] == roots[code].iloc[0]).any() else ""


def _beside(column: str, part: str) -> str:
    """Name the column of codes or parents of a dimension, or of the measure."""
    return f"{column}_{part}" if column == "measure" else f"{column} {part}"


def adding_up(frame: pd.DataFrame, column: str, alike: Sequence[str]) -> list[str]:
    """Return the labels to which all the others add up, wherever they can be compared.

    Rows are compared where ``alike`` agrees.  A rounded part may be off by its rounding, a suppressed one may
    be any of one to four children, and a part that is not available makes a place say nothing.
    """
    rows = frame.drop_duplicates([*alike, column])
    values, statuses = (_across(rows, alike, column, name) for name in ("value", "status"))
    if values.shape[1] < 3:  # a total of one part cannot be told from the part
        return []
    margins = statuses.map(lambda one: _MARGINS.get(one, 0.0))
    hidden = statuses.isin(["suppressed", "low"])
    absent = values.isna() & ~hidden & statuses.notna()
    found = []
    for label in values.columns:
        parts = [one for one in values.columns if one != label]
        total = values[label]
        usable = total.notna() & ~absent[parts].any(axis=1) & (values[parts].notna().sum(axis=1) >= 2)
        if usable.sum() < _FEWEST_SUMS or not (total[usable] > 0).any():
            continue
        low = values[parts].sum(axis=1) - margins[parts].sum(axis=1)
        high = (
            values[parts].sum(axis=1) + margins[parts].sum(axis=1) + _MOST_HIDDEN * hidden[parts].sum(axis=1)
        )
        slack = margins[label].to_numpy() + 0.5
        fits = (total >= low - slack) & (total <= high + slack)
        # every part must have been seen inside the total somewhere, or an empty label could pass
        if bool(fits[usable].all()) and bool((values.loc[usable, parts].fillna(0) > 0).any().all()):
            found.append(str(label))
    return found


def _across(rows: pd.DataFrame, alike: Sequence[str], column: str, name: str) -> pd.DataFrame:
    """Lay the labels of a column side by side."""
    return pd.DataFrame(rows.set_index([*alike, column])[name].unstack(column))  # noqa: PD010 - text too


def unknown_total(frame: pd.DataFrame, area: str, known: Mapping[tuple[str, str], str]) -> str:
    """Return how an area row of no known area is told to be the total; empty if it is not.

    Parameters
    ----------
    frame : DataFrame
        Rows of a cube, all of them.
    area : str
        The dimension of areas, in which exactly one label and code is of no known area.
    known : mapping of (str, str) to str
        Label and code of the known areas, and their GSS codes.
    """
    pairs = list(zip(frame[area], frame[f"{area} code"], strict=True))
    is_known = np.array([pair in known for pair in pairs])
    strange = frame[~is_known]
    code = str(strange[f"{area} code"].iloc[0])
    parents = set(frame.loc[is_known, f"{area} parent"])
    if code and parents <= {code, ""} and code in parents:
        return "by the hierarchy"
    others = [
        name
        for name in frame.columns
        if name in ("measure", "year")
        or (f"{name} code" in frame.columns and name != area and not _names_areas(frame, name, area))
    ]
    return "by the sum rule" if adding_up(frame, area, others) == [str(strange[area].iloc[0])] else ""


def _names_areas(frame: pd.DataFrame, name: str, area: str) -> bool:
    """Say whether a dimension only names the areas once more."""
    return not bool(frame[[name, area]].drop_duplicates()[name].duplicated().any())
