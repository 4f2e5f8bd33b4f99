"""The door of the rates table: what it lets in, what it refuses, and how it says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import carerates as cr
from carerates.provenance import Provenance, Source
from carerates.tables import RatesTable
from carerates.tables.schema import RATES_COLUMNS, data_dictionary


def frame(**changes: object) -> pd.DataFrame:
    columns: dict[str, object] = {
        "area_code": ["W06000001", "W06000002", "W06000001"],
        "year": [2018, 2018, 2017],
        "children": [140, 215, 135],
        "population": [13_400, 23_500, 13_500],
    }
    return pd.DataFrame(columns | changes)


def test_rate_is_children_over_population_times_10000() -> None:
    # 140 / 13,400 x 10,000 = 104.4776...
    rates = cr.as_rates(frame()).to_frame()
    assert rates.loc[rates["year"].eq(2018), "rate_per_10000"].round(4).tolist() == [104.4776, 91.4894]


def test_rows_are_sorted_and_the_callers_frame_is_untouched() -> None:
    given_frame = frame()
    before = given_frame.copy()
    rates = cr.as_rates(given_frame)
    assert rates.to_frame()[["area_code", "year"]].to_numpy().tolist() == [
        ["W06000001", 2017],
        ["W06000001", 2018],
        ["W06000002", 2018],
    ]
    pd.testing.assert_frame_equal(given_frame, before)
    copy = rates.to_frame()
    copy.loc[0, "children"] = -1
    assert (rates.to_frame()["children"] > 0).all()


def test_all_problems_are_reported_together_with_rows() -> None:
    broken = pd.DataFrame(
        {
            "area_code": ["A", "A", None],
            "year": [2018, 2018, 2019.5],
            "children": ["12a", -3, 5],
            "population": [0, 10, 3],
        }
    )
    with pytest.raises(cr.TableError) as caught:
        cr.as_rates(broken)
    text = str(caught.value)
    for part in (
        "'area_code' is empty in row 3",
        "'year' is not a whole number in row 3",
        "'12a' in row 1, which is not a number",
        "'children' is below 0 in row 2",
        "'population' is not above 0 in row 1",
        "repeat in rows 1, 2",
    ):
        assert part in text
    assert len(caught.value.problems) == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"children": [1.5, 2, 3]}, "not a whole number"),
        ({"children": [14_000, 2, 3]}, "more children looked after than children"),
        ({"children": [np.inf, 2, 3]}, "not a number"),
        ({"children": [True, False, True]}, "not a number"),
        ({"status": ["exact", "guess", "exact"]}, "allowed: exact"),
        ({"status": ["suppressed", "exact", "exact"]}, "holds a count though the status says there is none"),
        (
            {"children": [None, 2, 3], "status": ["exact"] * 3},
            "empty though the status says there is a count",
        ),
        ({"level": ["nation", "local_authority", "nation"]}, "levels are mixed"),
        ({"children_low": [150, 1, 1], "children_high": [160, 999, 999]}, "outside 'children_low'"),
        ({"year": ["2018", "March", 2017]}, "'March' in row 2"),
    ],
)
def test_each_rule_is_enforced(changes: dict[str, object], message: str) -> None:
    with pytest.raises(cr.TableError, match=message):
        cr.as_rates(frame(**changes))


def test_missing_columns_and_empty_tables() -> None:
    with pytest.raises(cr.TableError, match="'population' is missing"):
        RatesTable(frame().drop(columns="population"))
    with pytest.raises(cr.TableError, match="there are no rows"):
        cr.as_rates(frame().head(0))
    with pytest.raises(cr.TableError, match="no column 'kids'"):
        cr.as_rates(frame(), children="kids")
    with pytest.raises(TypeError, match="DataFrame or a RatesTable"):
        cr.as_rates([1, 2, 3])  # type: ignore[arg-type]


def test_counts_carry_the_bounds_their_rounding_leaves() -> None:
    # to the nearest 5: 135 stands for 133 to 137, and 0 for 0 to 2, never for fewer than none
    rates = cr.as_rates(
        frame(children=[140, 0, 135], status=["exact", "rounded_to_5", "rounded_to_5"])
    ).to_frame()
    assert rates[["children_low", "children_high"]].to_numpy().tolist() == [[133, 137], [140, 140], [0, 2]]


def test_a_suppressed_row_stays_and_keeps_its_bounds() -> None:
    rates = cr.as_rates(
        frame(
            children=[None, 215, 135],
            status=["suppressed", "exact", "exact"],
            children_low=[1, None, None],
            children_high=[4, None, None],
        )
    ).to_frame()
    row = rates[rates["children"].isna()].iloc[0]
    assert (row["children_low"], row["children_high"]) == (1, 4)
    assert len(rates) == 3


def test_numbers_as_text_are_numbers_but_words_are_not() -> None:
    assert cr.as_rates(frame(children=["140", " 215", "135"])).to_frame()["children"].sum() == 490


def test_select_says_what_there_is() -> None:
    rates = cr.as_rates(frame(area_name=["Ynys Môn", "Gwynedd", "Ynys Môn"]), name="area_name")
    assert len(rates.select(area="ynys môn")) == 2
    assert rates.select(year=2018).years == (2018,)
    assert rates.select(year=range(2017, 2019)).years == (2017, 2018)
    with pytest.raises(cr.TableError, match=r"No row has year 1999\. The table holds: 2017, 2018"):
        rates.select(year=1999)
    with pytest.raises(cr.TableError, match="No row has area Powys"):
        rates.select(area=["Gwynedd", "Powys"])
    assert rates.select() is rates


def test_a_choice_that_leaves_nothing_is_an_error() -> None:
    with pytest.raises(cr.TableError, match="all of that at once"):
        cr.as_rates(frame()).select(year=2017, area="W06000002")


def test_a_selection_is_the_table_that_checking_it_anew_would_give() -> None:
    chosen = cr.as_rates(frame()).select(area="W06000001")
    pd.testing.assert_frame_equal(chosen.to_frame(), cr.RatesTable(chosen.to_frame()).to_frame())


def test_selecting_and_joining_are_steps_in_the_provenance() -> None:
    rates = cr.as_rates(frame()).select(year=2018)
    need = cr.FactorsTable(pd.DataFrame({"area_code": ["W06000001"], "need": [3.0]}), (cr.Factor("need"),))
    joined = rates.join(need)
    assert joined.provenance.steps[-1] == "joined need by area_code (need missing in 1 of 2 rows)"
    assert joined.factor_names == ("need",)
    assert joined.to_frame()["need"].isna().sum() == 1
    with pytest.raises(cr.TableError, match="already holds need"):
        joined.join(need)


def test_joined_factors_survive_selection() -> None:
    need = cr.FactorsTable(
        pd.DataFrame({"area_code": ["W06000001"] * 2, "year": [2017, 2018], "need": [1.0, 2.0]}),
        (cr.Factor("need"),),
    )
    joined = cr.as_rates(frame()).join(need).select(area="W06000001", year=2018)
    assert joined.to_frame()["need"].tolist() == [2.0]


def test_require_one_year_names_the_remedy() -> None:
    with pytest.raises(cr.TableError, match=r"compares areas in one year; this table has 2\. Choose one"):
        cr.as_rates(frame()).require_one_year("A funnel")


def test_the_data_dictionary_is_made_from_the_schema() -> None:
    dictionary = data_dictionary()
    assert dictionary["column"].tolist() == [column.name for column in RATES_COLUMNS]
    assert set(dictionary["column"]) == set(cr.as_rates(frame()).to_frame().columns)


def test_two_hundred_thousand_rows_pass() -> None:
    rows = 200_000
    big = pd.DataFrame(
        {
            "area_code": np.arange(rows).astype(str),
            "year": 2018,
            "children": 5,
            "population": np.arange(rows) + 100,
        }
    )
    assert len(cr.as_rates(big)) == rows


@settings(max_examples=25)  # each example builds two tables; the property has no rare corner
@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(501, 10**6), st.integers(2000, 2030)),
        min_size=1,
        max_size=30,
        unique_by=lambda row: row[2],
    )
)
def test_row_order_does_not_matter(rows: list[tuple[int, int, int]]) -> None:
    one = pd.DataFrame(rows, columns=["children", "population", "year"]).assign(area_code="A")
    other = one.iloc[::-1]
    pd.testing.assert_frame_equal(cr.as_rates(one).to_frame(), cr.as_rates(other).to_frame())


@given(st.data())
def test_any_cells_give_a_table_or_our_own_error(data: st.DataObject) -> None:
    cell = st.one_of(st.none(), st.text(max_size=5), st.integers(), st.floats(), st.booleans())
    columns = data.draw(
        st.lists(st.sampled_from(["area_code", "year", "children", "population", "status"]), unique=True)
    )
    size = data.draw(st.integers(0, 4))
    made = {name: data.draw(st.lists(cell, min_size=size, max_size=size)) for name in columns}
    try:
        rates = RatesTable(pd.DataFrame(made))
    except cr.TableError as error:
        assert error.problems
    else:
        assert len(rates) == size > 0


def test_provenance_round_trips_and_keeps_each_source_once() -> None:
    source = Source("Welsh Government", "cla", "Children looked after", sha256="ab", rows=3)
    provenance = Provenance((source,), ("read",)).merged(Provenance((source,), ("read", "kept 2018")))
    assert provenance == Provenance((source,), ("read", "kept 2018"))
    assert Provenance.from_dict(provenance.to_dict()) == provenance
    assert provenance.caption() == "Source: Children looked after from Welsh Government"
