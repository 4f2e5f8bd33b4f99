"""England by the API and by the plain file: the same table, and the file where the API does not serve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from carerates.sources.england.routes import looked_after
from carerates.sources.failures import OfflineError
from carerates.sources.live import live_rates
from tests.sources.conftest import Desk
from tests.sources.fixture_files import fixture
from tests.sources.publishers.england import API_LA, ApiOfFile, Content
from tests.sources.publishers.server import Answer, Server, json_answer, serve

RELEASE = fixture("england/cla_rates_release_2025.csv")


@pytest.fixture
def department() -> Iterator[dict[str, Server]]:
    """The department once its file of local authorities is in the public API."""
    with ExitStack() as stack:
        yield {
            "ees_content": stack.enter_context(serve(Content(api_id=API_LA))),
            "ees_api": stack.enter_context(serve(ApiOfFile(RELEASE))),
        }


def test_both_routes_give_the_same_table(desk: Desk, department: dict[str, Server]) -> None:
    by_api, entries, steps = looked_after(desk(**department))
    assert {one.key.source for one in entries} == {"ees-api"} and steps == []
    department["ees_content"].app = Content()  # as if the data set were not in the API
    by_file, entries, steps = looked_after(desk(**department, folder="other"))
    assert {one.key.source for one in entries} == {"ees"} and steps == []
    assert by_api.equals(by_file)
    assert len(by_api) == sum(b"looked after on 31 March" in line for line in RELEASE.split(b"\n"))


def test_rates_of_both_routes_are_the_same(desk: Desk, department: dict[str, Server]) -> None:
    by_api = live_rates(["england"], fetcher=desk(**department))
    assert {source.dataset for source in by_api.provenance.sources} == {API_LA}
    department["ees_content"].app = Content()
    by_file = live_rates(["england"], fetcher=desk(**department, folder="other"))
    assert by_api.to_frame().equals(by_file.to_frame())


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        json_answer({"status": 403, "title": "Forbidden"}, 403),
        Answer(200, b"<!DOCTYPE html><html></html>", "text/html"),
        json_answer({"paging": {"totalPages": 1, "totalResults": 9}, "results": []}),
        json_answer({"paging": {}, "rows": []}),
    ],
    ids=["failing", "forbidden", "web page", "rows missing", "other layout"],
)
def test_plain_file_is_read_where_the_api_fails(
    answer: Answer, desk: Desk, department: dict[str, Server]
) -> None:
    department["ees_api"].fail(*[answer] * 9, path="/query")
    frame, entries, steps = looked_after(desk(**department))
    assert {one.key.source for one in entries} == {"ees"}
    assert "the plain file was read" in steps[0]
    assert len(frame) == sum(b"looked after on 31 March" in line for line in RELEASE.split(b"\n"))
    rates = live_rates(["england"], years=[2025], fetcher=desk(**department, folder="third"))
    assert rates.years == (2025,)


def test_api_that_lags_behind_the_release_is_not_used(desk: Desk, department: dict[str, Server]) -> None:
    department["ees_api"].app = ApiOfFile(RELEASE, file="00000000-0000-0000-0000-00000000dead")
    _, entries, steps = looked_after(desk(**department))
    assert {one.key.source for one in entries} == {"ees"} and "is of the file" in steps[0]


def test_offline_reads_the_route_that_was_fetched_last(desk: Desk, department: dict[str, Server]) -> None:
    online, entries, _ = looked_after(desk(**department))
    asked = sum(len(one.asked) for one in department.values())
    offline, again, _ = looked_after(desk(**department, offline=True))
    assert offline.equals(online) and again == entries
    assert looked_after(desk(**department, offline=True), "2025")[0].equals(online)
    assert sum(len(one.asked) for one in department.values()) == asked
    with pytest.raises(OfflineError, match="release 2023"):
        looked_after(desk(**department, offline=True), "2023")
    looked_after(desk(**department), "2023")  # an older release comes as a plain file
    old, kept, _ = looked_after(desk(**department, offline=True), "2023")
    assert old["year"].max() == 2023 and kept[0].key.source == "ees"


def test_second_page_of_the_api_is_asked_for(desk: Desk, department: dict[str, Server]) -> None:
    department["ees_api"].app = ApiOfFile(RELEASE, most=7)
    frame, entries, steps = looked_after(desk(**department))
    # pages of 7 rows are shorter than asked for, and are walked all the same
    assert steps == [] and len(entries) == -(-len(frame) // 7)
