"""Every script of the gallery runs on bundled data and writes what it says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
SCRIPTS = sorted(GALLERY.glob("*.py"))
# what these draw is tested elsewhere too
LONG = {"adjusted", "calibration", "fitted", "forecasts", "funnel_interactive", "neighbours", "survey"}
RUNS = [pytest.param(one, id=one.stem, marks=[pytest.mark.slow] * (one.stem in LONG)) for one in SCRIPTS]


def test_there_is_a_gallery() -> None:
    assert len(SCRIPTS) >= 10


@pytest.mark.parametrize("script", RUNS)
def test_script_runs_and_writes_its_charts(script: Path, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", _light_savefig)
    runpy.run_path(str(script))
    named = set(re.findall(r'"(\w+\.(?:png|html))"', script.read_text(encoding="utf-8")))
    written = {one.name for one in tmp_path.iterdir() if one.is_file()}
    assert written
    assert named <= written


def _light_savefig(figure, path, **_looks) -> None:
    """Write at a quarter of the size: that a script runs does not depend on how fine its picture is."""
    figure.canvas.print_figure(path, dpi=40)


def test_every_kind_of_chart_is_in_the_gallery() -> None:
    from carerates.charts import _DRAWN_BY

    text = "\n".join(one.read_text(encoding="utf-8") for one in SCRIPTS)
    usual = {next(iter(charts)) for charts in _DRAWN_BY.values()} | {"multiples"}
    for charts in _DRAWN_BY.values():
        for chart in charts:
            assert chart in usual or f'"{chart}"' in text, chart
