"""Plain sentences about a funnel and the areas in it."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from carerates.funnels.assessment import Assessment
from carerates.funnels.dispersion import DispersionReport
from carerates.funnels.position import UNKNOWN, position_words, step_words, steps_from_tails
from carerates.funnels.settings import FunnelSettings, level_words

_METHODS = {
    "exact": "exact {family} limits (never more than their nominal share by chance)",
    "gamma": "exact {family} limits in their gamma form",
    "mid_p": "mid-p {family} limits (their nominal share on average)",
    "interpolated": "interpolated {family} limits (Spiegelhalter 2005; may exceed their nominal share)",
    "byar": "Byar's approximation to Poisson limits",
    "normal": "normal limits",
    "wilson": "score (Wilson) limits",
    "ci_expected": "chi-square intervals of the expected count, whose tails are wrong (replication only)",
}


class FunnelLike(Protocol):
    """What the sentences need of a funnel."""

    @property
    def settings(self) -> FunnelSettings:
        """Every choice that changes the numbers."""
        ...

    @property
    def measure(self) -> str:
        """What is counted."""
        ...


def explain_position(position: str, low: str, high: str, status: str) -> str:
    """Say where an area lies, and whether rounding or suppression leaves that open.

    Examples
    --------
    >>> explain_position("above 95%", "within", "above 95%", "rounded_to_5")
    'above 95%; depends on rounding: between within and above 95%'
    >>> explain_position("not known", "within", "within", "suppressed")
    'no count published (suppressed); within at every count it may be'
    """
    if position == UNKNOWN:
        why = f"no count published ({status.replace('_', ' ')})"
        if UNKNOWN in (low, high):
            return f"{why}; position not known"
        if low == high:
            return f"{why}; {low} at every count it may be"
        return f"{why}; between {low} and {high}"
    if UNKNOWN in (low, high):
        return f"{position}; how far the count may be off is not known"
    if low == high:
        return position
    return f"{position}; depends on rounding: between {low} and {high}"


def describe_limits(settings: FunnelSettings, one: Assessment) -> str:
    """Say which limits were used."""
    family = "binomial" if settings.kind == "proportion" else "Poisson"
    levels = " and ".join(level_words(probability) for probability in settings.probabilities)
    report, allowance = one.report, one.yardstick.allowance
    if allowance == "none":
        said = _METHODS[settings.limits].format(family=family)
        if settings.dispersion != "none":
            said += (
                f", because there is no {settings.dispersion.replace('_', ' ')} over-dispersion to allow for"
            )
    elif allowance == "multiplicative":
        said = (
            f"limits widened by the square root of phi = {report.phi_used:.1f} "
            f"on the {_scale(settings)} scale"
        )
    elif allowance == "additive":
        name = settings.tau_estimator.replace("_", " ")
        said = (
            f"limits widened by a between-area standard deviation of {np.sqrt(report.tau2_used):.3f} on the "
            f"{_scale(settings)} scale ({name})"
        )
    else:
        spread = report.count_spread
        said = (
            f"beta-binomial limits (correlation within an area {spread:.4f})"
            if settings.kind == "proportion"
            else f"negative binomial limits (true rates vary by {100 * np.sqrt(spread):.0f}% of their mean)"
        )
    if one.units.log_error.any():
        said += ", the error of the expected counts carried through"
    if settings.multiplicity == "bonferroni":
        said += f", Bonferroni over {report.areas} areas"
    if settings.multiplicity == "benjamini_hochberg":
        said += "; areas are marked where their Benjamini-Hochberg q-value is at or below the level"
    return f"{levels} limits: {said}"


def _scale(settings: FunnelSettings) -> str:
    """Name a scale in words."""
    return settings.scale.replace("_", "-")


def describe_funnel(funnel: FunnelLike, one: Assessment) -> str:
    """Write the paragraph of one funnel."""
    settings, units = funnel.settings, one.units
    known = ~np.isnan(units.observed)
    group = "" if settings.by is None else f" ({settings.by} {units.group[0]})"
    parts = [
        f"{funnel.measure}{group}: {int(known.sum())} areas against {one.centre.words}"
        f"{_target(settings, one)}.",
        describe_limits(settings, one) + ".",
        _outside_sentence(settings, one),
        one.report.words(),
        _plain_warning(one),
        _rounding_sentence(settings, one),
        _size_sentence(one.report),
    ]
    return " ".join(part for part in parts if part)


def _target(settings: FunnelSettings, one: Assessment) -> str:
    """Print the target where all areas share it."""
    if one.centre.common is None or one.centre.words.startswith("a value supplied"):
        return ""
    return f", {settings.per * one.centre.common:.4g} per {settings.per:,.10g}"


def _outside_sentence(settings: FunnelSettings, one: Assessment) -> str:
    """Say who is outside, and how many chance alone would put there."""
    known = ~np.isnan(one.units.observed)
    total = int(known.sum())
    parts = []
    for step in range(len(settings.probabilities), -len(settings.probabilities) - 1, -1):
        if step == 0:
            continue
        names = [
            name
            for name, at, there in zip(one.units.names, one.steps, known, strict=True)
            if there and at == step
        ]
        if names:
            listed = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
            parts.append(f"{step_words(step, settings.probabilities)}: {len(names)} ({listed})")
    expected = "; ".join(
        f"{total * (1 - probability):.2g} outside {level_words(probability)}"
        for probability in settings.probabilities
    )
    chance = f"With chance alone at most about {expected} would be expected."
    if settings.multiplicity != "none":
        chance = ""
    said = "; ".join(parts)
    said = said[0].upper() + said[1:] if parts else f"All {total} areas are within"
    return f"{said}. {chance}".strip()


def outside_shares(one: Assessment) -> dict[float, float]:
    """Return the share of areas outside limits that allow for chance alone, by probability."""
    settings = one.yardstick.settings
    known = ~np.isnan(one.units.observed)
    from dataclasses import replace

    plain = replace(one.yardstick, phi=1.0, tau2=0.0, spread=0.0)
    lower, upper = plain.tails(one.units.observed)
    steps = np.abs(steps_from_tails(lower, upper, settings.probabilities))[known]
    return {
        probability: float(np.mean(steps >= place + 1)) if steps.size else np.nan
        for place, probability in enumerate(settings.probabilities)
    }


def _plain_warning(one: Assessment) -> str:
    """Warn that limits for chance alone test what nobody believes, where they do."""
    if not one.report.over_dispersed:
        return ""
    shares = outside_shares(one)
    said = " and ".join(
        f"{100 * share:.0f}% of areas outside {level_words(probability)}"
        for probability, share in shares.items()
    )
    if one.yardstick.allowance == "none":
        return f"These limits put {said}: they test whether all areas share one rate, which nobody supposes."
    return f"Limits for chance alone would put {said}."


def _rounding_sentence(settings: FunnelSettings, one: Assessment) -> str:
    """Name areas whose position rounding or suppression leaves open."""
    units = one.units
    known = ~np.isnan(units.observed)
    open_ = [
        name
        for name, there, low, high in zip(units.names, known, one.steps_low, one.steps_high, strict=True)
        if there and low != high
    ]
    missing = [
        f"{name} ({words})"
        for name, there, words in zip(units.names, known, _missing_words(settings, one), strict=True)
        if not there
    ]
    parts = []
    if open_:
        parts.append(f"The position depends on rounding for {', '.join(open_)}.")
    if missing:
        parts.append(f"Without a count, so not part of the target or of phi: {'; '.join(missing)}.")
    return " ".join(parts)


def _missing_words(settings: FunnelSettings, one: Assessment) -> list[str]:
    """Explain each area's position."""
    units = one.units
    bounded = ~np.isnan(units.low) & ~np.isnan(units.high)
    columns = (
        position_words(one.steps, ~np.isnan(units.observed), settings.probabilities),
        position_words(one.steps_low, bounded, settings.probabilities),
        position_words(one.steps_high, bounded, settings.probabilities),
    )
    return [explain_position(*row) for row in zip(*columns, units.status, strict=True)]


def _size_sentence(report: DispersionReport) -> str:
    """Say whether rates go with size, which a funnel's shape would hide."""
    if not report.size_p_value < 0.05:
        return ""
    way = "higher" if report.size_correlation > 0 else "lower"
    return (
        f"Larger areas have {way} values (rank correlation {report.size_correlation:.2f}), "
        "so part of the funnel's pattern is size."
    )
