"""Do the rule, the probabilities and the intervals do what they say when the truth is known?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import carerates as cr
from carerates.tables import RateDraws
from carerates.trends.chances import Chances, chances_from_counts
from carerates.trends.criteria import Rule
from carerates.trends.expectations import Expectation
from carerates.trends.panels import Panel

# children looked after in the 22 Welsh authorities at 31 March 2016 (StatsWales, rounded to 5)
WALES_2016 = np.array(
    [
        110,
        205,
        170,
        175,
        210,
        200,
        80,
        125,
        215,
        510,
        375,
        380,
        195,
        645,
        625,
        275,
        190,
        270,
        130,
        295,
        150,
        140,
    ]
)
POPULATION = 1e6 * np.ones(22)


def test_if_all_rose_alike_half_are_still_called_increasing() -> None:
    rng = np.random.default_rng(20260331)
    counts = np.stack(
        [rng.poisson(WALES_2016, (20_000, 22)), rng.poisson(1.21 * WALES_2016, (20_000, 22))], axis=2
    )
    # each draw stands for one history of published figures; the probabilities then are shares of histories
    histories = RateDraws(
        1e4 * counts / 1e6, tuple(f"A{one:02d}" for one in range(22)), (2016, 2020), np.full((22, 2), 1e6)
    )
    frame = cr.classify(histories, cr.rules.wcpp(shortfall=None), k=None).to_frame()
    # Monte Carlo error of the first sum is about 0.02, of the second 0.002
    assert frame["probability_increasing"].sum() == pytest.approx(11.0, abs=0.1)
    assert frame["probability_decreasing"].sum() == pytest.approx(0.1, abs=0.05)


def simulated(
    rng: np.random.Generator, base: np.ndarray, change: np.ndarray, survival: float, *, rounded: bool
) -> np.ndarray:
    """Counts at two dates five years apart that share survivors, rounded to 5 where asked."""
    shared_mean = np.minimum(base * survival**5, base * np.exp(change))
    shared = rng.poisson(shared_mean)
    first = shared + rng.poisson(base - shared_mean)
    last = shared + rng.poisson(base * np.exp(change) - shared_mean)
    counts = np.stack([first, last], axis=1).astype(float)
    return 5 * np.round(counts / 5) if rounded else counts


def chances(counts: np.ndarray, rule: Rule) -> Chances:
    areas = len(counts)
    labels = pd.DataFrame({"area_code": range(areas), "area_name": "", "nation": "Wales", "region": ""})
    people = np.full((areas, 2), 50_000.0)
    rates = 1e4 * counts / people
    words = np.full((areas, 2), "", dtype=object)
    panel = Panel(
        labels, (rule.start, rule.end), "computed", rates, rates, rates, counts, people, words, words
    )
    unknown = np.full(areas, np.nan)
    return chances_from_counts(
        panel,
        rule,
        Expectation(unknown, unknown),
        national=None,
        survival=0.74,
        prior_scale=0.05,
        interval=0.95,
        k=None,
    )


def replicate(
    base: np.ndarray, spread: float | None, replicates: int, *, rounded: bool, mean: float = 0.05
) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and truths, shape (replicates, areas, 2): increasing, decreasing.

    Without a spread, each replicate has one of its own, drawn from the prior.
    """
    rng = np.random.default_rng(7)
    rule = Rule("national", 2013, 2018, -10.0, None)
    said, true = [], []
    for _ in range(replicates):
        own = abs(rng.normal(0, 0.25)) if spread is None else spread
        change = rng.normal(mean, own, len(base))
        found = chances(simulated(rng, base, change, 0.74, rounded=rounded), rule)
        national = np.log((base * np.exp(change)).sum() / base.sum())
        said.append(np.stack([found.increasing, found.decreasing], axis=1))
        true.append(np.stack([change > national, change <= np.log(0.9)], axis=1))
    return np.array(said), np.array(true, dtype=float)


@pytest.mark.slow
@pytest.mark.parametrize(("copies", "spread"), [(1, None), (8, 0.05), (8, 0.15), (8, 0.25)])
def test_probabilities_are_calibrated(copies: int, spread: float | None) -> None:
    # 22 areas cannot fix the spread, so theirs is drawn from the prior as the method supposes; with 172 of
    # the same sizes the figures speak for themselves at any true spread.  Figures of the 22 are rounded to 5.
    base = np.tile(WALES_2016, copies)[:172].astype(float)
    said, true = replicate(base, spread, 300 // copies, rounded=copies == 1)
    edges = np.array([0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0])
    for which in (0, 1):
        p, y = said[..., which].ravel(), true[..., which].ravel()
        for low, high in pairwise(edges):
            rows = (p >= low) & (p <= high)
            if rows.sum() < 200:
                continue
            # areas of one replicate share a national mean and an estimated spread, so they are not
            # independent; 0.05 is about three standard errors of the smallest bins
            assert y[rows].mean() == pytest.approx(p[rows].mean(), abs=0.05), (which, low, high)


@pytest.mark.slow
@pytest.mark.parametrize("copies", [1, 8])
@pytest.mark.parametrize("spread", [0.05, 0.15])
def test_false_labels_stay_under_the_nominal_share(copies: int, spread: float) -> None:
    base = np.tile(WALES_2016, copies)[:172].astype(float)
    said, true = replicate(base, spread, 200 // copies, rounded=copies == 1)
    flagged = said >= 0.8
    # one label in five may be false where 0.8 is asked for, at any true spread
    assert flagged.sum() >= 20
    assert 1 - true[flagged].mean() <= 0.2


@pytest.mark.slow
@pytest.mark.parametrize("copies", [1, 8])
def test_if_all_rose_alike_the_probability_classes_stay_uncertain(copies: int) -> None:
    base = np.tile(WALES_2016, copies)[:172].astype(float)
    said, _ = replicate(base, 0.0, 120 // copies, rounded=copies == 1, mean=np.log(1.21))
    flagged = (said >= 0.8).sum(axis=(1, 2))
    # the published rule would flag half of them
    assert flagged.mean() < 0.04 * len(base)


@pytest.mark.slow
@pytest.mark.parametrize("children", [20, 80, 300])
@pytest.mark.parametrize("rounded", [False, True])
def test_change_intervals_hold_95_per_cent(children: int, rounded: bool) -> None:
    rng = np.random.default_rng(11)
    runs, change = 4000, np.log(1.2)
    counts = simulated(rng, np.full(runs, float(children)), np.full(runs, change), 0.74, rounded=rounded)
    frame = pd.DataFrame(
        {
            "area_code": np.repeat([f"A{one:04d}" for one in range(runs)], 2),
            "year": np.tile([2013, 2018], runs),
            "children": counts.ravel(),
            "population": 50_000,
            "status": "rounded_to_5" if rounded else "exact",
        }
    )
    found = cr.change(frame, 2013, 2018).to_frame()
    covered = (found["percent_lower"] <= 20) & (found["percent_upper"] >= 20)
    scale = 1e4 / 50_000
    truth = children * 0.2 * scale
    absolute = (found["absolute_lower"] <= truth) & (found["absolute_upper"] >= truth)
    # standard error 0.0034; at 20 children the delta method and rounding to 5 leave up to 2 points
    allowed = 0.03 if children == 20 else 0.015
    assert covered.mean() == pytest.approx(0.95, abs=allowed)
    # exact limits of each rate make the limits of the difference cautious, never short
    assert 0.94 < absolute.mean() < 0.99
