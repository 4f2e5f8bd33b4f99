"""A receipt proves its output: it passes as made, and fails when any byte, setting or number is changed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import carerates as cr
from carerates.reports.agreement import compare_csv
from carerates.reports.build import write_funnel
from carerates.reports.receipt import receipt_text, seal_of
from carerates.survey import compare_groups, score
from carerates.survey.synthetic import sample_responses


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    funnel = cr.funnel(cr.load_rates("wales").select(year=2018), dispersion="additive")
    return cr.publish(funnel, tmp_path_factory.mktemp("verify") / "release").parent


@pytest.fixture
def copy(released: Path, tmp_path: Path) -> Path:
    return shutil.copytree(released, tmp_path / "copy")


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None], *, resealed: bool) -> None:
    path = folder / "receipt.json"
    receipt = json.loads(path.read_text("utf-8"))
    change(receipt)
    if resealed:
        receipt["seal"] = seal_of(receipt)
    path.write_text(receipt_text(receipt), "utf-8")


def failed(folder: Path) -> set[str]:
    return {check.name for check in cr.verify(folder).checks if not check.passed}


def test_an_untouched_release_is_verified(released: Path) -> None:
    done = cr.verify(released / "receipt.json")
    assert done.passed, done.summary()
    assert done.recomputed
    cells = done.to_frame().set_index("check")["compared"]["cells of tables, number by number"]
    assert cells > 22 * 20
    assert "verified" in str(done)


def test_every_changed_byte_of_every_file_is_found(released: Path, tmp_path: Path) -> None:
    files = [path.relative_to(released) for path in sorted(released.rglob("*")) if path.is_file()]
    for number, name in enumerate(files):
        folder = shutil.copytree(released, tmp_path / str(number))
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(bytes(content))
        try:
            assert not cr.verify(folder).passed, name
        except cr.OutputError:
            assert name.name == "receipt.json"  # no JSON any more


def test_a_missing_and_an_added_file_are_found(copy: Path) -> None:
    (copy / "page.md").unlink()
    (copy / "added.txt").write_text("x")
    check = next(one for one in cr.verify(copy).checks if one.name.startswith("files"))
    assert check.found == ("page.md is missing", "added.txt is not in the receipt")


@pytest.mark.parametrize(
    "change",
    [
        lambda receipt: receipt["headline"].update({"areas": 23}),
        lambda receipt: receipt["headline"].update({"rate, highest": 191.3699994756987 * (1 + 1e-8)}),
        lambda receipt: receipt["settings"].update({"dispersion": "none"}),
        lambda receipt: receipt["recompute"]["arguments"].update({"dispersion": "none"}),
        lambda receipt: receipt["recompute"]["arguments"].update({"winsorise": 0.2}),
        lambda receipt: receipt["inputs"]["sources"][0].update({"sha256": "0" * 64}),
    ],
)
def test_a_changed_number_or_setting_is_found_even_in_a_resealed_receipt(copy: Path, change: Any) -> None:
    rewrite(copy, change, resealed=True)
    assert not cr.verify(copy).passed


def test_a_changed_word_of_the_receipt_breaks_its_seal(copy: Path) -> None:
    rewrite(copy, lambda receipt: receipt.update({"made_by": "somebody else"}), resealed=False)
    assert failed(copy) == {"the receipt as it was sealed"}


def test_a_number_changed_with_its_hash_and_seal_is_found_by_the_work_done_again(copy: Path) -> None:
    data = (copy / "data.csv").read_bytes().replace(b"191.369999476", b"181.369999476")
    (copy / "data.csv").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    rewrite(copy, lambda receipt: receipt["files"].update({"data.csv": digest}), resealed=True)
    assert failed(copy) == {"cells of tables, number by number"}


def test_an_input_changed_with_its_hash_and_seal_is_found_too(copy: Path) -> None:
    path = copy / "inputs" / "units.csv"
    path.write_text(path.read_text("utf-8").replace("13438.0", "13439.0"), "utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rewrite(copy, lambda receipt: receipt["files"].update({"inputs/units.csv": digest}), resealed=True)
    assert "headline numbers" in failed(copy)


def test_a_receipt_cannot_lead_out_of_its_folder(copy: Path) -> None:
    rewrite(copy, lambda receipt: receipt["files"].update({"../../secret": "0" * 64}), resealed=True)
    with pytest.raises(cr.OutputError, match="outside its folder"):
        cr.verify(copy)


def test_a_receipt_cannot_name_work_of_its_own(copy: Path) -> None:
    rewrite(copy, lambda receipt: receipt["recompute"].update({"verb": "system"}), resealed=True)
    assert failed(copy) == {"the work done again"}


def test_a_result_without_its_inputs_says_that_numbers_were_not_worked_out_again(tmp_path: Path) -> None:
    # the answers of respondents are not published with what was found in them
    cr.publish(compare_groups(score(sample_responses(seed=1)), by="trend"), tmp_path / "out")
    done = cr.verify(tmp_path / "out")
    assert done.passed
    assert not done.recomputed
    assert "were not worked out again" in done.summary()


def test_a_report_is_verified_by_writing_it_again(tmp_path: Path) -> None:
    folder = cr.report("wales", 2012, tmp_path / "report").parent
    rewrite(folder, lambda receipt: receipt["headline"].update({"children": 1}), resealed=True)
    done = cr.verify(folder)
    # one number was changed: it is found, and all else is the same
    assert [check.name for check in done.checks if not check.passed] == ["headline numbers"], done.summary()
    assert len(next(check.found for check in done.checks if not check.passed)) == 1


def test_a_funnel_of_the_command_line_is_verified(tmp_path: Path) -> None:
    folder = write_funnel(cr.funnel(cr.load_rates("wales").select(year=2018)), tmp_path / "funnel")
    done = cr.verify(folder)
    assert done.passed, done.summary()
    assert done.recomputed


def test_what_is_no_receipt_is_said(tmp_path: Path) -> None:
    with pytest.raises(cr.OutputError, match="There is no receipt"):
        cr.verify(tmp_path)
    (tmp_path / "receipt.json").write_text("[]")
    with pytest.raises(cr.OutputError, match="lacks everything"):
        cr.verify(tmp_path)


def test_cells_are_compared_as_numbers_and_as_words() -> None:
    old, new = b"a,b\r\n1.0,x\r\n", b"a,b\r\n1.00000000000001,x\r\n"
    assert compare_csv("t", old, new, 1e-9) == ([], 2)
    assert compare_csv("t", old, b"a,b\r\n1.0,y\r\n", 1e-9)[0] == [
        "t, line 2, b: 'x' there, 'y' worked out again"
    ]
    assert compare_csv("t", old, b"a,b\r\n", 1e-9)[0][0].startswith("t: 1 rows then, 0 now")
    assert compare_csv("t", old, b"a,c\r\n1.0,x\r\n", 1e-9)[0][0].endswith("columns that differ: b, c")


def test_a_damaged_table_is_a_difference_and_not_an_accident() -> None:

    now = b"position,areas\r\nabove 95%,1\r\nwithin,20\r\n"
    for damaged in (
        now.replace(b"%,", b"%-"),
        now.replace(b"within", b"wi\xffhin"),
        now.replace(b"20", b"20,3"),
    ):
        found, _ = compare_csv("position.csv", damaged, now, 1e-9)
        assert found
    assert compare_csv("position.csv", now, now, 1e-9) == ([], 4)
