"""The modules of docs/replication are imported as the pages import them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "replication"


@pytest.fixture(scope="session", autouse=True)
def _modules_of_the_pages() -> None:
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
