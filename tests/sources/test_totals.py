"""Total rows are told by label, hierarchy or sum, and it is said how; where none can be told, nothing is."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates.sources.failures import ContentError, LayoutError
from carerates.sources.statswales import read_cube
from carerates.sources.statswales.totals import adding_up, total_counts
from tests.sources.fixture_files import fixture

PLACES = {"Isle of Anglesey": ("512", 165), "Gwynedd": ("514", 255), "Cardiff": ("552", 900)}
AGES = {"Under 10": 0.4, "10 and over": 0.6}


def five(value: float) -> int:
    return 5 * round(value / 5)


def table(
    *,
    total: str = "All ages",
    wales: tuple[str, str] = ("Wales", "596"),
    parents: bool = False,
    codes: bool = True,
    hidden: bool = False,
    broken: bool = False,
) -> bytes:
    """Counts by age group in the extended view, rounded to 5, the total of each area and of Wales."""
    header = ["Data values", "Data description", "Local Authority", "Local Authority_reference"]
    header += ["Local Authority_hierarchy", "Year", "Age group", "Age group_reference", "Age group_hierarchy"]
    rows = [[*header, "Notes"]]
    everyone = sum(count for _, count in PLACES.values())
    for name, (code, count) in {**PLACES, wales[0]: (wales[1], everyone)}.items():
        for year in ("2022-23", "2023-24"):
            above = wales[1] if parents and name != wales[0] else ""
            place = ["Total", name, code if codes else "", above if codes else "", year]
            rows.append([str(five(count)), *place, total, "T", "", ""])
            for number, (age, part) in enumerate(AGES.items()):
                cell, note = str(five(count * part) + (200 if broken else 0)), ""
                if hidden and name == "Gwynedd" and number:
                    cell, note = "", "Confidential"
                rows.append([cell, *place, age, str(number), "T" if parents else "", note])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def counted(body: bytes, **given: object) -> tuple[dict[str, float], list[str]]:
    cube = read_cube(body, counted="rounded_to_5")
    frame, steps = total_counts(cube, "x", **given)  # type: ignore[arg-type]
    return frame[frame["year"] == 2024].set_index("area_code")["value"].to_dict(), steps


EXPECTED = {"W06000001": 165, "W06000002": 255, "W06000015": 900, "W92000004": 1320}


def test_known_label() -> None:
    found, steps = counted(table())
    assert found == EXPECTED
    assert steps == [
        "'Age group' held at 'All ages', told by its label",
        "'Wales' is the row of Wales, told by its code",
    ]


def test_unknown_label_is_told_by_the_hierarchy() -> None:
    found, steps = counted(table(total="Everyone", parents=True))
    assert found == EXPECTED
    assert steps[0] == (
        "'Age group' held at 'Everyone', told by the hierarchy: all others name it as their parent"
    )


def test_unknown_label_is_told_by_the_sum_rule_despite_rounding() -> None:
    found, steps = counted(table(total="Everyone"))
    assert found == EXPECTED
    assert steps[0] == "'Age group' held at 'Everyone', told by the sum rule: the others add up to it"


def test_suppressed_part_is_one_to_four() -> None:
    assert counted(table(total="Everyone", hidden=True))[0] == EXPECTED
    rows = [("All", 100.0), ("a", 60.0), ("b", 37.0), ("c", None)]
    frame = pd.DataFrame(
        [
            (area, label, value, "suppressed" if value is None else "exact")
            for area in "PQRS"
            for label, value in rows
        ],
        columns=["area", "group", "value", "status"],
    )
    # c was seen once, so that it is known to be a part
    seen = pd.DataFrame(
        [("T", "All", 9.0, "exact"), ("T", "a", 2.0, "exact"), ("T", "b", 3.0, "exact")],
        columns=frame.columns,
    )
    frame = pd.concat([frame, seen, seen.iloc[:1].assign(group="c", value=4.0)], ignore_index=True)
    assert adding_up(frame, "group", ["area"]) == ["All"]  # 60 + 37 and one to four more
    frame.loc[frame["value"] == 37, "value"] = 90.0
    assert adding_up(frame, "group", ["area"]) == []


def test_nothing_is_guessed_where_nothing_adds_up() -> None:
    with pytest.raises(LayoutError, match=r"Everyone.*totals=\{'Age group': \.\.\.\}"):
        counted(table(total="Everyone", broken=True))
    found, steps = counted(table(total="Everyone", broken=True), totals={"age group": "everyone"})
    assert found == EXPECTED and "as asked for" in steps[0]
    with pytest.raises(LayoutError, match="none of the labels"):
        counted(table(), totals={"Age group": "Nobody"})
    with pytest.raises(ValueError, match="colour"):
        counted(table(), totals={"Colour": "Red"})


def test_row_of_wales_under_an_unknown_label() -> None:
    found, steps = counted(table(wales=("Local authorities together", "900"), parents=True))
    assert found == EXPECTED
    assert steps[-1] == "'Local authorities together' is the row of Wales, told by the hierarchy"
    found, steps = counted(table(wales=("Local authorities together", ""), codes=False))
    assert found == EXPECTED
    assert steps[-1] == "'Local authorities together' is the row of Wales, told by the sum rule"
    for label in ("Total Welsh local authorities", "All Welsh local authorities", "Wales", "Cymru"):
        assert counted(table(wales=(label, ""), codes=False))[0] == EXPECTED


def test_unknown_area_is_no_total_by_chance() -> None:
    body = table(wales=("Atlantis", ""), codes=False).replace(b"1320", b"1420")
    with pytest.raises(ContentError, match="Atlantis"):
        counted(body)


def test_total_of_the_recorded_table_is_told_by_code() -> None:
    cube = read_cube(fixture("statswales/v2_data_raw_extended.csv"), counted="rounded_to_5")
    frame = cube.by_area()
    assert set(frame.loc[frame["is_total"], "total_told"]) == {"by its code"}
    flat = read_cube(fixture("statswales/v2_data_default.csv")).by_area()
    assert set(flat.loc[flat["is_total"], "total_told"]) == {"by a label that reads like a total"}


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(20, 4000), min_size=3, max_size=3), st.integers(0, 1))
def test_sum_rule_never_takes_a_part(counts: list[int], first: int) -> None:
    names = list(AGES)
    body = table(total="Everyone").decode()
    for (_, (_, old)), new in zip(PLACES.items(), counts, strict=True):
        for part in (1.0, *AGES.values()):
            body = body.replace(f"\n{five(old * part)},", f"\n{five(new * part) if part < 1 else five(new)},")
    try:
        _, steps = counted(body.encode())
    except LayoutError:
        return
    assert not any(f"held at '{name}'" in step for name in names for step in steps)
