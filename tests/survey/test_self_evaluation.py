from __future__ import annotations

from pathlib import Path

import pytest
from odfdo import Document

from carerates.errors import OutputError, TableError
from carerates.survey import area_factors, score
from carerates.survey.self_evaluation import (
    CHARACTERISTICS,
    read_workbooks,
    self_evaluation_scales,
    write_workbook,
)


def _fill(path: Path, area: str, role: str, answers: dict[str, object]) -> Path:
    """Fill in a questionnaire as a respondent would."""
    write_workbook(path)
    if path.suffix == ".csv":
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        lines[0], lines[1] = f"area,{area},", f"role,{role},"
        for place, line in enumerate(lines):
            code = line.split(",")[0]
            if code in answers:
                lines[place] = line.rsplit(",", 2)[0] + f",{answers[code]},private note"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path
    document = Document(str(path))
    table = document.body.get_table(0)
    rows = table.get_values()
    rows[0][1], rows[1][1] = area, role
    for row in rows:
        if row[0] in answers:
            row[3], row[4] = answers[row[0]], "private note"
    table.clear()
    table.set_values(rows)
    document.save(str(path))
    return path


def test_five_themes_of_23_characteristics() -> None:
    assert len(CHARACTERISTICS) == 23
    assert [len(scale.items) for scale in self_evaluation_scales().scales] == [7, 6, 5, 3, 2, 23]


@pytest.mark.parametrize("suffix", [".ods", ".csv"])
def test_there_and_back(tmp_path, suffix) -> None:
    answers = {code: 1 + place % 5 for place, code in enumerate(CHARACTERISTICS)}
    first = _fill(tmp_path / f"one{suffix}", "Caerdydd", "leader", answers)
    second = _fill(tmp_path / f"two{suffix}", "Powys", "worker", {"E1": 2, "E2": 4})
    responses = read_workbooks([first, second])
    made = score(responses).to_frame().set_index("area_name")
    assert made.loc["Powys", "information"] == 3.0
    assert made.loc["Powys"].isna()["strategy_and_leadership"]
    assert made.loc["Cardiff", "all_characteristics"] == pytest.approx(sum(answers.values()) / 23)
    assert "private" not in responses.to_frame().to_csv()
    by_area = area_factors(responses, minimum=1).to_frame()
    assert by_area.set_index("area_code").loc["W06000015", "information"] == pytest.approx(
        (answers["E1"] + answers["E2"]) / 2
    )


def test_problems_of_all_files_together(tmp_path) -> None:
    blank = write_workbook(tmp_path / "blank.csv")
    broken = tmp_path / "broken.ods"
    broken.write_bytes(b"nothing")
    short = tmp_path / "short.csv"
    short.write_text("area,Powys\nA1,,x,3\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_workbooks([blank, broken, short, tmp_path / "absent.csv"])
    assert len(caught.value.problems) == 4
    wrong = _fill(tmp_path / "wrong.csv", "Powys", "worker", dict.fromkeys(CHARACTERISTICS, 7))
    with pytest.raises(TableError, match="outside 1 to 5"):
        read_workbooks([wrong])
    with pytest.raises(TableError, match="no files"):
        read_workbooks([])
    with pytest.raises(OutputError, match="ending"):
        write_workbook(tmp_path / "form.pdf")
    with pytest.raises(OutputError, match="cannot be written"):
        write_workbook(tmp_path / "absent" / "form.csv")
