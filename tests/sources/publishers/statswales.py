"""StatsWales, as its own source code and captured answers show it: v1 and v2, quirks included."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.sources.fixture_files import fixture, fixture_json
from tests.sources.publishers.server import WEB_PAGE, Answer, Asked, csv_answer, json_answer

FOSTER = "3f96db5b-618c-4268-b239-224c8f957dee"
RATES = "00000000-0000-4000-8000-000000000001"
_PATH = re.compile(r"/(v[12])/(?:([0-9a-f-]{36})(?:/(.*))?|(.*))")


@dataclass
class Held:
    metadata: dict[str, Any]
    csv: bytes
    filters: list[dict[str, Any]] = field(default_factory=list)

    @property
    def revision(self) -> str:
        return str(self.metadata["published_revision"]["id"])

    @property
    def rows(self) -> int:
        return len(self.csv.decode().strip("\n").split("\n")) - 1


def held(
    identifier: str, title: str, csv: bytes, revision: str = "aaaaaaaa-0000-4000-8000-000000000001"
) -> Held:
    metadata = fixture_json("statswales/v2_dataset_metadata.json")
    metadata["id"] = identifier
    metadata["published_revision"]["id"] = revision
    for one in metadata["published_revision"]["metadata"]:
        if one["language"] == "en-GB" and title:
            one["title"] = title
    return Held(metadata, csv, fixture_json("statswales/v2_filters_en.json"))


@dataclass
class Publisher:
    """Answers as the service would; tests change what it holds, or hook into a request."""

    datasets: dict[str, Held] = field(default_factory=dict)
    queries: dict[str, tuple[str, str, bytes, int]] = field(default_factory=dict)
    v2_works: bool = True
    total_off_by: int = 0
    # called with each request before it is answered, so that things change between requests
    before: Any = None

    def __post_init__(self) -> None:
        if not self.datasets:
            self.datasets = {
                FOSTER: held(FOSTER, "", fixture("statswales/v2_data_raw_extended.csv")),
                RATES: held(
                    RATES,
                    "Children looked after on 31 March per 10,000 population aged under 18",
                    fixture("statswales/v2_rates_raw_extended.csv"),
                    "aaaaaaaa-0000-4000-8000-000000000002",
                ),
            }

    def __call__(self, asked: Asked) -> Answer:
        if self.before is not None:
            self.before(asked)
        match = _PATH.fullmatch(asked.path)
        if not match:
            return Answer(404, WEB_PAGE.body, "text/html; charset=utf-8")
        version, identifier, rest, listing = match.groups()
        if version == "v1" and asked.method != "GET":
            return json_answer({"error": "An unknown error occurred"}, 405)
        lang = asked.query.get("lang", asked.headers.get("accept-language", "en"))
        # any language but these four gives empty lists and Welsh columns
        known = lang.lower() in {"en", "en-gb", "cy", "cy-gb"}
        if identifier is None:
            return self._list(listing or "", asked, known)
        if identifier not in self.datasets:
            if identifier[14] != "4":
                return json_answer({"error": "Dataset id is invalid or missing"}, 404)
            return json_answer({"error": "Dataset could not be found"}, 404)
        one = self.datasets[identifier]
        if version == "v1":
            return self._v1(one, rest or "", asked)
        if not rest:
            return json_answer(one.metadata)
        if not self.v2_works:
            return json_answer({"error": "An unknown error occurred"}, 500)
        return self._v2(identifier, one, rest, asked, known)

    def _list(self, listing: str, asked: Asked, known: bool) -> Answer:
        items = [
            {
                "id": identifier,
                "title": one.metadata["published_revision"]["metadata"][1]["title"],
                "first_published_at": "2026-01-30T09:30:00.000Z",
                "last_updated_at": "2026-01-30T09:30:00.000Z",
                "archived_at": None,
            }
            for identifier, one in self.datasets.items()
            if "replaced_by" not in one.metadata
        ]
        size, page = int(asked.query.get("page_size", 100)), int(asked.query.get("page_number", 1))
        if listing.startswith("search"):
            words = asked.query.get("keywords", "").split()
            if not words:
                return json_answer({"error": "An unknown error occurred"}, 400)
            items = [one for one in items if all(word.lower() in one["title"].lower() for word in words)]
        elif listing == "topic":
            return json_answer(fixture_json("statswales/v2_topic_root.json"))
        elif listing == "topic/40":
            return json_answer(fixture_json("statswales/v2_topic_40_branch.json"))
        elif listing == "topic/43":
            return json_answer(fixture_json("statswales/v2_topic_43_leaf.json"))
        elif listing:
            return Answer(404, WEB_PAGE.body, "text/html; charset=utf-8")
        if not known:
            return json_answer({"data": [], "count": 0})
        return json_answer({"data": items[(page - 1) * size : page * size], "count": len(items)})

    def _v1(self, one: Held, rest: str, asked: Asked) -> Answer:
        if rest == "view":
            if int(asked.query.get("page_size", 100)) < 5:
                return json_answer(fixture_json("statswales/v1_view_error_http200.json"))
            page = fixture_json("statswales/v1_view_page1.json")
            page["page_info"]["total_records"] = one.rows
            return json_answer(page)
        if rest == "history":
            return json_answer(fixture_json("statswales/v1_history.json"))
        if rest == "download/csv":
            return csv_answer(one.csv)
        return json_answer({"error": "An unknown error occurred"}, 400)

    def _v2(self, identifier: str, one: Held, rest: str, asked: Asked, known: bool) -> Answer:
        if rest == "filters":
            return json_answer(one.filters if known else [])
        if rest == "data" and asked.method == "POST":
            return self._store(identifier, one, asked)
        if match := re.fullmatch(r"query/(\w+)", rest):
            if match[1] not in self.queries:
                return json_answer({"error": "An unknown error occurred"}, 404)
            dataset, revision, _, total = self.queries[match[1]]
            template = fixture_json("statswales/v2_query.json")
            return json_answer(
                {
                    **template,
                    "id": match[1],
                    "datasetId": dataset,
                    "revisionId": revision,
                    "totalLines": total,
                }
            )
        if match := re.fullmatch(r"data(?:/(\w+))?", rest):
            if "format" not in asked.query:
                return json_answer({"error": "Output format is required"}, 400)
            if match[1] and match[1] not in self.queries:
                return json_answer({"error": "An unknown error occurred"}, 404)
            body = self.queries[match[1]][2] if match[1] else one.csv
            return csv_answer(body)
        return Answer(404, WEB_PAGE.body, "text/html; charset=utf-8")

    def _store(self, identifier: str, one: Held, asked: Asked) -> Answer:
        if "json" not in asked.headers.get("content-type", ""):
            return json_answer({"error": "An unknown error occurred"}, 500)
        wanted = asked.json()
        columns = {str(column["factTableColumn"]).lower() for column in one.filters}
        body = one.csv
        for condition in wanted.get("filters", []):
            for column, codes in condition.items():
                if column.lower() not in columns:
                    return json_answer({"error": "An unknown error occurred"}, 500)
                body = _keep(body, one, column, codes)
        total = len(body.decode().strip("\n").split("\n")) - 1 if body.strip() else 0
        # the id is a function of the exact request and the revision
        key = f"{abs(hash((json.dumps(wanted), one.revision))):x}"[:12]
        self.queries[key] = (identifier, one.revision, body, total + self.total_off_by)
        return json_answer({"filterId": key})


def _keep(body: bytes, one: Held, column: str, codes: list[str]) -> bytes:
    import csv
    import io

    display = next(
        each["columnName"] for each in one.filters if each["factTableColumn"].lower() == column.lower()
    )
    rows = list(csv.reader(io.StringIO(body.decode())))
    place = rows[0].index(f"{display}_reference")
    kept = [row for row in rows[1:] if row[place] in codes]
    if not kept:
        return b"\n"  # no header either
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([rows[0], *kept])
    return out.getvalue().rstrip("\n").encode()
