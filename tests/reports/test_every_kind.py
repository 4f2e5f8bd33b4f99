"""Every kind of result as a release: all files, both languages' words, and a receipt that holds or fails."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import carerates as cr
from carerates.reports.receipt import receipt_text, seal_of
from carerates.reports.wording import translations
from carerates.survey import compare_groups, score
from carerates.survey.synthetic import sample_responses

NEED = "wimd_2019_most_deprived_30"


def _joined() -> cr.RatesTable:
    return cr.load_rates("wales", years=[2018]).join(cr.load_factors([NEED], nations=["wales"]))


def _adjusted_funnel() -> Any:
    joined = _joined()
    return cr.funnel(joined, expected=cr.adjust(joined, [NEED]), dispersion="additive")


def _adjustment() -> Any:
    joined = _joined()
    return cr.adjust(joined, [NEED])


def _change() -> Any:
    rates = cr.load_rates("wales", years=[2013, 2018])
    return cr.change(rates, 2013, 2018)


def _classes() -> Any:
    rates = cr.load_rates("wales", years=range(2013, 2019))
    rule = cr.rules.wcpp_corrected(2013, 2018, shortfall=None)
    return cr.classify(rates, rule, probability=0.8)


def _classes_by_expected() -> Any:
    rates, expected = cr.load_rates("wales", years=range(2013, 2019)), _adjustment()
    rule = cr.rules.wcpp_corrected(2013, 2018)
    return cr.classify(rates, rule, expected=expected)


def _fit() -> Any:
    model = cr.RateModel(factors=(NEED,)).for_one_year()
    return cr.fit(model, _joined(), draws=200)


def _comparison() -> Any:
    return compare_groups(score(sample_responses(seed=1)), by="trend")


KINDS: dict[str, Callable[[], Any]] = {
    "funnel": lambda: cr.funnel(cr.load_rates("wales", years=[2018])),
    "adjusted funnel": _adjusted_funnel,
    "adjustment": _adjustment,
    "change": _change,
    "classes": _classes,
    "classes by expected rates": _classes_by_expected,
    "fitted rates": _fit,
    "areas of similar need": lambda: cr.similar_areas(_joined(), [NEED, "population"]),
    "contrasting pairs": lambda: cr.contrasting_pairs(_joined(), [NEED, "population"]),
    "survey comparison": _comparison,
}
# answers of respondents are not among the inputs
NOT_REPEATED = {"survey comparison"}
WITHOUT_CHART = {"areas of similar need"}  # its chart is of one area
# its layout has one row for each area and time
WITHOUT_OPEN_DATA = {"contrasting pairs", "survey comparison"}


@pytest.fixture(scope="module", params=list(KINDS))
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Any]:
    result = KINDS[request.param]()
    out = tmp_path_factory.mktemp("kind") / "release"
    return request.param, cr.publish(result, out, lang="cy", name="release").parent, result


def test_every_file_is_there(published: tuple[str, Path, Any]) -> None:
    kind, out, _ = published
    wanted = {
        "index.html", "page.md", "alternative.txt", "sources.txt", "receipt.json", "release.ods",
        "release.xlsx", "data.csv", "data.csv-metadata.json",
    }  # fmt: skip
    if kind not in WITHOUT_CHART:
        wanted |= {"chart.svg", "chart.png"}
    if kind not in WITHOUT_OPEN_DATA:
        wanted |= {"open-data.csv", "open-data.meta.csv"}
    there = {path.name for path in out.iterdir()}
    assert wanted <= there
    # what cannot be in the open-data layout says so on the page
    assert ("Nid oes pâr o ffeiliau data agored" in (out / "index.html").read_text("utf-8")) == (
        kind in WITHOUT_OPEN_DATA
    )


def test_headings_and_titles_are_translated(published: tuple[str, Path, Any]) -> None:
    _, out, result = published
    # a column named after a factor carries the factor's name in every language
    lost = [
        name for name in result.to_frame()
        if ("column", name) not in translations() and NEED not in name and not name.endswith("_population")
    ]  # fmt: skip
    assert lost == []
    assert ("phrase", f"kind_{type(result).__name__}") in translations()
    text = (out / "index.html").read_text("utf-8").split("<main")[0]
    assert 'lang="cy-GB"' in text


def test_the_receipt_names_a_way_to_verify_that_runs(published: tuple[str, Path, Any]) -> None:
    from click.testing import CliRunner

    from carerates.cli import carerates_command

    kind, out, _ = published
    said = json.loads((out / "receipt.json").read_text("utf-8"))["verify"]
    program, *arguments = said.split()
    assert program == "carerates"
    arguments[-1] = str(out / arguments[-1])
    done = CliRunner().invoke(carerates_command, arguments)
    assert done.exit_code == 0, done.output
    assert ("number by number" in done.output) == (kind not in NOT_REPEATED)


def _rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "receipt.json"
    receipt = json.loads(path.read_text("utf-8"))
    change(receipt)
    receipt["seal"] = seal_of(receipt)
    path.write_text(receipt_text(receipt), "utf-8")


def _rehash(folder: Path, name: str) -> None:
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    _rewrite(folder, lambda receipt: receipt["files"].update({name: digest}))


def _raise_number(text: str) -> str:
    """Raise the first long number of a CSV by a millionth of itself."""
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines[1:], start=1):
        cells = line.rstrip("\r\n").split(",")
        for place, cell in enumerate(cells):
            if "." in cell and len(cell) > 6 and cell.replace(".", "").replace("-", "").isdigit():
                cells[place] = repr(float(cell) * (1 + 1e-6))
                ending = line[len(line.rstrip("\r\n")) :]
                return "".join([*lines[:at], ",".join(cells) + ending, *lines[at + 1 :]])
    raise AssertionError("no number to change")


def test_a_number_setting_or_headline_changed_with_hash_and_seal_is_found(
    published: tuple[str, Path, Any], tmp_path: Path
) -> None:
    kind, out, _ = published
    if kind in NOT_REPEATED:
        # nothing is worked out again, so the hashes must tell
        for number, path in enumerate(sorted(one for one in out.rglob("*") if one.is_file())):
            copy = shutil.copytree(out, tmp_path / f"byte-{number}")
            file = copy / path.relative_to(out)
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(bytes(content))
            try:
                assert not cr.verify(copy).passed, path.name
            except cr.OutputError:
                assert path.name == "receipt.json"
        return
    number = shutil.copytree(out, tmp_path / "number")
    text = (number / "data.csv").read_bytes().decode("utf-8-sig")
    (number / "data.csv").write_bytes(("\ufeff" + _raise_number(text)).encode("utf-8"))
    _rehash(number, "data.csv")
    assert not cr.verify(number).passed
    headline = shutil.copytree(out, tmp_path / "headline")
    _rewrite(headline, lambda receipt: receipt["headline"].update({"areas": 21}))
    assert not cr.verify(headline).passed
    setting = shutil.copytree(out, tmp_path / "setting")
    _rewrite(
        setting, lambda receipt: receipt["settings"].update({next(iter(receipt["settings"])): "another"})
    )
    assert not cr.verify(setting).passed


def test_every_setting_and_every_headline_number_of_a_funnel_is_held(tmp_path: Path) -> None:
    from carerates.reports.verification import _check_numbers

    out = cr.publish(cr.funnel(cr.load_rates("wales", years=[2018])), tmp_path / "out").parent
    receipt = json.loads((out / "receipt.json").read_text("utf-8"))
    settings, headline, _ = _check_numbers(receipt, out, 1e-9)
    assert settings.passed
    assert headline.passed
    for part in ("settings", "headline"):
        for name, value in receipt[part].items():
            other = value * (1 + 1e-8) + 1e-8 if isinstance(value, float) else f"not {value}"
            changed = {**receipt, part: {**receipt[part], name: other}}
            checks = {one.name: one for one in _check_numbers(changed, out, 1e-9)}
            assert not checks["settings" if part == "settings" else "headline numbers"].passed, name


def test_a_changed_input_cell_is_found_for_every_kind_that_is_worked_out_again(
    published: tuple[str, Path, Any], tmp_path: Path
) -> None:
    kind, out, _ = published
    if kind in NOT_REPEATED:
        assert not (out / "inputs").exists()
        return
    for path in sorted((out / "inputs").glob("*.csv")):
        copy = shutil.copytree(out, tmp_path / path.stem)
        name = f"inputs/{path.name}"
        lines = (copy / name).read_text("utf-8").splitlines()
        header, first = lines[0].split(","), lines[1].split(",")
        at = next(
            header.index(one)
            for one in (
                "exposure",
                "expected_rate_per_10000_left_out",
                "expected_rate_per_10000",
                "population",
            )
            if one in header
        )
        first[at] = repr(float(first[at]) * 1.2)
        (copy / name).write_text("\n".join([lines[0], ",".join(first), *lines[2:]]) + "\n", "utf-8")
        _rehash(copy, name)
        done = cr.verify(copy)
        if path.name == "expected.csv":
            continue  # an expected rate decides a class only where it is near; the hash holds the file
        assert not done.passed, (kind, path.name)
