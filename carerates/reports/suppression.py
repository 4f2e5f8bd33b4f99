"""Which further cells of a hierarchy must be suppressed so that no published total gives a small count away?

A published total is an equation on the cells in it.  Where its parts have published totals too, those
equations can be taken from it; what is left concerns the cells that no smaller published total covers.
Every cell so belongs to one equation, that of the smallest group around it whose total is published, and
each equation must leave its suppressed cells open: none of them, or two or more that together are no
smaller than the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carerates.errors import OutputError


@dataclass(slots=True, eq=False)
class Group:
    """One group with a total: its cells, and whether the total is published.

    Attributes
    ----------
    level : int
        0 for the smallest groups.
    words : str
        What it is, for an audit: ``region Wales``.
    cells : array of int
    year : object
    open : bool
        Whether the total is published.
    reason : str
        Why it is not.
    """

    level: int
    words: str
    cells: NDArray[np.intp]
    year: object = None
    open: bool = True
    reason: str = ""


@dataclass(slots=True, eq=False)
class Suppression:
    """The cells of one table, and what is published of them.

    Attributes
    ----------
    counts : array of float
        NaN where a publisher gave none.
    hidden : array of bool
        Suppressed so far.
    reasons : dict of int to str
        Cells suppressed to protect others, and why.
    groups : sequence of Group
        The smaller first; each inside one of the next level.
    threshold : int
        Suppressed cells of one equation must come to this together.
    """

    counts: NDArray[np.float64]
    hidden: NDArray[np.bool_]
    groups: Sequence[Group]
    threshold: int
    reasons: dict[int, str] = field(default_factory=dict)

    def settle(self) -> None:
        """Suppress cells, and totals where no cell is left, until nothing can be worked out.

        Notes
        -----
        Of the cells of an equation the smallest above zero goes first.  Where there is none, the total of
        the smallest part is suppressed, so that its cells join the equation; where there is no part, the
        total itself.  Each step hides something, so that there is an end.
        """
        self._require_nested()
        for group in self.groups:
            if np.isnan(self.counts[group.cells]).any():
                group.open, group.reason = False, "a cell of it was not given"
        while telling := [one for one in self.groups if one.open and self._tells(one)]:
            self._suppress_one_more(telling[0])

    def _uncovered(self, group: Group) -> NDArray[np.intp]:
        """Return the cells of a group that no smaller published total covers."""
        covered = [one.cells for one in self.groups if one.open and one.level < group.level]
        return np.setdiff1d(group.cells, np.concatenate(covered)) if covered else group.cells

    def _tells(self, group: Group) -> bool:
        """Say whether a published total gives a suppressed count away, or is too small itself."""
        cells = self._uncovered(group)
        secret = cells[self.hidden[cells]]
        if not len(secret):
            return False
        return len(secret) < 2 or bool(self.counts[secret].sum() < max(self.threshold, 1))

    def _suppress_one_more(self, group: Group) -> None:
        """Suppress the next cell or total of an equation that tells too much."""
        cells = self._uncovered(group)
        left = cells[~self.hidden[cells]]
        if len(left):
            # a zero tells a reader little and protects little
            chosen = int(min(left, key=lambda at: (self.counts[at] == 0, self.counts[at])))
            self.hidden[chosen] = True
            self.reasons[chosen] = f"to protect another cell of {group.words}"
            return
        inside = [one for one in self.groups if one.open and one.level < group.level]
        parts = [one for one in inside if np.isin(one.cells, group.cells).all()]
        if parts:
            # a part with a cell that can be shown is worth more to the equation than one without
            part = min(parts, key=lambda one: (self.hidden[one.cells].all(), self.counts[one.cells].sum()))
            part.open, part.reason = False, f"to protect another total of {group.words}"
        else:
            group.open, group.reason = False, "it would give a small count away"

    def _require_nested(self) -> None:
        """Raise where a group lies in two groups of a higher level."""
        for small in self.groups:
            for large in self.groups:
                if small.level < large.level:
                    shared = np.isin(small.cells, large.cells)
                    if shared.any() and not shared.all():
                        raise OutputError(
                            f"{small.words} lies only partly in {large.words}, so totals of both cannot be "
                            "protected together. Name groups that lie inside each other, the smaller first."
                        )
