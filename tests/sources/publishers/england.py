"""Explore education statistics: the content service and the public API, quirks included."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import Any

from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.server import Answer, Asked, csv_answer, json_answer

LA_FILE = "4cf02bf8-b4c7-46e5-a63e-702b431db15b"
OLD_FILE = "00000000-0000-0000-0000-000000002023"
API_LA = "00000000-0000-7000-8000-00000000001a"
API_NATIONAL = "019a9c62-aca8-772e-b92b-8678622ec297"
_FIELDS = {"search", "page", "pageSize", "types", "dataSetVersion", "includePatchHistory"}


def rows_of(content: bytes) -> int:
    return len(content.decode().strip("\n").split("\n")) - 1


@dataclass
class Content:
    """The content service: catalogue, releases and downloads."""

    files: dict[str, bytes] = field(
        default_factory=lambda: {
            LA_FILE: fixture("england/cla_rates_release_2025.csv"),
            OLD_FILE: fixture("england/cla_rates_release_2023.csv"),
        }
    )
    page_size: int = 40
    # of the file of local authorities, once that is in the public API
    api_id: str = ""

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/api/data-set-files":
            body = fixture_json("ees_content/data-set-files-list.json")
            if self.api_id:
                body["results"][0]["api"] = {"id": self.api_id, "version": "1.0"}
            body["results"][0]["meta"]["numDataFileRows"] = rows_of(self.files[LA_FILE])
            size, page = min(self.page_size, int(asked.query["pageSize"])), int(asked.query["page"])
            total = len(body["results"])
            body["results"] = body["results"][(page - 1) * size : page * size]
            body["paging"] = {
                "page": page,
                "pageSize": size,
                "totalResults": total,
                "totalPages": -(-total // size),
            }
            return json_answer(body)
        if match := re.fullmatch(r"/api/publications/[\w-]+/releases/(\d{4})/data-content", asked.path):
            body = fixture_json("ees_content/release-data-content.json")
            one = body["dataSets"][0]
            if match[1] == "2023":
                one |= {"dataSetFileId": OLD_FILE, "fileId": "old-file"}
                one["title"] = "CLA numbers and rates per 10,000 children aged under 18 years - LA"
            elif match[1] != "2025":
                return Answer(404)
            one["meta"]["numDataFileRows"] = rows_of(self.files[one["dataSetFileId"]])
            return json_answer(body)
        match = re.fullmatch(r"/api/data-set-files/([\w-]+)/download", asked.path)
        if match and match[1] in self.files:
            return csv_answer(
                self.files[match[1]], **{"Content-Disposition": 'attachment; filename="cla.csv"'}
            )
        return Answer(404)


def paging(page: int, size: int, total: int) -> dict[str, int]:
    # a total of 0 still has one page
    return {"page": page, "pageSize": size, "totalResults": total, "totalPages": max(1, -(-total // size))}


@dataclass
class Api:
    """The public API, with one national data set and one of local authorities."""

    version: str = "1.0"
    warnings: list[dict[str, Any]] = field(default_factory=list)
    # takes the page number; what it returns is the total that page gives
    total_of_page: Any = None

    def __call__(self, asked: Asked) -> Answer:
        unknown = set(asked.query) - _FIELDS
        if unknown:
            return json_answer(fixture_json("ees_api/error-400-unknown-query-parameter.json"), 400)
        if int(asked.query.get("pageSize", 1)) > 40:
            return json_answer(fixture_json("ees_api/error-400-validation.json"), 400)
        if asked.path == "/v1/publications":
            return json_answer(fixture_json("ees_api/publications-list.json"))
        if re.fullmatch(r"/v1/publications/[0-9a-f-]{36}/data-sets", asked.path):
            return json_answer(fixture_json("ees_api/publication-data-sets.json"))
        match = re.fullmatch(r"/v1/data-sets/([0-9a-f-]{36})(?:/(.*))?", asked.path)
        if not match or match[1] not in (API_LA, API_NATIONAL):
            return json_answer(fixture_json("ees_api/error-404.json"), 404)
        return self._data_set(match[1], match[2] or "", asked)

    def _data_set(self, identifier: str, rest: str, asked: Asked) -> Answer:
        if not rest:
            body = fixture_json("ees_api/data-set-summary.json")
            body |= {"id": identifier}
            body["latestVersion"]["version"] = self.version
            return json_answer(body)
        if rest == "versions":
            return json_answer(fixture_json("ees_api/data-set-versions.json"))
        if rest.startswith("versions/"):
            return json_answer(fixture_json("ees_api/version-changes.json"))
        if asked.query.get("dataSetVersion", self.version) != self.version:
            return json_answer(fixture_json("ees_api/error-404.json"), 404)
        local = identifier == API_LA
        if rest == "meta":
            return json_answer(
                fixture_json(f"ees_api/meta-{'la-level' if local else 'national-time-series'}.json")
            )
        if rest == "csv":
            return Answer(200, b"time_period,children_count\n2025,81770\n", "text/csv", packed=True)
        if rest == "query":
            return self._query(local, asked)
        return Answer(404)

    def _query(self, local: bool, asked: Asked) -> Answer:
        wanted = asked.json()
        if "zzzzz" in wanted.get("indicators", []):
            return json_answer(fixture_json("ees_api/error-400-indicators-not-found.json"), 400)
        if "E10000006" in str(wanted.get("criteria")):
            return json_answer(fixture_json("ees_api/query-response-no-results-with-warnings.json"))
        names = ["la-page1", "la-page2"] if local else ["national-2025"]
        rows = [
            row for name in names for row in fixture_json(f"ees_api/query-response-{name}.json")["results"]
        ]
        page, size = wanted["page"], wanted["pageSize"]
        total = len(rows) if self.total_of_page is None else self.total_of_page(page)
        return json_answer(
            {
                "paging": paging(page, size, total),
                "results": rows[(page - 1) * size : page * size],
                "warnings": self.warnings,
            }
        )


@dataclass
class ApiOfFile:
    """The public API holding a plain file as a data set: the same rows, behind identifiers."""

    content: bytes
    file: str = LA_FILE
    most: int = 1000

    def __post_init__(self) -> None:
        self.rows = list(csv.DictReader(io.StringIO(self.content.decode("utf-8-sig"))))
        self.filter = next(name for name in self.rows[0] if name in ("population_type", "population_count"))
        self.options = {
            text: f"op{n:03d}" for n, text in enumerate({row[self.filter]: 0 for row in self.rows})
        }
        self.numbers = {name: f"in{n:03d}" for n, name in enumerate(list(self.rows[0])[-3:])}
        self.places: dict[tuple[str, str, str, str], str] = {}
        for row in self.rows:
            for place in self.located(row):
                self.places.setdefault(place, f"lo{len(self.places):03d}")

    def located(self, row: dict[str, str]) -> list[tuple[str, str, str, str]]:
        """Every level a row lies in, its own last."""
        found = [("NAT", row["country_code"], row["country_name"], "")]
        if row["region_code"]:
            found.append(("REG", row["region_code"], row["region_name"], ""))
        if row["new_la_code"]:
            found.append(("LA", row["new_la_code"], row["la_name"], row["old_la_code"]))
        return found

    def __call__(self, asked: Asked) -> Answer:
        match = re.fullmatch(rf"/v1/data-sets/{API_LA}(?:/(meta|query))?", asked.path)
        if not match:
            return json_answer(fixture_json("ees_api/error-404.json"), 404)
        if match[1] == "meta":
            return json_answer(self.meta())
        if match[1] == "query":
            return self.query(asked.json())
        body = fixture_json("ees_api/data-set-summary.json") | {"id": API_LA}
        body["latestVersion"]["file"] = {"id": self.file}
        return json_answer(body)

    def meta(self) -> dict[str, Any]:
        body = fixture_json("ees_api/meta-la-level.json")
        body["filters"] = [
            {
                "id": "fi001",
                "column": self.filter,
                "options": [{"id": key, "label": text} for text, key in self.options.items()],
            }
        ]
        body["indicators"] = [{"id": key, "column": name} for name, key in self.numbers.items()]
        for level in body["locations"]:
            code = level["level"]["code"]
            level["options"] = [
                {"id": key, "label": name, "code": gss, **({"oldCode": old} if old else {})}
                for (of, gss, name, old), key in self.places.items()
                if of == code
            ]
        return body

    def query(self, wanted: dict[str, Any]) -> Answer:
        facets = wanted["criteria"]["and"]
        option = next(one["filters"]["eq"] for one in facets if "filters" in one)
        levels = next(one["geographicLevels"]["in"] for one in facets if "geographicLevels" in one)
        chosen = [
            row
            for row in self.rows
            if self.options[row[self.filter]] == option and self.located(row)[-1][0] in levels
        ]
        chosen.sort(key=lambda row: row["time_period"], reverse=True)
        page, size = wanted["page"], min(wanted["pageSize"], self.most)
        return json_answer(
            {
                "paging": paging(page, size, len(chosen)),
                "results": [self.result(row) for row in chosen[(page - 1) * size : page * size]],
            }
        )

    def result(self, row: dict[str, str]) -> dict[str, Any]:
        places = self.located(row)
        return {
            "timePeriod": {"code": "RY", "period": row["time_period"]},
            "geographicLevel": places[-1][0],
            "locations": {place[0]: self.places[place] for place in places},
            "filters": {"fi001": self.options[row[self.filter]]},
            "values": {key: row[name] for name, key in self.numbers.items()},
        }
