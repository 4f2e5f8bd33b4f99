"""What the department's API answers: pages of a query, their meaning, and the table that they make."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from carerates.sources.delimited import text_table
from carerates.sources.failures import LayoutError, NotFoundError


def query_table(rows: Sequence[Mapping[str, Any]], meta: Mapping[str, Any]) -> pd.DataFrame:
    """Turn a query's rows into the table that the department's CSV would be.

    Locations come with every level above them; each row's own level decides what it is about.
    """
    indicators = {one["id"]: one["column"] for one in meta["indicators"]}
    filters = {one["id"]: one for one in meta["filters"]}
    options = {key: {each["id"]: each["label"] for each in one["options"]} for key, one in filters.items()}
    levels = {one["code"]: one["label"] for one in meta["geographicLevels"]}
    places = {
        (one["level"]["code"], each["id"]): each for one in meta["locations"] for each in one["options"]
    }
    names = {"NAT": ("country_code", "country_name"), "REG": ("region_code", "region_name")}
    columns = [
        *("time_period", "time_identifier", "geographic_level"),
        *(name for pair in names.values() for name in pair),
        *("old_la_code", "la_name", "new_la_code"),
        *(one["column"] for one in filters.values()),
        *indicators.values(),
    ]
    table: list[list[str]] = []
    try:
        for row in rows:
            cells = dict.fromkeys(columns, "")
            cells["time_period"] = row["timePeriod"]["period"].replace("/", "")
            cells["time_identifier"] = row["timePeriod"]["code"]
            cells["geographic_level"] = levels[row["geographicLevel"]]
            for level, place in row["locations"].items():
                found = places[level, place]
                if level == "LA":
                    cells |= {"new_la_code": found["code"], "la_name": found["label"]}
                    cells["old_la_code"] = found.get("oldCode", "")
                elif level in names:
                    cells |= dict(zip(names[level], (found["code"], found["label"]), strict=True))
            for key, option in row.get("filters", {}).items():
                cells[filters[key]["column"]] = options[key][option]
            for key, value in row["values"].items():
                cells[indicators[key]] = value
            table.append([cells[name] for name in columns])
    except (KeyError, TypeError, AttributeError) as error:
        raise LayoutError(
            f"A row of the query has {error}, which the data set's description does not explain."
        ) from error
    return text_table(columns, table)


def read_page(content: bytes, title: str) -> dict[str, Any]:
    """Read a page of a query."""
    try:
        answer = json.loads(content)
        int(answer["paging"]["totalPages"]), int(answer["paging"]["totalResults"])
        if not isinstance(answer["results"], list) or not isinstance(answer.get("warnings", []), list):
            raise TypeError("results")
    except (ValueError, KeyError, TypeError) as error:
        raise LayoutError(f"A page of {title!r} is not as documented ({error!r}).") from error
    assert isinstance(answer, dict)
    return answer


def read_meta(content: bytes, title: str) -> dict[str, Any]:
    """Read the description of a data set."""
    try:
        answer = json.loads(content)
        for name in ("filters", "indicators", "geographicLevels", "locations"):
            if not isinstance(answer[name], list):
                raise TypeError(name)
    except (ValueError, KeyError, TypeError) as error:
        raise LayoutError(f"The description of {title!r} is not as documented ({error!r}).") from error
    assert isinstance(answer, dict)
    return answer


def refuse_warnings(page: Mapping[str, Any], title: str) -> None:
    """Raise on warnings that mean an answer is narrower than what was asked."""
    said = [one for one in page.get("warnings", []) if isinstance(one, dict)]
    serious = [one for one in said if str(one.get("code", "")) != "DebugEnabled"]
    if serious:
        texts = [
            f"{one.get('code')} at {one.get('path', 'the query')}: "
            f"{json.dumps(one.get('detail', {}).get('items', []))}"
            for one in serious
        ]
        raise NotFoundError(
            f"The query of {title!r} names what the data set does not have, so its answer would be narrower "
            f"than asked: {'; '.join(texts)}."
        )
