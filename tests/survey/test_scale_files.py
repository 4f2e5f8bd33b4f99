"""A file describes the same scales as code does, or what is wrong with it is said."""

from __future__ import annotations

import pytest

from carerates.errors import TableError
from carerates.survey import read_scales


def test_own_set_from_toml_and_csv(tmp_path) -> None:
    toml = tmp_path / "own.toml"
    toml.write_text(
        'name = "own"\n[[scales]]\nname = "trust"\nlabel = "Trust"\nitems = ["q1", "q2", "q3"]\n'
        'reverse = ["q2"]\n'
        "low = 1\nhigh = 7\nanswered = 0.6\n",
        encoding="utf-8",
    )
    table = tmp_path / "own.csv"
    table.write_text(
        "scale,label,item,reverse,low,high,answered\ntrust,Trust,q1,no,1,7,0.6\ntrust,Trust,q2,yes,1,7,0.6\n"
        "trust,Trust,q3,,1,7,0.6\n",
        encoding="utf-8",
    )
    one, other = read_scales(toml), read_scales(table)
    assert one.scales == other.scales
    assert [item.reverse for item in one["trust"].items] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[scales]]\nname = 'a'\n", "list of items"),
        ("[[scales]]\nname = 'a'\nitems = ['q']\nreverse = ['z']\n", "not its items"),
        ("[[scales]]\nname = 'a'\nitems = ['q']\ncolour = 1\n", "colour"),
        ("[[scales", "not TOML"),
        ("", "different names"),
        ("[[scales]]\nname = 'a'\nitems = ['q']\nanswered = 2\n", "at most 1"),
    ],
)
def test_what_is_no_scale_set_is_said(tmp_path, text, words) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=words):
        read_scales(path)
