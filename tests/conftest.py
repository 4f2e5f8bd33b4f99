"""What every test runs under: no network but loopback, no display, no user's cache."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from hypothesis import HealthCheck, settings

mpl.use("Agg")
# time limits of single examples differ between machines and say nothing about right or wrong
settings.register_profile("carerates", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("carerates")


class BlockedNetworkError(RuntimeError):
    """A test tried to reach an address outside this machine."""


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket never leaves the machine
    host = address[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that is not to loopback."""
    for name in ("connect", "connect_ex"):
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, real: Any = real) -> Any:
            if not _is_loopback(address):
                raise BlockedNetworkError(f"a test tried to reach {address!r}")
            return real(self, address)

        monkeypatch.setattr(socket.socket, name, guarded)
    real_lookup = socket.getaddrinfo

    def guarded_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_loopback((host,)):
            raise BlockedNetworkError(f"a test tried to look up {host!r}")
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", guarded_lookup)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a cache of its own, so that none reads or damages the user's."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("CARERATES_CACHE_DIR", str(cache))
    monkeypatch.delenv("CARERATES_OFFLINE", raising=False)
    yield cache
