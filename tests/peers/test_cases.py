from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carerates as cr
from carerates.errors import TableError

ENGLAND = cr.load_rates("england", years=[2012, 2017])
CLASSES = cr.classify(ENGLAND, cr.rules.wwcsc(5))


def areas(sizes: dict[str, int]) -> pd.DataFrame:
    rows = [(f"{name}{at}", name) for name, size in sizes.items() for at in range(size)]
    return pd.DataFrame(rows, columns=["area_code", "label"])


def test_forty_areas_by_trend_and_region_can_be_chosen_again() -> None:
    first, second = (cr.select_cases(CLASSES, 40, seed=2018) for _ in range(2))
    assert first.selected()["area_code"].tolist() == second.selected()["area_code"].tolist()
    other = cr.select_cases(CLASSES, 40, seed=2019)
    assert first.selected()["area_code"].tolist() != other.selected()["area_code"].tolist()
    assert len(first.selected()) == 40
    # every trend and every English region is met, as the study intended
    assert set(first.selected()["label"]) == {"increasing", "little change", "decreasing"}
    assert first.selected()["region"].nunique() == 9
    balance = first.balance(["rate_start", "rate_end", "percent_change"]).set_index("column")
    assert balance["standardised_difference"].abs().max() < 0.5
    assert "seed 2018" in first.summary()


def test_the_order_of_rows_does_not_matter() -> None:
    frame = CLASSES.to_frame()
    shuffled = frame.sample(frac=1, random_state=1)
    one, other = cr.select_cases(frame, 20, seed=5), cr.select_cases(shuffled, 20, seed=5)
    assert one.selected()["area_code"].tolist() == other.selected()["area_code"].tolist()


def test_areas_without_a_class_are_not_eligible() -> None:
    frame = cr.select_cases(CLASSES, 40, seed=1).to_frame()
    out = frame[frame["label"] == "not available"]
    assert len(out) > 0
    assert not out["selected"].any()
    assert (out["inclusion_probability"] == 0).all()
    assert out["order"].isna().all()


def test_equal_and_proportional_places() -> None:
    frame = areas({"increasing": 8, "decreasing": 2})
    equal = cr.select_cases(frame, 5, strata="label", seed=1).strata().set_index("label")["selected"]
    assert equal.to_dict() == {"decreasing": 2, "increasing": 3}
    fair = cr.select_cases(frame, 5, strata="label", seed=1, allocation="proportional").strata()
    assert fair.set_index("label")["selected"].to_dict() == {"decreasing": 1, "increasing": 4}


@settings(max_examples=30)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1),
    st.integers(0, 1000),
    st.sampled_from(["equal", "proportional"]),
)
def test_the_number_asked_for_is_the_number_given(sizes: dict[str, int], seed: int, how: str) -> None:
    total = sum(sizes.values())
    found = cr.select_cases(areas(sizes), (total + 1) // 2, strata="label", seed=seed, allocation=how)  # type: ignore[arg-type]
    frame = found.to_frame()
    assert frame["selected"].sum() == (total + 1) // 2
    # reserves follow the selected in each stratum
    assert frame.loc[frame["selected"], "inclusion_probability"].gt(0).all()
    assert frame["inclusion_probability"].sum() == pytest.approx((total + 1) // 2)


def test_over_many_seeds_areas_of_a_stratum_are_chosen_alike() -> None:
    frame = areas({"increasing": 6, "decreasing": 3})
    chosen = pd.concat(
        [cr.select_cases(frame, 4, strata="label", seed=seed).selected() for seed in range(100)]
    )["area_code"].value_counts()
    # 2 of 6 and 2 of 3: expected 33 and 67 of 100, standard deviation 4.7; four of them either way
    assert chosen.filter(like="increasing").between(15, 52).all()
    assert chosen.filter(like="decreasing").between(48, 85).all()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"cases": 11}, TableError, "fewer than the 11"),
        ({"cases": 0}, ValueError, "cases must be"),
        ({"cases": 2, "strata": "county"}, TableError, "no column county"),
        ({"cases": 2, "strata": ()}, ValueError, "at least one column"),
        ({"cases": 2, "allocation": "best"}, ValueError, "allocation"),
        ({"cases": 2, "seed": None}, ValueError, "seed must be a whole number"),
    ],
)
def test_wrong_requests_are_refused(arguments: dict[str, object], error: type[Exception], words: str) -> None:
    options = {"strata": "label", "seed": 1} | arguments
    with pytest.raises(error, match=words):
        cr.select_cases(areas({"increasing": 10}), **options)  # type: ignore[arg-type]


def test_several_rows_for_an_area_are_refused() -> None:
    with pytest.raises(TableError, match="repeat"):
        cr.select_cases(pd.concat([areas({"a": 2}), areas({"a": 2})]), 1, strata="label", seed=1)
    with pytest.raises(TableError, match="no column wealth"):
        cr.select_cases(areas({"a": 2}), 1, strata="label", seed=1).balance("wealth")
