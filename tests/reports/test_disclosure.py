"""Rounding and suppression: halves as publishers do, and nobody can work a small count out again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import carerates as cr
from carerates.reports.disclosure import PRIMARY, SECONDARY, Disclosure, protect, round_to


def rows(counts: list[float], regions: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_code": [f"A{n:03d}" for n in range(len(counts))],
            "region": regions or ["R"] * len(counts),
            "nation": "N",
            "children": counts,
            "population": 1000.0,
        }
    )


def test_halves_go_where_the_publisher_sends_them() -> None:
    values = np.array([2.0, 2.5, 7.5, 12.5, np.nan])
    assert round_to(values, 5, "up").tolist()[:4] == [0, 5, 10, 15]
    assert round_to(values, 5, "down").tolist()[:4] == [0, 0, 5, 10]
    assert round_to(values, 5, "even").tolist()[:4] == [0, 0, 10, 10]
    assert np.isnan(round_to(values, 5)[4])


def test_whole_counts_to_the_nearest_five_differ_by_at_most_two() -> None:
    counts = np.arange(1000.0)
    assert np.abs(round_to(counts, 5) - counts).max() == 2


def test_a_hand_worked_hierarchy() -> None:
    # R1: 3 is small, so 8 (the next smallest) goes too; R2 has nothing small and stays whole
    frame = rows([3, 40, 8, 50, 60], ["R1", "R1", "R1", "R2", "R2"])
    done = protect(frame, Disclosure(below=5))
    cells = done.audit[done.audit["cell"] == "area"]
    assert cells["action"].tolist() == [PRIMARY, "published", SECONDARY, "published", "published"]
    assert done.frame["status"].tolist() == ["suppressed", "exact", "suppressed", "exact", "exact"]
    totals = done.audit[done.audit["cell"] == "total"]
    assert totals["count"].tolist() == [51, 110, 161]
    assert "1 suppressed for themselves, 1 to protect those" in done.audit_summary()


def test_two_ones_are_not_enough_when_their_sum_is_small() -> None:
    done = protect(rows([1, 1, 30, 40]), Disclosure(below=5))
    assert done.audit["action"].tolist()[:4] == [PRIMARY, PRIMARY, SECONDARY, "published"]


def test_a_group_that_cannot_be_protected_is_refused() -> None:
    with pytest.raises(cr.OutputError, match="No second cell of region"):
        protect(rows([3, 40], ["R1", "R2"]), Disclosure(below=5))


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["R1", "R2", "R3"])), min_size=4, max_size=25),
    st.integers(2, 12),
)
def test_no_small_count_can_be_worked_out_from_totals(cells: list[tuple[int, str]], below: int) -> None:
    frame = rows([float(count) for count, _ in cells], [region for _, region in cells])
    try:
        done = protect(frame, Disclosure(below=below))
    except cr.OutputError:
        return  # refused aloud, nothing published
    shown = done.frame["children"].to_numpy()
    exact = frame["children"].to_numpy()
    assert not ((shown > 0) & (shown < below)).any()
    for name in ("region", "nation"):
        for places in frame.groupby(name).indices.values():
            hidden = places[np.isnan(shown[places])]
            # what the total leaves for the hidden cells is shared by two or more, and not small itself
            assert len(hidden) != 1
            if len(hidden):
                assert exact[hidden].sum() >= below


def test_rates_are_worked_out_from_protected_counts_and_nothing_else_is_published() -> None:
    frame = rows([3, 41, 8, 52]).assign(p_value=0.123, z=1.0)
    done = protect(frame, Disclosure(nearest=5, below=5))
    assert list(done.frame) == [
        "area_code",
        "nation",
        "region",
        "children",
        "population",
        "rate_per_10000",
        "status",
    ]
    assert done.frame["children"].tolist()[1] == 40
    assert done.frame["rate_per_10000"].tolist()[1] == 400
    assert np.isnan(done.frame["rate_per_10000"].tolist()[0])
    assert done.frame["status"].tolist() == ["suppressed", "rounded_to_5", "suppressed", "rounded_to_5"]


def test_a_count_that_its_publisher_withheld_stays_withheld() -> None:
    frame = rows([np.nan, 41, 8, 52]).assign(status=["suppressed", "exact", "exact", "exact"])
    done = protect(frame, Disclosure(nearest=5))
    assert np.isnan(done.frame["children"].tolist()[0])
    assert done.frame["status"].tolist()[0] == "suppressed"
    assert np.isnan(done.audit.loc[done.audit["cell"] == "total", "published"]).all()


@pytest.mark.parametrize("wrong", [{"nearest": 0}, {"below": -1}, {"halves": "sideways"}])
def test_settings_that_protect_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="do not protect"):
        Disclosure(**wrong)  # type: ignore[arg-type]


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(cr.OutputError, match="are not counts"):
        protect(rows([1.5, 2.0]), Disclosure(below=5))


def test_a_protected_release_holds_no_exact_count_anywhere(tmp_path: Path) -> None:
    rates = cr.load_rates("wales").select(year=2018)
    counts = rates.to_frame()
    exact = counts.assign(
        children=counts["children"] + 1.0, children_low=np.nan, children_high=np.nan, status="exact"
    )
    exact.loc[exact["area_name"] == "Ceredigion", "children"] = 3.0
    table = cr.RatesTable(exact, rates.provenance)
    out = cr.publish(table, tmp_path / "out", disclosure=Disclosure(nearest=5, below=5)).parent
    names = {path.name for path in out.rglob("*")}
    assert not {"chart.svg", "chart.png", "inputs"} & names
    data = pd.read_csv(out / "data.csv", encoding="utf-8-sig")
    shown = data.set_index("area_name")["children"]
    assert shown["Ceredigion"] == "[c]"
    assert (shown == "[c]").sum() == 2
    known = pd.to_numeric(shown[shown != "[c]"])
    assert (known % 5 == 0).all()
    assert "suppressed" in (out / "index.html").read_text("utf-8")
    text = "".join(
        path.read_text("utf-8")
        for path in out.iterdir()
        if path.suffix in {".csv", ".json", ".html", ".txt", ".md"}
    )
    assert '"action"' not in text
    assert "to protect another cell" not in text
    total = str(int(exact["children"].sum()))
    assert total not in text
    assert cr.verify(out).passed
