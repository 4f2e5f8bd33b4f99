"""The page of errors leaves no kind of error out, and says of each what the code says."""

from __future__ import annotations

import re

import carerates
from carerates import errors
from carerates.sources import failures
from tests.documents.pages import DOCS

PAGE = (DOCS / "how-to" / "errors.md").read_text(encoding="utf-8")


def _classes(module: object) -> list[type]:
    return [
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__  # type: ignore[attr-defined]
    ]


def test_every_class_of_error_is_on_the_page() -> None:
    found = _classes(errors) + _classes(failures)
    assert len(found) > 20
    for one in found:
        assert f"`{one.__name__}`" in PAGE or f"## {one.__name__}\n" in PAGE, one.__name__


def test_exit_codes_are_those_of_the_classes() -> None:
    rows = re.findall(r"^\| (`.*?) \|.*\| (\d+) \|$", PAGE, re.MULTILINE)
    told = {name: int(code) for names, code in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {one.__name__: one.exit_code for one in _classes(errors) if hasattr(one, "exit_code")}


def test_every_public_error_is_shown_with_its_message() -> None:
    shown = set(re.findall(r"^show\((?:cr\.)?(\w+),", PAGE, re.MULTILINE)) | {"MissingExtraError"}
    public = {name for name in carerates.__all__ if name.endswith("Error")}
    assert public - {"CareratesError"} <= shown
