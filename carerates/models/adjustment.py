"""What rate would an area have if it were like others in its circumstances?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError, TableError
from carerates.models.adjustment_design import Design, build_design, nation_labels, require_identified
from carerates.models.adjustment_estimate import (
    PER,
    Estimate,
    estimate_rates,
    expected_counts,
    interval_quantile,
    predict_rates,
    rates_without_each,
    require_shared_coefficients,
)
from carerates.models.adjustment_settings import (
    METHODS,
    AdjustmentSettings,
    Method,
    NationTerm,
    PopulationTerm,
    Standardise,
    as_factor_names,
)
from carerates.models.explained import VERSIONS, average_over_orders, shares_explained
from carerates.provenance import Provenance
from carerates.tables import Factor, FactorsTable, RatesTable, as_rates

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PROBABILITY = 0.95
CAUTION = (
    "The expected rate describes areas, not children or families: an association between areas "
    "says neither who enters care nor why."
)
# every subset of the terms is fitted; ten terms are about a thousand fits
_MOST_TERMS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """Expected rates given circumstances, and how far each area lies from its own.

    Attributes
    ----------
    settings : AdjustmentSettings
        What was asked for.
    provenance : Provenance
        Sources and steps, with the areas left out.
    year : int
        Year of the 31 March.
    r_squared : DataFrame
        One row for all areas, one for within nations and one for each nation (``scope``), one column
        for each version of :data:`carerates.models.explained.VERSIONS`.
    coefficients : DataFrame
        ``term, estimate, standard_error, lower_95, upper_95``: on the log rate, or on the rate per
        10,000 for linear methods.
    scaling : DataFrame
        ``factor, nation, mean, standard_deviation`` that each factor was standardised with.
    dispersion : float
        Pearson chi-squared of the counts around the expected ones, over the degrees of freedom: 1 where
        they spread as chance (Poisson) alone would have it.  The same yardstick for every method.
    overdispersion : float
        Of the negative binomial: the variance is mean + overdispersion x mean^2; NaN for other methods.
    interval_kind, interval_probability
        Of ``expected_rate_lower_95`` and ``expected_rate_upper_95``.
    """

    settings: AdjustmentSettings
    provenance: Provenance
    year: int
    r_squared: pd.DataFrame = field(repr=False)
    coefficients: pd.DataFrame = field(repr=False)
    scaling: pd.DataFrame = field(repr=False)
    dispersion: float
    overdispersion: float
    frame: pd.DataFrame = field(repr=False)
    design: Design = field(repr=False)
    estimate: Estimate = field(repr=False)
    interval_kind: str = "confidence interval of the expected rate"
    interval_probability: float = PROBABILITY

    def to_frame(self) -> pd.DataFrame:
        """Return a copy, one row per area of the table.

        Returns
        -------
        DataFrame
            ``area_code, area_name, nation, year, children, population, rate_per_10000``;
            ``expected_children``, ``expected_rate_per_10000``; ``expected_log_standard_error`` (of the
            logarithm of the expected rate); ``ratio`` (observed over expected), ``percent_difference``;
            ``expected_rate_per_10000_left_out``, ``percent_difference_left_out`` (the area has no say in
            its own expectation); ``expected_rate_lower_95``, ``expected_rate_upper_95``; ``used`` (in the
            fit) and ``reason`` (why not; empty where it was).
        """
        return self.frame.copy()

    @property
    def used(self) -> Mask:
        """Which rows of the table were fitted."""
        return np.asarray(self.frame["used"].to_numpy(), dtype=bool)

    def contributions(self) -> pd.DataFrame:
        """Share out each version of R squared among the terms.

        Returns
        -------
        DataFrame
            One row for each ``scope``, ``term`` and ``version``: ``alone`` (the term on its own against
            one common level), ``last`` (what is lost when it alone is dropped) and
            ``average_over_orders`` (its mean gain over all orders of entry; these add up to the
            whole less the common level's own R squared, which is zero where the method fits that level).

        Notes
        -----
        Factors that go together cannot be told apart by any of the three; where ``alone`` is large and
        ``last`` small, the data do not say which of them matters.  A negative binomial keeps the
        dispersion of the full model throughout, so that gains are never negative.

        References
        ----------
        doi:10.18637/jss.v017.i01
        """
        terms = tuple(self.design.blocks)
        if len(terms) > _MOST_TERMS:
            raise ModelError(
                f"{len(terms)} terms have {2 ** len(terms)} subsets, each to be fitted; "
                f"contributions are shared among at most {_MOST_TERMS}. Use fewer factors."
            )
        used = self.used
        matrix = self.design.matrix[used]
        children, population = (
            self.frame.loc[used, name].to_numpy(dtype=float) for name in ("children", "population")
        )
        nation = nation_labels(self.frame)[used]
        known: dict[frozenset[str], Array] = {}
        scopes: list[str] = []

        def worth(subset: frozenset[str]) -> Array:
            if subset not in known:
                columns = self.design.columns(subset)
                expected = expected_counts(
                    children, population, matrix[:, columns], self.settings, self.estimate.dispersion
                )
                table = _r_squared(
                    children, population, expected, nation, len(columns), self.estimate.dispersion
                )
                scopes[:] = table["scope"].tolist()
                known[subset] = table[list(VERSIONS)].to_numpy(dtype=float)
            return known[subset]

        shares = average_over_orders(terms, worth)
        everything = frozenset(terms)
        rows = [
            {
                "scope": scope,
                "term": term,
                "version": version,
                "alone": (worth(frozenset({term})) - worth(frozenset()))[i, j],
                "last": (worth(everything) - worth(everything - {term}))[i, j],
                "average_over_orders": shares[term][i, j],
            }
            for term in terms
            for i, scope in enumerate(scopes)
            for j, version in enumerate(VERSIONS)
        ]
        names = ["scope", "term", "version", "alone", "last", "average_over_orders"]
        return pd.DataFrame(rows, columns=names).sort_values(
            ["scope", "version"], kind="stable", ignore_index=True
        )

    def summary(self) -> str:
        """Return a paragraph that says what was done and what came out."""
        used = int(self.used.sum())
        factors = ", ".join(self.settings.factors) or "no factor"
        whole = self.r_squared.iloc[0]
        parts = [
            f"Expected rates at 31 March {self.year} from a {METHODS[self.settings.method]} on {factors}, "
            f"fitted to {used} of {len(self.frame)} areas."
        ]
        parts += [
            f"Of the variation between areas the model accounts for {_percent(whole['ordinary'])} "
            f"(rates, ordinary R squared; {_percent(whole['adjusted'])} adjusted), "
            f"{_percent(whole['population_weighted'])} weighted by population, "
            f"{_percent(whole['log_rate'])} on the log rate and "
            f"{_percent(whole['deviance'])} of the deviance."
        ]
        parts.append(
            f"Counts vary around the expected ones {self.dispersion:.1f} times as much as chance (Poisson) "
            "alone would have them vary."
        )
        difference = self.frame.loc[self.used, "percent_difference_left_out"]
        parts.append(
            f"Left out of its own expectation, an area lies between {difference.min():+.0f}% and "
            f"{difference.max():+.0f}% of it."
        )
        errors = "robust (HC3)" if self.settings.robust else "model-based"
        parts.append(
            f"Standard errors are {errors}; intervals are {self.interval_probability:.0%} "
            f"{self.interval_kind}."
        )
        return " ".join([*parts, CAUTION])


def adjust(
    rates: RatesTable | pd.DataFrame,
    factors: Sequence[str] = (),
    *,
    method: Method = "poisson",
    standardise: Standardise = "within_nation",
    nation: NationTerm = "intercept",
    population: PopulationTerm | None = None,
    robust: bool = True,
) -> Adjustment:
    """Find the rate each area would have if it were like others in its circumstances.

    Parameters
    ----------
    rates : RatesTable or DataFrame
        One year, with the factors as columns (``rates.join(cr.load_factors(...))``).
    factors : sequence of str
        Names of factor columns; none gives one level for all (or one for each nation).
    method : {"poisson", "quasi_poisson", "negative_binomial", "ols", "weighted"}
        The first three model counts, on a log scale, with the population as offset; ``ols`` models
        rates with each area counting the same, ``weighted`` by population.
    standardise : {"within_nation", "overall", "none"}
        Each factor in standard deviations (divisor n - 1) from its mean over the fitted areas of the
        same nation, or of all, or as it stands.  Indices of deprivation of Wales and England are
        different measures: only within a nation do their values mean anything.  Choose ``"overall"``
        for one measure of both nations.
    nation : {"intercept", "interaction", "none"}
        Whether each nation has its own level, or level and slopes; without effect in a table of one nation.
    population : {"log", "spline"}, optional
        A term in the logarithm of the number of children, straight or bent (restricted cubic, four
        knots): lets small areas differ from large ones beyond what the offset says.
    robust : bool
        Standard errors that hold when the method's variance does not (HC3).  With ``False`` the errors
        of ``method="poisson"`` take chance as the only source of variation, which it never is.

    Returns
    -------
    Adjustment
        With an expected rate also for areas that have the factors but no count.

    Raises
    ------
    TableError
        For several years, or a factor that is not a column.
    ModelError
        For a constant or collinear factor, too few areas, no children anywhere, an area that decides
        its own expectation, an expected rate at or below zero, or a fit that does not settle.
    ValueError, TypeError
        For an option that is not known.

    Notes
    -----
    Counts: ``log E(children) = log(population / 10,000) + b0 + b1 z1 + ...``; linear methods:
    ``rate = b0 + b1 z1 + ...``.  Published counts are taken as they stand: rounding to 5 has a standard
    deviation of 1.4 children, small against the spread of areas around any expectation.  Factors are taken
    as known.  When an area is left out of its own expectation the model is refitted without it (for linear
    methods the exact formula is used); the scales of the factors stay.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> areas = pd.DataFrame({"area_code": list("ABCDEF"), "year": 2018, "population": 10_000,
    ...                       "children": [60, 75, 90, 120, 130, 170],
    ...                       "deprivation": [5, 10, 15, 20, 25, 30]})
    >>> adjusted = cr.adjust(areas, factors=["deprivation"])
    >>> adjusted.to_frame()["expected_rate_per_10000"].round(1).tolist()
    [61.0, 74.7, 91.5, 112.1, 137.4, 168.3]
    """
    names = as_factor_names(factors)
    settings = AdjustmentSettings(names, method, standardise, nation, population, robust)
    table = _with_factors(rates, names)
    year = table.require_one_year("An adjustment")
    frame = table.to_frame()
    fitted, reasons = _rows_to_fit(frame, settings)
    _require_children(frame, fitted, settings)
    design = build_design(frame, fitted, settings)
    require_identified(design.matrix[fitted], design.names, int(fitted.sum()))
    children, people = (frame[name].to_numpy(dtype=float) for name in ("children", "population"))
    arrays = children[fitted], people[fitted], design.matrix[fitted]
    estimate = estimate_rates(*arrays, settings)
    require_shared_coefficients(estimate, frame.loc[fitted, "area_name"].tolist())
    result, notes = _result_frame(frame, fitted, reasons, design, estimate, settings)
    result.loc[fitted, "expected_rate_per_10000_left_out"] = rates_without_each(*arrays, settings, estimate)
    notes += _finish_left_out(result)
    explained = _r_squared(
        *arrays[:2],
        estimate.rate * arrays[1] / PER,
        nation_labels(frame)[fitted],
        len(design.names),
        estimate.dispersion,
    )
    return Adjustment(
        settings=settings,
        provenance=table.provenance.then(*_steps(result, settings, design), *notes),
        year=year,
        r_squared=explained,
        coefficients=_coefficient_frame(design, estimate, settings),
        scaling=design.scaling,
        dispersion=_poisson_dispersion(arrays[0], estimate.rate * arrays[1] / PER, estimate),
        overdispersion=estimate.dispersion if method == "negative_binomial" else float("nan"),
        frame=result,
        design=design,
        estimate=estimate,
    )


def _with_factors(rates: RatesTable | pd.DataFrame, names: tuple[str, ...]) -> RatesTable:
    """Return a rates table that holds the factors, also from a plain DataFrame with such columns."""
    table = as_rates(rates)
    known = set(table.factor_names)
    given: list[object] = list(rates.columns) if isinstance(rates, pd.DataFrame) else []
    absent = [name for name in names if name not in known and name not in given]
    if absent:
        there = sorted({*table.factor_names, *(str(one) for one in given if one not in table.frame)})
        raise TableError(
            f"There is no factor {', '.join(map(repr, absent))} in this table; "
            + (f"there are: {', '.join(there)}." if there else "it holds none.")
            + " Put factors beside the rates with rates.join(cr.load_factors([...]))."
        )
    beside = [name for name in names if name not in known]
    if not beside or not isinstance(rates, pd.DataFrame):
        return table
    clash = [name for name in beside if name in table.frame]
    if clash:
        raise TableError(
            f"{', '.join(clash)} is a column of every rates table, not a factor. "
            "For the number of children use population='log' or 'spline'."
        )
    keyed = rates[["area_code", "year", *beside]]
    return table.join(FactorsTable(keyed, tuple(Factor(name) for name in beside)))


def _rows_to_fit(frame: pd.DataFrame, settings: AdjustmentSettings) -> tuple[Mask, NDArray[np.object_]]:
    """Return which rows can be fitted, and why the others cannot."""
    lacking: list[tuple[str, Mask]] = [
        (f"no value of {factor}", frame[factor].isna().to_numpy()) for factor in settings.factors
    ]
    nation = nation_labels(frame)
    some = nation != ""
    if some.any() and (settings.nation != "none" or settings.standardise == "within_nation"):
        lacking.append(("no nation", np.asarray(~some, dtype=bool)))
    lacking.append(("no population", frame["population"].isna().to_numpy()))
    for status in sorted(frame.loc[frame["children"].isna(), "status"].unique()):
        words = f"no count ({status.replace('_', ' ')})"
        lacking.append((words, (frame["children"].isna() & (frame["status"] == status)).to_numpy()))
    reasons = np.array(
        ["; ".join(words for words, mask in lacking if mask[row]) for row in range(len(frame))], dtype=object
    )
    return np.asarray(reasons == "", dtype=bool), reasons


def _require_children(frame: pd.DataFrame, fitted: Mask, settings: AdjustmentSettings) -> None:
    """Raise if nothing can be fitted, or nobody is looked after anywhere."""
    if not fitted.any():
        raise ModelError(
            "No area has a count, a population and every factor; there is nothing to fit. "
            f"The table has {len(frame)} rows; factors asked for: {', '.join(settings.factors) or 'none'}."
        )
    nation = nation_labels(frame)
    groups = {"any area": fitted}
    if settings.nation != "none" and not settings.linear:
        groups |= {one: fitted & (nation == one) for one in sorted(set(nation[fitted])) if one}
    for where, mask in groups.items():
        if frame.loc[mask, "children"].sum() == 0:
            raise ModelError(
                f"No child is looked after in {where} of this table ({int(mask.sum())} areas with a "
                "count of 0), so no rate can be expected. Check the counts; leave those areas out if they "
                "are right."
            )


def _result_frame(
    frame: pd.DataFrame,
    fitted: Mask,
    reasons: NDArray[np.object_],
    design: Design,
    estimate: Estimate,
    settings: AdjustmentSettings,
) -> tuple[pd.DataFrame, list[str]]:
    """Return one row per area, the columns that need the refits still without fitted areas."""
    rate, error, lower, upper = predict_rates(estimate, design.matrix, settings, PROBABILITY)
    low = np.flatnonzero(rate <= 0.0)
    if len(low):
        where = ", ".join(
            f"{name} ({value:.1f})"
            for name, value in zip(frame["area_name"].iloc[low[:5]], rate[low[:5]], strict=True)
        )
        raise ModelError(
            f"The linear model expects a rate at or below zero in {len(low)} of {len(frame)} areas: {where}. "
            "Use a method on the log scale, such as method='poisson'."
        )
    keys = ["area_code", "area_name", "nation", "year", "children", "population", "rate_per_10000"]
    result = frame[keys].copy()
    result["expected_children"] = rate * result["population"] / PER
    result["expected_rate_per_10000"] = rate
    result["expected_log_standard_error"] = error
    result["ratio"] = result["rate_per_10000"] / rate
    result["percent_difference"] = 100.0 * (result["ratio"] - 1.0)
    result["expected_rate_per_10000_left_out"] = rate
    result["percent_difference_left_out"] = np.nan
    result["expected_rate_lower_95"], result["expected_rate_upper_95"] = lower, upper
    result["used"] = fitted
    unknown_nation = (reasons != "") & np.isnan(rate) & frame[list(settings.factors)].notna().all(axis=1)
    words = pd.Series(reasons, index=frame.index)
    outside = unknown_nation & ~words.str.contains("no nation|no population")
    words[outside] += "; no area of its nation was fitted"
    result["reason"] = words.astype("str")
    notes = []
    if settings.linear and (below := int((lower <= 0.0).sum())):
        notes.append(f"the interval of the expected rate reaches zero or below in {below} areas")
    return result, notes


def _finish_left_out(result: pd.DataFrame) -> list[str]:
    """Fill in the difference from the left-out expectation; a rate at or below zero is no expectation."""
    without = result["expected_rate_per_10000_left_out"]
    low = without <= 0.0
    result["expected_rate_per_10000_left_out"] = without.mask(low)
    ratio = result["rate_per_10000"] / result["expected_rate_per_10000_left_out"]
    result["percent_difference_left_out"] = 100.0 * (ratio - 1.0)
    if not low.any():
        return []
    where = ", ".join(result.loc[low, "area_name"].head(5))
    return [
        f"left out of the linear fit, {where} would have an expected rate at or below zero: none is given"
    ]


def _r_squared(
    children: Array,
    population: Array,
    expected: Array,
    nation: NDArray[np.object_],
    coefficients: int,
    dispersion: float,
) -> pd.DataFrame:
    """Return every version of R squared for all areas and, with several nations, within each."""
    rows: list[dict[str, object]] = [
        {
            "scope": "all areas",
            "areas": len(children),
            **shares_explained(children, population, expected, coefficients, dispersion),
        }
    ]
    nations = sorted(set(nation))
    if len(nations) > 1:
        shares = shares_explained(children, population, expected, coefficients, dispersion, nation)
        rows.append({"scope": "within nations", "areas": len(children), **shares})
    for one in nations if len(nations) > 1 else []:
        here = nation == one
        shares = shares_explained(children[here], population[here], expected[here], coefficients, dispersion)
        # coefficients are shared between nations, so that no number of them belongs to one
        shares["adjusted"] = float("nan")
        rows.append({"scope": one or "no nation", "areas": int(here.sum()), **shares})
    return pd.DataFrame(rows, columns=["scope", "areas", *VERSIONS])


def _coefficient_frame(design: Design, estimate: Estimate, settings: AdjustmentSettings) -> pd.DataFrame:
    """Return the coefficients with standard errors and intervals."""
    error = np.sqrt(np.diag(estimate.covariance))
    reach = error * interval_quantile(estimate, settings, PROBABILITY)
    return pd.DataFrame(
        {
            "term": list(design.names),
            "estimate": estimate.coefficients,
            "standard_error": error,
            "lower_95": estimate.coefficients - reach,
            "upper_95": estimate.coefficients + reach,
        }
    )


def _steps(result: pd.DataFrame, settings: AdjustmentSettings, design: Design) -> list[str]:
    """Say what was fitted and who was left out."""
    used = int(result["used"].sum())
    terms = ", ".join(design.names[1:]) or "no factor"
    scale = {
        "within_nation": "factors in standard deviations within each nation",
        "overall": "factors in standard deviations over all areas",
        "none": "factors as they stand",
    }[settings.standardise]
    steps = [
        f"expected rates from a {METHODS[settings.method]} on {terms}"
        + (f", {scale}" if settings.factors else "")
        + f", fitted to {used} of {len(result)} areas"
    ]
    for reason, rows in result[~result["used"]].groupby("reason"):
        given = "expected rate given" if rows["expected_rate_per_10000"].notna().all() else "no expected rate"
        shown = ", ".join(rows["area_name"].head(5))
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        steps.append(f"left out of the fit, {reason} ({given}): {len(rows)} areas ({shown}{more})")
    return steps


def _poisson_dispersion(children: Array, expected: Array, estimate: Estimate) -> float:
    """Return Pearson's chi-squared of counts over the degrees of freedom, whatever the method."""
    return float(np.sum((children - expected) ** 2 / expected)) / estimate.degrees_of_freedom


def _percent(share: object) -> str:
    """Return a share as a percentage, or say that there is none."""
    value = float(share)  # type: ignore[arg-type]
    return "none" if np.isnan(value) else f"{100.0 * value:.0f}%"
