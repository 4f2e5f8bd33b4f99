"""How long to wait: a deadline over a whole answer, and a pace that publishers can live with."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from carerates.sources.failures import BusyError

# deadline of the request this thread is sending; a connection has no other way to hear of it
_current = threading.local()


class Deadline:
    """A point in time after which waiting ends.

    Parameters
    ----------
    seconds : float
        From now.
    clock : callable
        Seconds on a clock that never goes back.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds left; zero or less when they are over."""
        return self._end - self._clock()


class Pacer:
    """Keep the pace a host asks for, by agreed gaps and by its ``RateLimit-*`` headers.

    Parameters
    ----------
    gaps : mapping of str to float
        Least seconds between two requests, by host.
    sleep, clock : callables
        How to wait and to tell the time.
    """

    def __init__(
        self, gaps: Mapping[str, float], sleep: Callable[[float], None], clock: Callable[[], float]
    ) -> None:
        self._gaps = gaps
        self._sleep = sleep
        self._clock = clock
        self._next: dict[str, float] = {}

    def wait(self, url: str, deadline: Deadline) -> None:
        """Wait until the host of ``url`` may be asked again."""
        host = urlsplit(url).netloc
        seconds = self._next.get(host, 0.0) - self._clock()
        if seconds > 0:
            if seconds >= deadline.left():
                raise BusyError(
                    f"{host} allows the next request in {seconds:.0f} seconds, longer than the time allowed. "
                    "Try again later.",
                    429,
                )
            self._sleep(seconds)
        self._next[host] = self._clock() + self._gaps.get(host, 0.0)

    def note(self, url: str, headers: Mapping[str, str]) -> None:
        """Remember that a host has no request left until its window is over."""
        remaining, reset = headers.get("RateLimit-Remaining", ""), headers.get("RateLimit-Reset", "")
        if remaining.strip() == "0" and reset.strip().isdigit():
            host = urlsplit(url).netloc
            self._next[host] = max(self._next.get(host, 0.0), self._clock() + int(reset))


@contextlib.contextmanager
def _cut_off(connection: HTTPConnection) -> Iterator[None]:
    """Shut a connection's socket when the deadline of its request is over."""
    deadline: Deadline | None = getattr(_current, "deadline", None)
    sock = connection.sock
    if deadline is None or sock is None:
        yield
        return

    def cut() -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline.left(), 0.0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _PlainConnection(HTTPConnection):
    """A connection that a server cannot hold by dripping headers."""

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        with _cut_off(self):
            return super().getresponse()


class _SecureConnection(HTTPSConnection):
    """The same over TLS."""

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        with _cut_off(self):
            return super().getresponse()


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class DeadlineAdapter(HTTPAdapter):
    """The adapter of ``requests`` with a deadline over the headers of an answer."""

    @contextlib.contextmanager
    def within(self, deadline: Deadline) -> Iterator[None]:
        """Send the requests of this thread within a deadline."""
        _current.deadline = deadline
        try:
            yield
        finally:
            _current.deadline = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in requests
        """Make connections of the kind above."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in requests
        """Make connections of the kind above through a proxy, too."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager
