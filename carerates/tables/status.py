"""One vocabulary for how a count was published, and what the true count may then be.

Publishers mark the same thing in many ways: ``*`` or ``[c]`` or an empty cell, a figure to the nearest 5,
a figure worked back from a rate.  A :class:`Status` says it once; :func:`count_bounds` turns it into the
smallest and largest whole number of children that the publication leaves possible, which is all that a
funnel, a trend or a likelihood needs to know about rounding and suppression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Status:
    """How a count came to be what it is.

    Attributes
    ----------
    code : str
        The word used in the ``status`` column.
    shorthand : str
        The mark to print in a table, in the style of the government statistical service; may be empty.
    meaning_en, meaning_cy : str
        One line for a legend, in English and in Welsh.
    has_count : bool
        Whether a row with this status must hold a count (True) or must not (False).
    half_width : int or None
        Largest distance between the true and the printed count; None where only explicit bounds can tell.

    Examples
    --------
    >>> from carerates.tables import STATUSES
    >>> status = STATUSES["rounded_to_5"]
    >>> status.has_count, status.half_width
    (True, 2)
    """

    code: str
    shorthand: str
    meaning_en: str
    meaning_cy: str
    has_count: bool
    half_width: int | None = 0


_ALL = (
    Status("exact", "", "exact count", "cyfrif manwl gywir", True),
    Status("provisional", "[p]", "provisional", "dros dro", True),
    Status("revised", "[r]", "revised", "diwygiedig", True),
    Status("rounded_to_5", "", "rounded to the nearest 5", "wedi'i dalgrynnu i'r 5 agosaf", True, 2),
    Status("rounded_to_10", "", "rounded to the nearest 10", "wedi'i dalgrynnu i'r 10 agosaf", True, 5),
    Status("rounded_to_100", "", "rounded to the nearest 100", "wedi'i dalgrynnu i'r 100 agosaf", True, 50),
    Status(
        "derived",
        "[e]",
        "worked back from a published rate and a population",
        "wedi'i gyfrifo o gyfradd gyhoeddedig a phoblogaeth",
        True,
        None,
    ),
    Status("estimated", "[e]", "estimated", "amcangyfrif", True, None),
    Status(
        "suppressed",
        "[c]",
        "suppressed to protect confidentiality",
        "wedi'i atal i ddiogelu cyfrinachedd",
        False,
        None,
    ),
    Status(
        "low", "[low]", "rounds to zero, but is not zero", "yn talgrynnu i sero, ond nid sero", False, None
    ),
    Status("not_available", "[x]", "not available", "ddim ar gael", False, None),
    Status("not_applicable", "[z]", "not applicable", "ddim yn berthnasol", False, None),
    Status("unreliable", "[u]", "too unreliable to publish", "rhy annibynadwy i'w gyhoeddi", False, None),
)

STATUSES: dict[str, Status] = {status.code: status for status in _ALL}
"""Every status by its code."""


def count_bounds(
    children: NDArray[np.float64], status: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the smallest and largest true counts that the published figures leave possible.

    Parameters
    ----------
    children : array of float, shape (rows,)
        Published counts; NaN where none was published.
    status : list of str, length rows
        Codes of :data:`STATUSES`.

    Returns
    -------
    low, high : arrays of float, shape (rows,)
        Inclusive bounds; NaN where the status alone does not give them (a suppressed cell's rule
        is the publisher's and is supplied with the figures).
    """
    half = np.array([_half_width(code) for code in status], dtype=float)
    return np.maximum(children - half, 0.0), children + half


def _half_width(code: str) -> float:
    """Return the half-width of a status as a float, NaN where it is not fixed."""
    width = STATUSES[code].half_width
    return np.nan if width is None else float(width)
