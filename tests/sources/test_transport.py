"""Every way in which an answer can go wrong: it is had in the end, or a typed error says why not."""

from __future__ import annotations

import errno
import io
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from carerates.sources.failures import (
    BusyError,
    ConnectionFailedError,
    IncompleteError,
    RefusedError,
    StoreError,
    TooLargeError,
    TooSlowError,
    UnknownDatasetError,
    WrongContentError,
)
from carerates.sources.settings import source_settings
from carerates.sources.transport import Transport, describe_refusal
from tests.sources.publishers.server import (
    WEB_PAGE,
    Answer,
    Asked,
    NoSleep,
    Server,
    csv_answer,
    json_answer,
    serve,
)

BODY = ("area,count\n" + "Torfaen,445\n" * 400).encode()


def app(asked: Asked) -> Answer:
    match asked.path:
        case "/json":
            return json_answer({"count": 2, "asked": dict(asked.query)})
        case "/text.json":
            return Answer(200, b'{"error": null}', "text/plain")
        case "/packed":
            return Answer(200, BODY, "text/csv", packed=True)
        case "/loop":
            return Answer(302, b"", headers={"Location": "/loop"})
        case "/moved":
            return Answer(301, b"", headers={"Location": "/csv"})
        case "/echo":
            return json_answer({"method": asked.method, "sent": asked.json()})
    return csv_answer(BODY)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(app) as running:
        yield running


@pytest.fixture
def quick() -> NoSleep:
    return NoSleep()


def transport(quick: NoSleep, **settings: float) -> Transport:
    values = {"timeout": 2.0, **settings}
    return Transport(source_settings(**values), sleep=quick.sleep, clock=quick.clock)  # type: ignore[arg-type]


@pytest.fixture
def ask(quick: NoSleep) -> Iterator[Transport]:
    one = transport(quick)
    yield one
    one.close()


def test_csv_arrives_byte_for_byte(server: Server, ask: Transport, tmp_path: Path) -> None:
    reply = ask.download(f"{server.url}/csv", tmp_path / "a", "csv")
    assert (tmp_path / "a").read_bytes() == BODY
    assert reply.size == len(BODY)


def test_packed_answer_is_unpacked(server: Server, ask: Transport, tmp_path: Path) -> None:
    ask.download(f"{server.url}/packed", tmp_path / "a", "csv")
    assert (tmp_path / "a").read_bytes() == BODY


def test_json_is_read_whatever_its_content_type(server: Server, ask: Transport) -> None:
    assert ask.json(f"{server.url}/text.json") == {"error": None}
    assert ask.json(f"{server.url}/json", params={"lang": "en-gb"})["asked"] == {"lang": "en-gb"}


def test_body_is_posted_as_json(server: Server, ask: Transport) -> None:
    assert ask.json(f"{server.url}/echo", method="POST", body={"filters": []}) == {
        "method": "POST",
        "sent": {"filters": []},
    }


@pytest.mark.parametrize(
    "fault",
    ["reset", "refused", "truncated", "truncated chunks", "gzip garbage", "gzip cut"],
)
def test_broken_transfer_is_asked_for_again(
    fault: str, server: Server, ask: Transport, tmp_path: Path
) -> None:
    server.fail(fault)
    ask.download(f"{server.url}/csv", tmp_path / "a", "csv")
    assert (tmp_path / "a").read_bytes() == BODY
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_or_failing_service_is_asked_again(
    status: int, server: Server, ask: Transport, tmp_path: Path
) -> None:
    server.fail(Answer(status, b"<html>oops</html>", "text/html"), json_answer({"message": "x"}, status))
    ask.download(f"{server.url}/csv", tmp_path / "a", "csv")
    assert (tmp_path / "a").read_bytes() == BODY


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("reset", IncompleteError),
        ("truncated", IncompleteError),
        ("truncated chunks", IncompleteError),
        ("gzip cut", IncompleteError),
        ("gzip garbage", WrongContentError),
        ("refused", ConnectionFailedError),
    ],
)
def test_transfer_that_never_works_says_so(
    fault: str, error: type[Exception], server: Server, ask: Transport, tmp_path: Path
) -> None:
    server.fail(*[fault] * 20)
    with pytest.raises(error):
        ask.download(f"{server.url}/csv", tmp_path / "a", "csv")
    assert len(server.asked) == 5


def test_storm_of_429_ends_in_a_busy_error(server: Server, ask: Transport) -> None:
    server.fail(*[json_answer({"message": "Too many requests"}, 429)] * 20)
    with pytest.raises(BusyError, match="Too many requests"):
        ask.json(f"{server.url}/json")
    assert len(server.asked) == 5


def test_retry_after_is_kept(server: Server, ask: Transport, quick: NoSleep) -> None:
    server.fail(json_answer({"message": "Too many"}, 429, **{"Retry-After": "17"}))
    ask.json(f"{server.url}/json")
    assert 17 in quick.slept


def test_retry_after_beyond_the_deadline_is_not_waited_for(server: Server, quick: NoSleep) -> None:
    server.fail(json_answer({"message": "Too many"}, 429, **{"Retry-After": "3600"}))
    one = transport(quick, deadline=30.0)
    with pytest.raises(BusyError, match="3600 seconds"):
        one.json(f"{server.url}/json")
    assert quick.slept == []
    one.close()


def test_spent_rate_limit_is_waited_out_before_the_next_request(server: Server, quick: NoSleep) -> None:
    server.fail(json_answer({}, 200, **{"RateLimit-Remaining": "0", "RateLimit-Reset": "42"}))
    one = transport(quick, deadline=60.0)
    one.json(f"{server.url}/json")
    assert quick.slept == []
    one.json(f"{server.url}/json")
    one.close()
    assert quick.slept and 41 < quick.slept[0] <= 42


def test_agreed_pace_is_kept(server: Server, quick: NoSleep) -> None:
    host = server.url.removeprefix("http://")
    one = Transport(source_settings(timeout=2), pace={host: 0.5}, sleep=quick.sleep, clock=quick.clock)
    for _ in range(3):
        one.json(f"{server.url}/json")
    assert sum(quick.slept) == pytest.approx(1.0, abs=0.2)  # two gaps, less what the requests took
    one.close()


@pytest.mark.parametrize("fault", ["drip", "drip headers"])
def test_dripping_server_meets_the_deadline(fault: str, server: Server, tmp_path: Path) -> None:
    server.fail(*[fault] * 5)
    one = Transport(source_settings(timeout=0.5, deadline=0.6))
    started = time.monotonic()
    with pytest.raises(TooSlowError):
        one.download(f"{server.url}/csv", tmp_path / "a", "csv")
    assert time.monotonic() - started < 3  # the whole body would take over 90 seconds
    one.close()


@pytest.mark.parametrize("fault", ["hang", "bracket then silence"])
def test_silent_server_meets_the_timeout(fault: str, server: Server, tmp_path: Path) -> None:
    server.fail(*[fault] * 9)
    one = Transport(source_settings(timeout=0.2, attempts=2))
    with pytest.raises((TooSlowError, IncompleteError)):
        one.download(f"{server.url}/csv", tmp_path / "a", "csv")
    assert len(server.asked) == 2
    one.close()


@pytest.mark.parametrize("fault", ["five gigabytes", "endless", "gzip bomb"])
def test_too_large_a_body_is_cut_off(fault: str, server: Server, quick: NoSleep, tmp_path: Path) -> None:
    server.fail(fault)
    one = transport(quick, max_bytes=1_000_000)
    with pytest.raises(TooLargeError, match="1,000,000 are allowed"):
        one.download(f"{server.url}/csv", tmp_path / "a", "csv")
    assert (tmp_path / "a").stat().st_size <= 1_100_000
    one.close()


@pytest.mark.parametrize("want", ["json", "csv"])
def test_web_page_instead_of_data(want: str, server: Server, ask: Transport, tmp_path: Path) -> None:
    server.fail(*[WEB_PAGE] * 9)
    with pytest.raises(WrongContentError, match="web page"):
        if want == "json":
            ask.json(f"{server.url}/json")
        else:
            ask.download(f"{server.url}/csv", tmp_path / "a", "csv")


def test_web_page_of_an_overloaded_service_is_asked_again(server: Server, ask: Transport) -> None:
    server.fail(WEB_PAGE)
    assert ask.json(f"{server.url}/json")["count"] == 2


@pytest.mark.parametrize("body", [b"{", b"[", b"", b"\xff\xfe", b"nothing like it"])
def test_broken_json(body: bytes, server: Server, ask: Transport) -> None:
    server.fail(Answer(200, body, "application/json"))
    with pytest.raises(WrongContentError):
        ask.json(f"{server.url}/json")


def test_json_where_csv_was_asked_for(server: Server, ask: Transport, tmp_path: Path) -> None:
    server.fail(*[json_answer({"status": 400, "errors": []})] * 9)
    with pytest.raises(WrongContentError, match="JSON instead of CSV"):
        ask.download(f"{server.url}/csv", tmp_path / "a", "csv")


def test_unoffered_encoding_is_refused(server: Server, ask: Transport, tmp_path: Path) -> None:
    server.fail(*[Answer(200, b"xyz", "text/csv", {"Content-Encoding": "br"})] * 9)
    with pytest.raises(WrongContentError, match="'br'"):
        ask.download(f"{server.url}/csv", tmp_path / "a", "csv")


def test_redirects_are_followed_but_not_for_ever(server: Server, ask: Transport, tmp_path: Path) -> None:
    reply = ask.download(f"{server.url}/moved", tmp_path / "a", "csv")
    assert reply.url == f"{server.url}/csv"
    with pytest.raises(WrongContentError, match="redirects more than 5 times"):
        ask.download(f"{server.url}/loop", tmp_path / "a", "csv")


def test_refusals_are_final_and_tell_what_the_publisher_said(server: Server, ask: Transport) -> None:
    said = {"message": "Must be between 1 and 10000 (inclusive).", "path": "pageSize"}
    problem = {"title": "Not valid", "errors": [{**said, "code": "InclusiveBetween"}]}
    server.fail(json_answer(problem, 400), json_answer({"error": "Dataset could not be found"}, 404))
    with pytest.raises(RefusedError, match="pageSize InclusiveBetween Must be between") as refused:
        ask.json(f"{server.url}/json")
    assert refused.value.status == 400
    with pytest.raises(UnknownDatasetError, match="could not be found"):
        ask.json(f"{server.url}/json")
    assert len(server.asked) == 2


def test_nobody_listens(ask: Transport) -> None:
    with serve(app) as gone:
        url = gone.url
    with pytest.raises(ConnectionFailedError, match="offline=True"):
        ask.json(f"{url}/json")


def test_unchanged_file_is_told_by_304(server: Server, ask: Transport, tmp_path: Path) -> None:
    server.fail(Answer(304))
    reply = ask.download(f"{server.url}/csv", tmp_path / "a", headers={"If-None-Match": 'W/"1"'})
    assert (reply.status, reply.size) == (304, 0)
    assert server.asked[0].headers["if-none-match"] == 'W/"1"'


def test_full_disk_is_a_store_error(server: Server, ask: Transport) -> None:
    class Full(io.BytesIO):
        def write(self, content: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreError, match="No space left"):
        ask._ask(f"{server.url}/csv", Full(), "csv")
    with pytest.raises(StoreError, match="cannot be written"):
        ask.download(f"{server.url}/csv", Path("/nowhere/at/all"), "csv")


def test_proxy_of_the_environment_is_used(
    server: Server, ask: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("http_proxy", server.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert ask.json("http://publisher.example/json")["count"] == 2
    assert server.asked[0].target == "http://publisher.example/json"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert ask.json(f"{server.url}/json")["count"] == 2
    assert server.asked[1].target == "/json"


def test_certificate_file_of_the_environment_is_used(
    ask: Transport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "absent.pem"))
    with pytest.raises(ConnectionFailedError, match="REQUESTS_CA_BUNDLE"):
        ask.json("https://127.0.0.1:9/json")


def test_certificate_trouble_is_not_retried(ask: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def refuse(*args: object, **kwargs: object) -> None:
        tried.append(args)
        raise requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed certificate"))

    monkeypatch.setattr(ask.session, "request", refuse)
    with pytest.raises(ConnectionFailedError, match="self-signed"):
        ask.json("https://publisher.example/json")
    assert len(tried) == 1


@pytest.mark.parametrize("body", ["", "[1]", "null", '"text"', "<html>", json.dumps({"errors": [1, "x"]})])
def test_describing_a_refusal_never_fails(body: str) -> None:
    assert describe_refusal(body.encode()) == ""
