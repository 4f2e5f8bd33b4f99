"""Did an area's yearly change itself change at some point, more than chance among many areas allows?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.breaks import describe_breaks
from carerates.trends.intervals import Floats
from carerates.trends.panels import RateKind, cut_panel

FEWEST_CHANGES = 8


@dataclass(frozen=True, slots=True)
class TurningSettings:
    """What :func:`turning_points` was asked."""

    false_discovery_rate: float = 0.05
    rate: RateKind = "computed"


@dataclass(frozen=True, slots=True, eq=False)
class TurningPoints:
    """One test per area of whether its yearly log change has a constant mean.

    Attributes
    ----------
    settings : TurningSettings
    frame : DataFrame
        One row per area; see :meth:`to_frame`.
    provenance : Provenance

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> level = [100, 104, 99, 103, 108, 101, 106, 110, 107]
    >>> rates = pd.DataFrame({"area_code": ["A"] * 9 + ["B"] * 9, "year": [*range(2010, 2019)] * 2,
    ...                       "children": level + [2 * one + 5 for one in level], "population": 20_000})
    >>> cr.trends.turning_points(rates).to_frame()["turning_year"].tolist()
    [2014, 2014]
    """

    settings: TurningSettings
    frame: pd.DataFrame = field(repr=False)
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area.

        Columns: ``area_code, area_name, nation, region, changes`` (yearly changes used)``, statistic,
        p_value, q_value`` (Benjamini-Hochberg over the areas)``, turned`` (q at or under the rate allowed)``,
        turning_year`` (31 March after which the change differs most, whether or not it is significant)``,
        percent_per_year_before, percent_per_year_after, breaks, reason``.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Describe the tests in a paragraph."""
        frame = self.frame
        tested = frame[frame["p_value"].notna()]
        turned = frame[frame["turned"]]
        text = (
            f"{len(tested)} of {len(frame)} areas have {FEWEST_CHANGES} consecutive yearly changes or more. "
            f"At a false discovery rate of {self.settings.false_discovery_rate:g}, {len(turned)} show a "
            "change in their yearly change"
        )
        named = [
            f"{name} after {year}"
            for name, year in zip(turned["area_name"], turned["turning_year"], strict=True)
        ]
        text += f": {', '.join(named)}." if named else "."
        return text + (
            " The test has little power in short series: an area not named here may have turned all the same."
        )


def turning_points(
    rates: RatesTable | pd.DataFrame,
    *,
    rate: RateKind = "computed",
    false_discovery_rate: float = 0.05,
) -> TurningPoints:
    """Answer in which areas the trend changed, and when, with many areas allowed for.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        At least nine consecutive years.
    rate : {"computed", "published", "children"}
    false_discovery_rate : float
        Share of false findings allowed among the areas named.

    Returns
    -------
    TurningPoints

    Raises
    ------
    TableError
        If no area has enough consecutive years.

    Notes
    -----
    The cumulative sum of the residuals of the yearly log changes about their mean (OLS-CUSUM,
    ``statsmodels.stats.diagnostic.breaks_cusumolsresid``), which looks at changes and not levels because
    stocks of the same children are correlated from year to year.  Its asymptotic p value is cautious in
    series this short.  The latest unbroken run of years is used.

    References
    ----------
    Ploberger W, Kramer W. The CUSUM test with OLS residuals. Econometrica 1992;60:271-285.
    Benjamini Y, Hochberg Y. Controlling the false discovery rate. J R Stat Soc B 1995;57:289-300.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> level = [100, 104, 99, 103, 108, 101, 106, 110, 107]
    >>> rates = pd.DataFrame({"area_code": ["A"] * 9 + ["B"] * 9, "year": [*range(2010, 2019)] * 2,
    ...                       "children": level + [2 * one + 5 for one in level], "population": 20_000})
    >>> found = cr.trends.turning_points(rates)
    >>> found.to_frame()[["changes", "turned"]].values.tolist()
    [[8, False], [8, False]]
    """
    if not 0 < false_discovery_rate < 1:
        raise ValueError(f"false_discovery_rate must be between 0 and 1; this is {false_discovery_rate!r}.")
    from statsmodels.stats.multitest import multipletests

    table = as_rates(rates)
    years = tuple(range(table.years[0], table.years[-1] + 1))
    panel = cut_panel(table, years, rate, published_decimals=None)
    rows = [_test_area(line, np.array(years)) for line in panel.rates]
    frame = pd.concat([panel.labels, pd.DataFrame(rows)], axis=1)
    tested = frame["p_value"].notna()
    if not tested.any():
        raise TableError(
            f"No area has {FEWEST_CHANGES + 1} consecutive years with a rate above zero; load more years."
        )
    frame["q_value"] = np.nan
    frame.loc[tested, "q_value"] = multipletests(frame.loc[tested, "p_value"], method="fdr_bh")[1]
    frame["turned"] = frame["q_value"] <= false_discovery_rate
    nations = panel.labels["nation"]
    frame["breaks"] = [
        describe_breaks(nations.iloc[[row]], int(year), int(year) + 1, rate)[0] if year else ""
        for row, year in enumerate(frame["turning_year"].fillna(0))
    ]
    frame["reason"] = np.where(tested, "", f"fewer than {FEWEST_CHANGES + 1} consecutive years")
    order = [*panel.labels.columns, "changes", "statistic", "p_value", "q_value", "turned", "turning_year"]
    order += ["percent_per_year_before", "percent_per_year_after", "breaks", "reason"]
    step = f"{int(tested.sum())} areas tested for a change in their yearly change (OLS-CUSUM with BH)"
    return TurningPoints(
        TurningSettings(false_discovery_rate, rate), frame[order], table.provenance.then(step)
    )


def _test_area(line: Floats, years: np.ndarray) -> dict[str, object]:
    """Test one area over its latest unbroken run of years."""
    from statsmodels.stats.diagnostic import breaks_cusumolsresid

    known = np.isfinite(line) & (line > 0)
    last = int(np.flatnonzero(known)[-1]) if known.any() else -1
    first = last
    while first > 0 and known[first - 1]:
        first -= 1
    changes = np.diff(np.log(line[first : last + 1])) if last > first else np.empty(0)
    found: dict[str, object] = {
        "changes": len(changes),
        "statistic": np.nan,
        "p_value": np.nan,
        "turning_year": pd.NA,
        "percent_per_year_before": np.nan,
        "percent_per_year_after": np.nan,
    }
    residuals = changes - changes.mean() if len(changes) else changes
    if len(changes) < FEWEST_CHANGES or np.ptp(changes) < 1e-12:
        return found
    statistic, p_value, _ = breaks_cusumolsresid(residuals, ddof=1)
    at = int(np.argmax(np.abs(np.cumsum(residuals)[:-1]))) + 1
    return found | {
        "statistic": float(statistic),
        "p_value": float(p_value),
        "turning_year": int(years[first + at]),
        "percent_per_year_before": 100 * float(np.expm1(changes[:at].mean())),
        "percent_per_year_after": 100 * float(np.expm1(changes[at:].mean())),
    }
