"""The page on one area: plain words in both languages, each with the uncertainty of the model's own draws."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import carerates as cr
from carerates.reports.area_view import AreaView, view_area
from carerates.reports.area_words import area_sentences


@pytest.fixture(scope="module")
def swansea() -> AreaView:
    return view_area("Abertawe", 2018)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cr.area_page("Swansea", 2012, tmp_path_factory.mktemp("area") / "out", lang="cy").parent


def test_the_place_in_the_order_is_the_interval_of_the_joint_draws(swansea: AreaView) -> None:
    draws = swansea.estimates.fitted.rate_draws()
    now = np.asarray(draws.year(2018))
    mine = now[:, list(draws.area_codes).index("W06000011")]
    low, high = np.quantile(1 + (now > mine[:, None]).sum(axis=1), [0.025, 0.975])
    sentence = area_sentences(swansea, "en")[2]
    said = [int(one) for one in re.findall(r"(\d+)(?:st|nd|rd|th)", sentence)]
    assert "anywhere between" in sentence
    # quantiles of whole numbers may be interpolated between two of them
    assert said == pytest.approx([low, high], abs=0.5)


def test_every_statement_is_in_both_languages_with_the_same_numbers(swansea: AreaView) -> None:
    english, welsh = (area_sentences(swansea, lang) for lang in ("en", "cy"))
    assert len(english) == len(welsh) == 6
    for one, other in zip(english, welsh, strict=True):
        # Welsh says places without an ending, and the 10,000 of a rate may stand elsewhere
        assert sorted(re.findall(r"\d+", re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", one))) == sorted(
            re.findall(r"\d+", other)
        )
        assert "Swansea" in one or "same deprivation" in one
        assert "Abertawe" in other or "siawns" in other


def test_a_published_rounded_count_is_called_about(swansea: AreaView) -> None:
    first = area_sentences(swansea, "en")[0]
    # StatsWales, children looked after at 31 March 2018: Swansea 520, to the nearest 5
    assert first.startswith("Swansea looked after about 520 children on 31 March 2018")


def test_the_change_is_clear_only_where_its_interval_leaves_out_zero(swansea: AreaView) -> None:
    low, high = (float(swansea.change[name]) for name in ("percent_lower", "percent_upper"))  # type: ignore[index]
    sentence = area_sentences(swansea, "en")[4]
    assert (high < 0) == ("fell, probably" in sentence)
    assert (low < 0 < high) == ("cannot be told" in sentence)


def test_the_page_is_one_file_in_its_language_and_its_receipt_holds(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")
    assert '<html lang="cy-GB">' in page
    assert "Abertawe: plant sy" in page
    assert "<script" not in page
    assert len(page.encode()) < 1_000_000
    for words in ("Year by year", "What the words mean", "could be anywhere"):
        assert words not in page
    done = cr.verify(folder)
    assert done.passed, done.summary()
    assert done.recomputed


def test_a_changed_figure_of_the_page_is_found(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(folder, tmp_path / "copy")
    text = (copy / "years.csv").read_bytes()
    (copy / "years.csv").write_bytes(text.replace(b"2012,", b"2013,", 1))
    names = {check.name for check in cr.verify(copy).checks if not check.passed}
    assert names == {"files by their hashes", "cells of tables, number by number"}


@pytest.mark.parametrize(
    ("area", "year", "error", "message"),
    [
        ("Swonsea", 2018, cr.AreaError, "Swansea"),
        ("Wales", 2018, cr.AreaError, "is not a local authority"),
        ("Leeds", 1999, cr.TableError, "no comparison for 31 March 1999"),
    ],
)
def test_what_there_is_no_page_for_is_said(
    tmp_path: Path, area: str, year: int, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        cr.area_page(area, year, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_language_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lang='fr'"):
        cr.area_page("Swansea", out=tmp_path / "out", lang="fr")
