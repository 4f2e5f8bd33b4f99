from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import carerates as cr
from carerates import areas
from carerates.errors import SourceError
from carerates.sources.years import year_spans

QUOTED_2021 = {"Blaenau Gwent", "Torfaen", "Newport", "Merthyr Tydfil"}
INFERRED_2020 = {"Caerphilly", "Merthyr Tydfil", "Monmouthshire", "Torfaen"}


@pytest.fixture(scope="module")
def wales() -> pd.DataFrame:
    return cr.load_rates("wales").to_frame()


@pytest.fixture(scope="module")
def england() -> pd.DataFrame:
    return cr.load_rates("england").to_frame()


def _row(frame: pd.DataFrame, name: str, year: int) -> pd.Series:
    rows = frame[(frame["area_name"] == name) & (frame["year"] == year)]
    assert len(rows) == 1
    return rows.iloc[0]


# -- rows --------------------------------------------------------------------------------------------


def test_wales_has_22_areas_every_year(wales: pd.DataFrame) -> None:
    assert sorted(wales["year"].unique()) == list(range(2003, 2022))
    assert (wales.groupby("year").size() == 22).all()


def test_england_has_every_area_of_its_time(england: pd.DataFrame) -> None:
    assert sorted(england["year"].unique()) == list(range(2011, 2025))
    for year, rows in england.groupby("year"):
        register = areas.register(level="local_authority", year=int(year)).query("nation == 'England'")
        assert set(rows["area_code"]) == set(register["area_code"])


def test_both_nations_are_the_two_together(wales: pd.DataFrame, england: pd.DataFrame) -> None:
    both = cr.load_rates(["England", " wales "]).to_frame()
    key = ["area_code", "year"]
    apart = pd.concat([wales, england]).sort_values(key).reset_index(drop=True)
    pd.testing.assert_frame_equal(both, apart)


def test_years_are_chosen() -> None:
    assert cr.load_rates("wales", years=2012).years == (2012,)
    assert cr.load_rates("wales", years=range(2012, 2015)).years == (2012, 2013, 2014)
    assert cr.load_rates("wales", years=np.array([2018, 2012])).years == (2012, 2018)


# -- counts, their status and their bounds -------------------------------------------------------------


def test_welsh_counts_are_rounded_to_five(wales: pd.DataFrame) -> None:
    rows = wales[wales["year"] <= 2018]
    assert (rows["status"] == "rounded_to_5").all()
    assert (rows["children"] % 5 == 0).all()
    assert (rows["children"] - rows["children_low"] == 2).all()
    assert (rows["children_high"] - rows["children"] == 2).all()


def test_english_counts_are_exact(england: pd.DataFrame) -> None:
    rows = england[england["children"].notna()]
    assert (rows["status"] == "exact").all()
    assert (rows["children_low"] == rows["children"]).all()
    assert (rows["children_high"] == rows["children"]).all()
    assert set(england.loc[england["children"].isna(), "area_name"]) == {"Isles of Scilly"}


def test_derived_counts_by_hand(wales: pd.DataFrame) -> None:
    # Ceredigion 2020: rate 60, 12,239 children: 59.5 to 60.5 per 10,000 is 72.82 to 74.05 children
    row = _row(wales, "Ceredigion", 2020)
    assert (row["children"], row["children_low"], row["children_high"]) == (73, 73, 74)
    assert row["status"] == "derived"
    # Cardiff 2019: rate 120, 74,591 children with age 17 estimated: 119.5 x 7.4591 x 0.9975 = 889.1,
    # 120.5 x 7.4591 x 1.0025 = 901.1
    row = _row(wales, "Cardiff", 2019)
    assert (row["children"], row["children_low"], row["children_high"]) == (895, 890, 901)


def test_every_derived_count_gives_back_its_published_rate(wales: pd.DataFrame) -> None:
    rows = wales[wales["status"] == "derived"]
    assert len(rows) == 35
    one_child = 10_000 / rows["population"]
    difference = (rows["rate_per_10000"] - rows["published_rate_per_10000"]).abs()
    assert (difference <= one_child / 2).all()  # the nearest whole child
    for bound in ("children_low", "children_high"):
        implied = 10_000 * rows[bound] / rows["population"]
        # within the rounding of the rate, and 0.25% of it where the population is estimated
        allowed = 0.5 + np.where(rows["year"] == 2019, 0.0026 * rows["published_rate_per_10000"], 0)
        assert ((implied - rows["published_rate_per_10000"]).abs() <= allowed).all()


def test_torfaen_has_quoted_counts(wales: pd.DataFrame) -> None:
    assert _row(wales, "Torfaen", 2019)[["children", "status"]].tolist() == [415, "rounded_to_5"]
    assert _row(wales, "Torfaen", 2021)[["children", "status"]].tolist() == [445, "rounded_to_5"]


def test_what_is_not_available_stays_as_a_row(wales: pd.DataFrame) -> None:
    gone = wales[wales["status"] == "not_available"]
    assert gone["children"].isna().all()
    assert gone["children_low"].isna().all()
    assert gone["published_rate_per_10000"].isna().all()
    by_year = gone.groupby("year")["area_name"].agg(set)
    assert by_year[2019] == {"Caerphilly", "Merthyr Tydfil", "Blaenau Gwent", "Monmouthshire", "Newport"}
    assert by_year[2020] == INFERRED_2020 | {"Blaenau Gwent", "Newport"}
    assert by_year[2021] == set(wales["area_name"]) - QUOTED_2021
    assert set(by_year.index) == {2019, 2020, 2021}


def test_inferred_counts_come_only_when_asked_for(wales: pd.DataFrame) -> None:
    rates = cr.load_rates("wales", include_inferred=True)
    frame = rates.to_frame()
    estimated = frame[frame["status"] == "estimated"]
    assert set(estimated["area_name"]) == INFERRED_2020
    assert set(estimated["year"]) == {2020}
    assert estimated["published_rate_per_10000"].isna().all()
    # two whole-number rates fit Torfaen's percentage, 222 and 225 on 19,451 children
    row = _row(frame, "Torfaen", 2020)
    assert (row["children"], row["children_low"], row["children_high"]) == (432, 431, 438)
    others = frame[frame["status"] != "estimated"].reset_index(drop=True)
    same = wales.merge(estimated[["area_code", "year"]], how="left", indicator=True)
    kept = same[same.pop("_merge") == "left_only"].reset_index(drop=True)
    pd.testing.assert_frame_equal(others, kept)


def test_inferred_rows_are_counted_in_the_steps() -> None:
    steps = "\n".join(cr.load_rates("wales", years=2020).provenance.steps)
    assert "4 counts that could only be worked back" in steps
    assert "Torfaen 2020" in steps
    assert "2 counts are not available: Blaenau Gwent 2020, Newport 2020" in steps


# -- levels ------------------------------------------------------------------------------------------


def test_nations() -> None:
    rates = cr.load_rates(["wales", "england"], level="nation").to_frame()
    assert set(rates["area_code"]) == {"W92000004", "E92000001"}
    wales = rates[rates["nation"] == "Wales"].set_index("year")
    assert wales.loc[[2019, 2020, 2021, 2022], "children"].tolist() == [6846, 7172, 7263, 7053]
    assert (wales.loc[2019:, "status"] == "exact").all()
    assert (wales.loc[:2018, "status"] == "rounded_to_5").all()
    england = rates[rates["nation"] == "England"]
    assert (england["status"] == "rounded_to_10").all()
    assert (england["children_high"] - england["children_low"] == 10).all()


def test_regions_leave_out_the_parts_of_london() -> None:
    frame = cr.load_rates(["wales", "england"], level="region", years=2018).to_frame()
    assert len(frame) == 10
    assert "W92000004" in set(frame["area_code"])
    assert not frame["area_code"].str.startswith("E13").any()
    assert (frame["area_name"] == frame["region"]).all()


# -- populations -------------------------------------------------------------------------------------


def test_population_is_of_the_mid_year_before(wales: pd.DataFrame, england: pd.DataFrame) -> None:
    for frame in (wales, england):
        rows = frame[frame["population"].notna()]
        assert (rows["population_year"] == rows["year"] - 1).all()


def test_published_populations_break_in_2019_in_england(england: pd.DataFrame) -> None:
    vintages = england.groupby("year")["population_vintage"].agg(lambda one: set(one.dropna()))
    assert all(vintages[year] == {"original"} for year in range(2011, 2019))
    assert vintages[2019] == {"original", "rebased"}
    before = england.query("year == 2019 and population_vintage == 'original'")["area_name"]
    assert set(before) == {"Bournemouth", "Poole", "Dorset (county, to March 2019)"}
    assert all(vintages[year] == {"rebased"} for year in range(2020, 2025))


def test_rebased_populations_are_taken_where_there_are_any(england: pd.DataFrame) -> None:
    rates = cr.load_rates("england", population="rebased").to_frame()
    early = rates["year"] < 2013
    former = rates["area_name"].isin(["Bournemouth", "Poole", "Dorset (county, to March 2019)"])
    assert (rates.loc[~early & ~former, "population_vintage"] == "rebased").all()
    assert set(rates.loc[early | former, "population_vintage"].dropna()) == {"original"}
    # the series differ, the counts do not
    pd.testing.assert_series_equal(rates["children"], england["children"])
    assert not rates["population"].equals(england["population"])
    hartlepool = _row(rates, "Hartlepool", 2013)
    assert round(hartlepool["rate_per_10000"], 1) == 94.5  # 94.6 on the series before


def test_wales_is_on_the_new_census_from_2022() -> None:
    frame = cr.load_rates("wales", level="nation").to_frame().set_index("year")
    assert frame.loc[2021, "population_vintage"] == "original"
    assert frame.loc[2022, "population_vintage"] == "census2021_first"


def test_rows_without_a_population_keep_their_published_rate(wales: pd.DataFrame) -> None:
    early = wales[wales["year"] <= 2009]
    assert early["population"].isna().all()
    assert early["rate_per_10000"].isna().all()
    assert early["published_rate_per_10000"].notna().sum() == 7 * 17
    assert wales.loc[wales["year"] >= 2010, "population"].notna().all()


def test_only_published_rates_are_called_published(wales: pd.DataFrame, england: pd.DataFrame) -> None:
    assert england.loc[england["year"] < 2014, "published_rate_per_10000"].isna().all()
    caerphilly = wales[wales["area_name"] == "Caerphilly"]
    assert caerphilly["published_rate_per_10000"].isna().all()
    assert caerphilly.loc[caerphilly["year"] == 2018, "rate_per_10000"].notna().all()


# -- names -------------------------------------------------------------------------------------------


def test_welsh_names() -> None:
    frame = cr.load_rates(["wales", "england"], years=2018, lang="cy").to_frame().set_index("area_code")
    assert frame.loc["W06000001", "area_name"] == "Ynys Môn"
    assert frame.loc["W06000015", "area_name"] == "Caerdydd"
    assert frame.loc["E06000001", "area_name"] == "Hartlepool"
    nations = cr.load_rates(["cymru", "lloegr"], level="nation", years=2018, lang="cy").to_frame()
    assert set(nations["area_name"]) == {"Cymru", "Lloegr"}


# -- provenance --------------------------------------------------------------------------------------


def test_provenance_names_every_source() -> None:
    provenance = cr.load_rates(["wales", "england"], years=2018).provenance
    datasets = [one.dataset for one in provenance.sources]
    assert datasets == ["looked_after_wales", "looked_after_england", "child_population"]
    assert all(len(one.sha256) == 64 and one.licence and one.attribution for one in provenance.sources)
    assert provenance.steps[0].startswith("loaded local authorities of Wales and England")


def test_a_year_one_nation_lacks_is_a_step() -> None:
    rates = cr.load_rates(["wales", "england"], years=[2018, 2024])
    said = [step for step in rates.provenance.steps if "has no figures" in step]
    assert said == ["Wales: the edition has no figures of local authorities for 2024 (it has 2003-2021)"]


# -- wrong arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize("nations", ["scotland", ["wales", "scotland"]])
def test_unknown_nation(nations: object) -> None:
    with pytest.raises(ValueError, match=r"not known: 'scotland'; the edition holds 'wales' and 'england'"):
        cr.load_rates(nations)  # type: ignore[arg-type]


def test_no_nation() -> None:
    with pytest.raises(ValueError, match="none was given"):
        cr.load_rates([])


def test_year_without_figures() -> None:
    with pytest.raises(SourceError, match=r"no figures for 2001, 2030 .* Wales 2003-2021"):
        cr.load_rates("wales", years=[2001, 2018, 2030])
    with pytest.raises(SourceError, match=r"nothing for Wales in 2023-2024 .* England 2011-2024"):
        cr.load_rates(["wales", "england"], years=[2023, 2024])


@pytest.mark.parametrize("years", ["2018", [2018.5], [True], True, ["2018"]])
def test_years_are_whole_numbers(years: object) -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        cr.load_rates("wales", years=years)  # type: ignore[arg-type]


def test_no_years() -> None:
    with pytest.raises(ValueError, match="years is empty"):
        cr.load_rates("wales", years=[])


@pytest.mark.parametrize("name", ["level", "lang", "population"])
def test_words_that_are_not_known(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 'x'; allowed: "):
        cr.load_rates("wales", **{name: "x"})


# -- spans -------------------------------------------------------------------------------------------


def test_year_spans() -> None:
    assert year_spans([2014, 2011, 2012, 2013, 2018]) == "2011-2014, 2018"
    assert year_spans([2018]) == "2018"
    assert year_spans([]) == ""


@given(st.sets(st.integers(1990, 2050)))
def test_year_spans_lose_nothing(years: set[int]) -> None:
    back: set[int] = set()
    for span in filter(None, year_spans(years).split(", ")):
        ends = [int(one) for one in span.split("-")]
        back |= set(range(ends[0], ends[-1] + 1))
    assert back == years
