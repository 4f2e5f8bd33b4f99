"""The page of the data sets: what the bundled edition's own description says of each table."""

from __future__ import annotations

import json
from typing import Any

from carerates.sources import find_edition


def make_page() -> str:
    """Return one section for each table of the bundled edition."""
    package = json.loads((find_edition() / "datapackage.json").read_text(encoding="utf-8"))
    tables = package["resources"]
    lines = [
        "# Data sets\n",
        f"{package['title']}, version {package['version']}: {len(tables)} tables, "
        f"{sum(table['rows'] for table in tables):,} rows. This page is made from `datapackage.json`, which travels "
        "with every installed copy; the SHA-256 of each table is checked each time that it is read.\n",
        "| table | what | rows | publisher | edition |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [`{table['name']}`](#{_anchor(table)}) | {table['title']} | {table['rows']:,} | {table['publisher']} "
        f"| {table['edition']} |"
        for table in tables
    ]
    for table in tables:
        lines += _section(table)
    return "\n".join(lines) + "\n"


def _anchor(table: dict[str, Any]) -> str:
    return str(table["name"]).replace("_", "-")


def _section(table: dict[str, Any]) -> list[str]:
    """Return what is known of one table: origin, licence, checksum, columns."""
    licences = "; ".join(
        f"[{one['title']}]({one['path']})" if "path" in one else one["title"]
        for one in table.get("licenses", [])
    )
    facts = {
        "Publisher": table["publisher"],
        "Edition": table["edition"],
        "Designation": table.get("designation", ""),
        "Licence": licences,
        "Attribution": table.get("attribution", ""),
        "Key": ", ".join(f"`{one}`" for one in table["schema"].get("primaryKey", [])),
        "File": f"`{table['path']}`, {table['rows']:,} rows, {table['bytes']:,} bytes",
        "SHA-256": f"`{table['hash'].removeprefix('sha256:')}`",
    }
    lines = [
        "",
        f"({_anchor(table)})=",
        f"## {table['name']}\n",
        f"{table['title']}. {table['description']}\n",
    ]
    lines += [f"- **{name}**: {words}" for name, words in facts.items() if words]
    lines += ["", "| column | type | what it is |", "|---|---|---|"]
    lines += [
        f"| `{field['name']}` | {field['type']} | {_cell(field.get('description', ''))} |"
        for field in table["schema"]["fields"]
    ]
    lines += ["", ":::{dropdown} Sources, by the id used in the table", ""]
    for source in table.get("sources", []):
        words = ", ".join(str(source[key]) for key in ("title", "publisher", "edition") if source.get(key))
        lines.append(f"- `{source['id']}`: {words}" if "id" in source else f"- {words}")
    return [*lines, "", ":::"]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
