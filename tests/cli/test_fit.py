from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from carerates.cli.fit import command
from carerates.errors import ModelError, SourceError
from carerates.models import FittedRates, RateModel


def run(*arguments: str):
    result = CliRunner().invoke(command, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_welsh_fit_is_written_whole(tmp_path: Path):
    out = tmp_path / "fit"
    done = run("--nation", "wales", "--first", "2014", "--factor", "deprivation", "--out", str(out))
    assert done.exit_code == 0
    assert "22 areas, 2014 to 2018, 110 counts" in done.output
    areas = pd.read_csv(out / "areas.csv")
    assert len(areas) == 110
    assert RateModel.from_json((out / "model.json").read_text()) == RateModel(factors=["deprivation"])
    assert len(FittedRates.load(out / "fit.nc").to_frame()) == 110
    assert "Welsh Government" in (out / "fit.txt").read_text()
    assert [one.name for one in tmp_path.iterdir()] == ["fit"]


def test_nothing_is_written_when_the_model_cannot_be_fitted(tmp_path: Path):
    with pytest.raises(ModelError, match="one year"):
        run("--nation", "wales", "--first", "2018", "--out", str(tmp_path / "fit"))
    assert not list(tmp_path.iterdir())


def test_a_specification_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(SourceError, match="not a specification"):
        run("--model", str(tmp_path / "model.json"), "--out", str(tmp_path / "fit"))
