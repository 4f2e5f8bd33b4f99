"""Bring the bundled edition up to date from the publishers, in one command::

    python scripts/refresh_edition.py [folder]

Rows that the edition lacks are added (areas and years, and the populations they need); rows it has are never
changed, since figures of a released version must stay.  What the publishers have revised since is listed, for
the maintainer to judge.  Each population is labelled with the series that it is shown to belong to, by the
years that both have.  Afterwards the edition is sealed; describe the new releases in its README by hand.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

import pandas as pd
from seal_edition import DEFAULT, seal

from carerates.errors import SourceError
from carerates.provenance import Source
from carerates.sources.fetcher import Fetcher
from carerates.sources.live import live_rates

TABLES = {"england": "looked_after_england.csv", "wales": "looked_after_wales.csv"}
POPULATIONS = "child_population.csv"
ROUNDED_TO = {"exact": 1, "provisional": 1, "revised": 1, "rounded_to_5": 5, "rounded_to_10": 10}
# of the areas that two series share in a year, so many must have the same figure to be one series
SAME_SERIES = 0.98
FEWEST_AREAS = 5


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


def add_source(folder: Path, table: str, identifier: str, source: Source) -> None:
    """Describe where added rows come from, under the name that their source column holds."""
    descriptor = folder / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    resource = next(one for one in package["resources"] if one["path"] == table)
    listed = resource.setdefault("sources", [])
    if all(one["id"] != identifier for one in listed):
        listed.append(
            {
                "id": identifier,
                "title": source.title,
                "publisher": source.publisher,
                "edition": source.edition,
                "storedCopy": [f"{source.url} (SHA-256 {source.sha256})"],
            }
        )
        text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
        descriptor.write_text(text, encoding="utf-8", newline="\n")


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


def population_rows(frame: pd.DataFrame, source: str, vintages: dict[int, str]) -> list[dict[str, object]]:
    """Write populations in the edition's layout, each year under the series it belongs to."""
    return [
        {
            "area_code": row["area_code"],
            "area_name": row["area_name"],
            "level": row["level"],
            "mid_year": row["population_year"],
            "vintage": vintages[int(row["population_year"])],
            "population": int(row["population"]),
            "status": "published",
            "source": source,
        }
        for row in frame[frame["population"].notna()].to_dict("records")
    ]


def series_of(path: Path, frame: pd.DataFrame, source: str) -> tuple[dict[int, str], list[str]]:
    """Tell, for each mid-year, which series of the edition the new populations belong to.

    A year belongs to a series if the areas that both have agree.  A year beyond the end of every series
    belongs to the one that the year before was shown to belong to, since a release is of one series.  What
    agrees with no series has one of its own, named after its source, so that no figure passes for rebased
    without evidence.
    """
    held: dict[int, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["level"] == "local_authority" and row["population"]:
                held[int(row["mid_year"])][row["vintage"]][row["area_code"]] = float(row["population"])
    local = frame[(frame["level"] == "local_authority") & frame["population"].notna()]
    own = f"as_published_{source.replace(' ', '_').replace('/', '_')}"
    vintages: dict[int, str] = {}
    said: list[str] = []
    for year in sorted({int(one) for one in frame["population_year"]}):
        new = local[local["population_year"] == year].set_index("area_code")["population"].to_dict()
        best, share, areas = "", 0.0, 0
        prefix = tuple({code[0] for code in new})
        for name, known in held[year].items():
            both = [code for code in new if code in known]
            same = sum(new[code] == known[code] for code in both)
            if len(both) >= FEWEST_AREAS and same / len(both) > share:
                best, share, areas = name, same / len(both), len(both)
        there = any(code.startswith(prefix) for known in held[year].values() for code in known)
        if share >= SAME_SERIES:
            vintages[year] = best
            said.append(f"mid-{year}: {best}, as {share:.1%} of {areas} areas agree with the edition")
        elif not there and vintages.get(year - 1, own) != own:
            vintages[year] = vintages[year - 1]
            said.append(f"mid-{year}: {vintages[year]}, going on from mid-{year - 1} of the same release")
        else:
            vintages[year] = own
            said.append(f"mid-{year}: a series of its own, {own}, as it agrees with none of the edition")
    return vintages, said


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
    levels = {"england": ("local_authority", "region", "nation"), "wales": ("local_authority", "nation")}
    # all is fetched before anything is written, so that a publisher's trouble leaves the edition as it was
    fetched = {
        nation: [live_rates([nation], level=level, fetcher=fetcher) for level in levels[nation]]  # type: ignore[arg-type]
        for nation in TABLES
    }
    for nation, name in TABLES.items():
        tables = fetched[nation]
        first = tables[0].provenance.sources[0]
        source = f"{nation} {first.edition}"
        frames = [table.to_frame() for table in tables]
        rows = [row for frame in frames for row in rate_rows(frame, source)]
        said += [f"revised since, not changed: {line}" for line in revised(folder / name, rows)]
        added = add_rows(folder / name, ["area_code", "year"], rows)
        said.append(f"{name}: {added} rows added")
        if added:
            add_source(folder, name, source, first)
        vintages, told = series_of(folder / POPULATIONS, pd.concat(frames), source)
        said += [f"{nation}, population of {line}" for line in told]
        people = [row for frame in frames for row in population_rows(frame, source, vintages)]
        added = add_rows(folder / POPULATIONS, ["area_code", "mid_year", "vintage"], people)
        said.append(f"{POPULATIONS}: {added} rows of {nation} added")
        if added:
            from_whom = next(
                (one for one in tables[0].provenance.sources if "Statistics" in one.publisher), first
            )
            add_source(folder, POPULATIONS, source, from_whom)
    said.append("sealed: " + (", ".join(seal(folder)) or "nothing changed"))
    return said


def main(arguments: list[str], fetcher: Fetcher | None = None) -> None:
    """Refresh the edition in the folder given, or the project's own, and say what was done."""
    parser = argparse.ArgumentParser(description="Add to the edition what the publishers have and it lacks.")
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT, help="the project's own by default")
    folder = parser.parse_args(arguments).folder
    if not (folder / POPULATIONS).is_file():
        parser.error(f"{folder} is no edition: it has no {POPULATIONS}.")
    try:
        print("\n".join(refresh(folder, fetcher)))
    except SourceError as error:
        parser.exit(3, f"{error}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
