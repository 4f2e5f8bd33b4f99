"""The command line: exit codes by kind of error, no half-written output, help with examples."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from carerates.cli import carerates_command, main


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, "-m", "carerates", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_command_has_help_with_an_example() -> None:
    runner = CliRunner()
    listed = runner.invoke(carerates_command, ["--help"])
    assert listed.exit_code == 0
    for name in carerates_command.list_commands(None):  # type: ignore[arg-type]
        shown = runner.invoke(carerates_command, [name, "--help"])
        assert shown.exit_code == 0, shown.output
        assert f"carerates {name}" in shown.output
        assert name in listed.output


def test_a_funnel_of_ones_own_file(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(
        "LA,kids,people\nYnys Môn,145,13438\nSir Gaerfyrddin,195,37081\nCaerdydd,830,74136\n",
        encoding="utf-8",
    )
    options = ["--area-column", "LA", "--children", "kids", "--population", "people", "--year", "2018"]
    done = run("funnel", "mine.csv", *options, "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Carmarthenshire" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "inputs",
        "funnel.svg",
        "funnel.png",
        "funnel.csv",
        "funnel-limits.csv",
        "funnel.txt",
        "receipt.json",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["report", "--nation", "scotland"], 2, "not one of"),
        (["report", "--year", "1999"], 4, "no comparison for 31 March 1999"),
        (["funnel", "absent.csv"], 3, "There is no file"),
        (["funnel", "wrong.csv"], 4, "no column 'area_code'"),
        (["funnel", "--year", "2018", "--out", "mine"], 6, "did not write"),
    ],
)
def test_errors_end_with_the_code_of_their_kind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("keep")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["carerates", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == code
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "cache") == ["mine", "wrong.csv"]
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-m", "carerates", "report", "--out", "out"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.PIPE,
        text=True,
        # a suite that runs in the background of a shell ignores interruptions, and hands that down
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:  # the first lines of progress say that the work has begun
            if "funnels" in line:
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        process.wait(60)
    assert process.returncode == 130
    assert "stopped" in rest
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == []


def test_a_wrong_argument_is_a_message_and_not_a_traceback(tmp_path: Path) -> None:
    done = run("peers", "--year", "2018", "--on", "nonsense", cwd=tmp_path)
    assert done.returncode == 2
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr
    done = run("funnel", cwd=tmp_path)
    assert done.returncode == 2
    assert "Choose with --year" in done.stderr


def test_a_file_from_the_pipe_with_a_formula_for_a_name(tmp_path: Path) -> None:
    text = "LA,kids,people\n=1+1,145,13438\n@x,195,37081\nCaerdydd,830,74136\n"
    options = ["--area-column", "LA", "--children", "kids", "--population", "people", "--year", "2018"]
    out, runner = str(tmp_path / "out"), CliRunner()
    done = runner.invoke(
        carerates_command, ["funnel", "-", *options, "--own-areas", "--out", out], input=text
    )
    assert done.exit_code == 0, done.output
    written = (tmp_path / "out" / "funnel.csv").read_text("utf-8-sig")
    assert runner.invoke(carerates_command, ["verify", out]).exit_code == 0
    cells = [cell for line in written.splitlines() for cell in line.split(",")]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


def test_counts_are_protected_at_the_command_line(tmp_path: Path) -> None:
    rows = "".join(f"A{n},2018,{count},10000\n" for n, count in enumerate((3, 41, 52, 68)))
    (tmp_path / "mine.csv").write_text("area_code,year,children,population\n" + rows, "utf-8")
    options = [
        "--own-areas",
        "--round-to",
        "5",
        "--suppress-below",
        "5",
        "--audit",
        "audit.csv",
        "--out",
        "out",
    ]
    done = run("publish", "funnel", "mine.csv", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 suppressed for themselves" in done.stdout
    shown = (tmp_path / "out" / "data.csv").read_text("utf-8-sig")
    assert "[c]" in shown
    assert ",41," not in shown
    assert "primary" in (tmp_path / "audit.csv").read_text("utf-8-sig")
