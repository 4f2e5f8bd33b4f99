"""Reorganisations of authorities: which areas add up to which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from carerates.areas.directory import read_rows

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """One change of areas: everything on one side covers the same ground as everything on another.

    Attributes
    ----------
    event : str
        Short name, such as ``"2021-NTH"``.
    effective_date : datetime.date
        First day of the new areas.
    before, after : frozenset of str
        Codes of the areas on either side of that day.
    """

    event: str
    effective_date: date
    before: frozenset[str]
    after: frozenset[str]

    @property
    def unit(self) -> str:
        """Code of the smallest area that has not changed: one side's only area, or all of ``after``."""
        for side in (self.before, self.after):
            if len(side) == 1:
                return next(iter(side))
        return "+".join(sorted(self.after))

    @property
    def sides(self) -> tuple[frozenset[str], ...]:
        """Sets of areas that each add up to the unit."""
        return tuple(dict.fromkeys((self.before, self.after, frozenset((self.unit,)))))

    @property
    def codes(self) -> frozenset[str]:
        """Codes of every area concerned, the unit included."""
        return frozenset().union(*self.sides)

    def side_in(self, year: int) -> frozenset[str]:
        """Return the areas that existed on 31 March of ``year``."""
        return self.after if self.effective_date <= date(year, 3, 31) else self.before

    def falls_within(self, first: int, last: int) -> bool:
        """Whether the areas on 31 March of the two years differ."""
        return self.side_in(first) != self.side_in(last)


@cache
def reorganisations() -> tuple[Reorganisation, ...]:
    """Return every reorganisation since 2003, oldest first; an area takes part in at most one."""
    rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in read_rows("changes.csv"):
        if row["kind"] != "recode":
            rows[row["event"], row["effective_date"]].append(row)
    return tuple(
        Reorganisation(
            event,
            date.fromisoformat(day),
            frozenset(row["from_code"] for row in parts),
            frozenset(row["to_code"] for row in parts),
        )
        for (event, day), parts in sorted(rows.items(), key=lambda item: item[0][1])
    )


@cache
def parts_now(code: str) -> tuple[str, ...]:
    """Return the present areas that an area, former or summed, consists of; itself where it is one.

    Empty where no present areas make up exactly that area (Bournemouth, Poole and the old Dorset).
    """
    for one in reorganisations():
        if code == one.unit and code not in one.after:
            return tuple(sorted(one.after))
        if code in one.before - one.after:
            return ()
    return (code,)


def changes() -> pd.DataFrame:
    """List every change of code or area since 2003.

    Returns
    -------
    DataFrame
        One row per pair of codes: ``event, effective_date, kind, from_code, to_code, note``.  The kind is
        ``"recode"`` (the same area under a new code), ``"split"``, or ``"reorganisation"`` (the areas of
        one event equal each other only in total).

    Examples
    --------
    >>> from carerates import areas
    >>> there = areas.changes()
    >>> there.loc[there["event"] == "2023-CMA", "to_code"].tolist()
    ['E06000063', 'E06000064']
    """
    import pandas as pd

    return pd.DataFrame(list(read_rows("changes.csv")))
