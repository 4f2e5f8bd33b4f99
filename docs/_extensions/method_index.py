"""The index of methods: each statistic with its function, formula, source and the test that holds it."""

from __future__ import annotations

import csv
from pathlib import Path

TABLE = Path(__file__).parent.parent / "reference" / "methods.csv"
COLUMNS = ("area", "statistic", "function", "formula", "source", "test")


def read_methods() -> list[dict[str, str]]:
    """Return the rows of the table, checked for their columns."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{TABLE.name} has the columns {reader.fieldnames}; they must be {COLUMNS}.")
    return rows


def make_page() -> str:
    """Return one table for each area of the package."""
    rows = read_methods()
    lines = [
        # five columns need the width of the page
        "---\nhtml_theme.sidebar_secondary.remove: true\n---\n",
        "# Index of methods\n",
        f"The {len(rows)} statistics that carerates works out: where each is, what it is, where it comes from, and the test "
        "that fails if it stops being so. A test of the site checks that every function and every test named here exists.\n",
        "In the formulas: *o* children looked after, *e* children expected, *n* children aged 0–17, *r* a rate, θ the target "
        "rate, *i* an area, *t* a year, *k* the number of areas.\n",
    ]
    for area in dict.fromkeys(row["area"] for row in rows):
        lines += [
            f"## {area}\n",
            "| statistic | function | formula | source | test |",
            "|---|---|---|---|---|",
        ]
        for row in rows:
            if row["area"] == area:
                cells = [
                    row["statistic"],
                    f"`{row['function']}`",
                    row["formula"],
                    row["source"],
                    f"`{row['test']}`",
                ]
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)
