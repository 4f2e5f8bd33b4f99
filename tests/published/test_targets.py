"""Every printed figure of five reports that a machine can check, flagged or passed as re-derived by hand.

``targets.csv`` has a row for each figure and each way of checking it.  ``listed`` is what a re-derivation
with paper and a statistics program found before any of this was written: ``yes`` (agrees), ``no`` (does
not) or ``untested`` (it needed data).  ``evidence`` says how it is checked here:

statistic
    A row of ``docs/replication/statistics.csv``: location | label | check.
edition
    A check of :mod:`carerates.audit` on the bundled edition; ``verdict`` is what it finds.
figure
    A row of ``docs/replication/printed/*.csv``, whose verdict ``tests/replication`` holds.
test
    A test of its own.
none
    What cannot be checked here; ``reading`` says why.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import carerates as cr
from carerates.audit import (
    Finding,
    check_change,
    check_date,
    check_file,
    check_item,
    check_odds_ratio,
    check_rate,
    check_sum,
    check_window,
)
from carerates.survey.printed import ODDS_RATIOS, printed_tests

ROOT = Path(__file__).parents[2]
ROWS = list(csv.DictReader((Path(__file__).parent / "targets.csv").read_text(encoding="utf-8").splitlines()))
WORDS = {"yes": "consistent", "no": "not consistent"}


def _by(evidence: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["evidence"] == evidence]


def _name(row: dict[str, str]) -> str:
    return f"{row['target']}: {row['where']}"


@cache
def _statistics() -> dict[str, Finding]:
    checked = check_file(ROOT / "docs" / "replication" / "statistics.csv")
    return {
        f"{row['location']} | {row['label']} | {row['check']}": finding
        for row, finding in zip(checked.rows, checked.findings, strict=True)
    }


@cache
def _printed() -> dict[str, dict[str, str]]:
    files = sorted((ROOT / "docs" / "replication" / "printed").glob("*.csv"))
    rows = [row for one in files for row in csv.DictReader(one.read_text(encoding="utf-8").splitlines())]
    return {row["id"]: row for row in rows}


@cache
def _series(nation: str) -> dict[int, str]:
    table = cr.load_rates(nation, level="nation").to_frame().dropna(subset="published_rate_per_10000")
    return {
        int(year): f"{rate:g}"
        for year, rate in zip(table["year"], table["published_rate_per_10000"], strict=True)
        if float(rate).is_integer()  # the years printed as whole numbers
    }


def _area(given: dict[str, str], year: str) -> dict[str, float]:
    if "nation" in given:
        table, name = cr.load_rates(given["nation"], level="nation", years=[int(year)]), None
    else:
        nation = "wales" if cr.areas.find(given["area"]).nation == "Wales" else "england"
        table, name = cr.load_rates(nation, years=[int(year)]), given["area"]
    frame = table.to_frame()
    row = frame.iloc[0] if name is None else frame[frame["area_name"] == name].iloc[0]
    return {key: row[key] for key in ("children", "population", "published_rate_per_10000")} | {
        "unit": float(row["children_high"] - row["children_low"] + 1)
    }


def _rate(given: dict[str, str]) -> Finding:
    figures = _area(given, given["year"])
    # a count rounded to 5 stands for five numbers, an exact one for itself
    return check_rate(
        int(figures["children"]),
        int(figures["population"]),
        given["rate"],
        count_rounded_to=int(figures["unit"]),
    )


def _count(given: dict[str, str]) -> Finding:
    return check_sum([int(_area(given, given["year"])["children"])], int(given["count"]))


def _change(given: dict[str, str]) -> Finding:
    first, last = (int(_area(given, given[one])["published_rate_per_10000"]) for one in ("start", "end"))
    return check_change(
        first,
        last,
        given["change"],
        relative_to=given["relative_to"],
        rounded=False,  # type: ignore[arg-type]
    )


def _difference(given: dict[str, str]) -> Finding:
    series = _series(given["nation"])
    first, last = int(series[int(given["start"])]), int(series[int(given["end"])])
    # two whole-number rates: each is off by up to a half, as a figure with one decimal beside them is not
    return check_sum([f"{last}.0", f"-{first}.0", "0"], given["difference"], hidden=(2, -0.5, 0.5))  # type: ignore[arg-type]


EDITION: dict[str, Callable[[dict[str, str]], Finding]] = {
    "rate": _rate,
    "count": _count,
    "change": _change,
    "difference": _difference,
    "date": lambda given: check_date(given["value"], int(given["year"]), _series(given["nation"])),
    "window": lambda given: check_window(
        given["change"], int(given["start"]), int(given["end"]), _series(given["nation"])
    ),
}


def _finding(row: dict[str, str]) -> Finding:
    check, _, figures = row["where"].partition(" | ")
    pairs = (one.partition("=") for one in figures.split(";"))
    return EDITION[check]({name.strip(): value.strip() for name, _, value in pairs})


@pytest.mark.parametrize("row", _by("statistic"), ids=_name)
def test_statistic_is_flagged_or_passed_as_listed(row: dict[str, str]) -> None:
    finding = _statistics()[row["where"]]
    assert ("consistent" if finding.consistent else "not consistent") == WORDS[row["listed"]], (
        finding.summary()
    )


@pytest.mark.parametrize("row", _by("edition"), ids=_name)
def test_figure_held_against_the_bundled_edition(row: dict[str, str]) -> None:
    finding = _finding(row)
    assert ("consistent" if finding.consistent else "not consistent") == row["verdict"], finding.summary()
    if row["listed"] in WORDS:
        assert row["verdict"] == WORDS[row["listed"]]


@pytest.mark.parametrize("row", _by("figure"), ids=_name)
def test_figure_is_in_the_table_of_the_replication(row: dict[str, str]) -> None:
    found = _printed()[row["where"]]["expected"]
    assert found == row["verdict"]
    if row["listed"] in WORDS and row["target"] != "W417":  # two names for one factor: no figures
        assert found.startswith("agrees" if row["listed"] == "yes" else "differs")


@pytest.mark.parametrize("row", _by("test"), ids=_name)
def test_test_of_its_own_is_there(row: dict[str, str]) -> None:
    file, _, name = row["where"].partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_nothing_listed_as_checked_is_left_out() -> None:
    assert len({row["target"] for row in ROWS}) == 226
    left = {row["target"] for row in _by("none")}
    assert not left & {row["target"] for row in ROWS if row["listed"] in WORDS}
    assert all(row["reading"] for row in _by("none"))
    flagged = {row["target"] for row in ROWS if row["listed"] == "no"}
    assert len(flagged) == 18


def test_z_of_the_odds_ratios() -> None:
    tests = printed_tests("increasing_vs_decreasing")
    expected = {"against_removal": (2.53, 3.4), "case_2_risk": (2.68, 3.2), "confidence_in_la": (3.19, 3.2),
                "support_for_practice": (2.65, 2.7)}  # fmt: skip
    for name, (z, t) in expected.items():
        ratio, lower, upper = ODDS_RATIOS[name]
        found = check_odds_ratio(f"{ratio:.2f}", f"{lower:.2f}", f"{upper:.2f}")
        # z from the logarithm of the printed ratio: its rounding moves it by a hundredth
        assert abs(found.recomputed["z"]) == pytest.approx(z, abs=0.02)
        assert abs(tests[name].t) == t


def test_share_of_entries_and_its_limits_have_one_base() -> None:
    # Bennett et al. 2022: 10,351 entries are 8.1% (6,447 to 14,567: 5.0 to 11.3%)
    found = check_item([10_351, 6_447, 14_567], ["8.1", "5.0", "11.3"])
    assert found.consistent, found.summary()


def test_eleven_times_over_nine_steps_of_a_third() -> None:
    # Child Welfare Inequalities Project: 1 in 60 in the most deprived tenth, 1 in 660 in the least, about a
    # third more with each tenth
    more = (660 / 60) ** (1 / 9) - 1
    assert more == pytest.approx(1 / 3, abs=0.04)


def test_stock_and_flow_of_wales() -> None:
    # Welsh Government SFR 106/2019: 6,407, then 2,125 starts and 1,678 ends, then 6,846 (later 6,834)
    expected = 6_407 + 2_125 - 1_678
    assert expected == 6_854
    assert abs(expected - 6_846) <= 10
    wales = (
        cr.load_rates("wales", level="nation", years=[2018, 2019]).to_frame().set_index("year")["children"]
    )
    assert abs(wales[2018] - 6_407) <= 2  # the edition rounds to 5
    assert wales[2019] == 6_846
