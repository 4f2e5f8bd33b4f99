from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr
from carerates.sources import available_factors
from carerates.sources.edition import edition_tables, read_table
from carerates.sources.factor_register import factor_entries


@pytest.fixture(scope="module")
def listed() -> pd.DataFrame:
    return available_factors().set_index("name")


def test_both_nations_have_deprivation_and_lone_parents() -> None:
    need = cr.load_factors(["deprivation", "lone_parents"])
    frame = need.to_frame()
    assert need.names == ("deprivation", "lone_parents")
    assert frame["area_code"].is_unique
    assert frame["area_code"].str[0].value_counts().to_dict() == {"E": 155, "W": 22}
    assert not frame["area_code"].str.startswith(("E9", "W9", "E12")).any()
    assert frame["lone_parents"].between(1, 20).all()


def test_nations_are_chosen() -> None:
    assert len(cr.load_factors("deprivation", nations="wales")) == 22
    assert cr.load_factors("deprivation", nations=["england"]).to_frame()["area_code"].str[0].eq("E").all()


@pytest.mark.parametrize("name", sorted(factor_entries()))
def test_every_factor_loads_as_described(name: str, listed: pd.DataFrame) -> None:
    factors = cr.load_factors(name)
    entry = factor_entries()[name]
    values = factors.to_frame()
    assert factors[name].label and factors[name].unit and factors[name].description
    assert values[name].notna().all()
    assert len(set(values["area_code"])) == listed.loc[name, "wales"] + listed.loc[name, "england"]
    assert factors.key == (["area_code", "year"] if entry.year_column else ["area_code"])
    if factors[name].unit.startswith("%"):
        assert values[name].between(0, 100).all()
        assert values[name].max() > 1  # per cent, not a share
    if factors[name].unit.endswith(", 0-1"):
        assert values[name].between(0, 1).all()


def test_every_factor_has_its_column() -> None:
    tables = set(edition_tables()["table"])
    for entry in factor_entries().values():
        assert entry.table in tables
        assert {entry.column, *(name for name, _ in entry.where)} <= set(read_table(entry.table).columns)


def test_names_that_users_may_rely_on() -> None:
    wanted = {
        "deprivation",
        "income_deprivation",
        "lone_parents",
        "lone_parents_2011",
        "children_low_income",
        *(f"children_low_income_{year}" for year in range(2015, 2023)),
        *(f"wimd_{year}_most_deprived_{share}" for year in (2011, 2019) for share in (10, 20, 30, 50)),
        "wimd_2019_income_most_deprived_30",
        "imd_2015_score",
        "imd_2019_score",
        "imd_2025_score",
        "idaci_2015_score",
        "idaci_2019_score",
        "economically_active",
    }
    assert wanted <= set(factor_entries())
    assert "idaci_2025_score" not in factor_entries()


def test_factors_of_different_sources_stand_side_by_side() -> None:
    need = cr.load_factors(["deprivation", "imd_2019_score"], nations="england")
    frame = need.to_frame().set_index("area_code")
    assert frame.loc["E06000001", "deprivation"] == 34.961
    assert frame.loc["E06000001", "imd_2019_score"] == 35.037
    # Cumberland came into being after the indices of 2019
    assert pd.isna(frame.loc["E06000063", "imd_2019_score"])
    assert any(
        "imd_2019_score is missing for" in step and "Cumberland" in step for step in need.provenance.steps
    )
    assert [one.dataset for one in need.provenance.sources] == [
        "composite_deprivation_gb",
        "english_indices_upper_tier",
    ]


def test_gaps_are_listed(listed: pd.DataFrame) -> None:
    assert listed.loc["deprivation", "lacking"] == ""
    assert listed.loc["imd_2025_score", "lacking"] == ""
    assert set(listed.loc["imd_2019_score", "lacking"].split(", ")) == {
        "North Northamptonshire",
        "West Northamptonshire",
        "Cumberland",
        "Westmorland and Furness",
    }
    assert set(listed.loc["children_low_income", "lacking"].split(", ")) == {
        "Cumberland",
        "Westmorland and Furness",
    }
    assert listed.loc["wimd_2019_most_deprived_10", ["wales", "england"]].tolist() == [22, 0]


def test_the_default_low_income_year_is_before_the_pandemic() -> None:
    both = cr.load_factors(["children_low_income", "children_low_income_2020"]).to_frame()
    assert (both["children_low_income"] == both["children_low_income_2020"]).all()
    assert "2019/20" in cr.load_factors("children_low_income")["children_low_income"].label


def test_factor_by_year_joins_by_year() -> None:
    low_income = cr.load_factors("children_low_income_by_year", nations="wales")
    rates = cr.load_rates("wales", years=range(2014, 2019)).join(low_income)
    frame = rates.to_frame()
    assert frame.loc[frame["year"] == 2014, "children_low_income_by_year"].isna().all()
    of_2018 = cr.load_factors("children_low_income_2018", nations="wales").to_frame()
    joined = frame[frame["year"] == 2018].set_index("area_code")["children_low_income_by_year"]
    assert joined.to_dict() == of_2018.set_index("area_code")["children_low_income_2018"].to_dict()


def test_joined_panel_of_both_nations_has_a_value_for_every_area_of_2018() -> None:
    rates = cr.load_rates(["wales", "england"], years=2018).join(cr.load_factors("imd_2015_score"))
    england = rates.to_frame().query("nation == 'England'")
    assert england["imd_2015_score"].notna().all()
    assert len(england) == 152


def test_unknown_names_are_refused_together_with_suggestions() -> None:
    with pytest.raises(ValueError, match=r"'deprivaton' \(did you mean deprivation") as caught:
        cr.load_factors(["deprivaton", "population", "lone_parents"])
    assert "'population'" in str(caught.value)
    assert "'lone_parents'" not in str(caught.value)
    assert "column of the rates" in str(caught.value)


def test_no_names() -> None:
    with pytest.raises(ValueError, match="names is empty"):
        cr.load_factors([])


def test_factor_of_the_other_nation() -> None:
    with pytest.raises(ValueError, match=r"'wimd_2019_most_deprived_10' has no area in England"):
        cr.load_factors(["deprivation", "wimd_2019_most_deprived_10"], nations="england")


def test_factors_with_and_without_a_year_do_not_mix() -> None:
    with pytest.raises(ValueError, match=r"children_low_income_by_year has a row per area and year"):
        cr.load_factors(["deprivation", "children_low_income_by_year"])


def test_unknown_nation() -> None:
    with pytest.raises(ValueError, match="'ireland'"):
        cr.load_factors("deprivation", nations="ireland")
