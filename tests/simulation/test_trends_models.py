"""Classes and scores from a hierarchical model, handed over as joint draws."""

from __future__ import annotations

import pytest

import carerates as cr


@pytest.mark.slow
def test_a_fitted_model_and_the_delta_method_agree_on_what_is_plain() -> None:
    wales = cr.load_rates("wales", years=range(2011, 2019))
    rule = cr.rules.wcpp(2013, 2018, relative_to="start", shortfall=None)
    fitted = cr.fit(cr.RateModel(area_slopes=False, area_time="random_walk"), wales, seed=1)
    modelled = cr.classify(fitted, rule, probability=0.8)
    direct = cr.classify(wales, rule, probability=0.8)
    assert modelled.question == direct.question
    frames = [one.to_frame().set_index("area_name") for one in (modelled, direct)]
    assert frames[0]["nation"].eq("Wales").all()
    # the model also reads the years between, so labels near the bars differ, but none are opposite
    labels = set(zip(frames[0]["label"], frames[1]["label"], strict=True))
    assert not labels & {("increasing", "decreasing"), ("decreasing", "increasing")}
    for area, label in (("Carmarthenshire", "decreasing"), ("Cardiff", "increasing")):
        assert frames[0].loc[area, "label"] == frames[1].loc[area, "label"] == label
    # and changes go together
    assert frames[0]["percent_change"].corr(frames[1]["percent_change"]) > 0.9
