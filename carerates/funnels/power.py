"""What could this funnel have found?  Inside the limits is not proof of being average."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from carerates.funnels.assessment import Assessment, limit_columns
from carerates.funnels.result import Funnel
from carerates.funnels.settings import Floats, Kind, level_name
from carerates.funnels.tails import poisson_tails


def detectable_rates(
    lower: Floats, upper: Floats, size: Floats, power: float, kind: Kind = "rate"
) -> tuple[Floats, Floats]:
    """Find the true expectations nearest the target that limits would flag with a given probability.

    Parameters
    ----------
    lower, upper : arrays of float, shape (areas,)
        Limits, as counts: an area is flagged above ``upper`` or below ``lower``.
    size : array of float, shape (areas,)
        Trials of a proportion; not used otherwise.
    power : float
        Probability of being flagged.
    kind : {"rate", "proportion", "ratio"}

    Returns
    -------
    below, above : arrays of float, shape (areas,)
        True expected counts; ``below`` is NaN where no count is low enough to be flagged, ``above`` where
        none is high enough.

    Notes
    -----
    The first flagged count is a whole number K.  P(X >= K) reaches ``power`` at a gamma quantile for Poisson
    counts, at a beta quantile for binomial ones.
    """
    first = np.floor(upper) + 1
    last = np.ceil(lower) - 1
    lowest = np.maximum(last, 0.0)
    if kind == "proportion":
        possible = first <= size
        above = np.where(
            possible,
            size * special.betaincinv(np.minimum(first, size), np.maximum(size - first + 1, 1e-9), power),
            np.nan,
        )
        below = size * special.betaincinv(lowest + 1, np.maximum(size - lowest, 1e-9), 1 - power)
    else:
        above = special.gammaincinv(first, power)
        below = special.gammainccinv(lowest + 1, power)
    return np.where(last >= 0, below, np.nan), above


def power_table(funnel: Funnel, power: float = 0.8) -> pd.DataFrame:
    """Find the true rates nearest the target, above and below, that each area would be flagged at.

    Parameters
    ----------
    funnel : Funnel
    power : float
        Probability of being flagged.

    Returns
    -------
    DataFrame
        One row for each area: ``area_code``, ``area_name``, the ``by`` column if any, ``target``, and for
        each probability ``detectable_below_95``, ``detectable_above_95`` and so on, per ``settings.per``.
        Empty where no count could be flagged.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"n": [45, 180, 450], "d": [5_000, 20_000, 50_000]})
    >>> table = power_table(cr.funnel(df, events="n", denominator="d", target=90))
    >>> table["detectable_above_95"].round().tolist()
    [133.0, 110.0, 102.0]
    """
    if not 0 < power < 1:
        raise ValueError(f"power={power} must be between 0 and 1.")
    return pd.concat([_power_rows(funnel, one, power) for one in funnel.assessments], ignore_index=True)


def _power_rows(funnel: Funnel, one: Assessment, power: float) -> pd.DataFrame:
    """Return the rows of one funnel."""
    units, per = one.units, funnel.settings.per
    frame = pd.DataFrame({"area_code": units.codes, "area_name": units.names})
    if funnel.settings.by:
        frame[funnel.settings.by] = pd.Series(list(units.group))
    frame["target"] = per * one.centre.values
    for probability, (low, high) in limit_columns(one).items():
        below, above = detectable_rates(low, high, units.exposure, power, funnel.settings.kind)
        frame[f"detectable_below_{level_name(probability)}"] = per * below / units.exposure
        frame[f"detectable_above_{level_name(probability)}"] = per * above / units.exposure
    return frame


def chance_flags(funnel: Funnel) -> pd.DataFrame:
    """Find how many areas each funnel would flag if every area were in control.

    Returns
    -------
    DataFrame
        For each funnel and probability: ``nominal``, the share outside times the areas; ``by_chance``, the
        exact expectation for whole counts (plain Poisson limits only; otherwise equal to ``nominal``); and
        ``found``, the number of areas outside.

    Examples
    --------
    >>> import pandas as pd
    >>> import carerates as cr
    >>> df = pd.DataFrame({"area": ["A", "B", "C"], "n": [154, 95, 640], "d": [20_000, 12_000, 50_000]})
    >>> funnel = cr.funnel(df, events="n", denominator="d", area="area", target=90)
    >>> from carerates.funnels import chance_flags
    >>> chance_flags(funnel).round(3).to_dict("records")[:1]
    [{'group': None, 'probability': 0.95, 'nominal': 0.15, 'by_chance': 0.135, 'found': 1}]
    """
    rows = []
    for one in funnel.assessments:
        known = ~np.isnan(one.units.observed)
        for level, probability in enumerate(funnel.settings.probabilities, start=1):
            nominal = float(known.sum() * (1 - probability))
            rows.append(
                {
                    "group": one.units.group[0],
                    "probability": probability,
                    "nominal": nominal,
                    "by_chance": _exact_chance(one, probability, known, nominal),
                    "found": int((np.abs(one.steps[known]) >= level).sum()),
                }
            )
    return pd.DataFrame(rows)


def _exact_chance(one: Assessment, probability: float, known: np.ndarray, nominal: float) -> float:
    """Sum each area's own probability of being flagged by chance."""
    settings = one.yardstick.settings
    plain = one.yardstick.allowance == "none" and not one.units.log_error.any()
    if not plain or settings.kind == "proportion" or settings.multiplicity != "none":
        return nominal
    if settings.limits not in {"exact", "gamma"}:
        return nominal
    expected = one.yardstick.expected[known]
    lower, upper = (side[known] for side in limit_columns(one)[probability])
    first, last = np.floor(upper) + 1, np.ceil(lower) - 1
    high = poisson_tails(first, expected)[1]
    low = np.where(last >= 0, poisson_tails(np.maximum(last, 0.0), expected)[0], 0.0)
    return float((low + high).sum())
