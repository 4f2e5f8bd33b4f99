"""Table 4 of the 2021 survey report: percentage changes and the groups they were made into.

Origin of the percentages: Forrester and others, Factors influencing care rates, Wales Centre for Public
Policy, 2021, Table 4 and its note.  Origin of the rates: Welsh Government, StatsWales, children looked after
at 31 March per 10,000 population aged under 18, whole numbers as published for 2016 and 2020.
"""

from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr

# area, published rate 2016, published rate 2020, printed percentage change
PUBLISHED = [
    ("Carmarthenshire", 58, 44, -31.8),
    ("Neath Port Talbot", 135, 106, -27.4),
    ("Isle of Anglesey", 80, 123, 35.0),
    ("Gwynedd", 88, 125, 29.6),
    ("Wrexham", 67, 115, 41.7),
    ("Powys", 60, 101, 40.6),
    ("Vale of Glamorgan", 73, 94, 22.3),
    ("Cardiff", 88, 127, 30.7),
]
# since 2016, the base a reader would expect
SINCE_2016 = [-24.1, -21.5, 53.8, 42.0, 71.6, 68.3, 28.8, 44.3]
# the four without a published 2020 rate have only the printed percentage
PRINTED_ONLY = {"Merthyr Tydfil": 29.4, "Caerphilly": 40.8, "Torfaen": 36.9, "Monmouthshire": 42.1}
WALES = (90, 114)


def published_rates() -> pd.DataFrame:
    rows = [
        {
            "area_code": name,
            "year": year,
            "children": None,
            "population": None,
            "published_rate_per_10000": rate,
        }
        for name, first, last, _ in PUBLISHED
        for year, rate in ((2016, first), (2020, last))
    ]
    return pd.DataFrame(rows)


def national_rates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area_code": "W92000004",
            "level": "nation",
            "nation": "Wales",
            "year": [2016, 2020],
            "children": None,
            "population": None,
            "published_rate_per_10000": WALES,
        }
    )


def printed_changes() -> pd.DataFrame:
    """Table 4's own percentages as rates that end at 100, with Pembrokeshire's from its published rates."""
    printed = {name: percent for name, _, _, percent in PUBLISHED} | PRINTED_ONLY
    printed["Pembrokeshire"] = 100 * (78 - 52) / 78
    return pd.DataFrame(
        [
            {
                "area_code": name,
                "year": year,
                "children": None,
                "population": None,
                "published_rate_per_10000": rate,
            }
            for name, percent in printed.items()
            for year, rate in ((2016, round(100 - percent, 1)), (2020, 100.0))
        ]
    )


def test_every_checkable_percentage_to_the_printed_decimal() -> None:
    found = cr.change(published_rates(), 2016, 2020, relative_to="end", rate="published").to_frame()
    found = found.set_index("area_code")
    for name, _, _, printed in PUBLISHED:
        assert round(found.loc[name, "percent_change"], 1) == printed


def test_both_bases_stand_side_by_side() -> None:
    found = cr.change(published_rates(), 2016, 2020, rate="published").to_frame().set_index("area_code")
    for (name, _, _, printed), since in zip(PUBLISHED, SINCE_2016, strict=True):
        assert round(found.loc[name, "percent_of_end"], 1) == printed
        assert round(found.loc[name, "percent_of_start"], 1) == since
        assert found.loc[name, "percent_change"] == found.loc[name, "percent_of_start"]


def test_the_national_21_per_cent_is_a_share_of_the_end_rate() -> None:
    wales = cr.change(national_rates(), 2016, 2020, rate="published").to_frame().iloc[0]
    assert round(wales["percent_of_end"], 1) == 21.1
    assert round(wales["percent_of_start"], 1) == 26.7


@pytest.mark.parametrize("shortfall", [0.0, 15.0])
def test_two_decreasing_ten_increasing_and_pembrokeshire_excluded(shortfall: float) -> None:
    expected = pd.DataFrame({"area_code": ["Pembrokeshire"], "percent_difference": [-15.0]})
    classes = cr.classify(
        # the printed percentages carry one decimal, so the stand-in rates do too
        printed_changes(),
        cr.rules.wcpp(shortfall=shortfall),
        expected=expected,
        national=national_rates(),
        published_decimals=1,
    )
    assert classes.counts() == {"increasing": 10, "decreasing": 2, "excluded": 1}
    assert sorted(classes.areas("decreasing")) == ["Carmarthenshire", "Neath Port Talbot"]
    assert classes.areas("excluded") == ["Pembrokeshire"]
    reason = classes.unclassified()["reason"].item()
    assert "15.0% below its expected rate" in reason
    assert classes.national["all areas"] == pytest.approx(100 * 24 / 114)


def test_on_the_start_base_the_same_published_rates_keep_their_labels() -> None:
    start = cr.classify(
        published_rates(), cr.rules.wcpp(relative_to="start", shortfall=None), national=national_rates()
    )
    end = cr.classify(published_rates(), cr.rules.wcpp(shortfall=None), national=national_rates())
    assert start.to_frame()["label"].tolist() == end.to_frame()["label"].tolist()
    assert start.national["all areas"] == pytest.approx(26.7, abs=0.05)


def test_the_bundled_edition_gives_table_4_and_the_preset_its_groups() -> None:
    wales = cr.load_rates("wales")
    nation = cr.load_rates("wales", level="nation")
    found = (
        cr.change(wales, 2016, 2020, relative_to="end", rate="published").to_frame().set_index("area_name")
    )
    for name, _, _, printed in PUBLISHED:
        assert round(found.loc[name, "percent_change"], 1) == printed
    need = cr.load_factors("deprivation", nations="wales")
    expected = cr.adjust(wales.select(year=2020).join(need), factors=["deprivation"], method="ols")
    classes = cr.classify(wales, cr.rules.wcpp(), expected=expected, national=nation)
    # the five areas without published rates in the edition's source cannot be classed, and are listed
    assert classes.counts() == {
        "not classified": 7,
        "increasing": 6,
        "not available": 6,
        "decreasing": 2,
        "excluded": 1,
    }
    assert classes.areas("excluded") == ["Pembrokeshire"]
    assert set(classes.areas("increasing")) == {name for name, _, _, change in PUBLISHED if change > 0}
    assert set(classes.areas("decreasing")) == {name for name, _, _, change in PUBLISHED if change < 0}


def test_with_the_rates_worked_back_from_table_4_the_groups_are_as_printed() -> None:
    # computed rates from counts; four 2020 counts are themselves inferred from Table 4's percentages
    wales = cr.load_rates("wales", include_inferred=True)
    rule = cr.rules.wcpp(rate="computed", shortfall=None)
    classes = cr.classify(wales, rule, national=cr.load_rates("wales", level="nation"))
    assert set(classes.areas("decreasing")) == {"Carmarthenshire", "Neath Port Talbot"}
    assert set(classes.areas("increasing")) == {
        *(name for name, _, _, change in PUBLISHED if change > 0),
        *PRINTED_ONLY,
        "Pembrokeshire",
    }


def test_the_corrected_rule_beside_the_published_one() -> None:
    wales = cr.load_rates("wales", include_inferred=True)
    need = cr.load_factors("deprivation", nations="wales")
    expected = cr.adjust(wales.select(year=2020).join(need), factors=["deprivation"], method="quasi_poisson")
    corrected = cr.classify(wales, cr.rules.wcpp_corrected(), expected=expected)
    # the Vale of Glamorgan is within 10 points of Wales; Caerphilly is below its expected rate
    assert set(corrected.areas("decreasing")) == {"Carmarthenshire", "Neath Port Talbot"}
    assert "Vale of Glamorgan" in corrected.areas("not classified")
    assert set(corrected.areas("excluded")) == {"Pembrokeshire", "Caerphilly"}
    assert len(corrected.areas("increasing")) == 8
    sure = cr.classify(wales, cr.rules.wcpp_corrected(), expected=expected, probability=0.8)
    assert set(sure.areas("decreasing")) == {"Carmarthenshire", "Neath Port Talbot"}
    assert set(sure.areas("increasing")) == {"Cardiff", "Torfaen", "Monmouthshire"}
    assert len(sure.areas("uncertain")) == 7
