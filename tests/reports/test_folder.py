"""An output appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from carerates.errors import OutputError
from carerates.reports.folder import whole_folder, write_whole


def test_a_folder_appears_with_all_its_files(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "deep" / "out") as work:
        (work / "receipt.json").write_text("{}")
        assert not (tmp_path / "deep" / "out").exists()
    assert [path.name for path in (tmp_path / "deep" / "out").iterdir()] == ["receipt.json"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_what_was_there(tmp_path: Path, stop: type[BaseException]) -> None:
    with whole_folder(tmp_path / "out") as work:
        (work / "receipt.json").write_text("old")

    def interrupted() -> None:
        with whole_folder(tmp_path / "out") as work:
            (work / "receipt.json").write_text("half")
            raise stop

    with pytest.raises(stop):
        interrupted()
    assert (tmp_path / "out" / "receipt.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_second_run_replaces_the_first_whole(tmp_path: Path) -> None:
    for name in ("first.csv", "second.csv"):
        with whole_folder(tmp_path / "out") as work:
            (work / "receipt.json").write_text("{}")
            (work / name).write_text("x")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["receipt.json", "second.csv"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match="did not write"), whole_folder(tmp_path):
        pass
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="is a file, not a folder"), whole_folder(tmp_path / "out"):
        pass


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="Cannot write"), whole_folder(tmp_path / "file" / "out"):
        pass
    with pytest.raises(OutputError, match="Cannot write"):
        write_whole(tmp_path / "file" / "out.csv", b"x")


def test_one_file_appears_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.csv", b"new")
    write_whole(tmp_path / "a.csv", b"newer")
    assert (tmp_path / "a.csv").read_bytes() == b"newer"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
