"""Rates and counts of rows that were not fitted: later years, new areas, other values of the factors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from carerates.models.design.terms import Array
from carerates.models.results.estimates import central_interval
from carerates.models.results.extension import fitted_paths, new_paths, shared_trend
from carerates.models.results.new_rows import NewRows, need_matrix, new_rows, years_to_come
from carerates.models.results.simulation import draw_single_years
from carerates.models.spec import RateModel
from carerates.provenance import Provenance
from carerates.tables import RateDraws, RatesTable

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates

PER = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Underlying rates and counts of areas and years, in the draws of a fit.

    Attributes
    ----------
    settings : RateModel
        The fitted model.
    rows : NewRows
        Areas and years.
    rates, expected, single_year : array of float, shape (draws, areas, years)
        Underlying rates per 10,000, rates expected from the factors, and the rates of the single years that
        counts vary about: the underlying rate with one year's noise.
    children : array of float, shape (draws, areas, years)
        Counts that a publication of these rows could hold.
    fitted : array of float, shape (draws, areas, years)
        Underlying rates of the same draws as they were fitted; NaN for new areas and later years.
    checks : {"passed", "not passed"}
        Whether the fit passed its checks.
    provenance : Provenance
        Sources and steps.
    left_out : tuple of str
        Names of fitted areas that a forecast has nothing on, because their rows end before the last year.

    Notes
    -----
    Intervals of rates are credible intervals of the underlying rate; those of ``children`` and of
    ``rate_predicted`` are predictive: they allow for chance and for one year's noise too.

    Examples
    --------
    >>> import carerates as cr
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).select(area=["Cardiff", "Powys", "Conwy"])
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> cr.fit(model, rates, seed=1).forecast(1).to_frame()["year"].unique().tolist()
    [2019]
    """

    settings: RateModel
    rows: NewRows = field(repr=False)
    rates: Array = field(repr=False)
    expected: Array = field(repr=False)
    single_year: Array = field(repr=False)
    children: Array = field(repr=False)
    fitted: Array = field(repr=False)
    checks: str
    provenance: Provenance = field(repr=False)
    left_out: tuple[str, ...] = ()

    interval_kind: ClassVar[str] = "credible for underlying rates, predictive for counts; equal tails"
    interval_probability: ClassVar[float] = 0.95

    def rate_draws(self, *, single_year: bool = False) -> RateDraws:
        """Return joint draws of the predicted rates.

        Parameters
        ----------
        single_year : bool
            With one year's noise about the underlying rate, which is what a published figure varies about:
            for scoring forecasts (:func:`carerates.trends.score_forecasts`).  Without it the draws are of
            underlying rates.

        Notes
        -----
        Cells that were not asked for have population 0.
        """
        return RateDraws(
            rates=self.single_year if single_year else self.rates,
            area_codes=self.rows.area_codes,
            years=self.rows.years,
            population=self.rows.population.copy(),
            expected=self.expected,
        )

    def to_frame(self, *, probability: float = 0.95) -> pd.DataFrame:
        """Return one row for each area and year asked for.

        Parameters
        ----------
        probability : float
            Probability of the intervals (central, tails equal).

        Returns
        -------
        DataFrame
            ``underlying_rate_per_10000``, ``expected_rate_per_10000`` and ``ratio_to_expected`` as in
            :meth:`FittedRates.to_frame <carerates.FittedRates.to_frame>`; ``children_predicted`` and
            ``rate_predicted_per_10000`` with predictive intervals; ``ratio_to_fitted``, the rate over that of
            the same area and year as fitted (1 unless factors were changed); ``predicted_for`` says whether
            the row is a fitted one, a later year or a new area; ``checks`` whether the fit passed its checks.
        """
        if not 0 < probability < 1:
            raise ValueError(f"probability is between 0 and 1, such as 0.95; this is {probability!r}.")
        rows, tail = self.rows, f"{100 * probability:.4g}".replace(".", "_")
        where, years = np.nonzero(rows.asked)
        at = (slice(None), where, years)
        fitted_row = rows.position[where] >= 0
        known = np.isfinite(self.fitted[0][where, years])
        frame = pd.DataFrame(
            {
                "area_code": np.array(rows.area_codes)[where],
                "area_name": np.array(rows.area_names)[where],
                "nation": np.array(rows.nation_of_area)[where],
                "region": np.array(rows.region_of_area)[where],
                "year": np.array(rows.years)[years],
                "population": rows.population[where, years],
                "predicted_for": np.where(
                    known, "fitted area and year", np.where(fitted_row, "later year", "new area")
                ),
            }
        )
        of_child = PER / np.maximum(rows.population, 1e-300)
        for name, stem, draws in (
            ("underlying_rate_per_10000", "", self.rates[at]),
            ("expected_rate_per_10000", "expected_", self.expected[at]),
            ("ratio_to_expected", "ratio_", (self.rates / self.expected)[at]),
            ("children_predicted", "children_", self.children[at]),
            ("rate_predicted_per_10000", "rate_predicted_", (self.children * of_child)[at]),
            ("ratio_to_fitted", "ratio_to_fitted_", (self.rates / self.fitted)[at]),
        ):
            lower, upper = central_interval(draws, probability)
            frame[name] = np.median(draws, axis=0)
            frame[f"{stem}lower_{tail}"], frame[f"{stem}upper_{tail}"] = lower, upper
        frame["checks"] = self.checks
        return frame

    def summary(self) -> str:
        """Return a paragraph that a statistician could print."""
        frame = self.to_frame()
        kinds = frame["predicted_for"].value_counts()
        width = (frame["rate_predicted_upper_95"] - frame["rate_predicted_lower_95"]) / (
            2 * frame["rate_predicted_per_10000"].clip(lower=1e-9)
        )
        said = ", ".join(
            f"{number} of {kind}s"
            if kind != "fitted area and year"
            else f"{number} of fitted areas and years"
            for kind, number in kinds.items()
        )
        parts = [
            f"Predicted rates of {len(self.rows.area_codes)} areas, {self.rows.years[0]} to "
            f"{self.rows.years[-1]} ({said}). The 95% predictive interval of a published rate is about "
            f"+-{100 * width.median():.0f}% wide."
        ]
        if self.checks != "passed":
            parts.insert(0, "DO NOT RELY ON THESE FIGURES: the fit did not pass its checks.")
        parts.append(
            "Predictions suppose that years to come and other areas are like those fitted; no policy or "
            "event is in them, and a changed factor shows what goes with it, not what it would cause."
        )
        if self.left_out:
            parts.append(f"Not forecast, because their rows end earlier: {', '.join(self.left_out)}.")
        return " ".join(parts)

    def __str__(self) -> str:
        return self.summary()


def predict_rows(fit: FittedRates, rates: RatesTable, seed: int) -> Prediction:
    """Predict rows in the draws of a fit; see :meth:`carerates.FittedRates.predict`."""
    design, posterior = fit.design, fit.posterior
    new = new_rows(design, rates)
    rng = np.random.default_rng([seed, 6])
    first = design.panel.years[0]
    steps = max(0, new.years[-1] - design.panel.years[-1])
    wanted = [year - first for year in new.years]
    matrix, used = need_matrix(design, new)
    shape = (posterior.draws, *new.asked.shape)
    need: Array = (posterior.shared[:, used] @ matrix.reshape(-1, matrix.shape[2]).T).reshape(shape)
    # one draw of what is to come for all areas that share a trend
    shared_path = (
        None
        if design.model.time_by == "nation"
        else shared_trend(design, posterior, design.panel.nations[0], steps, rng)
    )
    for nation in sorted(set(new.nation_of_area)):
        path = shared_trend(design, posterior, nation, steps, rng) if shared_path is None else shared_path
        mine = np.flatnonzero(np.array(new.nation_of_area) == nation)
        need[:, mine] += path[:, None, wanted]
    log_rates = need + _region_effects(fit, new, rng)[:, :, None]
    known = np.flatnonzero(new.position >= 0)
    fresh = np.flatnonzero(new.position < 0)
    if len(known):
        own = fitted_paths(design, posterior, [int(one) for one in new.position[known]], steps, rng)
        log_rates[:, known] += own[:, :, wanted]
        steady = design.shared_columns(("spatial", "error"))
        of_area = design.shared[new.position[known], 0][:, steady]
        log_rates[:, known] += (posterior.shared[:, steady] @ of_area.T)[:, :, None]
    if len(fresh):
        # a new area is nobody's neighbour: its part of the map is drawn alone, within the same spread
        log_rates[:, fresh] += new_paths(design, posterior, len(fresh), steps, rng)[:, :, wanted]
    single, children = draw_single_years(design.model, posterior, log_rates, new.population, rng)
    return Prediction(
        design.model,
        new,
        PER * np.exp(log_rates),
        PER * np.exp(need),
        PER * np.exp(single),
        children,
        _as_fitted(fit, new),
        fit.checks,
        fit.provenance.then(
            f"predicted {int(new.asked.sum())} rows, {new.years[0]} to {new.years[-1]}, "
            f"{len(fresh)} areas of them new; seed {seed}"
        ),
    )


def _region_effects(fit: FittedRates, new: NewRows, rng: np.random.Generator) -> Array:
    """Return each area's region effect, drawn for regions that were not fitted, shape (draws, areas)."""
    design, posterior = fit.design, fit.posterior
    result = np.zeros((posterior.draws, len(new.area_codes)))
    names = {
        name.removeprefix("region:"): at
        for at, name in enumerate(design.shared_names)
        if name.startswith("region:")
    }
    panel = design.panel
    several = {
        nation
        for nation, region in zip(panel.nation_of_area, panel.region_of_area, strict=True)
        if region in names
    }
    drawn: dict[tuple[str, str], Array] = {}
    for column, (nation, region) in enumerate(zip(new.nation_of_area, new.region_of_area, strict=True)):
        if region in names:
            result[:, column] = posterior.shared[:, names[region]]
        elif nation in several:
            if (nation, region) not in drawn:
                drawn[nation, region] = posterior.spreads["sd_region"] * rng.standard_normal(posterior.draws)
            result[:, column] = drawn[nation, region]
    return result


def _as_fitted(fit: FittedRates, new: NewRows) -> Array:
    """Return the fitted rates of the same areas and years; NaN where there is none."""
    panel = fit.design.panel
    result = np.full((fit.posterior.draws, *new.asked.shape), np.nan)
    known = np.flatnonzero(new.position >= 0)
    years = [at for at, year in enumerate(new.years) if year in panel.years]
    if len(known) and years:
        rates = PER * np.exp(fit.posterior.log_rates(fit.design))
        there = [panel.years.index(new.years[at]) for at in years]
        result[:, known[:, None], years] = rates[:, new.position[known][:, None], there]
    return result


def forecast_rows(fit: FittedRates, years: int, population: pd.DataFrame | None, seed: int) -> Prediction:
    """Predict the years after the last fitted one; see :meth:`carerates.FittedRates.forecast`."""
    rates = years_to_come(fit, years, population)
    found = predict_rows(fit, rates, seed)
    panel, there = fit.design.panel, set(found.rows.area_codes)
    ended = tuple(
        name for code, name in zip(panel.area_codes, panel.area_names, strict=True) if code not in there
    )
    if not ended:
        return found
    step = f"not forecast, because their rows end before {panel.years[-1]}: {', '.join(ended)}"
    return replace(found, left_out=ended, provenance=found.provenance.then(step))
