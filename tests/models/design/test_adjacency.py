"""The map of neighbours: scale factors by hand, islands and components, and what a model makes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.errors import ModelError
from carerates.models import RateModel
from carerates.models.design.adjacency import adjacency_of, bundled_neighbours, scale_factor
from carerates.models.design.building import build_design
from carerates.models.nuts.engine import split_along_map
from tests.models.panels import make_panel


def path(size: int) -> np.ndarray:
    return np.eye(size, k=1) + np.eye(size, k=-1)


@pytest.mark.parametrize(
    ("weights", "by_hand"),
    [
        (path(2), 1 / 4),  # inverse of [[1, -1], [-1, 1]] about its level: 1/4 each
        (path(3), (5 / 9 * 2 / 9 * 5 / 9) ** (1 / 3)),
        (np.ones((4, 4)) - np.eye(4), 3 / 16),  # (I - J / 4) / 4
        # a star with three rays: 3/16 in the middle, 11/16 at the rays' ends
        (
            np.array([[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], float),
            (3 / 16) ** 0.25 * (11 / 16) ** 0.75,
        ),
        # a ring of four: (5/16) for each
        (path(4) + np.eye(4, k=3) + np.eye(4, k=-3), 5 / 16),
    ],
)
def test_scale_factors_by_hand(weights, by_hand):
    assert scale_factor(weights) == pytest.approx(by_hand, rel=1e-12)


def lattice(rows: int, columns: int) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    codes = tuple(f"r{row}c{column}" for row in range(rows) for column in range(columns))
    across = [(f"r{r}c{c}", f"r{r}c{c + 1}") for r in range(rows) for c in range(columns - 1)]
    down = [(f"r{r}c{c}", f"r{r + 1}c{c}") for r in range(rows - 1) for c in range(columns)]
    return codes, (*across, *down)


def test_the_covariance_is_the_scaled_generalised_inverse():
    codes, pairs = lattice(3, 4)
    found = adjacency_of(codes, pairs)
    covariance = found.vectors @ np.diag(found.variances) @ found.vectors.T
    weights = np.zeros((12, 12))
    for one, other in pairs:
        at = codes.index(one), codes.index(other)
        weights[at] = weights[at[::-1]] = 1
    plain = np.linalg.pinv(np.diag(weights.sum(axis=1)) - weights, hermitian=True)
    scale = np.exp(np.log(np.diag(plain)).mean())
    np.testing.assert_allclose(covariance, plain / scale, atol=1e-12)
    assert np.exp(np.log(np.diag(covariance)).mean()) == pytest.approx(1)


def test_components_are_scaled_each_and_islands_stand_alone():
    codes = ("a", "b", "c", "d", "e", "isle")
    pairs = (("a", "b"), ("c", "d"), ("d", "e"), ("e", "d"), ("isle", "isle"), ("e", "elsewhere"))
    found = adjacency_of(codes, pairs)
    assert (found.components, found.islands) == (2, ("isle",))
    covariance = found.vectors @ np.diag(found.variances) @ found.vectors.T
    # two ends of one border: +-1 about the pair's level
    np.testing.assert_allclose(covariance[:2, :2], [[1, -1], [-1, 1]], atol=1e-12)
    assert np.exp(np.log(np.diag(covariance)[2:5]).mean()) == pytest.approx(1)
    np.testing.assert_allclose(covariance[5], [0, 0, 0, 0, 0, 1], atol=1e-12)
    assert covariance[:2, 2:].max() == pytest.approx(0, abs=1e-12)
    # all of a component up together is not the map's affair
    np.testing.assert_allclose(covariance[2:5, 2:5].sum(axis=1), 0, atol=1e-12)


def test_an_area_that_the_list_does_not_name_is_an_error():
    with pytest.raises(ModelError, match=r"does not name c, d.*harmonise"):
        adjacency_of(("a", "b", "c", "d"), (("a", "b"),))
    with pytest.raises(ModelError, match="at most 1000 areas"):
        adjacency_of(tuple(str(one) for one in range(1001)), ())


def test_the_bundled_list_makes_a_map():
    # 2018 has Cumbria, Northamptonshire and other authorities that are gone, and two islands without a bridge
    rates = cr.load_rates(["wales", "england"], years=[2018])
    found = adjacency_of(rates.areas, bundled_neighbours(rates.areas))
    assert set(found.islands) == {"E06000046", "E06000053"}
    assert found.components == 1
    assert np.isfinite(found.variances).all()
    assert (found.variances >= 0).all()
    with pytest.raises(ModelError, match=r"no area of Wales or England[\s\S]*neighbours="):
        bundled_neighbours(("E00000008", "W06000001"))
    with pytest.raises(ModelError, match=r"do not overlap[\s\S]*harmonise"):
        bundled_neighbours(("E10000006", "E06000063"))


def on_a_line(seed: int, share: float, areas: int = 36) -> tuple[cr.RatesTable, tuple[tuple[str, str], ...]]:
    """A panel of a 6 by 6 map whose areas' levels follow it by a share."""
    panel = make_panel(areas, 3, seed=seed, noise=0.02, sd_area=0.0, sd_slope=0.0).rates
    frame = panel.to_frame()
    codes = tuple(sorted(frame["area_code"].unique()))
    grid, pairs = lattice(6, 6)
    named = dict(zip(grid, codes, strict=True))
    joined = tuple((named[a], named[b]) for a, b in pairs)
    found = adjacency_of(codes, joined)
    rng = np.random.default_rng(seed)
    sd = np.sqrt(share * found.variances + 1 - share)
    level = 0.3 * found.vectors @ (sd * rng.normal(size=areas))
    mean = frame["population"] * 0.0075 * np.exp(frame["area_code"].map(dict(zip(codes, level, strict=True))))
    frame["children"] = rng.poisson(mean)
    frame = frame.assign(children_low=frame["children"], children_high=frame["children"])
    return cr.RatesTable(frame, factors=panel.factors), joined


def test_a_map_is_told_from_no_map():
    shares = []
    for share in (0.95, 0.02):
        rates, pairs = on_a_line(4, share)
        model = RateModel(spatial="bym2", neighbours=pairs, groups=None, time="none", area_time="none")
        fit = cr.fit(model, rates, draws=500)
        assert fit.diagnostics.passed, str(fit.diagnostics)
        table = fit.hyperparameters().set_index("name")
        shares.append(table.loc["spatial_share", "median"])
        # 36 areas: a standard deviation is known to about 12%
        assert table.loc["sd_area", "median"] == pytest.approx(0.3, rel=0.4)
    assert shares[0] > 0.6 > 0.4 > shares[1]


def test_a_share_of_nothing_is_the_model_without_a_map():
    rates, pairs = on_a_line(5, 0.02)
    plain = RateModel(groups=None, time="none", area_time="none")
    mapped = plain.replace(spatial="bym2", neighbours=pairs)
    design, without = build_design(mapped, rates), build_design(plain, rates)
    from carerates.models.laplace.marginal import evaluate

    at = {"sd_area": 0.3, "noise": 0.05, "spatial_share": 1e-9}
    free = np.array([one.free(at[one.name]) for one in design.free_spreads])
    other = np.array([one.free(at[one.name]) for one in without.free_spreads])
    one, two = evaluate(design, free), evaluate(without, other)
    share = next(s for s in design.free_spreads if s.name == "spatial_share")
    prior = share.log_prior(share.free(1e-9))
    assert one.log_density - prior == pytest.approx(two.log_density, abs=1e-4)


def test_the_split_along_the_map_has_the_right_moments():
    codes, pairs = lattice(2, 2)
    found = adjacency_of(codes, pairs)
    rng = np.random.default_rng(1)
    draws, share, sd = 100_000, 0.6, 0.3
    full = np.sqrt(1 - share + share * found.variances)
    deviation = (sd * full * rng.normal(size=(draws, 4))) @ found.vectors.T
    spreads = {"spatial_share": np.full(draws, share), "sd_area": np.full(draws, sd)}
    along, left = split_along_map(found, deviation, spreads, seed=1)
    keep = found.variances > 0
    # known to 100,000 draws: half a per cent, doubled
    np.testing.assert_allclose(along.var(axis=0), sd**2 * share * found.variances[keep], rtol=0.02)
    np.testing.assert_allclose(np.cov(left.T), sd**2 * (1 - share) * np.eye(4), atol=0.0008)
    assert abs(np.corrcoef(along[:, 0], left @ found.vectors[:, keep][:, 0])[0, 1]) < 0.01
    np.testing.assert_allclose(along @ found.vectors[:, keep].T + left, deviation, atol=1e-12)


def test_combinations_that_are_no_model():
    with pytest.raises(ValueError, match=r"needs area_effects=True"):
        RateModel(spatial="bym2", area_effects=False, area_time="none")
    with pytest.raises(ValueError, match="not offered with area_slopes"):
        RateModel(spatial="bym2", area_slopes=True)
    with pytest.raises(ValueError, match="neighbours are for"):
        RateModel(neighbours=[("a", "b")])
    with pytest.raises(TypeError, match="pairs of area codes"):
        RateModel(spatial="bym2", neighbours=["ab"])
    model = RateModel(spatial="bym2", neighbours=[("a", "b"), ["b", "c"]])
    assert RateModel.from_json(model.to_json()) == model
    assert "map of neighbours" in model.describe()
    assert "sqrt(phi)" in model.as_mathematics()


def test_predictions_keep_the_map_of_fitted_areas():
    rates, pairs = on_a_line(4, 0.9)
    model = RateModel(spatial="bym2", neighbours=pairs, groups=None, time="none", area_time="none")
    fit = cr.fit(model, rates, draws=200)
    np.testing.assert_allclose(fit.predict(rates).rates, fit.rate_draws().rates, rtol=1e-9)
    assert {"spatial", "area"} <= set(fit.explained()["part"])
    assert isinstance(fit.to_frame(), pd.DataFrame)
    assert fit.to_frame()["shrinkage"].between(0, 1).all()
