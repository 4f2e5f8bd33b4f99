"""Which effects to sample about the level above, and which as standard normals times their spread?

Where the data say much about an effect, sampling the effect itself mixes well and the standardised form
crawls; where they say little it is the other way round.  The choice is made term by term, from the mode
of the Laplace engine, never by one switch for the whole model.
"""

from __future__ import annotations

import numpy as np

from carerates.models.design.arrays import Design
from carerates.models.design.terms import Array
from carerates.models.laplace.marginal import Point

FEW_REGIONS = 6  # so few groups say little about their spread, however well each is known


def choose_centring(design: Design, peak: Point) -> dict[str, bool]:
    """Decide for every random term whether to sample it centred.

    Parameters
    ----------
    design : Design
        Arrays of the model.
    peak : Point
        Mode of the hyperparameters and effects.

    Returns
    -------
    dict of str to bool
        By term: ``area``, ``slope``, ``area_trend``, ``noise``, ``trend``, ``region``; True where the median
        information per group times the term's variance is above 1.
    """
    values = design.spread_values(peak.free)
    weights = peak.mode.weights
    years = np.array(design.panel.years, dtype=float)
    time = years - years.mean()
    choice: dict[str, bool] = {}

    def decide(name: str, information: Array, spread: str) -> None:
        if spread in values:
            choice[name] = bool(np.median(information) * values[spread] ** 2 > 1)

    decide("area", weights.sum(axis=1), "sd_area")
    decide("slope", weights @ time**2, "sd_slope")
    decide("area_trend", weights[weights > 0], "sd_area_trend")
    decide("noise", weights[weights > 0], "noise")
    nation = np.array(design.panel.nation_of_area)
    groups = design.panel.nations if design.model.time_by == "nation" else (None,)
    by_year = [
        weights[nation == one].sum(axis=0) if one is not None else weights.sum(axis=0) for one in groups
    ]
    decide("trend", np.concatenate(by_year), "sd_trend")
    regions = sum(term.stop - term.start for term in design.shared_terms if term.name == "region")
    if regions:
        # a region is known no better than the areas in it differ
        within = 1 / (1 / np.maximum(weights.sum(axis=1), 1e-12) + values.get("sd_area", 0.0) ** 2)
        region = np.array(design.panel.region_of_area)
        decide("region", np.array([within[region == one].sum() for one in sorted(set(region))]), "sd_region")
        choice["region"] = choice["region"] and regions > FEW_REGIONS
    return choice
