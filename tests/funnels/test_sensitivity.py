"""Every area under every choice."""

from __future__ import annotations

import pandas as pd

import carerates as cr
from carerates.funnels.sensitivity import vary_choices

TABLE = pd.DataFrame(
    {
        "area_code": ["A", "B", "C", "D", "E", "F"],
        "year": 2018,
        "children": [155, 600, 180, 185, 100, 175],
        "population": [20_000, 21_000, 20_000, 19_500, 18_000, 20_500],
        "status": "rounded_to_5",
    }
)


def test_choices_agree_with_funnels_drawn_one_by_one() -> None:
    varied = vary_choices(cr.funnel(TABLE, target=90)).choices()
    for limits, dispersion, settings in (
        ("mid_p", "none", {}),
        ("exact", "additive: reml", {"dispersion": "additive", "tau_estimator": "reml"}),
        ("byar", "negative_binomial", {"dispersion": "negative_binomial"}),
    ):
        for target in (90, "unweighted"):
            chosen = varied[
                (varied["limits"] == limits)
                & (varied["dispersion"] == dispersion)
                & (varied["target"] == str(target))
                & (varied["rounding"] == "published")
            ]
            alone = cr.funnel(TABLE, target=target, limits=limits, **settings).to_frame()  # type: ignore[arg-type]
            assert chosen["position"].tolist() == alone["position"].tolist()


def test_what_a_position_depends_on_is_named() -> None:
    table = vary_choices(cr.funnel(TABLE, target=90)).to_frame().set_index("area_code")
    # 154 children are the fewest inside at 180 expected, and a printed 155 may be 153
    assert "rounding" in table.loc["A", "depends_on"]
    assert table.loc["A", "position"] == "within"
    assert table.loc["B", "share_above"] > 0.3
    assert "under" in table.loc["B", "sentence"]
    assert (table[["share_above", "share_within", "share_below"]].sum(axis=1).round(9) == 1).all()


def test_summary_counts_the_combinations() -> None:
    varied = vary_choices(cr.funnel(TABLE, target=90))
    assert (
        "6 areas under 162 combinations" in varied.summary()
    )  # 3 limits x 6 spreads x 3 targets x 3 roundings
    assert len(varied.choices()) == 6 * 162
    assert varied.choices()["chosen"].sum() == 6


def test_grouped_and_proportion_funnels_can_be_varied() -> None:
    years = pd.concat([TABLE, TABLE.assign(year=2019)])
    assert len(vary_choices(cr.funnel(years, by="year")).to_frame()) == 12
    frame = pd.DataFrame({"n": [3, 9, 14, 7], "d": [20, 22, 25, 18]})
    share = cr.funnel(frame, events="n", denominator="d", kind="proportion")
    assert set(vary_choices(share).choices()["limits"]) == {"exact", "mid_p", "normal"}
