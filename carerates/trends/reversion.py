"""How much of a change is a high or low start coming back to the middle?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carerates.errors import TableError
from carerates.provenance import NO_PROVENANCE, Provenance
from carerates.tables import RatesTable, as_rates
from carerates.trends.intervals import WELSH_SURVIVAL, Floats, percent_from_log, surviving_children
from carerates.trends.levels import LEVEL_SCALE, shrink_levels
from carerates.trends.panels import RateKind, cut_panel, require_years


@dataclass(frozen=True, slots=True)
class ReversionSettings:
    """What :func:`regression_to_mean` was asked."""

    start: int
    end: int
    base_years: int = 3
    rate: RateKind = "computed"
    survival: float = WELSH_SURVIVAL


@dataclass(frozen=True, slots=True, eq=False)
class Reversion:
    """Changes beside the same changes from a steadier base, and how start and change hang together.

    Attributes
    ----------
    settings : ReversionSettings
    frame : DataFrame
        One row per area; see :meth:`to_frame`.
    correlation : float
        Of the log rate at the start with the log change.
    correlation_earlier : float
        The same with the base taken from earlier years, which share no count with the change.
    correlation_successive : float
        Of the change with the change over the window of the same length before; NaN where not loaded.
    slope, slope_corrected : float
        Log change per unit of log rate at the start, as observed and with the counting error of the start
        taken out.
    provenance : Provenance

    Examples
    --------
    >>> import carerates as cr
    >>> found = cr.trends.regression_to_mean(cr.load_rates("wales", years=[2013, 2018]), 2013, 2018)
    >>> round(found.slope, 2), round(found.slope_corrected, 2)
    (-0.32, -0.3)
    """

    settings: ReversionSettings
    frame: pd.DataFrame = field(repr=False)
    correlation: float
    correlation_earlier: float
    correlation_successive: float
    slope: float
    slope_corrected: float
    provenance: Provenance = NO_PROVENANCE

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area.

        Columns: ``area_code, area_name, nation, region, rate_start, rate_start_shrunk`` (drawn to the
        nation's middle as far as its counting error justifies)``, rate_start_earlier`` (geometric mean of
        the years before the window)``, rate_end, percent_change, percent_change_shrunk_base,
        percent_change_earlier_base``, each as a percentage of its own base.
        """
        return self.frame.copy()

    def summary(self) -> str:
        """Describe the regression to the mean in a paragraph."""
        chosen = self.settings
        text = (
            f"From {chosen.start} to {chosen.end} the log rate at the start correlates "
            f"{self.correlation:+.2f} with the log change; a difference of 10% at the start goes with "
            f"{10 * self.slope:+.1f}% in the change, and {10 * self.slope_corrected:+.1f}% once the counting "
            "error of the start is taken out. "
        )
        if np.isfinite(self.correlation_earlier):
            text += (
                f"With the base from the {chosen.base_years} years before, which no count of the change "
                f"enters, the correlation is {self.correlation_earlier:+.2f}. "
            )
        if np.isfinite(self.correlation_successive):
            text += f"Successive windows correlate {self.correlation_successive:+.2f}. "
        return text + (
            "A negative correlation that vanishes with the other base is regression to the mean, not change."
        )


def regression_to_mean(
    rates: RatesTable | pd.DataFrame,
    start: int,
    end: int,
    *,
    base_years: int = 3,
    rate: RateKind = "computed",
    survival: float = WELSH_SURVIVAL,
    level_scale: float = LEVEL_SCALE,
) -> Reversion:
    """Answer how much of the change of high or low areas is regression to the mean, and correct for it.

    Parameters
    ----------
    rates : RatesTable or DataFrame
    start, end : int
        Years of the 31 March.
    base_years : int
        Years before ``start`` that give the other base.
    rate : {"computed", "children"}
        Which figure; published rates carry no counts and are refused.  With ``"children"`` sizes of areas
        differ, so the levels are not shrunk.
    survival : float
        Share of children still looked after a year later.
    level_scale : float
        Scale of the half-normal prior of how much log rates differ between areas.

    Returns
    -------
    Reversion

    Notes
    -----
    An area that is high by chance at the start tends to be lower later, whatever it does.  Selecting areas by
    their *end* rate does not remove that.  The corrected slope is that of a regression with error in the
    start, ``(cov + e) / (var - s)``, where ``s`` is the mean counting variance of the start and ``e`` what
    the start's counting error adds to the covariance with the change, children at both dates allowed for.

    References
    ----------
    Blomqvist N. On the relation between change and initial value. J Am Stat Assoc 1977;72:746-749.

    Examples
    --------
    >>> import carerates as cr
    >>> found = cr.trends.regression_to_mean(cr.load_rates("wales", years=range(2010, 2019)), 2013, 2018)
    >>> round(found.correlation, 2)
    -0.42
    """
    if rate == "published":
        raise ValueError("rate='published' carries no counting error; use rate='computed' or 'children'.")
    if isinstance(base_years, bool) or base_years < 1:
        raise ValueError(f"base_years must be 1 or more; this is {base_years!r}.")
    table = as_rates(rates)
    require_years(table, start, end)
    length = end - start
    earlier = [year for year in range(start - base_years, start) if year in table.years]
    before = [start - length] if start - length in table.years else []
    years = sorted({*earlier, *before, start, end})
    panel = cut_panel(table, years, rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(panel.rates > 0, np.log(panel.rates), np.nan)
    first, last = logs[:, panel.at(start)], logs[:, panel.at(end)]
    counts = panel.children[:, [panel.at(start), panel.at(end)]]
    known = np.isfinite(first) & np.isfinite(last) & (counts > 0).all(axis=1)
    if known.sum() < 3:
        raise TableError(
            f"Only {int(known.sum())} areas have counts above zero in {start} and {end}; 3 are needed."
        )
    base = (
        logs[:, [panel.at(year) for year in earlier]].mean(axis=1) if earlier else np.full(len(logs), np.nan)
    )
    level = np.where(known, first, np.nan)
    shrunk = (
        level
        if rate == "children"
        else shrink_levels(level, counts[:, 0], panel.labels["nation"], level_scale)
    )
    frame = panel.labels.assign(
        rate_start=panel.rates[:, panel.at(start)],
        rate_start_shrunk=np.exp(shrunk),
        rate_start_earlier=np.exp(base),
        rate_end=panel.rates[:, panel.at(end)],
        percent_change=percent_from_log(last - first, "start"),
        percent_change_shrunk_base=percent_from_log(last - shrunk, "start"),
        percent_change_earlier_base=percent_from_log(last - base, "start"),
    )
    shared = surviving_children(counts[:, 0], length, survival)
    shared = np.minimum(shared, np.minimum(counts[:, 0], counts[:, 1]))
    slopes = _slopes(first[known], (last - first)[known], counts[known], shared[known])
    previous = first - logs[:, panel.at(before[0])] if before else np.full(len(logs), np.nan)
    settings = ReversionSettings(start, end, base_years, rate, survival)
    base_told = ", ".join(map(str, earlier)) or "no earlier year"
    step = f"start rates of {start} set beside shrunk ones and the mean of {base_told}"
    return Reversion(
        settings,
        frame,
        _correlation(first, last - first),
        _correlation(base, last - first),
        _correlation(previous, last - first),
        *slopes,
        table.provenance.then(step),
    )


def _correlation(one: Floats, other: Floats) -> float:
    """Correlate two series over the areas that have both; NaN where fewer than 3 or one is constant."""
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3 or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return float("nan")
    return float(np.corrcoef(one[known], other[known])[0, 1])


def _slopes(first: Floats, change: Floats, counts: Floats, shared: Floats) -> tuple[float, float]:
    """Return the slope of change on start, as observed and corrected for counting error."""
    covariance = np.cov(first, change)
    noise = 1 / counts[:, 0]
    common = shared / (counts[:, 0] * counts[:, 1])
    spread = covariance[0, 0] - noise.mean()
    slope = covariance[0, 1] / covariance[0, 0] if covariance[0, 0] > 0 else float("nan")
    # where counting error alone explains how areas differ at the start, there is nothing left to regress on
    corrected = (covariance[0, 1] + (noise - common).mean()) / spread if spread > 0 else float("nan")
    return float(slope), float(corrected)
