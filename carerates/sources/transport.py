"""Asking publishers: patient with a busy service, strict about what comes back.

One :class:`Transport` holds a ``requests`` session, so proxies and certificates work as ``requests``
users expect (``HTTPS_PROXY``, ``NO_PROXY``, ``REQUESTS_CA_BUNDLE``, ``SSL_CERT_FILE`` through certifi).
Refused and broken connections, 429 and 5xx answers, truncated bodies and garbage where gzip was promised
are asked for again; every other 4xx is final.  A deadline covers the whole, because a server that drips a
byte now and then never runs into a read timeout.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO, Literal, NoReturn
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import MaxRetryError
from urllib3.util.retry import Retry

from carerates.sources.bodies import BrokenBodyError, refuse_web_page, save_body
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
from carerates.sources.patience import Deadline, DeadlineAdapter, Pacer
from carerates.sources.settings import SourceSettings

RETRY_STATUSES = frozenset({429, 500, 502, 503, 504})
MAX_REDIRECTS = 5
Want = Literal["json", "csv", "file"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the address it came from in the end, the headers (lower case) and the size."""

    url: str
    status: int
    headers: Mapping[str, str]
    size: int


class Transport:
    """Ask publishers for data and metadata.

    Parameters
    ----------
    settings : SourceSettings
        Timeouts, limits, attempts.
    pace : dict of str to float, optional
        Least seconds between two requests, by host.
    sleep, clock : callables, optional
        Stand-ins for ``time.sleep`` and ``time.monotonic``.
    """

    def __init__(
        self,
        settings: SourceSettings,
        *,
        pace: Mapping[str, float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._sleep = sleep
        self._clock = clock
        self._pacer = Pacer(pace or {}, sleep, clock)
        self.session = requests.Session()
        self.session.max_redirects = MAX_REDIRECTS
        self.session.headers.update(
            {
                "User-Agent": f"carerates/{_version()} (python-requests/{requests.__version__})",
                "Accept-Encoding": "gzip",
            }
        )
        self._adapter = DeadlineAdapter()
        self.session.mount("http://", self._adapter)
        self.session.mount("https://", self._adapter)

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def json(self, url: str, **request: Any) -> Any:  # noqa: ANN401 - whatever the publisher's JSON holds
        """Return the parsed JSON of an answer, whatever content type it claims."""
        text, reply = self._text(url, "json", **request)
        try:
            return json.loads(text)
        except ValueError as error:
            raise WrongContentError(
                f"{reply.url} did not answer with JSON: {error}. It begins: {text[:80]!r}."
            ) from error

    def _text(self, url: str, want: Want, **request: Any) -> tuple[str, Reply]:  # noqa: ANN401
        """Return an answer as text."""
        sink = io.BytesIO()
        reply = self._ask(url, sink, want, **request)
        try:
            return sink.getvalue().decode("utf-8-sig"), reply
        except UnicodeDecodeError as error:
            raise WrongContentError(f"{reply.url} did not answer with text in UTF-8: {error}.") from error

    def download(self, url: str, path: Path, want: Want = "file", **request: Any) -> Reply:  # noqa: ANN401
        """Write the (unpacked) bytes of an answer to a file."""
        try:
            with path.open("w+b") as sink:
                return self._ask(url, sink, want, **request)
        except OSError as error:  # closing writes the last bytes
            raise StoreError(
                f"The answer of {url} cannot be written to {path}: {error.strerror or error}. Free some "
                "space, or choose another folder with CARERATES_CACHE_DIR."
            ) from error

    # -- asking ------------------------------------------------------------------------------------

    def _ask(
        self,
        url: str,
        sink: BinaryIO,
        want: Want,
        *,
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        body: Any = None,  # noqa: ANN401 - any JSON
        headers: Mapping[str, str] | None = None,
        final: frozenset[int] = frozenset(),
    ) -> Reply:
        """Ask until an answer is whole, or say why none came. Statuses in ``final`` are not asked again."""
        deadline = Deadline(self.settings.deadline, self._clock)
        retry = Retry(
            total=self.settings.attempts - 1,
            backoff_factor=0.5,
            backoff_max=min(30.0, self.settings.timeout),
            raise_on_status=False,
        )
        while True:
            trouble: Exception
            wait: float | None = None
            sink.seek(0)
            sink.truncate()
            self._pacer.wait(url, deadline)
            try:
                with self._send(method, url, params, body, headers, deadline) as response:
                    self._pacer.note(url, response.headers)
                    if response.status_code not in RETRY_STATUSES - final:
                        return self._accept(response, sink, want, deadline)
                    wait = retry.get_retry_after(response.raw)
                    trouble = _refusal(response, deadline, self.settings)
            except requests.TooManyRedirects as error:
                raise WrongContentError(
                    f"{url} redirects more than {MAX_REDIRECTS} times; the address is out of date."
                ) from error
            except requests.exceptions.SSLError as error:
                raise ConnectionFailedError(
                    f"The certificate of {_host(url)} was not accepted: {error}. Behind a company proxy, set "
                    "REQUESTS_CA_BUNDLE to its certificate file."
                ) from error
            except (requests.ConnectionError, requests.Timeout, BrokenBodyError, WrongContentError) as error:
                trouble = error
            except (
                OSError
            ) as error:  # requests raises a plain OSError for a certificate file that is not there
                if isinstance(error, requests.RequestException):
                    raise WrongContentError(f"{url} could not be asked for: {error}.") from error
                raise ConnectionFailedError(
                    f"{url} could not be asked for: {error}. Check REQUESTS_CA_BUNDLE and proxies, and that "
                    "the disk is not full."
                ) from error
            retry = self._pause(retry, trouble, wait, url, deadline)

    def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None,
        body: Any,  # noqa: ANN401 - any JSON
        headers: Mapping[str, str] | None,
        deadline: Deadline,
    ) -> requests.Response:
        """Send one request and return once the headers are here."""
        patience = min(self.settings.timeout, max(deadline.left(), 0.001))
        with self._adapter.within(deadline):
            return self.session.request(
                method,
                url,
                params=None if params is None else dict(params),
                json=body,
                headers=None if headers is None else dict(headers),
                timeout=(patience, patience),
                stream=True,
            )

    def _accept(self, response: requests.Response, sink: BinaryIO, want: Want, deadline: Deadline) -> Reply:
        """Save the body of a final answer, or raise what its status means."""
        if response.status_code >= 400:
            raise _refusal(response, deadline, self.settings)
        size = 0
        if response.status_code != 304:
            size = save_body(response, sink, deadline, self.settings.max_bytes)
        headers = {name.lower(): value for name, value in response.headers.items()}
        if size and want != "file":
            sink.seek(0)
            refuse_web_page(response.url, headers.get("content-type", ""), sink.read(512), want)
        return Reply(response.url, response.status_code, headers, size)

    def _pause(
        self, retry: Retry, trouble: Exception, wait: float | None, url: str, deadline: Deadline
    ) -> Retry:
        """Wait before asking again, or raise when there is no attempt or time left."""
        if deadline.left() <= 0:
            raise TooSlowError(
                f"{_host(url)} had not answered after {deadline.seconds:.0f} seconds. Try again later, or "
                "allow more time with CARERATES_TIMEOUT (seconds)."
            ) from trouble
        try:
            retry = retry.increment("GET", url, error=requests.ConnectionError(str(trouble)))
        except (MaxRetryError, requests.ConnectionError):
            _give_up(trouble, url, f"{self.settings.attempts} attempts")
        seconds = retry.get_backoff_time() if wait is None else wait
        if seconds >= deadline.left():
            if wait is not None and isinstance(trouble, RefusedError):
                raise BusyError(
                    f"{_host(url)} asks to wait {seconds:.0f} seconds, longer than the "
                    f"{deadline.left():.0f} left of the time allowed. Try again later, or allow more with "
                    "a longer deadline.",
                    trouble.status,
                ) from trouble
            _give_up(trouble, url, f"{self.settings.deadline:.0f} seconds")
        self._sleep(seconds)
        return retry


def _give_up(trouble: Exception, url: str, effort: str) -> NoReturn:
    """Raise what stands at the end of all attempts."""
    if isinstance(trouble, (RefusedError, WrongContentError)):
        raise trouble
    if isinstance(trouble, BrokenBodyError):
        kind: type[IncompleteError] | type[WrongContentError] = (
            IncompleteError if trouble.truncated else WrongContentError
        )
        raise kind(f"The answer of {url} never arrived whole, in {effort}: {trouble}.") from trouble
    if isinstance(trouble, requests.Timeout):
        raise TooSlowError(
            f"{_host(url)} did not answer in time, in {effort}. Try again later, or allow more time with "
            "CARERATES_TIMEOUT (seconds)."
        ) from trouble
    raise ConnectionFailedError(
        f"{_host(url)} could not be reached, in {effort}: {trouble}. Check the connection and the proxy "
        "settings; what was fetched before is there with offline=True."
    ) from trouble


def _refusal(response: requests.Response, deadline: Deadline, settings: SourceSettings) -> RefusedError:
    """Return the error that an answer stands for; publishers' texts differ, so the status decides."""
    sink = io.BytesIO()
    try:
        save_body(response, sink, deadline, min(100_000, settings.max_bytes))
    except (BrokenBodyError, TooLargeError, TooSlowError):
        sink = io.BytesIO()
    said = describe_refusal(sink.getvalue())
    status = response.status_code
    text = f"{response.url} answered {status}" + (f": {said}" if said else "") + "."
    if status == 429:
        return BusyError(f"{text} The publisher's limit on requests was reached; try again later.", status)
    if status in {404, 410}:
        return UnknownDatasetError(f"{text} There is no such dataset, release or file (any more).", status)
    if status >= 500:
        return RefusedError(f"{text} The publisher's service is in trouble; try again later.", status)
    return RefusedError(f"{text} The request does not fit the service; it may have changed.", status)


def describe_refusal(body: bytes) -> str:
    """Return what a publisher's error body says, in one line; empty when it says nothing readable."""
    text = body.decode("utf-8", errors="replace").strip()
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    parts: list[str] = [str(said[name]) for name in ("error", "message", "title", "detail") if said.get(name)]
    errors = said.get("errors")
    for one in errors if isinstance(errors, list) else []:
        names = ("path", "code", "message") if isinstance(one, dict) else ()
        parts.append(" ".join(str(one[name]) for name in names if one.get(name)))
    return "; ".join(part for part in parts if part)[:500]


def _version() -> str:
    """Return the installed version, so that a publisher can tell who asks."""
    try:
        return metadata.version("carerates")
    except metadata.PackageNotFoundError:
        return "0"


def _host(url: str) -> str:
    """Return the host of an address, for a message."""
    return urlsplit(url).netloc or url
