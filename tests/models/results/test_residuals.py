"""What a fit leaves over, and whether neighbours are alike in it."""

from __future__ import annotations

import numpy as np
import pytest

import carerates as cr
from carerates.errors import ModelError
from carerates.models import RateModel
from carerates.models.results.estimates import moran
from tests.models.design.test_adjacency import on_a_line
from tests.models.panels import make_panel

PLAIN = RateModel(groups=None, time="none", area_time="none")


@pytest.fixture(scope="module")
def mapped():
    rates, pairs = on_a_line(4, 0.95)
    return cr.fit(PLAIN, rates, draws=300), pairs


def test_moran_by_hand():
    """Four areas in a ring: pairs alike give 1 or 0, opposites give -1."""
    ring = np.array([[0, 1], [1, 2], [2, 3], [0, 3]])
    values = np.array([[1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]])
    # opposites: every product is -1; halves: two of four pairs alike
    np.testing.assert_allclose(moran(values, ring), [-1.0, 0.0])


def test_a_map_shows_in_the_ratios_to_expected(mapped):
    fit, pairs = mapped
    table = fit.moran(neighbours=pairs).set_index("of")
    ratio = table.loc["ratio to expected"]
    assert ratio["lower_95"] > 0.2
    assert ratio["permutation_p"] < 0.01
    assert ratio["expected_by_chance"] == pytest.approx(-1 / 35)
    assert (table["pairs"] == 60).all()  # of a lattice of 6 by 6: 2 * 6 * 5
    # each area's own level takes up the map, so that residuals of one year have none of it
    assert table.loc["residuals", "permutation_p"] > 0.01


def test_no_map_shows_nothing():
    rates, pairs = on_a_line(5, 0.0)
    table = cr.fit(PLAIN, rates, draws=300).moran(neighbours=pairs).set_index("of")
    assert (table["permutation_p"] > 0.01).all()


def test_areas_without_neighbours_or_counts_are_left_out(mapped):
    fit, pairs = mapped
    first = fit.design.panel.area_codes[0]
    table = fit.moran(neighbours=[pair for pair in pairs if first not in pair])
    assert (table["areas"] == 35).all()
    with pytest.raises(ModelError, match="there are 1 pairs"):
        fit.moran(neighbours=[pairs[0], ("A", "B")])
    with pytest.raises(ModelError, match=r"bundled map does not hold[\s\S]*neighbours="):
        fit.moran()
    with pytest.raises(ValueError, match="there is no 1999"):
        fit.moran(year=1999, neighbours=pairs)


def test_residuals_are_counts_less_expectations():
    panel = make_panel(16, 4, noise=0.1, suppress_below=3, log_size=6.5).rates
    for likelihood in ("negative_binomial", "poisson_lognormal", "binomial", "poisson"):
        fit = cr.fit(PLAIN.replace(likelihood=likelihood), panel, draws=300)
        table = fit.residuals()
        frame = panel.to_frame()
        assert len(table) == frame["children"].notna().sum() < len(frame)
        rates = np.exp(fit.posterior.log_rates(fit.design)).mean(axis=0)
        at = fit.design.panel.area_codes.index(table["area_code"][0])
        year = fit.design.panel.years.index(table["year"][0])
        by_hand = fit.design.panel.population[at, year] * rates[at, year]
        assert table["children_fitted"][0] == pytest.approx(by_hand)
        assert (table["residual"] == table["children"] - table["children_fitted"]).all()
        # 16 levels fitted to 64 counts: three quarters of the variance is left, give or take a third
        assert 0.5 < table["standardised_residual"].std() < 1.2


def test_the_gradient_of_one_factor_runs_through_expected_rates():
    """With one factor, the gradient at an area's value is the area's expected rate."""
    panel = make_panel(20, 3, welsh=8).rates
    fit = cr.fit(RateModel(factors=["deprivation"], time="linear", area_time="none"), panel, draws=300)
    table, frame = fit.gradient(year=2013), fit.to_frame().query("year == 2013")
    need = panel.to_frame().query("year == 2013").set_index("area_code")["deprivation"]
    for nation, rows in table.groupby("nation"):
        mine = frame[frame["nation"] == nation].set_index("area_code")
        lowest = need[mine.index].idxmin()
        assert rows["value"].iloc[0] == pytest.approx(need[lowest])
        for name in ("expected_rate_per_10000", "expected_lower_95", "expected_upper_95"):
            assert rows[name].iloc[0] == pytest.approx(mine.loc[lowest, name], rel=1e-9)
    with pytest.raises(ValueError, match="factors deprivation; 'rain' is not one"):
        fit.gradient("rain")
