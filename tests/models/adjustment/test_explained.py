"""R squared in its versions, by hand and against least squares."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from carerates.models import adjust
from carerates.models.adjustment.explained import VERSIONS, average_over_orders, shares_explained
from tests.models.made_areas import FACTORS, METHODS, areas


def test_by_hand() -> None:
    # rates 10, 20, 30, 40 per 1,000 and expected 15, 15, 35, 35: 4 x 25 of 500 are left
    children = np.array([10.0, 20.0, 30.0, 40.0])
    expected = np.array([15.0, 15.0, 35.0, 35.0])
    shares = shares_explained(children, np.full(4, 1000.0), expected, 2)
    assert set(shares) == set(VERSIONS)
    assert shares["ordinary"] == pytest.approx(0.8)
    assert shares["adjusted"] == pytest.approx(1 - 0.2 * 3 / 2)
    assert shares["population_weighted"] == pytest.approx(0.8)  # populations are equal
    logs, fitted = np.log(children), np.log(expected)
    left = sum((a - b) ** 2 for a, b in zip(logs, fitted, strict=True))
    total = sum((a - logs.mean()) ** 2 for a in logs)
    assert shares["log_rate"] == pytest.approx(1 - left / total)
    spare = 2 * sum(y * np.log(y / m) for y, m in zip(children, expected, strict=True))
    whole = 2 * sum(y * np.log(y / 25) for y in children)
    assert shares["deviance"] == pytest.approx(1 - spare / whole)


def test_nothing_explained_and_everything_explained() -> None:
    children, population = np.array([10.0, 25.0, 30.0]), np.array([1000.0, 2000.0, 1500.0])
    pooled = population * children.sum() / population.sum()
    none = shares_explained(children, population, pooled, 1)
    assert none["deviance"] == pytest.approx(0.0)
    assert none["population_weighted"] == pytest.approx(0.0)
    whole = shares_explained(children, population, children, 1)
    assert all(whole[version] == pytest.approx(1.0) for version in VERSIONS)


def test_equal_rates_leave_nothing_to_explain() -> None:
    population = np.array([1000.0, 3000.0, 7000.0])
    shares = shares_explained(0.01 * population, population, 0.011 * population, 1)
    assert all(np.isnan(share) for share in shares.values())


def test_common_level_of_each_group_by_hand() -> None:
    # two groups whose own levels are exact: all that is left lies between them, which is not counted
    children, population = np.array([10.0, 12.0, 40.0, 44.0]), np.full(4, 1000.0)
    labels = np.array(["a", "a", "b", "b"], dtype=object)
    shares = shares_explained(children, population, np.array([11.0, 11, 42, 42]), 2, 0.0, labels)
    assert shares["ordinary"] == pytest.approx(0.0)
    assert shares["deviance"] == pytest.approx(0.0)


def test_two_terms_share_by_hand() -> None:
    worth = {"": 0.0, "a": 0.3, "b": 0.4, "ab": 0.5}
    shares = average_over_orders(("a", "b"), lambda s: np.array(worth["".join(sorted(s))]))
    assert shares["a"] == pytest.approx(0.5 * 0.3 + 0.5 * (0.5 - 0.4))
    assert shares["b"] == pytest.approx(0.5 * 0.4 + 0.5 * (0.5 - 0.3))


def test_shares_are_the_mean_gain_over_all_orders() -> None:
    random = np.random.default_rng(2)
    names = ("a", "b", "c", "d")
    table: dict[frozenset[str], np.ndarray] = {}

    def worth(subset: frozenset[str]) -> np.ndarray:
        return table.setdefault(subset, random.uniform(size=2))

    shares = average_over_orders(names, worth)
    gains = {name: [] for name in names}
    for order in permutations(names):
        for place, name in enumerate(order):
            before = frozenset(order[:place])
            gains[name].append(worth(before | {name}) - worth(before))
    for name in names:
        np.testing.assert_allclose(shares[name], np.mean(gains[name], axis=0), rtol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_contributions_add_up_to_the_whole(method: str) -> None:
    result = adjust(areas(), FACTORS, method=method, population="log")
    shares = result.contributions()
    assert set(shares["term"]) == {"nation", "deprivation", "lone_parents", "population"}
    whole = result.r_squared.set_index("scope")
    level = adjust(areas(), method=method, nation="none").r_squared.set_index("scope")
    version = "ordinary" if method == "ols" else "population_weighted"
    total = shares[(shares["scope"] == "all areas") & (shares["version"] == version)]
    # methods whose common level is that of the version start from nothing
    start = level.loc["all areas", version]
    if method != "negative_binomial":
        assert start == pytest.approx(0.0, abs=1e-12)
        assert total["average_over_orders"].sum() == pytest.approx(whole.loc["all areas", version], rel=1e-8)
    deviance = shares[(shares["scope"] == "all areas") & (shares["version"] == "deviance")]
    if method not in ("ols", "weighted"):
        assert (deviance[["alone", "last", "average_over_orders"]] >= -1e-12).all().all()
        assert deviance["average_over_orders"].sum() == pytest.approx(
            whole.loc["all areas", "deviance"], rel=1e-8
        )


def test_within_nations_their_levels_are_given() -> None:
    result = adjust(areas(), FACTORS)
    shares = result.contributions()
    within = shares[shares["scope"] != "all areas"]
    assert set(within["scope"]) == {"within nations", "England", "Wales"}
    assert set(within["term"]) == set(FACTORS)
    total = within.groupby(["scope", "version"])["average_over_orders"].sum()
    whole, levels = (one.r_squared.set_index("scope") for one in (result, adjust(areas())))
    for scope in ("within nations", "England", "Wales"):
        for version in ("ordinary", "log_rate", "deviance"):
            gained = whole.loc[scope, version] - levels.loc[scope, version]
            assert total[scope, version] == pytest.approx(gained, abs=1e-9)
    # each nation's own pooled rate explains nothing of its deviance
    assert levels.loc[["England", "Wales"], "deviance"].abs().max() < 1e-9
    assert within["average_over_orders"].abs().max() < 1


def test_factors_that_do_not_overlap_count_the_same_in_every_order() -> None:
    # a balanced grid: the factors are orthogonal, so least squares gives each one share whatever the order
    df = areas(36)
    grid = np.array([(a, b) for a in range(6) for b in range(6)], dtype=float)
    df["deprivation"], df["lone_parents"] = grid.T
    shares = adjust(df, FACTORS, method="ols", nation="none").contributions()
    ordinary = shares[(shares["version"] == "ordinary") & (shares["scope"] == "all areas")]
    np.testing.assert_allclose(ordinary["alone"], ordinary["last"], rtol=1e-9)
    np.testing.assert_allclose(ordinary["alone"], ordinary["average_over_orders"], rtol=1e-9)


def test_last_is_what_dropping_the_term_costs() -> None:
    df = areas()
    shares = adjust(df, FACTORS).contributions().set_index(["scope", "term", "version"])
    with_both = adjust(df, FACTORS).r_squared.set_index("scope").loc["England", "log_rate"]
    without = adjust(df, ["deprivation"]).r_squared.set_index("scope").loc["England", "log_rate"]
    assert shares.loc[("England", "lone_parents", "log_rate"), "last"] == pytest.approx(with_both - without)


def test_negative_binomial_deviance_share_is_that_of_statsmodels() -> None:
    import statsmodels.api as sm

    df = areas()
    result = adjust(df, FACTORS, method="negative_binomial", nation="none", standardise="none")
    family = sm.families.NegativeBinomial(alpha=result.overdispersion)
    matrix = sm.add_constant(df[FACTORS].to_numpy())
    other = sm.GLM(df["children"], matrix, family=family, offset=np.log(df["population"])).fit()
    share = 1 - other.deviance / other.null_deviance
    # the null fit of statsmodels stops at a relative change of 1e-8 in the deviance
    assert result.r_squared["deviance"].iloc[0] == pytest.approx(share, abs=1e-6)
