"""Receiving the body of an answer: whole, unpacked, within its limits, and not a web page."""

from __future__ import annotations

import zlib
from typing import BinaryIO

import requests
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import IncompleteRead

from carerates.sources.failures import StoreError, TooLargeError, TooSlowError, WrongContentError
from carerates.sources.patience import Deadline

_BLOCK = 1 << 16


class BrokenBodyError(Exception):
    """A body that broke off or cannot be unpacked; worth asking for again."""

    def __init__(self, message: str, *, truncated: bool) -> None:
        self.truncated = truncated
        super().__init__(message)


def save_body(response: requests.Response, sink: BinaryIO, deadline: Deadline, max_bytes: int) -> int:
    """Write the unpacked body to ``sink`` and return its size in bytes.

    Raises
    ------
    BrokenBodyError
        If it ends early, or is not the gzip it claims to be.
    TooLargeError, TooSlowError
        If it passes ``max_bytes`` (packed or unpacked) or the deadline.
    """
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise TooLargeError(_too_large(response.url, int(announced), max_bytes))
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    unpack = _Unpacker(encoding, response.url, max_bytes)
    received = written = 0
    while block := _next_block(response, deadline):
        received += len(block)
        content = unpack.feed(block)
        written += len(content)
        if max(received, written) > max_bytes:
            raise TooLargeError(_too_large(response.url, max(received, written), max_bytes))
        try:
            sink.write(content)
        except OSError as error:
            raise StoreError(
                f"The answer of {response.url} cannot be written down: {error.strerror or error}. Free some "
                "space, or choose another folder with CARERATES_CACHE_DIR."
            ) from error
    if announced.isdigit() and received != int(announced):
        raise BrokenBodyError(f"{received:,} of {int(announced):,} bytes came", truncated=True)
    unpack.finish()
    return written


def _next_block(response: requests.Response, deadline: Deadline) -> bytes:
    """Return the bytes that are there, empty at the end; never wait past the deadline."""
    if deadline.left() <= 0:
        raise TooSlowError(
            f"{response.url} had not finished after {deadline.seconds:.0f} seconds; it sends too slowly. "
            "Try again later, or allow more time."
        )
    try:
        return bytes(response.raw.read1(_BLOCK, decode_content=False))
    except IncompleteRead as error:
        raise BrokenBodyError("it broke off before its end", truncated=True) from error
    except (Urllib3Error, OSError) as error:
        raise BrokenBodyError(f"the connection broke while it was read ({error})", truncated=True) from error


class _Unpacker:
    """Undo the content encoding, and know whether its end was reached."""

    def __init__(self, encoding: str, url: str, max_bytes: int) -> None:
        if encoding not in {"", "identity", "gzip", "x-gzip"}:
            raise WrongContentError(
                f"{url} answered in the encoding {encoding!r}; only gzip was offered. A proxy may be in "
                "the way."
            )
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding in {"gzip", "x-gzip"} else None
        self._limit = max_bytes + 1

    def feed(self, block: bytes) -> bytes:
        """Return the unpacked bytes of a block, at most one byte more than allowed in all."""
        if self._inflate is None:
            return block
        try:
            return self._inflate.decompress(block, self._limit)
        except zlib.error as error:
            raise BrokenBodyError(f"it is not the gzip it claims to be ({error})", truncated=False) from error

    def finish(self) -> None:
        """Raise if the packed stream has not come to its end."""
        if self._inflate is not None and not self._inflate.eof:
            raise BrokenBodyError("its gzip stream ends early", truncated=True)


def refuse_web_page(url: str, content_type: str, start: bytes, want: str) -> None:
    """Raise if a body is a web page (or an XML error) where data were asked for.

    Content types are not trusted in the other direction: some services send JSON as text, or CSV as a
    spreadsheet's type, and the parser decides then.
    """
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    page = head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body"))
    if page or ("html" in content_type.lower() and not head.startswith((b"{", b"["))):
        raise WrongContentError(
            f"{url} answered with a web page instead of {want.upper()}. The address may be out of date, the "
            "service in maintenance, or a login page of your network in the way."
        )
    if want == "csv" and "json" in content_type.lower() and head.startswith((b"{", b"[")):
        raise WrongContentError(
            f"{url} answered with JSON instead of CSV: {start[:200].decode('utf-8', 'replace')!r}."
        )


def _too_large(url: str, size: int, allowed: int) -> str:
    """Say that a body is larger than allowed."""
    return (
        f"The answer of {url} has {size:,} bytes or more; {allowed:,} are allowed. If that is right, raise "
        "max_bytes in source_settings()."
    )
