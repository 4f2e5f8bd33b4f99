"""What accounts for the differences between areas, and between nations?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from carerates.models.design.arrays import NEED, Design
from carerates.models.design.terms import Array
from carerates.models.results.estimates import bayesian_r_squared, central_interval, covariance_shares
from carerates.models.results.posterior import Posterior

RESIDUAL = "area"
LEFT = ("region", "spatial", RESIDUAL)


def area_parts(design: Design, posterior: Posterior) -> dict[str, Array]:
    """Return what each part adds to an area's mean log rate over the years, shapes (draws, areas)."""
    over_years = design.shared.mean(axis=1)
    groups: dict[str, list[int]] = {}
    for term in design.shared_terms:
        for column in range(term.start, term.stop):
            name = design.shared_names[column]
            if term.name in ("factor", "population"):
                key = name.split(" x ")[0]
            elif term.name == "error":
                key = name.split(":")[1]
            elif term.name in ("nation", "region", "spatial"):
                key = term.name
            else:
                continue
            groups.setdefault(key, []).append(column)
    parts = {key: posterior.shared[:, at] @ over_years[:, at].T for key, at in groups.items()}
    if design.local.shape[1]:
        own = ~design.local_columns(("noise",))
        parts[RESIDUAL] = posterior.local[:, :, own] @ design.local[:, own].mean(axis=0)
    return parts


def explained_variance(design: Design, posterior: Posterior, probability: float) -> pd.DataFrame:
    """Ask how much of the variation between areas' log rates each part accounts for, by nation and in all.

    Parameters
    ----------
    design : Design
        Arrays of the model.
    posterior : Posterior
        Joint draws.
    probability : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        One row for each nation (``"all"`` for every area together) and part.  ``share`` is
        ``cov(part, total) / var(total)`` over areas, and the shares of a nation sum to 1 in every draw;
        ``alone`` is the squared correlation of the part with the total.  The row ``"factors together"`` holds
        the Bayesian R squared of all factors: their variance over that plus the variance of what is left
        (regions and areas).

    Notes
    -----
    Variation is that of areas' mean log rates over the years, each area counting once.  Factors that go
    together share what they explain jointly; the order in which they are named does not matter.  That areas
    differ in step with a factor does not make the factor the cause.
    """
    parts = area_parts(design, posterior)
    names = list(parts)
    tail = f"{100 * probability:.4g}".replace(".", "_")
    if not names:  # one rate for all
        return pd.DataFrame(columns=["nation", "part", "share", f"lower_{tail}", f"upper_{tail}", "alone"])
    stacked = np.stack([parts[name] for name in names], axis=1)
    nation = np.array(design.panel.nation_of_area)
    rows = []
    groups = [(one or "all", nation == one) for one in design.panel.nations]
    if len(design.panel.nations) > 1:
        groups.append(("all", np.ones(len(nation), dtype=bool)))
    left = [position for position, name in enumerate(names) if name in LEFT]
    factors = [position for position, name in enumerate(names) if name not in ("nation", *LEFT)]
    for label, mine in groups:
        here = stacked[:, :, mine]
        shares = covariance_shares(here)
        total = here.sum(axis=1)
        for position, name in enumerate(names):
            if name == "nation" and label != "all":
                continue
            lower, upper = central_interval(shares[:, position], probability)
            rows.append(
                {
                    "nation": label,
                    "part": name,
                    "share": float(np.median(shares[:, position])),
                    f"lower_{tail}": float(lower),
                    f"upper_{tail}": float(upper),
                    "alone": float(np.median(_squared_correlation(here[:, position], total))),
                }
            )
        if factors and left:
            r_squared = bayesian_r_squared(here[:, factors].sum(axis=1), here[:, left].sum(axis=1))
            lower, upper = central_interval(r_squared, probability)
            rows.append(
                {
                    "nation": label,
                    "part": "factors together",
                    "share": float(np.median(r_squared)),
                    f"lower_{tail}": float(lower),
                    f"upper_{tail}": float(upper),
                    "alone": float(np.median(_squared_correlation(here[:, factors].sum(axis=1), total))),
                }
            )
    return pd.DataFrame(rows)


def _squared_correlation(one: Array, other: Array) -> Array:
    """Return the squared correlation over areas, draw by draw; 0 where one does not vary."""
    a, b = (values - values.mean(axis=1, keepdims=True) for values in (one, other))
    below = (a**2).sum(axis=1) * (b**2).sum(axis=1)
    result: Array = np.where(below > 0, (a * b).sum(axis=1) ** 2 / np.where(below > 0, below, 1.0), 0.0)
    return result


def nation_gap(
    design: Design, posterior: Posterior, nation: str, reference: str, at: int, probability: float
) -> pd.DataFrame:
    """Compare two nations given need, and before allowing for it.

    Parameters
    ----------
    design, posterior : Design, Posterior
        The fit.
    nation, reference : str
        The nation compared, and the one it is compared with.
    at : int
        Position of the year.
    probability : float
        Probability of the interval.

    Returns
    -------
    DataFrame
        ``ratio`` of underlying rates as they are (``"as they are"``), and of the rate that the nation's
        areas would be expected to have under each nation's own relation with the factors
        (``"given need"``): for every area its raw factors are put into both relations, and the two totals
        over the nation's children are divided, in each draw.

    Notes
    -----
    Factors are standardised inside each nation, so the nation effect alone compares averages of unequal
    need; here raw factor values are carried across.  The comparison makes sense only for factors that mean
    the same in both nations, such as one deprivation index for Great Britain.  Reference regions enter at
    their average.
    """
    panel = design.panel
    for name in (nation, reference):
        if name not in panel.nations:
            raise ValueError(f"The fit has no nation {name!r}; it has {', '.join(map(repr, panel.nations))}.")
    if nation == reference:
        raise ValueError("A gap is between two nations; both are " + repr(nation) + ".")
    of_area = np.array(panel.nation_of_area)
    mine, other = of_area == nation, of_area == reference
    weight = panel.weight[:, at]
    rates = np.exp(posterior.log_rates(design)[:, :, at])
    plain = (
        rates[:, mine]
        @ weight[mine]
        / weight[mine].sum()
        / (rates[:, other] @ weight[other] / weight[other].sum())
    )
    own, swapped = (
        np.exp(_carried_across(design, posterior, mine, at, one)) @ weight[mine]
        for one in (nation, reference)
    )
    tail = f"{100 * probability:.4g}".replace(".", "_")
    rows = []
    for label, draws in (("as they are", plain), ("given need", own / swapped)):
        lower, upper = central_interval(draws, probability)
        rows.append(
            {
                "comparison": label,
                "nation": nation,
                "reference": reference,
                "year": panel.years[at],
                "ratio": float(np.median(draws)),
                f"lower_{tail}": float(lower),
                f"upper_{tail}": float(upper),
                "probability_above_1": float((draws > 1).mean()),
            }
        )
    return pd.DataFrame(rows)


def _carried_across(design: Design, posterior: Posterior, mine: Array, at: int, nation: str) -> Array:
    """Return log rates expected of some areas under one nation's relation, shape (draws, areas)."""
    template = int(np.flatnonzero(np.array(design.panel.nation_of_area) == nation)[0])
    rows = np.repeat(design.shared[template, at][None, :], int(mine.sum()), axis=0)
    names = design.shared_names
    here = design.panel.nation_of_area[int(np.flatnonzero(mine)[0])]
    for column in design.columns:
        # the value as it entered the model: for a factor measured with error the best estimate
        raw = column.mean[here] + column.sd[here] * column.values[mine, at]
        values = column.standardised(raw, nation)
        for position, name in enumerate(names):
            if name == column.name or name == f"{column.name} x {nation}":
                rows[:, position] = values
    keep = design.shared_columns(NEED)
    result: Array = posterior.shared[:, keep] @ rows[:, keep].T
    return result
