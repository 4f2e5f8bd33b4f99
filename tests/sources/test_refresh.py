"""The bundled edition is brought up to date by adding rows, never by changing one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from carerates.sources import check_edition, find_edition
from tests.sources.conftest import Desk
from tests.sources.publishers.server import Server
from tests.sources.test_live import world  # noqa: F401 - a fixture

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"


def test_refresh_adds_and_never_changes(
    desk: Desk,
    world: dict[str, Server],  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    import refresh_edition  # type: ignore[import-not-found]

    folder = tmp_path / "edition"
    shutil.copytree(find_edition(), folder)
    said = refresh_edition.refresh(folder, desk(**world))
    for path in find_edition().glob("*.csv"):
        assert (folder / path.name).read_bytes().startswith(path.read_bytes().rstrip(b"\n")), path.name
    added = (folder / "looked_after_england.csv").read_text(encoding="utf-8")
    assert "E06000017,Rutland,local_authority,East Midlands,2025,32,published,1,england 2025/" in added
    assert "W06000001,Isle of Anglesey,local_authority,Wales,2025,165,published,5," in (
        folder / "looked_after_wales.csv"
    ).read_text(encoding="utf-8")
    assert said[-1].startswith("sealed: ")
    assert check_edition(folder) == []
    again = refresh_edition.refresh(folder, desk(**world))
    assert again[-1] == "sealed: nothing changed"
