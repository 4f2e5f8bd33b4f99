"""The bundled edition is brought up to date by adding rows, never by changing one."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from carerates.sources import check_edition, find_edition
from tests.sources.conftest import Desk
from tests.sources.publishers.server import Server
from tests.sources.test_live import world  # noqa: F401 - a fixture

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    return importlib.import_module("refresh_edition")


def populations(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "child_population.csv")


def test_refresh_adds_and_never_changes(
    desk: Desk,
    world: dict[str, Server],  # noqa: F811 - the fixture
    script: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "edition"
    shutil.copytree(find_edition(), folder)
    script.main([str(folder)], desk(**world))
    said = capsys.readouterr().out.strip().splitlines()
    for path in find_edition().glob("*.csv"):
        assert (folder / path.name).read_bytes().startswith(path.read_bytes().rstrip(b"\n")), path.name
    added = (folder / "looked_after_england.csv").read_text(encoding="utf-8")
    assert "E06000017,Rutland,local_authority,East Midlands,2025,32,published,1,england 2025/" in added
    assert "W06000001,Isle of Anglesey,local_authority,Wales,2025,165,published,5," in (
        folder / "looked_after_wales.csv"
    ).read_text(encoding="utf-8")
    assert said[-1].startswith("sealed: ")
    assert check_edition(folder) == []
    # rows that were added say where they come from
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        known = {one["id"] for one in resource["sources"]}
        table = pd.read_csv(folder / resource["path"])
        for column in [name for name in table.columns if name in ("source", "children_source")]:
            assert set(table[column].dropna()) <= known, (resource["name"], column)
    script.main([str(folder)], desk(**world))
    assert capsys.readouterr().out.strip().endswith("sealed: nothing changed")


def test_populations_are_labelled_by_evidence(
    desk: Desk,
    world: dict[str, Server],  # noqa: F811 - the fixture
    script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(script, "FEWEST_AREAS", 2)  # the recorded release is a selection of areas
    folder = tmp_path / "edition"
    shutil.copytree(find_edition(), folder)
    # an edition that ends a year earlier, so that the last year has nothing to be compared with
    path = folder / "child_population.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",2024,rebased," not in line), encoding="utf-8")
    said = script.refresh(folder, desk(**world))
    told = {line.split(":")[0]: line for line in said if "population of" in line}
    assert "rebased, as 100.0% of" in told["england, population of mid-2022"]
    assert "rebased, going on from mid-2023" in told["england, population of mid-2024"]
    # the made-up populations of Wales agree with no series of the edition
    assert "a series of its own" in told["wales, population of mid-2024"]
    table = populations(folder)
    rutland = table[(table["area_code"] == "E06000017") & (table["mid_year"] == 2024)]
    assert rutland[["vintage", "population"]].to_numpy().tolist() == [["rebased", 8012]]
    welsh = table[(table["area_code"] == "W06000001") & (table["mid_year"] == 2024)]
    assert welsh["vintage"].str.startswith("as_published_wales").all() and len(welsh) == 1


def test_trouble_is_told_in_words(
    desk: Desk, script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        script.main([str(tmp_path)], desk(offline=True))
    assert "is no edition" in capsys.readouterr().err
    folder = tmp_path / "edition"
    shutil.copytree(find_edition(), folder)
    with pytest.raises(SystemExit, match="3"):
        script.main([str(folder)], desk(offline=True))
    assert "offline was asked for" in capsys.readouterr().err
    assert check_edition(folder) == []


@pytest.mark.parametrize(
    ("shift", "vintage", "expected"),
    [(0, "rebased", "rebased"), (0, "original", "original"), (1, "rebased", "as_published_x")],
)
def test_series_is_the_one_that_the_areas_agree_with(
    shift: int, vintage: str, expected: str, script: ModuleType
) -> None:
    held = populations(find_edition())
    rows = held[(held["vintage"] == vintage) & (held["level"] == "local_authority")]
    rows = rows[(rows["mid_year"] == 2018) & rows["area_code"].str.startswith("E")]
    frame = pd.DataFrame(
        {
            "area_code": rows["area_code"],
            "level": "local_authority",
            "population": rows["population"] + shift,
            "population_year": 2018,
        }
    )
    vintages, said = script.series_of(find_edition() / "child_population.csv", frame, "x")
    assert vintages == {2018: expected} and len(said) == 1
