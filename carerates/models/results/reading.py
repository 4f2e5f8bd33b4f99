"""A fitted model in a paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from carerates.models.results.fitted import FittedRates


def fit_in_words(fit: FittedRates) -> str:
    """Say what was fitted, to what, whether it can be relied on, and what it found."""
    panel = fit.design.panel
    span = f"{panel.years[0]} to {panel.years[-1]}" if len(panel.years) > 1 else str(panel.years[0])
    lines = [fit.diagnostics.banner()] if not fit.diagnostics.passed else []
    lines.append(
        f"Hierarchical model of {fit.rates.measure[0].lower()}{fit.rates.measure[1:]}: "
        f"{len(panel.area_codes)} areas, {span}, {len(fit.design.observed)} counts; {fit.engine} engine, "
        f"{fit.posterior.draws} draws, seed {fit.seed}."
    )
    if len(fit.left_out):
        names = fit.left_out["area_name"].drop_duplicates().tolist()
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        lines.append(f"Left out, in whole or for some years: {shown}.")
    last = fit.nations()
    last = last[last["year"] == last["year"].max()]
    for row in last.itertuples():
        name = row.nation or "All areas"
        lines.append(
            f"{name} {row.year}: underlying rate {row.underlying_rate_per_10000:.1f} per 10,000 "
            f"(95% interval {row.lower_95:.1f} to {row.upper_95:.1f})."
        )
    if fit.settings.likelihood == "poisson_lognormal":
        more = 100 * np.expm1(fit.noise() ** 2 / 2)
        lines.append(f"Underlying rates are medians of single years, whose mean is {more:.1f}% higher.")
    coefficients = fit.coefficients()
    called = {factor.name: factor.label for factor in fit.rates.factors}
    wanted = coefficients["name"].isin([one.name for one in fit.design.columns])
    for row in coefficients[wanted].itertuples():
        said = (
            f"One standard deviation more of {called.get(str(row.name)) or str(row.name)} goes with a rate "
            f"ratio of {row.rate_ratio:.2f} ({row.rate_ratio_lower_95:.2f} to "
            f"{row.rate_ratio_upper_95:.2f})."
        )
        lines.append(said)
    hyper = fit.hyperparameters().set_index("name")
    if "sd_area" in hyper.index:
        sd = hyper.loc["sd_area"]
        lines.append(
            f"Given these, areas differ by {100 * sd['median']:.0f}% (standard deviation of log rates, "
            f"{100 * sd['lower_95']:.0f}% to {100 * sd['upper_95']:.0f}%)."
        )
    lines.append(
        f"Intervals are {fit.interval_kind}. A rate is neither good nor bad, and areas that differ "
        "in step with a factor do not show that the factor is the cause."
    )
    return " ".join(lines)
