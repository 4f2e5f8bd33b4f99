"""Rounding and suppression: halves as publishers do, and nobody can work a small count out again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import carerates as cr
from carerates.reports.disclosure import PRIMARY, SECONDARY, Disclosure, Protected, protect, round_to


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


def totals_of(done: Protected) -> dict[str, float]:
    """Return the published totals by the name of their group."""
    totals = done.audit[done.audit["cell"] == "total"]
    named = totals["region"].fillna(totals["nation"])
    return dict(zip(named, totals["published"], strict=True))


def test_a_region_of_one_small_area_loses_its_total_and_another_region_with_it() -> None:
    # R1 is the area of 3, so its total is hidden; England less R2 and R3 would still give it, so the smaller
    # of those loses its total and one cell
    done = protect(rows([3, 40, 50, 60, 70], ["R1", "R2", "R2", "R3", "R3"]), Disclosure(below=5))
    cells = done.audit[done.audit["cell"] == "area"]
    assert cells["action"].tolist() == [PRIMARY, SECONDARY, "published", "published", "published"]
    shown = totals_of(done)
    assert np.isnan([shown["R1"], shown["R2"]]).all()
    assert (shown["R3"], shown["N"]) == (130, 223)


def test_a_cell_hidden_for_the_nation_does_not_stand_alone_in_its_region() -> None:
    # the area without a region is covered by the nation's total alone
    frame = rows([3, 40, 50, 60, 70], ["", "R2", "R2", "R3", "R3"])
    done = protect(frame.assign(region=frame["region"].replace("", None)), Disclosure(below=5))
    assert np.isnan(totals_of(done)["R2"])
    assert done.frame["status"].tolist() == ["suppressed", "suppressed", "exact", "exact", "exact"]


def test_where_everything_is_small_no_total_is_published() -> None:
    done = protect(rows([1, 1, 1], ["R1", "R1", "R2"]), Disclosure(below=5))
    assert np.isnan(list(totals_of(done).values())).all()


def test_groups_that_overlap_are_refused() -> None:
    frame = rows([3, 40, 50, 60], ["R1", "R1", "R2", "R2"]).assign(nation=["N", "M", "M", "M"])
    with pytest.raises(cr.OutputError, match="lies only partly in"):
        protect(frame, Disclosure(below=5))


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["R1", "R2", "R3", None])), min_size=1, max_size=18
    ),
    st.integers(2, 12),
)
def test_no_small_count_can_be_worked_out_from_totals(
    cells: list[tuple[int, str | None]], below: int
) -> None:
    """Solve the equations of all published totals as a reader could, and look at what they settle."""
    frame = rows([float(count) for count, _ in cells]).assign(region=[region for _, region in cells])
    done = protect(frame, Disclosure(below=below))
    shown = done.frame["children"].to_numpy()
    exact = frame["children"].to_numpy()
    assert not ((shown > 0) & (shown < below)).any()
    hidden, published = np.flatnonzero(np.isnan(shown)), totals_of(done)
    equations = [
        np.isin(hidden, places)
        for name in ("region", "nation")
        for group, places in frame.groupby(name).indices.items()
        if np.isfinite(published[group])
    ]
    assert not any(one.any() and exact[hidden[one]].sum() < below for one in equations)
    if not equations or not len(hidden):
        return
    matrix = np.array(equations, dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    for cell in np.eye(len(hidden)):
        # a cell is settled if it is a combination of the equations, which then add nothing to their rank
        assert np.linalg.matrix_rank(np.vstack([matrix, cell])) == rank + 1


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
