"""Check a whole table of printed statistics, one row each.

The file is a CSV (UTF-8) with the columns ``check`` and ``figures``, and optionally ``label``::

    label,check,figures
    Table 5 cuts to services,t,t=-1.3; df=433; p=.814
    Table 1 too high,percent,count=473; total=697; percent=67.8; parts=7.0+60.8
    Table 4 Wrexham,change,start=67; end=115; change=41.7

``figures`` holds ``name=value`` pairs with semicolons between them; the names are the arguments of
``check_t``, ``check_percent`` and so on.  Lists join their members with ``+``, ranges are written
``55..74`` and a series ``2019:109 2020:114``.  Figures may also stand in columns of their own, named
like the arguments.  Other columns are kept and shown.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carerates.audit.arithmetic import check_df, check_mean, check_pooled_mean, check_sum
from carerates.audit.changes import check_change, check_changes
from carerates.audit.chi_squared import check_chi2
from carerates.audit.finding import Finding
from carerates.audit.odds_ratios import check_odds_ratio
from carerates.audit.percentages import check_item, check_percent
from carerates.audit.rates import check_rate
from carerates.audit.series import check_date, check_window
from carerates.audit.t_tests import check_gaps, check_t, check_t_from_summary
from carerates.errors import TableError
from carerates.provenance import Provenance, Source

if TYPE_CHECKING:
    import pandas as pd


def _text(value: str) -> str:
    return value


def _whole(value: str) -> int:
    return int(value.replace(",", ""))


def _number(value: str) -> float:
    return float(value)


def _yes(value: str) -> bool:
    if value.lower() not in ("yes", "no"):
        raise ValueError(f"{value!r} is neither yes nor no")
    return value.lower() == "yes"


def _list(value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split("+"))


def _wholes(value: str) -> tuple[int, ...]:
    return tuple(_whole(one) for one in _list(value))


def _sizes(value: str) -> tuple[int | tuple[int, int], ...]:
    ranges = [one.split("..") for one in _list(value)]
    return tuple(_whole(one[0]) if len(one) == 1 else (_whole(one[0]), _whole(one[1])) for one in ranges)


def _gap(value: str) -> tuple[str, int, int]:
    t, first, second = _list(value)
    return t, _whole(first), _whole(second)


def _series(value: str) -> dict[int, str]:
    pairs = [one.split(":") for one in value.split()]
    return {int(year): figure for year, figure in pairs}


_Reader = Callable[[str], Any]
# check -> its function and how each of its arguments is written
CHECKS: dict[str, tuple[Callable[..., Finding], dict[str, _Reader]]] = {
    "t": (check_t, {"t": _text, "df": _text, "p": _text, "tails": _whole}),
    "t_from_summary": (
        check_t_from_summary,
        {"means": _list, "sds": _list, "t": _text, "sizes": _sizes, "df": _text, "welch": _yes},
    ),
    "gaps": (check_gaps, {"first": _gap, "second": _gap}),
    "percent": (check_percent, {"count": _whole, "total": _whole, "percent": _text, "parts": _list}),
    "item": (check_item, {"counts": _wholes, "percents": _list, "total": _whole}),
    "chi2": (
        check_chi2,
        {"counts": _wholes, "totals": _wholes, "statistic": _text, "p": _text, "n": _whole},
    ),
    "odds_ratio": (
        check_odds_ratio,
        {
            "odds_ratio": _text,
            "lower": _text,
            "upper": _text,
            "p": _text,
            "probability": _number,
            "direction": _text,
        },
    ),
    "sum": (check_sum, {"parts": _list, "total": _text, "rounded_to": _whole, "hidden": _wholes}),
    "df": (
        check_df,
        {"df": _text, "n": _whole, "test": _text, "groups": _whole, "smallest_group": _whole},
    ),
    "mean": (check_mean, {"mean": _text, "n": _whole, "items": _whole}),
    "pooled_mean": (check_pooled_mean, {"means": _list, "sizes": _wholes, "mean": _text}),
    "rate": (
        check_rate,
        {
            "count": _text,
            "population": _text,
            "rate": _text,
            "per": _whole,
            "count_rounded_to": _whole,
            "population_rounded_to": _whole,
        },
    ),
    "change": (
        check_change,
        {"start": _text, "end": _text, "change": _text, "relative_to": _text, "rounded": _yes},
    ),
    "changes": (check_changes, {"starts": _list, "ends": _list, "changes": _list, "rounded": _yes}),
    "date": (check_date, {"value": _text, "year": _whole, "series": _series}),
    "window": (
        check_window,
        {"change": _text, "start": _whole, "end": _whole, "series": _series, "relative_to": _text},
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class CheckedFile:
    """Findings of a table of printed statistics.

    Attributes
    ----------
    findings : tuple of Finding
        One for each row.
    rows : tuple of dict
        The rows as read.
    settings : mapping
        Name of the table.
    provenance : Provenance
        The file.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.audit import check_file
    >>> row = {"location": "Table 1", "label": "too high", "check": "percent",
    ...        "figures": "count=424; total=697; percent=68.0"}
    >>> pd.DataFrame([row]).to_csv("printed.csv", index=False)
    >>> check_file("printed.csv").to_frame()["consistent"].tolist()
    [False]
    """

    findings: tuple[Finding, ...]
    rows: tuple[Mapping[str, str], ...]
    settings: Mapping[str, Any]
    provenance: Provenance

    @property
    def inconsistent(self) -> int:
        """Return how many rows do not agree with themselves."""
        return sum(not one.consistent for one in self.findings)

    def summary(self, *, everything: bool = False) -> str:
        """Return the findings as text: all that do not agree, or all with ``everything``."""
        blocks = [
            f"{'ok  ' if one.consistent else 'FLAG'} row {place}: {_label(row)}\n     {one.summary()}"
            for place, (row, one) in enumerate(zip(self.rows, self.findings, strict=True), start=1)
            if everything or not one.consistent
        ]
        ending = f"{len(self.findings)} statistics checked, {self.inconsistent} not consistent."
        return "\n".join([*blocks, ending])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per statistic: the columns of the file, then the finding."""
        import pandas as pd

        found = pd.concat([one.to_frame() for one in self.findings], ignore_index=True)
        read = pd.DataFrame([dict(row) for row in self.rows])
        return pd.concat([read.drop(columns=["check"]), found], axis=1)


def check_file(path: str | Path) -> CheckedFile:
    """Which of the printed statistics in a CSV file do not agree with themselves?

    Parameters
    ----------
    path : str or Path
        A CSV file as the heading of this module describes.

    Returns
    -------
    CheckedFile

    Raises
    ------
    TableError
        If the file cannot be read, or rows name no check or figures that a check does not take; all
        problems together.

    Examples
    --------
    >>> import pandas as pd
    >>> from carerates.audit import check_file
    >>> row = {"location": "Table 1", "label": "too high", "check": "percent",
    ...        "figures": "count=424; total=697; percent=60.8"}
    >>> pd.DataFrame([row]).to_csv("printed.csv", index=False)
    >>> [found.consistent for found in check_file("printed.csv").findings]
    [True]
    """
    import hashlib

    file = Path(path)
    try:
        content = file.read_bytes()
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except OSError as error:
        raise TableError(f"{file} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{file} is not a CSV file in UTF-8: {error}.") from error
    source = Source(
        "the user", file.name, file.name, sha256=hashlib.sha256(content).hexdigest(), rows=len(rows)
    )
    return check_table(rows, name=file.name, provenance=Provenance((source,)))


def check_table(
    rows: Iterable[Mapping[str, str | None]], *, name: str = "table", provenance: Provenance | None = None
) -> CheckedFile:
    """Which rows of a table of printed statistics do not agree with themselves?

    Parameters
    ----------
    rows : iterable of mappings
        Each with ``check`` and ``figures``, as in a file for :func:`check_file`.
    name : str
        What to call the table in errors.
    provenance : Provenance, optional
        Where the figures come from.

    Examples
    --------
    >>> checked = check_table([{"check": "sum", "figures": "parts=112+140; total=152"}])
    >>> checked.inconsistent
    1
    """
    table = [{key or "": (value or "").strip() for key, value in row.items() if key} for row in rows]
    problems: list[str] = []
    findings: list[Finding] = []
    for place, row in enumerate(table, start=1):
        try:
            findings.append(_check_row(row))
        except (ValueError, TypeError) as error:
            problems.append(f"row {place} ({_label(row)}): {error}")
    if not table:
        problems.append("there are no rows")
    if problems:
        raise TableError(f"{name} cannot be checked as it is.", problems)
    steps = f"{len(findings)} printed statistics were recomputed from the figures beside them."
    return CheckedFile(
        tuple(findings), tuple(table), {"name": name}, (provenance or Provenance()).then(steps)
    )


def _check_row(row: Mapping[str, str]) -> Finding:
    """Run the check that a row names."""
    name = row.get("check", "")
    if name not in CHECKS:
        raise ValueError(f"check is {name!r}; it is one of {', '.join(CHECKS)}")
    function, readers = CHECKS[name]
    given = {key: value for key, value in row.items() if key in readers and value}
    for pair in filter(None, (one.strip() for one in row.get("figures", "").split(";"))):
        key, sign, value = pair.partition("=")
        if not sign or key.strip() not in readers:
            raise ValueError(f"figures has {pair!r}; the check '{name}' takes {', '.join(readers)}")
        given[key.strip()] = value.strip()
    arguments: dict[str, Any] = {}
    for key, value in given.items():
        try:
            arguments[key] = readers[key](value)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{key} is {value!r}, which cannot be read ({error})") from None
    return function(**arguments)


def _label(row: Mapping[str, str]) -> str:
    """Return what to call a row."""
    return row.get("label") or row.get("check") or "no label"
