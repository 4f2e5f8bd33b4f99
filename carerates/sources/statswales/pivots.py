"""StatsWales pivots: a table turned so that one dimension runs across."""

from __future__ import annotations

import json

import pandas as pd

from carerates.sources.failures import ContentError, IncompleteError, LayoutError
from carerates.sources.marks import read_number


def read_pivot(content: bytes, what: str = "The StatsWales pivot") -> pd.DataFrame:
    """Read a pivot (JSON) back into one row per figure.

    Parameters
    ----------
    content : bytes
        As downloaded.
    what : str
        Title, for messages.

    Returns
    -------
    DataFrame
        The dimension that runs down under its own name, ``across`` (the label of the other), ``value`` and
        ``status``.  A pivot carries no notes, so an empty cell is ``not_available`` whatever its reason; the
        same rows as CSV say whether a figure is suppressed.

    Raises
    ------
    IncompleteError, LayoutError, ContentError
        If it is cut short, has no single dimension that runs down, or a cell is not a number.
    """
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise IncompleteError(f"{what} is cut short or not JSON: {error}.") from error
    rows = answer.get("pivot") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) and one for one in rows):
        raise LayoutError(f"{what} has no rows under 'pivot'.")
    down = next(iter(rows[0]))
    across = list(dict.fromkeys(name for one in rows for name in one if name != down))
    labels = [one.get(down) for one in rows]
    if not across or not all(isinstance(one, str) for one in labels):
        raise LayoutError(f"{what} has no dimension that runs down; its columns are {', '.join(rows[0])}.")
    if len(set(labels)) < len(labels):
        raise LayoutError(f"{what} has a row of '{down}' twice.")
    found: list[tuple[str, str, float | None, str]] = []
    for row in rows:
        for name in across:
            cell = row.get(name)
            value = None if cell is None else read_number(str(cell))
            if cell is not None and (value is None or isinstance(cell, bool)):
                raise ContentError(f"{what}, {row[down]}, {name}: {cell!r} is not a number.")
            found.append((row[down], name, value, "not_available" if value is None else "exact"))
    frame = pd.DataFrame(found, columns=[down, "across", "value", "status"])
    return frame.astype({"value": "float64"})
