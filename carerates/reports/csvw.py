"""Tables as CSV, with a side-car that tells machines what every column is (CSV on the Web, W3C 2015)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from carerates.reports.cells import one_line
from carerates.reports.release import Release, ReleaseTable
from carerates.reports.wording import TAGS

_OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def write_csv(table: ReleaseTable) -> bytes:
    """Return a table as CSV: UTF-8 with a mark, machine names, twelve digits, shorthand for gaps."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_printed(cell) for cell in row] for row in table.rows)
    return ("\ufeff" + target.getvalue()).encode("utf-8")


def _printed(cell: float | str) -> str:
    """Return a number with as many digits as carry meaning, a text as it is."""
    return cell if isinstance(cell, str) else f"{cell:.12g}"


def describe_csv(table: ReleaseTable, file: str, release: Release) -> bytes:
    """Return the side-car of a CSV: ``file`` + ``-metadata.json``, as CSV on the Web names it."""
    tag = TAGS[release.lang]
    described: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": tag}],
        "url": file,
        "dc:title": one_line(f"{release.title}: {table.caption}"),
        "dc:description": release.alternative,
        "dc:language": tag,
        "dc:publisher": [one_line(source.publisher) for source in release.provenance.sources],
        "dc:source": list(release.sources),
        "dc:rights": list(release.attributions),
        "dialect": {"encoding": "utf-8-sig", "header": True, "delimiter": ",", "lineTerminators": ["\r\n"]},
        "notes": list(release.notes),
        "tableSchema": {"columns": [_column(table, at) for at in range(len(table.columns))]},
    }
    if any("Open Government Licence v3" in source.licence for source in release.provenance.sources):
        described["dc:license"] = {"@id": _OGL}
    rows = table.to_frame()
    for key in (["area_code"], ["area_code", "year"]):
        if set(key) <= set(rows) and not rows.duplicated(key).any():
            described["tableSchema"]["primaryKey"] = key
            break
    return (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _column(table: ReleaseTable, at: int) -> dict[str, Any]:
    """Describe one column; marks that stand for a missing number are named as such."""
    column = table.columns[at]
    described: dict[str, Any] = {"name": column.name, "titles": [column.name, column.heading]}
    if not column.numeric:
        return described | {"datatype": "string"}
    marks = sorted({row[at] for row in table.rows if isinstance(row[at], str)}, key=str)
    if marks:
        described["null"] = marks
    numbers = [row[at] for row in table.rows if not isinstance(row[at], str)]
    whole = column.decimals == 0 and all(float(number).is_integer() for number in numbers)
    return described | {"datatype": "integer" if whole else "number"}
