"""The result of an adjustment: expected rates, what they rest on and how much they account for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carerates.errors import ModelError
from carerates.models.adjustment.design import Design, nation_labels
from carerates.models.adjustment.diagnostics import AdjustmentDiagnostics, diagnose
from carerates.models.adjustment.estimate import Estimate, expected_counts
from carerates.models.adjustment.explained import VERSIONS, average_over_orders, r_squared_frame
from carerates.models.adjustment.settings import METHODS, AdjustmentSettings
from carerates.models.adjustment.tables import PROBABILITY
from carerates.provenance import Provenance

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

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
        for each version of :data:`carerates.models.adjustment.explained.VERSIONS`.
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
    labels : tuple of str
        The factors as a reader calls them.
    interval_kind, interval_probability
        Of ``expected_rate_lower_95`` and ``expected_rate_upper_95``.
    inputs : mapping
        ``rates``: the table that it was made from, so that a receipt can make it again.

    Examples
    --------
    >>> import carerates as cr
    >>> need = cr.load_factors(["deprivation"], nations="wales")
    >>> found = cr.adjust(cr.load_rates("wales", years=[2018]).join(need), factors=["deprivation"])
    >>> len(found.to_frame()), found.coefficients["term"].tolist()
    (22, ['intercept', 'deprivation'])
    """

    settings: AdjustmentSettings
    provenance: Provenance
    year: int
    r_squared: pd.DataFrame = field(repr=False)
    coefficients: pd.DataFrame = field(repr=False)
    scaling: pd.DataFrame = field(repr=False)
    dispersion: float
    overdispersion: float
    labels: tuple[str, ...]
    frame: pd.DataFrame = field(repr=False)
    design: Design = field(repr=False)
    estimate: Estimate = field(repr=False)
    interval_kind: str = "confidence interval of the expected rate"
    interval_probability: float = PROBABILITY
    inputs: Mapping[str, object] = field(default_factory=dict, repr=False)

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

    def diagnostics(self) -> AdjustmentDiagnostics:
        """Return leverage, influence, collinearity and what residuals show, for the fitted areas."""
        return diagnose(
            self.frame,
            self.used,
            self.design,
            self.estimate,
            self.dispersion,
            self.settings,
            self.provenance,
        )

    def contributions(self) -> pd.DataFrame:
        """Share out each version of R squared among the terms.

        Returns
        -------
        DataFrame
            One row for each ``scope``, ``term`` and ``version``: ``alone`` (the term on its own against
            one common level), ``last`` (what is lost when it alone is dropped) and
            ``average_over_orders`` (its mean gain over all orders of entry; these add up to the
            whole less the common level's own R squared, which is zero where the method fits that level).
            Within nations, and in each, the nations' levels are given and ``nation`` has no row.

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
                table = r_squared_frame(
                    children, population, expected, nation, len(columns), self.estimate.dispersion
                )
                scopes[:] = table["scope"].tolist()
                known[subset] = table[list(VERSIONS)].to_numpy(dtype=float)
            return known[subset]

        worth(frozenset(terms))
        rows = []
        for i, scope in enumerate(scopes):
            # within nations their levels are given: to be without them would be to miss every level
            given = frozenset({"nation"} & set(terms)) if scope != "all areas" else frozenset()
            rows += _shares_of_scope(scope, i, terms, given, worth)
        names = ["scope", "term", "version", "alone", "last", "average_over_orders"]
        return pd.DataFrame(rows, columns=names).sort_values(
            ["scope", "version"], kind="stable", ignore_index=True
        )

    def summary(self) -> str:
        """Return a paragraph that says what was done and what came out."""
        used = int(self.used.sum())
        factors = "; ".join(self.labels) or "no factor"
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
        known = self.frame.dropna(subset="percent_difference_left_out")
        difference, names = known["percent_difference_left_out"].to_numpy(), known["area_name"].tolist()
        low, high = int(np.argmin(difference)), int(np.argmax(difference))
        parts.append(
            "Set against what is expected of it when it is left out of the fit, an area lies between "
            f"{difference[low]:+.0f}% ({names[low]}) and {difference[high]:+.0f}% ({names[high]})."
        )
        errors = "robust (HC3)" if self.settings.robust else "model-based"
        parts.append(
            f"Standard errors are {errors}; lower and upper are a {self.interval_probability:.0%} "
            f"{self.interval_kind}."
        )
        return " ".join([*parts, CAUTION])


def _percent(share: object) -> str:
    """Return a share as a percentage, or say that there is none."""
    value = float(share)  # type: ignore[arg-type]
    return "none" if np.isnan(value) else f"{100.0 * value:.0f}%"


def _shares_of_scope(
    scope: str,
    at: int,
    terms: tuple[str, ...],
    given: frozenset[str],
    worth: Callable[[frozenset[str]], Array],
) -> list[dict[str, object]]:
    """Return one row for each term that is not given, and version, of one scope."""
    free, everything = tuple(one for one in terms if one not in given), frozenset(terms)
    shares = average_over_orders(free, lambda subset: worth(subset | given)[at])
    return [
        {
            "scope": scope,
            "term": term,
            "version": version,
            "alone": (worth(given | {term}) - worth(given))[at, j],
            "last": (worth(everything) - worth(everything - {term}))[at, j],
            "average_over_orders": shares[term][j],
        }
        for term in free
        for j, version in enumerate(VERSIONS)
    ]
