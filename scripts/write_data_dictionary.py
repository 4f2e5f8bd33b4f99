"""Write docs/reference/data-dictionary.md from the schema; a test holds the page to it.

Run with ``python scripts/write_data_dictionary.py``.
"""

from __future__ import annotations

from pathlib import Path

from carerates.tables.schema import RATES_COLUMNS
from carerates.tables.status import STATUSES

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "data-dictionary.md"


def page() -> str:
    """Return the page."""
    lines = [
        "# Data dictionary",
        "",
        "Made from the schema by `scripts/write_data_dictionary.py`; do not edit by hand.",
        "",
        "## Rates table",
        "",
        "Key: `area_code` and `year`. One table holds one level of area.",
        "",
        "| column | kind | unit | meaning | must be given | may be empty |",
        "|---|---|---|---|---|---|",
    ]
    for column in RATES_COLUMNS:
        given, empty = ("yes" if flag else "no" for flag in (column.required, column.may_be_empty))
        meaning = column.meaning + (f" ({', '.join(column.allowed)})" if column.name == "level" else "")
        lines.append(f"| `{column.name}` | {column.kind} | {column.unit} | {meaning} | {given} | {empty} |")
    lines += [
        "",
        "## Statuses",
        "",
        "| status | shorthand | meaning | Welsh | holds a count |",
        "|---|---|---|---|---|",
    ]
    for status in STATUSES.values():
        holds = "yes" if status.has_count else "no"
        lines.append(
            f"| `{status.code}` | {status.shorthand} | {status.meaning_en} | {status.meaning_cy} | {holds} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
