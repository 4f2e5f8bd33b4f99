"""Adding up the rows of areas: counts, bounds, populations and what may be said of the total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from carerates.areas.lookup import find

Row = dict[str, Any]

# statuses that stay what they are in a sum of their own kind, the least certain first
_COUNTED = ("provisional", "revised", "exact")
# statuses without a count; a total with parts of several kinds is called by the first that occurs
_UNCOUNTED = ("not_available", "not_applicable", "unreliable", "suppressed", "low")


def is_blank(row: Row) -> bool:
    """Whether a row only says that there is no figure, as publishers do before an area exists."""
    return row["status"] in ("not_available", "not_applicable")


def lacks_count(row: Row) -> bool:
    """Whether a row has no count, whatever else it says."""
    return bool(pd.isna(row["children"]))


def total_status(statuses: Sequence[str]) -> str:
    """Return the status of a sum of counts with these statuses.

    A sum that holds rounded, derived or estimated parts is ``estimated``: its bounds are those of the
    parts together, wider than the name of any one of them says.
    """
    for status in _UNCOUNTED:
        if status in statuses:
            alone = all(one == status for one in statuses)
            # a count plus something that "rounds to zero" is not itself a number that rounds to zero
            return "suppressed" if status == "low" and not alone else status
    for status in _COUNTED:
        if status in statuses and all(one in _COUNTED for one in statuses):
            return status
    return "estimated"


def summed_row(code: str, parts: Sequence[Row]) -> Row:
    """Return the row of an area that consists of ``parts``, all of one year."""
    status = total_status([row["status"] for row in parts])
    counts = [row["children"] for row in parts]
    lows = [0.0 if pd.isna(row["children_low"]) else float(row["children_low"]) for row in parts]
    row = _labelled(code, parts[0])
    row |= {
        "children": float("nan")
        if any(pd.isna(count) for count in counts)
        else sum(int(count) for count in counts),
        "children_low": sum(lows),
        "children_high": _sum_or_none([row["children_high"] for row in parts]),
        "population": _sum_or_none([row["population"] for row in parts]),
        "population_year": _common([row["population_year"] for row in parts]),
        "population_vintage": _listed([row["population_vintage"] for row in parts]),
        "status": status,
    }
    return row


def empty_row(code: str, year: int, like: Row) -> Row:
    """Return a row that says an area has no figures in a year."""
    return _labelled(code, like) | {
        "year": year,
        "children": float("nan"),
        "children_low": float("nan"),
        "children_high": float("nan"),
        "population": float("nan"),
        "population_year": float("nan"),
        "population_vintage": float("nan"),
        "status": "not_available",
    }


def _labelled(code: str, like: Row) -> Row:
    """Return a copy of a row under another area, without what belongs to the old one alone."""
    area = find(code)
    names = {"area_code": code, "area_name": area.name_en, "nation": area.nation, "region": area.region}
    return like | names | {"published_rate_per_10000": float("nan"), "rate_per_10000": float("nan")}


def _sum_or_none(values: Sequence[Any]) -> float:
    """Return the sum, NaN where a part is missing."""
    return float("nan") if any(pd.isna(value) for value in values) else float(sum(values))


def _common(values: Sequence[Any]) -> Any:  # noqa: ANN401 - whatever the column holds
    """Return the one value that all share, or NaN."""
    return values[0] if all(not pd.isna(value) and value == values[0] for value in values) else float("nan")


def _listed(values: Sequence[Any]) -> Any:  # noqa: ANN401 - text or NaN
    """Return the different texts side by side, or NaN where one is missing."""
    if any(pd.isna(value) for value in values):
        return float("nan")
    return " + ".join(sorted({str(value) for value in values}))


def joined(codes: Iterable[str]) -> str:
    """Return areas as words: ``A (code), B (code) and C (code)``."""
    names = [f"{find(code).name_en} ({code})" for code in sorted(codes)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def year_list(years: Iterable[int]) -> str:
    """Return years as words, runs of three or more shortened: ``2011, 2014 to 2018``."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    words = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(words)
