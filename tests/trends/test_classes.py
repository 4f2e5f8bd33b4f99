from __future__ import annotations

import pandas as pd
import pytest

import carerates as cr
from carerates.errors import TableError
from carerates.trends import Rule


def panel(counts: dict[str, tuple[int, int]], **columns: object) -> pd.DataFrame:
    rows = [
        {"area_code": name, "year": year, "children": children, "population": 10_000}
        for name, pair in counts.items()
        for year, children in zip((2016, 2020), pair, strict=True)
    ]
    return pd.DataFrame(rows).assign(**columns)


FIVE = {"A": (100, 90), "B": (100, 91), "C": (100, 130), "D": (100, 105), "E": (100, 140)}


def labels(found: cr.trends.Classification) -> dict[str, str]:
    frame = found.to_frame()
    return dict(zip(frame["area_code"], frame["label"], strict=True))


def test_thresholds_are_inclusive_downwards_and_the_bar_is_the_pooled_change() -> None:
    found = cr.classify(panel(FIVE), cr.rules.wcpp(rate="computed", relative_to="start", shortfall=None))
    # pooled: 500 to 556, +11.2%
    assert found.national == {"all areas": pytest.approx(11.2)}
    assert labels(found) == {
        "A": "decreasing",
        "B": "not classified",
        "C": "increasing",
        "D": "not classified",
        "E": "increasing",
    }
    assert found.counts() == {"not classified": 2, "increasing": 2, "decreasing": 1}
    assert found.unclassified()["reason"].str.contains("not above the national change").all()


def test_every_area_has_a_reason_even_without_figures() -> None:
    frame = panel(FIVE)
    frame = frame[~((frame["area_code"] == "C") & (frame["year"] == 2020))]
    found = cr.classify(frame, cr.rules.wwcsc(5, 2016, 2020))
    assert labels(found)["C"] == "not available"
    assert found.to_frame()["reason"].str.len().gt(0).all()
    assert "no figure for 2020" in found.unclassified()["reason"].item()


def test_exclusion_works_on_both_arms_and_says_where_the_rate_lies() -> None:
    expected = pd.DataFrame({"area_code": list("ABCDE"), "expected_rate_per_10000": [80, 100, 150, 100, 120]})
    rule = cr.rules.wcpp(rate="computed", relative_to="start")
    found = cr.classify(panel(FIVE), rule, expected=expected)
    assert labels(found)["C"] == "excluded"
    assert labels(found)["E"] == "increasing"
    assert labels(found)["A"] == "decreasing"
    both = Rule("both arms", 2016, 2020, -10, 10, shortfall=0, excess=0)
    assert labels(cr.classify(panel(FIVE), both, expected=expected))["A"] == "excluded"
    reasons = found.to_frame().set_index("area_code")["reason"]
    assert "13.3% below its expected rate" in reasons["C"]


def test_a_shortfall_excludes_at_and_beyond_it() -> None:
    rule = cr.rules.wcpp(rate="computed", relative_to="start", shortfall=15)
    for percent, label in ((-15.0, "excluded"), (-14.9, "increasing"), (-15.1, "excluded")):
        expected = pd.DataFrame({"area_code": ["E"], "percent_difference": [percent]})
        assert labels(cr.classify(panel(FIVE), rule, expected=expected))["E"] == label
    # exactly as expected is not below expectation
    level = pd.DataFrame({"area_code": ["E"], "percent_difference": [0.0]})
    rule = cr.rules.wcpp(rate="computed", relative_to="start", shortfall=0)
    assert labels(cr.classify(panel(FIVE), rule, expected=level))["E"] == "increasing"


def test_without_expected_rates_the_result_says_that_nobody_was_excluded() -> None:
    found = cr.classify(panel(FIVE), cr.rules.wcpp(rate="computed"))
    assert "exclusion by them was not applied" in " ".join(found.provenance.steps)
    assert "exclusion not checked" in found.to_frame().set_index("area_code")["reason"]["E"]
    assert "the exclusion was not checked: no expected rate was given" in found.summary()


def test_what_is_not_one_rule_is_refused() -> None:
    with pytest.raises(TypeError, match="one Rule, such as"):
        cr.classify(panel(FIVE), "wcpp")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="one Rule, such as"):
        cr.trends.sensitivity(panel(FIVE), [cr.rules.wcpp()])  # type: ignore[arg-type]


def test_labels_that_depend_on_rounding_are_marked() -> None:
    frame = panel({"A": (60, 55), "B": (600, 450)}, status="rounded_to_5")
    found = cr.classify(frame, cr.rules.wwcsc(10, 2016, 2020)).to_frame().set_index("area_code")
    assert found["depends_on_rounding"].to_dict() == {"A": True, "B": False}
    assert found.loc["A", "label"] == "little change"


def test_nations_are_compared_with_their_own() -> None:
    frame = panel(FIVE)
    frame["nation"] = frame["area_code"].map(lambda code: "Wales" if code in "AB" else "England")
    found = cr.classify(frame, cr.rules.wcpp(rate="computed", relative_to="start", shortfall=None))
    assert found.national == {"England": pytest.approx(25.0), "Wales": pytest.approx(-9.5)}
    assert labels(found)["B"] == "increasing"  # -9% is above Wales' -9.5%: the rule as its authors wrote it


def test_national_figures_must_cover_the_window_and_the_nations() -> None:
    frame = panel(FIVE, nation="Wales")
    rule = cr.rules.wcpp(rate="computed", shortfall=None)
    half = panel({"W": (1000, 1210)}, nation="Wales").head(1)
    with pytest.raises(TableError, match="no change from 2016 to 2020 for Wales"):
        cr.classify(frame, rule, national=half)
    with pytest.raises(TypeError, match="percentage"):
        cr.classify(frame, rule, national="21")  # type: ignore[arg-type]
    given = cr.classify(frame, rule, national=21.0)
    assert given.national == {"Wales": 21.0}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"decreasing": 10, "increasing": 20}, "decreasing=10 is a rise"),
        ({"decreasing": -5, "increasing": -10}, "wrong way round"),
        ({"decreasing": -5, "increasing": 5, "start": 2021}, "start must come before end"),
        ({"decreasing": -5, "increasing": 5, "start": "2016", "end": 2020.0}, r"start='2016'.*end=2020\.0"),
        ({"decreasing": "-5", "increasing": 5}, "decreasing='-5' is not a number"),
        ({"decreasing": -5, "increasing": 5, "measure": "median"}, "median"),
        ({"decreasing": -5, "increasing": 5, "measure": "slope", "relative_to": "end"}, "no end base"),
        ({"decreasing": -5, "increasing": 5, "margin": 3}, "margin goes with the national change"),
        ({"decreasing": -5, "shortfall": -15}, "shortfall=-15 must be 0 or more"),
        ({"decreasing": float("nan"), "increasing": 5}, "finite"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Rule("mine", **({"start": 2016, "end": 2020} | arguments))  # type: ignore[arg-type]


def test_all_problems_of_a_rule_come_together() -> None:
    with pytest.raises(ValueError, match=r"start must come before end.*is a rise"):
        Rule("mine", 2020, 2016, 10, 20)
    with pytest.raises(ValueError, match="dead_band"):
        cr.rules.wwcsc(-1)


def test_one_area_is_its_own_nation() -> None:
    found = cr.classify(panel({"A": (100, 150)}), cr.rules.wcpp(rate="computed", shortfall=None))
    # it cannot rise more than itself
    assert labels(found) == {"A": "not classified"}


def test_expected_rates_are_checked() -> None:
    rule = cr.rules.wcpp(rate="computed")
    with pytest.raises(TypeError, match="adjustment"):
        cr.classify(panel(FIVE), rule, expected=3)
    with pytest.raises(TableError, match="not expected rates"):
        cr.classify(panel(FIVE), rule, expected=pd.DataFrame({"area_code": ["A"]}))
    twice = pd.DataFrame({"area_code": ["A", "A"], "percent_difference": [1.0, 2.0]})
    with pytest.raises(TableError, match="repeat for A"):
        cr.classify(panel(FIVE), rule, expected=twice)
    other = pd.DataFrame({"area_code": ["A"], "percent_difference": [1.0], "year": [2018]})
    steps = " ".join(cr.classify(panel(FIVE), rule, expected=other).provenance.steps)
    assert "those of 2018, not of 2020" in steps


def test_the_order_of_rows_does_not_matter() -> None:
    frame = panel(FIVE)
    shuffled = frame.sample(frac=1, random_state=3)
    rule = cr.rules.wwcsc(5, 2016, 2020)
    pd.testing.assert_frame_equal(cr.classify(frame, rule).to_frame(), cr.classify(shuffled, rule).to_frame())
    assert cr.classify(frame, rule).summary().startswith("Did the published figure change")
