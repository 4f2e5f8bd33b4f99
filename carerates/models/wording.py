"""A model said in words and as mathematics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from carerates.models.spec import NOISELESS

if TYPE_CHECKING:
    from carerates.models.priors import Normal
    from carerates.models.spec import RateModel

_TIME = {
    "linear": "a straight line",
    "random_walk": "a random walk",
    "random_walk_2": "a line with a second-order random walk about it",
    "autoregressive": "a first-order autoregression",
}
_COUNTS = {
    "negative_binomial": "Counts are negative binomial: Poisson about a rate that varies from year to year "
    "(gamma about its mean, coefficient of variation 'noise')",
    "poisson_lognormal": "Counts are Poisson about a rate that varies from year to year "
    "(log-normal about its median, standard deviation 'noise')",
    "poisson": "Counts are Poisson",
    "binomial": "Counts are binomial: so many of the area's children, each with the rate as its probability",
}


def model_in_words(model: RateModel) -> str:
    """Say what a model assumes, one sentence a line, priors included."""
    priors = model.priors
    noise = f", borrowed and fixed at {model.noise:g}" if model.noise is not None else ""
    lines = [
        f"{_COUNTS[model.likelihood]}{noise}; a rounded or suppressed count is the set of counts it may be.",
        "The log of an area's underlying rate is the sum of:",
        f"  - an intercept: {_typical_rate(priors.intercept)}",
        f"  - nation, a fixed effect where there are several; {priors.nation.describe()}",
    ]
    for name in model.factors:
        split = ", split into the area's mean and its deviation" if name in model.within_between else ""
        if name in model.measured_with_error:
            split = "; true values unknown, known up to the standard error of measurement"
        lines.append(
            f"  - {name} (standardised inside nation{split}); {priors.of_factor(name).describe()} per SD"
        )
    if model.factors and model.nation_terms:
        lines.append(
            f"  - how each factor's coefficient differs by nation; {priors.nation_factor.describe()}"
        )
    if model.within_between:
        lines.append(
            f"  - deviations of {', '.join(model.within_between)}; {priors.within.describe()} per SD"
        )
    if model.population_term:
        lines.append(f"  - log child population; {priors.log_population.describe()} per SD")
    lines += _random_in_words(model)
    if model.likelihood not in NOISELESS and model.noise is None:
        lines.append(f"The noise of a single year beyond chance: {priors.noise.describe()}.")
    return "\n".join(lines)


def _random_in_words(model: RateModel) -> list[str]:
    """Say the random terms."""
    priors, lines = model.priors, []
    if model.time != "none":
        whose = "each nation's own" if model.time_by == "nation" else "one for all areas"
        line, walk = f"{priors.drift.describe()} per year", f"yearly change {priors.trend.describe()}"
        prior = {
            "linear": line,
            "random_walk": walk,
            "random_walk_2": f"line {line}; yearly change of slope {priors.trend.describe()}",
            "autoregressive": f"{walk}; autocorrelation {priors.trend_correlation.describe()}",
        }[model.time]
        lines.append(f"  - a trend over years, {whose}: {_TIME[model.time]}; {prior}")
    if model.groups:
        lines.append(f"  - region, a random effect inside a nation with several; {priors.region.describe()}")
    if model.area_effects:
        lines.append(f"  - a random level of each area; {priors.area.describe()}")
    if model.spatial == "bym2":
        lines.append(
            "  - of that variance a share follows the map of neighbours (BYM2, scaled in every connected "
            f"part; an island stands alone); {priors.spatial_share.describe()}"
        )
    if model.area_slopes:
        lines.append(
            f"  - a random straight line of each area; per year {priors.slope.describe()}; "
            f"level and slope {priors.correlation.describe()}"
        )
    if model.area_time != "none":
        second = model.area_time == "random_walk_2"
        what = "a second-order random walk about its line" if second else _TIME[model.area_time]
        change = "yearly change of slope" if second else "yearly change"
        link = f"; autocorrelation {priors.area_trend_correlation.describe()}" * (
            model.area_time == "autoregressive"
        )
        lines.append(f"  - each area's own path, {what}; {change} {priors.area_trend.describe()}{link}")
    return lines


def model_as_mathematics(model: RateModel) -> str:
    """Write a model as mathematics, one line for each level; every prior is there."""
    # the order follows the levels: counts, rate, then each term
    lines = [
        {
            "negative_binomial": "y[i,t] ~ NegBin(mean = N[i,t] * lambda[i,t], var = mean + kappa^2 mean^2)",
            "poisson_lognormal": "y[i,t] ~ Poisson(N[i,t] * lambda[i,t] * exp(e[i,t])),  "
            "e[i,t] ~ N(0, kappa^2)",
            "poisson": "y[i,t] ~ Poisson(N[i,t] * lambda[i,t])",
            "binomial": "y[i,t] ~ Binomial(N[i,t], lambda[i,t])",
        }[model.likelihood],
        "observed: y[i,t] in {low[i,t], ..., high[i,t]}",
        "log lambda[i,t] = " + " + ".join(_summands(model)),
        *_fixed_as_mathematics(model),
        *_trend_as_mathematics(model),
        *_areas_as_mathematics(model),
    ]
    if model.likelihood not in NOISELESS:
        fixed = f"kappa = {model.noise:g}" if model.noise is not None else ""
        lines.append(fixed or f"kappa ~ {_short(model.priors.noise)}")
    return "\n".join(lines)


def _summands(model: RateModel) -> list[str]:
    """Return the terms of the log rate."""
    return [
        "alpha",
        "delta[nation]",
        *["x[i,t]' beta[nation]" if model.nation_terms else "x[i,t]' beta"] * bool(model.factors),
        *["gamma * log N[i]"] * model.population_term,
        *["f[nation,t]" if model.time_by == "nation" else "f[t]"] * (model.time != "none"),
        *["r[region]"] * (model.groups is not None),
        *["a[i]"] * model.area_effects,
        *["s[i] * t"] * model.area_slopes,
        *["g[i,t]"] * (model.area_time != "none"),
    ]


def _fixed_as_mathematics(model: RateModel) -> list[str]:
    """Write intercept, nations, factors and population."""
    p = model.priors
    lines = [
        f"alpha ~ {_normal(p.intercept)}    exp: {math.exp(p.intercept.mean):.4f}",
        f"delta ~ {_normal(p.nation)}, 0 for the reference nation",
    ]
    for name in model.factors:
        split = f" (of the area's mean {name})" if name in model.within_between else ""
        lines.append(f"beta[{name}] ~ {_normal(p.of_factor(name))}{split}")
        if name in model.within_between:
            lines.append(f"beta[{name}, within] ~ {_normal(p.within)} (of {name}[i,t] less the area's mean)")
        if name in model.measured_with_error:
            lines.append(
                f"measured {name}[i] ~ N(x[i], se[i]^2),  "
                "true x[i] ~ N(mu[nation] + other factors' line, tau^2)"
            )
    if model.factors and model.nation_terms:
        lines.append(
            f"beta[nation] - beta ~ {_normal(p.nation_factor)} for each factor, 0 for the reference nation"
        )
    if model.population_term:
        lines.append(f"gamma ~ {_normal(p.log_population)}, log N standardised inside nation")
    return lines


def _trend_as_mathematics(model: RateModel) -> list[str]:
    """Write the trend that areas share, and regions."""
    p, spread = model.priors, f"sd_trend ~ {_short(model.priors.trend)}"
    line = f"d ~ {_normal(p.drift)}"
    forms = {
        "none": [],
        "linear": [f"f[t] = d * t,  {line}"],
        "random_walk": [f"f[t] - f[t-1] ~ N(0, sd_trend^2), sum f = 0,  {spread}"],
        "random_walk_2": [
            "f[t] = d * t + w[t],  w without level or line",
            f"w[t] - 2 w[t-1] + w[t-2] ~ N(0, sd_trend^2),  {spread},  {line}",
        ],
        "autoregressive": [
            f"f[t] = rho f[t-1] + N(0, sd_trend^2),  {spread}, rho ~ {_short(p.trend_correlation)}"
        ],
    }
    regions = [f"r ~ N(0, sd_region^2),  sd_region ~ {_short(p.region)}"] * (model.groups is not None)
    return forms[model.time] + regions


def _areas_as_mathematics(model: RateModel) -> list[str]:
    """Write an area's level, slope and path."""
    p, lines = model.priors, []
    if model.area_slopes:
        lines.append(
            "(a[i], s[i]) ~ N(0, Sigma(sd_area, sd_slope, rho)),  "
            f"sd_area ~ {_short(p.area)}, sd_slope ~ {_short(p.slope)}, rho ~ {_short(p.correlation)}"
        )
    elif model.spatial == "bym2":
        lines.append(
            "a = sd_area (sqrt(phi) u + sqrt(1 - phi) v),  v ~ N(0, I),  u ~ N(0, scaled inverse of the "
            f"map's Laplacian),  sd_area ~ {_short(p.area)}, phi ~ {_short(p.spatial_share)}"
        )
    elif model.area_effects:
        lines.append(f"a[i] ~ N(0, sd_area^2),  sd_area ~ {_short(p.area)}")
    form = {
        "none": "",
        "random_walk": "g[i,t] - g[i,t-1]",
        "random_walk_2": "g[i,t] - 2 g[i,t-1] + g[i,t-2]",
        "autoregressive": "g[i,t] - rho_g g[i,t-1]",
    }[model.area_time]
    if form:
        line = f"{form} ~ N(0, sd_area_trend^2),  sd_area_trend ~ {_short(p.area_trend)}"
        link = f", rho_g ~ {_short(p.area_trend_correlation)}" * (model.area_time == "autoregressive")
        lines.append(line + link)
    return lines


def _normal(prior: Normal) -> str:
    """Write a normal prior."""
    return f"N({prior.mean:.4g}, {prior.sd:g}^2)"


def _typical_rate(prior: Normal) -> str:
    """Say the prior of the intercept as rates per 10,000."""
    low, middle, high = (1e4 * math.exp(prior.mean + z * prior.sd) for z in (-1.96, 0, 1.96))
    return (
        f"Normal({prior.mean:.3f}, {prior.sd:g}), a typical rate of {middle:.0f} per 10,000, "
        f"95% {low:.0f} to {high:.0f}"
    )


def _short(prior: object) -> str:
    """Return the first part of a prior's description: its name and numbers."""
    text: str = prior.describe()  # type: ignore[attr-defined]
    return text.split(": ")[0]
