"""Rounding and suppression of counts, at output only: the results behind stay exact.

A small count can identify a child.  Suppressing it is not enough where a total is published beside it, since
the total less the other counts gives it back; so a second cell of the same group is suppressed as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import OutputError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.reports.suppression import Group, Suppression
from carerates.reports.wording import say

Halves = Literal["up", "even", "down"]
PUBLISHED, PRIMARY, SECONDARY = "published", "primary", "secondary"
_GROUPS = ("region", "nation")


class HasRows(Protocol):
    """A table or a result."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each area, or area and year."""
        ...


@dataclass(frozen=True, slots=True)
class Disclosure:
    """How counts are protected when they are published.

    Attributes
    ----------
    nearest : int
        Counts are rounded to a multiple of this; 1 leaves them.
    halves : {"up", "even", "down"}
        Where a count half-way between two multiples goes; publishers of children's statistics send it up.
    below : int
        Counts from 1 to one less than this are suppressed; 0 suppresses none.
    zeros : bool
        Whether a count of zero is suppressed too.

    Examples
    --------
    >>> Disclosure(nearest=5, below=10)
    Disclosure(nearest=5, halves='up', below=10, zeros=False)
    """

    nearest: int = 1
    halves: Halves = "up"
    below: int = 0
    zeros: bool = False

    def __post_init__(self) -> None:
        problems = []
        if self.nearest < 1 or self.nearest != int(self.nearest):
            problems.append(f"nearest={self.nearest!r} must be a whole number from 1")
        if self.below < 0 or self.below != int(self.below):
            problems.append(f"below={self.below!r} must be a whole number from 0")
        if self.halves not in get_args(Halves):
            problems.append(f"halves={self.halves!r} is not one of {', '.join(get_args(Halves))}")
        if problems:
            raise ValueError("These settings do not protect anything: " + "; ".join(problems) + ".")


@dataclass(frozen=True, slots=True, eq=False)
class Protected:
    """Counts as they may be published, and a record of what was done.

    Attributes
    ----------
    settings : Disclosure
    provenance : Provenance
    frame : DataFrame
        The rows, counts rounded or empty, rates worked out again from them, ``status`` to say which.
    audit : DataFrame
        For whoever signs the release off, never for publication: one row for each row and each total, with
        ``count`` (exact), ``published``, ``action`` (published, primary, secondary) and ``reason``.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.reports import Disclosure, protect
    >>> rows = pd.DataFrame({"area_code": list("ABC"), "region": "R", "children": [3, 40, 60]})
    >>> protect(rows, Disclosure(nearest=5, below=5)).to_frame()["children"].isna().tolist()
    [True, True, False]
    """

    settings: Disclosure
    provenance: Provenance
    frame: pd.DataFrame
    audit: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the rows as they may be published."""
        return self.frame.copy()

    def summary(self) -> str:
        """Say how the counts were protected; nothing here tells which cell was suppressed for itself."""
        return protection_words(self.settings, "en")

    def audit_summary(self) -> str:
        """Say how many cells were suppressed and why, for whoever signs the release off."""
        counts = self.audit["action"].value_counts()
        return (
            f"{len(self.audit)} cells: {int(counts.get(PRIMARY, 0))} suppressed for themselves, "
            f"{int(counts.get(SECONDARY, 0))} to protect those, {int(counts.get(PUBLISHED, 0))} published"
            + (f", rounded to the nearest {self.settings.nearest}." if self.settings.nearest > 1 else ".")
        )


def round_to(values: NDArray[np.float64], nearest: int, halves: Halves = "up") -> NDArray[np.float64]:
    """Round counts to a multiple, halves as a publisher does.

    Parameters
    ----------
    values : array of float
        Counts of 0 or more; NaN stays NaN.
    nearest : int
        The multiple.
    halves : {"up", "even", "down"}
        Where a value half-way between two multiples goes; ``"even"`` is what Python's own ``round`` does.

    Examples
    --------
    >>> import numpy as np
    >>> round_to(np.array([5.0, 15.0, 14.0]), 10).tolist()
    [10.0, 20.0, 10.0]
    >>> round_to(np.array([5.0, 15.0]), 10, "even").tolist()
    [0.0, 20.0]
    """
    steps = np.asarray(values, dtype=float) / nearest
    if halves == "even":
        return np.asarray(np.rint(steps) * nearest)
    rounded = np.floor(steps + 0.5) if halves == "up" else np.ceil(steps - 0.5)
    return np.asarray(rounded * nearest)


def protection_words(settings: Disclosure, lang: str) -> str:
    """Say in a sentence how counts were protected."""
    if settings.below and settings.nearest > 1:
        return say("disclosure", lang, below=settings.below, nearest=settings.nearest)
    if settings.below:
        return say("disclosure_suppressed", lang, below=settings.below)
    return say("disclosure_rounded", lang, nearest=settings.nearest)


def protect(
    data: HasRows | pd.DataFrame,
    settings: Disclosure,
    *,
    count: str | None = None,
    population: str | None = None,
    groups: tuple[str, ...] = _GROUPS,
) -> Protected:
    """Round and suppress counts so that none below the threshold can be read or worked out.

    Parameters
    ----------
    data : RatesTable, any result, or DataFrame
        Rows with ``area_code``, a count, ``year`` where there are several, and the columns of ``groups``.
    settings : Disclosure
    count, population : str, optional
        Columns; ``children`` or ``observed``, ``population`` or ``denominator`` when not given.  Rates per
        10,000 are worked out again from the protected counts where there is a population.
    groups : tuple of str
        Columns of places whose totals are published, the smaller first; those that the frame has not are
        passed over.  Totals are suppressed last, and only if no other cell of their group can be.

    Returns
    -------
    Protected

    Raises
    ------
    OutputError
        If a count is not a whole number, or the groups do not lie inside each other.

    Notes
    -----
    In each group and year: where exactly one cell is suppressed, or the suppressed cells together are so few
    that the total gives them away, the smallest other cell is suppressed too, until at least two are and
    their sum is no smaller than the threshold.  What totals of groups and of the groups in them tell together
    is reckoned with (:mod:`carerates.reports.suppression`).  This is the rule for a table of one hierarchy;
    it does not protect against other tables that publish the same counts.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"area_code": list("ABC"), "region": "R", "children": [3, 40, 60]})
    >>> protect(rows, Disclosure(nearest=5, below=5)).audit["action"].tolist()
    ['primary', 'secondary', 'published', 'published']
    """
    frame = data if isinstance(data, pd.DataFrame) else data.to_frame()
    count = count or _first(frame, ("children", "observed"))
    population = population or _first(frame, ("population", "denominator"))
    if count is None or count not in frame:
        raise OutputError("There is no column of counts to protect; name it with count=.")
    counts = frame[count].to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isfinite(counts) & ((counts < 0) | (counts != np.floor(counts)))
    if wrong.any():
        raise OutputError(f"{int(wrong.sum())} values of {count!r} are not counts; nothing was protected.")
    action, reason = _primary(counts, settings)
    # a cell that its publisher suppressed already is as unknown to the reader as one suppressed here
    given = np.isnan(counts)
    present = [name for name in groups if name in frame]
    made = Suppression(counts, action == PRIMARY, _groups(frame, present), settings.below)
    made.settle()
    for cell, why in made.reasons.items():
        action[cell], reason[cell] = SECONDARY, why
    totals = _total_rows(list(made.groups), counts, frame, present, settings)
    hidden = made.hidden | given
    published = np.where(hidden, np.nan, round_to(counts, settings.nearest, settings.halves))
    audit = frame[[name for name in ("area_code", "area_name", "year", *present) if name in frame]].assign(
        count=counts, published=published, action=np.where(given, "not given", action), reason=reason
    )
    audit = pd.concat([audit.assign(cell="area"), totals], ignore_index=True)
    shown = _published_frame(frame, published, hidden & ~given, count, population, settings)
    provenance = getattr(data, "provenance", NO_PROVENANCE).then(protection_words(settings, "en").rstrip("."))
    return Protected(settings, provenance, shown, audit)


def _first(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    """Return the first of some columns that a frame has."""
    return next((name for name in names if name in frame), None)


def _primary(
    counts: NDArray[np.float64], settings: Disclosure
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Mark the counts that are suppressed for themselves."""
    small = (counts < settings.below) & ((counts > 0) | settings.zeros)
    small |= (counts == 0) & settings.zeros
    action = np.where(small, PRIMARY, PUBLISHED).astype(object)
    reason = np.where(small, f"a count below {settings.below}" if settings.below else "a zero", "").astype(
        object
    )
    return action, reason


def _groups(frame: pd.DataFrame, names: list[str]) -> list[Group]:
    """Return the groups whose totals are published, in each year, the smaller first."""
    years = frame["year"].to_numpy() if "year" in frame else np.zeros(len(frame))
    found = []
    for level, name in enumerate(names):
        indices = frame.groupby([frame[name].to_numpy(), years], sort=True).indices
        for key, cells in indices.items():
            assert isinstance(key, tuple)
            found.append(Group(level, f"{name} {key[0]}", np.asarray(cells), key[1]))
    return found


def _total_rows(
    groups: list[Group],
    counts: NDArray[np.float64],
    frame: pd.DataFrame,
    names: list[str],
    settings: Disclosure,
) -> pd.DataFrame:
    """Return the audit's row of each total."""
    rows = []
    for group in groups:
        name = names[group.level]
        total = float(np.nansum(counts[group.cells]))
        rounded = float(round_to(np.array([total]), settings.nearest, settings.halves)[0])
        missing = bool(np.isnan(counts[group.cells]).any())
        row = {
            "cell": "total",
            name: frame[name].iloc[int(group.cells[0])],
            "count": total,
            "published": rounded if group.open else np.nan,
            "action": PUBLISHED if group.open else "not given" if missing else SECONDARY,
            "reason": group.reason,
        }
        rows.append(row | ({"year": group.year} if "year" in frame else {}))
    return pd.DataFrame(rows)


def _published_frame(
    frame: pd.DataFrame,
    published: NDArray[np.float64],
    hidden: NDArray[np.bool_],
    count: str,
    population: str | None,
    settings: Disclosure,
) -> pd.DataFrame:
    """Return the columns that may be published: places, protected counts and rates made from those."""
    safe = ["area_code", "area_name", "nation", "region", "year"]
    made = frame[[name for name in safe if name in frame]].assign(**{count: published})
    status = frame["status"].astype(str).to_numpy() if "status" in frame else np.full(len(frame), "exact")
    if settings.nearest > 1:
        rounded = f"rounded_to_{settings.nearest}"
        status = np.where(
            status == "exact", rounded if settings.nearest in {5, 10, 100} else "estimated", status
        )
    if population is not None and population in frame:
        people = frame[population].to_numpy(dtype=float, na_value=np.nan)
        made = made.assign(population=people, rate_per_10000=10_000 * published / people)
    return made.assign(status=np.where(hidden, "suppressed", status))
