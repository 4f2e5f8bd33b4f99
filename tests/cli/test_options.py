"""What commands share: a file of one's own under any column names, pipes, silence, completion."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import carerates as cr
from carerates.cli import carerates_command

NAMES = ["--area-column", "LA", "--year-column", "date", "--children", "kids", "--population", "people"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frame = cr.load_rates("wales", years=range(2013, 2019)).to_frame()
    path = tmp_path_factory.mktemp("own") / "mine.csv"
    named = {"area_name": "LA", "year": "date", "children": "kids", "population": "people"}
    frame[list(named)].rename(columns=named).to_csv(path, index=False)
    return path


def call(*arguments: str, piped: bytes | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(carerates_command, list(arguments), input=piped)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_classes_of_a_piped_file_go_to_the_next_program(own: Path) -> None:
    options = ["--start", "2013", "--end", "2018", "--out", "-"]
    code, out, err = call("classify", "-", *NAMES, *options, piped=own.read_bytes())
    assert code == 0, err
    table = pd.read_csv(io.StringIO(out.lstrip("\ufeff")))
    rates = cr.load_rates("wales", years=range(2013, 2019))
    rule = cr.rules.wcpp_corrected(2013, 2018, shortfall=None)
    assert table["label"].tolist() == cr.classify(rates, rule).to_frame()["label"].tolist()
    assert "areas" in err  # what is said stands apart from the table


def test_quiet_leaves_the_table_and_nothing_else(own: Path) -> None:
    options = ["--start", "2013", "--end", "2018", "--quiet"]
    code, out, _ = call("classify", str(own), *NAMES, *options, "--out", "-")
    assert code == 0
    assert len(out.splitlines()) == 23
    code, out, _ = call("classify", str(own), *NAMES, *options, "--out", str(own.parent / "classes.csv"))
    assert (code, out) == (0, "")


def test_neighbours_of_ones_own_file(own: Path) -> None:
    code, out, err = call("peers", str(own), *NAMES, "--year", "2018", "--nation", "wales", "--out", "-")
    assert code == 0, err
    assert len(pd.read_csv(io.StringIO(out.lstrip("\ufeff")))) == 220


def test_a_model_of_ones_own_file(own: Path, tmp_path: Path) -> None:
    options = [
        "--nation",
        "wales",
        "--first",
        "2017",
        "--factor",
        "deprivation",
        "--out",
        str(tmp_path / "fit"),
    ]
    code, out, err = call("fit", str(own), *NAMES, *options)
    assert code == 0, err
    assert "22 areas, 2017 to 2018, 44 counts" in out
    assert len(pd.read_csv(tmp_path / "fit" / "areas.csv", comment="#")) == 44


def test_a_release_of_ones_own_file_says_what_was_typed(own: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, _, err = call(
        "publish", "change", str(own), *NAMES, "--start", "2013", "--year", "2018", "--out", str(out)
    )
    assert code == 0, err
    receipt = json.loads((out / "receipt.json").read_text("utf-8"))
    assert receipt["command"].startswith("carerates publish change mine.csv --area-column LA")
    assert "--start 2013" in receipt["command"]
    assert str(tmp_path) not in receipt["command"]
    assert cr.verify(out).passed


def test_verbose_says_how_long_it_took(own: Path) -> None:
    code, _, err = call(
        "classify", str(own), *NAMES, "--start", "2013", "--end", "2018", "--out", "-", "--verbose"
    )
    assert code == 0
    assert err.rstrip().endswith(" s")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_the_shell(shell: str) -> None:
    code, out, _ = call("completion", shell)
    assert code == 0
    assert "_CARERATES_COMPLETE" in out


def test_completion_knows_commands_and_options() -> None:
    from click.shell_completion import ShellComplete

    complete = ShellComplete(carerates_command, {}, "carerates", "_CARERATES_COMPLETE")
    assert "publish" in {one.value for one in complete.get_completions([], "pu")}
    assert "--area" in {one.value for one in complete.get_completions(["report"], "--a")}


def test_the_page_of_an_area_is_the_report_of_it(tmp_path: Path) -> None:
    out = str(tmp_path / "area")
    options = ["--area", "Abertawe", "--year", "2012", "--lang", "cy", "--out", out, "--quiet"]
    code, said, _ = call("report", *options)
    assert (code, said) == (0, "")
    assert "Abertawe: plant" in (tmp_path / "area" / "index.html").read_text("utf-8")
    assert call("report", "--lang", "cy")[0] == 2
