"""Nomis: silent row limits, empty bodies, blank and zero populations."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.server import Answer, Asked, csv_answer, json_answer

AREAS = {"E06000017": "Rutland", "W06000001": "Isle of Anglesey", "S12000033": "Aberdeen City"}


def population_rows(year: str) -> list[dict[str, object]]:
    """Single years of age of three areas; Rutland's are those of the recorded answer."""
    rutland = list(csv.DictReader(io.StringIO(fixture("nomis/nm_2002_1-mye-sya-rutland-2024.csv").decode())))
    return [
        {
            "DATE_NAME": year,
            "GEOGRAPHY_CODE": code,
            "GEOGRAPHY_NAME": name,
            "C_AGE": row["C_AGE"],
            "C_AGE_NAME": row["C_AGE_NAME"],
            "OBS_VALUE": row["OBS_VALUE"],
            "OBS_STATUS": "A",
        }
        for code, name in AREAS.items()
        for row in rutland
    ]


@dataclass
class Publisher:
    """The service; ``limit`` is the most rows it gives at a time, whatever is asked for."""

    limit: int = 25_000
    years: tuple[str, ...] = ("2023", "2024")
    blank: str = ""
    tables: dict[str, bytes] = field(
        default_factory=lambda: {"NM_2023_1": fixture("nomis/nm_2023_1-ts003-countries.csv")}
    )

    def __call__(self, asked: Asked) -> Answer:
        if asked.path.endswith("/geography/TYPE.def.sdmx.json"):
            return json_answer(fixture_json("nomis/codelist-geography-type.def.sdmx.json"))
        if asked.path.endswith("/dataset/def.sdmx.json"):
            return json_answer(fixture_json("nomis/dataset-search-none.def.sdmx.json"))
        dataset = asked.path.rsplit("/", 1)[1].removesuffix(".data.csv")
        if dataset in self.tables:
            return csv_answer(self.tables[dataset])
        if dataset != "NM_2002_1" or asked.query["date"] not in self.years:
            return csv_answer(b"")  # nothing fits: status 200 and no body
        return self._population(asked)

    def _population(self, asked: Asked) -> Answer:
        rows = population_rows(asked.query["date"])
        if self.blank:
            rows = [
                {**row, "OBS_VALUE": self.blank.strip()} if row["C_AGE"] == "105" else row for row in rows
            ]
        start = int(asked.query.get("recordoffset", 0))
        count = min(int(asked.query.get("recordlimit", self.limit)), self.limit)
        out = io.StringIO()
        names = [*rows[0], "RECORD_OFFSET", "RECORD_COUNT"]
        writer = csv.DictWriter(out, names, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        for place, row in enumerate(rows[start : start + count], start):
            writer.writerow({**row, "RECORD_OFFSET": place, "RECORD_COUNT": len(rows)})
        return csv_answer(out.getvalue())
