"""Two groups that are taken as independent respondents: t tests, effect sizes, shares, chi-squared.

Plain numbers in, plain numbers out.  None of this knows about areas; :mod:`carerates.survey.clusters` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TTest:
    """A t test: the difference (second mean minus first), its standard error, t, df and two-sided p."""

    difference: float
    standard_error: float
    t: float
    df: float
    p_value: float


def t_test(
    mean_1: float, sd_1: float, n_1: float, mean_2: float, sd_2: float, n_2: float, *, welch: bool = False
) -> TTest:
    """Return Student's (pooled) or Welch's t test from summaries.

    References
    ----------
    Welch BL (1947), doi:10.1093/biomet/34.1-2.28.
    """
    first, second = sd_1**2 / n_1, sd_2**2 / n_2
    if welch:
        variance = first + second
        bottom = first**2 / (n_1 - 1) + second**2 / (n_2 - 1)
        df = variance**2 / bottom if bottom > 0 else n_1 + n_2 - 2
    else:
        df = n_1 + n_2 - 2
        variance = ((n_1 - 1) * sd_1**2 + (n_2 - 1) * sd_2**2) / df * (1 / n_1 + 1 / n_2)
    return t_result(mean_2 - mean_1, sqrt(variance), df)


def t_result(difference: float, standard_error: float, df: float) -> TTest:
    """Return the t test of an estimate."""
    from scipy.special import stdtr

    if standard_error == 0:
        t = 0.0 if difference == 0 else float(np.copysign(np.inf, difference))
    else:
        t = difference / standard_error
    return TTest(difference, standard_error, t, df, float(2 * stdtr(df, -abs(t))))


def t_interval(test: TTest, probability: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of the difference."""
    from scipy.special import stdtrit

    half = float(stdtrit(test.df, (1 + probability) / 2)) * test.standard_error
    return test.difference - half, test.difference + half


def hedges_g(
    mean_1: float, sd_1: float, n_1: int, mean_2: float, sd_2: float, n_2: int, probability: float = 0.95
) -> tuple[float, float, float]:
    """Return Hedges' g (second minus first, in pooled SDs, bias removed) with its interval.

    The interval inverts the noncentral t distribution of t and is exact for independent normal respondents.

    References
    ----------
    Hedges LV (1981), doi:10.3102/10769986006002107; Steiger JH (2004), doi:10.1037/1082-989X.9.2.164.
    """
    df = n_1 + n_2 - 2
    pooled = sqrt(((n_1 - 1) * sd_1**2 + (n_2 - 1) * sd_2**2) / df)
    if pooled == 0:
        return float("nan"), float("nan"), float("nan")
    correction = exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
    scale = sqrt(1 / n_1 + 1 / n_2)
    d = (mean_2 - mean_1) / pooled
    tail = (1 - probability) / 2
    lower = noncentrality(d / scale, df, 1 - tail) * scale
    upper = noncentrality(d / scale, df, tail) * scale
    return d * correction, lower * correction, upper * correction


def noncentrality(t: float, df: float, probability: float) -> float:
    """Return the noncentrality at which a noncentral t lies below ``t`` with ``probability``."""
    from scipy.optimize import brentq
    from scipy.special import nctdtr

    def excess(delta: float) -> float:
        return float(nctdtr(df, delta, t)) - probability

    spread = 4.0 + 4.0 * sqrt(1 + t * t / (2 * df))
    return float(brentq(excess, t - spread, t + spread, xtol=1e-9))


def wilson_interval(count: float, total: float, probability: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share.

    References
    ----------
    Wilson EB (1927), doi:10.1080/01621459.1927.10502953.
    """
    from scipy.special import ndtri

    z = float(ndtri((1 + probability) / 2))
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe_interval(
    count_1: float, total_1: float, count_2: float, total_2: float, probability: float = 0.95
) -> tuple[float, float]:
    """Return Newcombe's interval of the difference of two shares, second minus first.

    References
    ----------
    Newcombe RG (1998), method 10, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    first, second = count_1 / total_1, count_2 / total_2
    low_1, high_1 = wilson_interval(count_1, total_1, probability)
    low_2, high_2 = wilson_interval(count_2, total_2, probability)
    difference = second - first
    return (
        difference - sqrt((second - low_2) ** 2 + (high_1 - first) ** 2),
        difference + sqrt((high_2 - second) ** 2 + (first - low_1) ** 2),
    )


@dataclass(frozen=True, slots=True)
class SharesTest:
    """Tests of two shares: statistics on 1 df with p values, Fisher's exact p and its mid-p."""

    chi_squared: float
    chi_squared_p: float
    yates: float
    yates_p: float
    fisher_p: float
    mid_p: float


def shares_test(count_1: int, total_1: int, count_2: int, total_2: int) -> SharesTest:
    """Test whether two shares are the same, in four ways."""
    from scipy.special import chdtrc

    other_1, other_2 = total_1 - count_1, total_2 - count_2
    n = total_1 + total_2
    margins = (count_1 + count_2) * (other_1 + other_2) * total_1 * total_2
    if margins == 0:
        return SharesTest(0.0, 1.0, 0.0, 1.0, 1.0, 1.0)
    cross = abs(count_1 * other_2 - count_2 * other_1)
    plain = n * cross**2 / margins
    corrected = n * max(0.0, cross - n / 2) ** 2 / margins
    exact, middle = _fisher(count_1, total_1, count_2, total_2)
    return SharesTest(plain, float(chdtrc(1, plain)), corrected, float(chdtrc(1, corrected)), exact, middle)


def _fisher(count_1: int, total_1: int, count_2: int, total_2: int) -> tuple[float, float]:
    """Return Fisher's two-sided p (all tables no likelier than this one) and its mid-p."""
    successes = count_1 + count_2
    cells = np.arange(max(0, successes - total_2), min(successes, total_1) + 1)

    def choose(n: int, k: int) -> float:
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

    whole = choose(total_1 + total_2, successes)
    weights = np.array(
        [exp(choose(total_1, int(k)) + choose(total_2, successes - int(k)) - whole) for k in cells]
    )
    here = weights[count_1 - cells[0]]
    p = float(weights[weights <= here * (1 + 1e-7)].sum())
    return min(1.0, p), min(1.0, p - here / 2)


def benjamini_hochberg(p_values: Array) -> Array:
    """Return p values adjusted for the false discovery rate; empty ones stay empty.

    References
    ----------
    Benjamini Y, Hochberg Y (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    values = np.asarray(p_values, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    given = np.flatnonzero(~np.isnan(values))
    order = given[np.argsort(values[given])]
    count = order.size
    raised = values[order] * count / np.arange(1, count + 1)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(raised[::-1])[::-1])
    return adjusted
