"""Bring the bundled edition up to date from the publishers, in one command::

    python scripts/refresh_edition.py [folder]

Rows that the edition lacks are added (areas and years, and the populations they need); rows it has are never
changed, since figures of a released version must stay.  What the publishers have revised since is listed, for
the maintainer to judge.  Afterwards the edition is sealed; describe the new releases in its README by hand.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pandas as pd
from seal_edition import DEFAULT, seal

from carerates.sources.fetcher import Fetcher
from carerates.sources.live import live_rates

TABLES = {"england": "looked_after_england.csv", "wales": "looked_after_wales.csv"}
ROUNDED_TO = {"exact": 1, "provisional": 1, "revised": 1, "rounded_to_5": 5, "rounded_to_10": 10}


def add_rows(path: Path, key: list[str], rows: list[dict[str, object]]) -> int:
    """Append the rows whose key the table lacks; every line that stands stays as it is."""
    text = path.read_text(encoding="utf-8")
    table = list(csv.DictReader(text.splitlines()))
    columns = list(table[0])
    held = {tuple(row[name] for name in key) for row in table}
    new = [row for row in rows if tuple(str(row[name]) for name in key) not in held]
    with path.open("a", encoding="utf-8", newline="") as file:
        if text and not text.endswith("\n"):
            file.write("\n")
        writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
        writer.writerows({name: row.get(name, "") for name in columns} for row in new)
    return len(new)


def rate_rows(frame: pd.DataFrame, source: str) -> list[dict[str, object]]:
    """Write rates in the edition's layout; only rows that have a count."""
    rows: list[dict[str, object]] = []
    for row in frame[frame["children"].notna()].to_dict("records"):
        published = pd.notna(row["published_rate_per_10000"])
        rate = row["published_rate_per_10000"] if published else round(row["rate_per_10000"], 1)
        rows.append(
            {
                "area_code": row["area_code"],
                "area_name": row["area_name"],
                "level": row["level"],
                "region": "" if row["level"] == "nation" else row["region"],
                "year": row["year"],
                "children": int(row["children"]),
                "children_status": "published",
                "children_rounded_to": ROUNDED_TO[row["status"]],
                "children_source": source,
                "rate_per_10000": "" if pd.isna(rate) else f"{rate:g}",
                "rate_status": "published" if published else "computed",
                "rate_source": source if published else "from_count",
            }
        )
    return rows


def population_rows(frame: pd.DataFrame, source: str) -> list[dict[str, object]]:
    """Write populations in the edition's layout."""
    return [
        {
            "area_code": row["area_code"],
            "area_name": row["area_name"],
            "level": row["level"],
            "mid_year": row["population_year"],
            "vintage": "rebased",
            "population": int(row["population"]),
            "status": "published",
            "source": source,
        }
        for row in frame[frame["population"].notna()].to_dict("records")
    ]


def revised(path: Path, rows: list[dict[str, object]]) -> list[str]:
    """List the counts that the publishers now give otherwise than the edition does."""
    with path.open(encoding="utf-8", newline="") as file:
        held = {(row["area_code"], row["year"]): row for row in csv.DictReader(file)}
    told = []
    for row in rows:
        old = held.get((str(row["area_code"]), str(row["year"])))
        if old is not None and old["children"] and float(old["children"]) != float(str(row["children"])):
            told.append(f"{row['area_name']} {row['year']}: {old['children']} now {row['children']}")
    return told


def refresh(folder: Path, fetcher: Fetcher | None = None) -> list[str]:
    """Add what the edition lacks and seal it; return what was done, in lines."""
    if fetcher is None:
        with Fetcher(say=print) as own:
            return refresh(folder, own)
    said = []
    levels = ("local_authority", "region", "nation")
    for nation, name in TABLES.items():
        chosen = levels if nation == "england" else ("local_authority", "nation")
        tables = [live_rates([nation], level=level, fetcher=fetcher) for level in chosen]  # type: ignore[arg-type]
        source = f"{nation} {tables[0].provenance.sources[0].edition}"
        frames = [table.to_frame() for table in tables]
        rows = [row for frame in frames for row in rate_rows(frame, source)]
        said += [f"revised since, not changed: {line}" for line in revised(folder / name, rows)]
        said.append(f"{name}: {add_rows(folder / name, ['area_code', 'year'], rows)} rows added")
        people = [row for frame in frames for row in population_rows(frame, source)]
        table = folder / "child_population.csv"
        added = add_rows(table, ["area_code", "mid_year", "vintage"], people)
        said.append(f"child_population.csv: {added} rows of {nation} added")
    said.append("sealed: " + (", ".join(seal(folder)) or "nothing changed"))
    return said


if __name__ == "__main__":
    print("\n".join(refresh(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)))
