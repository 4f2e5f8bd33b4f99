"""What rate would an area have if it were like others in its circumstances?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from carerates.models.adjustment.design import build_design, nation_labels, require_identified
from carerates.models.adjustment.estimate import (
    PER,
    estimate_rates,
    poisson_dispersion,
    rates_without_each,
    require_shared_coefficients,
)
from carerates.models.adjustment.explained import r_squared_frame
from carerates.models.adjustment.result import Adjustment
from carerates.models.adjustment.rows import join_factors, require_children, rows_to_fit
from carerates.models.adjustment.settings import (
    AdjustmentSettings,
    Method,
    NationTerm,
    PopulationTerm,
    Standardise,
    as_factor_names,
)
from carerates.models.adjustment.tables import (
    area_frame,
    coefficient_frame,
    finish_left_out,
    steps_taken,
)
from carerates.tables import RatesTable


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
    table = join_factors(rates, names)
    year = table.require_one_year("An adjustment")
    frame = table.to_frame()
    fitted, reasons = rows_to_fit(frame, settings)
    require_children(frame, fitted, settings)
    design = build_design(frame, fitted, settings)
    require_identified(design.matrix[fitted], design.names, int(fitted.sum()))
    children, people = (frame[name].to_numpy(dtype=float) for name in ("children", "population"))
    arrays = children[fitted], people[fitted], design.matrix[fitted]
    estimate = estimate_rates(*arrays, settings)
    require_shared_coefficients(estimate, frame.loc[fitted, "area_name"].tolist())
    result, notes = area_frame(frame, fitted, reasons, design, estimate, settings)
    result.loc[fitted, "expected_rate_per_10000_left_out"] = rates_without_each(*arrays, settings, estimate)
    notes += finish_left_out(result)
    if method == "negative_binomial" and estimate.dispersion == 0.0:
        notes.append("counts spread no more than chance, so that the negative binomial is a Poisson")
    if uncertain := [one.name for one in table.factors if one.name in names and one.standard_error]:
        notes.append(f"{', '.join(uncertain)} taken as known, though published with standard errors")
    explained = r_squared_frame(
        *arrays[:2],
        estimate.rate * arrays[1] / PER,
        nation_labels(frame)[fitted],
        len(design.names),
        estimate.dispersion,
    )
    known = {one.name: one for one in table.factors}
    return Adjustment(
        settings=settings,
        provenance=table.provenance.then(*steps_taken(result, settings, design), *notes),
        year=year,
        r_squared=explained,
        coefficients=coefficient_frame(design, estimate, settings),
        scaling=design.scaling,
        dispersion=poisson_dispersion(arrays[0], arrays[1], estimate),
        overdispersion=estimate.dispersion if method == "negative_binomial" else float("nan"),
        labels=tuple(known[one].label or one if one in known else one for one in names),
        frame=result,
        design=design,
        estimate=estimate,
        inputs={"rates": table},
    )
