"""Associations over areas, measured the same way for every chart of a report."""

from __future__ import annotations

import numpy as np
import pandas as pd
from printed import Association
from scipy import stats

Z_95 = 1.959963984540054


def rank_correlation(first: pd.Series, second: pd.Series) -> Association:
    """Return Spearman's rank correlation over the areas that have both figures, with its 95% interval.

    Notes
    -----
    Interval on Fisher's scale with the variance ``(1 + rho**2 / 2) / (n - 3)`` of Bonett and Wright (2000,
    doi:10.1007/BF02294183).  With 22 areas a correlation must exceed about 0.42 for its
    interval to leave out zero, so "no association" among Welsh areas alone is a weak finding.
    """
    pairs = pd.concat([first, second], axis=1, keys=["first", "second"]).dropna()
    areas = len(pairs)
    estimate = float(stats.spearmanr(pairs["first"], pairs["second"]).statistic)
    reach = Z_95 * float(np.sqrt((1 + estimate**2 / 2) / (areas - 3)))
    middle = np.arctanh(estimate)
    return Association(estimate, float(np.tanh(middle - reach)), float(np.tanh(middle + reach)), areas)
