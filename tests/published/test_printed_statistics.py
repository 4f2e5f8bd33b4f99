"""Statistics printed in two reports and an abstract; each is flagged or passed as re-derived by hand.

``docs/replication/statistics.csv`` holds figures only, with source and place; ``expected`` is what a reader
with paper and pencil finds, and ``reading`` why.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from carerates.audit import Finding, check_file

FILE = Path(__file__).parents[2] / "docs" / "replication" / "statistics.csv"
CHECKED = check_file(FILE)
ROWS = list(zip(CHECKED.rows, CHECKED.findings, strict=True))


@pytest.mark.parametrize(
    ("row", "finding"), ROWS, ids=[f"{row['location']}: {row['label']}, {row['check']}" for row, _ in ROWS]
)
def test_verdict(row: dict[str, str], finding: Finding) -> None:
    assert row["expected"] == ("consistent" if finding.consistent else "not consistent"), finding.summary()


def test_every_kind_of_check_meets_a_published_figure() -> None:
    kinds = {row["check"] for row, _ in ROWS}
    assert kinds >= {
        "t", "t_from_summary", "percent", "item", "chi2", "odds_ratio", "sum", "df", "pooled_mean",
        "rate", "change", "changes", "date", "window", "gaps",
    }  # fmt: skip


def _finding(label: str, check: str) -> Finding:
    (found,) = [one for row, one in ROWS if row["label"] == label and row["check"] == check]
    return found


def test_transposed_digits_of_cuts_to_services() -> None:
    found = [one for row, one in ROWS if row["location"] == "Table 5" and not one.consistent]
    assert len(found) == 1
    assert found[0].suggestions[0] == 0.184
    assert not found[0].decision_error


def test_ten_respondents_were_left_out_of_both_chi_squared_tests() -> None:
    assert _finding("Outcomes Framework", "chi2").suggestions == ((403, 70),)
    assert _finding("Signs of Safety", "chi2").suggestions[0] == (403, 70)


def test_table_4_divides_by_the_end_value() -> None:
    finding = _finding("eight areas with published rates for 2016 and 2020", "changes")
    assert finding.recomputed["bases"] == ("end",)
    assert finding.suggestions[:2] == ("-24.1", "-21.5")


def test_base_of_percentages_with_one_possible_total() -> None:
    # Table D1: each of these counts and percentages leaves exactly one base
    assert list(_finding("domestic abuse important", "percent").recomputed["bases"]) == [682]
    assert list(_finding("leaders focus on the child", "percent").recomputed["bases"]) == [618]


def test_odds_ratios_have_the_standard_errors_of_their_intervals() -> None:
    errors = [one.recomputed["standard_error"] for row, one in ROWS if row["check"] == "odds_ratio"]
    assert errors == pytest.approx([0.266, 0.273, 0.288, 0.254], abs=5e-4)  # re-derived to three decimals
    p_values = [one.recomputed["p"] for row, one in ROWS if row["check"] == "odds_ratio"]
    assert p_values == pytest.approx([0.011, 0.007, 0.001, 0.008], abs=6e-4)
