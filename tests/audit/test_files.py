from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from carerates.audit import check_file, check_table
from carerates.cli import carerates_command
from carerates.errors import TableError

GOOD = "label,check,figures\nTable 1,percent,count=49; total=697; percent=7.0\n"
BAD = GOOD + "Table 5,t,t=-1.3; df=433; p=.814\n"


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_findings_and_table(tmp_path: Path) -> None:
    checked = check_file(_write(tmp_path / "figures.csv", BAD))
    assert checked.inconsistent == 1
    frame = checked.to_frame()
    assert frame["label"].tolist() == ["Table 1", "Table 5"]
    assert frame["consistent"].tolist() == [True, False]
    assert checked.provenance.sources[0].dataset == "figures.csv"
    assert "row 2: Table 5" in checked.summary()
    assert "Table 1" not in checked.summary()
    assert "Table 1" in checked.summary(everything=True)


def test_figures_may_have_columns_of_their_own() -> None:
    checked = check_table([{"check": "t", "t": "-1.3", "df": "433", "p": ".184", "count": ""}])
    assert checked.inconsistent == 0


def test_all_problems_are_reported_together() -> None:
    rows = [
        {"check": "tt", "figures": ""},
        {"check": "t", "figures": "t=1; df=ten; p=.3"},
        {"check": "percent", "figures": "count=5; totals=9; percent=55.6"},
        {"check": "percent", "figures": "count=five; percent=55.6"},
        {"check": "sum", "figures": ""},
    ]
    with pytest.raises(TableError) as caught:
        check_table(rows, name="my table")
    assert len(caught.value.problems) == 5
    assert "my table" in str(caught.value)
    assert "it is one of t," in caught.value.problems[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"label,check\n"])
def test_files_that_are_not_tables(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(TableError):
        check_file(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        check_file(tmp_path / "absent.csv")


def test_command_exit_codes(tmp_path: Path) -> None:
    runner = CliRunner()
    good, bad = _write(tmp_path / "good.csv", GOOD), _write(tmp_path / "bad.csv", BAD)
    assert runner.invoke(carerates_command, ["check", str(good)]).exit_code == 0
    flagged = runner.invoke(carerates_command, ["check", str(bad), "--csv", str(tmp_path / "out.csv")])
    assert flagged.exit_code == 1
    assert "0.184" in flagged.output
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == 3
    unreadable = runner.invoke(carerates_command, ["check", str(tmp_path / "absent.csv")])
    assert isinstance(unreadable.exception, TableError)
