from __future__ import annotations

from pathlib import Path

import pandas as pd
from click.testing import CliRunner

from carerates.cli import carerates_command


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(carerates_command, list(arguments))
    return done.exit_code, done.output


def test_classes_of_the_bundled_figures_are_written_with_their_reasons(tmp_path: Path) -> None:
    out = tmp_path / "classes.csv"
    code, said = run(
        "classify", "--rule", "wcpp", "--start", "2016", "--end", "2020", "--expected-by", "deprivation",
        "--out", str(out),
    )  # fmt: skip
    assert code == 0, said
    assert "decreasing: Carmarthenshire, Neath Port Talbot" in said
    assert "published figure" in said
    frame = pd.read_csv(out)
    assert len(frame) == 22
    assert frame["reason"].notna().all()


def test_a_probability_asks_the_other_question(tmp_path: Path) -> None:
    out = tmp_path / "classes.csv"
    file = tmp_path / "mine.csv"
    rows = [(name, year, n, 20_000) for name, a, b in (("A", 200, 300), ("B", 300, 310), ("C", 250, 200))
            for year, n in ((2019, a), (2024, b))]  # fmt: skip
    pd.DataFrame(rows, columns=["area_code", "year", "children", "population"]).to_csv(file, index=False)
    code, said = run(
        "classify", str(file), "--own-areas", "--rule", "three-classes", "--dead-band", "5",
        "--start", "2019", "--end", "2024", "--probability", "0.8", "--out", str(out),
    )  # fmt: skip
    assert code == 0, said
    assert "underlying rate" in said
    assert pd.read_csv(out)["label"].iloc[0] == "increasing"


def test_wrong_rules_end_with_words_and_code_two(tmp_path: Path) -> None:
    code, said = run("classify", "--rule", "three-classes", "--start", "2013", "--end", "2018")
    assert code == 2
    assert "--dead-band" in said
    code, said = run("classify", "--start", "2018", "--end", "2013")
    assert code == 2
    assert "start must come before end" in said


def test_peers_of_one_area_and_contrasts(tmp_path: Path) -> None:
    out = tmp_path / "peers.csv"
    code, said = run("peers", "--year", "2018", "--area", "torfaen", "--neighbours", "3", "--out", str(out))
    assert code == 0, said
    assert "Nearest to Torfaen" in said
    assert "Darlington" in said
    assert len(pd.read_csv(out)) == 3 * 171
    code, said = run("peers", "--year", "2018", "--nation", "wales", "--contrasts", "--out", str(out))
    assert code == 0, said
    assert "pairs with similar need" in said


def test_an_official_list_of_neighbours_is_taken(tmp_path: Path) -> None:
    listed, out = tmp_path / "list.csv", tmp_path / "peers.csv"
    listed.write_text("area_code,neighbour_code\nTorfaen,Blaenau Gwent\nTorfaen,Newport\n", encoding="utf-8")
    asked = ("peers", "--year", "2018", "--area", "torfaen", "--official", str(listed), "--out", str(out))
    code, said = run(*asked)
    assert code == 0, said
    assert "official list" in said
    assert pd.read_csv(out)["neighbour_name"].tolist() == ["Blaenau Gwent", "Newport"]
    listed.unlink()
    code, said = run(*asked)
    assert code == 2
    assert "does not exist" in said
