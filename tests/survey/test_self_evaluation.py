from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from odfdo import Document

import carerates as cr
from carerates.errors import OutputError, TableError
from carerates.survey import area_factors, as_responses, evaluate_areas, score
from carerates.survey.characteristics import WORDINGS
from carerates.survey.questionnaires import FIRST_ROW, area_names, questionnaire_rows
from carerates.survey.self_evaluation import (
    CHARACTERISTICS,
    read_workbooks,
    self_evaluation_scales,
    write_workbook,
)
from carerates.tables.workbooks import read_sheets


def _fill(path: Path, area: str, role: str, answers: dict[str, object], lang: str = "en") -> Path:
    """Fill in a questionnaire as a respondent would: labels as written, some cells typed over."""
    words = WORDINGS[lang]
    rows = questionnaire_rows(words)
    rows[FIRST_ROW - 2][1], rows[FIRST_ROW - 1][1] = area, role
    for row in rows:
        if row and row[0] in answers:
            row[3], row[4] = str(answers[row[0]]), "private note"
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows(rows)
    elif path.suffix == ".ods":
        write_workbook(path, lang=lang)
        document = Document(str(path))
        table = document.body.get_table(name=words.sheet)
        for place, row in enumerate(rows):
            for column in (1, 3, 4) if len(row) > 3 else ():
                if row[column]:
                    table.set_value((column, place), row[column])
        document.save(str(path))
    else:
        book = xlsxwriter.Workbook(str(path))
        book.add_worksheet("first").write(0, 0, "another sheet")
        sheet = book.add_worksheet(words.sheet)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                number = len(cell) == 1 and cell.isdigit()  # a digit that was typed is stored as a number
                sheet.write(place, column, int(cell) if number else cell)
        book.close()
    return path


def test_five_themes_of_23_characteristics_in_both_languages() -> None:
    assert len(CHARACTERISTICS) == 23
    for lang, words in WORDINGS.items():
        assert [len(scale.items) for scale in self_evaluation_scales(lang=lang).scales] == [7, 6, 5, 3, 2, 23]
        assert list(words.characteristics) == list(CHARACTERISTICS)
        assert len(set(words.characteristics.values())) == 23
        assert [answer[:2] for answer in words.answers] == ["1 ", "2 ", "3 ", "4 ", "5 "]
        # what a spreadsheet can show: a list of answers in one cell holds at most 255 characters
        assert len(",".join(words.answers)) <= 255
    english, welsh = WORDINGS["en"], WORDINGS["cy"]
    assert not set(english.characteristics.values()) & set(welsh.characteristics.values())
    with pytest.raises(ValueError, match="'en' or 'cy'"):
        self_evaluation_scales(lang="fr")


@pytest.mark.parametrize("lang", ["en", "cy"])
@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".csv"])
def test_there_and_back(tmp_path, suffix, lang) -> None:
    words = WORDINGS[lang]
    answers = {code: 1 + place % 5 for place, code in enumerate(CHARACTERISTICS)}
    chosen = {code: words.answers[value - 1] for code, value in answers.items()}  # as the list offers them
    first = _fill(tmp_path / f"one{suffix}", "Caerdydd", words.roles[0], chosen, lang)
    second = _fill(tmp_path / f"two{suffix}", "Powys", words.roles[1], {"E1": 2, "E2": "4"}, lang)
    responses = read_workbooks([first, second])
    assert responses.to_frame()["role"].tolist() == ["leader", "worker"]
    made = score(responses).to_frame().set_index("area_name")
    assert made.loc["Powys", "information"] == 3.0
    assert made.loc["Powys"].isna()["strategy_and_leadership"]
    assert made.loc["Cardiff", "all_characteristics"] == pytest.approx(sum(answers.values()) / 23)
    assert "private" not in responses.to_frame().to_csv()
    by_area = area_factors(responses, minimum=1).to_frame()
    assert by_area.set_index("area_code").loc["W06000015", "information"] == pytest.approx(
        (answers["E1"] + answers["E2"]) / 2
    )


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_workbook_offers_lists_and_protects_its_labels(tmp_path, lang) -> None:
    words = WORDINGS[lang]
    path = write_workbook(tmp_path / "form.xlsx", lang=lang)
    sheets = read_sheets(path.read_bytes())
    assert list(sheets) == [words.sheet, words.areas]
    assert [row[0] for row in sheets[words.areas]] == area_names(lang)
    assert len(area_names(lang)) == 175  # 22 in Wales and 153 in England
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode("utf-8")
        styles = archive.read("xl/styles.xml").decode("utf-8")
    assert sheet.count("<dataValidation ") == 25  # area, role and 23 answers
    assert "<sheetProtection" in sheet
    assert styles.count('locked="0"') == 1  # the style of cells to fill in, and no other
    ods = write_workbook(tmp_path / "form.ods", lang=lang)
    with zipfile.ZipFile(ods) as archive:
        content = archive.read("content.xml").decode("utf-8")
    assert content.count('table:content-validation-name="answers"') == 23
    assert content.count('table:protected="true"') == 2
    assert content.count('style:cell-protect="none"') == 1
    assert list(read_sheets(ods.read_bytes())) == [words.sheet, words.areas]


def test_problems_of_all_files_together(tmp_path) -> None:
    blank = write_workbook(tmp_path / "blank.xlsx")
    broken = tmp_path / "broken.ods"
    broken.write_bytes(b"nothing")
    short = tmp_path / "short.csv"
    short.write_text("Local authority,Powys\nA1,,x,3\n", encoding="utf-8")
    other = tmp_path / "other.xlsx"
    book = xlsxwriter.Workbook(str(other))
    book.add_worksheet().write(0, 0, "Jane Jones, jane@example.org")
    book.close()
    role = _fill(tmp_path / "role.csv", "Powys", "Jane Jones", {})
    with pytest.raises(TableError) as caught:
        read_workbooks([blank, broken, short, other, role, tmp_path / "absent.csv"])
    assert len(caught.value.problems) == 6
    assert "Jane" not in str(caught.value)
    wrong = _fill(tmp_path / "wrong.csv", "Powys", "worker", dict.fromkeys(CHARACTERISTICS, 7))
    with pytest.raises(TableError, match="outside 1 to 5"):
        read_workbooks([wrong])
    personal = _fill(tmp_path / "text.csv", "Powys", "worker", {"A1": "ask Jane Jones"})
    with pytest.raises(TableError) as caught:
        read_workbooks([personal])
    assert "Jane" not in str(caught.value)
    with pytest.raises(TableError, match="no files"):
        read_workbooks([])
    with pytest.raises(OutputError, match="ending"):
        write_workbook(tmp_path / "form.pdf")
    with pytest.raises(OutputError, match="cannot be written"):
        write_workbook(tmp_path / "absent" / "form.csv")


def _many(areas: dict[str, int]) -> pd.DataFrame:
    rng = np.random.default_rng(23)
    rows = [
        {
            "area": area,
            "role": "worker",
            **{code.lower(): int(rng.integers(1, 6)) for code in CHARACTERISTICS},
        }
        for area, people in areas.items()
        for _ in range(people)
    ]
    return pd.DataFrame(rows)


def _responses(frame: pd.DataFrame):
    return as_responses(frame, self_evaluation_scales(), area="area", groups=["role"])


def test_scores_per_theme_and_area() -> None:
    frame = _many({"Cardiff": 8, "Powys": 6, "Ceredigion": 2})
    result = evaluate_areas(_responses(frame))
    table = result.to_frame().set_index(["area_name", "theme"])
    assert len(table) == 3 * 6
    mine = frame[frame["area"] == "Cardiff"][["d1", "d2", "d3"]].mean(axis=1)
    row = table.loc[("Cardiff", "partnership")]
    assert row["score"] == pytest.approx(mine.mean())
    assert row["standard_error"] == pytest.approx(mine.std(ddof=1) / np.sqrt(8))
    half = 2.364624 * row["standard_error"]  # t with 7 degrees of freedom, from printed tables
    assert row["lower_95"] == pytest.approx(mine.mean() - half, abs=1e-5)
    assert table.loc["Ceredigion"]["score"].isna().all()  # two respondents could be recognised
    assert "Cardiff: highest" in result.summary()
    assert "Ceredigion" not in result.summary()
    welsh = evaluate_areas(_responses(frame), lang="cy").to_frame()
    assert set(welsh["area_name"]) == {"Caerdydd", "Powys", "Ceredigion"}
    assert "Gweithio mewn partneriaeth" in set(welsh["label"])


def test_one_agreed_questionnaire_per_area_has_no_interval() -> None:
    result = evaluate_areas(_responses(_many({"Cardiff": 1, "Powys": 1})), minimum=1)
    frame = result.to_frame()
    assert frame["score"].notna().all()
    assert frame[["standard_error", "lower_95", "upper_95"]].isna().all(axis=None)


def test_profile_chart_shows_the_scores() -> None:
    result = evaluate_areas(_responses(_many({"Cardiff": 8, "Powys": 6, "Swansea": 7, "Ceredigion": 2})))
    ax = cr.plot(result, area="Powys")
    table = result.to_frame()
    mine = table[table["area_name"] == "Powys"]["score"].to_numpy()
    (squares,) = [one for one in ax.collections if one.get_label() == "area"]
    np.testing.assert_allclose(np.asarray(squares.get_offsets())[:, 0], mine[::-1])
    (circles,) = [one for one in ax.collections if one.get_label() == "Cardiff"]
    theirs = table[table["area_name"] == "Cardiff"]["score"].to_numpy()[::-1]
    np.testing.assert_allclose(np.asarray(circles.get_offsets())[:, 0], theirs)
    assert not [one for one in ax.collections if one.get_label() == "Ceredigion"]  # two respondents
    assert [one.get_text() for one in ax.get_yticklabels()] == list(dict.fromkeys(table["label"]))[::-1]
    with pytest.raises(ValueError, match="no score of 'Ceredigion'"):
        cr.plot(result, area="Ceredigion")
