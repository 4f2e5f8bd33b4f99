"""What changed between two releases of the same figures?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.provenance import Provenance
from carerates.tables import RatesTable, as_rates

MARKERS = (
    "same",
    "count revised",
    "population revised",
    "count and population revised",
    "status changed",
    "published rate changed",
    "only in the first",
    "only in the second",
)
"""What can be said about an area and year in two vintages."""

_COMPARED = ("children", "population", "rate_per_10000", "published_rate_per_10000")


@dataclass(frozen=True, slots=True)
class VintageSettings:
    """What was compared: the names of the two vintages."""

    first: str
    second: str


@dataclass(frozen=True, slots=True, eq=False)
class VintageComparison:
    """What changed between two vintages, by area and year.

    Attributes
    ----------
    frame : DataFrame
        See :meth:`to_frame`.
    settings : VintageSettings
        Names of the vintages.
    provenance : Provenance
        Sources of both.
    """

    frame: pd.DataFrame = field(repr=False)
    settings: VintageSettings
    provenance: Provenance

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area and year of either vintage.

        Columns are ``area_code``, ``area_name``, ``year``; ``children``, ``population``, ``rate_per_10000``,
        ``published_rate_per_10000`` and ``status`` with ``_first`` and ``_second``; ``children_change``;
        ``marker`` (one of :data:`MARKERS`) and ``reason``, in words.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Say in a paragraph what changed."""
        counts = self.frame["marker"].value_counts()
        shared = int((~self.frame["marker"].str.startswith("only")).sum())
        parts = [f"{int(counts[name])} {name}" for name in MARKERS if name in counts.index and name != "same"]
        text = (
            f"{self.settings.first} and {self.settings.second} share {shared} area-years, of which "
            f"{int(counts.get('same', 0))} are the same"
        )
        changed = self.frame["children_change"].abs()
        if (changed > 0).any():
            worst = self.frame.iloc[int(np.nanargmax(changed))]
            text += (
                f"; the largest change of a count is {worst['area_name']} {worst['year']}, "
                f"{worst['children_first']:,.0f} to {worst['children_second']:,.0f}"
            )
        return text + (f". Changes: {', '.join(parts)}." if parts else ". Nothing changed.")


def compare_vintages(
    a: RatesTable | pd.DataFrame, b: RatesTable | pd.DataFrame, *, names: tuple[str, str] | None = None
) -> VintageComparison:
    """Find what changed between two releases, by area and year, with the reason.

    Parameters
    ----------
    a, b : RatesTable or DataFrame
        The earlier and the later vintage.
    names : tuple of str, optional
        What to call them; otherwise the editions of their sources.

    Returns
    -------
    VintageComparison

    Notes
    -----
    Counts and populations are compared exactly.  Two releases of one year may differ because counts were
    revised, because populations were (after a census, all of them), because a figure became suppressed or
    was released, or because an area was split or merged and stands in only one of them.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> first = pd.DataFrame({"area_code": ["E08000016"], "year": [2023], "children": [400],
    ...                       "population": [50_681]})
    >>> second = first.assign(children=398, population=50_706)
    >>> cr.compare_vintages(first, second).to_frame()["marker"].item()
    'count and population revised'
    """
    first, second = as_rates(a), as_rates(b)
    called = names or (_edition(first, "the first vintage"), _edition(second, "the second vintage"))
    key = ["area_code", "year"]
    columns = [*key, "area_name", *_COMPARED, "status"]
    both = (
        first.to_frame()[columns]
        .merge(
            second.to_frame()[columns],
            on=key,
            how="outer",
            suffixes=("_first", "_second"),
            indicator="side",
            validate="one_to_one",
        )
        .sort_values(key, ignore_index=True)
    )
    both.insert(1, "area_name", both["area_name_second"].fillna(both["area_name_first"]))
    both["children_change"] = both["children_second"] - both["children_first"]
    marks = [_compare(row, called) for row in both.to_dict("records")]
    both["marker"] = pd.Series([marker for marker, _ in marks], index=both.index, dtype="str")
    both["reason"] = pd.Series([reason for _, reason in marks], index=both.index, dtype="str")
    both = both.drop(columns=["area_name_first", "area_name_second", "side"])
    provenance = first.provenance.merged(second.provenance).then(f"compared {called[0]} with {called[1]}")
    return VintageComparison(both, VintageSettings(*called), provenance)


def _edition(table: RatesTable, otherwise: str) -> str:
    """Name a vintage by the editions of its sources."""
    return (
        ", ".join(dict.fromkeys(one.edition for one in table.provenance.sources if one.edition)) or otherwise
    )


def _compare(row: Mapping[Hashable, object], called: tuple[str, str]) -> tuple[str, str]:
    """Say what changed in one area and year, and why."""
    if row["side"] == "left_only":
        return (
            "only in the first",
            f"{called[1]} has no row: the area was recoded, merged or split, or left out",
        )
    if row["side"] == "right_only":
        return (
            "only in the second",
            f"{called[0]} has no row: a new year, or an area recoded, merged or split",
        )
    changed = {name: _differs(row[f"{name}_first"], row[f"{name}_second"]) for name in _COMPARED}
    moved = [
        f"{name.replace('_', ' ')} {_shown(row[f'{name}_first'])} to {_shown(row[f'{name}_second'])}"
        for name in ("children", "population", "published_rate_per_10000")
        if changed[name]
    ]
    statuses = row["status_first"], row["status_second"]
    if statuses[0] != statuses[1]:
        moved.insert(0, f"status {statuses[0]} to {statuses[1]}")
    reason = "; ".join(moved)
    if statuses[0] != statuses[1] and (_empty(row["children_first"]) or _empty(row["children_second"])):
        return "status changed", reason
    if changed["children"] and changed["population"]:
        return "count and population revised", reason
    if changed["children"]:
        return "count revised", reason
    if changed["population"]:
        return "population revised", reason
    if statuses[0] != statuses[1]:
        return "status changed", reason
    if changed["published_rate_per_10000"]:
        return "published rate changed", reason
    return "same", ""


def _empty(value: object) -> bool:
    """Say whether a cell is empty."""
    return bool(pd.isna(value))  # type: ignore[call-overload]


def _differs(first: object, second: object) -> bool:
    """Say whether two cells differ; two empty ones do not."""
    if _empty(first) or _empty(second):
        return _empty(first) != _empty(second)
    return not np.isclose(float(str(first)), float(str(second)), rtol=0, atol=1e-9)


def _shown(value: object) -> str:
    """Write a cell."""
    return "none" if _empty(value) else f"{float(str(value)):,.10g}"
