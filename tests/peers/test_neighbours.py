from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import AreaError, TableError

ON = ["deprivation", "lone_parents", "population"]
NEED = cr.load_factors(["deprivation", "lone_parents"], nations=["wales", "england"])
PANEL = cr.load_rates(["wales", "england"], years=2018).join(NEED)
WALES = PANEL.select(nation="Wales")


def small(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "area_code": list("ABCD"),
            "year": 2018,
            "children": [100, 120, 90, 300],
            "population": [10_000, 11_000, 9_000, 30_000],
            "need": [1.0, 2.0, 4.0, 9.0],
            "other": [3.0, 1.0, 2.0, 0.0],
        }
    )
    return frame.assign(**columns)


def test_distances_are_the_hand_worked_ones() -> None:
    found = cr.similar_areas(small(), ["need", "other"], weights={"need": 3, "other": 1}, neighbours=3)
    row = found.of("A").set_index("neighbour_code").loc["B"]
    need, other = np.std([1, 2, 4, 9], ddof=1), np.std([3, 1, 2, 0], ddof=1)
    squared = 0.75 * (1 / need) ** 2 + 0.25 * (2 / other) ** 2
    assert row["distance"] == pytest.approx(np.sqrt(squared))
    assert row["share_need"] == pytest.approx(0.75 / need**2 / squared)
    assert row["difference_other"] == pytest.approx(-2 / other)


def test_shares_explain_every_distance() -> None:
    frame = cr.similar_areas(PANEL, ON).to_frame()
    np.testing.assert_allclose(frame.filter(like="share_").sum(axis=1), 1)
    assert (frame.groupby("area_code").size() == 10).all()
    assert (frame.groupby("area_code")["distance"].diff().dropna() >= 0).all()


def test_units_do_not_matter() -> None:
    frame = PANEL.to_frame().assign(deprivation=lambda rows: 10 * rows["deprivation"] + 3)
    one, other = cr.similar_areas(PANEL, ON).to_frame(), cr.similar_areas(frame, ON).to_frame()
    assert one["neighbour_code"].tolist() == other["neighbour_code"].tolist()
    np.testing.assert_allclose(one["distance"], other["distance"])


def test_neighbours_can_be_kept_within_the_nation() -> None:
    frame = cr.similar_areas(PANEL, ON, within="nation").to_frame()
    assert (frame.loc[frame["area_code"].str.startswith("W"), "neighbour_nation"] == "Wales").all()
    with pytest.raises(ValueError, match="within="):
        cr.similar_areas(PANEL, ON, within="county")  # type: ignore[arg-type]


def test_areas_without_a_factor_are_named() -> None:
    found = cr.similar_areas(PANEL, ON)
    assert "Poole" in found.pool.left_out
    assert "Poole" in found.summary()
    assert any("left out" in step for step in found.provenance.steps)


def test_an_official_list_is_taken_and_explained() -> None:
    listed = pd.DataFrame({"area_code": ["A", "A"], "neighbour_code": ["D", "B"]})
    found = cr.similar_areas(small(), ["need", "other"], official=listed).to_frame()
    assert found["neighbour_code"].tolist() == ["D", "B"]
    assert found["distance"].iloc[0] > found["distance"].iloc[1]
    wrong = pd.DataFrame({"area_code": ["A", "A", "A"], "neighbour_code": ["A", "Z", "Z"]})
    with pytest.raises(TableError, match=r"(?s)Z.*own neighbour.*listed twice"):
        cr.similar_areas(small(), ["need", "other"], official=wrong)


def test_an_official_list_may_hold_names_of_either_language_and_old_codes() -> None:
    wales = cr.load_rates("wales", years=2018)
    names = pd.DataFrame(
        {"area_code": ["Tor-faen"] * 3, "neighbour_code": ["Caerdydd", "W06000024", "powys"]}
    )
    found = cr.similar_areas(wales, "population", official=names).to_frame()
    assert found["area_name"].unique().tolist() == ["Torfaen"]
    assert found["neighbour_name"].tolist() == ["Cardiff", "Merthyr Tydfil", "Powys"]
    twice = names.assign(neighbour_code=["Caerdydd", "Cardiff", "Atlantis"])
    with pytest.raises(TableError, match=r"(?s)Atlantis.*listed twice"):
        cr.similar_areas(wales, "population", official=twice)


def test_a_factor_of_words_is_refused_with_its_rows() -> None:
    with pytest.raises(TableError, match="'need' holds something that is not a number in row 2"):
        cr.similar_areas(
            small().astype({"need": object}).assign(need=[1.0, "high", 3.0, 4.0]), ["need", "other"]
        )


def test_bands_place_an_area_among_its_neighbours() -> None:
    found = cr.similar_areas(PANEL, ON)
    bands = found.bands().set_index("area_name")
    torfaen = bands.loc["Torfaen"]
    own = found.of("Torfaen")["neighbour_code"]
    rates = PANEL.to_frame().set_index("area_code")["rate_per_10000"]
    assert torfaen["neighbour_median"] == pytest.approx(rates[own].median())
    assert torfaen["position"] == "above"
    assert torfaen["rank"] == 1
    assert torfaen["probability_above_median"] > 0.99
    assert (bands["rank_lower"] <= bands["rank_upper"]).all()
    inside = (bands["rank_lower"] <= bands["rank"]) & (bands["rank"] <= bands["rank_upper"])
    # a published rank may fall outside the interval of the underlying rank, but seldom
    assert inside.mean() > 0.97


@pytest.mark.parametrize(
    ("frame", "on", "error", "words"),
    [
        (small(), ["need", "need"], ValueError, "more than once: need"),
        (small(flat=1.0), ["need", "flat"], TableError, "'flat' is the same in every area"),
        (small(copy=[5.0, 7.0, 11.0, 21.0]), ["need", "copy"], TableError, "same up to their scale"),
        (small(), ["poverty"], TableError, "no factor poverty"),
        (small(), [], ValueError, "at least one factor"),
        (small().head(1), ["need"], TableError, "at least 2 areas"),
        (pd.concat([small(), small(year=2019)]), ["need"], TableError, "2"),
    ],
)
def test_factors_that_cannot_be_used_are_refused(
    frame: pd.DataFrame, on: list[str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        cr.similar_areas(frame, on)


def test_weights_and_names_are_checked() -> None:
    with pytest.raises(ValueError, match="must name the same factors"):
        cr.similar_areas(small(), ["need"], weights={"other": 1})
    with pytest.raises(ValueError, match="above 0"):
        cr.similar_areas(small(), ["need"], weights={"need": 0})
    with pytest.raises(ValueError, match="neighbours must be"):
        cr.similar_areas(small(), ["need"], neighbours=0)
    with pytest.raises(AreaError, match="No area 'Atlantis'"):
        cr.similar_areas(small(), ["need"]).of("Atlantis")


def test_wales_alone_has_no_gaps() -> None:
    assert len(cr.similar_areas(WALES, ON, neighbours=5).to_frame()) == 110
