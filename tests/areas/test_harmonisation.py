"""Sums to areas that do not change: totals kept, nothing split, nothing missing in silence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carerates import areas
from carerates.errors import AreaError, TableError
from carerates.provenance import Provenance
from carerates.tables import Factor, FactorsTable, RatesTable

BCP_DORSET = "E06000058+E06000059"
# children looked after at 31 March, Department for Education; population: ONS mid-year of the year before
PUBLISHED = [
    ("E06000028", 2019, 248, 36_373),
    ("E06000029", 2019, 192, 30_188),
    ("E10000009", 2019, 414, 76_699),
    ("E06000058", 2020, 506, 72_905),
    ("E06000059", 2020, 476, 66_931),
    ("E10000021", 2021, 1144, 170_287),
    ("E06000061", 2022, 525, 79_000),
    ("E06000062", 2022, 658, 92_236),
    ("E10000006", 2023, 740, 90_547),
    ("E06000063", 2024, 482, 52_000),
    ("E06000064", 2024, 247, 39_196),
]


def table(rows: list[tuple[object, ...]], **columns: list[object]) -> RatesTable:
    frame = pd.DataFrame(rows, columns=["area_code", "year", "children", "population"])
    return RatesTable(frame.assign(**columns), Provenance(steps=("made up",)))


def cells(rates: RatesTable, *columns: str) -> dict[tuple[str, int], object]:
    frame = rates.to_frame().set_index(["area_code", "year"])[list(columns)]
    return {
        key: values[0] if len(columns) == 1 else values
        for key, *rest in frame.itertuples()
        for values in [rest]
    }


def test_published_counts_are_summed_to_stable_units() -> None:
    stable = areas.harmonise(table(PUBLISHED))
    assert cells(stable, "children") == {
        (BCP_DORSET, 2019): 248 + 192 + 414,
        (BCP_DORSET, 2020): 982,
        ("E10000021", 2021): 1144,
        ("E10000021", 2022): 1183,
        ("E10000006", 2023): 740,
        ("E10000006", 2024): 729,
    }
    row = stable.to_frame().set_index(["area_code", "year"]).loc[(BCP_DORSET, 2020)]
    assert row["population"] == 72_905 + 66_931
    assert row["rate_per_10000"] == pytest.approx(1e4 * 982 / 139_836, rel=1e-12)  # the same division
    assert row["area_name"] == "Bournemouth, Christchurch, Poole and Dorset"
    assert (row["nation"], row["region"], row["status"]) == ("England", "South West", "exact")


def test_every_merge_is_a_step() -> None:
    steps = areas.harmonise(table(PUBLISHED)).provenance.steps
    assert steps[0] == "made up"
    assert (
        "Cumbria (E10000006): summed from Cumberland (E06000063) and "
        "Westmorland and Furness (E06000064) in 2024"
    ) in steps
    assert len(steps) == 5  # two for Dorset (one for each side), one for each split


def test_christchurch_keeps_bournemouth_and_poole_from_becoming_the_new_authority() -> None:
    asked = areas.harmonise(table(PUBLISHED), np.int64(2024))  # as it comes out of a frame
    there = cells(asked, "children", "status")
    assert pd.isna(there["E06000058", 2019][0])
    assert there["E06000058", 2019][1] == "not_available"
    assert there["E06000058", 2020] == [506, "exact"]
    assert "no sum gives this area" in " ".join(asked.provenance.steps)
    assert not {"E06000028", "E06000029", "E10000009"} & set(asked.areas)


def test_areas_of_an_earlier_year_are_sums_where_sums_exist() -> None:
    asked = cells(areas.harmonise(table(PUBLISHED), 2015), "children")
    assert asked["E10000006", 2024] == 729
    assert asked["E10000021", 2022] == 1183
    assert asked["E06000028", 2019] == 248
    assert pd.isna(asked["E06000028", 2020])


def test_recodes_change_the_code_only() -> None:
    rates = table(
        [("E06000048", 2012, 300, 60_000), ("E06000057", 2014, 310, 59_000), ("W06000007", 2008, 9, 99)]
    )
    done = areas.harmonise(rates)
    assert cells(done, "children") == {
        ("E06000057", 2012): 300,
        ("E06000057", 2014): 310,
        ("W06000023", 2008): 9,
    }
    assert (
        "E06000048 written as E06000057 (Northumberland): a change of code, not of area"
        in done.provenance.steps
    )


def test_a_table_whose_areas_do_not_change_stays_as_it_is() -> None:
    rates = table([("E06000063", 2024, 482, 52_000), ("E06000064", 2024, 247, 39_196)])
    done = areas.harmonise(rates)
    pd.testing.assert_frame_equal(done.to_frame(), rates.to_frame())
    assert "as they stand" in done.provenance.steps[-1]
    wider = areas.harmonise(rates, years=range(2011, 2025))
    assert wider.areas == ("E10000006",)


def test_2009_unitaries() -> None:
    rows = [
        ("E10000004", 2009, 400, 140_000),
        ("E06000049", 2010, 300, 75_000),
        ("E06000050", 2010, 250, 68_000),
    ]
    assert cells(areas.harmonise(table(rows)), "children") == {
        ("E10000004", 2009): 400,
        ("E10000004", 2010): 550,
    }


def test_a_missing_part_is_reported_and_never_summed_over() -> None:
    rows = [row for row in PUBLISHED if row[:2] != ("E06000064", 2024)]
    done = areas.harmonise(table(rows))
    frame = done.to_frame().set_index(["area_code", "year"]).loc[("E10000006", 2024)]
    assert frame[["children", "population", "children_low", "children_high"]].isna().all()
    assert frame["status"] == "not_available"
    assert (
        "Cumbria (E10000006): no total in 2024, because there are no figures for "
        "Westmorland and Furness (E06000064)"
    ) in done.provenance.steps


def test_a_suppressed_part_leaves_bounds_but_no_count() -> None:
    rows = [
        ("E10000006", 2023, 740, 90_000),
        ("E06000063", 2024, 482, 52_000),
        ("E06000064", 2024, None, 39_000),
    ]
    rates = table(
        rows, status=["exact", "exact", "suppressed"], children_low=[740, 482, 1], children_high=[740, 482, 7]
    )
    done = areas.harmonise(rates)
    row = done.to_frame().set_index("year").loc[2024]
    assert pd.isna(row["children"])
    assert (row["children_low"], row["children_high"], row["status"]) == (483, 489, "suppressed")
    assert row["population"] == 91_000
    assert "bounds but no count in 2024" in done.provenance.steps[-1]


def test_a_suppressed_part_without_a_rule_leaves_no_upper_bound() -> None:
    rows = [
        ("E10000006", 2023, 740, 90_000),
        ("E06000063", 2024, 482, 52_000),
        ("E06000064", 2024, None, 39_000),
    ]
    row = (
        areas.harmonise(table(rows, status=["exact", "exact", "suppressed"]))
        .to_frame()
        .set_index("year")
        .loc[2024]
    )
    assert row["children_low"] == 482  # a count is never negative
    assert pd.isna(row["children_high"])


@pytest.mark.parametrize(
    ("statuses", "expected", "half_width"),
    [
        (["exact", "exact"], "exact", 0),
        (["exact", "revised"], "revised", 0),
        (["provisional", "revised"], "provisional", 0),
        (["rounded_to_5", "rounded_to_5"], "estimated", 4),
        (["exact", "rounded_to_5"], "estimated", 2),
        (["rounded_to_5", "rounded_to_10"], "estimated", 7),
    ],
)
def test_statuses_and_bounds_add_up(statuses: list[str], expected: str, half_width: int) -> None:
    rows = [
        ("E10000006", 2023, 740, 90_000),
        ("E06000063", 2024, 480, 52_000),
        ("E06000064", 2024, 250, 39_000),
    ]
    row = areas.harmonise(table(rows, status=["exact", *statuses])).to_frame().set_index("year").loc[2024]
    assert row["status"] == expected
    assert (row["children_low"], row["children_high"]) == (730 - half_width, 730 + half_width)


def test_a_published_rate_is_kept_only_where_nothing_was_summed() -> None:
    rows = [
        ("E10000006", 2023, 740, 90_000),
        ("E06000063", 2024, 482, 52_000),
        ("E06000064", 2024, 247, 39_000),
    ]
    done = areas.harmonise(table(rows, published_rate_per_10000=[82, 93, 63]))
    assert cells(done, "published_rate_per_10000")["E10000006", 2023] == 82
    assert pd.isna(cells(done, "published_rate_per_10000")["E10000006", 2024])


def test_rows_printed_before_an_area_exists_do_not_count_twice() -> None:
    rows = [
        ("E10000006", 2023, 740, 90_000),
        ("E06000063", 2023, None, None),
        ("E06000063", 2024, 482, 52_000),
    ]
    rates = table(rows, status=["exact", "not_applicable", "exact"])
    assert cells(areas.harmonise(rates), "children")["E10000006", 2023] == 740


def test_children_are_never_counted_twice() -> None:
    with pytest.raises(TableError, match="cover the same ground"):
        areas.harmonise(table([("E10000006", 2024, 729, 91_000), ("E06000063", 2024, 482, 52_000)]))
    with pytest.raises(TableError, match="are one area"):
        areas.harmonise(table([("E08000016", 2025, 300, 50_000), ("E08000038", 2025, 300, 50_000)]))


def test_unknown_codes_are_reported_together() -> None:
    with pytest.raises(AreaError) as caught:
        areas.harmonise(table([("X1", 2024, 1, 10), ("Dorset", 2015, 1, 10), ("E06000001", 2024, 1, 10)]))
    assert len(caught.value.problems) == 2
    assert "Dorset is a name" in str(caught.value)


@pytest.mark.parametrize("to", ["latest", 2024.0, True, None])
def test_other_targets_are_refused(to: object) -> None:
    with pytest.raises(ValueError, match="'stable' or a year"):
        areas.harmonise(table(PUBLISHED), to)  # type: ignore[arg-type]


def test_factors_are_joined_after_summing() -> None:
    codes = sorted({row[0] for row in PUBLISHED})
    factors = FactorsTable(pd.DataFrame({"area_code": codes, "need": range(len(codes))}), (Factor("need"),))
    with pytest.raises(TableError, match="Harmonise the rates first"):
        areas.harmonise(table(PUBLISHED).join(factors))
    recoded = areas.harmonise(
        table([("E08000016", 2024, 300, 50_000)]).join(
            FactorsTable(pd.DataFrame({"area_code": ["E08000016"], "need": [3.0]}), (Factor("need"),))
        )
    )
    assert recoded.to_frame()["need"].tolist() == [3.0]


def test_a_plain_dataframe_is_taken_and_left_alone() -> None:
    frame = pd.DataFrame(PUBLISHED, columns=["area_code", "year", "children", "population"])
    before = frame.copy()
    assert len(areas.harmonise(frame)) == 6
    pd.testing.assert_frame_equal(frame, before)


def test_harmonising_twice_changes_nothing_more() -> None:
    once = areas.harmonise(table(PUBLISHED))
    pd.testing.assert_frame_equal(areas.harmonise(once).to_frame(), once.to_frame())


COUNTS = st.integers(min_value=0, max_value=5_000)


@settings(max_examples=20)  # each example checks several tables
@given(st.lists(COUNTS, min_size=len(PUBLISHED), max_size=len(PUBLISHED)), st.randoms(use_true_random=False))
def test_totals_are_kept_whatever_the_counts_and_the_order(counts: list[int], random: object) -> None:
    rows = [(code, year, count, 200_000) for (code, year, *_), count in zip(PUBLISHED, counts, strict=True)]
    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    done, again = areas.harmonise(table(rows)), areas.harmonise(table(shuffled))
    pd.testing.assert_frame_equal(done.to_frame(), again.to_frame())
    assert done.provenance == again.provenance
    by_year = done.to_frame().groupby("year")[["children", "population"]].sum()
    for year in by_year.index:
        assert by_year.loc[year, "children"] == sum(row[2] for row in rows if row[1] == year)
        assert by_year.loc[year, "population"] == 200_000 * sum(row[1] == year for row in rows)


@settings(max_examples=25)
@given(st.lists(st.booleans(), min_size=len(PUBLISHED), max_size=len(PUBLISHED)).filter(any))
def test_a_year_has_a_count_only_if_every_part_of_it_is_there(kept: list[bool]) -> None:
    rows = [row for row, keep in zip(PUBLISHED, kept, strict=True) if keep]
    done = areas.harmonise(table(rows), years=[2011, 2024])
    sizes = {BCP_DORSET: {2019: 3, 2020: 2}, "E10000021": {2021: 1, 2022: 2}, "E10000006": {2023: 1, 2024: 2}}
    for (code, year), count in cells(done, "children").items():
        parts = [row for row in rows if row[1] == year]
        whole = len(parts) == sizes[code][year]
        assert pd.notna(count) == whole
        if whole:
            assert count == sum(row[2] for row in parts)
