"""Do numbers, settings and tables agree with the same worked out again?"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import Any


def find_differences(
    what: str, then: Mapping[str, Any], now: Mapping[str, Any], tolerance: float
) -> list[str]:
    """Say which values of two mappings differ."""
    return [
        f"{what} {name!r} was {then.get(name)!r} and is {now.get(name)!r}"
        for name in sorted({*then, *now})
        if name not in then or name not in now or not same_value(then[name], now[name], tolerance)
    ]


def same_value(then: object, now: object, tolerance: float) -> bool:
    """Say whether two plain values are the same, numbers (of lists too) within a relative tolerance.

    Examples
    --------
    >>> same_value(100.0, 100.00000000001, 1e-9), same_value(100.0, 100.001, 1e-9), same_value("a", "b", 1.0)
    (True, False, False)
    """
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return all(same_value(one, other, tolerance) for one, other in zip(then, now, strict=True))
    numbers = (int, float)
    if (
        isinstance(then, bool)
        or isinstance(now, bool)
        or not isinstance(then, numbers)
        or not isinstance(now, numbers)
    ):
        return then == now
    # zero worked out another way may be a rounding error of the number one
    return math.isclose(then, now, rel_tol=tolerance, abs_tol=min(tolerance, 1e-12))


def compare_csv(
    name: str, then: bytes, now: bytes, tolerance: float, skipped: frozenset[str] = frozenset()
) -> tuple[list[str], int]:
    """Compare two CSV files cell by cell.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    then, now : bytes
        The file as it is, and as it would be written now.
    tolerance : float
        Relative, for cells that are numbers on both sides.
    skipped : set of str
        Columns that are not compared.

    Returns
    -------
    found, compared
        What differs, and how many cells were compared.
    """
    # a damaged file may hold anything; what cannot be read is a difference, not an accident
    old, new = (
        list(csv.reader(io.StringIO(one.decode("utf-8-sig", errors="replace"), newline="")))
        for one in (then, now)
    )
    if not old or not new:
        return ([] if old == new else [f"{name}: one of the two is empty"]), 0
    columns = [column for column in old[0] if column not in skipped]
    lost = sorted({*columns} ^ {column for column in new[0] if column not in skipped})
    if lost or len(old) != len(new):
        return [
            f"{name}: {len(old) - 1} rows then, {len(new) - 1} now; "
            f"columns that differ: {', '.join(lost) or 'none'}"
        ], 0
    at_old, at_new = ({column: index for index, column in enumerate(rows[0])} for rows in (old, new))
    found, compared = [], 0
    for number, (was, is_now) in enumerate(zip(old[1:], new[1:], strict=True), start=2):
        if len(was) != len(old[0]) or len(is_now) != len(new[0]):
            found.append(f"{name} line {number}: {len(was)} cells, not the {len(old[0])} of its heading")
            continue
        for column in columns:
            compared += 1
            one, other = was[at_old[column]], is_now[at_new[column]]
            if one != other and not same_value(_number(one), _number(other), tolerance):
                found.append(f"{name}, line {number}, {column}: {one!r} there, {other!r} worked out again")
    return found, compared


def _number(text: str) -> float | str:
    """Return a cell as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text
