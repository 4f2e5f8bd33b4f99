"""What stands for need in a report, and how much the answer depends on that choice."""

from __future__ import annotations

import pandas as pd

from carerates.errors import ModelError
from carerates.models import Adjustment, adjust
from carerates.tables import FactorsTable, RatesTable


def deprivation_measures(nation: str, year: int) -> tuple[str, list[str]]:
    """Return the factor that stands for deprivation in a report, and the others it is compared with.

    The main one is the official index of the nation whose edition is nearest to the year; for both nations
    together it is the composite index, the only one on one scale.
    """
    if nation == "both":
        return "deprivation", ["lone_parents", "children_low_income"]
    if nation == "wales":
        edition = 2011 if year < 2016 else 2019
        shares = [f"wimd_{edition}_most_deprived_{share}" for share in (10, 20, 50)]
        income = f"wimd_{edition}_income_most_deprived_30"
        return f"wimd_{edition}_most_deprived_30", [
            *shares,
            income,
            "deprivation",
            _lone_parents(nation, year),
            "children_low_income",
        ]
    edition = 2015 if year < 2018 else 2019 if year < 2023 else 2025
    idaci = "idaci_2015_score" if year < 2018 else "idaci_2019_score"
    return f"imd_{edition}_score", [idaci, "deprivation", _lone_parents(nation, year), "children_low_income"]


def peer_factors(nation: str, year: int) -> list[str]:
    """Return the factors on which areas of similar need are found; population is one of them."""
    return [deprivation_measures(nation, year)[0], _lone_parents(nation, year), "population"]


def _lone_parents(nation: str, year: int) -> str:
    """Return the census nearest to a year."""
    nearer_2011 = year < (2016 if nation == "wales" else 2017) and nation != "both"
    return "lone_parents_2011" if nearer_2011 else "lone_parents"


def keep_expected(rates: RatesTable, adjustment: Adjustment) -> RatesTable:
    """Keep the areas that have an expected rate."""
    expected = adjustment.to_frame()["expected_rate_per_10000"].notna().to_numpy()
    frame = rates.to_frame()
    if expected.all():
        return rates
    left_out = ", ".join(frame.loc[~expected, "area_name"])
    step = f"left out of the adjusted funnel for want of an expected rate: {left_out}"
    return RatesTable(frame[expected], rates.provenance.then(step), rates.factors, rates.measure)


def compare_measures(rates: RatesTable, factors: FactorsTable) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit each measure of need on its own.

    Returns
    -------
    measures : DataFrame
        One row for each measure: how much of the variation it accounts for, on four scales, in per cent.
    differences : DataFrame
        One row for each area: ``area_code, area_name, lowest, highest`` difference from expectation in per
        cent over the measures, ``measures`` (how many gave one) and ``same_side`` (all above or all below).
    """
    rows, parts = [], []
    for one in factors.factors:
        try:
            fitted = adjust(rates, [one.name])
        except ModelError as error:
            rows.append({"factor": one.name, "label": one.label, "areas": 0, "remark": str(error)})
            continue
        whole = fitted.r_squared.iloc[0]
        shares = {
            scale: 100 * float(whole[scale])
            for scale in ("ordinary", "population_weighted", "log_rate", "deviance")
        }
        rows.append({"factor": one.name, "label": one.label, "areas": int(fitted.used.sum()), **shares})
        parts.append(fitted.to_frame()[["area_code", "area_name", "percent_difference_left_out"]])
    together = pd.concat(parts, ignore_index=True).dropna()
    found = together.groupby(["area_code", "area_name"], sort=False)["percent_difference_left_out"]
    differences = found.agg(lowest="min", highest="max", measures="size").reset_index()
    differences["same_side"] = (differences["lowest"] > 0) | (differences["highest"] < 0)
    return pd.DataFrame(rows), differences
