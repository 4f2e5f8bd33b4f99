"""What earlier reports printed, what the package finds, and what follows from setting the two side by side.

One row of ``printed/*.csv`` stands for one printed quantity.  Its columns:

id, report, item, quantity
    A short name, unique; the report (a key of :data:`REPORTS`); figure, table or section; what is printed.
printed, unit
    The figure as printed.  Empty where ``carerates/reports/printed_figures.csv`` holds it already.
compare
    ``number`` (agrees within half a unit of the last printed digit, or ``tolerance``), ``areas`` (the same
    areas in any order), ``order`` (the same areas in the same order), ``direction`` (positive, negative
    or none: the interval of an association decides), ``words``.
calculation, arguments
    Function that finds our value, as ``module.function``, and what it is called with
    (``area=Torfaen; year=2012``).  Empty where the package cannot find one.
tolerance
    Only where the print gives a round figure in words ("about half").
basis
    What our value rests on: see :data:`BASES`.
expected
    The verdict that the test holds: see :data:`VERDICTS`.
reason
    Why ours is not the printed value, or what a reader must know though it is.
missing
    The data without which it cannot be reproduced.

Statistics that can only be checked against the figures printed beside them stand in ``statistics.csv``,
which ``carerates check`` reads too; :func:`compare` brings both into one table.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import pandas as pd
from pandas.io.formats.style import Styler

import carerates as cr
from carerates.audit import Finding, check_file

HERE = Path(__file__).parent
REPORTS = {
    "forrester_2021": "Forrester and others, survey of the Welsh workforce (WCPP and CASCADE, 2021)",
    "cordis_bright_2013": "Cordis Bright, differences in the looked after children population (2013)",
    "cascade_senedd": "CASCADE, evidence to the Senedd's Children, Young People and Education Committee",
    "interviews_2018": "What Works Centre, telephone interviews with local authorities in England (2018)",
    "wood_forrester_2023": "Wood and Forrester, conference abstract on the 2020 survey",
    "wijedasa_2018": "Wijedasa and others, rates in English local authorities 2012-2017 (2018)",
}
SHORT = {
    "forrester_2021": "WCPP 2021",
    "cordis_bright_2013": "Cordis Bright 2013",
    "cascade_senedd": "Senedd evidence",
    "interviews_2018": "Interviews 2018",
    "wood_forrester_2023": "Abstract 2023",
    "wijedasa_2018": "Wijedasa 2018",
}
# how the longer names in statistics.csv begin
_LONG_NAMES = {
    "Forrester et al. 2021": "forrester_2021",
    "Wood and Forrester 2023": "wood_forrester_2023",
    "Cordis Bright 2013": "cordis_bright_2013",
}
AGREES = "agrees"
SIGN_ONLY = "agrees in sign only"
ROUNDING = "differs: rounding"
MISSING = "not reproduced: missing data"
OUTSIDE = "not reproduced: outside the package"
CAUSES = ("vintage", "method", "error in print", "claim not borne out")
VERDICTS = {
    AGREES: "ours is the printed figure, within its last digit, or the same areas, order or direction",
    SIGN_ONLY: "the association has the printed direction, but its 95% interval includes none at all",
    ROUNDING: "unrounded inputs exist that give the printed figure, or it is a sum of rounded parts",
    "differs: vintage": "the same method on counts or populations of another edition or date",
    "differs: method": "the print follows from another method than the text states or a reader expects",
    "differs: error in print": "the figures printed beside it, or the data, leave no way to be right",
    "differs: claim not borne out": "the words say more than the figures",
    MISSING: "the package has a method for it, but no open data that it could be applied to",
    OUTSIDE: "context that is no rate, change, association or test: nothing to compute",
}
BASES = {
    "same data": "the data the report used, or a later edition of the same series",
    "other data": "another date or measure than the report's, named in the row",
    "printed figures": "other figures printed in the same report",
    "none": "nothing",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A number with the range that rounding of published counts and rates leaves possible."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Association:
    """Rank correlation over areas with its 95% interval."""

    estimate: float
    lower: float
    upper: float
    areas: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Areas in order of their values, with what rounding leaves possible for each."""

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def allows(self, order: Sequence[str]) -> bool:
        """Tell whether unrounded values exist that put the same areas in this order."""
        if sorted(order) != sorted(self.names):
            return False
        bounds = {name: (a, b) for name, a, b in zip(self.names, self.low, self.high, strict=True)}
        rising = bounds[self.names[0]][0] <= bounds[self.names[-1]][0]
        least = float("-inf")
        for name in order if rising else order[::-1]:
            least = max(least, bounds[name][0])
            if least > bounds[name][1]:
                return False
        return True


Ours = Value | Association | Ranking | frozenset[str] | str | float | int
Row = dict[str, str]


def rows() -> list[Row]:
    """Return every printed quantity, with the printed figures that the package holds filled in."""
    found: list[Row] = []
    for file in sorted((HERE / "printed").glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            found += [{"file": file.name} | row for row in csv.DictReader(opened, strict=True)]
    for row in found:
        row["printed"] = row["printed"] or _held_in_package(row)
    return found


@cache
def _package_figures() -> pd.DataFrame:
    """Return the printed figures that reports of the package show beside ours."""
    file = resources.files("carerates.reports") / "printed_figures.csv"
    with file.open(encoding="utf-8") as opened:
        return pd.read_csv(opened)


def _held_in_package(row: Row) -> str:
    """Return a printed figure from the package's own list, which a row then need not repeat."""
    given = arguments(row)
    code = cr.areas.find(str(given["area"])).code if "area" in given else ""
    held = _package_figures()
    wanted = held[
        (held["report"] == row["report"])
        & (held["year"] == given.get("year"))
        & (held["area_code"] == code)
        & (held["measure"] == ("children" if row["unit"] == "children" else "rate_per_10000"))
    ]
    return str(wanted["printed"].item()) if len(wanted) == 1 else ""


def arguments(row: Row) -> dict[str, str | int]:
    """Read ``name=value; name=value``; whole numbers become numbers."""
    pairs = (one.partition("=") for one in row["arguments"].split(";") if one.strip())
    return {
        name.strip(): int(value) if value.strip().isdigit() else value.strip() for name, _, value in pairs
    }


def ours(row: Row) -> Ours | None:
    """Find the package's value for a row; None where it has no calculation."""
    if not row["calculation"]:
        return None
    module, _, name = row["calculation"].partition(".")
    result: Ours = getattr(importlib.import_module(module), name)(**arguments(row))
    return result


def half_unit(printed: str) -> float:
    """Return half a unit of the last digit of a printed number."""
    _, _, decimals = printed.strip("%").partition(".")
    return 0.5 * 10.0 ** -len(decimals)


def number(printed: str) -> float:
    """Read a printed number: signs, thousands and per cent allowed."""
    return float(printed.replace("\N{MINUS SIGN}", "-").replace(",", "").strip().rstrip("%"))


def judge(row: Row, found: Ours | None) -> str:
    """Say what follows from a printed figure and ours."""
    if found is None:
        return MISSING if row["missing"] else OUTSIDE
    agrees, rounding = _compare(row, found)
    if agrees:
        return AGREES
    if rounding:
        return ROUNDING
    if isinstance(found, Association) and row["printed"] in ("positive", "negative"):
        if (found.estimate > 0) == (row["printed"] == "positive"):
            return SIGN_ONLY
        return "differs: claim not borne out"
    cause = row["expected"].removeprefix("differs: ")
    return f"differs: {cause}" if cause in CAUSES else "differs: unexplained"


def _compare(row: Row, found: Ours) -> tuple[bool, bool]:
    """Return whether ours agrees, and whether rounding of the inputs alone could make it agree."""
    kind, printed = row["compare"], row["printed"]
    if kind == "direction" and isinstance(found, Association):
        none = found.lower <= 0 <= found.upper
        said = "none" if none else "positive" if found.estimate > 0 else "negative"
        return said == printed, False
    if kind == "number" and isinstance(found, Value | float | int):
        value = found if isinstance(found, Value) else Value(found, found, found)
        slack = float(row["tolerance"]) if row["tolerance"] else half_unit(printed)
        target = number(printed)
        slack += 1e-9  # a value of exactly half a unit may be printed either way
        return (
            abs(value.value - target) <= slack,
            value.low - slack <= target <= value.high + slack,
        )
    names = tuple(one.strip() for one in printed.split(";"))
    if kind == "order" and isinstance(found, Ranking):
        return found.names == names, found.allows(names)
    if kind == "areas" and isinstance(found, frozenset):
        return found == frozenset(names), False
    if kind == "words" and isinstance(found, str):
        return found == printed, False
    raise ValueError(f"Row {row['id']}: a {type(found).__name__} cannot be compared as {kind!r}.")


def words(row: Row, found: Ours | None) -> str:
    """Write our value as a reader wants it: one digit more than the printed figure has."""
    if found is None:
        return ""
    if isinstance(found, Association):
        return f"{found.estimate:+.2f} ({found.lower:+.2f} to {found.upper:+.2f}), {found.areas} areas"
    if isinstance(found, Ranking):
        return "; ".join(found.names)
    if isinstance(found, frozenset):
        return "; ".join(sorted(found))
    if isinstance(found, str):
        return found
    value = found if isinstance(found, Value) else Value(found, found, found)
    if isinstance(found, int) or (row["unit"] in ("children", "areas") and value.value == int(value.value)):
        return f"{int(value.value)}"
    decimals = len(row["printed"].strip("%").partition(".")[2]) + 1
    text = f"{value.value:.{decimals}f}"
    if round(value.high - value.low, decimals) > 0:
        text += f" ({value.low:.{decimals}f} to {value.high:.{decimals}f})"
    return text


COLUMNS = [
    "id", "report", "item", "quantity", "printed", "unit", "ours", "verdict", "basis", "reason", "missing",
    "method", "expected",
]  # fmt: skip


@cache
def _compared() -> pd.DataFrame:
    """Work through every row of every file."""
    table = []
    for row in rows():
        found = ours(row)
        table.append(
            row
            | {
                "ours": words(row, found),
                "verdict": judge(row, found),
                "method": _method(row),
            }
        )
    table += _checked_statistics()
    return pd.DataFrame(table)[COLUMNS]


def compare(report: str | None = None) -> pd.DataFrame:
    """Return one row for each printed quantity: printed, ours, verdict, basis and reason.

    Parameters
    ----------
    report : str, optional
        A key of :data:`REPORTS`; all reports by default.
    """
    table = _compared()
    if report is not None:
        if report not in REPORTS:
            raise ValueError(f"{report!r} is no report; reports are {', '.join(REPORTS)}.")
        table = table[table["report"] == report]
    return table.reset_index(drop=True)


def _method(row: Row) -> str:
    """Return the first line of the calculation's own description."""
    if not row["calculation"]:
        return ""
    module, _, name = row["calculation"].partition(".")
    told = getattr(importlib.import_module(module), name).__doc__ or ""
    return str(told.strip().splitlines()[0])


def _checked_statistics() -> list[dict[str, str]]:
    """Return the statistics checked against other printed figures, as rows of the same table."""
    checked = check_file(HERE / "statistics.csv")
    return [
        _statistic(place, dict(row), finding)
        for place, (row, finding) in enumerate(zip(checked.rows, checked.findings, strict=True), start=1)
    ]


def _statistic(place: int, row: Row, finding: Finding) -> dict[str, str]:
    """Return one checked statistic as a row."""
    report = next(key for long, key in _LONG_NAMES.items() if row["source"].startswith(long))
    would_fit = f" Would fit: {', '.join(map(str, finding.suggestions))}." if finding.suggestions else ""
    return {
        "id": f"statistic {place}",
        "report": report,
        "item": row["location"],
        "quantity": f"{row['label']} ({row['check'].replace('_', ' ')})",
        "printed": row["figures"],
        "unit": "",
        "ours": "as printed" if finding.consistent else (finding.explanation + would_fit),
        "verdict": AGREES if finding.consistent else f"differs: {row['cause']}",
        "basis": "printed figures",
        "reason": row["reading"],
        "missing": "",
        "method": f"check of a printed statistic: {row['check'].replace('_', ' ')}",
        "expected": AGREES if row["expected"] == "consistent" else f"differs: {row['cause']}",
    }


def counts(by: str = "report") -> pd.DataFrame:
    """Count verdicts, one column for each report (or basis), with totals.

    Parameters
    ----------
    by : {"report", "basis"}
        What the columns are.
    """
    table = compare()
    names = SHORT if by == "report" else {key: key for key in BASES}
    found = pd.crosstab(table["verdict"], table[by]).reindex(
        index=[verdict for verdict in VERDICTS if verdict in set(table["verdict"])],
        columns=[key for key in names if key in set(table[by])],
    )
    found.columns = [names[str(key)] for key in found.columns]
    found["all"] = found.sum(axis=1)
    found.loc["all"] = found.sum()
    return found


def shown(table: pd.DataFrame, columns: Sequence[str], **labels: str) -> Styler:
    """Return some columns of a table as a page shows them: whole texts, no row numbers.

    Parameters
    ----------
    table : DataFrame
        What :func:`compare` and its like return.
    columns : sequence of str
        Columns to show, in order; ``where`` is report and item, ``reason`` holds the missing data too.
    **labels
        Heading of a column that should not be its name.
    """
    told = table.assign(where=table["report"].replace(SHORT) + ", " + table["item"], reason=_reasons(table))
    chosen = told[list(columns)].replace({"report": SHORT}).rename(columns=labels)
    return (
        chosen.style.hide(axis="index").set_table_attributes('class="table verdicts"').format(escape="html")
    )


def _reasons(table: pd.DataFrame) -> pd.Series:
    """Return the reason of each row with the data it lacks, so that a page needs one column for both."""
    missing = table["missing"].where(table["missing"].eq(""), "Missing: " + table["missing"] + ".")
    return (table["reason"] + " " + missing).str.strip()


def part(report: str, *items: str) -> Styler:
    """Return the rows of one figure or section as a page shows them.

    Parameters
    ----------
    report : str
        A key of :data:`REPORTS`.
    *items : str
        Figures, tables or sections as the rows name them ("Figure 8").

    Raises
    ------
    ValueError
        If no row names one of them, so that a page cannot lose its figures.
    """
    table = compare(report)
    chosen = pd.Series(False, index=table.index)
    for item in items:
        names = table["item"].str.contains(rf"\b{item}\b", regex=True)
        if not names.any():
            raise ValueError(f"No row of {report} names {item!r}.")
        chosen |= names
    found = table[chosen]
    columns = ["quantity", "printed", "ours", "verdict"]
    if found[["reason", "missing"]].ne("").any(axis=None):
        columns.append("reason")
    return shown(found, columns)


def disagreements() -> pd.DataFrame:
    """Return every printed quantity that ours is not, with the reason."""
    table = compare()
    return table[table["verdict"].str.startswith("differs") | table["verdict"].eq(SIGN_ONLY)].reset_index(
        drop=True
    )


def not_reproduced() -> pd.DataFrame:
    """Return what cannot be reproduced, and which data it would take."""
    table = compare()
    return table[table["verdict"].isin([MISSING, OUTSIDE])].reset_index(drop=True)
