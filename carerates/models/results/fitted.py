"""What a fitted model says about every area's rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from carerates.errors import ModelError
from carerates.models.checks.diagnostics import Diagnostics
from carerates.models.checks.predictive import PredictiveChecks, check_predictions
from carerates.models.design.arrays import NEED, Design
from carerates.models.results.area_tables import PER, area_table, draws_of_year, group_table
from carerates.models.results.decomposition import explained_variance, nation_gap
from carerates.models.results.estimates import check_probability, exceedance
from carerates.models.results.gradient import gradient_table
from carerates.models.results.learned import prior_and_posterior
from carerates.models.results.new_rows import rows_to_predict
from carerates.models.results.parameter_tables import coefficient_table, hyperparameter_table, scale_table
from carerates.models.results.posterior import Posterior
from carerates.models.results.prediction import Prediction, forecast_rows, predict_rows
from carerates.models.results.residuals import count_residuals, likeness_of_neighbours
from carerates.models.spec import RateModel
from carerates.provenance import Provenance
from carerates.tables import RateDraws, RatesTable


@dataclass(frozen=True, slots=True, eq=False)
class FittedRates:
    """Underlying rates of a fitted :class:`~carerates.models.RateModel`, with joint uncertainty.

    Attributes
    ----------
    settings : RateModel
        The model.
    rates : RatesTable
        The table it was fitted to, without what was left out.
    diagnostics : Diagnostics
        Checks of the fit; ``diagnostics.passed`` must hold before any figure is used.
    engine, seed : str, int
        How the draws were made.
    record : mapping of str to str
        Versions of the packages used, thread counts, seconds taken.
    left_out : DataFrame
        Areas and rows that the model could not use, with the reason.
    provenance : Provenance
        Sources and steps.

    Notes
    -----
    The *underlying* rate is what chance and the noise of a single year vary about: the mean of single years,
    but their median with ``likelihood="poisson_lognormal"``, where their mean is ``exp(noise^2 / 2)`` times
    as high (0.2% at a noise of 0.06).  Ratios are the same either way; counts that are predicted, and
    residuals, allow for it.  The *expected* rate is that of a typical area of the same nation and factors in
    that year: the median, so that half of such areas would lie above it.  Region and the area's own effects
    are left out of it.

    Examples
    --------
    >>> import carerates as cr
    >>> rates = cr.load_rates("wales", years=[2017, 2018]).select(area=["Cardiff", "Powys", "Conwy"])
    >>> model = cr.RateModel(time="linear", area_time="none")
    >>> fit = cr.fit(model, rates, seed=1)
    >>> fit.to_frame().shape[0], fit.diagnostics.passed
    (6, True)
    """

    settings: RateModel
    rates: RatesTable = field(repr=False)
    design: Design = field(repr=False)
    posterior: Posterior = field(repr=False)
    diagnostics: Diagnostics
    engine: str
    seed: int
    record: Mapping[str, str] = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    provenance: Provenance = field(repr=False)

    interval_kind: ClassVar[str] = "credible, equal tails"
    interval_probability: ClassVar[float] = 0.95

    @property
    def checks(self) -> str:
        """``"passed"`` if the fit passed every check, else ``"not passed"``; a column of every table."""
        return "passed" if self.diagnostics.passed else "not passed"

    # -- draws -------------------------------------------------------------------------------------

    def rate_draws(self, *, draws: int | None = None) -> RateDraws:
        """Return joint draws of underlying and expected rates, for classes, ranks and totals.

        Parameters
        ----------
        draws : int, optional
            Most draws to return, evenly spaced; all by default.

        Notes
        -----
        An area's population is 0 in years before its first row in the table and after its last.
        """
        posterior = self.posterior if draws is None else self.posterior.thinned(draws)
        return RateDraws(
            rates=PER * np.exp(posterior.log_rates(self.design)),
            area_codes=self.design.panel.area_codes,
            years=self.design.panel.years,
            population=self.design.panel.weight.copy(),
            expected=PER * np.exp(posterior.expected_log_rates(self.design, NEED)),
        )

    def to_xarray(self, *, draws: int | None = None) -> Any:  # noqa: ANN401 - an xarray.Dataset
        """Return the joint draws as an ``xarray.Dataset`` (extra ``bayes``)."""
        from carerates.models.results.storage import dataset_of

        return dataset_of(self, self.rate_draws(draws=draws))

    # -- areas -------------------------------------------------------------------------------------

    def to_frame(self, *, probability: float = 0.95) -> pd.DataFrame:
        """Return one row for each area and year: underlying, expected, ratio, shrinkage and rank.

        Parameters
        ----------
        probability : float
            Probability of the intervals (central, tails equal).

        Returns
        -------
        DataFrame
            ``underlying_rate_per_10000`` is the posterior median; ``ratio_to_expected`` compares it with
            ``expected_rate_per_10000``; ``expected_children`` is that rate times the children, and as it is
            of typical areas it does not add up to a nation's count; ``probability_above_expected`` is the
            posterior probability of a ratio above 1; ``shrinkage`` is the share of the prior variance of the
            area's own effect that the data left (0: the area's own figures decide, 1: the model does);
            ``predicted`` marks rows without a count; ``checks`` is ``"passed"`` or, in every row of a fit
            that failed one, ``"not passed"``.
        """
        return area_table(self, probability)

    def exceedance(self, threshold: float, *, year: int | None = None, of: str = "rate") -> pd.DataFrame:
        """Ask how probable it is that each area lies above a threshold.

        Parameters
        ----------
        threshold : float
            A rate per 10,000, or a ratio to expected.
        year : int, optional
            Year of the 31 March; the last by default.
        of : {"rate", "ratio"}
            What is compared.
        """
        at = self._year_position(year)
        if of not in ("rate", "ratio"):
            raise ValueError(f"of is 'rate' or 'ratio', not {of!r}.")
        if not np.isfinite(threshold):
            raise ValueError(f"threshold is a rate per 10,000 or a ratio; this is {threshold!r}.")
        rates, expected = draws_of_year(self, at)
        panel = self.design.panel
        return pd.DataFrame(
            {
                "area_code": panel.area_codes,
                "area_name": panel.area_names,
                "year": panel.years[at],
                "threshold": float(threshold),
                "probability_above": exceedance(rates if of == "rate" else rates / expected, threshold),
                "checks": self.checks,
            }
        )

    # -- other rows --------------------------------------------------------------------------------

    def predict(self, rates: RatesTable | pd.DataFrame, *, seed: int = 1) -> Prediction:
        """Ask what rates and counts other rows would have: later years, new areas, other factors.

        Parameters
        ----------
        rates : RatesTable or DataFrame
            Rows with ``area_code``, ``year``, ``population`` and the model's factors; counts are not used.
            A fitted area keeps its own effects; a new area takes its draws from the spread between areas, one
            for all its years; a later year follows from the model's trends.
        seed : int
            Seed of what is to come and of the counts.

        Returns
        -------
        Prediction
            In the same draws as the fit, so that a counterfactual can be compared draw by draw.

        Raises
        ------
        ModelError
            All that cannot be predicted, with reasons: a factor that is missing, a year before the first
            fitted one, a nation that was not fitted.
        """
        return predict_rows(self, rows_to_predict(self, rates), seed)

    def forecast(
        self, years: int = 2, *, population: pd.DataFrame | None = None, seed: int = 1
    ) -> Prediction:
        """Ask what range the next years' rates and counts may fall in.

        Parameters
        ----------
        years : int
            Years after the last fitted one.
        population : DataFrame, optional
            ``area_code``, ``year``, ``population`` of the years to come; the last year's by default.
        seed : int
            Seed of what is to come.

        Notes
        -----
        Factors stay as they last were; :meth:`predict` takes other values.  An area whose rows end before the
        last year is named in ``left_out``.  For :func:`carerates.trends.score_forecasts` pass
        ``forecast.rate_draws(single_year=True)``.
        """
        return forecast_rows(self, years, population, seed)

    # -- groups ------------------------------------------------------------------------------------

    def regions(self, *, probability: float = 0.95) -> pd.DataFrame:
        """Return rates of each region and year, weighted by population in each draw."""
        return group_table(self, "region", self.design.panel.region_of_area, probability)

    def nations(self, *, probability: float = 0.95) -> pd.DataFrame:
        """Return rates of each nation and year, weighted by population in each draw."""
        return group_table(self, "nation", self.design.panel.nation_of_area, probability)

    def gap(
        self,
        nation: str = "Wales",
        reference: str = "England",
        *,
        year: int | None = None,
        probability: float = 0.95,
    ) -> pd.DataFrame:
        """Compare two nations given need; see :func:`carerates.models.results.decomposition.nation_gap`."""
        check_probability(probability)
        at = self._year_position(year)
        table = nation_gap(self.design, self.posterior, nation, reference, at, probability)
        return table.assign(checks=self.checks)

    # -- parameters --------------------------------------------------------------------------------

    def coefficients(self, *, probability: float = 0.95) -> pd.DataFrame:
        """Return the fixed effects: on the log rate, and as rate ratios.

        A factor's effect is for one standard deviation of the factor among the areas of a nation; the columns
        ``mean`` and ``sd`` of :meth:`scales` give its units.
        """
        return coefficient_table(self, probability)

    def hyperparameters(self, *, probability: float = 0.95) -> pd.DataFrame:
        """Return standard deviations, correlations and noise, with intervals."""
        return hyperparameter_table(self, probability)

    def scales(self) -> pd.DataFrame:
        """Return mean and standard deviation with which each factor was standardised, by nation."""
        return scale_table(self)

    def prior_posterior(self, *, points: int = 101) -> pd.DataFrame:
        """Ask what the figures taught: the prior and posterior density of each effect and spread.

        Parameters
        ----------
        points : int
            Values at which each density is given.

        Returns
        -------
        DataFrame
            One row for each quantity and value: ``name``, ``kind`` (``"effect"`` on the log rate or
            ``"spread"``), ``meaning``, ``value``, ``prior_density``, ``posterior_density`` and ``prior`` in
            words.  Fixed quantities are left out.
        """
        return prior_and_posterior(self, points)

    def noise(self) -> float:
        """Return the posterior median of the noise of a single year, to lend to a one-year model.

        Lend from a panel model with ``area_time="none"``: where each area has a path of its own, the path
        takes most of what distinguishes single years, and what is left would be too small for one year.
        """
        if "noise" not in self.posterior.spreads:
            raise ModelError("This model has no noise of a single year: its likelihood is Poisson.")
        return float(np.median(self.posterior.spreads["noise"]))

    def explained(self, *, probability: float = 0.95) -> pd.DataFrame:
        """Ask how much of the variation between areas each part of the model accounts for.

        See :func:`carerates.models.results.decomposition.explained_variance`.
        """
        check_probability(probability)
        return explained_variance(self.design, self.posterior, probability).assign(checks=self.checks)

    def gradient(
        self,
        factor: str | None = None,
        *,
        year: int | None = None,
        points: int = 51,
        probability: float = 0.95,
    ) -> pd.DataFrame:
        """Ask what rate is expected along one factor in each nation.

        Parameters
        ----------
        factor : str, optional
            Which factor; the model's first by default.
        year : int, optional
            Year of the 31 March; the last by default.
        points : int
            Values of the factor, evenly spaced over those of the nation's areas.
        probability : float
            Probability of the intervals.

        Returns
        -------
        DataFrame
            ``nation, year, factor, value, expected_rate_per_10000`` with limits: the rate of a typical
            area with that value, other factors at the mean of its nation.  It says what goes with the factor,
            not what a change of it would cause.
        """
        return gradient_table(self, factor, self._year_position(year), points, probability)

    def predictive_checks(self, *, draws: int = 500, seed: int = 1) -> PredictiveChecks:
        """Ask whether the model would have produced figures like these.

        See :func:`carerates.models.checks.predictive.check_predictions`.
        """
        return check_predictions(self, draws=draws, seed=seed)

    def residuals(self) -> pd.DataFrame:
        """Ask how far each published count lies from what the fit expects of its area and year.

        See :func:`carerates.models.results.residuals.count_residuals`.
        """
        return count_residuals(self)

    def moran(
        self,
        *,
        year: int | None = None,
        neighbours: tuple[tuple[str, str], ...] = (),
        permutations: int = 999,
        probability: float = 0.95,
        seed: int = 1,
    ) -> pd.DataFrame:
        """Ask whether neighbouring areas are alike in what the factors, and the whole model, leave over.

        Parameters
        ----------
        year : int, optional
            Year of the 31 March; the last by default.
        neighbours : tuple of (str, str), optional
            Pairs of area codes; by default those of the model, or else of the authorities of Wales and
            England.
        permutations : int
            Arrangements of the same values over the map for ``permutation_p``.
        probability : float
            Probability of the intervals.
        seed : int
            Seed of the arrangements.

        Returns
        -------
        DataFrame
            Two rows.  ``"ratio to expected"``: Moran's I of the log ratio of underlying to expected rate,
            draw by draw (median and interval); high values say that what need does not account for follows
            the map.  ``"residuals"``: of standardised residuals, one value.  ``expected_by_chance`` is the
            mean over all arrangements, ``permutation_p`` the share of arrangements at least as high (of the
            posterior mean, for the ratio).  Areas without a neighbour are left out.
        """
        return likeness_of_neighbours(
            self,
            self._year_position(year),
            tuple(neighbours),
            permutations=permutations,
            seed=seed,
            probability=probability,
        )

    # -- the rest ----------------------------------------------------------------------------------

    def summary(self) -> str:
        """Return a paragraph that a statistician could print."""
        from carerates.models.results.reading import fit_in_words

        return fit_in_words(self)

    def __str__(self) -> str:
        return self.summary()

    def save(self, path: str | Path) -> Path:
        """Write everything to one netCDF file; see :func:`carerates.models.results.storage.save_fit`."""
        from carerates.models.results.storage import save_fit

        return save_fit(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> FittedRates:
        """Read what :meth:`save` wrote."""
        from carerates.models.results.storage import load_fit

        return load_fit(Path(path))

    def _year_position(self, year: int | None) -> int:
        """Return the position of a year; the last by default."""
        years = self.design.panel.years
        if year is None:
            return len(years) - 1
        if year not in years:
            raise ValueError(f"The fit holds {years[0]} to {years[-1]}; there is no {year}.")
        return years.index(year)
