"""A desk whose publishers are played on this machine and whose waits cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from carerates.sources.fetcher import Fetcher
from carerates.sources.settings import source_settings
from carerates.sources.transport import Transport
from tests.sources.publishers.server import NoSleep, Server

Desk = Callable[..., Fetcher]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Make fetchers that reach local servers, given as service=server."""
    made: list[Fetcher] = []

    def make(*, offline: bool = False, folder: str = "store", **servers: Server) -> Fetcher:
        settings = source_settings(cache_dir=tmp_path / folder, offline=offline, timeout=2)
        quick = NoSleep()
        addresses = {name.replace("_", "-"): server.url for name, server in servers.items()}
        transport = Transport(settings, sleep=quick.sleep, clock=quick.clock)
        made.append(Fetcher(settings, addresses=addresses, transport=transport))
        return made[-1]

    yield make
    for one in made:
        one.close()
