"""Every printed quantity has the verdict that the summary shows, and nothing is hidden."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def printed() -> Any:
    import printed as module

    return module


@pytest.fixture(scope="session")
def table(printed: Any) -> pd.DataFrame:
    return printed.compare()


def test_every_verdict_is_the_expected_one(table: pd.DataFrame) -> None:
    changed = table[table["verdict"] != table["expected"]]
    assert changed.empty, changed[["id", "printed", "ours", "verdict", "expected"]].to_string()


def test_every_verdict_is_explained(printed: Any, table: pd.DataFrame) -> None:
    assert set(table["verdict"]) <= set(printed.VERDICTS)
    assert set(table["basis"]) <= set(printed.BASES)
    assert set(table["report"]) <= set(printed.REPORTS)
    assert printed.disagreements()["reason"].ne("").all()
    unreproduced = printed.not_reproduced()
    assert (unreproduced["missing"] + unreproduced["reason"]).ne("").all()
    other = table[(table["basis"] == "other data")]
    assert other["reason"].ne("").all(), "which other data?"


def test_rows_are_whole(table: pd.DataFrame) -> None:
    assert table["id"].is_unique
    assert table[["item", "quantity", "printed"]].ne("").all(axis=None)


def test_the_summary_counts_every_row_once(printed: Any, table: pd.DataFrame) -> None:
    for by in ("report", "basis"):
        counts = printed.counts(by)
        assert counts.loc["all", "all"] == len(table)
        assert (counts.drop(index="all").sum() == counts.loc["all"]).all()


def test_every_quantitative_figure_of_the_report_of_2013_is_listed(table: pd.DataFrame) -> None:
    items = " ".join(table.loc[table["report"] == "cordis_bright_2013", "item"])
    items = re.sub(
        r"Figures (\d+) to (\d+)",
        lambda m: " ".join(f"Figure {n}" for n in range(int(m[1]), int(m[2]) + 1)),
        items,
    )
    items = re.sub(r"Figures (\d+) and (\d+)", r"Figure \1 Figure \2", items)
    listed = {int(one) for one in re.findall(r"Figure (\d+)", items)}
    # 1-3, 6, 7, 28, 31 and 32 are diagrams, keys and lists of words
    assert set(range(8, 28)) | {4, 5, 29, 30} | set(range(33, 49)) <= listed


@pytest.mark.parametrize(
    ("found", "kind", "text", "verdict"),
    [
        (89.6, "number", "90", "agrees"),
        (89.4, "number", "90", "differs: vintage"),
        ("Value", "number", "90", "differs: rounding"),
        ("up", "direction", "positive", "agrees"),
        ("unsure", "direction", "positive", "agrees in sign only"),
        ("unsure", "direction", "none", "agrees"),
        ("up", "direction", "negative", "differs: claim not borne out"),
        ("up", "direction", "none", "differs: vintage"),
        (frozenset("AB"), "areas", "B; A", "agrees"),
        (frozenset("AC"), "areas", "B; A", "differs: vintage"),
        ("Ranking", "order", "A; B; C", "agrees"),
        ("Ranking", "order", "B; A; C", "differs: rounding"),
        ("Ranking", "order", "C; A; B", "differs: vintage"),
        ("Ranking", "order", "A; B; D", "differs: vintage"),
        (None, "", "90", "not reproduced: missing data"),
    ],
)  # fmt: skip
def test_verdicts_by_hand(printed: Any, found: object, kind: str, text: str, verdict: str) -> None:
    given = {
        "Value": printed.Value(89.0, 87.0, 91.0),
        "up": printed.Association(0.5, 0.1, 0.8, 22),
        "unsure": printed.Association(0.3, -0.1, 0.6, 22),
        # falling: A surely first or second, C surely last
        "Ranking": printed.Ranking(("A", "B", "C"), (8.0, 7.5, 1.0), (9.0, 8.5, 2.0)),
    }
    row = {"id": "x", "printed": text, "compare": kind, "tolerance": "", "missing": "some",
           "expected": "differs: vintage"}  # fmt: skip
    assert printed.judge(row, given.get(found, found) if isinstance(found, str) else found) == verdict


def test_an_unexplained_difference_says_so(printed: Any) -> None:
    row = {
        "id": "x",
        "printed": "90",
        "compare": "number",
        "tolerance": "",
        "missing": "",
        "expected": "agrees",
    }
    assert printed.judge(row, 80) == "differs: unexplained"


def test_rank_correlation_by_hand(printed: Any) -> None:
    from associations import rank_correlation

    first = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0, None])
    found = rank_correlation(first, pd.Series([2.0, 1.0, 4.0, 3.0, 5.0, 9.0]))
    # squared rank differences 1, 1, 1, 1, 0: 1 - 6 * 4 / (5 * 24)
    assert found.estimate == pytest.approx(0.8)
    assert found.areas == 5
    assert found.lower < 0 < found.upper
