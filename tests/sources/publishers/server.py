"""A small HTTP server on loopback that answers as it is told, and can misbehave in every documented way."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    target: str

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    # how the answer goes wrong: see Handler._misbehave
    fault: str = ""
    packed: bool = False


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), "application/json; charset=utf-8", headers)


def csv_answer(text: str | bytes, **headers: str) -> Answer:
    body = text.encode() if isinstance(text, str) else text
    return Answer(200, body, "text/csv; charset=utf-8", headers)


WEB_PAGE = Answer(200, b"<!DOCTYPE html>\n<html><body>Sorry</body></html>", "text/html; charset=utf-8")

App = Callable[[Asked], Answer]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        asked = Asked(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
            self.path,
        )
        self.server.asked.append(asked)
        answer = self.server.next_answer(asked)
        try:
            self._misbehave(answer) if answer.fault else self._send(answer)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_POST = do_HEAD = do_GET  # noqa: N815

    def _head(self, answer: Answer, length: int | None) -> None:
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name.replace("_", "-"), value)
        if self.close_connection and answer.fault:
            self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, answer: Answer) -> None:
        body = answer.body
        if answer.packed:
            body = gzip.compress(body)
            answer = Answer(
                answer.status, body, answer.content_type, {**answer.headers, "Content-Encoding": "gzip"}
            )
        self._head(answer, len(body) if answer.status != 304 else 0)
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(body)

    def _misbehave(self, answer: Answer) -> None:
        self.close_connection = True
        body, half = answer.body, answer.body[: len(answer.body) // 2]
        match answer.fault:
            case "reset":  # the connection is torn down after half of the body
                self._head(answer, len(body))
                self.wfile.write(half)
                self.wfile.flush()
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "refused":  # closed before a word is said
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "truncated":  # half of the promised length, then an orderly close
                self._head(answer, len(body))
                self.wfile.write(half)
            case "truncated chunks":  # a chunked body that never says it ended
                self._head(Answer(200, b"", answer.content_type, {"Transfer-Encoding": "chunked"}), None)
                self.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n")
            case "short but closed well":  # StatsWales: a stream that failed half-way looks like success
                self._head(Answer(200, b"", answer.content_type, {"Transfer-Encoding": "chunked"}), None)
                self.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n0\r\n\r\n")
            case "bracket then silence":  # StatsWales: page_number=0
                self._head(Answer(200, b"", answer.content_type, {"Transfer-Encoding": "chunked"}), None)
                self.wfile.write(b"1\r\n[\r\n")
                self._wait()
            case "drip":  # a byte now and then: never a read timeout, never an end
                self._head(answer, len(body))
                self._drip(body)
            case "drip headers":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                self._drip(b"X-Padding: " + b"a" * 10_000)
            case "hang":
                self._wait()
            case "gzip garbage":
                self._head(
                    Answer(200, b"", answer.content_type, {"Content-Encoding": "gzip"}, "gzip"),
                    len(b"not gzip at all"),
                )
                self.wfile.write(b"not gzip at all")
            case "gzip cut":
                packed = gzip.compress(body)
                cut = packed[: len(packed) - 9]
                self._head(
                    Answer(200, b"", answer.content_type, {"Content-Encoding": "gzip"}, "gzip"), len(cut)
                )
                self.wfile.write(cut)
            case "gzip bomb":
                packed = gzip.compress(b"0" * 50_000_000)
                self._head(
                    Answer(200, b"", answer.content_type, {"Content-Encoding": "gzip"}, "gzip"), len(packed)
                )
                self.wfile.write(packed)
            case "five gigabytes":
                self._head(answer, 5_000_000_000)
                self.wfile.write(b"0" * 1000)
            case "endless":
                self._head(Answer(200, b"", answer.content_type, {"Transfer-Encoding": "chunked"}), None)
                block = b"10000\r\n" + b"0" * 0x10000 + b"\r\n"
                while not self.server.stopping.is_set():
                    self.wfile.write(block)
            case other:
                raise AssertionError(f"no fault called {other!r}")

    def _drip(self, body: bytes) -> None:
        for byte in body:
            if self.server.stopping.wait(0.02):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def _wait(self) -> None:
        self.server.stopping.wait(20)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, app: App) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.app = app
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self._faults: list[tuple[str, Answer | str]] = []
        self._guard = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fail(self, *faults: Answer | str, path: str = "") -> None:
        """Answer the next requests whose path holds ``path`` with these instead, one each.

        A text is a fault of the transfer of the right answer; an Answer replaces it.
        """
        with self._guard:
            self._faults += [(path, fault) for fault in faults]

    def next_answer(self, asked: Asked) -> Answer:
        fault: Answer | str | None = None
        with self._guard:
            for position, (path, _) in enumerate(self._faults):
                if path in asked.path:
                    fault = self._faults.pop(position)[1]
                    break
        if isinstance(fault, Answer):
            return fault
        answer = self.app(asked)
        if fault:
            return Answer(answer.status, answer.body, answer.content_type, answer.headers, fault)
        return answer

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def serve(app: App) -> Iterator[Server]:
    server = Server(app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class NoSleep:
    """A clock that sleeping moves, so that waits are seen and cost nothing."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._extra = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._extra += seconds

    def clock(self) -> float:
        return time.monotonic() + self._extra
