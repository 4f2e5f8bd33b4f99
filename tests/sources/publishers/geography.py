"""ONS Open Geography: errors with status 200, short pages, the flag in two places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.sources.fixture_files import fixture_json
from tests.sources.publishers.server import Answer, Asked, json_answer

BOUNDARIES = "Counties_and_Unitary_Authorities_December_2023_Boundaries_UK_BUC"
LOOKUP = "LTLA23_UTLA23_EW_LU"
_STALE = "Counties_and_Unitary_Authorities_December_2019_Boundaries_UK_BUC"
_ODD = ["CUA_Dec_2020_UK_BFE_2022", "CTYUA_Dec_2019_UGCB_in_the_UK_2022"]


def features() -> list[dict[str, Any]]:
    pages = [fixture_json(f"geography/ctyua23-buc-page{number}.geojson") for number in (1, 2)]
    return [one for page in pages for one in page["features"]]


@dataclass
class Publisher:
    """The service; ``page`` features at a time, and object ids that do not run 1, 2, 3."""

    page: int = 2
    flag_inside: bool = True
    count_off_by: int = 0
    empty_first: bool = False
    edited: int | None = None

    def __call__(self, asked: Asked) -> Answer:
        parts = asked.path.strip("/").split("/")
        if asked.path in ("", "/"):
            names = [BOUNDARIES, _STALE, LOOKUP, *_ODD]
            return json_answer({"services": [{"name": name, "type": "FeatureServer"} for name in names]})
        if parts[0] not in (BOUNDARIES, LOOKUP, _STALE):
            return json_answer(fixture_json("geography/error-http-200-invalid-service.json"))
        if parts[-1] != "query":
            layer = fixture_json("geography/layer-metadata.json")
            if parts[0] == LOOKUP:
                layer |= {
                    "objectIdField": "ObjectId",
                    "fields": fixture_json("geography/lookup-ltla23-utla23.json")["fields"],
                }
            if self.edited is not None:
                layer |= {"editingInfo": {"lastEditDate": self.edited}}
            return json_answer(layer | {"maxRecordCount": self.page})
        return self._query(parts[0], asked)

    def _query(self, service: str, asked: Asked) -> Answer:
        if "CTYUA24CD" in asked.target:
            return json_answer(fixture_json("geography/error-http-200.json"))
        lookup = fixture_json("geography/lookup-ltla23-utla23.json")
        rows = lookup["features"] if service == LOOKUP else features()
        if asked.query.get("returnCountOnly") == "true":
            return json_answer({"count": len(rows) + self.count_off_by})
        start = int(asked.query["resultOffset"])
        if self.empty_first and start == 0:
            return json_answer({"features": [], "exceededTransferLimit": True})
        if self.empty_first:
            start -= self.page
        size = min(self.page, int(asked.query["resultRecordCount"]))
        body: dict[str, Any] = {"features": rows[start : start + size]}
        if asked.query["f"] == "geojson":
            body |= {"type": "FeatureCollection"}
        if start + size < len(rows):
            if self.flag_inside and asked.query["f"] == "geojson":
                body["properties"] = {"exceededTransferLimit": True}
            else:
                body["exceededTransferLimit"] = True
        answer = json_answer(body)
        # sometimes JSON is served as text
        return Answer(200, answer.body, "text/plain")
