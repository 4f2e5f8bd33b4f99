"""Would the fitted model have produced figures like these? Checks on what comparisons of areas rest on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.models.design.terms import Array
from carerates.models.results.simulation import draw_single_years

if TYPE_CHECKING:
    from carerates.models.design.arrays import Design
    from carerates.models.results.fitted import FittedRates

Mask = NDArray[np.bool_]
WINDOW = 5  # years of a change, as classifications of areas use


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveChecks:
    """Statistics of the published counts beside those of counts that the model would produce.

    Attributes
    ----------
    observed : dict of str to float
        Statistics of the published counts.
    replicated : dict of str to array of float, shape (draws,)
        The same statistics of replicated counts, rounded and suppressed as the published ones were.

    Examples
    --------
    >>> import numpy as np
    >>> from carerates.models import PredictiveChecks
    >>> replicated = np.array([0.9, 1.0, 1.1, 1.2])
    >>> PredictiveChecks({"variance over mean": 1.1}, {"variance over mean": replicated}).to_frame().shape[0]
    1
    """

    observed: dict[str, float]
    replicated: dict[str, Array] = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each statistic: observed, replicated median and 95% interval, tail probability.

        ``tail_probability`` is twice the smaller share of replications at or beyond the observed value;
        a small one names something that the model does not reproduce.
        """
        rows = []
        for name, observed in self.observed.items():
            draws = self.replicated[name]
            draws = draws[np.isfinite(draws)]
            if not len(draws) or not np.isfinite(observed):
                continue
            tail = min((draws >= observed).mean(), (draws <= observed).mean())
            lower, middle, upper = np.quantile(draws, [0.025, 0.5, 0.975])
            rows.append(
                {
                    "statistic": name,
                    "observed": observed,
                    "replicated": float(middle),
                    "lower_95": float(lower),
                    "upper_95": float(upper),
                    "tail_probability": float(min(1.0, 2 * tail)),
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Name what the model does not reproduce."""
        table = self.to_frame()
        missed = table[table["tail_probability"] < 0.01]
        if missed.empty:
            return f"The model reproduces all {len(table)} statistics checked."
        said = "; ".join(
            f"{row.statistic} is {row.observed:.3g} where the model expects {row.lower_95:.3g} "
            f"to {row.upper_95:.3g}"
            for row in missed.itertuples()
        )
        return f"The model does not reproduce {len(missed)} of {len(table)} statistics: {said}."


def check_predictions(fit: FittedRates, *, draws: int = 500, seed: int = 1) -> PredictiveChecks:
    """Compare published counts with counts that the fitted model would produce.

    Parameters
    ----------
    fit : FittedRates
        The fit.
    draws : int
        Replications.
    seed : int
        Seed of the replications.

    Examples
    --------
    >>> import carerates as cr
    >>> from carerates.models import check_predictions
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).select(area=["Cardiff", "Powys", "Conwy"])
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> check_predictions(cr.fit(model, rates, seed=1), draws=100).to_frame().columns.tolist()[:2]
    ['statistic', 'observed']
    """
    design = fit.design
    posterior = fit.posterior.thinned(draws)
    panel, rng = design.panel, np.random.default_rng([seed, 3])
    # a single year's noise is drawn anew whatever its distribution: with the noise that was fitted to each
    # count, the model would give every figure back, and no statistic could fail
    _, replicated = draw_single_years(
        design.model, posterior, posterior.log_rates(design), panel.population, rng
    )
    seen = np.isfinite(panel.low)
    published = np.where(seen, panel.children, np.nan)
    hidden = seen & np.isnan(panel.children)
    observed = _statistics(published, design, hidden)
    as_published = _rule_of_publication(design, hidden)
    rows = []
    for one in replicated:
        printed, suppressed = as_published(one)
        rows.append(_statistics(np.where(seen, printed, np.nan), design, suppressed & seen))
    drawn = {name: np.array([row.get(name, np.nan) for row in rows]) for name in observed}
    return PredictiveChecks(observed, drawn)


def _rule_of_publication(design: Design, hidden: Mask) -> Callable[[Array], tuple[Array, Mask]]:
    """Return what rounds and suppresses counts as the publication did: cell by cell, and small counts."""
    panel = design.panel
    base = np.where(np.isfinite(panel.children) & (panel.low < panel.high), panel.high - panel.low + 1, 1.0)
    shown = panel.children[panel.children > 0]
    # a cell that may be as high as a count that was shown is hidden for other reasons, whatever its count
    small = hidden & (panel.high < shown.min(initial=np.inf))
    low, high = (panel.low[small].min(), panel.high[small].max()) if small.any() else (np.inf, -np.inf)

    def as_published(counts: Array) -> tuple[Array, Mask]:
        suppressed = ((counts >= low) & (counts <= high)) | (hidden & ~small)
        return np.where(suppressed, np.nan, base * np.round(counts / base)), suppressed

    return as_published


def _statistics(counts: Array, design: Design, hidden: Mask) -> dict[str, float]:
    """Return the statistics of one panel of counts; none where every count is suppressed."""
    panel = design.panel
    log_rates = np.log((counts + 0.5) / panel.population)
    with_counts = np.flatnonzero(np.isfinite(counts).any(axis=0))
    if not len(with_counts):
        return {}
    last = int(with_counts[-1])
    result = _spread_of_year(counts[:, last], panel.population[:, last])
    if hidden.any() or np.isfinite(panel.low).sum() > np.isfinite(panel.children).sum():
        result["share of cells suppressed"] = float(hidden.sum() / np.isfinite(panel.low).sum())
    if counts.shape[1] > 1:
        before, after = log_rates[:, :-1], log_rates[:, 1:]
        both = np.isfinite(before) & np.isfinite(after)
        result["correlation of one year's log rates with the next's"] = float(
            np.corrcoef(before[both], after[both])[0, 1]
        )
        yearly = (after - before)[both]
        result["SD of one year's change in log rate"] = float(yearly.std())
        window = min(WINDOW, counts.shape[1] - 1)
        change = log_rates[:, last] - log_rates[:, last - window] if last >= window else np.array([])
        change = change[np.isfinite(change)]
        if len(change) > 1:
            result[f"SD of {window}-year change in log rate"] = float(change.std())
            result[f"areas that fell by 10% or more in {window} years"] = float((change <= np.log(0.9)).sum())
    return result


def _spread_of_year(counts: Array, population: Array) -> dict[str, float]:
    """Return how one year's rates spread about their pooled rate."""
    known = np.isfinite(counts)
    y, size = counts[known], population[known]
    expected = size * y.sum() / size.sum()
    z = 2 * (np.sqrt(y) - np.sqrt(expected))
    rates = np.sort((y + 0.5) / size)
    return {
        "over-dispersion of the last year (phi)": float((z**2).mean()),
        "areas outside 95% Poisson limits in the last year": float((np.abs(z) > 1.96).sum()),
        "highest rate over median rate in the last year": float(rates[-1] / np.median(rates)),
        "lowest rate over median rate in the last year": float(rates[0] / np.median(rates)),
    }
