"""Charts of forecasts, predictions and scores, and the map of ratios, show the numbers of their results."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from tests.charts.test_results import collection, rows_by_name, segments


@pytest.fixture(scope="module")
def fit() -> cr.FittedRates:
    rates = cr.load_rates("wales", years=range(2014, 2019))
    need = cr.load_factors(["deprivation"], nations=["wales"])
    return cr.fit(cr.RateModel(factors=["deprivation"]), rates.join(need), seed=1)


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_prediction_has_both_intervals(fit, lang: str) -> None:
    result = fit.forecast(2)
    ax = cr.plot(result, year=2019, lang=lang)
    frame = result.to_frame().query("year == 2019").sort_values("underlying_rate_per_10000")
    assert collection(ax, "underlying")[:, 0] == pytest.approx(frame["underlying_rate_per_10000"].to_numpy())
    drawn = np.array([one[:, 0] for one in segments(ax)])
    columns = ["rate_predicted_lower_95", "rate_predicted_upper_95"]
    assert drawn == pytest.approx(frame[columns].to_numpy())
    with pytest.raises(ValueError, match="2019 to 2020; there is no 2030"):
        cr.plot(result, year=2030)


def test_scores_point_to_the_better_side() -> None:
    result = cr.trends.score_forecasts(cr.load_rates("england", population="rebased"), horizons=(1, 2))
    ax, frame = cr.plot(result, lang="cy"), result.to_frame().query("method != 'last_value'")
    better = frame[frame["difference_from_last_value"] >= 0]["difference_from_last_value"]
    assert sorted(collection(ax, "better")[:, 0]) == pytest.approx(sorted(better))
    assert len(collection(ax, "not better")) == len(frame) - len(better) > 0
    assert list(rows_by_name(ax).values())[-1] == "cyfun, 1 ymlaen"


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_tiles_show_the_ratio_and_hatch_what_is_unsure(fit, lang: str) -> None:
    ax = cr.plot(fit, chart="ratios", year=2016, lang=lang)
    frame = fit.to_frame().query("year == 2016")
    unsure = (frame["ratio_lower_95"] <= 1) & (frame["ratio_upper_95"] >= 1)
    hatched = [one for one in ax.patches if one.get_hatch()]
    assert len(hatched) == unsure.sum() > 0
    assert len(ax.patches) == len(frame) + unsure.sum()
    numbers = sorted(one.get_text() for one in ax.texts if one.get_text().replace(".", "").isdigit())
    assert numbers == sorted(f"{one:.2f}" for one in frame["ratio_to_expected"])
    names = {one.get_text().replace("\n", " ") for one in ax.texts}
    assert ("Ynys Môn" if lang == "cy" else "Isle of Anglesey") in names


@pytest.mark.parametrize(("kind", "lang"), [("spread", "en"), ("spread", "cy"), ("effect", "en")])
def test_each_posterior_stands_on_its_prior(fit, kind: str, lang: str) -> None:
    ax = cr.plot(fit, chart="priors", kind=kind, lang=lang)
    frame = fit.prior_posterior()
    frame = frame[(frame["kind"] == kind) & (frame["name"] != "intercept")]
    lines = {one.get_label(): one for one in ax.lines}
    for name, rows in frame.groupby("name"):
        for which in ("prior", "posterior"):
            line = lines[f"{which} {name}"]
            density = rows[f"{which}_density"].to_numpy()
            height = np.asarray(line.get_ydata())
            assert np.asarray(line.get_xdata()) == pytest.approx(rows["value"].to_numpy())
            assert (height - height.min()) / np.ptp(height) == pytest.approx(
                (density - density.min()) / np.ptp(density), abs=1e-9
            )
    assert len(ax.get_yticks()) == frame["name"].nunique()
    with pytest.raises(ValueError, match="'other' is not"):
        cr.plot(fit, chart="priors", kind="other")


def test_words_on_the_shades_of_both_sides_can_be_read() -> None:
    from carerates.charts.style import INK, PAPER
    from carerates.charts.tiles import _SIDES
    from tests.charts.test_style import contrast

    for rank, colour in enumerate(_SIDES):
        assert contrast(PAPER if rank in (0, len(_SIDES) - 1) else INK, colour) >= 4.5
