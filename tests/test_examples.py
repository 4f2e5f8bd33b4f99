"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import carerates

MODULES = sorted(
    one.name
    for one in pkgutil.walk_packages(carerates.__path__, "carerates.")
    if not one.name.endswith("__main__")
)

# tests/reports does what these examples do, each of which writes a whole report
LONG = {"carerates.reports.build", "carerates.reports.verification"}
RUNS = [pytest.param(one, marks=[pytest.mark.slow] * (one in LONG)) for one in MODULES]

PUBLIC = ["carerates", "carerates.trends.rules", *(f"carerates.{name}" for name in carerates._FOLDERS)]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_object_has_an_example(name: str) -> None:
    module = importlib.import_module(name)
    objects = {one: getattr(module, one) for one in module.__all__}
    without = [
        one
        for one, what in objects.items()
        if (inspect.isclass(what) or inspect.isfunction(what)) and ">>>" not in (inspect.getdoc(what) or "")
    ]
    assert not without


@pytest.mark.parametrize("name", RUNS)
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert outcome.failed == 0
