"""Pages made from what they describe leave nothing out."""

from __future__ import annotations

import importlib
import json
import re
import sys
from types import ModuleType

import click
import pytest

import carerates
from carerates.cli import carerates_command
from tests.documents.pages import DOCS, ROOT

sys.path.insert(0, str(DOCS / "_extensions"))
api_pages = importlib.import_module("api_pages")
command_line = importlib.import_module("command_line")
dataset_pages = importlib.import_module("dataset_pages")
method_index = importlib.import_module("method_index")


def test_every_public_object_is_in_the_api() -> None:
    page = api_pages.make_page()
    listed = set(re.findall(r"^   (carerates\.[\w.]+)$", page, re.MULTILINE))
    for name in set(carerates.__all__) - {"__version__", "rules"}:
        assert f"carerates.{name}" in listed
    assert "carerates.trends.Rule" in listed
    for name in ("wcpp", "wcpp_corrected", "wwcsc", "slope"):
        assert f"carerates.trends.rules.{name}" in listed
    for folder in ("survey", "audit"):
        module = importlib.import_module(f"carerates.{folder}")
        for name in module.__all__:
            if not isinstance(getattr(module, name), ModuleType):
                assert f"carerates.{folder}.{name}" in listed, name


def _functions() -> list[tuple[str, object]]:
    found = []
    for names in api_pages.public_objects().values():
        for dotted in names:
            module, _, name = dotted.rpartition(".")
            value = getattr(importlib.import_module(module), name)
            if callable(value):
                found.append((dotted, value))
    return found


@pytest.mark.parametrize(
    ("dotted", "value"), _functions(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_public_object_says_what_it_is_for(dotted: str, value: object) -> None:
    words = value.__doc__ or ""
    assert len(words.strip().splitlines()[0]) > 10, f"{dotted} has no docstring of its own"


def test_every_command_and_option_is_on_its_page() -> None:
    page = command_line.make_page()
    assert "\\b" not in page  # click's mark for examples, had it been taken for text

    def look(command: click.Command, context: click.Context) -> None:
        assert f"# {context.command_path}\n" in page or context.parent is None
        for parameter in command.params:
            assert max(parameter.opts, key=len).lstrip("-").upper() in page.upper()
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                look(below, click.Context(below, info_name=name, parent=context))

    look(carerates_command, click.Context(carerates_command, info_name="carerates"))


def test_every_table_and_column_of_the_edition_is_on_its_page() -> None:
    page = dataset_pages.make_page()
    package = json.loads((ROOT / "data" / "raw" / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:
        assert f"## {table['name']}\n" in page
        assert table["hash"].removeprefix("sha256:") in page
        for field in table["schema"]["fields"]:
            assert f"| `{field['name']}` |" in page


METHODS = method_index.read_methods()


def test_the_index_of_methods_is_worth_the_name() -> None:
    assert len(METHODS) > 60
    assert len({(row["area"], row["statistic"]) for row in METHODS}) == len(METHODS)
    for row in METHODS:
        assert all(row[column].strip() for column in method_index.COLUMNS), row


@pytest.mark.parametrize("row", METHODS, ids=lambda row: row["statistic"])
def test_functions_and_tests_of_the_index_exist(row: dict[str, str]) -> None:
    parts = row["function"].split(".")
    found: object = carerates
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        break
    for name in parts[cut:]:
        found = getattr(found, name)
    assert callable(found)
    path, _, test = row["test"].partition("::")
    assert re.search(rf"^(?:    )?def {test}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), (
        row["test"]
    )
