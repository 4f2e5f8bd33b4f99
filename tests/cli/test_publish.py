"""``carerates publish`` and ``carerates verify``: from figures to a release, and back to the figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from carerates.cli import carerates_command


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(carerates_command, list(arguments))
    return done.exit_code, done.output


def test_a_welsh_release_is_written_and_verified(tmp_path: Path) -> None:
    out = str(tmp_path / "release")
    code, said = call("publish", "change", "--start", "2013", "--year", "2018", "--lang", "cy", "--out", out)
    assert code == 0, said
    assert "Written" in said
    assert 'lang="cy-GB"' in (tmp_path / "release" / "index.html").read_text("utf-8")
    code, said = call("verify", out)
    assert code == 0, said
    assert "number by number" in said
    (tmp_path / "release" / "sources.txt").write_text("changed")
    code, said = call("verify", out)
    assert code == 1
    assert "sources.txt was changed" in said
    code, said = call("verify", out, "--quiet")
    assert (code, said) == (1, "")


def test_ones_own_file_and_words_are_published(tmp_path: Path) -> None:
    rows = ["area_code,year,children,population", "W06000001,2018,145,13438", "W06000002,2018,225,23419"]
    (tmp_path / "mine.csv").write_text("\n".join([*rows, "W06000003,2018,210,21484"]))
    (tmp_path / "words.txt").write_text("Three points.")
    options = ["--year", "2018", "--alternative", str(tmp_path / "words.txt"), "--title", "Three areas"]
    out = tmp_path / "out"
    code, said = call("publish", "funnel", str(tmp_path / "mine.csv"), *options, "--out", str(out))
    assert code == 0, said
    assert (out / "alternative.txt").read_text("utf-8") == "Three points.\n"
    assert (out / "three-areas.ods").is_file()
    assert call("verify", str(out))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["change"], "needs --start and --year"),
        (["adjustment", "--year", "2018"], "at least one --factor"),
        (["poem"], "is not one of"),
    ],
)
def test_what_is_missing_is_said(arguments: list[str], message: str) -> None:
    code, said = call("publish", *arguments)
    assert code == 2
    assert message in said
