"""Is an area further from the target than chance allows?  Tables in, a funnel out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from warnings import warn

import numpy as np
import pandas as pd

from carerates.errors import CareratesWarning, TableError
from carerates.funnels.dispersion import DispersionReport, report_dispersion
from carerates.funnels.position import (
    false_discovery_values,
    steps_from_q,
    steps_from_tails,
    two_sided,
)
from carerates.funnels.settings import Floats, FunnelSettings
from carerates.funnels.target import Centre, TargetChoice, set_target
from carerates.funnels.units import Units
from carerates.funnels.yardstick import Yardstick


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """One funnel's numbers, an array for each column.

    Attributes
    ----------
    units : Units
    centre : Centre
    report : DispersionReport
    yardstick : Yardstick
    p_value, mid_p, q_value : arrays of float, shape (areas,)
        Two-sided; ``q_value`` from ``mid_p`` by Benjamini and Hochberg.
    steps, steps_low, steps_high : arrays of int8
        Limits an area is beyond, at its published count and at the smallest and largest possible.
    """

    units: Units
    centre: Centre
    report: DispersionReport
    yardstick: Yardstick
    p_value: Floats
    mid_p: Floats
    q_value: Floats
    steps: np.ndarray
    steps_low: np.ndarray
    steps_high: np.ndarray


def assess_units(units: Units, settings: FunnelSettings, target: TargetChoice | Centre) -> Assessment:
    """Judge the areas of one funnel.

    Parameters
    ----------
    units : Units
    settings : FunnelSettings
    target : str, float, codes, mapping of codes, or a Centre already found
        As in :func:`carerates.funnels.target.set_target`.
    """
    centre = target if isinstance(target, Centre) else set_target(units, target, settings.per)
    expected = centre.values * units.exposure
    if settings.kind == "proportion" and (expected >= units.exposure).any():
        raise TableError(
            "The target proportion is 1, which leaves nothing to chance; give target= below 100%."
        )
    known = ~np.isnan(units.observed)
    report = report_dispersion(
        units.observed[known],
        expected[known],
        units.exposure[known],
        settings,
        estimated=centre.estimated,
        group=units.group[0] if len(units) else None,
    )
    yardstick = Yardstick(
        expected,
        units.exposure,
        units.log_error,
        settings,
        phi=report.phi_used,
        tau2=report.tau2_used,
        spread=report.count_spread,
    )
    return judge(units, centre, report, yardstick)


def judge(units: Units, centre: Centre, report: DispersionReport, yardstick: Yardstick) -> Assessment:
    """Find p-values and positions of areas against a yardstick already made."""
    settings = yardstick.settings
    _check_method(yardstick)
    lower, upper = yardstick.tails(units.observed)
    mid_method = (
        settings.limits if settings.limits in {"normal", "wilson", "ci_expected", "byar"} else "mid_p"
    )
    mid_lower, mid_upper = yardstick.tails(units.observed, mid_method)
    mid_p = two_sided(mid_lower, mid_upper)
    q_value = false_discovery_values(mid_p)
    tests = int((~np.isnan(units.observed)).sum()) if settings.multiplicity == "bonferroni" else 1

    def steps_at(counts: Floats) -> np.ndarray:
        if settings.multiplicity == "benjamini_hochberg":
            own = two_sided(*yardstick.tails(counts, mid_method))
            # an area's own count is changed while the others keep theirs
            q_own = _q_beside(own, mid_p)
            return steps_from_q(q_own, counts > yardstick.expected, settings.probabilities)
        tails = yardstick.tails(counts)
        return steps_from_tails(*tails, settings.probabilities, max(tests, 1))

    return Assessment(
        units=units,
        centre=centre,
        report=report,
        yardstick=yardstick,
        p_value=two_sided(lower, upper),
        mid_p=mid_p,
        q_value=q_value,
        steps=steps_at(units.observed),
        steps_low=steps_at(units.low),
        steps_high=steps_at(units.high),
    )


def _q_beside(own: Floats, published: Floats) -> Floats:
    """Return q-values for each area's other p-value, all other areas keeping their published ones."""
    if np.array_equal(own, published, equal_nan=True):
        return false_discovery_values(published)
    values = np.full(own.shape, np.nan)
    for row in np.flatnonzero(~np.isnan(own)):
        changed = published.copy()
        changed[row] = own[row]
        values[row] = false_discovery_values(changed)[row]
    return values


def _check_method(yardstick: Yardstick) -> None:
    """Refuse definitions that cannot do what is asked of them, and warn of one whose tails are wrong."""
    settings = yardstick.settings
    if settings.limits == "ci_expected":
        warn(
            "limits='ci_expected' is an interval for the expected count, not limits for the observed one: "
            "up to 37% of in-control areas fall below its lower 97.5% limit. It is here to replicate "
            "other tools; use limits='exact' to judge areas.",
            CareratesWarning,
            stacklevel=5,
        )
    if yardstick.log_error.any() and settings.limits not in {"exact", "mid_p"}:
        raise ValueError(
            f"limits={settings.limits!r} cannot carry the error of an estimated expectation; use "
            "limits='exact' or 'mid_p', or leave the error out on purpose with expected_log_standard_error=0."
        )


def assess_groups(units: Units, settings: FunnelSettings, target: TargetChoice) -> tuple[Assessment, ...]:
    """Judge every funnel of a table, each with a target and a dispersion of its own."""
    problems: list[str] = []
    found: list[Assessment] = []
    for group in units.groups:
        try:
            found.append(assess_units(units.of_group(group), settings, target))
        except TableError as error:
            if settings.by is None:
                raise
            problems.append(f"{settings.by} {group}: {error}")
    if problems:
        raise TableError("Some of the funnels cannot be drawn.", problems)
    return tuple(found)


def limit_columns(assessment: Assessment) -> dict[float, tuple[Floats, Floats]]:
    """Return lower and upper counts for each probability, with the allowance for many tests if any."""
    settings = assessment.yardstick.settings
    tests = max(assessment.report.areas, 1) if settings.multiplicity == "bonferroni" else 1
    return {
        probability: assessment.yardstick.limits(1 - (1 - probability) / tests)
        for probability in settings.probabilities
    }


def line_exposures(assessment: Assessment, points: int) -> Floats:
    """Return exposures for drawing, evenly spaced in the root so that the narrow end is not starved."""
    exposure = assessment.units.exposure
    low, high = 0.5 * float(exposure.min()), 1.05 * float(exposure.max())
    if assessment.yardstick.settings.kind == "proportion":
        # a limit of whole trials is drawn at whole trials
        return np.unique(np.maximum(np.round(np.linspace(low**0.5, high**0.5, points) ** 2), 1.0))
    grid: Floats = np.linspace(low**0.5, high**0.5, points) ** 2
    return grid


def limit_lines(assessment: Assessment, exposure: Floats) -> pd.DataFrame:
    """Return limits along given exposures, in counts per unit of exposure; empty without a common target."""
    common = assessment.centre.common
    if common is None:
        return pd.DataFrame()
    error = float(np.median(assessment.units.log_error)) if len(assessment.units) else 0.0
    line = replace(
        assessment.yardstick,
        expected=common * exposure,
        size=exposure,
        log_error=np.full(exposure.shape, error),
    )
    along = replace(assessment, yardstick=line)
    columns: dict[str, Sequence[float] | Floats] = {
        "exposure": exposure,
        "expected": common * exposure,
        "target": np.full(exposure.shape, common),
    }
    frame = pd.DataFrame(columns)
    for probability, (low, high) in limit_columns(along).items():
        frame[f"lower {probability}"] = low / exposure
        frame[f"upper {probability}"] = high / exposure
    return frame
